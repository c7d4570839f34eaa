"""The pairs, the batches that a training is made of, and what is changed in them."""

import numpy as np
import pytest
from translation.tiny import CAPTIONS, EVERYDAY, write

from lstm_core.data import DataError
from lstm_core.translation.dataset import (
    DIRECTIONS,
    NO_TARGET,
    Batches,
    Encoder,
    Pair,
    cuts,
    read_pairs,
)
from lstm_core.translation.haste import hasty

PAIRS = [Pair(*pair) for pair in EVERYDAY + CAPTIONS]


def batches(subwords, **more):
    settings = {"tokens": 60, "longest": 80, "seed": 1, **more}
    return Batches(PAIRS, Encoder(subwords), tuple(DIRECTIONS), **settings)


def test_parts_are_read_from_either_place(data, tmp_path):
    assert read_pairs("tatoeba_val", data) == EVERYDAY
    assert read_pairs("multi30k_2016", data) == CAPTIONS
    write(tmp_path, {"test": EVERYDAY}, {"test_2018_flickr": CAPTIONS})
    assert read_pairs("multi30k_2018", tmp_path) == CAPTIONS
    for folder in ("tatoeba_en_fr", "multi30k/raw"):
        found = read_pairs(
            "tatoeba_test" if "tat" in folder else "multi30k_2018", tmp_path / folder
        )
        assert found in (EVERYDAY, CAPTIONS)


def test_what_cannot_be_read_is_said(tmp_path):
    with pytest.raises(DataError, match="not 'x'"):
        read_pairs("x", tmp_path)
    with pytest.raises(DataError, match=r"needs tatoeba_en_fr/test\.tsv"):
        read_pairs("tatoeba_test", tmp_path)
    (tmp_path / "val.tsv").write_text("a\tb\tc\n")
    with pytest.raises(DataError, match="a tab"):
        read_pairs("tatoeba_val", tmp_path)
    (tmp_path / "val.en").write_text("a\nb\n")
    (tmp_path / "val.fr").write_text("a\n")
    with pytest.raises(DataError, match="2 and 1 lines"):
        read_pairs("multi30k_val", tmp_path)
    (tmp_path / "val.tsv").write_text("")
    with pytest.raises(DataError, match="empty"):
        read_pairs("tatoeba_val", tmp_path)
    (tmp_path / "val.tsv").write_bytes(b"\xff\t\xfe")
    with pytest.raises(DataError, match="UTF-8"):
        read_pairs("tatoeba_val", tmp_path)


def test_what_the_networks_read(subwords):
    dog, end = subwords.encode("dog is"), subwords.end
    en, fr = subwords.languages["en"], subwords.languages["fr"]
    assert Encoder(subwords).source(" dog  is ", "en_fr") == [fr, *dog, end]
    assert Encoder(subwords).source("dog is", "fr_en") == [en, *dog, end]
    assert Encoder(subwords, backwards=True).source("dog is", "en_fr") == [*dog[::-1], fr]
    assert Encoder(subwords).target("dog is", "fr_en") == [en, *dog, end]


def test_every_sentence_comes_once_in_each_direction(subwords):
    made = batches(subwords)
    for epoch in range(2):
        seen = []
        for place in range(len(made)):
            batch = made.batch(epoch * len(made) + place)
            assert max(batch.source.numel(), batch.inputs.numel()) <= 60 or len(batch.source) == 1
            for source, n, inputs, targets in zip(*batch, strict=True):
                target = targets[targets != NO_TARGET].tolist()
                assert inputs[1 : len(target)].tolist() == target[:-1]
                assert source[n:].eq(subwords.pad).all()
                assert inputs[0] == source[0]
                assert target[-1] == source[n - 1] == subwords.end
                seen.append((subwords.decode(source[:n].tolist()), subwords.decode(target)))
        wanted = [tuple(pair) for pair in PAIRS] + [(fr, en) for en, fr in PAIRS]
        assert sorted(seen) == sorted(wanted)


def test_a_batch_depends_on_its_number_alone(subwords):
    one, other = (batches(subwords, copied=0.5, dressed=0.5, hasty=0.5) for _ in range(2))
    steps = list(range(2 * len(one)))
    first = [one.batch(step) for step in steps]
    again = {step: other.batch(step) for step in reversed(steps)}
    for step in steps:
        assert all(a.equal(b) for a, b in zip(first[step], again[step], strict=True))
    orders = [[tuple(each) for each in one.order(epoch)] for epoch in (0, 1)]
    assert orders[0] != orders[1]


def test_sources_of_one_length(subwords):
    made = batches(subwords, same_length=True)
    for step in range(len(made)):
        assert len(set(made.batch(step).lengths.tolist())) == 1


def test_long_pairs_are_left_out(subwords):
    made = batches(subwords, longest=9)
    assert 0 < len(made.examples) < 2 * len(PAIRS)
    assert made.lengths.max() <= 9
    with pytest.raises(ValueError, match="at most 2"):
        batches(subwords, longest=2)


def test_cuts():
    lengths = np.array([[2, 2], [2, 5], [2, 6], [3, 3], [9, 9]])
    assert cuts(lengths, 12, False) == [2, 4]
    assert cuts(lengths, 100, True) == [3, 4]


def test_what_is_typed_in_haste():
    random = np.random.default_rng(3)
    found = {hasty("Is Tom here?", "Tom est là ?", random) for _ in range(50)}
    assert found == {
        ("Is Tom here", "Tom est là"),
        ("is tom here?", "tom est là ?"),
        ("is tom here", "tom est là"),
    }
    assert {hasty("so...", "alors...", random) for _ in range(50)} == {("so...", "alors...")}


def test_a_sentence_in_capitals_is_read_in_small_letters(subwords):
    encoder = Encoder(subwords)
    source = encoder.source("GOOD MORNING, TOM!", "en_fr")
    assert source == encoder.source("Good morning, tom!", "en_fr")
