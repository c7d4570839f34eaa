"""What can be asked of the writing network: a text, a hand, and ink to go on from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lstm_core.checks import number

MAX_TEXT = 500
MAX_LINE = 45
"""Characters of a line; nearly all lines that the network has seen are shorter."""

MAX_BIAS = 10
MAX_SEED = 2**32 - 1
MAX_POINTS = 3_000
"""Most points of a visitor's ink."""

FARTHEST = 20_000
"""Largest offset of a visitor's ink, in units of the whiteboard: some twenty lines of writing."""


@dataclass(frozen=True)
class WritingRequest:
    """What to write.

    Args:
        text: what to write, 1 to 500 characters; long texts are broken into lines.
        bias: 0 writes as people do, carelessly at times; higher is neater (section 5.4), up to 10.
        seed: of the random numbers, 0 to 4,294,967,295.
        hand: name of a known writer; if there is none, any hand that comes.
        other: name of a second writer to blend with the first.
        blend: share of the second writer, 0 to 1.

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """

    text: str = "The quick brown fox jumps over the lazy dog"
    bias: float = 1.0
    seed: int = 0
    hand: str = ""
    other: str = ""
    blend: float = 0.0

    def __post_init__(self) -> None:
        check_text("The text", self.text, MAX_TEXT)
        for name in ("hand", "other"):
            if not isinstance(getattr(self, name), str):
                raise ValueError(f"The {name} must be the name of a writer, or empty.")
        for name, low, high, kind in (
            ("bias", 0, MAX_BIAS, float),
            ("seed", 0, MAX_SEED, int),
            ("blend", 0, 1, float),
        ):
            object.__setattr__(self, name, number(name, getattr(self, name), low, high, kind))
        if self.other and not self.hand:
            raise ValueError("A second hand can only be blended with a first: name both.")


@dataclass(frozen=True, eq=False)
class Ink:
    """Something written, that the network reads before it writes.

    Args:
        text: what is written.
        points: (N, 3) x, y, pen_up in units of the whiteboard, y down; N from 2 to 3,000. An array,
            or a list of lists as a browser sends it.

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """

    text: str
    points: np.ndarray

    def __post_init__(self) -> None:
        check_text("The text of the ink", self.text, MAX_TEXT)
        object.__setattr__(self, "points", check_points(self.points))


def check_text(what: str, text: object, most: int) -> None:
    """Refuse what is no text, is too long, or has nothing to write in it."""
    if not isinstance(text, str):
        raise ValueError(f"{what} must be text.")
    if len(text) > most:
        raise ValueError(f"{what} has {len(text):,} characters; at most {most:,} are written.")
    if not text.strip():
        raise ValueError(f"{what} is empty: write at least one character.")


def check_points(points: object) -> np.ndarray:
    """(N, 3) float32, of anything that was sent as ink."""
    if not isinstance(points, list | tuple | np.ndarray) or not 2 <= len(points) <= MAX_POINTS:
        raise ValueError(f"Ink must be a list of 2 to {MAX_POINTS:,} points.")
    try:
        array = np.asarray(points, dtype=np.float64)
        fits = array.ndim == 2 and array.shape[1] == 3 and bool(np.isfinite(array).all())
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits or not np.isin(array[:, 2], (0, 1)).all():
        raise ValueError("Each point of the ink must be three numbers: x, y, and pen-up, 0 or 1.")
    if np.abs(np.diff(array[:, :2], axis=0)).max() > FARTHEST:
        raise ValueError(f"Two points of the ink are more than {FARTHEST:,} units apart.")
    array[:, :2] -= array[0, :2]
    return array.astype(np.float32)


def lines_of(text: str, longest: int = MAX_LINE) -> list[str]:
    """A text broken into lines at its spaces, as evenly as may be; a longer word is cut.

    Args:
        text: with single spaces, none of them at its ends.
        longest: most characters of a line.
    """
    words = [
        word[n : n + longest] for word in text.split(" ") for n in range(0, len(word), longest)
    ]

    def broken(width: int) -> list[str]:
        lines = [words[0]]
        for word in words[1:]:
            if len(lines[-1]) + 1 + len(word) <= width:
                lines[-1] += " " + word
            else:
                lines.append(word)
        return lines

    fewest = len(broken(longest))
    even = next(w for w in range(1, longest + 1) if len(broken(w)) == fewest)
    return broken(even)
