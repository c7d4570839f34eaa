"""The map of sentences, beside the covariance matrix, and a plane that is known."""

import numpy as np
import pytest

from lstm_core.translation.sentence_map import SentenceMap


def test_the_axes_are_the_leading_eigenvectors_of_the_covariance():
    x = np.random.default_rng(1).normal(size=(12, 7)) * [5, 3, 1, 1, 1, 1, 1] + 4
    made = SentenceMap.of(x)
    values, vectors = np.linalg.eigh(np.cov(x.T))
    for n in range(2):
        assert abs(made.axes[n] @ vectors[:, -1 - n]) == pytest.approx(1)
        assert made.shares[n] == pytest.approx(values[-1 - n] / values.sum())
        assert made.axes[n][np.abs(made.axes[n]).argmax()] > 0
    np.testing.assert_allclose(np.var(made.places(x), axis=0, ddof=1), values[[-1, -2]])
    np.testing.assert_allclose(made.places(x).mean(0), 0, atol=1e-12)


def test_what_lies_in_a_plane_keeps_its_distances():
    random = np.random.default_rng(2)
    flat = random.normal(size=(9, 2))
    axes = np.linalg.qr(random.normal(size=(20, 2)))[0].T
    x = (flat @ axes + 3).astype(np.float32)
    made = SentenceMap.of(x[:6])
    assert sum(made.shares) == pytest.approx(1)
    places = made.places(x)  # of others, too
    for a in range(9):
        np.testing.assert_allclose(
            np.linalg.norm(places - places[a], axis=1), np.linalg.norm(flat - flat[a], axis=1),
            atol=1e-5,
        )  # fmt: skip


def test_sentences_that_are_all_alike():
    made = SentenceMap.of(np.ones((4, 5)))
    assert made.shares == (0, 0)
    np.testing.assert_array_equal(made.places(np.ones((2, 5))), 0)


@pytest.mark.parametrize("shape", [(2, 5), (0, 5), (5, 1), (5,)])
def test_what_makes_no_map(shape):
    with pytest.raises(ValueError, match="3 vectors"):
        SentenceMap.of(np.zeros(shape))
