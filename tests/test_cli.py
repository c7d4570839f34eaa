"""The command line: what it prints, what it refuses, and that it says so in one sentence."""

import dataclasses
import functools
import json
import os
import random
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest
import torch

import lstm_core
from lstm_core import checkpoint, timing, training
from lstm_core.checkpoint import Card
from lstm_core.cli import main, option_type
from lstm_core.ink.strokes import Strokes
from lstm_core.recipe import recipes
from lstm_core.text import recipe as text_recipe
from lstm_core.text.model import TextConfig, TextDropout, TextModel
from lstm_core.text.recipe import TWO_PARTS, TextRecipe
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.training import TrainingConfig, train

COMMANDS = ["serve", "list", "sample", "train", "evaluate", "bench", "download"]
TEXT = "".join(random.Random(1).choices(["the cat ", "sat on\n", "a mat.\n"], k=300))


@pytest.fixture(autouse=True)
def checkpoints(tmp_path, monkeypatch):
    """A folder of checkpoints with one: a tiny network in the name of a large."""
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(folder))
    vocabulary = Vocabulary.of(TEXT)
    model = TextModel(TextConfig(len(vocabulary), 4, 8, 2))
    card = Card(
        name="shakespeare",
        task="text",
        title="Tiny plays",
        description="A test.",
        config=asdict(model.config),
        data={"name": "A small text.", "licence": "None."},
        training={"parameters": sum(p.numel() for p in model.parameters())},
        vocabulary=vocabulary.characters,
    )
    history = {"curve": [{"step": 0}]}
    checkpoint.save(folder / "shakespeare.safetensors", card, model.state_dict(), history)
    return folder


