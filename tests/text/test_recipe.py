"""A text model from its data set to its figures: a tiny one trained, judged and used."""

import copy
import datetime
import itertools
import lzma
import math
import random
from dataclasses import replace

import pytest
import torch

from lstm_core import checkpoint
from lstm_core.data import DataError, data_set, data_sets
from lstm_core.memory import finding, worth
from lstm_core.text.dataset import Lanes, Windows, split
from lstm_core.text.model import TextConfig, TextDropout, TextModel
from lstm_core.text.recipe import RECIPES, TextObjective, TextRecipe
from lstm_core.text.sampler import TextRequest, TextSampler
from lstm_core.text.scoring import total_nats_dynamic
from lstm_core.text.vocabulary import ESCAPE, ESCAPE_NATS, Vocabulary
from lstm_core.training import TrainingConfig

CPU = torch.device("cpu")

RECIPE = TextRecipe(
    name="tiny",
    data="shakespeare",
    title="Tiny",
    description="A test.",
    shares={"train": 80, "val": 12, "test": 8},
    splits=("test", "val", "train"),
    training=TrainingConfig(60, 0.05, warmup=5, average=0.8, evaluate_every=20, seed=3),
    dropout=TextDropout(inputs=0.05, layers=0.1, outputs=0.1, weights=0.1),
    min_count=2,
    embedding_size=8,
    hidden_size=16,
    num_layers=2,
    batch_size=4,
    length=20,
    dynamic_learning_rate=1e-3,
)
WORDS = ["so fair a morn is this, and I am here;\n", "the night ", "was long.\n"]


def made_text():
    """Short lines that a network soon learns, with characters that occur but once."""
    draw = random.Random(1)
    text = "".join(draw.choice(WORDS) for _ in range(300))
    parts = split(text, RECIPE.shares)
    return parts["train"] + "Ω" + parts["val"] + "éß" + parts["test"] + "Ж"


TEXT = made_text()
PARTS = split(TEXT, RECIPE.shares)


def write(folder, text=TEXT):
    """The text in the place of the data set."""
    path = folder / "text" / "tinyshakespeare.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The checkpoint of a whole training, and the folder of the data sets."""
    data = write(tmp_path_factory.mktemp("data"))
    run = tmp_path_factory.mktemp("runs") / "tiny"
    path = RECIPE.train(run, data, CPU)
    assert path == run / "tiny.safetensors"
    return path, data


# Training


def test_the_text_is_as_the_tests_need_it():
    kept = set(Vocabulary.of(PARTS["train"], RECIPE.min_count).characters)
    strange = {part: sum(c not in kept for c in text[1:]) for part, text in PARTS.items()}
    assert all(strange[part] > 0 for part in ("val", "test"))


def test_the_card_of_a_training(trained):
    """Every fact of DESIGN, section 4."""
    card, _ = checkpoint.read_card(trained[0])
    source = data_set("shakespeare")
    assert (card.name, card.task, card.title) == ("tiny", "text", "Tiny")
    assert card.description == "A test."
    assert card.vocabulary == Vocabulary.of(PARTS["train"], 2).characters
    assert card.vocabulary[-1] == ESCAPE
    V = len(card.vocabulary)
    assert TextConfig(**card.config) == TextConfig(V, 8, 16, 2)
    assert card.data == {
        "name": source.description,
        "source": source.homepage,
        "licence": source.licence,
        "citation": source.citation,
        "split": "train 80 %, val 12 %, test 8 %",
    }
    assert card.licence == source.licence
    assert card.results == []
    today = datetime.datetime.now(tz=datetime.timezone.utc).date()
    assert (today - datetime.date.fromisoformat(card.date)).days in (0, 1)

    facts = card.training
    lower, upper = 4 * 16 * (8 + 16 + 1), 4 * 16 * (16 + 16 + 1)
    assert facts["parameters"] == card.parameters == 8 * V + lower + upper + 16 * V + V
    assert facts["steps"] == 60
    assert facts["hardware"]
    assert facts["seconds"] >= 0
    assert facts["seed"] == 3
    assert facts["batch"] == "4 x 20 characters"
    assert facts["learning_rate"] == 0.05
    assert facts["dropout"] == {
        "inputs": 0.05, "layers": 0.1, "outputs": 0.1, "weights": 0.1, "locked": True,
    }  # fmt: skip


