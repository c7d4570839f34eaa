"""LSTM layers that read a sequence both ways, each with all of it in sight.

Two layers of `lstm_core.lstm` make one bidirectional layer: one reads from the first step to the
last, the other from the last to the first, and what both say at a step goes up together (Schuster &
Paliwal 1997, "Bidirectional recurrent neural networks"; Graves & Schmidhuber 2005, "Framewise
phoneme classification with bidirectional LSTM").

Shapes: B sequences in a batch, T steps of the longest, I inputs, H cells each way, L layers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast, overload

import torch
from torch import Tensor, nn

from lstm_core.lstm import LSTMLayer, dropout
from lstm_core.trace import QUANTITIES, LayerTrace, Trace


@dataclass(frozen=True)
class BiTrace:
    """What the cells of both directions did; step t of either is step t of the sequence."""

    forwards: Trace
    backwards: Trace


class BiLSTM(nn.Module):
    """A stack of L bidirectional layers.

    Args:
        input_size: I, the length of an input vector.
        hidden_size: H, the number of memory cells in each layer and direction.
        num_layers: L.
        dropout: while training, probability of dropping an output between two layers.
        locked: one mask of this dropout serves all steps of a sequence, as in `lstm_core.lstm`.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        dropout: float = 0.0,
        locked: bool = True,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.dropout, self.locked = dropout, locked
        sizes = [input_size] + (num_layers - 1) * [2 * hidden_size]
        self.forwards = nn.ModuleList(LSTMLayer(size, hidden_size) for size in sizes)
        self.backwards = nn.ModuleList(LSTMLayer(size, hidden_size) for size in sizes)

    @overload
    def forward(
        self, x: Tensor, lengths: Tensor | None = None, *, trace: Literal[False] = False
    ) -> Tensor: ...
    @overload
    def forward(
        self, x: Tensor, lengths: Tensor | None = None, *, trace: Literal[True]
    ) -> tuple[Tensor, BiTrace]: ...
    def forward(self, x, lengths=None, *, trace=False):
        """Read sequences both ways.

        Args:
            x: (B, T, I) inputs, T at least 1; those beyond the end of a sequence do not matter.
            lengths: (B,) steps of each sequence, from 1 to T; all T when None.
            trace: keep what every gate and cell did.

        Returns:
            (B, T, 2H) outputs of the top layer, those of the way forwards first, zeros beyond the
            end of a sequence; and, with `trace`, a `BiTrace`.

        Raises:
            ValueError: if x is not of shape (B, T, I) with T >= 1, or the lengths do not fit it.
        """
        if x.dim() != 3 or x.shape[1] < 1 or x.shape[2] != self.input_size:
            raise ValueError(
                f"expected (B, T >= 1, {self.input_size}) inputs, got {tuple(x.shape)}"
            )
        B, T, _ = x.shape
        lengths = torch.full((B,), T) if lengths is None else lengths
        if lengths.shape != (B,) or lengths.min() < 1 or lengths.max() > T:
            raise ValueError(f"expected {B} lengths from 1 to {T}, got {lengths.tolist()}")
        lengths = lengths.to(x.device)
        steps = torch.arange(T, device=x.device)
        ends = lengths[:, None]  # (B, 1)
        inside = steps < ends  # (B, T)
        mirror = torch.where(inside, ends - 1 - steps, steps)  # (B, T); its own inverse
        zeros = x.new_zeros(B, self.hidden_size)
        kept: tuple[list[LayerTrace], list[LayerTrace]] = ([], [])
        pairs = zip(
            cast("Iterable[LSTMLayer]", self.forwards),
            cast("Iterable[LSTMLayer]", self.backwards),
            strict=True,
        )
        for n, (forwards, backwards) in enumerate(pairs):
            if n > 0:
                x = dropout(x, self.dropout, self.training, self.locked)
            mirrored = reorder(x, mirror)
            there, _, _ = forwards(x, zeros, zeros)  # (B, T, H)
            back, _, _ = backwards(mirrored, zeros, zeros)
            if trace:
                kept[0].append(forwards.trace(x, there, zeros, zeros))
                turned = backwards.trace(mirrored, back, zeros, zeros)
                kept[1].append(
                    LayerTrace(**{q: reorder(getattr(turned, q), mirror) for q in QUANTITIES})
                )
            x = torch.cat((there, reorder(back, mirror)), -1) * inside[..., None]
        return (x, BiTrace(Trace(kept[0]), Trace(kept[1]))) if trace else x


class Reorder(torch.autograd.Function):
    """Puts the steps of sequences in another order, one that is its own inverse.

    What autograd would do by itself going backwards, adding up steps that might have been read
    twice, takes many times longer.
    """

    @staticmethod
    def forward(ctx, x: Tensor, order: Tensor) -> Tensor:
        ctx.save_for_backward(order)
        return x.gather(1, order[..., None].expand_as(x))

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None]:
        (order,) = ctx.saved_tensors
        return gradient.gather(1, order[..., None].expand_as(gradient)), None


def reorder(x: Tensor, order: Tensor) -> Tensor:
    """(B, T, C) sequences with their steps in another order, (B, T), that is its own inverse."""
    return Reorder.apply(x, order)
