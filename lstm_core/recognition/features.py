"""What the network is shown of the pen's path: eight numbers at each even step.

Nothing of it depends on time, nor on what is written later (but for the size, slope and place of
the whole line, which `lstm_core.ink.geometry.normalise` has to see all of).
"""

from __future__ import annotations

import numpy as np

from lstm_core.ink.geometry import Path

STEP = 0.125
"""Distance of two points on the path, in heights of the line."""

FEATURES = (
    "right", "down",  # where the pen came from, in steps; zero at the first point of a stroke
    "jump_right", "jump_down",  # how it got to the first point of a stroke through the air
    "begins", "ends",  # 1 at the first and the last point of a stroke
    "depth",  # y: how far below the middle of the line, in heights
    "behind",  # how far left of the rightmost ink so far, in heights: dots and bars come late
)  # fmt: skip

FARTHEST = 8.0
"""Distances in heights beyond which it does not matter how far away the pen is."""


def features(path: Path, step: float = STEP) -> np.ndarray:
    """(M, 8) float32, the features of a normalised path.

    Args:
        path: in steps of about `step`, in heights of the line.
    """
    x, y, up = path.points.T
    made = np.zeros((len(x), len(FEATURES)), dtype=np.float32)
    begins = np.concatenate(([1.0], up[:-1]))
    moves = np.diff(path.points[:, :2], axis=0, prepend=path.points[:1, :2])  # (M, 2)
    first = begins[:, None] > 0
    made[:, 0:2] = np.where(first, 0.0, moves / step)
    made[:, 2:4] = np.where(first, moves, 0.0)
    made[:, 4], made[:, 5] = begins, up
    made[:, 6] = 2 * y
    made[:, 7] = np.maximum.accumulate(x) - x
    made[:, 2:8] = made[:, 2:8].clip(-FARTHEST, FARTHEST)
    return made
