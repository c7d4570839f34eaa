"""Chorales as numbers, there and back; passages that a training can be taken up with."""

import json

import numpy as np
import pytest
import torch

from lstm_core.data import DataError
from lstm_core.music.chorales.dataset import (
    FARTHEST,
    GRIDS,
    HIGHEST,
    LOWEST,
    PARTS,
    PASSAGE,
    RANGES,
    SILENCE,
    SYMBOLS,
    VOICES,
    Batches,
    Chorale,
    Passage,
    collate,
    pitches_of,
    read_chorales,
    singable,
    something,
    symbols_of,
    transposed,
)


@pytest.fixture
def chorales(data):
    return [c for grid in GRIDS for c in read_chorales(grid, "train", data)]


def test_numbers_there_and_back():
    pitches = np.array([[LOWEST, HIGHEST, -1, 60]])
    symbols = symbols_of(pitches)
    assert symbols.tolist() == [[1, SYMBOLS - 1, SILENCE, 60 - LOWEST + 1]]
    np.testing.assert_array_equal(pitches_of(symbols), pitches)


@pytest.mark.parametrize("pitch", [LOWEST - 1, HIGHEST + 1])
def test_pitches_beyond_the_known_are_refused(pitch):
    with pytest.raises(ValueError, match="from 30 to 90"):
        symbols_of(np.array([pitch]))


@pytest.mark.parametrize("part", PARTS)
def test_both_collections_are_read(data, part):
    raw = json.loads((data / "music" / "Jsb16thSeparated.json").read_text())[part]
    for piece, chorale in zip(raw, read_chorales("sixteenths", part, data), strict=True):
        np.testing.assert_array_equal(
            pitches_of(chorale.symbols), np.where(np.array(piece) > 0, piece, -1)
        )
    sets = json.loads((data / "music" / "jsb-chorales-quarter.json").read_text())[part]
    for piece, chorale in zip(sets, read_chorales("quarters", part, data), strict=True):
        for frame, row in zip(piece, pitches_of(chorale.symbols), strict=True):
            assert {p + 12 for p in row if p > 0} == set(frame)
            n = len(set(frame))
            assert (row[:n] > 0).all()
            assert (np.diff(row[:n]) < 0).all()  # one set, one way to write it
            assert (row[n:] == -1).all()


def test_what_is_no_collection(tmp_path):
    for content in ("[]", "{", '{"test": [[[1, 2, 3]]]}', '{"test": [5]}', '{"test": [[["a"]]]}'):
        (tmp_path / "Jsb16thSeparated.json").write_text(content)
        with pytest.raises(DataError, match="does not hold chorales in sixteenths"):
            [c.symbols + np.zeros((1, 4)) for c in read_chorales("sixteenths", "test", tmp_path)]


def test_transposed_music_keeps_its_intervals():
    symbols = symbols_of(np.array([[72, 65, -1, 48], [74, 65, 60, 36]]))
    for semitones in range(-FARTHEST, FARTHEST + 1):
        moved = pitches_of(transposed(symbols, semitones))
        np.testing.assert_array_equal(
            moved[moved > 0], pitches_of(symbols)[symbols > 0] + semitones
        )
        assert moved[0, 2] == -1
    extreme = transposed(np.array([1, SYMBOLS - 1]), 0)
    assert extreme.tolist() == [1, SYMBOLS - 1]
    wrapped = (
        transposed(np.array([[1, SYMBOLS - 1]]), -1)[0, 0],
        transposed(np.array([SYMBOLS - 1]), 1),
    )
    assert (wrapped[0], wrapped[1].item()) == (12, SYMBOLS - 12)


def test_a_batch_depends_on_its_number_alone(chorales):
    one, other = Batches(chorales, 8, seed=2), Batches(chorales, 8, seed=2)
    other.batch(3)
    for name, value in vars(one.batch(5)).items():
        assert torch.equal(value, getattr(other.batch(5), name)), name
    assert not torch.equal(one.batch(5).symbols, one.batch(6).symbols)


