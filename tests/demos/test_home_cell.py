"""The sections on one cell, on forgetting and on the plain RNN, without a server."""

import json
import math

import gradio as gr
import pytest

from demos.home import forgetting, one_cell, reach, reach_plots
from demos.widgets.curves import finite
from lstm_core import checkpoint
from lstm_core.lags.tasks import LAGS, TASKS, sequences
from lstm_core.sequences.cell import run_cell

SHIPPED = "lags" in checkpoint.names()
shipped = pytest.mark.skipif(not SHIPPED, reason="no such checkpoint is shipped yet")
HOSTILE = [None, "1", "", True, math.nan, math.inf, -math.inf, -1, 10**400, [], {}, "\0", "\ud800"]


@pytest.fixture
def networks(monkeypatch):
    """The shipped ones, wherever other tests look for checkpoints."""
    monkeypatch.delenv("LSTM_GALLERY_CHECKPOINTS", raising=False)
    return reach_plots.networks()


def test_the_cell_on_the_page_is_that_of_the_core():
    gates = {"write": 0.2, "forget": [0.5, 0], "read": 1}
    found = one_cell.one_cell({"inputs": [1, -1], **gates, "round": False})
    assert found["steps"] == [vars(step) for step in run_cell([1, -1], **gates)]
    assert found["steps"] == one_cell.memory_cell([1, -1], **gates)
    json.dumps(found, allow_nan=False)


def test_presets_can_be_run():
    for inputs in one_cell.PRESETS.values():
        assert len(run_cell(inputs, **one_cell.GATES)) == len(inputs)


@pytest.mark.parametrize("wrong", [*HOSTILE, {"inputs": [1]}, {"inputs": [1], "write": 0.5}])
def test_questions_about_the_cell_are_checked(wrong):
    answer = one_cell.one_cell(wrong)
    assert list(answer) == ["error"]
    assert answer["error"].endswith(".")


@pytest.mark.parametrize("name", ["inputs", "write", "forget", "read", "round"])
@pytest.mark.parametrize("value", [v for v in HOSTILE if v is not True])
def test_hostile_values_for_the_cell(name, value):
    gates = {"write": 0.5, "forget": 0.5, "read": 0.5}
    message = {"inputs": [1], **gates, "round": True, name: value}
    assert list(one_cell.one_cell(message)) == ["error"]
    message["binary"] = message.pop("round")
    with pytest.raises(gr.Error):
        one_cell.memory_cell(**message)


@pytest.mark.parametrize("f", [0, 0.001, 0.5, 0.9, 0.9999, 1])
def test_forgetting_curves(f):
    """What is drawn is the memory of a cell that is multiplied by f at every step."""
    bias, sent, said = forgetting.on_gate(f)
    value = json.loads(sent["json"])
    (mine, *others) = value["series"]
    for series, gate in [(mine, f), *((s, float(s["name"][4:])) for s in others)]:
        for n, y in series["points"]:
            if n <= 30:
                assert y == pytest.approx(math.prod([gate] * n), rel=1e-4)
    assert forgetting.LOWEST_BIAS <= bias <= forgetting.HIGHEST_BIAS
    assert said.startswith("With **f = ")
    for mark in value["marks"]:
        assert f ** mark["x"] == pytest.approx(0.5)
    assert bool(value["marks"]) == (f in (0.001, 0.5, 0.9, 0.9999))
    json.dumps(value, allow_nan=False)


def test_forgetting_in_words():
    said = forgetting.sentence(0.9)
    assert "**35 %** after 10" in said
    assert "**4.2 %** after 30" in said
    assert "**6.58** steps" in said
    assert "**2.20**" in said
    assert "**−2.20**" in forgetting.sentence(0.1)


def test_the_bias_moves_the_gate():
    gate, sent, said = forgetting.on_bias(6.9)
    value = json.loads(sent["json"])
    assert gate == 0.999
    assert value["series"][0]["points"][-1][1] < 0.1  # the plot is long enough to see it fade
    assert "689" in said or "688" in said  # steps to half
    assert forgetting.on_gate(0.5)[0] == 0


@pytest.mark.parametrize("wrong", [*HOSTILE, 1.001])
def test_gates_and_biases_are_checked(wrong):
    with pytest.raises(gr.Error):
        forgetting.on_gate(wrong)
    with pytest.raises(gr.Error):
        forgetting.memory_left(wrong, 10)
    if wrong != 1.001 and wrong != -1:
        with pytest.raises(gr.Error):
            forgetting.on_bias(wrong)
        with pytest.raises(gr.Error):
            forgetting.memory_left(0.5, wrong)


