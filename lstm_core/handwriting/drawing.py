"""A finished text, as lines, as strokes and as a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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
        """All strokes, each (N, 2), the lines one below the other."""
        found = []
        for n, line in enumerate(self.lines):
            placed = line[:, :2] + (0, n * self.SPACING)
            ends = np.flatnonzero(line[:, 2]) + 1
            found += [stroke for stroke in np.split(placed, ends) if len(stroke)]
        return found


def svg(writing: Writing, width: float = 6.0) -> str:
    """A picture of a text.

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
        f'fill="none" stroke="#1B1D22" stroke-width="{width:g}" stroke-linecap="round" '
        'stroke-linejoin="round"/></svg>'
    )
