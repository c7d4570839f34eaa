"""Characters that the whiteboard's writers hardly ever wrote, as a pen might have written them.

Nobody in the training lines wrote "@" or "=", and one person an "X". Here is in which strokes such
characters are written, and how such a drawing becomes ink: its corners stay, its curves are
rounded, its shape wanders a little, as no two of a writer's letters are alike, and the pen is slow
at the ends and in the corners, and fast between them.
"""

from __future__ import annotations

import numpy as np

DRAWINGS = {
    "#": ("3,9 2,0 | 7,9 6,0 | 0,6 8,7 | 0,3 8,4",),
    "$": (
        "7,8 5,9 3,9 1,8 1,6 3,5 5,5 7,4 7,2 6,1 4,0 2,0 0,1 | 4,11 4,-2",
        "7,8 5,9 3,9 1,8 1,6 3,5 5,5 7,4 7,2 6,1 4,0 2,0 0,1 | 4,11 4,9 | 4,0 4,-2",
    ),
    "%": (
        "3,9 1,9 0,8 0,6 1,5 3,5 4,6 4,8 3,9 | 8,10 0,0 | 7,4 5,4 4,3 4,1 5,0 7,0 8,1 8,3 7,4",
    ),
    "&": (
        "8,0 6,2 4,5 2,7 2,9 3,10 4,10 5,9 5,8 4,6 2,5 0,3 0,1 2,0 4,0 6,1 8,4",
        "7,8 5,10 3,10 1,9 1,7 3,6 5,6 2,5 0,3 0,1 2,0 5,0 7,1 7,4 | 5,4 9,4",
    ),
    "(": ("3,11 1,8 0,5 0,4 1,1 3,-2",),
    ")": ("0,11 2,8 3,5 3,4 2,1 0,-2",),
    "*": (
        "3,9 3,4 | 0,8 6,5 | 6,8 0,5",
        "3,8 3,2 | 0,7 6,3 | 6,7 0,3 | 0,5 6,5",
    ),
    "+": ("3,7 3,1 | 0,4 6,4", "0,4 6,4 | 3,7 3,1"),
    "-": ("0,4 4,4",),
    "/": ("6,11 0,-1",),
    "<": ("6,7 0,4 6,1",),
    "=": ("0,5 6,5 | 0,3 6,3",),
    ">": ("0,7 6,4 0,1",),
    "@": (
        "7,6 6,7 5,7 3,6 3,4 4,3 5,3 6,4 7,6 | 7,7 7,4 8,3 9,4 10,6 9,8 7,9 5,10 3,9 1,8 0,5 1,2 "
        "3,0 5,-1 8,0",
        "6,6 5,7 4,6 3,5 3,4 4,3 5,3 6,4 6,6 6,4 7,3 8,4 9,6 8,8 6,9 4,9 2,8 0,6 0,3 1,1 3,-1 6,-1 "
        "8,0",
    ),
    "[": ("4,11 0,11 0,-2 4,-2",),
    "\\": ("0,11 6,-1",),
    "]": ("0,11 4,11 4,-2 0,-2",),
    "^": ("0,7 3,11 6,7",),
    "_": ("0,-1 8,-1",),
    "`": ("0,10 2,8",),
    "{": ("4,11 3,11 2,10 2,8 2,6 0,5 2,4 2,2 2,0 3,-2 4,-2",),
    "|": ("0,11 0,-2",),
    "}": ("0,11 1,11 2,10 2,8 2,6 4,5 2,4 2,2 2,0 1,-2 0,-2",),
    "~": ("0,4 1,5 2,5 3,5 5,4 6,4 7,4 8,5",),
    "0": ("4,10 2,9 0,7 0,4 1,1 3,0 5,1 6,3 6,6 5,9 4,10",),
    "1": ("0,8 2,10 2,0", "1,10 1,0"),
    "2": ("0,8 1,10 3,10 5,9 5,7 4,4 2,2 0,0 6,0",),
    "3": ("0,9 2,10 4,10 5,8 4,6 2,5 4,5 6,3 5,1 3,0 1,0 0,1",),
    "4": ("4,10 0,3 6,3 | 5,6 5,0", "1,10 0,4 6,4 | 5,8 5,0"),
    "5": ("1,10 0,6 2,6 4,6 6,4 6,2 4,0 2,0 0,1 | 1,10 6,10",),
    "6": ("5,10 3,9 1,6 0,3 1,1 3,0 5,1 6,3 5,5 3,5 1,4",),
    "7": ("0,10 6,10 2,0", "0,10 6,10 2,0 | 1,5 5,5"),
    "8": ("5,9 3,10 1,9 1,7 3,5 5,4 6,2 4,0 2,0 0,2 1,4 3,5 5,7 5,9",),
    "9": ("5,9 3,10 1,9 0,7 1,5 3,5 5,6 6,8 6,9 5,5 4,0",),
    "J": ("5,10 5,3 4,1 2,0 0,1 0,3", "1,10 8,10 | 5,10 5,3 4,1 2,0 0,1"),
    "K": ("0,10 0,0 | 6,10 0,4 | 2,6 7,0",),
    "Q": ("4,10 2,9 0,7 0,4 1,1 3,0 5,0 7,2 8,5 7,8 5,10 4,10 | 5,3 9,-1",),
    "U": ("0,10 0,4 1,1 3,0 5,1 6,4 6,10",),
    "V": ("0,10 3,0 7,10",),
    "X": ("0,10 7,0 | 7,10 0,0",),
    "Y": ("0,10 3,5 | 7,10 3,5 3,0", "0,10 3,5 6,10 | 3,5 3,0"),
    "Z": ("0,10 6,10 0,0 7,0", "0,10 6,10 0,0 7,0 | 1,5 5,5"),
    "q": (
        "5,5 3,6 1,5 0,3 1,1 3,0 4,1 5,3 5,6 5,-4 6,-3",
        "5,5 3,6 1,5 0,3 1,1 3,0 4,1 5,3 | 5,6 5,-4",
    ),
    "u": ("0,6 0,2 1,0 3,0 5,2 5,6 5,1 6,0", "0,6 0,3 1,1 3,0 4,1 5,3 5,6"),
    "v": ("0,6 3,0 6,6", "0,5 1,6 3,0 5,6"),
    "x": ("0,6 5,0 | 5,6 0,0", "5,6 0,0 | 0,6 5,0"),
    "z": ("0,6 5,6 0,0 5,0", "0,6 5,6 0,0 5,0 | 1,3 4,3"),
    ":": ("0,5 0,4.6 | 0,0.4 0,0",),
    "'": ("0.6,11 0,8.5",),
}  # fmt: skip
"""Ways to write a character: strokes, each of points x,y with y up; letters stand on 0, small
ones reach up to 6, capitals to 10."""

