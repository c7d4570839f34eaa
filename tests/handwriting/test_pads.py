"""Ink of any pad, brought to the whiteboard: size, pace and several lines."""

import json

import numpy as np
import pytest

from lstm_core.handwriting.pads import (
    LETTER,
    LONGEST_TEXT,
    MOVE,
    SWEEP,
    means,
    pad_strokes,
    whiteboard_drawing,
    whiteboard_ink,
)
from lstm_core.handwriting.request import MAX_POINTS
from lstm_core.ink.geometry import sweep


def looked_at(rate, seconds=1.0, unit=1.0, at=(40, 60)):
    """A scrawl of three strokes, as a pad sees it that looks so many times a second."""
    strokes, begun = [], 0.0
    for n, long in enumerate((seconds, 0.4 * seconds, 0.7 * seconds)):
        t = np.append(np.arange(0, long, 1 / rate), long)
        x = 60 * n + 55 * t / long + 6 * np.sin(9 * t)
        y = 20 * np.cos(2 * np.pi * 3 * t**1.5 / long)
        xy = np.column_stack((x, y)) * unit + at
        strokes.append(np.column_stack((xy, 1000 * (begun + t))).tolist())
        begun += long + 0.2
    return strokes


def ink_of(strokes, text="some words"):
    return whiteboard_ink(text, pad_strokes(strokes)).points


@pytest.mark.parametrize("unit", [0.05, 30])
def test_size_and_pace_are_those_of_the_whiteboard(unit):
    ink = ink_of(looked_at(120, unit=unit))
    assert sweep(ink) == pytest.approx(SWEEP, rel=0.1)
    assert len(ink) == pytest.approx(LETTER * len("some words"), abs=2)
    assert ink[:, 2].sum() == 3
    assert ink[-1, 2] == 1
    np.testing.assert_allclose(ink, ink_of(looked_at(120)), atol=0.5)


def test_the_points_are_even_in_time():
    """A stroke that took twice as long has twice as many; a slow part more than a quick one."""
    ink = ink_of(looked_at(120))
    lengths = np.diff(np.flatnonzero(ink[:, 2]), prepend=-1)
    np.testing.assert_allclose(lengths / lengths.sum(), np.array([1, 0.4, 0.7]) / 2.1, atol=0.01)
    straight = [[[x, y, t] for x, y, t in ((0, 0, 0), (0, 20, 0), (10, 0, 90), (100, 0, 180))]]
    points = ink_of(straight, "an")
    x = points[:, 0] / points[-1, 0]
    assert (x < 0.1).mean() == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("rate", [60, 240, 1000])
def test_it_makes_no_difference_how_often_the_pad_looks(rate):
    ink, other = ink_of(looked_at(125)), ink_of(looked_at(rate))
    assert len(ink) == len(other)
    apart = np.hypot(*(ink - other)[:, :2].T)
    assert apart.max() < 0.1 * SWEEP
    assert apart.mean() < 0.02 * SWEEP


def test_a_rest_is_no_slow_writing():
    strokes = looked_at(120)
    rested = [[list(point) for point in stroke] for stroke in strokes]
    for point in rested[0][60:] + rested[1] + rested[2]:
        point[2] += 60_000
    ink, other = ink_of(strokes), ink_of(rested)
    lengths, others = (np.diff(np.flatnonzero(each[:, 2])) for each in (ink, other))
    np.testing.assert_allclose(lengths, others, atol=4)


@pytest.mark.parametrize("spoil", [
    lambda p: p[:2], lambda p: [*p[:2], None], lambda p: [*p[:2], 5], lambda p: [*p[:2], -p[2]],
    lambda p: [*p[:2], float("nan")], lambda p: [*p[:2], "3"], lambda p: [*p[:2], 1e300],
])  # fmt: skip
def test_without_times_the_points_count_as_even(spoil):
    strokes = looked_at(80)
    ink = ink_of([[spoil(point) for point in stroke] for stroke in strokes])
    np.testing.assert_allclose(ink, ink_of(strokes), atol=3)


