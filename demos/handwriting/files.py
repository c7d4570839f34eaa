"""Pictures of handwriting to take away, made of what a browser has on its paper."""

from __future__ import annotations

import base64
import threading
from typing import Any

import numpy as np

from lstm_core.handwriting.drawing import Pen, Writing

TYPES = {"png": "image/png", "svg": "image/svg+xml"}
MOST_POINTS = 40_000
"""More than the longest text has, at the slowest pace of a pen."""

FARTHEST = 1e6
"""Largest coordinate of a point, in units of the whiteboard."""

ONE_AT_A_TIME = threading.Lock()  # a picture takes a second and up to 200 MB


def ink_file(message: Any) -> dict[str, str]:
    """A picture of the ink that the stage has: a server function of it.

    Args:
        message: kind, pressed, ruled, width, colour and lines, as a browser sends them: see
            `ink_stage_view`.

    Returns:
        `{"type": ..., "data": base64}`, or `{"error": sentence}`.
    """
    given = message if isinstance(message, dict) else {}
    kind = given.get("kind")
    try:
        if not isinstance(kind, str) or kind not in TYPES:
            raise ValueError(f"There are pictures of the kinds {', '.join(TYPES)}.")
        names = ("colour", "width", "pressed", "ruled")
        pen = Pen(**{name: given[name] for name in names if name in given})
        writing = Writing(lines_of(given.get("lines")), [])
    except ValueError as error:
        return {"error": str(error)}
    from lstm_core.handwriting.picture import picture  # with matplotlib, which few visitors need

    with ONE_AT_A_TIME:
        content = picture(writing, kind, pen)
    return {"type": TYPES[kind], "data": base64.b64encode(content).decode("ascii")}


def lines_of(given: Any) -> list[np.ndarray]:
    """For each line (N, 3) x, y, pen_up.

    Args:
        given: a list of `{"points": [[x, y, pen_up], ...]}`.

    Raises:
        ValueError: a sentence, if it is none.
    """
    form = "Ink is a list of lines, each with points of three numbers: x, y, and pen-up, 0 or 1."
    if not isinstance(given, list) or not all(isinstance(line, dict) for line in given):
        raise ValueError(form)
    points = [line.get("points") for line in given]
    if not points or not all(isinstance(line, list) and line for line in points):
        raise ValueError("There is no ink on the paper yet." if not points else form)
    if sum(map(len, points)) > MOST_POINTS:
        raise ValueError(f"A picture has at most {MOST_POINTS:,} points.")
    try:
        lines = [np.asarray(line, dtype=np.float64) for line in points]
    except (TypeError, ValueError, OverflowError):
        raise ValueError(form) from None
    for line in lines:
        if line.ndim != 2 or line.shape[1] != 3 or not np.isin(line[:, 2], (0, 1)).all():
            raise ValueError(form)
        if not (np.abs(line) <= FARTHEST).all():  # which NaN is not, either
            raise ValueError(f"The x and y of a point are numbers up to {FARTHEST:,.0f}.")
    return lines
