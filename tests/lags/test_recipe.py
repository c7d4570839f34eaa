"""The training of all networks, in small: what is kept of it, and that it survives a kill."""

import json
from dataclasses import replace

import pytest
import torch

from lstm_core import checkpoint
from lstm_core.checkpoint import CheckpointError
from lstm_core.lags import curriculum as module
from lstm_core.lags.curriculum import Curriculum, LagObjective, Solved, learn
from lstm_core.lags.model import KINDS, LagConfig, LagModel
from lstm_core.lags.recipe import RECIPES
from lstm_core.lags.sampler import LagNetworks, LagRequest
from lstm_core.lags.tasks import LAGS, TASKS, loss, right, sequences
from lstm_core.lstm import LSTM

CPU = torch.device("cpu")
SHORT = (2, 4)
TINY = Curriculum(
    steps={2: 6, 4: 4},
    rates=(1e-2, 1e-3),
    searched=2,
    batch_size=4,
    validation=16,
    evaluate_every=2,
)


@pytest.fixture
def short(monkeypatch):
    """Two short lags, and no luck that would end a training early."""
    monkeypatch.setattr(module, "LAGS", SHORT)
    monkeypatch.setattr(module, "SOLVED", 1.1)


def learned(folder, kind="lstm", task="adding"):
    return learn(LagConfig(task, kind, hidden_size=3, horizon=4), TINY, folder, CPU)


def test_every_lag_goes_on_from_the_one_before(short, tmp_path):
    stages = learned(tmp_path)
    assert list(stages) == list(SHORT)
    assert stages[2]["steps"] == 12  # at both rates
    assert stages[4]["steps"] == 4  # at the better of them
    assert stages[4]["rate"] == stages[2]["rate"]
    model = LagModel(LagConfig("adding", "lstm", hidden_size=3, horizon=4))
    model.load_state_dict(stages[2]["weights"])
    objective = LagObjective(model, 4, TINY, CPU)
    with torch.no_grad():
        assert stages[4]["curve"][0]["validation"] == pytest.approx(objective.validate(model))


@pytest.mark.parametrize("kind", KINDS)
def test_the_best_weights_are_kept(short, tmp_path, kind):
    for lag, stage in learned(tmp_path, kind).items():
        model = LagModel(LagConfig("adding", kind, hidden_size=3, horizon=4))
        model.load_state_dict(stage["weights"])
        x, y = sequences("adding", lag, TINY.validation, "val")
        with torch.no_grad():
            score = loss("adding", model(x), y).item()
            assert stage["right"] == pytest.approx(right("adding", model(x), y).float().mean())
        assert score == pytest.approx(min(row["validation"] for row in stage["curve"]))


def test_a_killed_training_ends_as_one_that_was_not(short, tmp_path, monkeypatch):
    whole = learned(tmp_path / "whole")
    train, left = module.train, [5]

    def killed(objective, config, folder, **more):
        run = train(objective, config, folder, stop_after=left[0], save_every=0, **more)
        if run.step < config.steps:
            raise KeyboardInterrupt
        return run

    monkeypatch.setattr(module, "train", killed)
    with pytest.raises(KeyboardInterrupt):
        learned(tmp_path / "killed")
    monkeypatch.setattr(module, "train", train)
    again = learned(tmp_path / "killed")
    for lag in SHORT:
        for name, w in whole[lag]["weights"].items():
            assert torch.equal(w, again[lag]["weights"][name]), (lag, name)


def test_what_is_solved_ends_early(short, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SOLVED", 0.0)
    stages = learned(tmp_path)
    assert [stage["steps"] for stage in stages.values()] == [0, 0]
    with pytest.raises(Solved):
        raise Solved(None)


def test_a_gradient_that_has_overflowed_counts_as_none():
    model = LagModel(LagConfig("adding", "rnn", hidden_size=3))
    objective = LagObjective(model, 4, TINY, CPU)
    (objective.loss(0) * float("inf")).backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_fresh_gates_hold_on_for_up_to_the_horizon(kind):
    model = LagModel(LagConfig("recall", kind, hidden_size=500, horizon=100))
    H = 500
    if kind == "lstm":
        assert isinstance(model.recurrent, LSTM)
        bias = model.recurrent.layers[0].bias
        torch.testing.assert_close(bias[:H], -bias[H : 2 * H])
        keeps = bias[H : 2 * H].sigmoid()
    elif kind == "gru":
        keeps = (model.recurrent.bias_ih_l0 + model.recurrent.bias_hh_l0)[H : 2 * H].sigmoid()
    else:
        W = model.recurrent.weight_hh_l0
        torch.testing.assert_close(W @ W.T, torch.eye(H), atol=1e-5, rtol=0)
        return
    lasting = 1 / (1 - keeps)  # steps
    assert 2 <= lasting.min() < 8
    assert 90 < lasting.max() <= 100.1


@pytest.mark.parametrize("wrong", [{"task": "x", "kind": "rnn"}, {"task": "recall", "kind": "x"}])
def test_architectures_are_checked(wrong):
    with pytest.raises(ValueError, match=r"tasks are|kinds of network are"):
        LagConfig(**wrong)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A checkpoint of all networks, hardly trained."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SOLVED", 1.1)
        steps = dict.fromkeys(LAGS, 1)
        curriculum = replace(
            TINY, steps=steps, rates=(1e-3,), searched=10, batch_size=1, validation=2
        )
        recipe = replace(RECIPES[0], curriculum=curriculum, hidden_size=2, test_sequences=3)
        path = recipe.train(tmp_path_factory.mktemp("run"), None, CPU)
        return recipe, path


