"""The loss of a text, against one reading of the whole and against models known in full."""

import copy
import math

import pytest
import torch
from torch import nn

from lstm_core.lstm import LSTMState
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.scoring import escape_nats, total_nats, total_nats_dynamic
from lstm_core.text.vocabulary import ESCAPE_NATS

V = 7


@pytest.fixture
def model():
    """A network whose predictions depend a lot on what it has read."""
    model = TextModel(TextConfig(V, 4, 10, 2)).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn_like(p))
    return model


def text(n, seed=0):
    return torch.randint(V, (n,), generator=torch.Generator().manual_seed(seed))


def plainly(model, ids, since=0):
    """The sum of -log P(x_t+1 | x_1 ... x_t), the whole text read at once; from one place on."""
    with torch.no_grad():
        p = model(ids[None, :-1])[0][0].double().log_softmax(-1)
    return -sum(p[t, ids[t + 1]].item() for t in range(since, len(ids) - 1))


class Bigram(nn.Module):
    """Predicts from the last character alone, so that how a text is cut up cannot matter."""

    def __init__(self):
        super().__init__()
        self.table = nn.Parameter(3 * torch.randn(V, V))

    def forward(self, ids, state=None):
        zeros = torch.zeros(1, len(ids), 1)
        return self.table[ids], LSTMState(zeros, zeros)


@pytest.mark.parametrize("n", [2, 3, 50, 257])
@pytest.mark.parametrize("length", [1, 7, 64, 1000])
def test_total_is_the_plain_sum_whatever_the_length(model, n, length):
    ids = text(n)
    assert total_nats(model, ids, length=length) == pytest.approx(plainly(model, ids), rel=1e-5)


@pytest.mark.parametrize("n", [2, 3, 10, 50, 257])
@pytest.mark.parametrize("lanes", [2, 3, 8, 64, 300])
@pytest.mark.parametrize("length", [5, 1000])
def test_lanes_that_read_all_before_them_change_nothing(model, n, lanes, length):
    ids = text(n)
    total = total_nats(model, ids, lanes=lanes, warm_up=n, length=length)
    assert total == pytest.approx(plainly(model, ids), rel=1e-5)


@pytest.mark.parametrize("n", [2, 3, 10, 50, 257])
@pytest.mark.parametrize("lanes", [1, 2, 3, 8, 64, 300])
@pytest.mark.parametrize("warm_up", [0, 1, 13])
@pytest.mark.parametrize("length", [4, 1000])
def test_each_character_is_scored_once(n, lanes, warm_up, length):
    """A character left out or counted twice would show: each has a price of its own."""
    model, ids = Bigram(), text(n)
    total = total_nats(model, ids, lanes=lanes, warm_up=warm_up, length=length)
    assert total == pytest.approx(plainly(model, ids), rel=1e-5)


@pytest.mark.parametrize("warm_up", [0, 3, 20])
def test_each_piece_reads_its_warm_up_and_no_more(model, warm_up):
    ids = text(101)  # 100 predictions: five pieces of 20
    expected = 0.0
    for start in range(0, 100, 20):
        begin = max(0, start - warm_up)
        expected += plainly(model, ids[begin : start + 21], since=start - begin)
    total = total_nats(model, ids, lanes=5, warm_up=warm_up, length=9)
    assert total == pytest.approx(expected, rel=1e-5)
    assert total != pytest.approx(plainly(model, ids), rel=1e-5)


def test_knowing_nothing_costs_the_logarithm_of_the_vocabulary(model):
    nn.init.zeros_(model.head.weight)
    nn.init.zeros_(model.head.bias)
    assert total_nats(model, text(200)) == pytest.approx(199 * math.log(V))


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("lanes", [1, 5])
def test_there_is_nothing_to_predict_in_a_text_of_one(model, n, lanes):
    assert total_nats(model, text(n), lanes=lanes) == 0
    assert total_nats_dynamic(model, text(n), learning_rate=0.1) == 0


def test_scoring_leaves_the_model_as_it_is(model):
    before = copy.deepcopy(model.state_dict())
    total_nats(model, text(50), lanes=3)
    assert all(torch.equal(a, before[k]) for k, a in model.state_dict().items())


# Dynamic


@pytest.mark.parametrize("n", [2, 11, 100, 101, 102])
@pytest.mark.parametrize("length", [1, 10, 100, 1000])
def test_dynamic_without_learning_is_static(model, n, length):
    ids = text(n)
    total = total_nats_dynamic(model, ids, learning_rate=0.0, length=length)
    assert total == pytest.approx(plainly(model, ids), rel=1e-5)


def watched(model, ids, **how):
    """A dynamic score, and the logits of every prediction in the order they were made."""
    model, seen = copy.deepcopy(model), []
    model.register_forward_hook(lambda module, args, out: seen.append(out[0][0].detach().double()))
    total = total_nats_dynamic(model, ids, **how)
    return total, torch.cat(seen)


def test_dynamic_scores_what_it_predicted_before_it_learned(model):
    ids = text(95)
    total, logits = watched(model, ids, learning_rate=0.05, length=10)
    assert logits.shape == (94, V), "each character is read once"
    p = logits.log_softmax(-1)
    assert total == pytest.approx(-sum(p[t, ids[t + 1]].item() for t in range(94)), rel=1e-5)
    with torch.no_grad():
        static = model(ids[None, :-1])[0][0].double()
    torch.testing.assert_close(logits[:10], static[:10], rtol=1e-4, atol=1e-4)
    assert not torch.allclose(logits[10:20], static[10:20], atol=1e-2), "it was to learn by then"


@pytest.mark.parametrize("place", [1, 9, 10, 11, 40, 41, 94])
def test_dynamic_never_sees_a_character_before_it_is_scored(model, place):
    """All predictions up to that of a character are the same whatever follows from there on."""
    ids = text(95)
    changed = ids.clone()
    changed[place:] = (changed[place:] + 1 + text(95 - place, seed=1) % (V - 1)) % V
    assert (changed[place:] != ids[place:]).all()
    _, logits = watched(model, ids, learning_rate=0.05, length=10)
    _, others = watched(model, changed, learning_rate=0.05, length=10)
    torch.testing.assert_close(logits[:place], others[:place])
    if place < 94:
        assert not torch.allclose(logits[place:], others[place:])


def test_dynamic_learns_from_what_it_read():
    model = TextModel(TextConfig(V, 4, 10, 2)).train()
    ids = text(5).repeat(80)
    static = plainly(model.eval(), ids)
    assert total_nats_dynamic(copy.deepcopy(model), ids, learning_rate=0.01, length=10) < static / 2


# Escapes


@pytest.mark.parametrize(
    ("ids", "escape", "count"),
    [
        ([3, 1, 3, 3], None, 0),
        ([3, 1, 3, 3], 3, 2),  # the first is not predicted
        ([1, 1, 2], 3, 0),
        ([0, 0, 0], 0, 2),
        ([3], 3, 0),
        ([], 3, 0),
    ],
)
def test_escapes_pay_for_the_character_they_stand_for(ids, escape, count):
    assert escape_nats(torch.tensor(ids), escape) == pytest.approx(count * ESCAPE_NATS)
