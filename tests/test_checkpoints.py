"""The checkpoints that are shipped: small, whole, and with a card that says all it should."""

import datetime
import itertools
import math
import re
import shlex
from dataclasses import replace

import pytest
import torch

from lstm_core import checkpoint
from lstm_core.cli import build_parser
from lstm_core.data import data_sets
from lstm_core.recipe import recipes
from lstm_core.text.sampler import TextRequest, TextSampler

SHIPPED = {name: checkpoint.read_card(name)[0].task for name in checkpoint.names()}


def every(*names):
    """A test for each of the checkpoints."""
    none = pytest.param(None, marks=pytest.mark.skip(reason="no such checkpoint is shipped yet"))
    return pytest.mark.parametrize("name", names or [none])


of_all = every(*SHIPPED)
of_text = every(*(name for name, task in SHIPPED.items() if task == "text"))


@of_all
def test_size(name):
    assert checkpoint.find(name).stat().st_size <= 10_000_000


@of_all
def test_card(name):
    card, _ = checkpoint.read_card(name)
    assert card.name == name
    recipe = recipes()[name]
    assert card.task == recipe.task
    assert type(recipe).__module__.startswith(f"lstm_core.{card.task}.")  # where to learn of it
    for text in (card.title, card.description, card.licence):
        assert text.strip()
    assert card.config
    assert datetime.date.fromisoformat(card.date) <= datetime.date.today()

    data = data_sets()[recipe.data]
    assert card.data["licence"] == data.licence
    assert card.data["citation"] == data.citation
    assert card.data["name"]
    assert re.match("https?://", card.data["source"])

    for fact in ("steps", "best_step", "seconds", "parameters"):
        assert card.training[fact] > 0
    assert card.training["best_step"] <= card.training["steps"]
    assert card.training["hardware"]
    assert isinstance(card.training["seed"], int)


@of_all
def test_results(name):
    """There are some, and each comes with a command that measures it."""
    card, _ = checkpoint.read_card(name)
    assert card.results
    for result in card.results:
        program, *words = shlex.split(result["command"])
        assert program == "lstm-gallery"
        chosen = build_parser().parse_args(words)
        assert words[0] == "evaluate"
        assert (chosen.name, chosen.split) == (name, result["split"])
        assert result["split"] in recipes()[name].splits
        assert result["n"] > 0
        assert result["metrics"]
        assert all(math.isfinite(value) for value in result["metrics"].values())
    commands = [result["command"] for result in card.results]
    assert len(set(commands)) == len(commands)


@of_all
def test_weights(name):
    card, _ = checkpoint.read_card(name)
    weights = checkpoint.load(name, card.task).weights
    assert all(torch.isfinite(w).all() for w in weights.values() if w.is_floating_point())
    assert sum(w.numel() for w in weights.values()) >= card.parameters


@of_all
def test_history(name):
    """The record of how it learned: from chance to the score in the card."""
    card, history = checkpoint.read_card(name)
    for rows in (history["curve"], history["milestones"]):
        steps = [row["step"] for row in rows]
        assert steps[0] == 0
        assert all(a < b for a, b in itertools.pairwise(steps))
        assert all(math.isfinite(row["validation"]) for row in rows)
        assert all(math.isfinite(row["train"]) for row in rows[1:])
    # A run that was stopped has no evaluation at its very end, but none of its record is left out.
    steps, interval = card.training["steps"], recipes()[name].training.evaluate_every
    assert 0 <= steps - history["curve"][-1]["step"] < interval
    assert history["milestones"][-1]["step"] in (steps, card.training["best_step"])
    best = min(history["curve"], key=lambda row: row["validation"])
    assert best["step"] == card.training["best_step"]
    assert best["validation"] < 0.7 * history["curve"][0]["validation"]


@of_text
def test_texts_at_milestones(name):
    card, history = checkpoint.read_card(name)
    samples = [row["sample"] for row in history["milestones"]]
    assert all(len(sample) >= 300 for sample in samples)
    assert all(set(sample) <= set(card.vocabulary) for sample in samples)
    assert len(set(samples)) == len(samples)
    best = min(history["curve"], key=lambda row: row["validation"])
    assert card.training["validation_nats_per_char"] == pytest.approx(best["validation"], abs=1e-4)


@of_text
def test_text_is_written_reproducibly(name):
    request = TextRequest("The ", length=50, seed=5)
    texts = [TextSampler.from_checkpoint(name).write(request) for _ in range(2)]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 50
    assert TextSampler.from_checkpoint(name).write(replace(request, seed=6)) != texts[0]
