"""The two tasks, against their definition."""

import math

import pytest
import torch

from lstm_core import data
from lstm_core.lags.tasks import (
    LAGS,
    LETTERS,
    NOISE,
    QUESTION,
    STREAMS,
    SYMBOLS,
    TASKS,
    TOLERANCE,
    chance,
    loss,
    right,
    sequences,
)  # fmt: skip


@pytest.mark.parametrize("lag", [1, 10, 100])
def test_recall(lag):
    x, y = sequences("recall", lag, 500, "test")
    assert x.shape == (500, lag + 1, QUESTION + 1)
    assert (x.sum(dim=-1) == 1).all()
    ids = x.argmax(dim=-1)
    assert torch.equal(ids[:, 0], y)
    assert set(y.tolist()) == set(range(SYMBOLS))
    assert (ids[:, -1] == QUESTION).all()
    if lag > 1:
        assert set(ids[:, 1:-1].flatten().tolist()) == set(range(SYMBOLS, SYMBOLS + NOISE))


@pytest.mark.parametrize("lag", [2, 10, 101])
def test_adding(lag):
    x, y = sequences("adding", lag, 500, "test")
    assert x.shape == (500, lag, 2)
    numbers, marks = x.unbind(dim=-1)
    assert ((numbers >= 0) & (numbers < 1)).all()
    assert ((marks == 0) | (marks == 1)).all()
    for half in (marks[:, : lag // 2], marks[:, lag // 2 :]):
        assert (half.sum(dim=1) == 1).all()
        assert half.any(dim=0).all() or lag > 100  # every place of a half has its turn
    torch.testing.assert_close((numbers * marks).sum(dim=1), y)


@pytest.mark.parametrize("task", TASKS)
def test_sequences_are_repeatable_and_streams_have_nothing_in_common(task):
    first = {(s, n): sequences(task, 30, 4, s, n)[0] for s in STREAMS for n in (0, 1)}
    for key, x in first.items():
        assert torch.equal(x, sequences(task, 30, 4, *key)[0])
        assert not any(torch.equal(x, other) for name, other in first.items() if name != key)


def test_the_sequences_of_a_stream_begin_alike_whatever_their_number():
    """So that figures of few sequences are a part of those of many."""
    few, many = (sequences("recall", 10, size, "test")[1] for size in (5, 5))
    assert torch.equal(few, many)


def test_loss_and_right_of_recall():
    logits = torch.tensor([[2.0, 0, 0, 0], [0, 0, 0, 3.0]])
    y = torch.tensor([0, 1])
    assert right("recall", logits, y).tolist() == [True, False]
    nats = [-math.log(math.exp(2) / (math.exp(2) + 3)), -math.log(1 / (math.exp(3) + 3))]
    assert loss("recall", logits, y).item() == pytest.approx(sum(nats) / 2)


def test_loss_and_right_of_adding():
    answer, y = torch.tensor([[1.0], [0.5], [0.5]]), torch.tensor([1.0, 0.539, 0.541])
    assert right("adding", answer, y).tolist() == [True, True, False]
    assert loss("adding", answer, y).item() == pytest.approx((0.039**2 + 0.041**2) / 3, rel=1e-4)


@pytest.mark.parametrize("task", TASKS)
def test_chance(task):
    """By an answer that is always the same: the best one can say without having read."""
    _, y = sequences(task, 10, 20_000, "test")
    always = torch.tensor([[1.0, 0, 0, 0]] if task == "recall" else [[1.0]]).expand(len(y), -1)
    share = right(task, always, y).float().mean().item()
    deviation = math.sqrt(chance(task) * (1 - chance(task)) / len(y))
    assert abs(share - chance(task)) < 4 * deviation
    assert TOLERANCE == 0.04


def test_lags_go_up_to_a_thousand():
    assert LAGS == (10, 30, 100, 300, 1000)


def test_examples_to_be_looked_at(tmp_path):
    """What `download` writes is right: whoever reads it gets the same answers."""
    (path,) = data.download("lags", tmp_path, say=lambda _: None)
    for line in path.read_text(encoding="utf-8").splitlines():
        words, answer = line.split(" -> ")
        if words[0] in LETTERS:
            assert words.split()[0] == answer
            assert words.split()[-1] == "?"
        else:
            marked = [float(word[:-1]) for word in words.split() if word.endswith("*")]
            assert sum(marked) == pytest.approx(float(answer), abs=0.0016)
