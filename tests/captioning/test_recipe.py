"""The training of the captions in small, and how they are judged."""

from dataclasses import replace

import pytest
import torch
from captioning.tiny import described, jpeg, picture, write

from lstm_core import checkpoint
from lstm_core.captioning import bench, metrics, recipe
from lstm_core.captioning.model import CaptionDropout
from lstm_core.captioning.recipe import joined_runs
from lstm_core.captioning.request import CaptionRequest
from lstm_core.captioning.sampler import CaptionSampler
from lstm_core.captioning.words import words
from lstm_core.data import DataError
from lstm_core.recipe import recipes
from lstm_core.training import History, Run, TrainingConfig

CPU = torch.device("cpu")


def small():
    def stage(steps, rate):
        return TrainingConfig(steps, rate, warmup=4, evaluate_every=steps, average=0.5)

    return replace(
        recipes()["captions"], training=stage(30, 2e-3), tuning=stage(3, 1e-5),
        criticism=stage(3, 1e-5), dropout=CaptionDropout(0, 0, 0), min_count=1, batch_size=6,
        captions=2, variants=2, smoothing=0.0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(data, tmp_path_factory):
    """A recipe, its run and the checkpoint of a short training."""
    run, chosen = tmp_path_factory.mktemp("run"), small()
    return chosen, run, chosen.train(run, data, CPU)


def test_the_captions_are_known():
    (each,) = recipe.RECIPES
    assert recipes()["captions"] is each
    assert each.splits == ("val", "test")


def test_it_learns_what_is_in_a_photo(made, data):
    """Colours of photos that it has not seen."""
    chosen, _, path = made
    sampler = CaptionSampler.from_checkpoint(path)
    for n, colour in enumerate([(200, 30, 30), (30, 180, 60), (40, 60, 220)]):
        content = jpeg(picture(colour, 50 + n))
        text = sampler.describe(CaptionRequest(content)).text
        said = [" ".join(words(c)) for c in described("x", 3)[f"x_{n}.jpg"]]
        assert text in said
    result = chosen.evaluate("val", data, path)
    assert result.n == 3
    assert result.metrics["bleu1"] == pytest.approx(100)
    assert result.metrics["different"] == 3


def test_the_card_and_the_stages(made):
    _, run, path = made
    card, history = checkpoint.read_card(path)
    assert (card.name, card.task) == ("captions", "captioning")
    assert card.config["vocabulary_size"] == len(card.vocabulary)
    assert card.training["steps"] == 36
    assert [row["step"] for row in history["curve"]] == [0, 30, 33, 36]
    best = min(history["curve"], key=lambda row: row["validation"])
    assert card.training["best_step"] == best["step"]
    assert card.training["validation_one_minus_cider"] == round(best["validation"], 4)
    assert history["milestones"][-1]["step"] == 36
    assert len(history["milestones"][-1]["sample"].splitlines()) == 3
    assert sorted(p.name for p in run.iterdir()) == [
        "1-words", "2-encoder", "3-cider", "captions.safetensors", "features",
    ]  # fmt: skip


def test_a_run_that_is_done_is_not_done_again(made, data, monkeypatch):
    chosen, run, path = made
    before = checkpoint.load(path, "captioning").weights
    monkeypatch.setattr(recipe.WordsObjective, "loss", None)
    monkeypatch.setattr(recipe.WordsObjective, "validate", None)
    again = checkpoint.load(chosen.train(run, data, CPU), "captioning").weights
    assert all(torch.equal(before[name], again[name]) for name in before)


def test_figures_are_those_of_the_metrics(made, data):
    chosen, _, path = made
    found = {}
    for switches in (set(), {"beam1"}):
        result = chosen.evaluate("val", data, path, switches)
        found[result.notes["searched_with"]] = result.metrics
    assert list(found) == ["beam 3", "beam 1"]
    sampler = CaptionSampler.from_checkpoint(path)
    said = recipe.described(sampler, "val", data, 3)
    references = [[words(c) for c in captions] for captions in described("val", 3).values()]
    names = [f"val_{n}.jpg" for n in range(3)]
    assert found["beam 3"] == metrics.scores([said[name] for name in names], references)
    assert set(found["beam 3"]) >= {"bleu1", "bleu4", "cider", "different", "repeated_phrase"}


def test_a_folder_with_nothing_but_the_test_part(made, tmp_path):
    chosen, _, path = made
    write(tmp_path / "a", test=4)
    result = chosen.evaluate("test", tmp_path / "a", path)
    assert (result.n, result.split) == (4, "test")
    (tmp_path / "a" / "images" / "test-00.tar").unlink()
    with pytest.raises(DataError, match=r"test-\*\.tar"):
        chosen.evaluate("test", tmp_path / "a", path)


def test_weights_that_do_not_fit_are_said(data, tmp_path):
    (tmp_path / "mobilenet_v2.safetensors").write_bytes(b"nothing")
    with pytest.raises(DataError, match="MobileNetV2"):
        recipe.start(recipe.CaptionModel(recipe.CaptionConfig(5)), tmp_path)


def test_stages_become_one_run():
    def run(score, best_step, steps, name):
        curve = [{"step": n, "validation": 1.0} for n in (0, steps)]
        return Run({"w": torch.tensor(name)}, score, best_step, steps, 10.0,
                   History(curve, list(curve)))  # fmt: skip

    whole = joined_runs([run(0.5, 30, 40, 1), run(0.4, 5, 20, 2), run(0.4, 0, 10, 3)])
    assert (whole.score, whole.best_step, whole.step, whole.seconds) == (0.4, 45, 70, 30.0)
    assert whole.best["w"] == 2
    assert [row["step"] for row in whole.history.curve] == [0, 40, 60, 70]
    assert [row["step"] for row in whole.history.milestones] == [0, 40, 60, 70]


def test_sampling_in_the_terminal(made, tmp_path):
    chosen, _, path = made
    (tmp_path / "a.jpg").write_bytes(jpeg(picture((200, 30, 30), 9)))
    request = CaptionRequest(str(tmp_path / "a.jpg"))
    text = CaptionSampler.from_checkpoint(path).describe(request).text
    assert "".join(chosen.sample(path, request)) == text
    assert "red" in text


def test_bench(made, monkeypatch):
    chosen, _, path = made
    monkeypatch.setattr("lstm_core.timing.ROUNDS", 1)
    monkeypatch.setattr(bench, "SIZE", (400, 300))
    figures = chosen.bench(path)
    assert all(value > 0 for value in figures.values())
    assert figures["first_word_milliseconds"] < figures["whole_caption_milliseconds"]


def test_the_control_of_the_bench_says_the_same(made):
    sampler = CaptionSampler.from_checkpoint(made[2])
    photo = CaptionRequest(jpeg(picture((30, 180, 60), 9))).photo
    seen = sampler.see(sampler.features(photo, (0, 0, 1, 1)))
    said = sampler.vocabulary.encode(sampler.best(seen, 1))
    assert bench.naive(sampler, photo, len(said) + 1) == [*said, sampler.vocabulary.end]
