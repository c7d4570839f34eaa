"""A finished text as a picture."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from lstm_core.handwriting.drawing import Pen, Writing, press

KINDS = ("png", "svg")
GROUND, RULE = "#FFFFFF", "#D5D1C8"
RULE_WIDTH = 6.0  # in units of the whiteboard, as
MARGIN = 200.0  # around the ink
UNITS_PER_INCH = 1_000.0
LARGEST = 30.0  # inches; what is larger is made smaller
DPI, MOST_PIXELS = 300, 5_000


def picture(writing: Writing, kind: str, pen: Pen | None = None) -> bytes:
    """A file with a text, at a thousand units of the whiteboard to the inch, without letters.

    Args:
        writing: what to draw.
        kind: "png", on white, or "svg", on nothing.
        pen: to draw it with.

    Raises:
        ValueError: for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"There are pictures of the kinds {', '.join(KINDS)}.")
    pen = pen or Pen()
    strokes = writing.strokes()
    everything = np.concatenate(strokes)
    margin = MARGIN + 2 * pen.width
    low, high = everything.min(axis=0) - margin, everything.max(axis=0) + margin
    units = max(UNITS_PER_INCH, (high - low).max() / LARGEST)  # to the inch
    size = (high - low) / units
    figure = Figure(figsize=tuple(size), facecolor=GROUND)
    figure.patch.set_visible(kind == "png")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.set(xlim=(low[0], high[0]), ylim=(high[1], low[1]))
    points = 72 / units  # of the printer, to a unit
    if pen.ruled and (kind == "png" or pen.pressed):
        heights = Writing.SPACING * np.arange(len(writing.lines))
        axes.hlines(heights, low[0], high[0], colors=RULE, linewidths=RULE_WIDTH * points)
    pieces = [(stroke, pen.width) for stroke in strokes]
    if pen.pressed:
        pieces = [piece for stroke in strokes for piece in press(stroke, pen.width)]
    # A line of one point is drawn by nobody; one that is hardly longer shows as a dot, unless it is
    # snapped to pixels.
    lines = [np.vstack((p, p + np.array((0.1, 0)))) if len(p) == 1 else p for p, _ in pieces]
    ink = LineCollection(
        lines, linewidths=[width * points for _, width in pieces], colors=pen.colour,
        capstyle="round", joinstyle="round", clip_on=False, snap=False, zorder=3,
    )  # fmt: skip
    axes.add_collection(ink, autolim=False)
    file = io.BytesIO()
    dpi = min(DPI, MOST_PIXELS / size.max())
    figure.savefig(file, format=kind, dpi=dpi, metadata={"Date": None} if kind == "svg" else None)
    return file.getvalue()
