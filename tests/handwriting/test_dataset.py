"""Lines as the network reads them, there and back; batches that a training can be taken up with."""

import numpy as np
import pytest
import torch

from lstm_core.handwriting.characters import Alphabet
from lstm_core.handwriting.dataset import (
    ANY_HAND,
    CUT,
    MOST_REPEATS,
    Batches,
    Chances,
    Scale,
    in_order,
    offsets,
    repeats,
    vary,
)
from lstm_core.ink.iam import read_lines

SOME = {"any_hand": 0.5, "no_text": 0.3, "composed": 0.5}


@pytest.fixture
def lines(data):
    return read_lines("train", data)


@pytest.fixture
def alphabet(lines):
    return Alphabet.ascii()


def batches(lines, alphabet, batch_size=2, seed=3, **chances):
    chances = Chances(**{"any_hand": 0.0, "no_text": 0.0, "composed": 0.0} | chances)
    scale, hands = Scale.of(lines), ["7", "12"]
    return Batches(lines, alphabet, scale, hands, batch_size, chances, seed)


def test_normalised_offsets_have_mean_0_and_deviation_1(lines):
    scale = Scale.of(lines)
    moves = np.concatenate([scale.normalise(offsets(line.points))[1:] for line in lines])
    np.testing.assert_allclose(moves[:, :2].mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(moves[:, :2].std(0), 1, rtol=1e-6)
    assert set(moves[:, 2]) == {0, 1}


def test_ink_there_and_back(lines):
    scale = Scale.of(lines)
    for line in lines:
        moves = scale.denormalise(scale.normalise(offsets(line.points)))
        assert moves[0, :2] == pytest.approx(0, abs=1e-5)
        assert len(moves) == len(line.points)
        np.testing.assert_allclose(np.cumsum(moves[:, :2], 0), line.points[:, :2], atol=1e-3)
        np.testing.assert_array_equal(moves[:, 2], line.points[:, 2])


def test_in_order_every_point_is_foreseen_once(lines, alphabet):
    scale = Scale.of(lines)
    found = in_order(lines, alphabet, scale, batch_size=4)
    assert [len(batch.ids) for batch in found] == [4, 2]
    assert sum(batch.mask.sum() for batch in found) == sum(len(line.points) - 1 for line in lines)
    ordered = sorted(lines, key=lambda line: len(line.points))
    rows = [(batch, b) for batch in found for b in range(len(batch.ids))]
    for line, (batch, b) in zip(ordered, rows, strict=True):
        n = int(batch.mask[b].sum())
        moves = torch.from_numpy(scale.normalise(offsets(line.points)))
        torch.testing.assert_close(batch.points[b, :n], moves[:-1])
        torch.testing.assert_close(batch.targets[b, :n], moves[1:])
        assert not batch.points[b, n:].any()
        assert alphabet.encode(line.text).tolist() == batch.ids[b][batch.ids[b] >= 0].tolist()
        assert batch.hands[b] == ANY_HAND


def test_characters_never_learned_stand_as_none(lines):
    small = Alphabet(" abcdefghijklmnopqrstuvwxyz")
    batch = in_order(lines[:1], small, Scale.of(lines), 1)[0]
    assert batch.ids[0, :3].tolist() == [-1, 8, 5]  # The


def test_rare_characters_are_read_more_often():
    texts = ["e"] * 200 + ["eq"] * 30 + ["eZ"]
    assert repeats(texts).tolist() == [1] * 200 + [2] * 30 + [MOST_REPEATS]


def test_a_round_reads_every_line(lines, alphabet):
    """As often as its rarest character asks for."""
    one = batches(lines, alphabet)
    for round_ in range(3):
        read = np.sort(one.order(round_).ravel())
        np.testing.assert_array_equal(read, np.sort(one.chosen))
    assert not np.array_equal(one.order(0), one.order(1))


def test_lines_of_a_batch_are_of_about_one_length(lines, alphabet):
    one = batches(lines, alphabet)
    spread = np.mean([np.ptp(one.lengths[row]) for row in one.order(0)])
    shuffled = np.random.default_rng(0).permutation(one.chosen).reshape(-1, 2)
    assert spread < 0.5 * np.mean([np.ptp(one.lengths[row]) for row in shuffled])


def test_a_batch_depends_on_its_number_alone(lines, alphabet):
    forwards, backwards = (batches(lines, alphabet, **SOME) for _ in range(2))
    steps = range(2 * forwards.per_round + 1)
    found = {step: backwards.batch(step) for step in reversed(steps)}
    for step in steps:
        for name, value in vars(forwards.batch(step)).items():
            assert torch.equal(value, getattr(found[step], name)), (step, name)
    other = batches(lines, alphabet, seed=4, **SOME).batch(0)
    assert not torch.equal(other.points[:, 1, :2], found[0].points[:, 1, :2])


def test_lines_are_varied_a_little_each_time(lines, alphabet):
    one = batches(lines[:1] * 4, alphabet)
    first, second = (one.batch(step).points[:, :, :2] for step in (0, one.per_round))
    assert 0.001 < (first - second).abs().mean() < 0.3
    moves, random = offsets(lines[0].points), np.random.default_rng(1)
    varied = np.stack([vary(moves, random) for _ in range(2_000)])
    np.testing.assert_allclose(varied.mean(0)[:, :2], moves[:, :2], atol=0.5)
    assert (varied[..., 2] == moves[:, 2]).all()
    sizes = np.abs(varied[:, :, 1]).sum(1) / np.abs(moves[:, 1]).sum()
    assert 0.06 < sizes.std() < 0.11


def test_a_line_longer_than_all_others_is_cut(lines, alphabet):
    long, short = sorted(lines[:2], key=lambda line: -len(line.points))
    given = [long, *[short] * (CUT - 1)]
    scale = Scale.of(lines)
    many, few = (
        Batches(some, alphabet, scale, [], len(some), Chances(composed=0.0)).batch(0)
        for some in (given, given[:-1])
    )
    assert set(many.mask.sum(1).tolist()) == {len(short.points) - 1}
    assert max(few.mask.sum(1).tolist()) == len(long.points) - 1


def test_a_training_begins_with_short_lines(lines, alphabet):
    scale, short = Scale.of(lines), ((2, 30, 8), (5, 20, 16))
    one, whole = (
        Batches(lines, alphabet, scale, [], 2, Chances(1.0, 0.0, 0.0), 3, parts)
        for parts in (short, ())
    )
    for step, (count, points) in enumerate([(30, 8)] * 2 + [(20, 16)] * 3):
        batch = one.batch(step)
        assert batch.points.shape == (count, points, 3)
        assert not torch.equal(batch.points, one.batch(step + 1).points)
        texts = ["".join(alphabet.characters[n] for n in row if n >= 0) for row in batch.ids]
        for text in texts:
            assert any(f" {line.text}".endswith(f" {text}") for line in lines), text
        assert len(set(texts)) > len(lines), "they begin at several words"
    for step in range(4):
        for name, value in vars(whole.batch(step)).items():
            assert torch.equal(value, getattr(one.batch(5 + step), name)), (step, name)


def test_a_short_line_is_what_was_written_from_a_word_on(lines, alphabet):
    one, random = batches(lines, alphabet), np.random.default_rng(2)
    begun = set()
    for _ in range(20):
        for n, line in enumerate(lines):
            moves, ids = one.from_a_word(n, random)
            text = "".join(alphabet.characters[k] for k in ids)
            assert f" {line.text}".endswith(f" {text}")
            rest = offsets(line.points)[-len(moves) :]
            np.testing.assert_array_equal(moves[1:], rest[1:])
            assert moves[0].tolist() == [0, 0, line.points[-len(moves), 2]]
            begun.add((n, len(moves)))
    assert len(begun) > len(lines)


@pytest.mark.parametrize(("withheld", "expected"), [(0.0, {0, 1, 2}), (1.0, {0})])
def test_hands_are_withheld(lines, alphabet, withheld, expected):
    one = batches(lines, alphabet, any_hand=withheld)
    hands = [one.batch(step).hands for step in range(one.per_round)]
    assert set(torch.cat(hands).tolist()) == expected
    if not withheld:
        rows = {-1: 0, 7: 1, 12: 2}
        for step, row in enumerate(one.order(0)):
            writers = [rows[lines[n].writer] for n in row]
            assert one.batch(step).hands.tolist() == writers


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_texts_are_withheld(lines, alphabet, chance):
    batch = batches(lines, alphabet, no_text=chance).batch(0)
    assert (batch.ids >= 0).any(1).tolist() == [not chance] * 2
    assert batch.mask.sum(1).min() > 10


def test_rare_characters_are_put_among_the_words(lines, alphabet):
    """The ink of a longer text is longer; what the writer wrote is still in it."""
    one, other = (batches(lines[:1] * 2, alphabet, composed=c) for c in (0.0, 1.0))
    for step in range(20):
        plain, richer = one.batch(step), other.batch(step)
        for b in range(2):
            text, more = (
                "".join(alphabet.characters[n] for n in x.ids[b] if n >= 0) for x in (plain, richer)
            )
            assert text == lines[0].text
            assert set(more) - set(text)
            assert all(word in more for word in text.split())
        assert (richer.mask.sum(1) > plain.mask.sum(1)).all()


def test_too_few_lines_are_refused(lines, alphabet):
    with pytest.raises(ValueError, match="too few for a batch of 1000"):
        batches(lines, alphabet, batch_size=1000)
