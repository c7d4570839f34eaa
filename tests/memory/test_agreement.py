"""Scores of cells, against pairs counted one by one and against NumPy's correlation."""

import numpy as np
import pytest

from lstm_core.memory import agreement
from lstm_core.memory.agreement import Agreement, auc, correlation, rates, split


def cells_of(n, kind, seed=0):
    """(N, 5) int8: of many values or few, with the extremes, and one that never changes."""
    rng = np.random.default_rng(seed)
    cells = rng.integers(-128, 128, (n, 5)) if kind == "many" else rng.integers(-1, 2, (n, 5))
    cells[:, 4] = 7
    cells[0, :3] = [-128, 127, 0]
    return cells.astype(np.int8)


def counted(values, on):
    """Pairs in which the one that is on is higher, and half of those that tie."""
    higher, lower = values[on].astype(int)[:, None], values[~on].astype(int)[None]
    return ((higher > lower).sum() + (higher == lower).sum() / 2) / (higher.size * lower.size)


@pytest.mark.parametrize("n", [2, 3, 60, 301])
@pytest.mark.parametrize("kind", ["many", "few"])
@pytest.mark.parametrize("chunk", [7, 4096])
def test_aucs_are_the_pairs_counted(monkeypatch, n, kind, chunk):
    monkeypatch.setattr(agreement, "CHUNK", chunk)
    cells, rng = cells_of(n, kind), np.random.default_rng(1)
    on = rng.random((3, n)) < 0.3
    on[:, 0], on[:, 1] = True, False
    rolls = [0, 1, n - 1]
    found = Agreement(cells).aucs(on, rolls)
    assert found.shape == (3, 3, 5)
    for f in range(3):
        for r, roll in enumerate(rolls):
            for k in range(5):
                expected = counted(cells[:, k], np.roll(on[f], roll))
                assert found[f, r, k] == pytest.approx(expected, abs=1e-6)
                assert auc(cells[:, k], np.roll(on[f], roll)) == pytest.approx(expected)
    np.testing.assert_allclose(found[:, :, 4], 0.5, atol=1e-9)


def test_aucs_are_exact_for_many_characters():
    cells, on = cells_of(50_000, "many"), np.random.default_rng(1).random(50_000) < 0.001
    expected = counted(cells[:, 0], on)
    assert Agreement(cells).aucs(on[None])[0, 0, 0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("n", [3, 60, 301])
@pytest.mark.parametrize("kind", ["many", "few"])
@pytest.mark.parametrize("chunk", [7, 4096])
def test_correlations_are_numpys(monkeypatch, n, kind, chunk):
    monkeypatch.setattr(agreement, "CHUNK", chunk)
    cells = cells_of(n, kind)
    values = np.random.default_rng(1).normal(1_000, 2, (2, n)).astype(np.float32)
    values[1] += cells[:, 0]
    rolls = [0, 2]
    found = Agreement(cells).correlations(values, rolls)
    assert found.shape == (2, 2, 5)
    for f in range(2):
        for r, roll in enumerate(rolls):
            for k in range(4):
                expected = np.corrcoef(cells[:, k], np.roll(values[f], roll))[0, 1]
                assert found[f, r, k] == pytest.approx(expected, abs=1e-5)
                assert correlation(cells[:, k], np.roll(values[f], roll)) == pytest.approx(expected)
    assert not found[:, :, 4].any()
    assert correlation(cells[:, 4], values[0]) == 0


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("seed", range(5))
def test_no_other_split_is_better(sign, seed):
    rng = np.random.default_rng(seed)
    on = rng.random(200) < 0.4
    values = np.clip(sign * (40 * on + rng.normal(0, 30, 200)), -128, 127).astype(np.int8)
    threshold = split(values, on, sign)
    assert threshold % 1 == 0.5
    best = rates(values, on, sign, threshold)
    others = [rates(values, on, sign, v + 0.5) for v in range(-130, 130)]
    assert best == pytest.approx(max(others))
    taken = sign * values.astype(int) > sign * threshold
    assert best == pytest.approx(((taken & on).sum() / on.sum()
                                  + (~taken & ~on).sum() / (~on).sum()) / 2)  # fmt: skip