def test_the_history_of_a_training(trained):
    card, history = checkpoint.read_card(trained[0])
    assert [row["step"] for row in history["curve"]] == [0, 20, 40, 60]
    assert [row["step"] for row in history["milestones"]] == [0, 60]
    best = min(history["curve"], key=lambda row: row["validation"])
    assert card.training["best_step"] == best["step"] > 0
    assert card.training["validation_nats_per_char"] == round(best["validation"], 4)
    assert best["validation"] < 0.8 * history["curve"][0]["validation"]
    first, last = (row["sample"] for row in history["milestones"])
    assert len(first) == len(last) == 700
    assert set(first) <= set(card.vocabulary) - {ESCAPE}
    # A network that has learned writes the letters that are frequent.
    frequent = set(" enhsa\n")
    assert sum(c in frequent for c in last) > 1.3 * sum(c in frequent for c in first)


def test_the_card_tells_of_the_whole_training_though_its_best_came_before(tmp_path, monkeypatch):
    scores = iter([3.0, 1.0, 2.0, 1.7, 1.5])  # at the end of the average and of the weights
    monkeypatch.setattr(TextObjective, "validate", lambda self, model: next(scores))
    path = RECIPE.train(tmp_path / "run", write(tmp_path), CPU)
    card, history = checkpoint.read_card(path)
    assert (card.training["best_step"], card.training["steps"]) == (20, 60)
    assert card.training["validation_nats_per_char"] == 1.0
    assert [row["validation"] for row in history["curve"]] == [3.0, 1.0, 2.0, 1.5]
    assert [row["step"] for row in history["milestones"]] == [0, 60]


def test_training_again_goes_on_from_what_is_there(trained, tmp_path):
    """The run is finished, so the same weights are written once more."""
    path, data = trained
    before = checkpoint.load(path, "text")
    assert RECIPE.train(path.parent, data, CPU) == path
    after = checkpoint.load(path, "text")
    assert after.history == before.history
    assert all(torch.equal(w, before.weights[k]) for k, w in after.weights.items())


@pytest.mark.parametrize("text", ["", "x", TEXT[:90]], ids=len)
def test_a_text_too_short_to_learn_from_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match=r"^a text of \d+ characters is too short for 4 lanes of"):
        RECIPE.train(tmp_path / "run", write(tmp_path, text), CPU)


def test_a_vocabulary_without_escape_needs_all_characters(tmp_path):
    recipe = replace(RECIPE, min_count=1, shares={"train": 90, "val": 10})
    with pytest.raises(ValueError, match="the model's vocabulary has no “é”"):
        recipe.train(tmp_path / "run", write(tmp_path), CPU)


def test_no_data_set(tmp_path):
    with pytest.raises(DataError, match="lstm-gallery download shakespeare"):
        RECIPE.train(tmp_path / "run", tmp_path, CPU)
    with pytest.raises(DataError, match="lstm-gallery download shakespeare"):
        RECIPE.evaluate("test", tmp_path, "tiny")


# Judging


def plainly(model, vocabulary, text):
    """Nats of a text, read at once, and the price of its escapes."""
    ids = torch.from_numpy(vocabulary.encode(text))
    with torch.no_grad():
        p = model(ids[None, :-1])[0][0].double().log_softmax(-1)
    strange = [c for c in text[1:] if c not in vocabulary]
    return -p[torch.arange(len(ids) - 1), ids[1:]].sum().item() + ESCAPE_NATS * len(strange)


