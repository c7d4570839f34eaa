"""The network of the piano from its data to its figures: a tiny one trained, judged and used."""

import itertools
import json
import math
from functools import partial

import numpy as np
import pytest
import torch

from lstm_core import checkpoint, training
from lstm_core.checkpoint import CheckpointError
from lstm_core.data import DataError
from lstm_core.music.chorales.sampler import ChoraleSampler
from lstm_core.music.piano import recipe as module
from lstm_core.music.piano import statistics
from lstm_core.music.piano.bench import measure
from lstm_core.music.piano.dataset import Piece, read_pieces, stream
from lstm_core.music.piano.events import EVENTS, on_grid
from lstm_core.music.piano.ngram import NGram
from lstm_core.music.piano.recipe import PianoRecipe, judge_predictions, judge_written
from lstm_core.music.piano.request import PianoRequest
from lstm_core.music.piano.sampler import PianoSampler
from lstm_core.recipe import recipes
from lstm_core.text.model import TextConfig, TextDropout, TextModel
from lstm_core.training import TrainingConfig, train

from .conftest import played

CPU = torch.device("cpu")
RECIPE = PianoRecipe(
    name="tiny", data="piano", title="Tiny", description="A test.", batch_size=4, length=64,
    training=TrainingConfig(24, 0.03, warmup=2, average=0.8, evaluate_every=8, seed=3),
    embedding_size=8, hidden_size=16, num_layers=2,
    dropout=TextDropout(layers=0.1, locked=False),
)  # fmt: skip


@pytest.fixture(scope="module")
def trained(piano_data, tmp_path_factory):
    return RECIPE.train(tmp_path_factory.mktemp("runs") / "tiny", piano_data, CPU)


def test_it_is_known_and_fits_into_a_checkpoint():
    recipe = recipes()["piano"]
    assert recipe.splits == ("test", "valid", "generated")
    config = TextConfig(EVENTS, recipe.embedding_size, recipe.hidden_size, recipe.num_layers)
    assert 2 * sum(p.numel() for p in TextModel(config).parameters()) < 9_700_000


def test_it_learned(trained):
    card, history = checkpoint.read_card(trained)
    curve = [row["validation"] for row in history["curve"]]
    assert [row["step"] for row in history["curve"]] == [0, 8, 16, 24]
    assert all(after < before for before, after in itertools.pairwise(curve))
    # A network that knows nothing gives every event the same probability.
    assert curve[0] == pytest.approx(math.log(EVENTS), rel=0.05)
    assert card.task == "music"
    assert card.parameters == card.training["parameters"]
    for row in history["milestones"]:
        for pitch, velocity, start, end in json.loads(row["sample"]):
            assert 21 <= pitch <= 108
            assert 1 <= velocity <= 127
            assert 0 <= start < end <= 20


def test_figures(trained, piano_data):
    found = RECIPE.evaluate("test", piano_data, trained)
    model = PianoSampler.from_checkpoint(trained).model
    pieces, ngrams = read_pieces("test", piano_data), {}
    train_ids, valid_ids = (stream(read_pieces(part, piano_data)) for part in ("train", "valid"))
    for order in module.ORDERS:
        ngrams[order] = NGram(train_ids, order, EVENTS)
    best = min(ngrams, key=lambda order: ngrams[order].nats(valid_ids).sum())
    total = by_ngram = n = 0.0
    for collection in ("asap", "piano_midi_de"):
        ids = torch.from_numpy(stream([p for p in pieces if p.collection == collection]))
        with torch.no_grad():
            p = model(ids[None, :-1])[0][0].double().log_softmax(-1)
        nats = -p[torch.arange(len(ids) - 1), ids[1:]].sum().item()
        theirs = ngrams[best].nats(ids.numpy()).sum()
        each = len(ids) - 1
        key = f"nats_per_event_{collection}"
        # The pieces are read in sixteen lanes, each after no more than what warms it up.
        assert found.metrics[key] == pytest.approx(nats / each, rel=1e-3)
        assert found.metrics[f"ngram_{key}"] == pytest.approx(theirs / each)
        total, by_ngram, n = total + nats, by_ngram + theirs, n + each
    assert found.n == n
    assert found.metrics["nats_per_event"] == pytest.approx(total / n, rel=1e-3)
    assert found.metrics["ngram_nats_per_event"] == pytest.approx(by_ngram / n)
    assert found.metrics["ngram_order"] == best
    ratio = found.metrics["nats_per_event"] / found.metrics["ngram_nats_per_event"]
    assert found.metrics["better_than_ngram"] == pytest.approx(1 - ratio)


