"""The network of chorales from its data to its figures: a tiny one trained, judged and used."""

import itertools
import math
from functools import partial

import numpy as np
import pytest
import torch

from lstm_core import checkpoint, timing, training
from lstm_core.data import DataError
from lstm_core.music.chorales import bench, rules
from lstm_core.music.chorales import recipe as module
from lstm_core.music.chorales.dataset import GRIDS, SYMBOLS, VOICES, pitches_of, read_chorales
from lstm_core.music.chorales.model import ChoraleModel
from lstm_core.music.chorales.recipe import ChoraleRecipe, nats_per_frame
from lstm_core.music.chorales.sampler import ChoraleRequest, ChoraleSampler
from lstm_core.recipe import recipes
from lstm_core.text.bench import as_torch_lstm
from lstm_core.training import TrainingConfig, train

from .conftest import SMALL

CPU = torch.device("cpu")
RECIPE = ChoraleRecipe(
    name="tiny", data="chorales", title="Tiny", description="A test.", batch_size=4, config=SMALL,
    training=TrainingConfig(24, 0.02, warmup=2, average=0.8, evaluate_every=8, seed=3),
    splits=("test", "valid"),
)  # fmt: skip


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    return RECIPE.train(tmp_path_factory.mktemp("runs") / "tiny", data, CPU)


def test_it_is_known_and_fits_into_a_checkpoint():
    recipe = recipes()["chorales"]
    assert recipe.splits[0] == "test"
    weights = sum(p.numel() for p in module.ChoraleModel(recipe.config).parameters())
    assert 2 * weights < 9_500_000


def test_it_learned(trained):
    card, history = checkpoint.read_card(trained)
    curve = [row["validation"] for row in history["curve"]]
    assert [row["step"] for row in history["curve"]] == [0, 8, 16, 24]
    assert all(after < before for before, after in itertools.pairwise(curve))
    # A network that knows nothing gives every symbol of four voices the same probability.
    assert curve[0] == pytest.approx(len(GRIDS) * VOICES * math.log(SYMBOLS), rel=0.05)
    assert card.task == "music"
    assert card.parameters == card.training["parameters"]


def test_nats_are_those_of_the_sampler(trained, data):
    """Frame after frame, voice after voice, of the pieces as they are."""
    sampler = ChoraleSampler.from_checkpoint(trained)
    pieces = read_chorales("sixteenths", "test", data)
    total = 0.0
    for piece in pieces:
        given = pitches_of(piece.symbols)
        # All is given, so that nothing is drawn; the context is left out by hand.
        sampler.model.read, read = (
            lambda symbols, *_: sampler.model.nothing.expand(1, symbols.shape[1], -1),
            sampler.model.read,
        )
        total += sum(s.surprise.sum() for s in sampler.stream(ChoraleRequest(given=given)))
        sampler.model.read = read
    frames = sum(len(piece.symbols) for piece in pieces)
    found = RECIPE.evaluate("test", data, trained)
    assert found.metrics["nll_per_sixteenth"] == pytest.approx(total / frames, rel=1e-4)
    assert found.n == sum(len(p.symbols) for p in read_chorales("quarters", "test", data))


def test_a_given_voice_costs_nothing(trained, data):
    model = ChoraleSampler.from_checkpoint(trained).model
    pieces = read_chorales("sixteenths", "test", data)
    assert nats_per_frame(model, pieces, (0, 1, 2, 3)) == 0
    three = nats_per_frame(model, pieces, (0,))
    found = RECIPE.evaluate("test", data, trained).metrics
    assert found["nll_per_sixteenth_given_soprano"] == pytest.approx(three)
    assert three > 0
    # However many are read together.
    assert nats_per_frame(model, pieces, (0,), together=1) == pytest.approx(three, rel=1e-5)


def test_the_score_of_the_training_is_that_of_the_evaluation(trained, data):
    card, _ = checkpoint.read_card(trained)
    found = RECIPE.evaluate("valid", data, trained).metrics
    both = found["nll_per_frame"] + found["nll_per_sixteenth"]
    assert card.training["validation_nll_of_both_grids"] == pytest.approx(both, rel=0.02)


def test_a_killed_training_ends_as_one_that_was_not(trained, data, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "train", partial(train, stop_after=10, save_every=0))
    RECIPE.train(tmp_path, data, CPU)
    monkeypatch.setattr(training, "train", train)
    path = RECIPE.train(tmp_path, data, CPU)
    whole, again = (checkpoint.load(p, "music").weights for p in (trained, path))
    for name, weight in whole.items():
        assert torch.equal(weight, again[name]), name


def test_a_terminal_shows_the_voices(trained):
    given = np.full((2, VOICES), -2)
    given[0] = [72, 66, 58, -1]
    first, second = RECIPE.sample(trained, ChoraleRequest(given=given))
    assert first == "C5   F#4  Bb3  -\n"
    assert len(second.split()) == VOICES


def test_what_is_written_is_judged(trained, data):
    sampler = ChoraleSampler.from_checkpoint(trained)
    real = read_chorales("sixteenths", "test", data)
    found = module.judge_written(sampler, real, made=2)
    for whose, pieces in (
        ("", [sampler.compose(ChoraleRequest(seed=seed)) for seed in range(2)]),
        (
            "_as_drawn",
            [sampler.compose(ChoraleRequest(seed=n, attempts=1, motion=0)) for n in range(2)],
        ),
        ("_real", [pitches_of(piece.symbols) for piece in real]),
    ):
        for rule, rate in rules.rates(pieces).items():
            assert found[rule + whose] == pytest.approx(rate)
        changes = sum(int((a != b).sum()) for p in pieces for a, b in itertools.pairwise(p))
        assert found["changes" + whose] == pytest.approx(4 * changes / sum(map(len, pieces)))
    assert found["parallel_fifths"] < found["parallel_fifths_as_drawn"]


def test_a_part_that_is_not_there(trained, tmp_path):
    with pytest.raises(DataError, match="download chorales"):
        RECIPE.evaluate("test", tmp_path, trained)


def test_bench(trained, monkeypatch):
    """The controls have the weights of the network; the sampler does all that it does."""
    sampler = ChoraleSampler.from_checkpoint(trained)
    monkeypatch.setattr(timing, "ROUNDS", 1)
    found = RECIPE.bench(trained)
    names = ("naive", "floor", "chorales", "minding_rules")
    rates = [found[f"{name}_frames_per_second"] for name in names]
    assert min(rates) > 0
    assert found["chorales_to_naive"] == pytest.approx(rates[2] / rates[0])
    assert found["chorales_to_floor"] == pytest.approx(rates[2] / rates[1])
    assert found["times_real_time"] == pytest.approx(rates[3] / (4 * 76 / 60))
    model, seen = sampler.model, []
    monkeypatch.setattr(
        model, "inputs", lambda *x: seen.append(x) or ChoraleModel.inputs(model, *x)
    )
    bench.naive(model, as_torch_lstm(model.writer), 3)
    last, own, voice, beat, _, context = (torch.cat(parts) for parts in zip(*seen, strict=True))
    assert voice.tolist() == [0, 1, 2, 3] * 3
    assert beat.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert own[4:].tolist() == last[1:9].tolist()  # what each voice sang in the frame before
    assert torch.equal(context, model.nothing.expand(12, -1))
