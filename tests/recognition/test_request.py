"""What can be asked of the reader, and what is refused with a sentence."""

import json
import math

import numpy as np
import pytest

from lstm_core.ink.strokes import MAX_JSON, MAX_POINTS, MAX_STROKES, Strokes
from lstm_core.recognition.request import ReadingRequest

WAVE = [[[3.0 * n, 20 * math.sin(n / 2)] for n in range(80)], [[100, -40], [101, -40]]]


@pytest.mark.parametrize("given", [
    json.dumps(WAVE), tuple(map(tuple, WAVE)), [np.array(stroke) for stroke in WAVE],
    [[[*point, 0.5, "pen"] for point in stroke] for stroke in WAVE], [*WAVE, []], Strokes(WAVE),
])  # fmt: skip
def test_strokes_as_lists_arrays_or_text(given):
    expected = ReadingRequest(WAVE).strokes
    for a, b in zip(ReadingRequest(given).strokes, expected, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("given", [
    None, 5, {}, True, "", "x", "\0", "\ud800", "[" * 100_000, "5", [5], [[5]], [[[5]]], [[5, 5]],
    [[["5", "5"]]], [[[None, 0]]], [[[True, 0]]], [[[[0, 1], [0, 1]]]], np.array(5),
    [WAVE], [{"x": 1, "y": 2}],
])  # fmt: skip
def test_other_shapes_are_refused(given):
    with pytest.raises(ValueError, match="each is a pair of numbers"):
        ReadingRequest(given)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e7, -(10**400), np.nan])
def test_numbers_that_are_no_place(value):
    with pytest.raises(ValueError, match="numbers from -1000000 to 1000000"):
        ReadingRequest([[[0, 0], [value, 1]]])


@pytest.mark.parametrize("given", [[], [[]], [[], []], "[]"])
def test_nothing_to_read(given):
    with pytest.raises(ValueError, match="nothing to read yet"):
        ReadingRequest(given)


@pytest.mark.parametrize("given", [[[[5, 5]]], [[[5, 5], [5, 5]], [[5, 5]]]])
def test_a_single_point(given):
    with pytest.raises(ValueError, match="single point"):
        ReadingRequest(given)


def test_too_much():
    points = [[n % 1_000, n // 1_000] for n in range(MAX_POINTS)]
    assert len(ReadingRequest([points]).strokes[0]) == MAX_POINTS
    with pytest.raises(ValueError, match="more than 20,000 points"):
        ReadingRequest([points, [[0, 0]]])
    with pytest.raises(ValueError, match="more than 20,000 points"):
        ReadingRequest("[" + " " * MAX_JSON)
    dashes = [[[0, n], [1, n]] for n in range(MAX_STROKES)]
    assert len(ReadingRequest(dashes).strokes) == MAX_STROKES
    with pytest.raises(ValueError, match="more than 1,000 strokes"):
        ReadingRequest([*dashes, []])
