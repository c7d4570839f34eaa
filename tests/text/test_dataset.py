"""The parts of a text, and batches that follow on from one another."""

import random

import numpy as np
import pytest
import torch

from lstm_core.text.dataset import Lanes, Windows, read_text, split

# (N, B, T): exact fits, left-overs, one batch a round, lanes of one character.
SIZES = [(100, 3, 5), (91, 3, 5), (16, 3, 5), (17, 3, 5), (1000, 7, 11), (50, 1, 1), (50, 7, 1)]
sizes = pytest.mark.parametrize(("N", "B", "T"), SIZES)


def places(N, B, T, seed=4):
    """Lanes over a text in which each number is its own place."""
    return Lanes(np.arange(N), batch_size=B, length=T, seed=seed)


# Parts


def test_a_text_is_read_as_it_stands(tmp_path):
    text = "a\r\nb\rc\n\u2028é\N{GRINNING FACE}\ufeff\0"
    (tmp_path / "t.txt").write_bytes(text.encode())
    assert read_text(tmp_path / "t.txt") == text


@pytest.mark.parametrize("length", [0, 1, 7, 99, 100, 101, 12_345])
@pytest.mark.parametrize(
    "shares",
    [
        {"train": 90, "validation": 5, "test": 5},
        {"train": 33, "validation": 33, "test": 34},
        {"a": 1, "b": 98, "c": 1},
        {"all": 100},
        {"none": 0, "all": 100},
    ],
    ids=lambda shares: "-".join(map(str, shares.values())),
)
def test_split_is_a_partition(length, shares):
    draw = random.Random(length)
    text = "".join(draw.choices("abc\n é", k=length))
    parts = split(text, shares)
    assert list(parts) == list(shares)
    assert "".join(parts.values()) == text
    for name, share in shares.items():
        assert len(parts[name]) == pytest.approx(length * share / 100, abs=1)


@pytest.mark.parametrize("shares", [{}, {"a": 99}, {"a": 90, "b": 11}])
def test_shares_add_up_to_100(shares):
    with pytest.raises(ValueError, match="must add up to 100 per cent, not "):
        split("text", shares)


# Batches


@sizes
def test_targets_are_the_characters_that_follow(N, B, T):
    lanes = places(N, B, T)
    for step in range(3 * lanes.per_round):
        x, y = lanes.batch(step)
        assert x.shape == y.shape == (B, T)
        assert x.dtype == y.dtype == torch.int64
        assert torch.equal(y, (x + 1) % N)
        assert torch.equal(x[:, 1:], y[:, :-1])


@sizes
def test_batches_follow_on_within_a_round(N, B, T):
    lanes = places(N, B, T)
    assert lanes.starts_round(0)
    for step in range(1, 3 * lanes.per_round):
        if not lanes.starts_round(step):
            assert torch.equal(lanes.batch(step)[0][:, 0], lanes.batch(step - 1)[1][:, -1])


@sizes
def test_a_round_reads_each_character_at_most_once_and_hardly_leaves_any(N, B, T):
    lanes = places(N, B, T)
    for round_ in range(3):
        steps = range(round_ * lanes.per_round, (round_ + 1) * lanes.per_round)
        assert [lanes.starts_round(s) for s in steps] == [True] + [False] * (len(steps) - 1)
        inputs = torch.cat([lanes.batch(s)[0].flatten() for s in steps])
        assert len(inputs.unique()) == len(inputs)
        assert N - 1 - len(inputs) < B * T


def test_rounds_start_elsewhere():
    lanes = places(1000, 7, 11)
    firsts = {int(lanes.batch(r * lanes.per_round)[0][0, 0]) for r in range(20)}
    assert len(firsts) > 15


def test_seeds_start_elsewhere():
    firsts = {int(places(1000, 7, 11, seed).batch(0)[0][0, 0]) for seed in range(20)}
    assert len(firsts) > 15


def test_a_batch_depends_on_nothing_but_the_arguments():
    lanes = places(1000, 7, 11)
    expected = [lanes.batch(step) for step in range(40)]
    order = list(range(40))
    random.Random(1).shuffle(order)
    for step in order:
        np.random.seed(step)  # noqa: NPY002 - the global numbers must not matter
        torch.manual_seed(step)
        for a, b in zip(places(1000, 7, 11).batch(step), expected[step], strict=True):
            assert torch.equal(a, b)


def test_the_text_is_what_is_read():
    ids = np.random.default_rng(0).integers(0, 50, 300)
    x, y = Lanes(ids, 4, 6, seed=4).batch(9)
    where, after = places(300, 4, 6).batch(9)
    np.testing.assert_array_equal(x, ids[where])
    np.testing.assert_array_equal(y, ids[after])


@pytest.mark.parametrize("N", [0, 1, 2, 14, 15])
def test_a_text_too_short_is_refused(N):
    with pytest.raises(ValueError, match=f"a text of {N} characters is too short for 3 lanes of 5"):
        places(N, 3, 5)
    assert places(16, 3, 5).per_round == 1


# Passages from anywhere


def test_passages_are_stretches_of_the_text():
    windows = Windows(np.arange(300), 40, 7, seed=4)
    for step in range(20):
        x, y = windows.batch(step)
        assert x.shape == y.shape == (40, 7)
        assert torch.equal(y, x + 1)
        assert torch.equal(x[:, 1:], y[:, :-1])
        assert windows.starts_round(step)


def test_passages_come_from_everywhere():
    """Also the first and the last character, and no place oftener than others."""
    starts = torch.cat([Windows(np.arange(30), 50, 9).batch(n)[0][:, 0] for n in range(200)])
    counts = starts.bincount()
    assert len(counts) == 21
    assert counts.min() > 0.8 * 10_000 / 21
    assert counts.max() < 1.2 * 10_000 / 21


def test_passages_depend_on_nothing_but_the_arguments():
    windows = Windows(np.arange(300), 4, 7, seed=4)
    expected = [windows.batch(step)[0] for step in range(9)]
    for step in reversed(range(9)):
        assert torch.equal(Windows(np.arange(300), 4, 7, seed=4).batch(step)[0], expected[step])
    assert not torch.equal(expected[0], expected[1])
    assert not torch.equal(Windows(np.arange(300), 4, 7, seed=5).batch(0)[0], expected[0])


@pytest.mark.parametrize("N", [0, 1, 5])
def test_a_text_too_short_for_a_passage_is_refused(N):
    with pytest.raises(ValueError, match=f"a text of {N} characters is too short for passages"):
        Windows(np.arange(N), 3, 5)
    assert Windows(np.arange(6), 3, 5).batch(0)[0].tolist() == [[0, 1, 2, 3, 4]] * 3
