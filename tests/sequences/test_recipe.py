"""The small networks trained, judged, used from the command line; and their data sets."""

import hashlib
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from lstm_core import checkpoint, data
from lstm_core.sequences import progressions as ranges
from lstm_core.sequences.counting import LONGEST_TRAINED, string
from lstm_core.sequences.learning import CountObjective, NumbersObjective
from lstm_core.sequences.numbers import NumbersConfig, NumbersModel
from lstm_core.sequences.progressions import KINDS, held_out, progressions
from lstm_core.sequences.recipe import RECIPES, fourth_right
from lstm_core.sequences.sampler import Counter, CountRequest, NumbersReader, NumbersRequest
from lstm_core.sequences.sources import DATA_SETS
from lstm_core.text.model import TextConfig, TextModel

CPU = torch.device("cpu")
NUMBERS, COUNTER = RECIPES


@pytest.fixture
def few(monkeypatch):
    """Fewer progressions, which are listed at once."""
    monkeypatch.setattr(ranges, "ARITHMETIC_HIGHEST", 60)
    monkeypatch.setattr(ranges, "HIGHEST", 9_999)
    progressions.cache_clear()
    yield
    progressions.cache_clear()


@pytest.fixture
def objective(few):
    torch.manual_seed(1)
    return NumbersObjective(NumbersModel(NumbersConfig(8, 8, 8)), 64, 1, CPU)


def test_batches_hold_nothing_that_is_held_out(objective):
    for step in range(20):
        rows = objective.batch(step)
        assert rows.shape == (64, 8)
        for n in range(5):
            there = rows[rows[:, n + 3] >= 0]
            assert not held_out(there[:, n].numpy(), there[:, n + 1].numpy()).any()
    assert torch.equal(objective.batch(3), objective.batch(3))
    assert not torch.equal(objective.batch(3), objective.batch(4))


def test_small_numbers_come_more_often(objective):
    drawn = torch.cat([objective.batch(step)[: objective.sizes[0]] for step in range(200)])
    low = torch.where(drawn < 0, 999, drawn).amin(dim=1)
    rows = progressions("arithmetic").training
    lowest = np.where(rows < 0, 999, rows).min(axis=1)
    weight = 1 / (10 + lowest)
    expected = weight[lowest < 10].sum() / weight.sum()
    assert (low < 10).double().mean().item() == pytest.approx(expected, abs=0.02)


def test_the_loss_is_the_cross_entropy_of_the_digits_from_the_fourth_number_on(objective):
    rows = torch.tensor([[2, 4, 6, 8, 10, -1, -1, -1], [3, 9, 27, 81, -1, -1, -1, -1]])
    both = objective.model(rows[:, :-1].clamp(min=0))
    for logits, loss in zip(both, objective.cross_entropies(objective.model, rows), strict=True):
        p = logits.log_softmax(dim=-1)
        nats = [
            -p[row, at - 1, place, digit]
            for row, at, number in [(0, 3, 8), (0, 4, 10), (1, 3, 81)]
            for place, digit in enumerate(map(int, f"{number:05}"))
        ]
        assert loss.item() == pytest.approx(sum(nats).item() / 15, abs=1e-5)


def test_both_networks_learn(objective):
    optimizer = torch.optim.Adam(objective.model.parameters(), lr=1e-2)
    before = [
        loss.item() for loss in objective.cross_entropies(objective.model, objective.batch(0))
    ]
    for step in range(40):
        optimizer.zero_grad()
        objective.loss(step).backward()
        optimizer.step()
    after = objective.cross_entropies(objective.model, objective.batch(0))
    assert all(one.item() < 0.7 * other for one, other in zip(after, before, strict=True))
    assert 0 < objective.validate(objective.model) < 2


def test_the_counter_s_loss_begins_with_the_x():
    torch.manual_seed(1)
    objective = CountObjective(TextModel(TextConfig(4, 4, 6, 1)), 4, 1, CPU)
    loss = objective.cross_entropy(objective.model, [2, 0])
    nats = []
    for text in (string(2), string(0)):
        ids = torch.from_numpy(objective.vocabulary.encode(text))
        p = objective.model(ids[None, :-1])[0][0].log_softmax(dim=-1)
        nats += [-p[n, ids[n + 1]] for n in range(text.index("x"), len(text) - 1)]
    assert len(nats) == 4
    assert loss.item() == pytest.approx(sum(nats).item() / 4, abs=1e-5)


def short(recipe, **changes):
    return replace(
        recipe, training=replace(recipe.training, steps=4, evaluate_every=2, warmup=2), **changes
    )


