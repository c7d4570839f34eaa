"""What the features share: following a text from left to right, never looking ahead."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

PARAGRAPH = r"\n\n"
"""Where anything left open is taken to end."""


def held(n: int, changes: Iterable[tuple[int, float]]) -> np.ndarray:
    """A value that holds from the place of a change until the next; 0 before the first.

    Args:
        n: N, the number of characters.
        changes: (place, value), in the order of their places.

    Returns:
        (N,) float32.
    """
    places, values = [0], [0.0]
    for place, value in changes:
        places.append(place)
        values.append(value)
    return np.repeat(np.array(values, dtype=np.float32), np.diff([*places, n]))


def depth(text: str, opening: str, closing: str, reset: str = PARAGRAPH) -> np.ndarray:
    """How many of what was opened are still open: (N,) float32.

    An opening counts from its last character on, a closing until the one before its last. A closing
    with nothing open does nothing.

    Args:
        opening, closing, reset: regular expressions, without groups, of a fixed length; at a reset
            nothing is open any more.
    """
    changes, open_ = [], 0
    for match in re.finditer(f"({opening})|({closing})|({reset})", text):
        open_ = open_ + 1 if match[1] else max(0, open_ - 1) if match[2] else 0
        changes.append((match.end() - 1, open_))
    return held(len(text), changes)


def since(mask: np.ndarray) -> np.ndarray:
    """Characters since the mask was last true: (N,) int64, 0 where it is; from 1 before that.

    Args:
        mask: (N,) bool.
    """
    places = np.arange(len(mask))
    return places - np.maximum.accumulate(np.where(mask, places, -1))


def each(text: str, test: Iterable[bool]) -> np.ndarray:
    """A property of the characters alone: (N,) bool."""
    return np.fromiter(test, dtype=bool, count=len(text))
