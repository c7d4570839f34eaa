"""Several lines of writing, told apart by when and where their strokes were made."""

from __future__ import annotations

import numpy as np

from lstm_core.ink.geometry import FLATTEST, SHRINK, resample, sweep

APART = 1.7
"""Distance from a line beyond which a stroke is not of it, in heights of the writing."""

RETURN = 4.0
"""How far left the pen jumps when it may be going to a new line, in heights."""

APART_AFTER_RETURN = 1.0
"""As `APART`, for what is written below the line after such a jump."""

CLOSE = 1.0
"""Distance at which two lines are one, in heights."""

MOST = 40
"""Lines that are told apart; what would be more goes to the nearest."""

LOYALTY = 0.4
"""Heights by which the line that is being written seems nearer than it is."""

REACH = 3.0
"""Distance to the left and right over which a line is followed, in heights."""

SMALL = 0.6
"""Size of a stroke that belongs to others, such as a dot or a comma, in heights."""


class Row:
    """A line of writing as it grows.

    Args:
        unit: the height of the writing.
    """

    def __init__(self, unit: float) -> None:
        self.unit = unit
        self.strokes: list[int] = []
        self.xy = np.empty((0, 2))  # the ink, in even steps
        self.slope = 0.0

    def add(self, stroke: int, ink: np.ndarray) -> None:
        """One stroke more; ink (n, 2) in even steps."""
        self.strokes.append(stroke)
        self.xy = np.concatenate((self.xy, ink))
        xx, xy, yy = np.cov(self.xy.T, ddof=0)[[0, 0, 1], [0, 1, 1]]
        # Shrunk for ink that is not much wider than high, as in `normalise`.
        self.slope = xy / (xx + SHRINK * yy + self.unit**2)

    def distance(self, ink: np.ndarray) -> float:
        """How far below this line the ink (n, 2) of a stroke lies, in heights; above is negative.

        The line is followed by its own ink near the stroke, so that it may slope and bend.
        """
        x, y = ink.mean(0)
        away = np.abs(self.xy[:, 0] - x)
        weights = np.exp((away.min() - away) / (REACH * self.unit))
        here = self.xy[:, 1] + self.slope * (x - self.xy[:, 0])
        return float(y - np.average(here, weights=weights)) / self.unit


def split_lines(points: np.ndarray) -> list[np.ndarray]:
    """The lines of what has been written, from the top.

    Strokes are taken in the order of writing. One that lies too far from every line begins a new
    one; small ones, such as dots and commas, which often come late, go to the line that they are
    nearest to.

    Args:
        points: (N, 3) a trajectory.

    Returns:
        for each line the numbers of its points, in the order of writing; strokes stay whole.
    """
    ends = np.flatnonzero(points[:, 2] > 0)
    stroke_of = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=-1))  # (N,)
    unit = letter_height(points)
    even = resample(points, 0.2 * unit).points
    inks = np.split(even[:, :2], np.flatnonzero(even[:, 2])[:-1] + 1)
    large = [n for n, ink in enumerate(inks) if np.ptp(ink, axis=0).max() > SMALL * unit]
    rows: list[Row] = []
    current: Row | None = None
    before = 0.0
    for n in large:
        ink = inks[n]
        returned = bool(ink[:, 0].min() < before - RETURN * unit)
        row = nearest(rows, ink, current, returned)
        if row is None:
            row = Row(unit)
            rows.append(row)
        row.add(n, ink)
        current, before = row, ink[:, 0].max()
    rows = joined(rows, inks)
    if len(rows) < 2:
        return [np.arange(len(points))]
    owner = {n: row for row in rows for n in row.strokes}
    for n in sorted(set(range(len(inks))) - set(large)):
        current = next((owner[m] for m in range(n, -1, -1) if m in owner), rows[0])
        near = min(rows, key=lambda row: abs(row.distance(inks[n])) - LOYALTY * (row is current))
        near.strokes.append(n)
    slope = np.average([row.slope for row in rows], weights=[len(row.xy) for row in rows])
    rows.sort(key=lambda row: float((row.xy[:, 1] - slope * row.xy[:, 0]).mean()))
    return [np.flatnonzero(np.isin(stroke_of, row.strokes)) for row in rows]


def letter_height(points: np.ndarray) -> float:
    """About the height of an "n" in what has been written, on however many lines.

    Args:
        points: (N, 3) a trajectory.
    """
    parts = np.split(points[:, :2], np.flatnonzero(points[:, 2] > 0)[:-1] + 1)
    heights = np.array([np.ptp(part[:, 1]) for part in parts])
    lengths = np.array([np.hypot(*np.diff(part, axis=0).T).sum() for part in parts])
    order = np.argsort(heights)
    half = np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)
    typical = heights[order][min(half, len(order) - 1)]
    least = max(FLATTEST * np.ptp(points[:, :2], axis=0).max(), 1e-9)
    return max(sweep(resample(points, 0.1 * max(typical, least)).points), least)


def nearest(rows: list[Row], ink: np.ndarray, current: Row | None, returned: bool) -> Row | None:
    """The line that a stroke belongs to; None if it is of none of these.

    Args:
        rows: the lines so far.
        ink: (n, 2) of the stroke, in even steps.
        current: the line of the stroke before.
        returned: whether the pen has jumped far to the left.
    """
    best: Row | None = None
    least = np.inf
    full = len(rows) == MOST
    for row in rows:
        below = row.distance(ink)
        cost = abs(below) - LOYALTY * (row is current)
        limit = APART_AFTER_RETURN if returned and row is current and below > 0 else APART
        if cost < least and (full or cost < limit):
            best, least = row, cost
    return best


def joined(rows: list[Row], inks: list[np.ndarray]) -> list[Row]:
    """The lines with those made one that lie too near each other to be two."""
    made: list[Row] = []
    for row in rows:
        near = min(made, key=lambda other: abs(other.distance(row.xy)), default=None)
        if near is None or abs(near.distance(row.xy)) > CLOSE:
            made.append(row)
        else:
            for n in row.strokes:
                near.add(n, inks[n])
    return made
