"""Pen strokes that a visitor sends, checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

MAX_POINTS = 20_000
"""Points of one request: a line of forty letters has some nine hundred."""

MAX_STROKES = 1_000
MAX_JSON = 4_000_000
"""Characters of strokes as JSON text: room for all these points in full precision."""

FARTHEST = 1e6
"""Largest coordinate of a point."""

DENSEST = 300
"""Length of the ink as a multiple of its width or height; twenty full lines have a hundred."""

TOO_MUCH = "That is too much ink to be read at once: write less at a time."

EXPECTED = (
    "Strokes are a list of strokes; each is a list of points; each is a pair of numbers, [x, y]"
)


class Strokes(tuple):
    """Pen strokes: for each an array (n, 2) of x and y, y growing down.

    Args:
        given: a list of strokes, each a list of points [x, y], or all that as JSON text. What a
            point has besides, such as the time, is ignored.

    Raises:
        ValueError: says what is accepted.
    """

    def __new__(cls, given: Any) -> Strokes:
        if isinstance(given, Strokes):
            return given
        if isinstance(given, str):
            if len(given) > MAX_JSON:
                raise ValueError(f"That is more than {MAX_POINTS:,} points: write less at a time.")
            try:
                given = json.loads(given)
            except (ValueError, RecursionError):
                raise ValueError(f"{EXPECTED}; this is no JSON text.") from None
        strokes = list_of(given)
        if len(strokes) > MAX_STROKES:
            raise ValueError(f"That is more than {MAX_STROKES:,} strokes: write less at a time.")
        if sum(len(list_of(stroke)) for stroke in strokes) > MAX_POINTS:
            raise ValueError(f"That is more than {MAX_POINTS:,} points: write less at a time.")
        made = [np.array([point(p) for p in list_of(stroke)]) for stroke in strokes]
        made = [stroke for stroke in made if len(stroke)]
        if not made:
            raise ValueError("There is nothing to read yet: draw some letters.")
        if all(np.array_equal(xy, made[0][0]) for stroke in made for xy in stroke):
            raise ValueError("A single point cannot be read: draw some letters.")
        return super().__new__(cls, made)


def list_of(given: Any) -> Sequence:
    if isinstance(given, np.ndarray) and given.ndim:
        given = given.tolist()
    if not isinstance(given, (list, tuple)):
        raise ValueError(f"{EXPECTED}.")
    return given


def point(given: Any) -> tuple[float, float]:
    if len(list_of(given)) < 2:
        raise ValueError(f"{EXPECTED}.")
    for value in given[:2]:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"{EXPECTED}.")
        if not -FARTHEST <= value <= FARTHEST:  # which is false of NaN, too
            raise ValueError(f"The x and y of a point are numbers from -{FARTHEST:.0f} to "
                             f"{FARTHEST:.0f}.")  # fmt: skip
    return float(given[0]), float(given[1])


def check_ink(points: np.ndarray) -> None:
    """Refuse a scribble (N, 3) before it is evened, in steps that go by its size.

    Raises:
        ValueError: if there is far more ink than writing of its size has.
    """
    moves = np.hypot(*np.diff(points[:, :2], axis=0).T)
    if moves[points[:-1, 2] == 0].sum() > DENSEST * np.ptp(points[:, :2], axis=0).max():
        raise ValueError(TOO_MUCH)
