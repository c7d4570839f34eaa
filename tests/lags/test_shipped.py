"""The shipped networks do what their card says."""

import math

import pytest

from lstm_core import checkpoint
from lstm_core.lags.model import KINDS
from lstm_core.lags.reach import profile
from lstm_core.lags.sampler import LagNetworks
from lstm_core.lags.tasks import LAGS, TASKS, chance

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


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lag", [10, 30, 100, pytest.param(1000, id="longest")])
def test_accuracy(networks, measured, task, kind, lag):
    """On other sequences than those of the card: the two shares differ by chance alone."""
    if lag == 1000 and kind != "lstm":
        pytest.skip("takes too long")
    metrics, n = measured
    size = 100 if lag == 1000 else 300
    share, claimed = (
        networks.accuracy(task, kind, lag, size, "trial"),
        metrics[f"{task}_{kind}_{lag}"],
    )
    both = (share * size + claimed * n) / (size + n)
    error = math.sqrt(max(both * (1 - both), 1e-3) * (1 / size + 1 / n))
    assert abs(share - claimed) < 4 * error


def test_the_lstm_holds_on_for_a_thousand_steps_and_the_plain_rnn_does_not(measured):
    metrics, n = measured
    for task in TASKS:
        lstm, rnn = metrics[f"{task}_lstm_{LAGS[-1]}"], metrics[f"{task}_rnn_{LAGS[-1]}"]
        assert lstm > 0.9
        error = math.sqrt(chance(task) * (1 - chance(task)) / n)
        assert rnn < chance(task) + 4 * error, task


def test_the_gradient_of_the_lstm_reaches_further(networks):
    back = {
        kind: profile(networks.models["adding", kind, 1000], size=1, every=500).middle[1]
        for kind in ("rnn", "lstm")
    }
    assert back["lstm"] > back["rnn"] + 3  # a thousand times, 500 steps back