def test_train_judge_and_use_the_numbers(few, tmp_path):
    recipe = short(NUMBERS, config=NumbersConfig(8, 8, 8), batch_size=16)
    path = recipe.train(tmp_path, None, CPU)
    card, history = checkpoint.read_card(path)
    assert (card.name, card.task, card.config["hidden_size"]) == ("numbers", "sequences", 8)
    assert [row["step"] for row in history["curve"]] == [0, 2, 4]
    assert card.training["parameters"] == sum(
        p.numel() for p in NumbersModel(NumbersConfig(8, 8, 8)).parameters()
    )
    result = recipe.evaluate("held_out", None, path)
    assert result.n == sum(len(progressions(kind).held_out) for kind in KINDS)
    model = NumbersReader.from_checkpoint(path).model
    for kind in KINDS:
        rows = progressions(kind).held_out
        reader = NumbersReader(model)
        right = np.array([
            [guess.number == row[3] for guess in (found.lstm, found.feedforward)]
            for row in rows[:30].tolist() for found in [reader.read(row[:3])]
        ])  # fmt: skip
        assert (fourth_right(model, torch.from_numpy(rows[:30])).numpy() == right).all()
        label = kind.replace(", ", "_")
        share = fourth_right(model, torch.from_numpy(rows)).double().mean(dim=0).tolist()
        assert [result.metrics[f"{label}_{net}"] for net in ("lstm", "feedforward")] == share
    both = np.concatenate([progressions(kind).held_out for kind in KINDS[1:]])
    these = both[(both[:, 1] == 2 * both[:, 0]) | (both[:, 0] == 2 * both[:, 1])]
    share = fourth_right(model, torch.from_numpy(these))[:, 0].double().mean().item()
    assert result.metrics["ratio_2_lstm"] == share
    (line,) = recipe.sample(path, NumbersRequest("6,7,8"))
    assert re.fullmatch(r"6, 7, 8 -> \d+", line)


def test_train_judge_and_use_the_counter(tmp_path):
    path = short(COUNTER).train(tmp_path, None, CPU)
    card, _ = checkpoint.read_card(path)
    assert card.vocabulary == ["\n", "a", "b", "x"]
    tried = Counter.from_checkpoint(path)
    for split, counts in (("trained", range(31)), ("longer", range(31, 301))):
        result = COUNTER.evaluate(split, None, path)
        assert result.n == len(counts)
        assert result.metrics["right"] == tried.right(counts).mean()
    line = "".join(COUNTER.sample(path, CountRequest("aax")))
    assert line == "aax" + tried.go_on(CountRequest("aax")).written.strip()


@pytest.mark.parametrize(
    ("right", "up_to"), [([1, 1, 0, 1], 1), ([0, 1, 1, 1], -1), ([1, 1, 1, 1], 3)]
)
def test_all_right_up_to(monkeypatch, tmp_path, right, up_to):
    path = short(COUNTER).train(tmp_path, None, CPU)
    monkeypatch.setattr(Counter, "right", lambda self, counts: np.array(right, dtype=bool))
    monkeypatch.setattr("lstm_core.sequences.recipe.LONGEST_TRAINED", 1)
    assert COUNTER.evaluate("longer", None, path).metrics["all_right_up_to"] == up_to


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_what_is_wrong_with_a_checkpoint_is_said(recipe, tmp_path):
    path = short(COUNTER).train(tmp_path, None, CPU)
    card, _ = checkpoint.read_card(path)
    loaded = checkpoint.load(path, "sequences")
    wrong = {
        "numbers": lambda: NumbersReader.from_checkpoint(path),
        "counter": lambda: Counter.from_checkpoint(tmp_path / "other.safetensors"),
    }
    checkpoint.save(tmp_path / "other.safetensors", replace(card, vocabulary=["a"]), loaded.weights)
    with pytest.raises(checkpoint.CheckpointError, match="does not fit its own card"):
        wrong[recipe.name]()


@pytest.mark.parametrize("chosen", DATA_SETS, ids=lambda chosen: chosen.name)
def test_data_sets_are_written_out_as_they_should_be(chosen, tmp_path):
    said = []
    (path,) = data.download(chosen.name, tmp_path, progress=False, say=said.append)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == chosen.files[path.name]
    assert not any("Fetching" in line for line in said)
    lines = path.read_text().splitlines()
    if chosen.name == "counts":
        assert lines == [string(n)[:-1] for n in range(LONGEST_TRAINED + 1)]
    else:
        four = [tuple(map(int, line.split(", "))) for line in lines]
        assert four == [
            tuple(row) for kind in KINDS for row in progressions(kind).held_out.tolist()
        ]
        assert (2, 4, 8, 16) in four