@pytest.mark.parametrize("part", PARTS)
def test_figures(trained, part):
    path, data = trained
    result = RECIPE.evaluate(part, data, path)
    text = PARTS[part]
    assert (result.name, result.split, result.n) == ("tiny", part, len(text) - 1)
    assert result.seconds > 0
    assert result.metrics.keys() == {"nats_per_char", "bits_per_char", "xz_bits_per_char"}

    loaded = TextSampler.from_checkpoint(path)
    nats = plainly(loaded.model, loaded.vocabulary, text) / result.n
    assert result.metrics["nats_per_char"] == pytest.approx(nats, rel=1e-5)
    bits = result.metrics["bits_per_char"]
    assert result.metrics["nats_per_char"] == pytest.approx(bits * math.log(2))
    assert 0 < bits < math.log2(len(loaded.vocabulary))
    xz = len(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    assert result.metrics["xz_bits_per_char"] == pytest.approx(8 * xz / len(text))


def test_escapes_are_paid_for(trained, tmp_path):
    """Other characters outside the vocabulary in place of some: more to pay, and nothing else."""
    path, data = trained
    plain = RECIPE.evaluate("test", data, path)
    kept = TextSampler.from_checkpoint(path).vocabulary
    place = len(TEXT) - len(PARTS["test"]) + 5
    assert TEXT[place] in kept
    other = TEXT[:place] + "ж" + TEXT[place + 1 :]
    dearer = RECIPE.evaluate("test", write(tmp_path, other), path)
    same = RECIPE.evaluate("test", write(tmp_path, other.replace("ж", "\N{GRINNING FACE}")), path)
    price = (dearer.metrics["nats_per_char"] - plain.metrics["nats_per_char"]) * plain.n
    assert price > 0.8 * ESCAPE_NATS
    assert same.metrics["nats_per_char"] == dearer.metrics["nats_per_char"]


def test_dynamic_beside_static(trained):
    path, data = trained
    static = RECIPE.evaluate("test", data, path).metrics
    both = RECIPE.evaluate("test", data, path, {"dynamic"}).metrics
    assert static.items() <= both.items()
    assert both.keys() - static.keys() == {"dynamic_nats_per_char", "dynamic_bits_per_char"}
    nats = both["dynamic_nats_per_char"]
    assert nats == pytest.approx(both["dynamic_bits_per_char"] * math.log(2))

    loaded = TextSampler.from_checkpoint(path)
    text, vocabulary = PARTS["test"], loaded.vocabulary
    model = loaded.model.requires_grad_(True)
    ids = torch.from_numpy(vocabulary.encode(text))
    total = total_nats_dynamic(model, ids, learning_rate=RECIPE.dynamic_learning_rate)
    total += ESCAPE_NATS * sum(c not in vocabulary for c in text[1:])
    assert nats == pytest.approx(total / (len(text) - 1), rel=1e-5)
    assert nats != pytest.approx(static["nats_per_char"], rel=1e-4), "it was to learn"


@pytest.mark.parametrize("part", ["test", "val"])
def test_cells_beside_the_figures(trained, part):
    """Found in the training part and confirmed on the validation part, whichever is judged."""
    path, data = trained
    plain = RECIPE.evaluate(part, data, path)
    result = RECIPE.evaluate(part, data, path, {"cells"})
    assert plain.found == {}
    sampler = TextSampler.from_checkpoint(path)
    findings = finding.find(sampler, PARTS["train"], PARTS["val"])
    assert findings.tested
    measured = worth.measure(sampler, PARTS["val"], findings)
    assert result.found == {"findings": findings.to_json(), "worth": measured.to_json()}
    assert result.metrics == {**plain.metrics, **findings.metrics()}


@pytest.mark.parametrize("text", ["", "x"])
def test_a_part_with_nothing_to_predict_is_refused(trained, tmp_path, text):
    with pytest.raises(ValueError, match=r"^The part train of shakespeare has fewer than two "):
        RECIPE.evaluate("train", write(tmp_path, text), trained[0])


def objective(model, vocabulary):
    lanes = Lanes(vocabulary.encode(PARTS["train"]), 4, 20)
    validation = torch.from_numpy(vocabulary.encode(PARTS["val"]))
    return TextObjective(model, lanes, validation, vocabulary, CPU)


def test_the_score_while_training_is_the_figure_afterwards(trained):
    """But for the price of escapes, for half precision, and for pieces read side by side."""
    path, data = trained
    loaded = TextSampler.from_checkpoint(path)
    score = objective(loaded.model, loaded.vocabulary).validate(loaded.model)
    result = RECIPE.evaluate("val", data, path)
    strange = sum(c not in loaded.vocabulary for c in PARTS["val"][1:])
    nats = result.metrics["nats_per_char"] - ESCAPE_NATS * strange / result.n
    assert score == pytest.approx(nats, rel=0.01)
    facts = checkpoint.read_card(path)[0].training
    assert facts["validation_nats_per_char"] == pytest.approx(nats, rel=0.01)


def test_a_sample_leaves_the_model_in_training(trained):
    vocabulary = TextSampler.from_checkpoint(trained[0]).vocabulary
    model = TextModel(TextConfig(len(vocabulary), 8, 16, 2), RECIPE.dropout).train()
    before = copy.deepcopy(model.state_dict())
    sample = objective(model, vocabulary).sample(model)
    assert model.training
    assert all(p.requires_grad for p in model.parameters())
    assert all(torch.equal(w, before[k]) for k, w in model.state_dict().items())
    copied = TextSampler(copy.deepcopy(model), vocabulary)
    assert sample == copied.write(TextRequest(length=700, seed=1))


def test_sample_for_a_terminal(trained):
    request = TextRequest(prime="so fair Ω", length=30, seed=2)
    pieces = list(RECIPE.sample(trained[0], request))
    assert pieces[0] == "so fair "
    assert "".join(pieces[1:]) == TextSampler.from_checkpoint(trained[0]).write(request)


# The recipes of the gallery


def test_names_are_unique():
    names = [recipe.name for recipe in RECIPES]
    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_recipe(recipe):
    assert recipe.data in data_sets()
    assert len(data_sets()[recipe.data].files) == 1
    assert sum(recipe.shares.values()) == 100
    assert {"train", "val"} <= recipe.shares.keys()
    assert set(recipe.splits) <= recipe.shares.keys()
    assert recipe.splits[0] == ("test" if "test" in recipe.shares else "val")
    assert 0 < recipe.training.warmup < recipe.training.steps
    d = recipe.dropout
    assert all(0 <= rate < 1 for rate in (d.inputs, d.layers, d.outputs, d.weights))
    assert recipe.title
    assert recipe.description.endswith(".")


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_the_checkpoint_of_a_recipe_is_small_enough(recipe):
    """With more characters than any of the texts has, and room for the card and the record."""
    with torch.device("meta"):
        model = TextModel(
            TextConfig(1_000, recipe.embedding_size, recipe.hidden_size, recipe.num_layers)
        )
    weights = 2 * sum(p.numel() for p in model.parameters())
    assert weights + 500_000 <= checkpoint.MAX_BYTES


def test_recipes_are_all_different():
    for a, b in itertools.combinations(RECIPES, 2):
        assert a.data != b.data
        assert a.title != b.title


def test_passages_from_anywhere_start_from_nothing():
    vocabulary = Vocabulary.of(PARTS["train"], RECIPE.min_count)
    model = TextModel(TextConfig(len(vocabulary), 8, 16, 2), RECIPE.dropout).eval()
    windows = Windows(vocabulary.encode(PARTS["train"]), 4, 20)
    objective = TextObjective(model, windows, torch.zeros(9).long(), vocabulary, CPU)
    for step in range(3):
        x, y = windows.batch(step)
        expected = torch.nn.functional.cross_entropy(model(x)[0].flatten(0, 1), y.flatten())
        assert objective.loss(step).item() == pytest.approx(expected.item())


def test_a_recipe_with_passages_from_anywhere(tmp_path):
    training = replace(RECIPE.training, steps=3, evaluate_every=3)
    recipe = replace(RECIPE, windows=True, training=training)
    path = recipe.train(tmp_path / "run", write(tmp_path), CPU)
    facts = checkpoint.read_card(path)[0].training
    assert facts["batch"] == "4 x 20 characters, from anywhere"
