"""A rival from its data set to its figures, by the command line: a tiny one trained and judged."""

import functools
import json
import math
import random
from dataclasses import fields

import numpy as np
import pytest
import torch

from lstm_core import checkpoint, timing, training
from lstm_core.cli import main
from lstm_core.memory.context import ContextCurve, context_curve
from lstm_core.memory.network import Network
from lstm_core.rivals import recipe as rivals_recipe
from lstm_core.rivals.model import RivalConfig
from lstm_core.rivals.recipe import RECIPES, RivalRecipe
from lstm_core.rivals.sampler import RivalSampler
from lstm_core.text import recipe as text_recipe
from lstm_core.text.dataset import split
from lstm_core.text.model import TextDropout
from lstm_core.text.recipe import TWO_PARTS, TextObjective
from lstm_core.text.sampler import TextRequest
from lstm_core.training import TrainingConfig, train

TEXT = "".join(random.Random(1).choices(["the cat ", "sat on\n", "a mat.\n"], k=300))
PARTS = split(TEXT, TWO_PARTS)
CELLS = ["gru", "rnn"]


def tiny(cell):
    """The GRU reads passages from anywhere; the plain network follows the text with its state."""
    return RivalRecipe(
        name=f"shakespeare_{cell}",
        data="shakespeare",
        title="Tiny plays",
        description="A test.",
        shares=TWO_PARTS,
        training=TrainingConfig(40, 0.05, warmup=2, average=0.9, evaluate_every=10),
        dropout=TextDropout(inputs=0.05, layers=0.1, outputs=0.1, locked=False),
        embedding_size=4,
        hidden_size=8,
        batch_size=4,
        length=10,
        windows=cell == "gru",
        cell=cell,
    )


@pytest.fixture(autouse=True)
def _recipes(monkeypatch):
    monkeypatch.setattr(rivals_recipe, "RECIPES", [tiny(cell) for cell in CELLS])


