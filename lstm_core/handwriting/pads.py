"""Ink of a pen pad, as the whiteboard would have recorded it.

A pad looks at its pen as often as it likes, in pixels of its own; the whiteboard looked about 65
times a second, at writing of a certain size. What a network has learned of how pens move holds for
the latter only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from lstm_core.handwriting.request import MAX_POINTS, Ink, check_text
from lstm_core.ink.geometry import FLATTEST, resample, sweep, trajectory
from lstm_core.ink.lines import split_lines
from lstm_core.ink.strokes import Strokes, check_ink

LETTER = 21.0
"""Points that the whiteboard saw of a character, spaces among them (mean of the training lines)."""

SWEEP = 175.0
"""How far the writers' pens went up or down in one sweep, in units of the whiteboard (median)."""

MOVE = 20.0
"""From a point to the next in a stroke, in units of the whiteboard (mean)."""

SPACE = 0.8
"""Between two lines that are put one after the other, in sweeps: a word's distance."""

LONGEST_REST = 100.0
"""Milliseconds that count between two points of a stroke: a pen that lies still while its owner
thinks is not writing slowly."""

LEAST_INK, MOST_INK = 0.6, 12.0
"""Length of the ink a character, in sweeps. In the lines of the whiteboard it is 0.95 to 8.2."""

LONGEST_TEXT = 60
"""Characters of what is written on a pad; the network has seen no line that is longer."""


def pad_strokes(given: Any) -> list[np.ndarray]:
    """Checked strokes.

    Args:
        given: a list of strokes, each a list of points [x, y] or [x, y, t], t in milliseconds; or
            all that as JSON text.

    Returns:
        for each stroke (n, 3) x, y, t; t counts the points where the pad has no times, or none that
        make sense.

    Raises:
        ValueError: a sentence that says what is accepted.
    """
    checked = Strokes(given)
    raw = json.loads(given) if isinstance(given, str) else given
    known = [times_of(stroke) for stroke in raw if len(stroke)]
    times = [t for t in known if t is not None]
    if len(times) < len(checked):
        times = [np.arange(len(stroke), dtype=np.float64) for stroke in checked]
    return [np.column_stack((xy, t)) for xy, t in zip(checked, times, strict=True)]


def times_of(stroke: Sequence[Any]) -> np.ndarray | None:
    """(n,) the times of a stroke's points; None if it has none."""
    found = [point[2] for point in stroke if len(point) > 2]
    sane = all(type(t) in (int, float) and abs(t) < 1e15 for t in found)
    if len(found) < len(stroke) or not sane:
        return None
    times = np.array(found, dtype=np.float64)
    goes_on = len(times) == 1 or (times[-1] > times[0] and bool((np.diff(times) >= 0).all()))
    return times if goes_on else None


def whiteboard_ink(text: str, strokes: Sequence[np.ndarray]) -> Ink:
    """A text written on a pad, in the size and at the pace of the whiteboard's writers.

    Several lines are put one after the other.

    Args:
        text: what is written, 1 to 60 characters.
        strokes: as `pad_strokes` returns them.

    Raises:
        ValueError: a sentence, if the text is none, or the ink cannot be that text.
    """
    check_text("The text of the ink", text, LONGEST_TEXT)
    count = len(" ".join(text.split()))
    strokes = one_line(strokes)
    height = size(strokes)
    length = sum(float(moves(stroke).sum()) for stroke in strokes) / height / count
    if length < LEAST_INK:
        raise ValueError(
            f"The ink is too little for {count} characters: write all of the text on the pad, or "
            "shorten the text to what is there."
        )
    if length > MOST_INK:
        raise ValueError(
            f"The ink is too much for {count} character{'s' if count > 1 else ''}: type all that "
            "is written on the pad, or clear the pad and write only the text."
        )
    return Ink(text, at_pace(strokes, SWEEP / height, LETTER * count))


def whiteboard_drawing(strokes: Sequence[np.ndarray]) -> np.ndarray:
    """(N, 3) x, y, pen_up of a drawing, in the size of the whiteboard's letters and at the pace of
    its writers.

    Args:
        strokes: as `pad_strokes` returns them.

    Raises:
        ValueError: a sentence, if there is too much ink.
    """
    check_ink(trajectory([stroke[:, :2] for stroke in strokes]))
    scale = SWEEP / size(strokes)
    length = sum(float(moves(stroke).sum()) for stroke in strokes) * scale
    return at_pace(strokes, scale, length / MOVE)


