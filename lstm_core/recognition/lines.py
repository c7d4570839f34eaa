"""From what a visitor has written to lines that a reader can read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lstm_core.ink.geometry import normalise, resample, trajectory
from lstm_core.ink.lines import split_lines
from lstm_core.ink.strokes import TOO_MUCH, check_ink
from lstm_core.recognition.features import STEP, features
from lstm_core.recognition.model import POINTS_PER_FRAME
from lstm_core.recognition.request import ReadingRequest

LONGEST_PATH = 20_000
"""Points of the evened paths of one request: some forty ordinary lines."""


class InkLine(NamedTuple):
    """One line of a request, ready to be read."""

    ink: np.ndarray  # (N,) points of the request
    points: np.ndarray  # (N, 3) the same, as a normalised trajectory
    turned: complex  # what a move of the request, as x + iy, was multiplied by for that
    features: np.ndarray  # (M, F)
    frame_points: np.ndarray  # (T,)


def ink_lines(request: ReadingRequest) -> list[InkLine]:
    """The lines of a request, from the top.

    Raises:
        ValueError: if there is more ink than is read at a time.
    """
    points = trajectory(list(request.strokes))
    check_ink(points)
    lines: list[InkLine] = []
    total = 0
    for ink in split_lines(points):
        check_ink(points[ink])
        made = normalise(points[ink])
        path = resample(made, STEP)
        total += len(path.points)
        if total > LONGEST_PATH:
            raise ValueError(TOO_MUCH)
        frames = -(-len(path.points) // POINTS_PER_FRAME)
        last = np.arange(1, frames + 1) * POINTS_PER_FRAME - 1
        reached = np.floor(path.source[np.minimum(last, len(path.source) - 1)]).astype(int)
        turned = turn(points[ink], made)
        lines.append(InkLine(ink, made, turned, features(path), ink[reached]))
    return lines


def turn(points: np.ndarray, made: np.ndarray) -> complex:
    """What moves between points (N, 3), as x + iy, have been multiplied by."""
    before, after = (each[:, 0] + 1j * each[:, 1] for each in (points, made))
    far = np.abs(before - before[0]).argmax()
    return complex((after[far] - after[0]) / (before[far] - before[0]))
