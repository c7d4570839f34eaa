"""The one LSTM of the project: long short-term memory, read, stepped and looked into.

The equations are those of Graves (2013), "Generating Sequences With Recurrent Neural Networks",
arXiv:1308.0850, eq. 7-11, without the peephole connections, with the forget gate of Gers,
Schmidhuber & Cummins (2000), "Learning to Forget". With x the input, h the hidden state (what the
layer says) and c the cell state (what it remembers)::

    i = sigmoid(W_i [x, h] + b_i)     input gate: how much is written          (eq. 7)
    f = sigmoid(W_f [x, h] + b_f)     forget gate: how much is kept            (eq. 8)
    g = tanh   (W_g [x, h] + b_g)     candidate: what would be written         (in eq. 9)
    c = f * c + i * g                 the memory cell                          (eq. 9)
    o = sigmoid(W_o [x, h] + b_o)     output gate: how much is read            (eq. 10)
    h = o * tanh(c)                   the output                               (eq. 11)

One set of weights, three ways through, all giving the same numbers:

- ``forward``  reads a whole sequence with PyTorch's fused kernel: training, and reading a prompt;
- ``step``     advances one time step with the equations written out: sampling. (The fused kernel
  repacks its weights on every call, which makes it several times slower for a single step; what
  is faster still is in `stepper.py`.)
- both with ``trace=True`` keep i, f, g, o, c and h of every layer and step: the cell views.

Shapes: B sequences in a batch, T time steps, I inputs, H cells in a layer, L layers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple, cast, overload

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.trace import LayerTrace, Trace


class LSTMState(NamedTuple):
    """What an LSTM carries from one step to the next."""

    h: Tensor  # (L, B, H) hidden state
    c: Tensor  # (L, B, H) cell state

    def detach(self) -> LSTMState:
        """The same state, cut off from the graph that computed it (truncated back-propagation)."""
        return LSTMState(self.h.detach(), self.c.detach())


class LSTMLayer(nn.Module):
    """One layer of H memory cells.

    One matrix W acts on [x, h], as in the equations. Its rows are the four gates one below the
    other, in PyTorch's order i, f, g, o.

    Args:
        input_size: I, the length of an input vector.
        hidden_size: H, the number of memory cells.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight = nn.Parameter(torch.empty(4 * hidden_size, input_size + hidden_size))
        self.bias = nn.Parameter(torch.empty(4 * hidden_size))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Uniform weights as in `torch.nn.LSTM`; a forget gate that begins open.

        A bias of 1 on the forget gate lets a fresh network remember before it has learned what to
        forget (Gers et al. 2000; Jozefowicz, Zaremba & Sutskever 2015).
        """
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)
        with torch.no_grad():
            self.bias[self.hidden_size : 2 * self.hidden_size] = 1.0

    def forward(
        self, x: Tensor, h: Tensor, c: Tensor, weight_dropout: float = 0.0
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Read a sequence with the fused kernel.

        Args:
            x: (B, T, I) inputs.
            h, c: (B, H) state before the first step.
            weight_dropout: probability of dropping a recurrent weight for the whole sequence,
                while training (DropConnect; Merity, Keskar & Socher 2018, arXiv:1708.02182).

        Returns:
            (B, T, H) outputs, and the state after the last step, each (B, H).
        """
        w_ih, w_hh = self.weight.split([self.input_size, self.hidden_size], dim=1)
        w_hh = F.dropout(w_hh, weight_dropout, self.training)
        no_bias = torch.zeros_like(self.bias)  # the kernel wants two biases; one says it all
        out, h, c = torch.lstm(
            x,
            (h.unsqueeze(0), c.unsqueeze(0)),
            [w_ih.contiguous(), w_hh.contiguous(), self.bias, no_bias],
            has_biases=True,
            num_layers=1,
            dropout=0.0,
            train=torch.is_grad_enabled(),  # cuDNN can go backwards only after a `train` pass
            bidirectional=False,
            batch_first=True,
        )
        return out, h[0], c[0]

    def gates(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The gates i, f, o and the candidate g, in the order i, f, g, o (eq. 7, 8, 9, 10).

        Args:
            x: (..., I) inputs. h: (..., H) outputs of the step before.

        Returns:
            four tensors (..., H).
        """
        xh = torch.cat((x, h), -1)  # (..., I + H)
        i, f, g, o = F.linear(xh, self.weight, self.bias).chunk(4, -1)
        return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()

    def trace(self, x: Tensor, out: Tensor, h: Tensor, c: Tensor) -> LayerTrace:
        """What the gates and cells did in a `forward` that is already computed.

        Once every h is known, the gates of all steps are one matrix product; only eq. 9 still has
        to be followed step by step, and that is an element-wise product and sum.

        Args:
            x: (B, T, I) the inputs; out: (B, T, H) what `forward` returned for them.
            h, c: (B, H) the state that `forward` started from.
        """
        before = torch.cat([h.unsqueeze(1), out[:, :-1]], dim=1)  # (B, T, H) h of the step before
        i, f, g, o = self.gates(x, before)
        cells = torch.empty_like(i)
        for t in range(x.shape[1]):
            c = f[:, t] * c + i[:, t] * g[:, t]
            cells[:, t] = c
        return LayerTrace(i=i, f=f, g=g, o=o, c=cells, h=out)


class LSTM(nn.Module):
    """A stack of L layers, each reading the outputs of the one below.

    Args:
        input_size: I, the length of an input vector.
        hidden_size: H, the number of memory cells in each layer.
        num_layers: L.
        dropout: while training, probability of dropping an output between two layers.
        locked: one mask of this dropout serves all steps of a sequence (variational dropout; Gal
            & Ghahramani 2016, arXiv:1512.05287); otherwise each step has its own (Zaremba et al.
            2014, arXiv:1409.2329).
        weight_dropout: while training, probability of dropping a recurrent weight.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        dropout: float = 0.0,
        locked: bool = True,
        weight_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.dropout, self.locked, self.weight_dropout = dropout, locked, weight_dropout
        self.layers = nn.ModuleList(
            LSTMLayer(input_size if layer == 0 else hidden_size, hidden_size)
            for layer in range(num_layers)
        )

    def initial_state(self, batch_size: int) -> LSTMState:
        """Nothing said, nothing remembered: zeros, in the type and on the device of the weights."""
        zeros = next(self.parameters()).new_zeros(self.num_layers, batch_size, self.hidden_size)
        return LSTMState(zeros, zeros)

    @overload
    def forward(
        self, x: Tensor, state: LSTMState | None = None, *, trace: Literal[False] = False
    ) -> tuple[Tensor, LSTMState]: ...
    @overload
    def forward(
        self, x: Tensor, state: LSTMState | None = None, *, trace: Literal[True]
    ) -> tuple[Tensor, LSTMState, Trace]: ...
    def forward(self, x, state=None, *, trace=False):
        """Read a whole sequence.

        Args:
            x: (B, T, I) inputs, T at least 1.
            state: the state to start from; zeros when None.
            trace: keep what every gate and cell did.

        Returns:
            (B, T, H) outputs of the top layer, the state after the last step and, with `trace`,
            a `Trace` whose tensors are (B, T, H).

        Raises:
            ValueError: if x is not of shape (B, T, I) with T >= 1, if the state is of another
                shape, or if a trace is asked for while weights are dropped: its gates would not
                be those that made the output.
        """
        if x.dim() != 3 or x.shape[1] < 1 or x.shape[2] != self.input_size:
            raise ValueError(
                f"expected (B, T >= 1, {self.input_size}) inputs, got {tuple(x.shape)}"
            )
        if trace and self.training and self.weight_dropout > 0:
            raise ValueError("no trace while weights are dropped: call eval() first")
        state = self.initial_state(x.shape[0]) if state is None else state
        self._check_state(state, x.shape[0])
        hs, cs, traces = [], [], []
        for n, layer in enumerate(cast("Iterable[LSTMLayer]", self.layers)):
            if n > 0:
                x = dropout(x, self.dropout, self.training, self.locked)
            out, h, c = layer(x, state.h[n], state.c[n], self.weight_dropout)
            if trace:
                traces.append(layer.trace(x, out, state.h[n], state.c[n]))
            hs.append(h)
            cs.append(c)
            x = out
        after = LSTMState(torch.stack(hs), torch.stack(cs))
        return (x, after, Trace(traces)) if trace else (x, after)

    @overload
    def step(
        self, x: Tensor, state: LSTMState, *, trace: Literal[False] = False
    ) -> tuple[Tensor, LSTMState]: ...
    @overload
    def step(
        self, x: Tensor, state: LSTMState, *, trace: Literal[True]
    ) -> tuple[Tensor, LSTMState, Trace]: ...
    def step(self, x, state, *, trace=False):
        """Advance one time step: the equations, written out. No dropout: this is for sampling.

        Args:
            x: (B, I) input of this step.
            state: the state after the step before.
            trace: keep what every gate and cell did.

        Returns:
            (B, H) output of the top layer, the new state and, with `trace`, a `Trace` whose
            tensors are (B, 1, H).

        Raises:
            ValueError: if x is not of shape (B, I), or the state is of another shape.
        """
        if x.dim() != 2 or x.shape[1] != self.input_size:
            raise ValueError(f"expected (B, {self.input_size}) inputs, got {tuple(x.shape)}")
        self._check_state(state, x.shape[0])
        hs, cs, traces = [], [], []
        layers = cast("Iterable[LSTMLayer]", self.layers)
        for layer, h, c in zip(layers, state.h.unbind(), state.c.unbind(), strict=True):
            i, f, g, o = layer.gates(x, h)  # each (B, H)
            c = f * c + i * g  # eq. 9
            x = o * c.tanh()  # eq. 11, and the input of the layer above
            if trace:
                traces.append(LayerTrace(*(v.unsqueeze(1) for v in (i, f, g, o, c, x))))
            hs.append(x)
            cs.append(c)
        after = LSTMState(torch.stack(hs), torch.stack(cs))
        return (x, after, Trace(traces)) if trace else (x, after)

    def _check_state(self, state: LSTMState, batch_size: int) -> None:
        """Refuse a state of another shape; the fused kernel would read on without a word."""
        expected = (self.num_layers, batch_size, self.hidden_size)
        if state.h.shape != expected or state.c.shape != expected:
            raise ValueError(
                f"expected a state of two {expected} tensors, "
                f"got {tuple(state.h.shape)} and {tuple(state.c.shape)}"
            )


def dropout(x: Tensor, p: float, training: bool, locked: bool) -> Tensor:
    """Dropout of a sequence, with one mask for all its steps if it is locked.

    Args:
        x: (B, T, C). p: probability of dropping a channel, from 0 to below 1; if the masks are not
            locked, to the nearest 1/256. training: off means x unchanged.
    """
    if not training or p == 0:
        return x
    if locked:
        return x * (x.new_empty(x.shape[0], 1, x.shape[2]).bernoulli_(1 - p) / (1 - p))
    # A byte of chance for each number does, and eight are drawn at a time: on a CPU, the drawing of
    # PyTorch's own dropout takes four times as long and a sixth of a training.
    dropped = round(256 * p)
    drawn = torch.randint(-(2**63), 2**63 - 1, (-(-x.numel() // 8),), device=x.device)
    kept = drawn.view(torch.uint8)[: x.numel()].view(x.shape) >= dropped
    return x * kept * (256 / (256 - dropped))