def test_all_networks_lie_in_one_checkpoint(made):
    _, path = made
    card, history = checkpoint.read_card(path)
    assert card.training["networks"] == len(TASKS) * len(KINDS) * len(LAGS) == 30
    rows = {(row["task"], row["kind"], row["lag"]) for row in history["stages"]}
    assert len(rows) == 30
    networks = LagNetworks.from_checkpoint(path)
    for (task, kind, lag), model in networks.models.items():
        assert model.config.task == task
        assert model.config.kind == kind
        stage = torch.load(path.parent / task / kind / f"{lag}.pt", weights_only=True)
        for name, w in model.state_dict().items():
            assert torch.equal(w, stage["weights"][name].half().float())
    assert sum(p.numel() for m in networks.models.values() for p in m.parameters()) == (
        card.parameters
    )


def test_evaluation(made):
    recipe, path = made
    found = recipe.evaluate("test", None, path)
    assert found.n == 3
    assert len(found.metrics) == 30
    networks = LagNetworks.from_checkpoint(path)
    for task in TASKS:
        x, y = sequences(task, 30, 3, "test")
        share = right(task, networks.models[task, "gru", 30](x), y).float().mean().item()
        assert found.metrics[f"{task}_gru_30"] == share
    json.dumps(found.metrics)


@pytest.mark.parametrize("task", TASKS)
def test_a_trial_is_what_the_networks_say(made, task):
    networks = LagNetworks.from_checkpoint(made[1])
    trial = networks.trial(LagRequest(task, 30, 7))
    x, y = sequences(task, 30, 1, "trial", 7)
    assert trial.right_answer == y.item()
    assert [answer.kind for answer in trial.answers] == list(KINDS)
    for answer in trial.answers:
        out = networks.models[task, answer.kind, 30](x)
        assert answer.right == right(task, out, y).item()
        if task == "recall":
            assert answer.said == out.argmax().item()
            assert answer.probabilities == pytest.approx(out[0].softmax(dim=0).tolist())
            assert trial.marked == [0]
            assert trial.inputs[0] == y.item()
        else:
            assert answer.said == out.item()
            assert sum(trial.inputs[n] for n in trial.marked) == pytest.approx(y.item())
            assert len(trial.marked) == 2


def test_a_sample_for_the_terminal(made):
    recipe, path = made
    said = "".join(recipe.sample(path, LagRequest("recall", 10, 1)))
    assert said.count("\n") == 3
    assert "right is " in said


@pytest.mark.parametrize("wrong", [
    {"task": "x"}, {"task": None}, {"task": ["recall"]}, {"lag": 11}, {"lag": 10.0}, {"lag": True},
    {"lag": "10"}, {"lag": None}, {"seed": -1}, {"seed": 2**32}, {"seed": 1.0}, {"seed": None},
    {"seed": True}, {"lag": float("nan")}, {"task": "recall\0"}, {"task": "\ud800"},
])  # fmt: skip
def test_requests_are_checked(wrong):
    with pytest.raises(ValueError, match=r"The (tasks|lags|seed)"):
        LagRequest(**wrong)


def test_a_checkpoint_that_does_not_fit_its_card(made, tmp_path):
    card, _ = checkpoint.read_card(made[1])
    weights = checkpoint.load(made[1], "lags").weights
    weights.pop("recall.lstm.100.head.bias")
    path = tmp_path / "lags.safetensors"
    checkpoint.save(path, card, weights)
    with pytest.raises(CheckpointError, match="does not fit"):
        LagNetworks.from_checkpoint(path)