def test_memory_left():
    found = forgetting.memory_left(0.9, 10)
    assert found["left"] == pytest.approx(0.9**10)
    assert 0.9 ** found["half_life"] == pytest.approx(0.5)
    assert list(forgetting.memory_left(1, 5)) == ["left"]  # the rest is infinite


def test_interval():
    """Wilson's example: 0 of 10 and 5 of 10, as tables have them."""
    assert reach_plots.interval(0, 10) == (0, pytest.approx(0.2775, abs=1e-3))
    assert reach_plots.interval(0.5, 10) == (pytest.approx(0.2366, abs=1e-3), 0.7634)


def test_numbers_for_the_page_are_finite():
    assert finite(1.23456, 2) == 1.23
    assert [finite(v) for v in (math.nan, math.inf, -math.inf)] == [None] * 3


@shipped
@pytest.mark.parametrize("task", TASKS)
def test_accuracies_are_those_of_the_card(networks, task):
    metrics = next(r for r in networks.card.results if r["split"] == "test")["metrics"]
    for series in reach_plots.accuracies(task).series:
        kind = {v: k for k, v in reach_plots.NAMES.items()}[series.name]
        assert series.points == [(lag, metrics[f"{task}_{kind}_{lag}"]) for lag in LAGS]
        for (_, share), (low, high) in zip(series.points, series.range, strict=True):
            assert low <= share <= high
    assert f"LSTM **{100 * metrics[f'{task}_lstm_1000']:.1f} %**" in reach_plots.sentence(
        task, 1000
    )


@shipped
def test_a_trial_for_the_page(networks):
    value, seed = reach.on_another("adding", 30, 4)
    assert seed == 5
    x, y = sequences("adding", 30, 1, "trial", 5)
    assert value == reach.on_seed("adding", 30, 5)
    assert value["right"] == f"{y.item():.3f}"
    assert json.loads(value["inputs"]) == [round(v, 3) for v in x[0, :, 0].tolist()]
    assert reach.on_another("recall", 10, reach.MAX_SEED)[1] == 0
    assert reach.hold_on("adding", 30, 5)["answers"] == value["answers"]
    json.dumps(value, allow_nan=False)


@shipped
def test_another_lag_changes_everything(networks):
    trial, accuracy, said, *gradients = reach.on_choice("adding", 10, 1, 1.5)
    assert (trial["task"], trial["lag"]) == ("adding", 10)
    assert "adding" in json.loads(accuracy["json"])["title"]
    assert "lag 10" in said
    *sent, kept = gradients
    curve, norms = (json.loads(plot["json"]) for plot in sent)
    assert [s["name"] for s in curve["series"]][-1] == "untrained plain RNN, weights × 1.5"
    assert all(s["points"][0] == [0, 0] for s in curve["series"])  # nothing is lost at the end
    before, after = norms["series"]
    assert all(y <= 0.001 for _, y in after["points"])
    assert any(y > 0.001 for _, y in before["points"]) == ("**0 of" not in kept)
    json.dumps([curve, norms], allow_nan=False)


@shipped
@pytest.mark.parametrize("wrong", HOSTILE)
def test_hostile_values_for_the_trials(networks, wrong):
    calls = [("recall", 10, 1, wrong), (wrong, 10, 1, 1.0), ("recall", wrong, 1, 1.0)]
    if wrong != 1:
        calls.append(("recall", 10, wrong, 1.0))
    for call in calls:
        with pytest.raises(gr.Error):
            reach.on_choice(*call)
    for handler in (reach.on_another, reach.on_seed, reach.hold_on):
        with pytest.raises(gr.Error):
            handler("recall", 10, wrong)


@pytest.mark.parametrize("wrong", [0.75, 1.55, 1.02, 1e300])
def test_factors_are_those_of_the_slider(wrong):
    with pytest.raises(gr.Error):
        reach.checked_factor(wrong)


def test_a_page_without_the_checkpoint(monkeypatch, tmp_path):
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(tmp_path))
    with gr.Blocks() as page:
        reach.build(page)
    reach.prepare()
    assert any("no checkpoint" in str(getattr(b, "value", "")) for b in page.blocks.values())
