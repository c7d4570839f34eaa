"""One point after another, fast: the writing network made ready for sampling, in NumPy.

The same numbers as `WritingModel.forward`, for lines side by side that are at different places of
different texts. On a single line a step has to read every weight once, some 16 MB, and there NumPy
is quicker than PyTorch (see `lstm_core.stepper`).

Shapes: B lines, U places in a text, V characters, S numbers of a style, H cells a layer, L layers,
K curves of the window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from lstm_core.handwriting.model import POINT, WritingModel, WritingState
from lstm_core.handwriting.window import MOST
from lstm_core.trace import LayerTrace, Trace

FEW = 4
"""Lines up to so many are multiplied with a weight one after the other: a product of a matrix and a
vector has nothing to prepare."""


@dataclass
class PenState:
    """What the network carries from one point to the next; never changed in place."""

    h: np.ndarray  # (L, B, H)
    c: np.ndarray  # (L, B, H)
    kappa: np.ndarray  # (B, K)
    w: np.ndarray  # (B, V)

    @classmethod
    def of(cls, state: WritingState) -> PenState:
        """That of the network."""
        first = state.first
        h = torch.cat((first.h.unsqueeze(0), state.h))
        c = torch.cat((first.c.unsqueeze(0), state.c))
        return cls(*(v.numpy(force=True) for v in (h, c, first.kappa, first.w)))

    @classmethod
    def join(cls, states: list[PenState]) -> PenState:
        """Several side by side."""
        h, c = (np.concatenate([getattr(s, q) for s in states], axis=1) for q in "hc")
        kappa, w = (np.concatenate([getattr(s, q) for s in states]) for q in ("kappa", "w"))
        return cls(h, c, kappa, w)

    def rows(self, rows: list[int] | slice) -> PenState:
        """Those of some lines."""
        return PenState(self.h[:, rows], self.c[:, rows], self.kappa[rows], self.w[rows])


@dataclass(frozen=True)
class Thought:
    """What the network did and said at one point."""

    outputs: np.ndarray  # (B, 6M + 1) for `mixture`
    phi: np.ndarray  # (B, U) weights of the places of the texts
    state: PenState  # after the point
    gates: np.ndarray  # (L, B, 4H) i, f, g and o

    def trace(self, row: int) -> Trace:
        """What the cells of one line did: tensors (1, 1, H)."""
        layers = []
        for gates, c, h in zip(self.gates, self.state.c, self.state.h, strict=True):
            parts = [*np.split(gates[row], 4), c[row], h[row]]
            layers.append(LayerTrace(*(torch.from_numpy(p.copy())[None, None] for p in parts)))
        return Trace(layers)


class WritingStepper:
    """Steps of lines side by side.

    Args:
        model: with single-precision weights on the processor, which must not change any more.
    """

    def __init__(self, model: WritingModel) -> None:
        S, self.V = model.config.style_size, model.config.vocabulary_size
        style = slice(POINT, POINT + S)
        weights = [layer.weight.detach().numpy() for layer in model.layers]
        # Transposed: that way round, lines side by side are multiplied in a third of the time.
        self.weights = [
            np.ascontiguousarray(np.delete(w, np.arange(POINT, POINT + S), axis=1).T)
            for w in weights
        ]  # each (inputs, 4H)
        self.styles = [w[:, style].T.copy() for w in weights]  # each (S, 4H)
        self.biases = [layer.bias.detach().numpy() for layer in model.layers]
        self.window = array(model.first.window.weight).T, array(model.first.window.bias)
        self.head = array(model.head.weight).T, array(model.head.bias)
        # sigmoid(z) = (1 + tanh(z / 2)) / 2 cannot overflow, and lets one tanh serve all gates.
        half = np.full(model.config.hidden_size, 0.5, dtype=np.float32)
        self.slope = np.concatenate((half, half, half + half, half))  # (4H,): i, f, g, o
        self.shift = 1 - self.slope

    def constants(self, style: np.ndarray) -> np.ndarray:
        """(L, B, 4H) what (B, S) styles add to the gates at every step."""
        pairs = zip(self.styles, self.biases, strict=True)
        return np.stack([style @ weight + bias for weight, bias in pairs])

    def __call__(
        self, points: np.ndarray, state: PenState, characters: np.ndarray, constants: np.ndarray
    ) -> Thought:
        """Read one point of each line.

        Args:
            points: (B, 3) float32, normalised.
            state: after the point before.
            characters: (B, U, V) one-hot rows; zeros for places after the end of a text.
            constants: of the styles.
        """
        hs, cs, gates = np.empty_like(state.h), np.empty_like(state.c), np.empty_like(constants)
        kappa, w, phi = state.kappa, state.w, None
        read = [points, w]
        for n, weight in enumerate(self.weights):
            z = product(np.concatenate((*read, state.h[n]), axis=1), weight)  # (B, 4H)
            z += constants[n]
            self.cell(z, state.c[n], hs[n], cs[n])
            gates[n] = z
            if n == 0:
                kappa, phi = self.look(hs[0], kappa, characters.shape[1])
                w = (phi[:, None] @ characters)[:, 0]
            read = [points, w, hs[n]]
        weight, bias = self.head
        outputs = np.concatenate(tuple(hs), axis=1) @ weight + bias
        assert phi is not None
        return Thought(outputs, phi, PenState(hs, cs, kappa, w), gates)

    def look(self, h: np.ndarray, kappa: np.ndarray, places: int) -> tuple[np.ndarray, np.ndarray]:
        """Move the window (Graves 2013, eq. 46-51).

        Args:
            h: (B, H) of the first layer. kappa: (B, K) of the point before. places: U.

        Returns:
            kappa, (B, K), and the weights phi, (B, U).
        """
        weight, bias = self.window
        alpha, beta, move = np.split(np.exp(np.minimum(h @ weight + bias, MOST)), 3, axis=1)
        kappa = kappa + move
        distance = kappa[:, :, None] - np.arange(1, places + 1, dtype=np.float32)  # (B, K, U)
        bells = np.exp(-beta[:, :, None] * distance * distance)
        return kappa, (alpha[:, None] @ bells)[:, 0]

    def cell(self, z: np.ndarray, before: np.ndarray, h: np.ndarray, c: np.ndarray) -> None:
        """From the sums of the gates to the gates, in place, and to h and c, which are filled in.

        Args:
            z: (B, 4H) W [x, h] + b. before: (B, H) c of the point before.
        """
        H = c.shape[1]
        z *= self.slope
        np.tanh(z, out=z)
        z *= self.slope
        z += self.shift  # the gates i, f, o and the candidate g: eq. 7, 8, 10
        np.multiply(z[:, H : 2 * H], before, out=c)
        c += z[:, :H] * z[:, 2 * H : 3 * H]  # eq. 9
        np.tanh(c, out=h)
        h *= z[:, 3 * H :]  # eq. 11


def product(rows: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(B, N), the product of (B, K) rows and a (K, N) weight."""
    if len(rows) > FEW:
        return rows @ weight
    return (rows[:, None] @ weight)[:, 0]  # one row after another


def array(tensor: torch.Tensor) -> np.ndarray:
    """A weight as an array."""
    return tensor.detach().numpy()
