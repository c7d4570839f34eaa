"""What is drawn of a score: signs, outlines and words, each at its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from lstm_core.music.score.glyphs import Outline


class Mark(NamedTuple):
    """Something that is drawn, in staff spaces; one of glyph, outline and words."""

    x: float
    y: float  # downwards
    glyph: str = ""  # of `glyphs.GLYPHS`
    outline: Outline = ()  # around (x, y)
    words: str = ""  # on a line that begins at (x, y)
    note: int | None = None  # that it belongs to, by its number

    def moved(self, y: float) -> Mark:
        """The same further down."""
        return self._replace(y=self.y + y)


@dataclass(frozen=True)
class System:
    """The staves of some bars, side by side.

    Attributes:
        start: sixteenths from the beginning of the piece.
        marks: halos before all that is drawn over them.
    """

    start: int
    marks: list[Mark]


@dataclass(frozen=True)
class Page:
    """A piece that is engraved; width and height in staff spaces."""

    width: float
    height: float
    systems: list[System]


def line(x: float, y: float, right: float, bottom: float, note: int | None = None) -> Mark:
    """A box as an outline: all lines that are level or upright."""
    wide, high = right - x, bottom - y
    return Mark(x, y, outline=((0, 0), (wide, 0), (wide, high), (0, high)), note=note)


def bow(x: float, y: float, right: float, flip: int, note: int | None) -> Mark:
    """A tie from one place to another of the same height: upwards if `flip` is -1."""
    wide = right - x
    high = flip * min(1.1, 0.35 + 0.09 * wide)
    outer, inner = [], []
    for n in range(13):
        t = n / 12
        arch = 4 * t * (1 - t)
        outer.append((wide * t, high * arch))
        inner.append((wide * t, (high - flip * 0.25) * arch))
    return Mark(x, y, outline=(*outer, *reversed(inner)), note=note)
