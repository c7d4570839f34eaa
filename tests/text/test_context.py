"""The switch `context` of a text model's evaluation."""

import random
from dataclasses import asdict, replace

import pytest
import torch

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.memory.context import PLACES, ContextCurve, context_curve
from lstm_core.memory.network import Network
from lstm_core.text.dataset import split
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.recipe import RECIPES
from lstm_core.text.sampler import TextSampler

TEXT = "".join(random.Random(1).choices("the cat sat\n", k=4_000))


@pytest.fixture
def small(tmp_path):
    """A recipe with three parts, the checkpoint of a random network, and the data set."""
    recipe = next(r for r in RECIPES if r.name == "shakespeare")
    shares = {"train": 80, "val": 2, "test": 18}
    recipe = replace(recipe, name="tiny", shares=shares, splits=("test", "val", "train"))
    (tmp_path / "tinyshakespeare.txt").write_text(TEXT, newline="")
    characters = sorted(set(TEXT))
    model = TextModel(TextConfig(len(characters), 4, 8, 2))
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn_like(p))
    card = Card("tiny", "text", "Tiny", "A test.", asdict(model.config), {}, {}, characters)
    path = tmp_path / "tiny.safetensors"
    checkpoint.save(path, card, model.state_dict())
    return recipe, path, tmp_path


@pytest.mark.parametrize("part", ["test", "val"])
def test_of_the_first_part_whichever_is_judged(small, part):
    recipe, path, data = small
    static = recipe.evaluate(part, data, path)
    # The weights that go on learning must not be those that are measured.
    result = recipe.evaluate(part, data, path, {"context", "dynamic"})
    sampler = TextSampler.from_checkpoint(path)
    ids = sampler.vocabulary.encode(split(TEXT, recipe.shares)["test"])
    curve = context_curve(Network.of(sampler.model), ids, places=PLACES)
    assert curve.lengths[-1] == 512
    assert result.found == {"context": curve.to_json()}
    assert ContextCurve.of(result.found) == curve
    assert static.found == {}
    assert static.metrics.items() <= result.metrics.items()
    assert curve.metrics().items() <= result.metrics.items()


def test_a_held_out_part_that_is_empty(small):
    recipe, path, data = small
    recipe = replace(recipe, shares={"test": 0, "val": 0, "train": 100})
    with pytest.raises(ValueError, match=r"^The text has 0 characters; a context of 0 needs 1\.$"):
        recipe.evaluate("train", data, path, {"context"})
