"""The signs of notation as outlines, drawn for this project; no font of music is needed.

Units are staff spaces, x to the right and y downwards. What is drawn as with a broad pen is a
ribbon: a line through some points, with a width at each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
Outline = tuple[Point, ...]

HEAD = 0.62
"""Half the width of a head."""

SMOOTH = 6
"""Pieces of a ribbon between two of its points."""


def ellipse(
    wide: float, high: float, turned: float = 0, x: float = 0, y: float = 0, *, hole: bool = False
) -> Outline:
    """An ellipse by its half axes, turned by degrees; a hole goes round the other way."""
    angle, points = math.radians(turned), []
    for n in range(28):
        t = (-1 if hole else 1) * math.tau * n / 28
        a, b = wide * math.cos(t), high * math.sin(t)
        points.append((x + a * math.cos(angle) - b * math.sin(angle),
                       y + a * math.sin(angle) + b * math.cos(angle)))  # fmt: skip
    return tuple(points)


def bar(x: float, y: float, right: float, bottom: float, slope: float = 0) -> Outline:
    """A box, whose upper and lower edge may rise to the right."""
    rise = slope * (right - x)
    return (x, y), (right, y - rise), (right, bottom - rise), (x, bottom)


def smooth(*points: tuple[float, ...]) -> list[tuple[float, ...]]:
    """A smooth line through points (Catmull & Rom 1974), as many points."""
    ends = (points[0], *points, points[-1])
    line = [
        tuple(along(*four, n / SMOOTH) for four in zip(p0, p1, p2, p3, strict=True))
        for p0, p1, p2, p3 in zip(ends, ends[1:], ends[2:], ends[3:], strict=False)
        for n in range(SMOOTH)
    ]
    return [*line, points[-1]]


def ribbon(*points: tuple[float, float, float]) -> Outline:
    """A smooth line through points (x, y, width), as an outline."""
    line = smooth(*points)
    left, right = [], []
    for n, (x, y, width) in enumerate(line):
        before, after = line[max(0, n - 1)], line[min(len(line) - 1, n + 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        scale = width / 2 / math.hypot(dx, dy)
        left.append((x + dy * scale, y - dx * scale))
        right.append((x - dy * scale, y + dx * scale))
    return (*left, *reversed(right))


def along(a: float, b: float, c: float, d: float, t: float) -> float:
    """Between b and c, which the line passes at t = 0 and 1."""
    return b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))


def moved(outline: Outline, x: float = 0, y: float = 0, flip: int = 1) -> Outline:
    """The same elsewhere; upside down if `flip` is -1."""
    return tuple((a + x, flip * b + y) for a, b in outline)


def brace(height: float) -> Outline:
    """A brace before two staves; its point is at x = 0."""
    half = (
        (1.0, 0.0, 0.05), (0.62, 0.06, 0.26), (0.62, 0.22, 0.44), (0.66, 0.34, 0.34),
        (0.42, 0.45, 0.16),
    )  # fmt: skip
    upper = [(x, height * y, w) for x, y, w in half]
    lower = [(x, height * (1 - y), w) for x, y, w in reversed(half)]
    return ribbon(*upper, (0.0, height / 2, 0.04), *lower)


FLAT = (
    bar(-0.42, -1.75, -0.31, 0.66),
    ribbon((-0.36, -0.22, 0.08), (-0.05, -0.5, 0.2), (0.26, -0.32, 0.3), (0.18, 0.12, 0.26),
           (-0.12, 0.46, 0.16), (-0.38, 0.66, 0.05)),
)  # fmt: skip
QUARTER_REST = (
    ribbon((-0.3, -1.45, 0.06), (-0.08, -1.15, 0.22), (0.26, -0.72, 0.2), (0.0, -0.38, 0.42),
           (-0.1, -0.12, 0.42), (0.14, 0.22, 0.24), (0.42, 0.62, 0.05)),
    ribbon((0.42, 0.66, 0.05), (0.04, 0.44, 0.2), (-0.26, 0.62, 0.28), (-0.2, 1.0, 0.2),
           (0.14, 1.42, 0.05)),
)  # fmt: skip
HOOK = (
    ellipse(0.24, 0.22, 0, -0.3, -0.32),
    ribbon((-0.42, -0.22, 0.1), (-0.1, -0.1, 0.14), (0.2, -0.22, 0.1), (0.42, -0.5, 0.06)),
)
FLAG: Outline = tuple(
    (x, y) for x, y in (
        *smooth((0.0, 0.0), (0.16, 0.6), (0.76, 1.28), (1.02, 1.98), (0.8, 2.85)),
        *smooth((0.8, 2.85), (0.84, 2.1), (0.52, 1.55), (0.0, 1.05)),
    )
)  # fmt: skip
CROSS = (
    (-0.42, -0.42), (-0.16, -0.42), (0, -0.14), (0.16, -0.42), (0.42, -0.42), (0.42, -0.16),
    (0.14, 0), (0.42, 0.16), (0.42, 0.42), (0.16, 0.42), (0, 0.14), (-0.16, 0.42), (-0.42, 0.42),
    (-0.42, 0.16), (-0.14, 0), (-0.42, -0.16),
)  # fmt: skip

GLYPHS: dict[str, Sequence[Outline]] = {
    # Heads, around their centre.
    "halo": (ellipse(1.05, 0.9),),
    "black": (ellipse(0.66, 0.45, -22),),
    "half": (ellipse(0.66, 0.47, -22), ellipse(0.55, 0.22, -30, hole=True)),
    "whole": (ellipse(0.84, 0.5), ellipse(0.34, 0.44, -24, hole=True)),
    "dot": (ellipse(0.2, 0.2),),
    # Flags, from the end of a stem that goes up; those of stems that go down.
    "flag": (FLAG,),
    "flags": (FLAG, moved(FLAG, 0, 0.85)),
    "flag_down": (moved(FLAG, flip=-1),),
    "flags_down": (moved(FLAG, flip=-1), moved(FLAG, 0, -0.85, -1)),
    # Accidentals, around the centre of the head.
    "sharp": (
        bar(-0.25, -1.28, -0.15, 1.5), bar(0.15, -1.5, 0.25, 1.28),
        bar(-0.46, -0.52, 0.46, -0.2, 0.24), bar(-0.46, 0.42, 0.46, 0.74, 0.24),
    ),
    "flat": FLAT,
    "natural": (
        bar(-0.33, -1.4, -0.22, 0.78), bar(0.22, -0.78, 0.33, 1.4),
        bar(-0.33, -0.46, 0.33, -0.16, 0.28), bar(-0.33, 0.42, 0.33, 0.72, 0.28),
    ),
    "double_sharp": (CROSS,),
    "double_flat": (*(moved(part, -0.4) for part in FLAT), *(moved(part, 0.4) for part in FLAT)),
    # Rests: the half sits on its line, the whole hangs from it, others are around the middle.
    "rest_16": (bar(-0.6, 0, 0.6, 0.5),),
    "rest_8": (bar(-0.6, -0.5, 0.6, 0),),
    "rest_4": QUARTER_REST,
    "rest_2": (*HOOK, ((0.36, -0.52), (0.47, -0.52), (0.05, 1.1), (-0.08, 1.1))),
    "rest_1": (
        *HOOK, *(moved(part, -0.22, 0.95) for part in HOOK),
        ((0.36, -0.52), (0.47, -0.52), (-0.12, 1.75), (-0.25, 1.75)),
    ),
    # Clefs, on the line that they name; common time, on the middle line.
    "treble": (
        ribbon(
            (1.42, 0.4, 0.06), (1.08, 0.12, 0.12), (1.2, -0.46, 0.18), (1.72, -0.66, 0.24),
            (2.3, -0.2, 0.34), (2.16, 0.62, 0.3), (1.5, 1.0, 0.14), (0.62, 0.78, 0.26),
            (0.18, -0.08, 0.4), (0.48, -1.14, 0.38), (1.26, -2.1, 0.34), (1.86, -2.95, 0.3),
            (2.02, -3.8, 0.24), (1.78, -4.4, 0.08), (1.42, -4.0, 0.22), (1.3, -3.1, 0.22),
            (1.46, -1.6, 0.16), (1.72, 0.1, 0.15), (1.94, 1.5, 0.15), (1.84, 2.2, 0.17),
            (1.38, 2.52, 0.14), (0.92, 2.28, 0.1),
        ),
        ellipse(0.36, 0.34, 0, 1.08, 2.1),
    ),
    "bass": (
        ellipse(0.36, 0.34, 0, 0.5, 0.02),
        ribbon(
            (0.17, -0.02, 0.06), (0.34, -0.7, 0.14), (0.98, -0.98, 0.18), (1.66, -0.72, 0.36),
            (1.86, 0.05, 0.44), (1.58, 0.98, 0.34), (0.98, 1.68, 0.2), (0.05, 2.3, 0.04),
        ),
        ellipse(0.2, 0.2, 0, 2.5, -0.5), ellipse(0.2, 0.2, 0, 2.5, 0.5),
    ),
    "common_time": (
        ribbon((0.8, -0.55, 0.06), (0.2, -0.96, 0.12), (-0.42, -0.72, 0.3), (-0.66, 0, 0.42),
               (-0.42, 0.72, 0.3), (0.2, 0.96, 0.12), (0.84, 0.42, 0.05)),
        ellipse(0.25, 0.25, 0, 0.58, -0.5),
    ),
}  # fmt: skip
"""By name: outlines that are filled where they go round a point more often one way than the
other."""

ACCIDENTALS = {-2: "double_flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double_sharp"}
WIDTHS = {-2: 1.55, -1: 0.8, 0: 0.75, 1: 1.0, 2: 0.9}
"""Of the accidentals."""