CORNER = np.cos(np.radians(60))
"""A turn sharper than 60 degrees is a corner and stays one."""

Glyph = list[np.ndarray]
"""Strokes, each (n, 2) x, y, with y down, 0 at the baseline and -1 at the top of a capital."""


def glyphs(character: str) -> list[Glyph]:
    """The ways in which a character is drawn."""
    return [
        [
            np.array([point.split(",") for point in stroke.split()], dtype=float) / (10, -10)
            for stroke in drawing.split("|")
        ]
        for drawing in DRAWINGS[character]
    ]


def handwritten(strokes: Glyph, step: float, rng: np.random.Generator) -> Glyph:
    """A character as one pen may write it once.

    Args:
        strokes: of the font.
        step: mean distance of two points of the pen, in heights of a capital.
        rng: for how it turns out.

    Returns:
        strokes, each (n, 2) at even times.
    """
    turned = np.eye(2) + rng.normal(0, [[0.08, 0.03], [0.06, 0.08]])
    waves = rng.normal(0, 0.025, (2, 2, 2))  # amplitudes of x and y along x and y
    phases = rng.uniform(0, 2 * np.pi, (2, 2, 2))
    out = []
    for stroke in strokes:
        points = rounded(stroke @ turned.T)
        points += (waves * np.sin(4 * points[:, None, None] + phases)).sum(axis=(1, 3))
        points += rng.normal(0, 0.02, 2)
        out.append(paced(points, step, rng))
    return out


def rounded(points: np.ndarray, fine: int = 8) -> np.ndarray:
    """(m, 2) a curve through the points of a stroke (n, 2); its corners stay corners.

    Between corners it is a Catmull-Rom spline.
    """
    if len(points) < 3:
        return np.linspace(points[0], points[-1], 2 * fine)
    moves = np.diff(points, axis=0)
    moves = moves / np.maximum(np.linalg.norm(moves, axis=1, keepdims=True), 1e-9)
    corners = 1 + np.flatnonzero((moves[1:] * moves[:-1]).sum(axis=1) < CORNER)
    pieces = []
    for a, b in zip([0, *corners], [*corners, len(points) - 1], strict=True):
        p = points[a : b + 1]
        p = np.concatenate((2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]))
        before, here, there, after = p[:-3], p[1:-2], p[2:-1], p[3:]
        for n in range(b - a):
            t = np.linspace(0, 1, fine, endpoint=False)[:, None]
            pieces.append(
                here[n]
                + t / 2 * (there[n] - before[n])
                + t**2 / 2 * (2 * before[n] - 5 * here[n] + 4 * there[n] - after[n])
                + t**3 / 2 * (3 * here[n] - before[n] - 3 * there[n] + after[n])
            )
    return np.concatenate([*pieces, points[-1:]])


def paced(points: np.ndarray, step: float, rng: np.random.Generator) -> np.ndarray:
    """(n, 2) where the pen is at even times as it follows a curve (m, 2).

    Its speed goes with the radius of the curve to the power of a third (Lacquaniti et al., 1983),
    within bounds, and it begins and ends at rest.
    """
    moves = np.diff(points, axis=0)
    lengths = np.hypot(*moves.T) + 1e-9
    along = np.concatenate(([0.0], np.cumsum(lengths)))
    heading = np.unwrap(np.arctan2(moves[:, 1], moves[:, 0]))
    middle = (along[1:] + along[:-1]) / 2
    bend = np.abs(np.gradient(heading, middle)) if len(middle) > 1 else np.zeros(1)
    speed = np.clip(0.15 / np.maximum(bend, 1e-3), 0.02, 1.0) ** (1 / 3)
    ends = np.minimum(middle, along[-1] - middle)
    speed *= np.clip(np.sqrt(ends / 0.15), 0.35, 1.0)
    times = np.concatenate(([0.0], np.cumsum(lengths / speed)))
    count = max(2, round(along[-1] / step * rng.uniform(0.9, 1.1)))
    wanted = np.linspace(0, times[-1], count)
    return np.stack([np.interp(wanted, times, points[:, axis]) for axis in range(2)], axis=1)
