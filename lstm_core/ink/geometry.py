"""Pen strokes as geometry: even steps along the pen's path, and one size, slope and place for all.

A trajectory is an array (N, 3) of x, y, pen_up: y grows down, and pen_up is 1 at the last point of
each stroke. How fast the pen moved, and how often it was looked at, leaves no trace in what is made
of it here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHRINK = 10.0
"""How much wider than high the ink must be before its slope is believed; see `normalise`."""

FLATTEST = 1 / 200
"""The least height that ink can have, as a part of its width: a dash has none of its own."""


@dataclass(frozen=True, eq=False)
class Path:
    """A trajectory in even steps.

    Attributes:
        points: (M, 3) x, y, pen_up; every stroke has at least two points.
        source: (M,) where each point lies on the trajectory it was made from: 3.5 is half-way
            between its points 3 and 4, counted from 0.
    """

    points: np.ndarray
    source: np.ndarray


def trajectory(strokes: list[np.ndarray]) -> np.ndarray:
    """Strokes, each (n, 2) with n >= 1, as one trajectory (N, 3)."""
    points = np.zeros((sum(map(len, strokes)), 3))
    points[:, :2] = np.concatenate(strokes)
    points[np.cumsum([len(stroke) for stroke in strokes]) - 1, 2] = 1
    return points


def resample(points: np.ndarray, step: float) -> Path:
    """Points at equal distances along each stroke.

    Args:
        points: (N, 3) a trajectory.
        step: the distance. It is stretched or shrunk a little for each stroke, so that its first
            and last point stay; a stroke shorter than half a step becomes two points.
    """
    xy, up = points[:, :2].astype(np.float64), points[:, 2] > 0
    ends = np.flatnonzero(up)
    starts = np.concatenate(([0], ends[:-1] + 1))
    moves = np.hypot(*np.diff(xy, axis=0).T)
    moves[ends[:-1]] = step  # the pen is in the air: any length keeps the strokes apart
    # A pen that rests has to advance, too: positions along the path must increase.
    along = np.concatenate(([0], np.cumsum(moves + 1e-9 * step)))
    lengths = along[ends] - along[starts]
    counts = np.maximum(1, np.rint(lengths / step).astype(int)) + 1
    last = np.cumsum(counts) - 1
    nth = np.arange(last[-1] + 1) - np.repeat(last - counts + 1, counts)
    wanted = np.repeat(along[starts], counts) + nth * np.repeat(lengths / (counts - 1), counts)
    wanted[last] = along[ends]
    made = np.zeros((len(wanted), 3))
    made[:, 0], made[:, 1] = np.interp(wanted, along, xy[:, 0]), np.interp(wanted, along, xy[:, 1])
    made[last, 2] = 1
    return Path(made, np.interp(wanted, along, np.arange(len(xy))))


def normalise(points: np.ndarray) -> np.ndarray:
    """A line of handwriting with a level baseline, of height 1, at x >= 0 and about y = 0.

    - The slope is that of a straight line through the ink, fitted by least squares and shrunk for
      ink that is not much wider than high: a short word slopes with its letters, not its line.
    - The height is the mean distance that the pen goes up or down in one sweep, longer sweeps
      weighing more: about the height of an "n", whichever letters have been written.

    Args:
        points: (N, 3) a trajectory.

    Returns:
        (N, 3) the same points, turned, moved and scaled.
    """
    made = points.astype(np.float64)
    least = max(FLATTEST * np.ptp(made[:, :2], axis=0).max(), 1e-9)
    x, y, _ = even_ink(made, least).T
    centre, slope = np.array([x.mean(), y.mean()]), 0.0
    xx, xy, yy = np.cov(x, y, ddof=0)[[0, 0, 1], [0, 1, 1]]
    for _ in range(2):  # the height that counts is what remains when the slope is taken out
        height = yy - 2 * slope * xy + slope**2 * xx
        slope = xy / (xx + SHRINK * height + least**2)
    made[:, :2] -= centre
    made[:, :2] = made[:, :2] @ np.array([[1.0, -slope], [slope, 1.0]]) / np.hypot(1.0, slope)
    level = even_ink(made, least)
    made[:, :2] /= max(sweep(level), FLATTEST * np.ptp(level[:, 0]), least)
    made[:, 0] -= made[:, 0].min()
    return made


def even_ink(points: np.ndarray, least: float) -> np.ndarray:
    """(M, 3) the trajectory in steps so small that no letter is lost."""
    return resample(points, 0.2 * max(ink_spread(points), least)).points


def ink_spread(points: np.ndarray) -> float:
    """The standard deviation of the ink's y."""
    down = points[:-1, 2] == 0
    weight = np.hypot(*np.diff(points[:, :2], axis=0).T) * down
    if weight.sum() == 0:
        return 0.0
    y, dy = (points[1:, 1] + points[:-1, 1]) / 2, np.diff(points[:, 1])
    mean = np.average(y, weights=weight)
    # dy^2 / 12: the variance within a straight piece, so that longer pieces make no difference.
    return float(np.sqrt(np.average((y - mean) ** 2 + dy**2 / 12, weights=weight)))


def sweep(points: np.ndarray) -> float:
    """The mean vertical distance of the pen's sweeps up and down, weighted by that distance."""
    stroke = np.cumsum(points[:, 2])[:-1]  # what comes after the last point of a stroke is a jump
    dy = np.diff(points[:, 1])
    moving = (points[:-1, 2] == 0) & (dy != 0)
    dy, stroke = dy[moving], stroke[moving]
    if len(dy) == 0:
        return 0.0
    turns = (np.sign(dy[1:]) != np.sign(dy[:-1])) | (stroke[1:] != stroke[:-1])
    sweeps = np.abs(np.bincount(np.concatenate(([0], np.cumsum(turns))), weights=dy))
    return float((sweeps**2).sum() / sweeps.sum())