def test_passages_are_of_the_chorales(chorales):
    """Transposed, from somewhere, with the frame before and the beat."""
    batches = Batches(chorales, 1, seed=1)
    rng = np.random.default_rng(3)
    begins, shifts = set(), set()
    for _ in range(200):
        for grid in GRIDS:
            passage = batches.passage(grid, rng)
            T = len(passage.symbols)
            assert passage.given.shape == (T, VOICES)
            assert T <= PASSAGE
            found = [
                (begin, shift)
                for c in chorales if c.grid == grid
                for shift in range(1 - FARTHEST, FARTHEST + 1)
                for moved in [transposed(c.symbols, shift)]
                for begin in range(len(moved) - T + 1)
                if np.array_equal(moved[begin : begin + T], passage.symbols)
                and np.array_equal(moved[begin - 1] if begin else [SILENCE] * 4, passage.before)
                and begin % 4 == passage.beat
            ]  # fmt: skip
            assert found
            if grid == "quarters":
                assert found[0][0] == 0
                assert not passage.given.any()
                shifts.add(found[0][1])
            else:
                begins.add(found[0][0])
    assert len(begins) > 8
    assert len(shifts) > 8


def test_what_is_composed_from_nothing_can_be_sung(chorales):
    batches = Batches(chorales, 1, seed=1)
    rng = np.random.default_rng(3)
    down, up = np.array(RANGES).T
    free = 0
    for _ in range(200):
        passage = batches.passage("sixteenths", rng)
        if not passage.given.any():
            free += 1
            pitches = pitches_of(passage.symbols)
            assert ((pitches < 0) | ((pitches >= down) & (pitches <= up))).all()
    assert free > 40


@pytest.mark.parametrize(
    ("frames", "least", "most"),
    [
        ([[62, 55, 50, 38], [70, 55, -1, 38]], -2, 6),
        ([[79, 70, 66, 60], [70, 74, -1, 38]], -2, 0),
        ([[81, 60, 48, 47], [60, 60, -1, 47]], 0, 0),
        ([[81, 60, 47, 47]], 0, 0),  # the tenor is too low, and the soprano at its highest
    ],
)
def test_how_far_a_chorale_can_be_transposed(frames, least, most):
    found = singable(Chorale("sixteenths", symbols_of(np.array(frames))))
    assert found.tolist() == list(range(least, most + 1))


def test_what_is_given():
    rng = np.random.default_rng(1)
    kinds = set()
    for _ in range(500):
        told = something(16, rng)
        assert told.shape == (16, VOICES)
        voices, times = told.any(0), told.any(1)
        np.testing.assert_array_equal(told, times[:, None] & voices)
        kinds.add((tuple(voices.tolist()), bool(times.all())))
    melody = (True, False, False, False)
    assert {(melody, True), (melody, False)} <= kinds
    assert ((True,) * 4, False) in kinds
    assert len({voices for voices, _ in kinds}) == 2**VOICES  # nothing at all is one of them


def test_chorales_side_by_side(chorales):
    given = [np.zeros(c.symbols.shape, dtype=bool) for c in chorales]
    passages = [Passage(c.symbols, g, c.grid) for c, g in zip(chorales, given, strict=True)]
    batch = collate(passages[:3])
    for b, chorale in enumerate(chorales[:3]):
        n = len(chorale.symbols)
        assert torch.equal(batch.symbols[b, :n], torch.from_numpy(chorale.symbols))
        assert batch.mask[b].tolist() == [1] * n + [0] * (batch.mask.shape[1] - n)
    assert not batch.given.any()
    assert batch.grid.tolist() == [0, 0, 0]


def test_one_collection_is_not_enough():
    with pytest.raises(ValueError, match="sixteenths and in quarters"):
        Batches([Chorale("quarters", np.zeros((4, 4), dtype=int))], 2)