@pytest.fixture
def data(tmp_path):
    """A folder that holds the file of a data set and nothing else."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "tinyshakespeare.txt").write_text(TEXT, newline="")
    return folder


@pytest.fixture
def tiny(monkeypatch):
    """A recipe of few steps in the place of all."""
    recipe = TextRecipe(
        name="shakespeare",
        data="shakespeare",
        title="Tiny plays",
        description="A test.",
        shares=TWO_PARTS,
        training=TrainingConfig(12, 0.02, warmup=2, average=0.9, evaluate_every=4),
        dropout=TextDropout(layers=0.1),
        embedding_size=4,
        hidden_size=8,
        batch_size=4,
        length=10,
    )
    monkeypatch.setattr(text_recipe, "RECIPES", [recipe])
    return recipe


@pytest.fixture
def run(capsys):
    """Runs a command: its exit status, and what it printed."""

    def run(*words):
        capsys.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as end:
            status = end.code
        return status, *capsys.readouterr()

    return run


def succeed(run, *words):
    """The output of a command that succeeds."""
    status, out, err = run(*words)
    assert (status, err) == (0, "")
    return out


def last_line(out):
    """The JSON object in the last line; no other line is one."""
    *lines, last = out.splitlines()
    assert not any(line.startswith("{") for line in lines)
    return json.loads(last)


# List


def test_list(run):
    out = succeed(run, "list")
    assert "shakespeare: Tiny plays (text; " in out
    assert "data: A small text. Licence: None." in out
    listed = last_line(succeed(run, "list", "--json"))
    card, _ = checkpoint.read_card("shakespeare")
    assert listed == {"models": [asdict(card)]}


def test_list_of_nothing(run, checkpoints):
    (checkpoints / "shakespeare.safetensors").unlink()
    assert succeed(run, "list") == f"There are no checkpoints in {checkpoints}.\n"
    assert last_line(succeed(run, "list", "--json")) == {"models": []}


# Evaluate


def test_evaluate(run, data):
    out = succeed(run, "evaluate", "shakespeare", "--data", data, "--json")
    result = last_line(out)
    assert result.keys() == {"name", "split", "n", "metrics", "seconds"}
    expected = recipes()["shakespeare"].evaluate("val", data, "shakespeare")
    assert (result["name"], result["split"], result["n"]) == ("shakespeare", "val", expected.n)
    assert result["metrics"] == expected.metrics
    assert result["seconds"] > 0
    for metric, value in expected.metrics.items():
        assert f"{metric} " in out
        assert f" {value:.4f}\n" in out
    plain = succeed(run, "evaluate", "shakespeare", "--data", data)
    assert "{" not in plain
    assert f"shakespeare, val, n {expected.n:,}, " in plain


def test_evaluate_another_part_and_with_a_switch(run, data):
    words = ("evaluate", "shakespeare", "--data", data, "--json", "--split")
    val, train = (last_line(succeed(run, *words, part)) for part in ("val", "train"))
    assert train["n"] > 8 * val["n"]
    both = last_line(succeed(run, *words, "val", "--dynamic"))
    assert val["metrics"].items() < both["metrics"].items()
    assert "dynamic_bits_per_char" in both["metrics"]


def test_evaluate_a_file(run, data, checkpoints, tmp_path):
    moved = tmp_path / "mine.safetensors"
    words = ("evaluate", "shakespeare", "--data", data, "--json")
    expected = last_line(succeed(run, *words))["metrics"]
    (checkpoints / "shakespeare.safetensors").rename(moved)
    assert last_line(succeed(run, *words, "--checkpoint", moved))["metrics"] == expected


def test_notes_on_a_measurement_go_with_it(run, data, monkeypatch):
    plain = TextRecipe.evaluate
    monkeypatch.setattr(
        TextRecipe, "evaluate",
        lambda *given: dataclasses.replace(plain(*given), notes={"signature": "tok:none"}),
    )  # fmt: skip
    out = succeed(run, "evaluate", "shakespeare", "--data", data, "--json", "--record")
    assert re.search(r"signature +tok:none\n", out)
    assert last_line(out)["signature"] == "tok:none"
    (result,) = checkpoint.read_card("shakespeare")[0].results
    assert result["signature"] == "tok:none"


def test_record(run, data):
    """The result goes into the card, in place of an older one of the same command."""
    weights = checkpoint.load("shakespeare", "text").weights
    words = ("evaluate", "shakespeare", "--data", data, "--json")
    succeed(run, *words)
    assert checkpoint.read_card("shakespeare")[0].results == []

    result = last_line(succeed(run, *words, "--record"))
    metrics = {name: round(value, 4) for name, value in result["metrics"].items()}
    command = "lstm-gallery evaluate shakespeare --split val"
    entry = {"command": command, "split": "val", "n": result["n"], "metrics": metrics}
    card, history = checkpoint.read_card("shakespeare")
    assert card.results == [entry]
    assert history == {"curve": [{"step": 0}]}

    succeed(run, *words, "--record", "--dynamic")
    with_switch = f"{command} --dynamic"
    results = checkpoint.read_card("shakespeare")[0].results
    assert [found["command"] for found in results] == [command, with_switch]
    assert results[0] == entry

    checkpoint.record("shakespeare", {**entry, "n": 5, "metrics": {"old": 1.0}})
    checkpoint.record("shakespeare", {"split": "val", "n": 5, "metrics": {}, "command": "another"})
    succeed(run, *words, "--record")
    results = checkpoint.read_card("shakespeare")[0].results
    assert [found["command"] for found in results] == [with_switch, "another", command]
    assert results[-1] == entry
    after = checkpoint.load("shakespeare", "text").weights
    assert all(torch.equal(w, weights[k]) for k, w in after.items())

    out = succeed(run, "list")
    assert f"measured by: {with_switch}" in out
    assert f"bits_per_char {metrics['bits_per_char']:.4g}" in out


def test_findings_go_into_the_record(run, data):
    words = ("evaluate", "shakespeare", "--data", data, "--json", "--cells")
    result = last_line(succeed(run, *words))
    findings, worth = result["findings"], result["worth"]
    assert worth["n"] > 0
    assert result["metrics"]["features_confirmed"] == len(findings["confirmed"])
    assert checkpoint.read_card("shakespeare")[1] == {"curve": [{"step": 0}]}

    again = last_line(succeed(run, *words, "--record"))
    assert (again["findings"], again["worth"]) == (findings, worth)
    card, history = checkpoint.read_card("shakespeare")
    assert history == {"curve": [{"step": 0}], "findings": findings, "worth": worth}
    assert card.results[0]["command"] == "lstm-gallery evaluate shakespeare --split val --cells"
    succeed(run, "evaluate", "shakespeare", "--data", data, "--record")
    assert checkpoint.read_card("shakespeare")[1] == history


def test_the_command_of_a_record_can_be_run(run, data):
    words = ("evaluate", "shakespeare", "--data", data, "--record", "--dynamic", "--split", "train")
    succeed(run, *words)
    (entry,) = checkpoint.read_card("shakespeare")[0].results
    again = [*entry["command"].split()[1:], "--data", data, "--json"]
    result = last_line(succeed(run, *again))
    assert result["n"] == entry["n"]
    assert result["metrics"] == pytest.approx(entry["metrics"], abs=1e-4)


# Sample


def test_sample(run):
    words = ("sample", "shakespeare", "--prime", "the cat", "--length", "80", "--seed")
    out = succeed(run, *words, "1")
    assert out.startswith("the cat")
    assert len(out) == len("the cat") + 80 + 1
    assert out.endswith("\n")
    assert succeed(run, *words, "1") == out
    assert succeed(run, *words, "2") != out
    greedy = [succeed(run, *words, seed, "--temperature", "0") for seed in "12"]
    assert greedy[0] == greedy[1] != out
    assert succeed(run, *words, "3", "--top-k", "1") == greedy[0]


def test_sample_without_arguments(run):
    assert len(succeed(run, "sample", "shakespeare")) == len("\n") + 500 + 1


# Train


def test_train_and_resume(run, data, tiny, tmp_path, monkeypatch):
    words = ("train", "shakespeare", "--data", data, "--device", "cpu", "--run")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    out = succeed(run, *words, whole)
    path = whole / "shakespeare.safetensors"
    assert f"The best weights are in {path}." in out
    assert f"lstm-gallery evaluate shakespeare --checkpoint {path}" in out

    for stop in (1, 6):
        killed = functools.partial(train, save_every=0, stop_after=stop)
        monkeypatch.setattr(training, "train", killed)
        succeed(run, *words, broken)
        history = checkpoint.read_card(broken / "shakespeare.safetensors")[1]
        assert history["curve"][-1]["step"] < 12
    monkeypatch.setattr(training, "train", train)
    seen, loss = [], text_recipe.TextObjective.loss
    monkeypatch.setattr(
        text_recipe.TextObjective, "loss", lambda self, n: seen.append(n) or loss(self, n)
    )
    succeed(run, *words, broken)
    assert seen == [*range(5, 12)], "taken up where it was saved"

    a, b = (checkpoint.load(f / "shakespeare.safetensors", "text") for f in (whole, broken))
    assert a.history == b.history
    assert a.history["curve"][-1]["step"] == a.card.training["steps"] == 12
    assert all(torch.equal(w, b.weights[k]) for k, w in a.weights.items())
    result = succeed(run, "evaluate", "shakespeare", "--data", data, "--checkpoint", path, "--json")
    assert last_line(result)["n"] > 0


def test_the_usual_folder_of_a_run(run, data, tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    succeed(run, "train", "shakespeare", "--data", data)
    files = sorted(path.name for path in (tmp_path / "runs" / "shakespeare").iterdir())
    assert files == ["shakespeare.safetensors", "state.pt"]


# Bench


@pytest.mark.parametrize("names", [[], ["shakespeare"]], ids=["of each task", "named"])
def test_bench(run, monkeypatch, names):
    monkeypatch.setattr(timing, "ROUNDS", 1)
    rates = last_line(succeed(run, "bench", *names, "--json"))
    assert rates.keys() == {"shakespeare"}
    assert rates["shakespeare"]["batch_1_chars_per_second"] > 0
    assert all(value > 0 for value in rates["shakespeare"].values())


# What is refused


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


EVALUATE, SAMPLE = ("evaluate", "shakespeare"), ("sample", "shakespeare")

REFUSED = {
    "unknown part": ([*EVALUATE, "--split", "nope"], "has the splits val, train, not 'nope'."),
    "no data": ([*EVALUATE, "--data", "nowhere"], "`lstm-gallery download shakespeare`."),
    "no checkpoint of the name": ([*EVALUATE, "--checkpoint", "x"], "there are: shakespeare."),
    "no checkpoint file": ([*EVALUATE, "--checkpoint", "x.safetensors"], "no checkpoint file x."),
    "damaged": ([*EVALUATE, "--checkpoint", "damaged.safetensors"], "is damaged"),
    "data in another code": ([*EVALUATE, "--data", "latin"], "codec can't decode"),
    "data of one character": ([*EVALUATE, "--data", "one"], "has fewer than two characters:"),
    "data with other characters": ([*EVALUATE, "--data", "greek"], "vocabulary has no “Ω”"),
    "not shipped": (["sample", "wikipedia"], "There is no checkpoint named 'wikipedia'"),
    "length 0": ([*SAMPLE, "--length", "0"], "length must be a whole number from 1 to 5,000."),
    "length 5001": ([*SAMPLE, "--length", "5001"], "number from 1 to 5,000."),
    "no temperature": ([*SAMPLE, "--temperature", "nan"], "must be a number from 0 to 2."),
    "top-k": ([*SAMPLE, "--top-k", "-1"], "top-k must be a whole number from 0 to 1,000."),
    "top-p": ([*SAMPLE, "--top-p", "0"], "top-p must be a number above 0, and at most 1."),
    "seed": ([*SAMPLE, "--seed", "-1"], "number from 0 to 4,294,967,295."),
    "long prime": ([*SAMPLE, "--prime", "a" * 20_001], "The prime has 20,001 characters;"),
    "no device": (["train", "shakespeare", "--device", "abacus"], "There is no device 'abacus'"),
    "switch": (["evaluate", "counter", "--dynamic"], "counter has no --dynamic; of such switches"),
    "bench": (["bench", "nobody"], "There is no model 'nobody'; there are "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_sentence(run, data, tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LSTM_GALLERY_DATA", str(data))
    put(tmp_path / "damaged.safetensors", b"no weights")
    put(tmp_path / "latin" / "tinyshakespeare.txt", b"\xe9" * 100)
    put(tmp_path / "one" / "tinyshakespeare.txt", b"a")
    put(tmp_path / "greek" / "tinyshakespeare.txt", "Ω".encode() * 100)
    words, sentence = REFUSED[case]
    status, out, err = run(*words)
    assert status == 2
    assert out == ""
    assert err.startswith("lstm-gallery: ")
    assert sentence in err
    assert len(err.splitlines()) == 1


def test_a_run_with_another_schedule_is_refused(run, data, tiny, tmp_path, monkeypatch):
    words = ("train", "shakespeare", "--data", data, "--run", tmp_path / "run")
    succeed(run, *words)
    other = {**vars(tiny), "training": TrainingConfig(13, warmup=2)}
    monkeypatch.setattr(text_recipe, "RECIPES", [TextRecipe(**other)])
    status, out, err = run(*words)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert "holds a run with another schedule or another model" in err


def test_a_run_where_no_folder_can_be_is_refused(run, data, tiny, tmp_path):
    file = put(tmp_path / "file", b"")
    status, _, err = run("train", "shakespeare", "--data", data, "--run", file)
    assert (status, len(err.splitlines())) == (2, 1)
    assert str(file) in err


def test_a_training_that_came_apart_is_told(run, data, tiny, tmp_path, monkeypatch):
    loss = text_recipe.TextObjective.loss
    monkeypatch.setattr(
        text_recipe.TextObjective, "loss", lambda self, n: loss(self, n) * float("nan")
    )
    status, _, err = run("train", "shakespeare", "--data", data, "--run", tmp_path / "run")
    assert status == 2
    assert err.startswith("lstm-gallery: step 0 has a loss of nan")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["dance"], "invalid choice: 'dance'"),
        (["sample"], "the following arguments are required: NAME"),
        (["sample", "nobody"], "invalid choice: 'nobody'"),
        (["evaluate", "nobody"], "invalid choice: 'nobody'"),
        (["train", "nobody"], "invalid choice: 'nobody'"),
        (["download", "nobody"], "invalid choice: 'nobody'"),
        ([*SAMPLE, "--length", "many"], "argument --length: invalid int value: 'many'"),
        ([*SAMPLE, "--seed", "1.5"], "argument --seed: invalid int value: '1.5'"),
        ([*SAMPLE, "--temperature", "hot"], "argument --temperature: invalid float value: 'hot'"),
        (["list", "--verbose"], "unrecognized arguments: --verbose"),
    ],
    ids=str,
)
def test_words_that_are_not_understood(run, words, what):
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert err.startswith("usage: lstm-gallery")
    assert what in err.splitlines()[-1]


@pytest.mark.parametrize(("error", "status"), [(KeyboardInterrupt, 130), (MemoryError, None)])
def test_an_interruption_ends_quietly_and_a_bug_does_not(run, monkeypatch, error, status):
    def fail():
        raise error

    monkeypatch.setattr(checkpoint, "names", fail)
    if status is None:
        with pytest.raises(error):
            run("list")
    else:
        assert run("list") == (status, "", "")


# Help


def test_help(run):
    out = succeed(run, "--help")
    assert all(f"    {command} " in out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(run, command):
    assert f"usage: lstm-gallery {command}" in succeed(run, command, "--help")


@pytest.mark.parametrize("name", recipes())
def test_help_of_a_sampler(run, name):
    """Every field of the request that is a number or text is an option, and said to be."""
    out = succeed(run, "sample", name, "--help")
    request = recipes()[name].request
    for field, hint in get_type_hints(request).items():
        assert (f"--{field.replace('_', '-')} " in out) == (option_type(hint) is not None)
    assert "\nArgs:\n" in out or "Args:" not in out, "the docstring is not indented"


@pytest.mark.parametrize(("hint", "kind"), [
    (int, int), (float, float), (str, str), (int | None, int), (Strokes, Strokes), (bool, None),
    (np.ndarray, None), (np.ndarray | None, None), (tuple[float, ...], None), (list[int], None),
    (tuple[float, ...] | None, None), (int | str, None),
])  # fmt: skip
def test_what_a_terminal_can_give(hint, kind):
    assert option_type(hint) is kind


# As a program


def program(*words, **how):
    """`python -m lstm_core`, wherever the project lies."""
    home = Path(lstm_core.__file__).parents[1]
    command = [sys.executable, "-W", "error", "-m", "lstm_core", *map(str, words)]
    return subprocess.Popen(
        command, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how
    )


def test_as_a_program(data):
    process = program("evaluate", "shakespeare", "--data", data, "--json", encoding="utf-8")
    out, err = process.communicate(timeout=100)
    assert (process.returncode, err) == (0, "")
    assert last_line(out).keys() == {"name", "split", "n", "metrics", "seconds"}


@pytest.mark.skipif(os.name != "posix", reason="pipes break otherwise elsewhere")
def test_a_reader_that_has_seen_enough():
    """As `| head` does: the program ends, and does not complain."""
    process = program("sample", "shakespeare", "--prime", "the cat", "--length", "5000")
    assert process.stdout.read(7) == b"the cat"
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=100) == 141
    process.stderr.close()
