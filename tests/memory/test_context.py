"""The loss for a given context, against one prediction after the other."""

import numpy as np
import pytest
import torch

from lstm_core.memory.context import context_curve
from lstm_core.memory.network import Network

V = 16


def text(n):
    return np.random.default_rng(n).integers(V, size=n)


def plainly(sampler, ids, t, length):
    """-log p of the character at t, after reading `length` characters step by step."""
    model = sampler.model
    state = model.lstm.initial_state(1)
    h = state.h[-1]
    for id_ in ids[t - length : t]:
        h, state = model.lstm.step(model.embedding.weight[id_][None], state)
    return -model.head(h)[0].log_softmax(-1)[ids[t]].item()


@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_against_a_plain_loop(sampler, batch_size):
    ids, lengths = text(60), [0, 1, 3, 20]
    curve = context_curve(
        Network.of(sampler.model), ids, lengths=lengths, places=9, batch_size=batch_size
    )
    assert (curve.lengths, curve.n) == (lengths, 9)
    where = np.linspace(20, 59, 9).round().astype(int)
    for k, length in enumerate(lengths):
        nats = [plainly(sampler, ids, t, length) for t in where]
        assert curve.nats[k] == pytest.approx(np.mean(nats), abs=1e-5)
        assert curve.standard_errors[k] == pytest.approx(np.std(nats) / 3, abs=1e-5)


def test_every_place_is_counted_once_where_there_are_few(sampler):
    ids = text(12)
    curve = context_curve(Network.of(sampler.model), ids, lengths=[2, 5], places=100)
    assert curve.n == 7
    nats = [plainly(sampler, ids, t, 5) for t in range(5, 12)]
    assert curve.nats[1] == pytest.approx(np.mean(nats), abs=1e-5)


def test_a_network_that_looks_at_one_character_needs_no_more():
    table = torch.randn(V, V)
    bigram = Network(
        embed=lambda ids: torch.eye(V)[ids], read=lambda x, state: (x @ table, None),
        blank=torch.zeros(V),
    )  # fmt: skip
    curve = context_curve(bigram, text(200), lengths=[0, 1, 2, 50])
    assert curve.nats[0] == pytest.approx(np.log(V))
    assert curve.nats[1] == pytest.approx(curve.nats[2]) == pytest.approx(curve.nats[3])


@pytest.mark.parametrize("n", [0, 5])
def test_a_text_that_is_too_short(sampler, n):
    with pytest.raises(ValueError, match=rf"^The text has {n} characters; a context of 5 needs 6"):
        context_curve(Network.of(sampler.model), text(n), lengths=[1, 5])