@pytest.fixture
def run(capsys):
    """Runs a command that succeeds: what it printed."""

    def run(*words):
        capsys.readouterr()
        assert main([str(word) for word in words]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return run


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    (folder / "tinyshakespeare.txt").write_text(TEXT, newline="")
    return folder


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    """The checkpoints of whole trainings."""
    folder, threads = tmp_path_factory.mktemp("runs"), torch.get_num_threads()
    torch.set_num_threads(1)
    cpu = torch.device("cpu")
    paths = {cell: tiny(cell).train(folder / cell, data, cpu) for cell in CELLS}
    torch.set_num_threads(threads)
    return paths


@pytest.mark.parametrize("cell", CELLS)
def test_a_training_that_was_killed_is_taken_up(run, data, trained, cell, tmp_path, monkeypatch):
    name = f"shakespeare_{cell}"
    words = ("train", name, "--data", data, "--device", "cpu", "--run", tmp_path)
    for stop in (7, 16):
        killed = functools.partial(train, save_every=0, stop_after=stop)
        monkeypatch.setattr(training, "train", killed)
        run(*words)
    monkeypatch.setattr(training, "train", train)
    seen, loss = [], TextObjective.loss
    monkeypatch.setattr(TextObjective, "loss", lambda self, n: seen.append(n) or loss(self, n))
    assert f"The best weights are in {tmp_path / name}.safetensors." in run(*words)
    assert seen == [*range(15, 40)], "taken up where it was saved"

    a, b = (
        checkpoint.load(path, "rivals")
        for path in (trained[cell], tmp_path / f"{name}.safetensors")
    )
    assert a.history == b.history
    assert all(torch.equal(w, b.weights[k]) for k, w in a.weights.items())


@pytest.mark.parametrize("cell", CELLS)
def test_the_card_and_the_history(trained, cell):
    card, history = checkpoint.read_card(trained[cell])
    assert (card.name, card.task, card.title) == (f"shakespeare_{cell}", "rivals", "Tiny plays")
    assert card.vocabulary == sorted(set(PARTS["train"])), "numbered as for the text models"
    V = len(card.vocabulary)
    assert RivalConfig(**card.config) == RivalConfig(cell, V, 4, 8, 2)
    rows = {"gru": 3, "rnn": 1}[cell] * 8
    assert card.parameters == 4 * V + rows * (4 + 8 + 2) + rows * (8 + 8 + 2) + 8 * V + V
    assert card.training["steps"] == 40
    assert [row["step"] for row in history["curve"]] == [0, 10, 20, 30, 40]
    best = min(row["validation"] for row in history["curve"])
    assert best < 0.8 * history["curve"][0]["validation"]
    assert all(len(row["sample"]) == 700 for row in history["milestones"])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("part", PARTS)
def test_figures(trained, data, cell, part):
    result = tiny(cell).evaluate(part, data, trained[cell])
    sampler = RivalSampler.from_checkpoint(trained[cell])
    ids = torch.from_numpy(sampler.vocabulary.encode(PARTS[part]))
    with torch.no_grad():
        p = sampler.model(ids[None, :-1])[0][0].double().log_softmax(-1)
    nats = -p[torch.arange(len(ids) - 1), ids[1:]].mean().item()
    assert result.n == len(ids) - 1
    assert result.metrics.keys() == {"nats_per_char", "bits_per_char", "xz_bits_per_char"}
    assert result.metrics["nats_per_char"] == pytest.approx(nats, rel=1e-5)
    assert result.metrics["bits_per_char"] == pytest.approx(nats / math.log(2), rel=1e-5)
    assert result.found == {}


def test_dynamic_figures(trained, data):
    static = tiny("gru").evaluate("val", data, trained["gru"]).metrics
    both = tiny("gru").evaluate("val", data, trained["gru"], {"dynamic"}).metrics
    assert static.items() <= both.items()
    assert both["dynamic_nats_per_char"] != pytest.approx(both["nats_per_char"], rel=1e-4)


@pytest.mark.parametrize("cell", CELLS)
def test_the_context_curve_goes_into_the_record(run, data, trained, cell):
    """Of the part that is held out, whichever is judged, as far as it has room for contexts."""
    name, path = f"shakespeare_{cell}", trained[cell]
    before = checkpoint.read_card(path)[1]
    words = ("evaluate", name, "--data", data, "--checkpoint", path, "--split", "train")
    out = run(*words, "--context", "--record", "--json")
    history = checkpoint.read_card(path)[1]
    assert history.keys() - before.keys() == {"context"}
    sampler = RivalSampler.from_checkpoint(path)
    ids = sampler.vocabulary.encode(PARTS["val"])
    assert 128 < len(ids) <= 256
    lengths = [0, 1, 2, 4, 8, 16, 32, 64, 128]
    network = Network.of(sampler.model)
    expected = context_curve(network, ids, lengths=lengths, places=len(ids) - 128)
    found = ContextCurve.of(history)
    assert (found.lengths, found.n) == (lengths, len(ids) - 128)
    np.testing.assert_allclose(found.nats, expected.nats, atol=1e-6)
    printed = json.loads(out.splitlines()[-1])
    assert printed["context"] == history["context"]
    command = f"lstm-gallery evaluate {name} --split train --context"
    assert checkpoint.read_card(path)[0].results[-1]["command"] == command


@pytest.mark.parametrize("cell", CELLS)
def test_sample_and_bench(run, trained, cell, monkeypatch):
    name, path = f"shakespeare_{cell}", trained[cell]
    words = ("--prime", "the catΩ", "--length", "20", "--seed", "2", "--checkpoint", path)
    out = run("sample", name, *words)
    assert out.startswith("the cat")
    assert len(out) == len("the cat") + 20 + 1
    assert run("sample", name, *words) == out
    monkeypatch.setattr(timing, "ROUNDS", 1)
    (rate,) = tiny(cell).bench(path).values()
    assert rate > 0


# The recipes of the gallery


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_all_is_as_for_the_lstm_but_for_the_cells(recipe):
    """So the text, the characters and their numbers, the batches and the sizes are the same."""
    lstm = next(r for r in text_recipe.RECIPES if r.name == "shakespeare")
    own = {"name", "title", "description", "training"}
    for field in fields(lstm):
        if field.name not in own:
            assert getattr(recipe, field.name) == getattr(lstm, field.name), field.name
    assert recipe.name == f"shakespeare_{recipe.cell}"
    for fact in ("weight_decay", "clip_norm", "warmup", "average", "seed"):
        assert getattr(recipe.training, fact) == getattr(lstm.training, fact), fact
    assert recipe.training.steps <= lstm.training.steps
    assert recipe.splits[0] == "val"


def test_one_of_each_cell():
    assert [recipe.cell for recipe in RECIPES] == CELLS


@pytest.mark.parametrize("name", [recipe.name for recipe in RECIPES])
def test_what_is_shipped(name):
    """It reads what the LSTM reads, by the same numbers, and it has learned."""
    if not {name, "shakespeare"} <= set(checkpoint.names()):
        pytest.skip(f"{name} is not shipped yet")
    sampler = RivalSampler.from_checkpoint(name)
    lstm, _ = checkpoint.read_card("shakespeare")
    assert sampler.vocabulary.characters == lstm.vocabulary
    assert sampler.model.config.hidden_size == lstm.config["hidden_size"]
    assert sampler.model.config.num_layers == lstm.config["num_layers"]
    curve = ContextCurve.of(sampler.history)
    assert curve is None or curve.nats[-1] < 0.6 * curve.nats[0]
    assert len(sampler.write(TextRequest("ROMEO:\n", length=30, seed=1))) == 30
