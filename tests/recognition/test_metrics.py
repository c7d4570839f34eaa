"""Character and word error, against the definition and against values known from elsewhere."""

import functools
import random

import pytest

from lstm_core.recognition.metrics import cer, edits, found, wer


def by_definition(a, b):
    """Levenshtein's distance as its recursion says."""

    @functools.cache
    def distance(m, n):
        if m == 0 or n == 0:
            return m + n
        return min(
            distance(m - 1, n) + 1,
            distance(m, n - 1) + 1,
            distance(m - 1, n - 1) + (a[m - 1] != b[n - 1]),
        )

    return distance(len(a), len(b))


def test_edits_equal_the_definition():
    draw = random.Random(1)
    for _ in range(300):
        a, b = ("".join(draw.choices("abc", k=draw.randrange(9))) for _ in range(2))
        assert edits(a, b) == by_definition(a, b), (a, b)


def test_what_was_found_stands_in_the_reading_in_order():
    """And so many symbols are found as the cheapest way leaves."""
    draw = random.Random(2)
    for _ in range(300):
        a, b = ("".join(draw.choices("abc", k=draw.randrange(9))) for _ in range(2))
        kept = found(a, b)
        assert len(kept) == len(a)
        rest = iter(b)
        assert all(symbol in rest for symbol, is_kept in zip(a, kept, strict=True) if is_kept)
        # Each reading symbol is kept, substituted or inserted; each of the reference the same.
        assert max(len(a), len(b)) - sum(kept) <= edits(a, b)
        if edits(a, b) == 0:
            assert all(kept)
    assert found("the fox", "thefax") == [True, True, True, False, True, False, True]


@pytest.mark.parametrize(("a", "b", "n"), [
    ("kitten", "sitting", 3), ("Saturday", "Sunday", 3), ("", "", 0), ("", "ab", 2), ("ab", "", 2),
    (["to", "be"], ["to", "bee", "or"], 2),
])  # fmt: skip
def test_known_distances(a, b, n):
    assert edits(a, b) == n


def test_errors_are_totals_over_totals():
    references, readings = ["to be or", "not"], ["to bee", "knot"]
    assert cer(references, readings) == pytest.approx((3 + 1) / 11)
    assert wer(references, readings) == pytest.approx((2 + 1) / 4)
    assert cer(["a"], ["abcd"]) == 3


@pytest.mark.parametrize("seed", range(3))
def test_equal_to_jiwer(seed):
    jiwer = pytest.importorskip("jiwer")
    draw = random.Random(seed)
    references, readings = (
        ["x" + "".join(draw.choices("ab  c", k=draw.randrange(30))) for _ in range(20)]
        for _ in range(2)
    )
    assert wer(references, readings) == pytest.approx(jiwer.wer(references, readings))
    # jiwer strips lines before it counts their characters.
    references, readings = ([s.strip() for s in side] for side in (references, readings))
    assert cer(references, readings) == pytest.approx(jiwer.cer(references, readings))


def test_what_cannot_be_judged():
    with pytest.raises(ValueError, match="nothing to read"):
        cer(["", ""], ["a", ""])
    with pytest.raises(ValueError, match="zip"):
        wer(["a"], ["a", "b"])
