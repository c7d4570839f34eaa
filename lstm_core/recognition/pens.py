"""The same line as other pens, surfaces and hands would have recorded it.

The data were taken by one device. These are what a mouse, a finger or a tablet may make of the same
movements, to see whether they are still read.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstm_core.ink.iam import Line


def sampled(rate: float) -> Callable[[Line], np.ndarray]:
    """Looked at so many times a second instead: between two points the pen went straight."""

    def pen(line: Line) -> np.ndarray:
        strokes = []
        ends = np.flatnonzero(line.points[:, 2] > 0) + 1
        for begin, end in zip([0, *ends[:-1]], ends, strict=True):
            times = line.times[begin:end].astype(np.float64)
            # Points with one time stamp are spread a little: times must increase.
            times = np.maximum.accumulate(times) + 1e-6 * np.arange(end - begin)
            between = np.arange(times[0], times[-1] - 1e-3, 1 / rate)
            looked = np.unique([times[0], *between, times[-1]])
            xy = [np.interp(looked, times, line.points[begin:end, k]) for k in (0, 1)]
            strokes.append(np.column_stack((*xy, looked == looked[-1])))
        return np.concatenate(strokes)

    return pen


def every(n: int) -> Callable[[Line], np.ndarray]:
    """Every n-th point of each stroke, and its last."""

    def pen(line: Line) -> np.ndarray:
        up = line.points[:, 2] > 0
        begins = np.flatnonzero(np.append(True, up[:-1]))
        place = np.arange(len(up)) - np.repeat(begins, np.diff(np.append(begins, len(up))))
        return line.points[(place % n == 0) | up]

    return pen


def shaped(xx: float = 1, xy: float = 0, yx: float = 0, yy: float = 1) -> Callable:
    """x and y multiplied by a matrix."""

    def pen(line: Line) -> np.ndarray:
        made = line.points.astype(np.float64)
        made[:, :2] = made[:, :2] @ np.array([[xx, yx], [xy, yy]])
        return made

    return pen


PENS: dict[str, Callable[[Line], np.ndarray]] = {
    "30_hz": sampled(30),
    "60_hz": sampled(60),
    "120_hz": sampled(120),
    "every_2nd_point": every(2),
    "every_3rd_point": every(3),
    "tenth_size": shaped(xx=0.1, yy=0.1),
    "ten_times_size": shaped(xx=10, yy=10),
    "slanted_right": shaped(xy=-0.25),
    "slanted_left": shaped(xy=0.25),
    "uphill": shaped(xx=0.9962, xy=0.0872, yx=-0.0872, yy=0.9962),  # 5 degrees
    "wide": shaped(xx=1.2),
    "narrow": shaped(xx=0.85),
}
"""By name, each from a line to a trajectory (N, 3). The speed of the pen and the duration of its
rests make no difference to any: times are not read."""
