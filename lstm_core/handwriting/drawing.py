"""A finished text as lines and as strokes, and the pen that it is drawn with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lstm_core.checks import number

INK = "#1B1D22"
BASELINE = 0.85
"""Share of a line's points above what it stands on; below are descenders, and ends of lines that
slope."""

USUAL_SPEED = 18.0
"""Units of the whiteboard from a point to the next (median of the pen on the board)."""

FINEST = 10
"""Widths of a pressed line are multiples of this part of the pen's width."""

CURVE_STEPS = 4  # of a smoothed line, from a point to the next
MIN_WIDTH, MAX_WIDTH = 1, 60


@dataclass(frozen=True, eq=False)
class Writing:
    """A finished text: for each line (N, 3) x, y, pen_up, in units of the whiteboard, y down.

    Each line begins at 0, 0.
    """

    lines: list[np.ndarray]
    texts: list[str]

    SPACING = 600.0
    """From a line to the next: about what the writers of the whiteboard left."""

    def strokes(self) -> list[np.ndarray]:
        """All strokes, each (N, 2), the lines one below the other: line n stands on y =
        n * SPACING."""
        found = []
        for n, line in enumerate(self.lines):
            placed = line[:, :2] + (0, n * self.SPACING - baseline(line))
            ends = np.flatnonzero(line[:, 2]) + 1
            found += [stroke for stroke in np.split(placed, ends) if len(stroke)]
        return found


@dataclass(frozen=True)
class Pen:
    """What a text is drawn with, and on.

    Args:
        colour: #RRGGBB.
        width: of the line, in units of the whiteboard, 1 to 60.
        pressed: smoothed, and the thinner the quicker the pen was; else centre lines from point to
            point, all of one width, as a plotter draws them.
        ruled: on ruled paper. Centre lines in SVG are never: the plotter would draw the rules.

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """

    colour: str = INK
    width: float = 14.0
    pressed: bool = False
    ruled: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.colour, str) or not re.fullmatch("#[0-9A-Fa-f]{6}", self.colour):
            raise ValueError("The colour must be written as #RRGGBB, such as #1B1D22.")
        width = number("width", self.width, MIN_WIDTH, MAX_WIDTH, float)
        object.__setattr__(self, "width", width)
        for name in ("pressed", "ruled"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"What is {name} is true or false.")


def baseline(line: np.ndarray) -> float:
    """The y on which a line of (N, 3) points stands, about."""
    return float(np.quantile(line[:, 1], BASELINE))


def smooth(stroke: np.ndarray) -> np.ndarray:
    """A curve through the points of a stroke: Catmull and Rom (1974).

    Args:
        stroke: (N, 2).

    Returns:
        ((N - 1) * CURVE_STEPS + 1, 2), every CURVE_STEPS-th of which is a point of the stroke.
    """
    before, after = 2 * stroke[:1] - stroke[1:2], 2 * stroke[-1:] - stroke[-2:-1]
    p = np.concatenate((before, stroke, after))
    a, b, c, d = (p[n : n + len(stroke) - 1, None] for n in range(4))
    t = (np.arange(CURVE_STEPS) / CURVE_STEPS)[:, None]
    curve = b + t * (c - a) / 2 + t**2 * (a - 2.5 * b + 2 * c - d / 2)
    curve += t**3 * (1.5 * (b - c) + (d - a) / 2)
    return np.concatenate((curve.reshape(-1, 2), stroke[-1:]))


def press(stroke: np.ndarray, width: float) -> list[tuple[np.ndarray, float]]:
    """A stroke as a pen leaves it that flows: smoothed, and thinner where it went quickly.

    The points of a stroke are evenly spaced in time, so that their distance is the speed.

    Args:
        stroke: (N, 2).
        width: of the line where the pen is about as quick as usual.

    Returns:
        pieces (M, 2), each with its width and beginning where the one before it ended.
    """
    if len(stroke) < 2:
        return [(stroke, width)]
    speed = np.hypot(*np.diff(stroke, axis=0).T)  # (N - 1,)
    speed = np.convolve(np.pad(speed, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
    levels = np.rint(FINEST * (1.35 - 0.7 * speed / (speed + USUAL_SPEED))).astype(int)
    curve = smooth(stroke)
    begins = [0, *(np.flatnonzero(np.diff(levels)) + 1).tolist(), len(levels)]
    return [
        (curve[CURVE_STEPS * a : CURVE_STEPS * b + 1], width * levels[a].item() / FINEST)
        for a, b in pairwise(begins)
    ]


def svg(writing: Writing, width: float = 6.0) -> str:
    """A picture of a text, small and quickly made: centre lines as one path.

    Args:
        writing: what to draw.
        width: of the pen, in units of the whiteboard.
    """
    strokes = writing.strokes()
    everything = np.concatenate(strokes)
    low, high = everything.min(axis=0) - 4 * width, everything.max(axis=0) + 4 * width
    box = " ".join(f"{v:.0f}" for v in (*low, *(high - low)))
    paths = []
    for stroke in strokes:
        points = " ".join(f"{x:.0f},{y:.0f}" for x, y in stroke)
        paths.append(f"M{points} {points.split(' ')[-1]}")  # a stroke of one point shows as a dot
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{" ".join(paths)}" '
        f'fill="none" stroke="{INK}" stroke-width="{width:g}" stroke-linecap="round" '
        'stroke-linejoin="round"/></svg>'
    )