def moves(stroke: np.ndarray) -> np.ndarray:
    """(n - 1,) distances between the points of a stroke."""
    return np.hypot(*np.diff(stroke[:, :2], axis=0).T)


def size(strokes: Sequence[np.ndarray]) -> float:
    """How far the pen goes up or down in one sweep; of a dash, its length."""
    points = trajectory([stroke[:, :2] for stroke in strokes])
    widest = float(np.ptp(points[:, :2], axis=0).max())
    return max(sweep(points), FLATTEST * widest) if np.ptp(points[:, 1]) else widest


def one_line(strokes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Strokes of several lines, one below the other, as those of a single line.

    Raises:
        ValueError: a sentence, if there is too much ink.
    """
    points = trajectory([stroke[:, :2] for stroke in strokes])
    check_ink(points)
    lines = split_lines(points)
    if len(lines) == 1:
        return list(strokes)
    times = np.concatenate([stroke[:, 2] for stroke in strokes])
    gap, placed = SPACE * size(strokes), []
    right = middle = 0.0
    for n, ink in enumerate(lines):
        xy = points[ink, :2].copy()
        ends = np.flatnonzero(points[ink, 2] > 0)[:-1] + 1
        y = float(np.median(resample(points[ink], gap / 4).points[:, 1]))
        if n == 0:
            middle = y
        else:
            xy += right + gap - xy[:, 0].min(), middle - y
        right = xy[:, 0].max()
        placed += np.split(np.column_stack((xy, times[ink])), ends)
    return placed


def at_pace(strokes: Sequence[np.ndarray], scale: float, count: float) -> np.ndarray:
    """Strokes as points that are even in time, as those of the whiteboard are.

    Each point is the mean of where the pen was from half a point's time before to half after it:
    what a pad saw in between counts, and its rounding to pixels for less.

    Args:
        strokes: each (n, 3) x, y, t.
        scale: by which the strokes are enlarged.
        count: about how many points they all have in the end; each has at least one.

    Returns:
        (N, 3) x, y, pen_up.
    """
    count = min(count, MAX_POINTS - len(strokes))
    clocks = [clock(stroke) for stroke in strokes]
    total = sum(float(time[-1]) for time in clocks)
    pieces = []
    for stroke, time in zip(strokes, clocks, strict=True):
        n = max(1, round(count * time[-1] / total)) if total else 1
        made = np.zeros((n, 3))
        made[:, :2] = scale * means(stroke[:, :2], time, n)
        made[-1, 2] = 1
        pieces.append(made)
    points = np.concatenate(pieces)
    return points if len(points) > 1 else np.concatenate((points * (1, 1, 0), points))


def clock(stroke: np.ndarray) -> np.ndarray:
    """(n,) the time of each point of a stroke, without long rests."""
    return np.concatenate(([0.0], np.diff(stroke[:, 2]).clip(0, LONGEST_REST).cumsum()))


def means(xy: np.ndarray, time: np.ndarray, count: int) -> np.ndarray:
    """(count, 2) where the pen was, on the mean over even stretches of time; a stroke of several
    points begins and ends where it did.

    Args:
        xy: (n, 2) places at the times, with straight lines between them.
        time: (n,) increasing, from 0.
    """
    if count == 1 or time[-1] == 0:
        return np.repeat(xy[-1:], count, axis=0)
    at = np.linspace(0, time[-1], count)
    # As far to one side as to the other: near its ends the stretches become shorter.
    half = np.minimum(at[1] / 2, np.minimum(at, time[-1] - at))[1:-1]
    edges = np.sort(np.concatenate((time, at[1:-1] - half, at[1:-1] + half)))
    made = np.empty((count, 2))
    made[[0, -1]] = xy[[0, -1]]
    for axis in range(2):
        there = np.interp(edges, time, xy[:, axis])
        area = np.concatenate(([0.0], (np.diff(edges) * (there[1:] + there[:-1]) / 2).cumsum()))
        upto, since = (np.interp(at[1:-1] + sign * half, edges, area) for sign in (1, -1))
        made[1:-1, axis] = (upto - since) / (2 * half)
    return made
