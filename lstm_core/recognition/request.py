"""What can be asked of the reader."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_core.ink.strokes import Strokes


@dataclass(frozen=True)
class ReadingRequest:
    """Something written, to be read: one line or several, one below the other.

    Args:
        strokes: [[[x, y], ...], ...], one list of points for each stroke; y grows down.

    Raises:
        ValueError: says what is accepted.
    """

    strokes: Strokes

    def __post_init__(self) -> None:
        object.__setattr__(self, "strokes", Strokes(self.strokes))
