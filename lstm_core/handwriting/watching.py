"""A line as it was written, with all that the network thought at every point of it.

A point is looked at together with the thought from which it was chosen: point n of a line is what
came of the network's state after it had read the points before.

Shapes: N points of a line, U characters of its text, H cells a layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cached_property

import numpy as np
import torch

from lstm_core.handwriting.request import Ink
from lstm_core.handwriting.sampler import WritingSampler
from lstm_core.handwriting.stepper import PenState, Thought
from lstm_core.handwriting.steps import Expectation, WritingStep
from lstm_core.trace import LayerTrace, Trace

GATES = ("i", "f", "g", "o")
"""In the order of `Thought.gates`."""


class WatchedLine:
    """The steps of one line.

    Args:
        steps: all of the line, in order, each `alone`.
        read: text of the ink that the network had read before it wrote the line; "" if none.

    Raises:
        ValueError: if there is no step.
    """

    def __init__(self, steps: Sequence[WritingStep], read: str) -> None:
        if not steps:
            raise ValueError("there is no such line")
        self.steps, self.read = list(steps), read
        self.number, self.text = steps[0].line, steps[0].text

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def moves_away(self) -> bool:
        """Whether the line was put elsewhere than where the network thought that it began: where
        its first point lies was decided by no one."""
        return bool(self.read) and self.number > 0

    @cached_property
    def points(self) -> np.ndarray:
        """(N + 1, 3) x, y, pen_up in units of the whiteboard: where the line begins, and all points
        written; y down. Point n was written at `points[n + 1]`, with the pen at `points[n]`."""
        moves = np.array([(s.dx, s.dy, s.pen_up) for s in self.steps], dtype=np.float64)
        moves[:, :2] = moves[:, :2].cumsum(axis=0)
        begins_in_the_air = bool(self.read)
        return np.concatenate(([[0.0, 0.0, begins_in_the_air]], moves))

    @cached_property
    def attention(self) -> np.ndarray:
        """(N, U) weights phi of the characters as each point was chosen."""
        return np.stack([step.attention for step in self.steps])

    @property
    def letters(self) -> np.ndarray:
        """(N,) the character that the window showed most of as each point was chosen."""
        return self.attention.argmax(axis=1)

    @property
    def trace(self) -> Trace:
        """What the memory cells did: tensors (1, N, H)."""
        gates = np.stack([step.thought.gates[:, 0] for step in self.steps])  # (N, L, 4H)
        states = [step.thought.state for step in self.steps]
        layers = []
        for n in range(gates.shape[1]):
            c, h = (np.stack([getattr(state, q)[n, 0] for state in states]) for q in "ch")
            parts = [*np.split(gates[:, n], 4, axis=1), c, h]
            layers.append(LayerTrace(*(torch.from_numpy(part)[None] for part in parts)))
        return Trace(layers)

    def cell(self, quantity: str, layer: int, cell: int) -> np.ndarray:
        """(N,) what one memory cell did: a gate i, f or o, the candidate g, the memory tanh(c) or
        the output h.

        Args:
            quantity: c, h, i, f, g or o.
            layer, cell: from 1.

        Raises:
            ValueError: a sentence, if there is no such cell or quantity.
        """
        thoughts = [step.thought for step in self.steps]
        L, _, H = thoughts[0].state.c.shape
        if not 1 <= layer <= L or not 1 <= cell <= H:
            raise ValueError(f"The cells are 1 to {H} of the layers 1 to {L}.")
        if quantity == "c":
            return np.tanh([thought.state.c[layer - 1, 0, cell - 1] for thought in thoughts])
        if quantity == "h":
            return np.array([thought.state.h[layer - 1, 0, cell - 1] for thought in thoughts])
        if quantity not in GATES:
            raise ValueError("A cell has i, f, g, o, c and h.")
        at = GATES.index(quantity) * H + cell - 1
        return np.array([thought.gates[layer - 1, 0, at] for thought in thoughts])

    def state(self, point: int) -> PenState:
        """What the network carried when it chose a point."""
        return self.steps[point].thought.state

    def outputs(self, point: int) -> np.ndarray:
        """(1, 6M + 1) what it said of the point, for `mixture`."""
        return self.steps[point].thought.outputs

    def expectation(self, point: int) -> Expectation:
        """Where it expected the point."""
        return self.steps[point].expectation


def watch(
    sampler: WritingSampler, steps: Iterable[WritingStep], line: int, prime: Ink | None = None
) -> WatchedLine:
    """One line of a text that is being written; nothing is asked of `steps` after its end.

    Args:
        sampler: that writes.
        steps: from the first point of the text on, as `WritingSampler.stream` yields them.
        line: which, from 0.
        prime: the ink that the text goes on from.

    Raises:
        ValueError: a sentence, if the text has no such line.
    """
    kept, first = [], ""
    for step in steps:
        first = first or step.text
        if step.line == line:
            kept.append(alone(step))
            if step.last:
                break
    if not kept:
        raise ValueError("There is no such line in the text.")
    goes_on = kept[0].prefix > 0
    read = sampler.alphabet.read(prime.text) if prime is not None else first
    return WatchedLine(kept, read if goes_on else "")


def alone(step: WritingStep) -> WritingStep:
    """A step that does not hold on to the thoughts of lines that were written beside it."""
    whole, row = step.thought, step.row
    if len(whole.outputs) == 1:
        return step
    own = copy(step)
    own.row = 0
    own.thought = Thought(
        whole.outputs[[row]], whole.phi[[row]], whole.state.rows([row]), whole.gates[:, [row]]
    )
    return own
