"""The shipped networks do what their card says."""

import math

import pytest
import torch

from lstm_core import checkpoint
from lstm_core.lags.model import KINDS
from lstm_core.lags.reach import profile
from lstm_core.lags.sampler import LagNetworks
from lstm_core.lags.tasks import LAGS, TASKS, loss, sequences

pytestmark = pytest.mark.skipif(
    "lags" not in checkpoint.names(), reason="no such checkpoint is shipped yet"
)


@pytest.fixture(scope="module")
def networks():
    return LagNetworks.from_checkpoint()


@pytest.fixture(scope="module")
def measured(networks):
    (result,) = [r for r in networks.card.results if r["split"] == "test"]
    return result["metrics"], result["n"]


@pytest.mark.parametrize(
    ("task", "kind", "lag"),
    [
        (task, kind, lag)
        for task in TASKS
        for kind in KINDS
        for lag in (10, 30, 100, 1000)
        if lag < 1000 or kind == "lstm"  # the others take too long
    ],
)
def test_accuracy(networks, measured, task, kind, lag):
    """On other sequences than those of the card: the two shares differ by chance alone."""
    metrics, n = measured
    size = 100 if lag == 1000 else 300
    share, claimed = (
        networks.accuracy(task, kind, lag, size, "trial"),
        metrics[f"{task}_{kind}_{lag}"],
    )
    both = (share * size + claimed * n) / (size + n)
    error = math.sqrt(max(both * (1 - both), 1e-3) * (1 / size + 1 / n))
    assert abs(share - claimed) < 4 * error


def test_the_lstm_holds_on_for_a_thousand_steps_and_the_plain_rnn_less_well(measured):
    metrics, _ = measured
    assert metrics["recall_lstm_1000"] > 0.99
    assert metrics["adding_lstm_1000"] > 0.98
    for lag in LAGS:
        assert metrics[f"adding_rnn_{lag}"] < metrics[f"adding_lstm_{lag}"] - 0.1
    assert metrics["adding_rnn_1000"] < metrics["adding_lstm_1000"] / 2


def test_how_far_gradients_reach(networks):
    """500 steps back: kept by the LSTM; lost by the RNN, which holds a symbol all the same."""
    lstm = profile(networks.models["adding", "lstm", 1000], size=1, every=500).middle[1]
    rnn = profile(networks.models["recall", "rnn", 1000], size=1, every=500).middle[1]
    assert lstm > -2
    assert rnn < -10


def test_a_fresh_network_is_the_one_that_training_began_with(networks):
    """By the first row of the record of its training."""
    state = torch.get_rng_state()
    model = networks.fresh("adding", "lstm")
    assert torch.equal(torch.get_rng_state(), state)
    x, y = sequences("adding", LAGS[0], 400, "val")
    _, history = checkpoint.read_card("lags")
    assert history["curve"][0]["validation"] == pytest.approx(loss("adding", model(x), y).item())
