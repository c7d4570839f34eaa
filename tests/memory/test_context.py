"""The loss for a given context, against one prediction after the other."""

import json

import numpy as np
import pytest
import torch

from lstm_core.memory.context import PLACES, ContextCurve, context_curve, measure
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


# In the record of a checkpoint

CURVE = ContextCurve([0, 8, 64, 512], [3.3, 2.0, 1.414, 1.40], [0.1, 0.08, 0.05, 0.05], 2000)


def test_there_and_back():
    history = json.loads(json.dumps({"curve": [], "context": CURVE.to_json()}))
    assert ContextCurve.of(history) == CURVE
    assert ContextCurve.of({"curve": []}) is None


@pytest.mark.parametrize(
    "value",
    [None, 3, [], {}, {**CURVE.to_json(), "nats": [1.0]}, {**CURVE.to_json(), "n": "many"},
     {**CURVE.to_json(), "nats": [1, 2, 3, None]},
     {"lengths": [], "nats": [], "standard_errors": [], "n": 0}],
)  # fmt: skip
def test_a_record_that_cannot_be_read(value):
    with pytest.raises(ValueError, match=r"^The context curve of this model cannot be read\.$"):
        ContextCurve.of({"context": value})


@pytest.mark.parametrize(
    ("nats", "enough"),
    [(CURVE.nats, 64), ([3.3, 2.0, 1.415, 1.4], 512), ([1.0, 1.0, 1.0, 1.0], 0)],
)
def test_a_context_that_is_enough(nats, enough):
    """The shortest with which the loss is at most a hundredth above that with the longest."""
    curve = ContextCurve(CURVE.lengths, nats, CURVE.standard_errors, CURVE.n)
    assert curve.metrics() == {
        "context_enough_chars": enough, "context_longest_nats_per_char": nats[-1],
    }  # fmt: skip


@pytest.mark.parametrize(("n", "longest"), [(1, 0), (3, 2), (512, 256), (513, 512), (3_000, 512)])
def test_contexts_that_a_text_has_room_for(n, longest):
    network = Network(
        embed=lambda ids: torch.eye(V)[ids],
        read=lambda x, state: (x * 0, None),
        blank=torch.ones(V),
    )
    curve = measure(network, text(n))
    assert curve.lengths[-1] == longest
    assert curve.n == min(PLACES, n - longest)
    assert curve.nats == pytest.approx([np.log(V)] * len(curve.lengths))
