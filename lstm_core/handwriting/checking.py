"""Whether a line that the network has written can be read, by the project's own reader.

A line has failed if
- it was given up: the window did not leave its text;
- the pen ran away: the line is far wider or higher than people's; or
- a word is lost: fewer than half of its characters are found where they should be in what is read.

A sampler with a `Checker` has the line read after each word. If more is misread than before, it
writes the word several times, with other random numbers, and keeps the attempt that is read best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from lstm_core.recognition.metrics import edits, found
from lstm_core.recognition.sampler import ReadingSampler

WIDEST, HIGHEST = 500.0, 2_000.0
"""Width for each character and height, in units of the whiteboard, that are too much: half again as
wide and as high as the training lines, but for one in a thousand."""

AT_ONCE = 3
"""Attempts at a word that are made side by side, after the first."""

ROUNDS, MOST_ROUNDS = 3, 8
"""How often, if more is misread than before; and if a word is lost, at most."""

ATTEMPTS = 1 + AT_ONCE * MOST_ROUNDS
"""At a word, at most."""

AGAIN = 400
"""Characters that are written again for the sake of one word, at most, so that nobody waits long:
words of more than sixteen have fewer attempts."""

MARGIN = 2
"""Characters that a line may be wider than its text: one of a single letter is none too many."""


@dataclass(frozen=True, eq=False)
class WrittenLine:
    """One line as it was written.

    Attributes:
        text: what it should say.
        points: (N, 3) x, y, pen_up.
        given_up: whether the window had not left the text.
    """

    text: str
    points: np.ndarray
    given_up: bool = False

    @property
    def ran_away(self) -> bool:
        """Whether the pen ran away."""
        width, height = np.ptp(self.points[:, :2], axis=0)
        return bool(width > WIDEST * (len(self.text) + MARGIN) or height > HIGHEST)

    def failed(self, reading: str) -> bool:
        """Whether the line has failed, if this is what was read."""
        return self.given_up or self.ran_away or lost_words(self.text, reading) > 0


def lost_words(text: str, reading: str) -> int:
    """Words of a text of which fewer than half of the characters were found in what was read."""
    kept, begin, lost = found(text, reading), 0, 0
    for word in text.split(" "):
        lost += sum(kept[begin : begin + len(word)]) < len(word) / 2
        begin += len(word) + 1
    return lost


class Checker:
    """Has lines read, without a language model, which would guess what is not there.

    Args:
        reader: reads them.
    """

    def __init__(self, reader: ReadingSampler) -> None:
        self.reader = reader

    def __call__(self, lines: Sequence[WrittenLine]) -> list[tuple[bool, float]]:
        """How bad lines are, to be compared: whether each has failed, and how many edits would
        mend what is read."""
        whole = [line for line in lines if not line.given_up and not line.ran_away]
        readings = iter(self.reader.read_lines([line.points for line in whole]) if whole else ())
        faults = list[tuple[bool, float]]()
        for line in lines:
            if line.given_up or line.ran_away:
                faults.append((True, inf))
            else:
                reading = next(readings)
                faults.append((line.failed(reading), edits(line.text, reading)))
        return faults
