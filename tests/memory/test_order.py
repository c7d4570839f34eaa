"""An order of cells: planted groups come out together."""

import numpy as np
import pytest

from lstm_core.memory.order import alike_together


def planted(groups, size, seed, noise=0.6, T=400):
    """(T, groups * size) cells, shuffled, and the group of each."""
    rng = np.random.default_rng(seed)
    members = rng.permutation(np.repeat(np.arange(groups), size))
    signals = rng.normal(size=(T, groups))
    cells = signals[:, members] + noise * rng.normal(size=(T, groups * size))
    return cells, members


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("groups", "size"), [(2, 5), (6, 4), (10, 12), (1, 7)])
def test_planted_groups_are_together(groups, size, seed):
    cells, members = planted(groups, size, seed)
    order = alike_together(cells)
    assert sorted(order) == list(range(groups * size))
    assert (np.diff(members[order]) != 0).sum() == groups - 1


@pytest.mark.parametrize("seed", range(3))
def test_a_chain_comes_out_in_its_order(seed):
    """Each cell is a little like the next: a walk along a line."""
    rng = np.random.default_rng(seed)
    places = rng.permutation(12)
    noise = rng.normal(size=(20_000, 24))
    cells = np.stack([noise[:, p : p + 12].sum(axis=1) for p in places], axis=1)
    steps = np.abs(np.diff(places[alike_together(cells)]))
    shuffled = np.abs(np.diff(places))
    assert steps.sum() < 0.7 * shuffled.sum()
    assert np.median(steps) == 1


def test_mirrored_cells_are_apart():
    cells, _ = planted(1, 10, 0, noise=0.3)
    signs = np.where(np.arange(10) % 2, 1, -1)
    order = alike_together(cells * signs)
    assert (np.diff(signs[order]) != 0).sum() == 1


def test_scale_and_type_do_not_matter():
    cells, _ = planted(4, 5, 1)
    small = np.clip(cells * 30, -127, 127).round().astype(np.int8)
    order = alike_together(small)
    np.testing.assert_array_equal(order, alike_together(small.astype(np.float32) / 127 + 3))
    np.testing.assert_array_equal(order, alike_together(small))


def test_cells_that_never_change():
    cells, members = planted(2, 4, 2)
    cells = np.concatenate([cells, np.ones((len(cells), 2))], axis=1)
    order = alike_together(cells)
    assert sorted(order) == list(range(10))
    assert (np.diff(np.append(members, [7, 7])[order]) != 0).sum() <= 3


@pytest.mark.parametrize("shape", [(1, 1), (5, 1), (1, 4), (2, 2)])
def test_small(shape):
    cells = np.arange(np.prod(shape)).reshape(shape)
    assert sorted(alike_together(cells)) == list(range(shape[1]))
