"""Progressions: the formula, the range, and what is held out, against brute force."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from lstm_core.sequences import progressions as module
from lstm_core.sequences.progressions import (
    KINDS,
    RATIOS,
    TERMS,
    held_out,
    in_range,
    is_held_out,
    outside,
    progressions,
    recognise,
)


def stretches(rows):
    """Every stretch of four numbers in rows filled up with -1, as tuples."""
    return {
        tuple(row[n : n + 4])
        for row in rows.tolist()
        for n in range(len(row) - 3)
        if row[n + 3] >= 0
    }


def brute_force(kind, top=99, highest=9_999):
    """Every stretch of four of a kind up to some number, by its definition alone."""
    if kind == "arithmetic":
        return {
            (a, b, 2 * b - a, 3 * b - 2 * a)
            for a in range(top + 1)
            for b in range(top + 1)
            if 0 <= 3 * b - 2 * a <= top
        }
    rising = {(a, a * r, a * r**2, a * r**3) for r in RATIOS for a in range(1, highest // r**3 + 1)}
    return rising if "rising" in kind else {four[::-1] for four in rising}


@pytest.fixture(scope="module")
def small():
    """The progressions of a smaller range, in which all can be counted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ARITHMETIC_HIGHEST", 99)
        patch.setattr(module, "HIGHEST", 9_999)
        return {kind: progressions.__wrapped__(kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_every_stretch_is_there_once(small, kind):
    found = small[kind]
    parts = [found.held_out, found.validation, found.shown]
    rows = [tuple(row) for part in parts for row in part.tolist()]
    assert len(rows) == len(set(rows))
    assert set(rows) == brute_force(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_no_held_out_stretch_is_in_the_training(small, kind):
    found = small[kind]
    kept = stretches(found.held_out) | stretches(found.validation)
    shown = stretches(found.training)
    assert not kept & shown
    assert shown == stretches(found.shown)  # and nothing else is missing
    assert 0.07 < len(kept) / (len(kept) + len(shown)) < 0.13
    assert len(found.held_out) > 6 * len(found.validation) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_the_training_are_progressions_in_range(small, kind):
    for row in small[kind].training[:: len(small[kind].training) // 200].tolist():
        terms = [term for term in row if term >= 0]
        assert row == terms + [-1] * (TERMS - len(terms))
        assert recognise(terms[:-1]).next == terms[-1]
        assert recognise(terms[:-1]).kind == kind
        assert in_range(terms[:-1])
        assert not is_held_out(terms[:-1])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_held_out_is_said_to_be(small, kind):
    for a, b, c, _ in small[kind].held_out[:200].tolist():
        assert is_held_out([a, b, c])
    for a, b, c, _ in small[kind].shown[:200].tolist():
        assert not is_held_out([a, b, c])


def test_a_longer_progression_is_held_out_with_the_stretch_in_it():
    first = next(a for a in range(100) if held_out(a + 2, a + 3))
    numbers = [first + n for n in range(6)]
    assert is_held_out(numbers)
    assert is_held_out(numbers[2:5])
    assert is_held_out(numbers[:4]) == bool(
        held_out(first, first + 1) or held_out(first + 1, first + 2)
    )


def test_both_examples_are_held_out():
    assert is_held_out([6, 7, 8])
    assert is_held_out([2, 4, 8])


def test_one_stretch_in_ten_is_held_out():
    a, b = np.meshgrid(np.arange(300), np.arange(300))
    assert held_out(a, b).mean() == pytest.approx(0.1, abs=0.005)
    # By arithmetic on Python's integers.
    for first, second in [(6, 7), (2, 4), (0, 0), (99_999, 1)]:
        key = (1_000_003 * first + second) * 0x9E3779B97F4A7C15 % 2**64
        assert bool(held_out(first, second)) == ((key >> 40) % 10 == 0)


@pytest.mark.parametrize(
    ("numbers", "kind", "step", "following"),
    [
        ([6, 7, 8], "arithmetic", 1, 9),
        ([2, 4, 8], "geometric, rising", 2, 16),
        ([2, 4, 6], "arithmetic", 2, 8),
        ([5, 5, 5], "arithmetic", 0, 5),
        ([0, 0, 0, 0], "arithmetic", 0, 0),
        ([3, 2, 1, 0], "arithmetic", -1, -1),
        ([81, 27, 9], "geometric, falling", Fraction(1, 3), 3),
        ([4, 2, 1], "geometric, falling", Fraction(1, 2), Fraction(1, 2)),
        ([8, 12, 18], "geometric, rising", Fraction(3, 2), 27),
    ],
)
def test_recognise(numbers, kind, step, following):
    found = recognise(numbers)
    assert (found.kind, found.step, found.next) == (kind, step, following)


@pytest.mark.parametrize(
    "numbers",
    [[1, 1, 2], [1, 4, 9], [8, 0, 0], [0, 0, 1], [0, 3, 9], [1, 2], [7], [], [1, 2, 4, 7]],
)
def test_no_progression(numbers):
    assert recognise(numbers) is None
    assert outside(numbers) == "no arithmetic or geometric progression"


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        ([6, 7, 8], ""),
        ([2, 4, 8], ""),
        ([996, 997, 998], ""),
        ([997, 998, 999], "arithmetic and beyond 999"),
        ([2, 1, 0], "the number that follows is no whole number from 0 up"),
        ([4, 2, 1], "the number that follows is no whole number from 0 up"),
        ([8, 12, 18], "a ratio other than 2, 3, 4, 5 or 10"),
        ([1, 7, 49], "a ratio other than 2, 3, 4, 5 or 10"),
        ([343, 49, 7], "a ratio other than 2, 3, 4, 5 or 10"),
        ([99, 990, 9900], ""),
        ([100, 1000, 10000], "beyond 99,999"),
        ([100_000, 10_000, 1_000], "beyond 99,999"),
        (list(range(1, 8)), ""),
        (list(range(1, 9)), "more numbers than the 7 that were read in the training"),
    ],
)
def test_the_range(numbers, why):
    assert outside(numbers) == why
    assert in_range(numbers) == (why == "")


def test_rows_are_as_long_as_they_can_be():
    rows = progressions("geometric, rising").training.tolist()
    longest = [row for row in rows if row[-1] >= 0]
    assert longest
    for row in longest[:50]:
        assert all(b == row[1] // row[0] * a for a, b in pairwise(row))
