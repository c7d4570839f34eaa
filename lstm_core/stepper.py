"""One time step after another, fast: an LSTM made ready for sampling.

`LSTM.step` is the equations, for any input. A sampler that writes thousands of symbols from one
table of inputs can do better, with the same weights:

- one text at a time (`SingleStepper`), a step has to read every weight once, some 13 MB for 2 x 512
  cells; what it does besides decides how near to that it comes. On vectors this short a call of
  NumPy's costs a third of PyTorch's, and its product of a matrix and a vector two thirds.
- many side by side (`BatchStepper`), the products weigh most: they are done in bfloat16, with
  weights brought once into the order that the kernel wants them in, not anew at every step.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from lstm_core.hardware import has_fast_bfloat16
from lstm_core.lstm import LSTM, LSTMLayer, LSTMState

HALF_PRECISION_FROM = 4
"""Sequences side by side from which on bfloat16 weights are used, where the processor has them."""


class Stepper(Protocol):
    """Advances an LSTM by one step.

    Args:
        ids: (B,) numbers of the inputs: rows of the table.
        state: the state after the step before, each (L, B, H).

    Returns:
        (B, H) output of the top layer, and the new state.
    """

    def __call__(self, ids: np.ndarray, state: LSTMState) -> tuple[Tensor, LSTMState]: ...


def stepper(lstm: LSTM, table: Tensor, batch_size: int) -> Stepper:
    """The fastest way to step.

    Args:
        lstm: with single-precision weights on the processor, which must not change any more: make
            another stepper if they do.
        table: (V, I) all inputs that there are, such as the rows of an embedding.
        batch_size: B, sequences side by side.
    """
    if batch_size == 1:
        return SingleStepper(lstm, table)
    if batch_size >= HALF_PRECISION_FROM and has_fast_bfloat16(torch.device("cpu")):
        return BatchStepper(lstm, table)
    return lambda ids, state: lstm.step(table[torch.from_numpy(ids)], state)


class VectorStepper:
    """Steps of a single sequence, in NumPy.

    Args:
        lstm: with single-precision weights on the processor, which must not change any more.
    """

    def __init__(self, lstm: LSTM) -> None:
        self.shape = (lstm.num_layers, lstm.hidden_size)
        first, *others = layers(lstm)
        weight, self.bias = arrays(first)  # (4H, I + H), (4H,)
        self.weight, self.recurrent = np.split(weight, [first.input_size], axis=1)
        self.others = [arrays(layer) for layer in others]  # each (4H, 2H) and (4H,)
        # sigmoid(z) = (1 + tanh(z / 2)) / 2 cannot overflow, and lets one tanh serve all gates.
        half = np.full(lstm.hidden_size, 0.5, dtype=np.float32)
        self.slope = np.concatenate((half, half, half + half, half))  # (4H,): i, f, g, o
        self.shift = 1 - self.slope

    def step(
        self, inputs: np.ndarray, state: LSTMState, gates: np.ndarray | None = None
    ) -> tuple[Tensor, LSTMState]:
        """Advance by one step.

        Args:
            inputs: (4H,) W x + b: what the input adds to the gates of the first layer.
            state: after the step before, each (L, 1, H).
            gates: (L, 4H), filled in with i, f, g and o; not if it is None.

        Returns:
            (1, H) output of the top layer, and the new state.
        """
        hs, cs = np.empty((2, *self.shape), dtype=np.float32)  # each (L, H)
        before_h, before_c = state.h.numpy()[:, 0], state.c.numpy()[:, 0]
        z = self.recurrent @ before_h[0]  # (4H,)
        z += inputs
        self.cell(z, before_c[0], hs[0], cs[0])
        if gates is not None:
            gates[0] = z
        for n, (weight, bias) in enumerate(self.others, start=1):
            z = weight @ np.concatenate((hs[n - 1], before_h[n]))
            z += bias
            self.cell(z, before_c[n], hs[n], cs[n])
            if gates is not None:
                gates[n] = z
        after = LSTMState(torch.from_numpy(hs[:, None]), torch.from_numpy(cs[:, None]))
        return torch.from_numpy(hs[-1:]), after

    def cell(self, z: np.ndarray, before: np.ndarray, h: np.ndarray, c: np.ndarray) -> None:
        """From the sums of the gates to h and c, which are filled in.

        Args:
            z: (4H,) W [x, h] + b; becomes i, f, g and o. before: (H,) c of the step before.
        """
        H = len(c)
        z *= self.slope
        np.tanh(z, out=z)
        z *= self.slope
        z += self.shift  # the gates i, f, o and the candidate g: eq. 7, 8, 10
        np.multiply(z[H : 2 * H], before, out=c)
        c += z[:H] * z[2 * H : 3 * H]  # eq. 9
        np.tanh(c, out=h)
        h *= z[3 * H :]  # eq. 11


class SingleStepper(VectorStepper):
    """The same, from a table of inputs: what each adds is worked out beforehand."""

    def __init__(self, lstm: LSTM, table: Tensor) -> None:
        super().__init__(lstm)
        self.inputs = table.detach().numpy() @ self.weight.T + self.bias  # (V, 4H)

    def __call__(self, ids: np.ndarray, state: LSTMState) -> tuple[Tensor, LSTMState]:
        return self.step(self.inputs[ids[0]], state)


class BatchStepper:
    """Steps of many sequences, with weights in bfloat16; gates and cells in single precision."""

    def __init__(self, lstm: LSTM, table: Tensor) -> None:
        self.table = table.detach().bfloat16()  # (V, I)
        self.layers = []
        for layer in layers(lstm):
            # tanh z = 2 sigmoid(2z) - 1, and PyTorch's sigmoid is up to five times faster: with the
            # rows of the candidate doubled, one sigmoid serves all gates.
            weight, bias = layer.weight.detach().clone(), layer.bias.detach().clone()
            for rows in (weight, bias):
                rows[2 * lstm.hidden_size : 3 * lstm.hidden_size] *= 2
            # What torch.compile uses; F.linear would put the weights in order at every call.
            ordered = torch.ops.mkldnn._reorder_linear_weight(weight.bfloat16())
            self.layers.append((ordered, bias.bfloat16()))

    def __call__(self, ids: np.ndarray, state: LSTMState) -> tuple[Tensor, LSTMState]:
        x = self.table[torch.from_numpy(ids)]  # (B, I)
        hs, cs = torch.empty_like(state.h), torch.empty_like(state.c)
        for n, (weight, bias) in enumerate(self.layers):
            xh = torch.cat((x, state.h[n].bfloat16()), dim=1)  # (B, I + H)
            z = torch.ops.mkldnn._linear_pointwise(xh, weight, bias, "none", [], "").float()
            i, f, g, o = z.sigmoid_().chunk(4, dim=1)  # each (B, H)
            c = torch.mul(f, state.c[n], out=cs[n])
            c.addcmul_(i, g.mul_(2).sub_(1))  # eq. 9
            tanh_c = torch.sigmoid(2 * c).mul_(2).sub_(1)
            x = torch.mul(o, tanh_c, out=hs[n]).bfloat16()  # eq. 11
        return hs[-1], LSTMState(hs, cs)


def layers(lstm: LSTM) -> list[LSTMLayer]:
    """The layers, from the one that reads the inputs."""
    return [layer for layer in lstm.layers if isinstance(layer, LSTMLayer)]


def arrays(layer: LSTMLayer) -> tuple[np.ndarray, np.ndarray]:
    """Weight (4H, I + H) and bias (4H,) of a layer."""
    return layer.weight.detach().numpy(), layer.bias.detach().numpy()
