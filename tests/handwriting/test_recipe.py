"""The writing network from its data set to its figures: a tiny one trained, judged and used."""

import itertools
import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from lstm_core import checkpoint, training
from lstm_core.data import DataError, data_set
from lstm_core.handwriting import legibility
from lstm_core.handwriting import recipe as module
from lstm_core.handwriting.characters import Alphabet
from lstm_core.handwriting.dataset import Batches, Chances, Scale, offsets
from lstm_core.handwriting.mixture import mixture, nats
from lstm_core.handwriting.model import WritingConfig, WritingModel
from lstm_core.handwriting.recipe import RECIPES, WritingObjective, WritingRecipe, read, trusted
from lstm_core.handwriting.request import WritingRequest
from lstm_core.handwriting.sampler import WritingSampler
from lstm_core.ink.iam import read_lines
from lstm_core.training import TrainingConfig, train

CPU = torch.device("cpu")

RECIPE = WritingRecipe(
    name="tiny",
    data="handwriting",
    title="Tiny",
    description="A test.",
    training=TrainingConfig(24, 0.02, warmup=2, average=0.8, evaluate_every=8, seed=3),
    splits=("val1", "test"),
    batch_size=4,
    short=((6, 8, 64),),
    hidden_size=16,
    num_layers=2,
)


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    """The checkpoint of a whole training."""
    run = tmp_path_factory.mktemp("runs") / "tiny"
    path = RECIPE.train(run, data, CPU)
    assert path == run / "tiny.safetensors"
    return path


def test_the_card_of_a_training(trained, data):
    card, _ = checkpoint.read_card(trained)
    source = data_set("handwriting")
    assert (card.name, card.task, card.title) == ("tiny", "handwriting", "Tiny")
    assert card.licence == card.data["licence"] == source.licence
    assert card.data["citation"] == source.citation
    assert "train and val2" in card.data["split"]
    lines = [*read_lines("train", data), *read_lines("val2", data)]
    assert card.vocabulary == Alphabet.ascii().characters
    config, scale = WritingConfig(**card.config), Scale.of(lines)
    assert (config.mean, config.deviation) == (scale.mean, scale.deviation)
    assert config.hands == ("7", "12")
    assert config.vocabulary_size == len(card.vocabulary)
    facts = card.training
    weights = checkpoint.load(trained, "handwriting").weights
    assert facts["parameters"] == card.parameters == sum(w.numel() for w in weights.values())
    assert facts["steps"] == 24
    assert facts["best_step"] > 0
    assert facts["seed"] == 3
    assert facts["short"] == ["before step 6: 8 lines of 64 points"]


def test_lines_whose_text_is_not_what_is_written_are_left_out(data):
    lines = read_lines("train", data)
    struck = replace(lines[0], text="The #")
    kept = trusted([*lines, struck])
    assert [line.id for line in kept] == [line.id for line in lines if not line.flag]
    assert len(kept) == len(lines) - 1


def test_it_learned(trained):
    _, history = checkpoint.read_card(trained)
    curve = [row["validation"] for row in history["curve"]]
    assert [row["step"] for row in history["curve"]] == [0, 8, 16, 24]
    assert all(after < before for before, after in itertools.pairwise(curve))


def test_milestones_hold_ink(trained):
    _, history = checkpoint.read_card(trained)
    for row in history["milestones"]:
        strokes = json.loads(row["sample"])
        assert strokes
        assert all(len(stroke) >= 2 and len(stroke) % 2 == 0 for stroke in strokes)
        assert all(isinstance(v, int) for stroke in strokes for v in stroke)


def test_the_figures_are_those_of_the_paper(trained, data):
    """Line after line, point after point: eq. 26, and the squared error of the mean."""
    found = RECIPE.evaluate("val1", data, trained)
    sampler = WritingSampler.from_checkpoint(trained)
    losses, errors = [], []
    lines = read_lines("val1", data)
    for line in lines:
        moves = torch.from_numpy(sampler.scale.normalise(offsets(line.points)))[None]
        ids = torch.tensor([[sampler.alphabet.index.get(c, -1) for c in line.text]])
        style = torch.from_numpy(sampler.style(WritingRequest("a")))[None]
        with torch.no_grad():
            outputs, _ = sampler.model(moves[:, :-1], ids, style)
        m = mixture(outputs)
        losses.append(nats(m, moves[:, 1:]).sum().item())
        errors += (m.expected - moves[:, 1:, :2]).square().sum(-1)[0].tolist()
    assert found.n == len(lines) == 6
    assert found.metrics["nats_per_line"] == pytest.approx(np.mean(losses), rel=1e-5)
    assert found.metrics["nats_per_point"] == pytest.approx(sum(losses) / len(errors), rel=1e-5)
    assert found.metrics["sse"] == pytest.approx(np.mean(errors), rel=1e-5)


