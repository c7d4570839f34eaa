"""Cells of a long text, against the trace of one reading."""

import numpy as np
import pytest
import torch

from lstm_core.memory.cells import SCALE, column, place, quantise, read_cells


def plainly(sampler, ids):
    """127 tanh(c) from the equations: (N, L * H), not rounded."""
    with torch.inference_mode():
        _, _, trace = sampler.model.lstm(
            sampler.model.embedding(torch.from_numpy(ids))[None], trace=True
        )
    return np.concatenate([SCALE * layer.c[0].tanh().numpy() for layer in trace.layers], axis=1)


def text(sampler, n):
    return np.random.default_rng(n).integers(len(sampler.vocabulary), size=n)


@pytest.mark.parametrize("n", [1, 2, 40, 101])
@pytest.mark.parametrize(("lanes", "tolerance"), [(1, 0.51), (3, 0.51), (8, 4), (500, 4)])
def test_lanes_that_read_all_before_them_change_nothing(sampler, n, lanes, tolerance):
    """But for half precision, which begins at four lanes."""
    ids = text(sampler, n)
    cells = read_cells(sampler.model, ids, lanes=lanes, warm_up=n)
    assert cells.dtype == np.int8
    np.testing.assert_allclose(cells, plainly(sampler, ids), atol=tolerance)


@pytest.mark.parametrize("warm_up", [0, 1, 7])
def test_each_piece_reads_the_beginning_and_its_warm_up(sampler, warm_up):
    ids = text(sampler, 90)
    cells = read_cells(sampler.model, ids, lanes=3, warm_up=warm_up)
    read = [np.concatenate((ids[:warm_up], ids[s - warm_up : s + 30])) for s in (30, 60)]
    expected = [plainly(sampler, piece)[-30:] for piece in (ids[:30], *read)]
    np.testing.assert_allclose(cells, np.concatenate(expected), atol=0.51)


def test_quantised():
    c = torch.tensor([-50.0, -1.0, 0.0, 0.001, 1.0, 50.0])
    assert quantise(c).tolist() == [-127, -97, 0, 0, 97, 127]


def test_columns_and_places():
    assert [place(column(layer, cell, 3, 5), 5) for layer in (1, 2, 3) for cell in (1, 3, 5)] == [
        (layer, cell) for layer in (1, 2, 3) for cell in (1, 3, 5)
    ]
    assert [column(1, 1, 3, 5), column(1, 5, 3, 5), column(2, 1, 3, 5)] == [0, 4, 5]


@pytest.mark.parametrize(
    ("layer", "cell", "sentence"),
    [
        (0, 1, "The layer must be a whole number from 1 to 2."),
        (3, 1, "The layer must be a whole number from 1 to 2."),
        (1, 0, "The cell must be a whole number from 1 to 1,024."),
        (2, 1_025, "The cell must be a whole number from 1 to 1,024."),
    ],
)
def test_a_cell_that_is_not_there(layer, cell, sentence):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        column(layer, cell, 2, 1_024)
    assert str(caught.value) == sentence
