"""Lines of writing told apart, tidy and not."""

import numpy as np
import pytest

from lstm_core.ink.geometry import trajectory
from lstm_core.ink.lines import split_lines

LETTERS = {
    "n": [(0, 0), (0, -10), (4, -10), (8, -10), (8, 0)],
    "l": [(0, -22), (0, 0)],
    "g": [(8, -10), (0, -10), (0, 0), (8, 0), (8, -10), (8, 10), (0, 10)],
    "i": [(0, -10), (0, 0)],
    "t": [(0, -18), (0, 0), (5, 0)],
    ",": [(0, 0), (-1, 3)],
}
LATE = {"i": [(0, -15)], "t": [(-4, -11), (4, -11)]}  # dots and bars, when the word is done


def strokes(text, x, y, slope=0.0, random=None):
    """A line of letters 10 high, in the order of writing; a blank ends a word."""
    made, late, begin = [], [], x
    for letter in [*text, " "]:
        if letter == " ":
            made, late = made + late, []
        else:
            made.append(np.add(LETTERS[letter], (float(x), y)))
            if letter in LATE:
                late.append(np.add(LATE[letter], (float(x), y)))
        x += 13
    for stroke in made:
        stroke[:, 1] += slope * (stroke[:, 0] - begin)
        if random is not None:
            stroke += random.normal(0, 0.7, stroke.shape) + random.normal(0, 1, 2)
    return made


def check(*lines):
    """Lines written one after the other are found, whole and in their order."""
    points = trajectory([stroke for line in lines for stroke in line])
    lengths = [sum(map(len, line)) for line in lines]
    expected = np.split(np.arange(len(points)), np.cumsum(lengths)[:-1])
    found = split_lines(points)
    assert [each.tolist() for each in found] == [each.tolist() for each in expected]
    return points, found


TEXTS = ["nigl tin nil", "ling, tingling", "till gin", "i nigg lilt in"]


@pytest.mark.parametrize("text", [*TEXTS, "l", ",", "i", "i i i", "g l g l", "n , l", "t"])
def test_one_line_is_one(text):
    check(strokes(text, 0, 0))


@pytest.mark.parametrize("slope", [-0.15, 0.0, 0.15])
@pytest.mark.parametrize("spacing", [32, 60])
def test_lines_below_each_other(slope, spacing):
    check(*(strokes(text, 0, spacing * n, slope) for n, text in enumerate(TEXTS)))


@pytest.mark.parametrize("seed", range(3))
def test_untidy_lines(seed):
    random = np.random.default_rng(seed)
    check(*(
        strokes(text, random.uniform(0, 30), 40 * n, random.uniform(-0.05, 0.05), random)
        for n, text in enumerate(TEXTS)
    ))  # fmt: skip


def test_two_short_words_below_each_other():
    check(strokes("nl", 0, 0), strokes("lg", 5, 36))


def test_size_and_place_do_not_matter():
    lines = [strokes(text, 0, 40 * n) for n, text in enumerate(TEXTS)]
    for size, place in ((1e-3, 0), (1e3, -4e5)):
        check(*([size * stroke + place for stroke in line] for line in lines))


def test_dots_and_commas_that_come_last_of_all():
    first, second = strokes("nn nn nnnn", 0, 0), strokes("nnn nnn nn", 0, 40)
    dot, comma = np.array([[45.0, -16.0]]), np.array([[100.0, 40.0], [99.0, 43.0]])
    bar = np.array([[20.0, 29.0], [29.0, 29.0]])
    points = trajectory([*first, *second, dot, comma, bar])
    n = sum(map(len, first))
    upper, lower = split_lines(points)
    dotted = len(points) - 5
    assert upper.tolist() == [*range(n), dotted]
    assert lower.tolist() == [*range(n, dotted), *range(dotted + 1, len(points))]


def test_the_upper_line_comes_first_even_if_it_was_written_last():
    first, second = strokes("nn nn", 0, 40), strokes("nnn nn", 0, 0)
    found = split_lines(trajectory([*first, *second]))
    n = sum(map(len, first))
    assert [each[0] for each in found] == [n, 0]


@pytest.mark.parametrize("drawn", [
    [[[0, 0], [100, 0]]], [[[0, 0], [0, 100]]], [[[5, 5]], [[9, 5]]], [[[0, 0], [1e6, 1e6]]],
    [[[-1e6, 0], [1e6, 0]], [[0, 1e-9]]], [[[1e-9, 0], [0, 1e-9]]], [[[5, 5]], [[5, 1e6]]],
])  # fmt: skip
def test_odd_ink_is_kept_whole(drawn):
    points = trajectory([np.array(stroke, dtype=float) for stroke in drawn])
    found = split_lines(points)
    assert sorted(np.concatenate(found).tolist()) == list(range(len(points)))
    assert all(np.ptp(points[each, :2], axis=0).max() > 0 for each in found)