def test_a_collection_of_which_there_is_nothing(piano_sampler):
    some = [Piece("a", "asap", on_grid(played(np.random.default_rng(1), 40)))]
    metrics, n = judge_predictions(piano_sampler.model, some, some, some)
    assert n == len(stream(some)) - 1
    assert "nats_per_event_asap" in metrics
    assert "nats_per_event_piano_midi_de" not in metrics


def test_what_is_written_beside_real_pieces(piano_sampler, monkeypatch):
    monkeypatch.setattr(module, "SHORTEST", 10.0)
    rng = np.random.default_rng(2)
    real = [Piece(str(n), "asap", on_grid(played(rng, 300 + 40 * n))) for n in range(3)]
    short = Piece("short", "asap", on_grid(played(rng, 20)))
    found = judge_written(piano_sampler, [*real, short], made=2, seconds=12.0)
    ours = [
        statistics.measure(piano_sampler.play(PianoRequest(seconds=12, seed=seed)), 12.0)
        for seed in range(2)
    ]
    for name, mean in statistics.means(ours).items():
        assert found[name] == pytest.approx(mean)
        assert found[f"real_{name}"] >= 0
        assert found[f"{name}_distance"] >= 0
    rates = [sum(row[0] < 1_200 for row in piece.grid) / 12 for piece in real]
    assert found["real_notes_per_second"] == pytest.approx(np.mean(rates))
    distance = abs(found["notes_per_second"] - np.mean(rates)) / np.std(rates)
    assert found["notes_per_second_distance"] == pytest.approx(distance)
    assert found["real_stuck"] == 0
    assert 0 <= found["stuck"] <= 1


def test_the_split_of_what_is_written(trained, piano_data, monkeypatch):
    monkeypatch.setattr(module, "SHORTEST", 5.0)
    monkeypatch.setattr(module, "judge_written", partial(judge_written, made=1, seconds=10.0))
    found = RECIPE.evaluate("generated", piano_data, trained)
    assert found.n == module.MADE
    assert found.metrics["real_notes_per_second"] > 1


def test_nothing_to_compare_with(piano_sampler):
    with pytest.raises(ValueError, match="nothing to compare"):
        judge_written(piano_sampler, [], made=1, seconds=10.0)


def test_a_killed_training_ends_as_one_that_was_not(trained, piano_data, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "train", partial(train, stop_after=10, save_every=0))
    RECIPE.train(tmp_path, piano_data, CPU)
    monkeypatch.setattr(training, "train", train)
    path = RECIPE.train(tmp_path, piano_data, CPU)
    whole, again = (checkpoint.load(p, "music").weights for p in (trained, path))
    for name, weight in whole.items():
        assert torch.equal(weight, again[name]), name


def test_a_terminal_shows_notes(trained):
    lines = "".join(RECIPE.sample(trained, PianoRequest(seconds=10))).splitlines()
    notes = PianoSampler.from_checkpoint(trained).play(PianoRequest(seconds=10))
    assert len(lines) == len(notes)
    assert sorted(float(line.split()[0]) for line in lines) == [n.start for n in notes]


def test_how_fast_it_plays(piano_sampler, monkeypatch):
    monkeypatch.setattr("lstm_core.timing.ROUNDS", 1)
    found = measure(piano_sampler)
    assert all(value > 0 for value in found.values())
    assert found["piano_to_naive"] == pytest.approx(
        found["piano_events_per_second"] / found["naive_events_per_second"]
    )


def test_a_checkpoint_of_another_kind(trained):
    with pytest.raises(CheckpointError, match="does not fit its own card"):
        ChoraleSampler.from_checkpoint(trained)


def test_a_part_that_is_not_there(trained, tmp_path):
    with pytest.raises(DataError, match="download piano"):
        RECIPE.evaluate("test", tmp_path, trained)