def test_the_figures_of_legibility(trained, data, monkeypatch):
    """A reader that sees nothing but an e."""

    class Reader:
        def read_lines(self, trajectories):
            return ["e"] * len(trajectories)

    monkeypatch.setattr(module.ReadingSampler, "from_checkpoint", lambda name: Reader())
    monkeypatch.setattr(legibility, "FRAMES", ("{0}",))
    found = RECIPE.evaluate("legibility", data, trained, {"characters"})
    lines = trusted(read_lines("val2", data))
    characters = sum(len(line.text) for line in lines)
    seen = sum("e" in line.text for line in lines)
    assert found.n == len(lines) == 5
    assert found.metrics["cer"] == found.metrics["cer_real"] == (characters - seen) / characters
    assert found.metrics["word_lost"] == found.metrics["failed"] == 1
    rates = {chr(n): float(chr(n) == "e") for n in range(33, 127)}
    for ending in ("", "_unchosen"):
        assert found.metrics[f"read{ending}"] == pytest.approx(1 / 94)
        assert found.found[f"character_rates{ending}"] == rates
        assert found.notes[f"rates{ending}"].startswith('! 0.00 " 0.00')
        assert found.notes[f"rates{ending}"].endswith(" ~ 0.00 e 1.00")


def test_the_score_of_the_training_is_that_of_the_evaluation(trained, data):
    card, _ = checkpoint.read_card(trained)
    score = card.training["validation_nats_per_line"]
    found = RECIPE.evaluate("val1", data, trained).metrics["nats_per_line"]
    assert score == pytest.approx(found, rel=0.02)  # in half precision


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_loss_is_the_mean_of_all_points(data, dropout):
    lines = trusted(read_lines("train", data))
    alphabet, scale = Alphabet.ascii(), Scale.of(lines)
    batches = Batches(lines, alphabet, scale, ["7"], 3, Chances(), seed=2)
    torch.manual_seed(0)
    model = WritingModel(WritingConfig(len(alphabet), ("7",), (0, 0), (1, 1), 8, 2))
    objective = WritingObjective(model, batches, [], alphabet, dropout, CPU)
    batch = batches.batch(1)
    kept = objective.kept(3)  # of every cell of two layers, for three lines
    assert kept.shape == (2, 3, 8)
    assert set(kept.unique().tolist()) == ({0.0, 2.0} if dropout else {1.0})
    objective.kept = lambda lines: kept
    ones = [slice(n, n + 1) for n in range(3)]
    losses = [
        nats(mixture(read(model, batch.lines(one), kept[:, one])), batch.lines(one).targets)
        for one in ones
    ]
    assert sum(loss.numel() for loss in losses) == batch.mask.sum()
    expected = torch.cat([loss[0] for loss in losses]).mean()
    torch.testing.assert_close(objective.loss(1), expected)
    assert len(objective.parts(1)) == 2


def test_a_killed_training_ends_as_one_that_was_not(trained, data, tmp_path, monkeypatch):
    stopped = partial(train, stop_after=10, save_every=0)
    monkeypatch.setattr(training, "train", stopped)
    RECIPE.train(tmp_path, data, CPU)
    monkeypatch.setattr(training, "train", train)
    path = RECIPE.train(tmp_path, data, CPU)
    whole, again = (checkpoint.load(p, "handwriting").weights for p in (trained, path))
    for name, weight in whole.items():
        assert torch.equal(weight, again[name]), name


def test_a_picture_for_the_terminal(trained):
    text = "".join(RECIPE.sample(trained, WritingRequest("The fox", hand="7")))
    assert text.startswith("<svg")
    assert text.endswith("</svg>")


def test_a_part_that_is_not_there(trained, data):
    with pytest.raises(DataError, match="no lines of the part test"):
        RECIPE.evaluate("test", data, trained)


def test_the_shipped_network_fits_a_checkpoint():
    """In half precision, with the alphabet and the writers that there are at most."""
    recipe = next(r for r in RECIPES if r.name == "writing")
    config = WritingConfig(
        95, tuple(map(str, range(221))), (0, 0), (1, 1), recipe.hidden_size, recipe.num_layers
    )
    with torch.device("meta"):
        weights = sum(p.numel() for p in module.WritingModel(config).parameters())
    assert weights * 2 < checkpoint.MAX_BYTES - 500_000
    assert replace(recipe, name="x").splits[0] == "val1"
