"""Influence, against finite differences in double precision."""

import numpy as np
import pytest
import torch
from torch import nn

from lstm_core.memory.influence import influence
from lstm_core.memory.network import Network
from lstm_core.memory.reading import read

TEXT = 'abc "head" (cab), dab.\n\nhag bed'


@pytest.fixture
def lstm(sampler):
    """The network in double precision, and the text as numbers."""
    return Network.of(sampler.model.double()), sampler.vocabulary.encode(TEXT)


def gru(V=16, E=5, H=6):
    embedding, cells, head = nn.Embedding(V, E), nn.GRU(E, H, batch_first=True), nn.Linear(H, V)
    for module in (embedding, cells, head):
        module.double().requires_grad_(False)

    def read(x, state):
        out, state = cells(x, state)
        return head(out), state

    return Network(embedding, read, head.bias)


def differences(network, ids, t, target, start=0, eps=1e-5):
    """The length of the gradient for each character from `start` on, by central differences."""
    x = network.embed(torch.from_numpy(ids[None, :t])).detach()  # (1, t, E)
    lengths = []
    for s in range(start, t):
        slopes = []
        for e in range(x.shape[2]):
            logits = []
            for sign in (1, -1):
                moved = x.clone()
                moved[0, s, e] += sign * eps
                logits.append(network.read(moved, None)[0][0, -1, target].item())
            slopes.append((logits[0] - logits[1]) / (2 * eps))
        lengths.append(np.linalg.norm(slopes))
    return np.array(lengths)


@pytest.mark.parametrize("t", [1, 2, 17, len(TEXT) - 1])
@pytest.mark.parametrize("of", ["came", "likeliest"])
def test_against_finite_differences(lstm, t, of):
    network, ids = lstm
    found = influence(network, ids, t, of=of)
    p = network.read(network.embed(torch.from_numpy(ids[None, :t])), None)[0][0, -1].log_softmax(-1)
    target = ids[t] if of == "came" else p.argmax().item()
    assert (found.t, found.start, found.target) == (t, 0, target)
    assert found.log_prob == pytest.approx(p[target].item())
    assert found.values.shape == (t,)
    np.testing.assert_allclose(found.values, differences(network, ids, t, target), atol=1e-8)
    assert found.values[-1] > 0


def test_of_another_kind_of_network():
    network, ids = gru(), np.arange(12) % 7
    found = influence(network, ids, 11)
    np.testing.assert_allclose(found.values, differences(network, ids, 11, ids[11]), atol=1e-8)


def test_the_state_before_the_context_is_carried(lstm):
    network, ids = lstm
    whole = influence(network, ids, 20)
    part = influence(network, ids, 20, context=6)
    assert (part.start, len(part.values)) == (14, 6)
    np.testing.assert_allclose(part.values, whole.values[14:], atol=1e-12)
    assert part.log_prob == pytest.approx(whole.log_prob)


@pytest.mark.parametrize("how", [torch.inference_mode, torch.no_grad])
def test_from_the_state_of_a_reading(sampler, how):
    """Single precision, and wherever it is called from."""
    reading, network = read(sampler, TEXT), Network.of(sampler.model)
    expected = influence(network, reading.ids, 20)
    state = reading.state(13)
    with how():
        found = influence(network, reading.ids, 20, context=6, state=state)
        whole = influence(network, reading.ids, 20)
    np.testing.assert_allclose(found.values, expected.values[14:], atol=1e-5)
    np.testing.assert_array_equal(whole.values, expected.values)
    assert all(p.grad is None for p in sampler.model.parameters())


@pytest.mark.parametrize("t", [-1, 0, len(TEXT)])
def test_a_character_that_is_not_predicted(lstm, t):
    with pytest.raises(ValueError, match=r"^The character must be a whole number from 1 to 30\.$"):
        influence(*lstm, t)


def test_no_context(lstm):
    with pytest.raises(ValueError, match=r"^The context must have at least one character\.$"):
        influence(*lstm, 3, context=0)
