"""Each kind of network, as it is measured, against the model itself."""

import pytest
import torch

from lstm_core.memory.network import Network
from lstm_core.rivals.model import RivalConfig, RivalModel
from lstm_core.text.model import TextConfig, TextModel

V, E, H = 9, 5, 6


@pytest.fixture(params=["lstm", "gru", "rnn"])
def model(request):
    if request.param == "lstm":
        model = TextModel(TextConfig(V, E, H, 2))
    else:
        model = RivalModel(RivalConfig(request.param, V, E, H, 2))
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn_like(p))
    return model.eval().requires_grad_(False)


def test_it_predicts_as_the_model_does(model):
    network, ids = Network.of(model), torch.randint(V, (3, 20))
    assert network.embed(ids).shape == (3, 20, E)
    logits, _ = network.read(network.embed(ids), None)
    torch.testing.assert_close(logits, model(ids)[0])


@pytest.mark.parametrize("size", [1, 6])
def test_it_reads_in_pieces(model, size):
    network, ids = Network.of(model), torch.randint(V, (3, 20))
    whole, _ = network.read(network.embed(ids), None)
    state, parts = None, []
    for part in ids.split(size, dim=1):
        logits, state = network.read(network.embed(part), state)
        parts.append(logits)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=1e-5, rtol=1e-5)


def test_before_it_reads_only_the_state_of_zeros_speaks(model):
    blank = Network.of(model.requires_grad_(True)).blank
    torch.testing.assert_close(blank, model.head(torch.zeros(H)).detach())
    assert not blank.requires_grad
