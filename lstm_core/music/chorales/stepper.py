"""Voice after voice, fast: the network of chorales made ready for composing, in NumPy.

What the writer reads before a voice is put together of rows of tables and of what the context says
of the frame: what each of them adds to the gates of the first layer is worked out beforehand, and a
step has nothing left to multiply but the state (see `lstm_core.stepper`).

Shapes: T frames, C numbers of a context, H cells a layer, L layers, S symbols.
"""

from __future__ import annotations

import numpy as np
import torch

from lstm_core.lstm import LSTMState
from lstm_core.music.chorales.dataset import QUARTER
from lstm_core.music.chorales.model import ChoraleModel
from lstm_core.stepper import VectorStepper
from lstm_core.trace import LayerTrace, Trace


class ChoraleStepper:
    """Steps of the writer for a single chorale.

    Args:
        model: with single-precision weights on the processor, which must not change any more.
    """

    def __init__(self, model: ChoraleModel) -> None:
        self.writer = VectorStepper(model.writer)
        tables = [
            embedding.weight.detach().numpy()
            for embedding in (model.pitch, model.pitch, model.voice, model.beat, model.grid)
        ]  # in the order of `ChoraleModel.inputs`
        ends = np.cumsum([table.shape[1] for table in tables])
        *parts, context = np.split(self.writer.weight, ends, axis=1)
        adds = (table @ part.T for table, part in zip(tables, parts, strict=True))
        self.last, self.own, self.voice, self.beat, self.grid = adds  # each (n, 4H)
        self.context = context.T  # (C, 4H)
        self.head = model.head.weight.detach().numpy(), model.head.bias.detach().numpy()

    def places(self, context: np.ndarray, grid: int) -> np.ndarray:
        """(T, 4H) what the frames add, whatever is sung in them; the first one is on a beat.

        Args:
            context: (T, C) what was read of each frame. grid: its number.
        """
        beats = np.arange(len(context)) % QUARTER
        return context @ self.context + self.beat[beats] + (self.grid[grid] + self.writer.bias)

    def __call__(
        self, last: int, own: int, voice: int, place: np.ndarray, state: LSTMState,
        gates: np.ndarray | None = None,
    ) -> tuple[np.ndarray, LSTMState]:  # fmt: skip
        """Before a voice is written.

        Args:
            last: the symbol that was written last.
            own: what this voice sang in the frame before.
            voice: its number.
            place: (4H,) of the frame.
            state: after the voice before.
            gates: (L, 4H), filled in with i, f, g and o; not if it is None.

        Returns:
            (S,) logits, and the new state.
        """
        inputs = place + self.last[last]
        inputs += self.own[own]
        inputs += self.voice[voice]
        out, state = self.writer.step(inputs, state, gates)
        weight, bias = self.head
        return weight @ out.numpy()[0] + bias, state


def traced(gates: np.ndarray, state: LSTMState) -> Trace:
    """What the memory cells did, tensors (1, 1, H), of (L, 4H) gates and the state after them."""
    layers = []
    for row, c, h in zip(gates, state.c, state.h, strict=True):
        i, f, g, o = (torch.from_numpy(part.copy())[None, None] for part in np.split(row, 4))
        layers.append(LayerTrace(i, f, g, o, c[None], h[None]))
    return Trace(layers)
