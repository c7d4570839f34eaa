"""The training of the readers in small, and what is kept of it."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from lstm_core import checkpoint, training
from lstm_core.checkpoint import Card, CheckpointError
from lstm_core.data import DataError
from lstm_core.ink.composition import ASCII
from lstm_core.ink.iam import read_lines
from lstm_core.recipe import recipes
from lstm_core.recognition import recipe as module
from lstm_core.recognition.dataset import Batches, Characters
from lstm_core.recognition.decoding import best_path
from lstm_core.recognition.metrics import cer, wer
from lstm_core.recognition.model import ReaderDropout, told_loss
from lstm_core.recognition.pens import PENS
from lstm_core.recognition.recipe import DELAY, RECIPES, TUNED, ReadingRecipe
from lstm_core.recognition.request import ReadingRequest
from lstm_core.recognition.sampler import ReadingSampler
from lstm_core.recognition.tuning import BONUSES, WEIGHTS
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.training import TrainingConfig, train

CPU = torch.device("cpu")
SMALL = {"lower_size": 6, "hidden_size": 8, "num_layers": 3, "batch_size": 4}


def small(steps=4, name="reading", **more):
    training = TrainingConfig(steps, 1e-2, warmup=1, evaluate_every=2, average=0.5)
    return replace(recipes()[name], training=training, **{**SMALL, **more})


@pytest.fixture(scope="module")
def made(data, tmp_path_factory):
    recipe = small()
    return recipe, recipe.train(tmp_path_factory.mktemp("run") / "reading", data, CPU)


def test_both_readers_are_known_and_fit_into_a_checkpoint():
    readers = [recipe for recipe in RECIPES if isinstance(recipe, ReadingRecipe)]
    assert [recipe.name for recipe in readers] == ["reading", "reading_causal"]
    for recipe in readers:
        assert recipes()[recipe.name] is recipe
        assert recipe.splits[0] == "val2"
        weights = sum(p.numel() for p in recipe.untrained(79).parameters())
        assert 2 * weights < 9_500_000
    assert [recipe.untrained(5).config.bidirectional for recipe in readers] == [True, False]


def test_it_learns_to_read(data, tmp_path):
    """Four texts of two letters, until few faults are left."""
    recipe = small(
        steps=160, lower_size=8, hidden_size=16, num_layers=2, augmentation=None, batch_size=6,
        dropout=ReaderDropout(0, 0, 0), composed=0,
    )  # fmt: skip
    training = replace(recipe.training, learning_rate=3e-2, evaluate_every=160, warmup=10)
    recipe = replace(recipe, training=training)
    path = recipe.train(tmp_path, data, CPU)
    assert checkpoint.read_card(path)[0].training["validation_cer"] < 0.3
    assert recipe.evaluate("val2", data, path).metrics["cer"] < 0.3


def test_the_card(made):
    card, history = checkpoint.read_card(made[1])
    assert (card.name, card.task) == ("reading", "recognition")
    assert card.vocabulary == ASCII
    assert card.config == {
        "vocabulary_size": 95, "bidirectional": True, "lower_size": 6, "hidden_size": 8,
        "num_layers": 3,
    }  # fmt: skip
    assert "struck-out" in card.data["text"]
    assert [row["step"] for row in history["curve"]] == [0, 2, 4]
    assert {row["sample"] for row in history["milestones"]} == {""}  # no line is handed on


def test_one_reader_tells_another(made, data, tmp_path):
    """What is told is learned, and the one who tells stays as it is."""
    weights = checkpoint.load(made[1], "recognition").weights
    recipe = small(name="reading_causal", told_by=str(made[1]), steps=40, augmentation=None)
    path = recipe.train(tmp_path / "told", data, CPU)
    alone = replace(recipe, told_by="").train(tmp_path / "alone", data, CPU)
    teller, told, other = (
        ReadingSampler.from_checkpoint(found).model for found in (made[1], path, alone)
    )
    for name, weight in teller.state_dict().items():
        assert torch.equal(weight, weights[name])
    batch = Batches(read_lines("train", data), Characters(ASCII), 4, 1).batch(0)
    wanted, frames = teller(batch.x, batch.lengths)
    losses = [
        told_loss(model(batch.x, batch.lengths)[0], frames, wanted, DELAY)
        for model in (told, other)
    ]
    assert losses[0] < losses[1]
    cards = [checkpoint.read_card(found)[0].training for found in (path, alone)]
    assert cards[0]["told_by"].endswith("reading.safetensors, 3 frames before")
    assert cards[1]["told_by"] is None


def test_a_teller_of_other_characters_is_refused(made, data, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ASCII", ASCII[:-1])
    with pytest.raises(ValueError, match="reads other characters than reading_causal is to learn"):
        small(name="reading_causal", told_by=str(made[1])).train(tmp_path, data, CPU)


@pytest.mark.parametrize("name", ["reading", "reading_causal"])
def test_a_killed_training_ends_as_one_that_was_not(made, data, tmp_path, monkeypatch, name):
    recipe = small(name=name)
    if recipe.told_by:
        recipe = replace(recipe, told_by=str(made[1]))
    whole = checkpoint.load(recipe.train(tmp_path / "whole", data, CPU), "recognition")

    def killed(*parts, **more):
        return train(*parts, **more, stop_after=3, save_every=0)

    monkeypatch.setattr(training, "train", killed)
    recipe.train(tmp_path / "killed", data, CPU)
    monkeypatch.setattr(training, "train", train)
    again = checkpoint.load(recipe.train(tmp_path / "killed", data, CPU), "recognition")
    assert whole.card.config["bidirectional"] is (name == "reading")
    for key, w in whole.weights.items():
        assert torch.equal(w, again.weights[key]), key


def test_the_evaluation_is_of_what_the_sampler_reads(made, data):
    recipe, path = made
    found = recipe.evaluate("val2", data, path)
    lines = read_lines("val2", data)
    sampler = ReadingSampler.from_checkpoint(path)
    readings = sampler.read_lines([line.points for line in lines])
    texts = [line.text for line in lines]
    assert found.n == sum(map(len, texts))
    assert found.metrics == {"cer": cer(texts, readings), "wer": wer(texts, readings)}
    for line, text in zip(lines, readings, strict=True):
        (read,) = sampler.read(request(line))
        labels = best_path(np.log(read.probabilities)).labels
        assert sampler.characters.decode(labels) == text
    assert recipe.evaluate("val1", data, path).split == "val1"
    with pytest.raises(DataError, match="no lines of the part test"):
        recipe.evaluate("test", data, path)


def test_the_evaluation_with_other_pens(made, data):
    recipe, path = made
    metrics = recipe.evaluate("val2", data, path, {"pens"}).metrics
    assert metrics.keys() == {"cer", "wer", *(f"cer_{name}" for name in PENS)}
    for name in ("tenth_size", "ten_times_size"):  # which make no difference at all
        assert metrics[f"cer_{name}"] == metrics["cer"]
    lines = read_lines("val2", data)
    sampler = ReadingSampler.from_checkpoint(path)
    readings = sampler.read_lines([PENS["slanted_right"](line) for line in lines])
    assert metrics["cer_slanted_right"] == cer([line.text for line in lines], readings)


def test_the_evaluation_with_a_language_model(made, data, tmp_path, monkeypatch):
    recipe, path = made
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(tmp_path))
    with pytest.raises(CheckpointError, match="no checkpoint named 'reading_language'"):
        recipe.evaluate("val2", data, path, {"language"})
    vocabulary = ["\n", *ASCII]
    model = TextModel(TextConfig(len(vocabulary), 4, 8, 1))
    with torch.no_grad():
        model.head.bias[vocabulary.index("a") :] += 5  # loves an "a", and what comes after it
    card = Card("reading_language", "recognition", "", "", asdict(model.config), {}, {}, vocabulary)
    checkpoint.save(tmp_path / "reading_language.safetensors", card, model.state_dict())
    lines = read_lines("val2", data)
    texts = [line.text for line in lines]
    sampler = ReadingSampler.from_checkpoint(path, "reading_language")
    readings = sampler.read_lines([line.points for line in lines])
    plain = recipe.evaluate("val2", data, path).metrics
    told = recipe.evaluate("val2", data, path, {"language"}).metrics
    assert told == {"cer": cer(texts, readings), "wer": wer(texts, readings)}
    tuned = recipe.evaluate("val2", data, path, {"tune"}).metrics
    assert {name: tuned.pop(name) for name in ("cer", "wer")} == plain
    assert len(tuned) == len(WEIGHTS) * len(BONUSES)
    sampler.language.weight, sampler.language.bonus = 0.7, 1.4
    readings = sampler.read_lines([line.points for line in lines[::TUNED]])
    assert tuned["cer_weight_0.7_bonus_1.4"] == cer(texts[::TUNED], readings)


def request(line):
    ends = (line.points[:, 2] > 0).nonzero()[0] + 1
    parts = zip([0, *ends[:-1]], ends, strict=True)
    return ReadingRequest([line.points[a:b, :2] for a, b in parts])


def test_a_sample_for_the_terminal(made, data):
    recipe, path = made
    asked = request(read_lines("val1", data)[0])
    said = "".join(recipe.sample(path, asked))
    (read,) = ReadingSampler.from_checkpoint(path).read(asked)
    assert said == read.text


def test_a_checkpoint_that_does_not_fit_its_card(made, tmp_path):
    loaded = checkpoint.load(made[1], "recognition")
    loaded.weights.pop("head.bias")
    path = tmp_path / "reading.safetensors"
    checkpoint.save(path, loaded.card, loaded.weights)
    with pytest.raises(CheckpointError, match="does not fit"):
        ReadingSampler.from_checkpoint(path)
