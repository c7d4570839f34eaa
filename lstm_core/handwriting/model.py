"""The network that writes by hand.

Graves (2013), "Generating Sequences With Recurrent Neural Networks", arXiv:1308.0850, sections 4
and 5: three layers of memory cells, of which the first moves a window along the text (`window.py`);
each of the others reads the one below, and all of them the pen and the window; all speak in the
distribution of the next point (`mixture.py`, eq. 17).

The paper's network writes in whatever hand comes to it. This one can be told: a vector that is
learned for every known writer is among the inputs of every layer. In training it is often withheld,
so that the network also learns to write without, in "any hand" (row 0), which is what unknown
writers have.

Shapes: B lines, T points, U characters, V in the vocabulary, S numbers of a style, H cells a layer,
L layers, M Gaussians.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.handwriting import mixture, window
from lstm_core.handwriting.window import WindowLayer, WindowState
from lstm_core.lstm import LSTMLayer
from lstm_core.trace import Trace

POINT = 3  # dx, dy and end


@dataclass(frozen=True)
class WritingConfig:
    """The architecture of a `WritingModel`, and what its inputs are.

    Raises:
        ValueError: if there are fewer than two layers.
    """

    vocabulary_size: int  # V
    hands: tuple[str, ...]  # names of the known writers, in the order of their vectors
    mean: tuple[float, float]  # of an offset, in units of the whiteboard
    deviation: tuple[float, float]  # standard deviation of an offset
    hidden_size: int = 400  # H
    num_layers: int = 3  # L
    style_size: int = 32  # S
    curves: int = window.CURVES  # of the window
    gaussians: int = mixture.GAUSSIANS  # M

    def __post_init__(self) -> None:
        for name in ("hands", "mean", "deviation"):  # JSON makes lists of them
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.num_layers < 2:
            raise ValueError("the writing network has at least two layers")


class WritingState(NamedTuple):
    """What the network carries from one point to the next."""

    first: WindowState
    h: Tensor  # (L - 1, B, H) hidden state of the other layers
    c: Tensor  # (L - 1, B, H) cell state of the other layers


class WritingModel(nn.Module):
    """Three layers, a window and a mixture.

    Args:
        config: the architecture.
    """

    def __init__(self, config: WritingConfig) -> None:
        super().__init__()
        self.config = config
        S, V, H = config.style_size, config.vocabulary_size, config.hidden_size
        self.styles = nn.Embedding(1 + len(config.hands), S)
        nn.init.normal_(self.styles.weight, std=0.3)
        self.first = WindowLayer(POINT + S, V, H, config.curves)
        self.others = nn.ModuleList(
            LSTMLayer(POINT + S + V + H, H) for _ in range(config.num_layers - 1)
        )
        self.head = nn.Linear(config.num_layers * H, mixture.size(config.gaussians))

    def initial_state(self, batch_size: int) -> WritingState:
        """Zeros."""
        c = self.config
        zeros = self.head.weight.new_zeros(c.num_layers - 1, batch_size, c.hidden_size)
        return WritingState(self.first.initial_state(batch_size), zeros, zeros)

    def characters(self, ids: Tensor) -> Tensor:
        """(B, U, V) one-hot rows of (B, U) characters; zeros where there is none, which is -1."""
        return F.one_hot(ids + 1, self.config.vocabulary_size + 1)[..., 1:].float()

    def forward(
        self,
        points: Tensor,
        ids: Tensor,
        style: Tensor,
        state: WritingState | None = None,
        kept: Tensor | None = None,
    ) -> tuple[Tensor, WritingState]:
        """Read points of lines, and say after each what the next may be.

        Args:
            points: (B, T, 3) normalised offsets and ends of strokes.
            ids: (B, U) the characters of each text; -1 after its end.
            style: (B, S) rows of `styles`, or others.
            state: after what came before; zeros when None.
            kept: (L, B, H) what the outputs of each layer are multiplied by, for a dropout that
                leaves out the same cells all along a line (Gal & Ghahramani 2016,
                arXiv:1512.05287, section 4); nothing is left out when None. The window and the
                layer itself go by all of its outputs.

        Returns:
            (B, T, 6M + 1) outputs, for `mixture.mixture`, and the state after the last point.
        """
        outs, _, state = self._read(points, ids, style, state, kept)
        # In single precision: a mean or a deviation is worth more digits than a gate.
        with torch.autocast(points.device.type, enabled=False):
            return self.head(torch.cat(outs, -1).float()), state

    def _read(
        self,
        points: Tensor,
        ids: Tensor,
        style: Tensor,
        state: WritingState | None,
        kept: Tensor | None = None,
    ) -> tuple[list[Tensor], list[Tensor], WritingState]:
        """Outputs (B, T, H) and inputs of the layers, and the state after the last point."""
        state = self.initial_state(len(points)) if state is None else state
        x = torch.cat((points, style.unsqueeze(1).expand(-1, points.shape[1], -1)), -1)
        out, w, first = self.first(x, self.characters(ids), state.first)
        shifted = torch.cat((state.first.w.unsqueeze(1), w[:, :-1]), 1)
        inputs = [torch.cat((x, shifted), -1)]
        outs = [out if kept is None else out * kept[0].unsqueeze(1)]
        hs, cs = [], []
        for n, layer in enumerate(self.layers[1:]):
            inputs.append(torch.cat((x, w, outs[-1]), -1))
            out, h, c = layer(inputs[-1], state.h[n], state.c[n])
            outs.append(out if kept is None else out * kept[n + 1].unsqueeze(1))
            hs.append(h)
            cs.append(c)
        return outs, inputs, WritingState(first, torch.stack(hs), torch.stack(cs))

    @property
    def layers(self) -> list[LSTMLayer]:
        """The layers of cells, from the one that moves the window."""
        return [self.first.lstm, *cast("Iterable[LSTMLayer]", self.others)]

    def look(
        self, points: Tensor, ids: Tensor, style: Tensor, state: WritingState | None = None
    ) -> tuple[Tensor, Trace]:
        """What the window and the cells do while points are read.

        Args:
            as in `forward`.

        Returns:
            (B, T, U + 1) weights phi of the characters at every point, and of the place after the
            last; and a `Trace` with tensors (B, T, H).
        """
        state = self.initial_state(len(points)) if state is None else state
        outs, inputs, _ = self._read(points, ids, style, state)
        alpha, beta, moves = window.curves(self.first.window(outs[0]), torch.zeros(()))
        kappa = state.first.kappa.unsqueeze(1) + moves.cumsum(1)  # eq. 51 of all points
        u = window.positions(ids.shape[1] + 1, points.device)
        before = [state.first[:2], *zip(state.h, state.c, strict=True)]
        traces = [
            layer.trace(x, out, h, c)
            for layer, x, out, (h, c) in zip(self.layers, inputs, outs, before, strict=True)
        ]
        return window.phi(alpha, beta, kappa, u), Trace(traces)
