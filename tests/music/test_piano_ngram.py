"""n-grams beside a case worked out by hand; probabilities that add up."""

import math

import numpy as np
import pytest

from lstm_core.music.piano.ngram import NGram, estimate


def p(model, *ids):
    """Of the last of some symbols, given those before it."""
    return math.exp(-model.nats(np.array(ids))[-1])


def test_by_hand():
    """0 1 0 2 1 0 in pairs: 01, 10 (twice), 02, 21; every discount is a half.

    Pairs end in 0, 1, 2 in 1, 2, 1 ways: p(0), p(1), p(2) = 1/4, 1/2, 1/4, with 3/8 from the
    uniform distribution. After 1 comes 0, twice: p(0 | 1) = (2 - 1/2) / 2 + 1/4 p(0).
    """
    model = NGram(np.array([0, 1, 0, 2, 1, 0]), 2, 3, discounts=(0.5, 0.5, 0.5))
    after = {
        0: (1 / 8, 1 / 4 + 1 / 4, 1 / 4 + 1 / 8),
        1: (3 / 4 + 1 / 16, 1 / 8, 1 / 16),
        2: (1 / 8, 1 / 2 + 1 / 4, 1 / 8),
    }
    for before, expected in after.items():
        assert [p(model, before, w) for w in range(3)] == pytest.approx(expected)


def test_shorter_contexts_speak_where_the_longer_is_unknown():
    ids = np.array([0, 1, 0, 2, 1, 0])
    pairs = NGram(ids, 2, 4, discounts=(0.5, 0.5, 0.5))
    triples = NGram(ids, 3, 4, discounts=(0.5, 0.5, 0.5))
    # 3 was never seen, so after it only single symbols tell, which are those of the pairs.
    assert [p(triples, 3, w) for w in range(4)] == pytest.approx([p(pairs, 3, w) for w in range(4)])
    assert p(triples, 0, 1, 0) > p(pairs, 0, 1, 0)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_probabilities_add_up(order):
    rng = np.random.default_rng(order)
    ids = np.minimum(rng.geometric(0.35, 4_000), 9)  # 0 and 10 never occur
    model = NGram(ids, order, 11)
    for _ in range(30):
        context = rng.integers(0, 11, 5)
        assert sum(p(model, *context, w) for w in range(11)) == pytest.approx(1)


def test_discounts():
    """n1 ... n4 = 6, 3, 2, 1: Y = 6 / 12."""
    counts = np.array([1] * 6 + [2] * 3 + [3] * 2 + [4] + [9])
    assert estimate(counts) == pytest.approx([1 - 2 * 0.5 * 3 / 6, 2 - 3 * 0.5 * 2 / 3, 2.0])
    assert estimate(np.array([1, 1, 2])) == [0.5, 0.5, 0.5]
    assert min(estimate(np.array([1, 2, 2, 2, 2, 2, 3, 4]))) == 0.1


def test_the_best_order():
    """A sequence in which the last two symbols decide, and one in which nothing does."""
    rng = np.random.default_rng(5)
    made = [0, 1]
    for _ in range(6_000):
        made.append((made[-1] + 2 * made[-2] + (rng.random() < 0.1)) % 7)
    decided, free = np.array(made), rng.integers(0, 7, 6_000)
    best = NGram.best(decided[:4_000], decided[4_000:], range(1, 6), 7)
    every = [NGram(decided[:4_000], order, 7).nats(decided[4_000:]) for order in range(1, 6)]
    least = min(every, key=np.sum)
    np.testing.assert_allclose(best.nats(decided[4_000:]), least)
    assert best.order >= 3
    assert least.mean() < 0.6 < 0.5 * every[1].mean()
    assert NGram.best(free[:4_000], free[4_000:], range(1, 6), 7).order == 1


@pytest.mark.parametrize(("order", "size"), [(0, 5), (8, 309)])
def test_what_cannot_be_numbered(order, size):
    with pytest.raises(ValueError, match="cannot be numbered"):
        NGram(np.arange(5), order, size)