def test_means_over_stretches_of_time():
    """By hand: the integral of straight pieces."""
    time, x = np.array([0.0, 1, 3, 4]), np.array([0.0, 4, 4, 8])
    xy = np.column_stack((x, -x))
    made = means(xy, time, 5)  # at 0, 1, 2, 3, 4: over half a unit to each side
    by_hand = [
        0,
        (3 + 4 * 0.5) * 0 + (2 + 4) / 2 * 0.5 + 4 * 0.5,
        4,
        4 * 0.5 + (4 + 6) / 2 * 0.5,
        8,
    ]
    np.testing.assert_allclose(made[:, 0], by_hand)
    np.testing.assert_allclose(made[:, 1], -np.array(by_hand))
    np.testing.assert_array_equal(means(xy, time, 1), [[8, -8]])


def test_several_lines_become_one():
    """As wide as both and a space, and no higher than one."""
    first, second = looked_at(90), looked_at(90, at=(35, 230))
    later = [[[x, y, t + 9000] for x, y, t in stroke] for stroke in second]
    alone, both = ink_of(first), ink_of(first + later, "some words here are two")
    assert np.ptp(both[:, 1]) == pytest.approx(np.ptp(alone[:, 1]), rel=0.1)
    assert np.ptp(both[:, 0]) == pytest.approx(2 * np.ptp(alone[:, 0]) + 0.8 * SWEEP, rel=0.1)
    assert both[:, 2].sum() == 6


@pytest.mark.parametrize(("text", "strokes", "words"), [
    ("words", None, "list of strokes"),
    ("words", [], "nothing to read yet"),
    ("words", [[[1, 2, 3]]], "single point"),
    ("words", [[[1, 2], [float("nan"), 3]]], "numbers from"),
    ("words", [[1, 2], [3, 4]], "list of strokes"),
    ("words", [[[n, 0] for n in range(20_001)]], "more than 20,000 points"),
    ("words", "[[[0, 0, ", "no JSON"),
    ("words", [*looked_at(60), [[0, 50 * (n % 2)] for n in range(20_000)]], "20,000"),
    ("words", [[[n % 2, 50 * (n % 2)] for n in range(19_000)]], "too much ink"),
    ("i", looked_at(60, 9), "too much for 1 character:"),
    ("more words than there are in this scrawl of only three strokes", looked_at(60), "at most 60"),
    ("many words for so little ink as this", [[[0, 0], [5, 30], [9, 2]]], "too little for 36"),
    ("  ", looked_at(60), "is empty"),
    (None, looked_at(60), "must be text"),
    ("a" * (LONGEST_TEXT + 1), looked_at(60), "at most 60"),
])  # fmt: skip
def test_what_is_no_ink_of_a_text(text, strokes, words):
    with pytest.raises(ValueError, match=words):
        whiteboard_ink(text, pad_strokes(strokes))


def test_strokes_may_come_as_json():
    strokes = looked_at(60)
    for mine, its in zip(
        pad_strokes(json.dumps([*strokes, []])), pad_strokes(strokes), strict=True
    ):
        np.testing.assert_array_equal(mine, its)


def test_a_drawing_has_the_pace_of_the_pen():
    drawing = whiteboard_drawing(pad_strokes(looked_at(100, unit=3)))
    assert sweep(drawing) == pytest.approx(SWEEP, rel=0.1)
    moves = np.hypot(*np.diff(drawing[:, :2], axis=0).T)[drawing[:-1, 2] == 0]
    assert moves.mean() == pytest.approx(MOVE, rel=0.15)
    assert len(whiteboard_drawing(pad_strokes([[[0, 0], [0, 1]]]))) >= 2
    many = [[[k % 40, k // 40], [k % 40, k // 40 + 0.01]] for k in range(999)]
    assert len(whiteboard_drawing(pad_strokes(many))) <= MAX_POINTS


def test_a_flat_line_is_not_blown_up():
    """A hair's breadth of height is none."""
    flat = [[[10_000 * n, y + 1e-6 * (n % 2)] for n in range(50)] for y in (0, 1e5)]
    drawing = whiteboard_drawing(pad_strokes(flat))
    assert len(drawing) <= MAX_POINTS
    assert np.abs(drawing[:, :2]).max() < 1e6
    ink = whiteboard_ink("two lines of a dash", pad_strokes(flat))
    assert np.abs(ink.points[:, :2]).max() < 1e6


def test_a_scribble_is_refused():
    with pytest.raises(ValueError, match="too much ink"):
        whiteboard_drawing(pad_strokes([[[n % 2, 50 * (n % 2)] for n in range(19_000)]]))
