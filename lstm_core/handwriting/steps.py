"""One point written, and the line that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch

from lstm_core.handwriting.dataset import Scale
from lstm_core.handwriting.mixture import mixture
from lstm_core.handwriting.request import WritingRequest
from lstm_core.handwriting.stepper import PenState, Thought
from lstm_core.trace import Trace

SLOWEST = 60
"""Points for a character at which a line is given up; people take 9 to 61 (the mean is 21)."""

AT_LEAST = 120
"""Points that every line may have, however short its text."""

FLAWLESS = False, 0.0
"""What a `Checker` says of a line that is read without an error."""


@dataclass(frozen=True)
class Word:
    """The part of a line that is written next; all of it, unless something else is said.

    Attributes:
        begin: characters of the line before it.
        end: characters of the line up to its end; None for all.
        position: points of the line before it.
        state: of the network after all of these but the last, and that one, normalised; None where
            the line begins.
    """

    begin: int = 0
    end: int | None = None
    position: int = 0
    state: tuple[PenState, np.ndarray] | None = None


@dataclass
class Row:
    """One text of a batch, and how far it has come."""

    request: WritingRequest
    lines: list[str]
    start: PenState  # in which a line is begun
    point: np.ndarray  # (3,) what is read first in that state
    read: str  # text of the ink that state has read
    keep: bool  # whether lines after the first go on from it
    constants: np.ndarray  # (L, 1, 4H) of its style
    luck: np.random.Generator
    index: int  # place among the requests
    line: int = 0
    position: int = 0
    points: list[tuple[float, float, bool]] = field(default_factory=list)  # of this line
    word: Word = field(default_factory=Word)
    paused: bool = False  # whether the word is written
    fault: tuple[bool, float] = FLAWLESS  # of the line so far, as a `Checker` has it

    @property
    def text(self) -> str:
        """What the window runs along: what was read, and the line."""
        return f"{self.read} {self.lines[self.line]}" if self.read else self.lines[self.line]

    @property
    def prefix(self) -> int:
        """Characters of the text before those of the line."""
        return len(self.text) - len(self.lines[self.line])

    @property
    def moves_away(self) -> bool:
        """Whether the line has a place of its own, not where the ink that was read ended."""
        return bool(self.read) and self.line > 0

    @property
    def goes_on(self) -> bool:
        """Whether the line begins where a visitor's ink ended, with the pen up."""
        return bool(self.read) and self.line == 0

    @property
    def wanted(self) -> str:
        """What the line says once its next word is written."""
        return self.lines[self.line][: self.word.end]

    @property
    def ink(self) -> np.ndarray:
        """(N, 3) what has been written of the line, with the pen lifted at its end; not where ink
        ended that it goes on from."""
        points = np.array(self.points[int(self.points[0][2]) :])
        points[-1, 2] = 1
        return points

    @property
    def bound(self) -> int:
        """Most points of the line up to there."""
        return self.word.position + AT_LEAST + SLOWEST * (len(self.wanted) - self.word.begin)

    @property
    def over(self) -> bool:
        """Whether nothing is to be written, for the time being or for good."""
        return self.paused or self.line >= len(self.lines)

    @property
    def begins(self) -> tuple[PenState, np.ndarray]:
        """The state in which the word is begun, and the (3,) point that is read first."""
        return self.word.state or (self.start, self.point)

    def is_past_its_word(self, phi: np.ndarray) -> bool:
        """Whether the window, of (U,) weights, shows the beginning of the word after it."""
        return self.word.end is not None and int(phi.argmax()) > self.prefix + self.word.end

    def go_on(self, begin: int = 0, state: tuple[PenState, np.ndarray] | None = None) -> None:
        """Write the next word, which begins after so many characters of the line."""
        space = self.lines[self.line].find(" ", begin)
        self.word = Word(begin, space if space >= 0 else None, self.position, state)
        self.paused = False

    def add(self, step: WritingStep) -> None:
        """Take note of one point; after the last of a line another line begins."""
        if step.position == 0:
            self.points = [(0.0, 0.0, self.goes_on)]
        x, y, _ = self.points[-1]
        self.points.append((x + step.dx, y + step.dy, step.pen_up))
        self.position = 0 if step.last else self.position + 1

    def fortune(self) -> np.ndarray:
        """(4,) random numbers of one point, for `draw`."""
        return np.concatenate((self.luck.random(2), self.luck.standard_normal(2)))


@dataclass(frozen=True)
class Expectation:
    """Where the network expected the next point, in units of the whiteboard from the one before."""

    pi: np.ndarray  # (M,) weights of the Gaussians
    mean: np.ndarray  # (M, 2)
    deviation: np.ndarray  # (M, 2) standard deviations
    rho: np.ndarray  # (M,) correlations
    pen_up: float  # probability that the pen is lifted after it


class WritingStep:
    """One point written, and what the network thought when it chose it.

    A line begins with the pen on the board at 0, 0; a line that goes on from a visitor's ink begins
    where the ink ended, with the pen up.

    Attributes:
        line: number of the line, from 0. text: the text of the line.
        position: points of the line written before this one.
        dx, dy: from the point before, in units of the whiteboard, y down.
        pen_up: whether the pen is lifted after this point; so it is after the last of a line.
        last: whether it is the last point of its line.
        given_up: whether it is the last because there were too many, and not because the window had
            left the text.
        pauses: whether the next point may take its time: it is the last of a word that was chosen.
        cells: what the memory cells did, tensors (1, 1, H); None unless asked for.
        thought: what the network thought as it chose the point, of all lines written side by side.
        row: the line's place among them.
        prefix: characters that the window had run along before those of the line.
    """

    __slots__ = (
        "_bias", "_scale", "cells", "dx", "dy", "given_up", "last", "line", "pauses", "pen_up",
        "position", "prefix", "row", "text", "thought",
    )  # fmt: skip

    def __init__(
        self, row: Row, point: np.ndarray, last: bool, thought: Thought, place: int,
        scale: Scale, trace: bool, given_up: bool = False,
    ) -> None:  # fmt: skip
        self.line, self.text, self.position = row.line, row.lines[row.line], row.position
        dx, dy, up = scale.denormalise(point).tolist()
        if row.position == 0 and row.moves_away:
            dx = dy = 0.0
        self.dx, self.dy, self.last, self.pen_up = dx, dy, last, up == 1 or last
        self.given_up, self.pauses = given_up, False
        self.cells: Trace | None = thought.trace(place) if trace else None
        # The arrays of the whole batch: most consumers look into few of the steps.
        self.thought, self.row, self._scale = thought, place, scale
        self.prefix, self._bias = row.prefix, row.request.bias

    @property
    def attention(self) -> np.ndarray:
        """(len(text),) weights phi of the characters of the line."""
        return self.thought.phi[self.row, self.prefix : self.prefix + len(self.text)]

    @property
    def expectation(self) -> Expectation:
        """What was expected, as sharp as the bias made it."""
        outputs = torch.from_numpy(self.thought.outputs[self.row])
        m, deviation = mixture(outputs, self._bias), np.array(self._scale.deviation)
        return Expectation(
            pi=m.log_pi.exp().numpy(),
            mean=m.mean.numpy() * deviation + self._scale.mean,
            deviation=m.log_sigma.exp().numpy() * deviation,
            rho=m.rho.numpy(),
            pen_up=m.end.sigmoid().item(),
        )


class Attempt(NamedTuple):
    """One way in which a word was written."""

    row: Row  # as it stands after it
    steps: Sequence[WritingStep]
    fault: tuple[bool, float]  # of the line so far, as a `Checker` has it; less is better
