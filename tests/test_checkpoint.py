"""Checkpoints: what goes in comes out, and whatever else is offered is refused in a sentence."""

import json
import random
import struct
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from lstm_core import checkpoint
from lstm_core.checkpoint import Card, CheckpointError

CARD = Card(
    name="small",
    task="text",
    title="A small network",
    description="Reads “quotes”, naïve words and\nline breaks \N{GRINNING FACE}.",
    config={"vocabulary_size": 3, "hidden_size": 5, "nested": {"a": [1, 2.5, None, True]}},
    data={"name": "a text", "licence": "public domain"},
    training={"steps": 10, "seconds": 1.5, "parameters": 123, "seed": 1},
    vocabulary=["\n", '"', "é", "\N{REPLACEMENT CHARACTER}"],
    results=[{"split": "test", "bpc": 1.25}],
    licence="Apache-2.0",
    date="2024-02-29",
)
HISTORY = {"curve": [{"step": 0, "validation": 4.6}], "milestones": [{"sample": "abc\n"}]}
WEIGHTS = {"a.weight": torch.randn(5, 3), "a.bias": torch.randn(5), "count": torch.tensor([7])}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(tmp_path))
    return tmp_path


def put(folder, name="bad", task="text", **changes):
    """A file like those of `save`, with some of its metadata changed (None: left out)."""
    metadata = {"lstm_gallery": "1", "card": json.dumps(asdict(CARD)), "history": "{}", **changes}
    kept = {k: v for k, v in metadata.items() if v is not None}
    save_file({"w": torch.zeros(2).half()}, folder / f"{name}.safetensors", kept)


def put_raw(folder, header, body=b"", name="bad"):
    """A file with any header at all, by the format's own rules."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path = folder / f"{name}.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def refusal(name="bad", task="text"):
    """The sentence with which a checkpoint is refused; any other exception is a failure."""
    with pytest.raises(CheckpointError) as caught:
        checkpoint.load(name, task)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert len(sentence.splitlines()) == 1
    return sentence


# There and back


def test_round_trip(folder):
    checkpoint.save(folder / "small.safetensors", CARD, WEIGHTS, HISTORY)
    assert checkpoint.names() == ["small"]
    for name in ("small", folder / "small.safetensors", str(folder / "small.safetensors")):
        back = checkpoint.load(name, "text")
        assert back.card == CARD
        assert back.history == HISTORY
        assert back.weights.keys() == WEIGHTS.keys()
        for key, w in WEIGHTS.items():
            assert back.weights[key].dtype == w.dtype
            # Half precision has 11 significant bits: relative error at most 2^-11.
            torch.testing.assert_close(back.weights[key], w, rtol=2**-11, atol=1e-7)
        assert checkpoint.read_card(name) == (CARD, HISTORY)
    assert back.card.parameters == 123
    assert [p.name for p in folder.iterdir()] == ["small.safetensors"]


def test_a_second_round_trip_loses_nothing(folder):
    path = folder / "small.safetensors"
    checkpoint.save(path, CARD, WEIGHTS)
    first = checkpoint.load("small", "text")
    checkpoint.save(path, first.card, first.weights, first.history)
    second = checkpoint.load("small", "text")
    assert first.history == second.history == {}
    assert all(torch.equal(first.weights[k], second.weights[k]) for k in WEIGHTS)


def test_weights_of_any_layout(folder):
    w = torch.randn(4, 6)
    checkpoint.save(folder / "t.safetensors", CARD, {"t": w.T, "s": w[:, ::2], "half": w.half()})
    back = checkpoint.load("t", "text").weights
    assert torch.equal(back["t"], w.T.half().float())
    assert torch.equal(back["s"], w[:, ::2].half().float())
    assert torch.equal(back["half"], w.half().float())


def test_the_file_is_a_header_in_json_and_plain_numbers(folder):
    """Read by hand: every byte is accounted for, so nothing in the file can be run."""
    checkpoint.save(folder / "small.safetensors", CARD, WEIGHTS, HISTORY)
    raw = (folder / "small.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header, body = json.loads(raw[8 : 8 + length]), raw[8 + length :]
    assert json.loads(header.pop("__metadata__")["card"]) == asdict(CARD)
    upto = 0
    for entry in sorted(header.values(), key=lambda entry: entry["data_offsets"]):
        assert entry["data_offsets"][0] == upto
        upto = entry["data_offsets"][1]
    assert upto == len(body)
    assert header["a.weight"]["dtype"] == "F16"
    numbers = np.frombuffer(body[slice(*header["a.weight"]["data_offsets"])], "<f2")
    np.testing.assert_array_equal(numbers.reshape(5, 3), WEIGHTS["a.weight"].half())


def test_cards_of_an_earlier_version_may_lack_what_is_optional(folder):
    card = {k: v for k, v in asdict(CARD).items() if k not in ("licence", "date", "results")}
    put(folder, card=json.dumps({**card, "unheard_of": 1}))
    assert checkpoint.load("bad", "text").card == replace(CARD, licence="", date="", results=[])


def test_names_are_sorted_and_only_of_files(folder):
    for name in ("b", "a", "c.d"):
        put(folder, name)
    (folder / "e.safetensors").mkdir()
    (folder / "f.tmp").touch()
    assert checkpoint.names() == ["a", "b", "c.d"]
    assert checkpoint.load("c.d", "text").card == CARD


def test_who_may_read_other_files_may_read_a_checkpoint(folder):
    (folder / "other").touch()
    checkpoint.save(folder / "x.safetensors", CARD, {"w": torch.zeros(3)})
    modes = {(folder / name).stat().st_mode for name in ("other", "x.safetensors")}
    assert len(modes) == 1


# What is not saved


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 70_000.0])
def test_weights_that_half_precision_cannot_hold_are_not_saved(folder, value):
    weights = {"fine": torch.zeros(3), "odd": torch.tensor([0.0, value])}
    with pytest.raises(CheckpointError, match=r"^The weights 'odd' do not fit half precision\.$"):
        checkpoint.save(folder / "x.safetensors", CARD, weights)
    assert not list(folder.iterdir())


@pytest.mark.parametrize("there_before", [False, True])
def test_too_large_is_not_saved(folder, there_before):
    if there_before:
        checkpoint.save(folder / "x.safetensors", CARD, WEIGHTS)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    with pytest.raises(CheckpointError, match=r"^The checkpoint would have 10,\d\d\d,\d\d\d bytes"):
        checkpoint.save(folder / "x.safetensors", CARD, {"w": torch.zeros(5_000_000)})
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_the_limit_is_the_hubs(folder):
    checkpoint.save(folder / "x.safetensors", CARD, {"w": torch.zeros(4_990_000)})
    assert 9_980_000 < (folder / "x.safetensors").stat().st_size <= 10_000_000


def half_of_it(path, data):
    with path.open("wb") as file:
        file.write(data[: len(data) // 2])
    raise OSError("No space left on device")


def test_a_failed_write_leaves_nothing(folder, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", half_of_it)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(folder / "x.safetensors", CARD, WEIGHTS)
    assert not list(folder.iterdir())


# What is not loaded


def test_every_truncation_is_refused(folder):
    checkpoint.save(folder / "small.safetensors", CARD, WEIGHTS, HISTORY)
    raw = (folder / "small.safetensors").read_bytes()
    for size in [*range(0, len(raw), 37), 7, 8, 9, len(raw) - 1]:
        (folder / "bad.safetensors").write_bytes(raw[:size])
        assert "bad.safetensors is damaged" in refusal()
    (folder / "bad.safetensors").write_bytes(raw + b"\0")
    assert "bad.safetensors is damaged" in refusal()


def test_flipped_bytes_are_refused_or_harmless(folder):
    """A damaged header must never end in another exception; a damaged number cannot be told."""
    checkpoint.save(folder / "small.safetensors", CARD, WEIGHTS, HISTORY)
    raw, draw = (folder / "small.safetensors").read_bytes(), random.Random(3)
    sentences = []
    for _ in range(300):
        damaged = bytearray(raw)
        damaged[draw.randrange(len(raw))] = draw.randrange(256)
        (folder / "bad.safetensors").write_bytes(damaged)
        try:
            checkpoint.load("bad", "text")
        except CheckpointError as error:
            sentences.append(str(error))
    assert len(sentences) > 50
    assert all(s.endswith(".") and len(s.splitlines()) == 1 for s in sentences)


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_are_refused(folder, seed):
    (folder / "bad.safetensors").write_bytes(random.Random(seed).randbytes(100 * 7**seed))
    assert "bad.safetensors is damaged or no safetensors file" in refusal()


@pytest.mark.parametrize(
    ("header", "body"),
    [
        pytest.param(b"\xff\xfe{}", b"", id="not utf-8"),
        pytest.param({"__metadata__": {"lstm_gallery": 1}}, b"", id="metadata of numbers"),
        pytest.param(
            {"w\nx": {"dtype": "F16", "shape": [9], "data_offsets": [0, 2]}}, b"00", id="line break"
        ),
        pytest.param(
            {"w": {"dtype": "F16", "shape": [2**40, 2**40], "data_offsets": [0, 2]}},
            b"00",
            id="overflow",
        ),
    ],
)
def test_bad_headers_are_refused(folder, header, body):
    put_raw(folder, header, body)
    assert "bad.safetensors is damaged or no safetensors file" in refusal()


def test_numbers_of_an_unusable_type_are_refused(folder):
    metadata = {"lstm_gallery": "1", "card": json.dumps(asdict(CARD)), "history": "{}"}
    w = {"dtype": "F4", "shape": [2], "data_offsets": [0, 1]}
    put_raw(folder, {"__metadata__": metadata, "w": w}, b"0")
    assert "bad.safetensors is damaged" in refusal()


def test_weights_of_somebody_else_are_refused(folder):
    save_file({"w": torch.zeros(2)}, folder / "bad.safetensors")
    assert "it has no card" in refusal()
    save_file({"w": torch.zeros(2)}, folder / "bad.safetensors", {"format": "pt"})
    assert "it has no card" in refusal()


def test_a_later_format_is_refused(folder):
    put(folder, lstm_gallery=str(checkpoint.FORMAT + 1), card="of another kind")
    assert "made by a later version" in refusal()


def without(field):
    return json.dumps({k: v for k, v in asdict(CARD).items() if k != field})


def with_(**changes):
    return json.dumps({**asdict(CARD), **changes})


@pytest.mark.parametrize(
    "changes",
    [
        *({"card": without(f)} for f in ("name", "task", "title", "config", "data", "training")),
        *({"card": text} for text in ("", "not JSON", "[]", "{}", "null", "7", "[" * 100_000)),
        *({"history": text} for text in ("", "{", "[]", "null", "[" * 100_000)),
        {"card": with_(task=["text"])},
        {"card": with_(name=None)},
        {"card": with_(config=[1])},
        {"card": with_(vocabulary="abc")},
        {"card": with_(results={})},
        {"card": None},
        {"history": None},
        {"lstm_gallery": "one"},
        {"lstm_gallery": "9" * 5000},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_unreadable_cards_are_refused(folder, changes):
    put(folder, **changes)
    assert refusal() == "bad.safetensors has a card that cannot be read."


def test_another_task_is_refused(folder):
    put(folder)
    sentence = refusal("bad", "music")
    assert sentence == "bad.safetensors is a checkpoint for text, not for music."
    put(folder, card=with_(task="mu\nsic"))
    assert "not for text" in refusal()


@pytest.mark.parametrize(
    "name", ["nobody", "", "..", "../a", "a.safetensors.", "a\nb", "\0", "\ud800", "n" * 5000]
)
def test_an_unknown_name_is_told_what_there_is(folder, name):
    for known in ("b", "a"):
        put(folder, known)
    assert refusal(name).endswith("; there are: a, b.")


def test_an_unknown_name_where_there_is_none():
    assert refusal("nobody") == "There is no checkpoint named 'nobody'; there are: none."


@pytest.mark.parametrize(
    "name",
    ["nobody.safetensors", "a\nb.safetensors", "\0.safetensors", "n" * 5000 + ".safetensors"],
)
def test_a_missing_file_is_refused(name):
    assert "There is no checkpoint file" in refusal(name)


def test_a_directory_is_refused(folder):
    (folder / "bad.safetensors").mkdir()
    assert "There is no checkpoint named" in refusal("bad")
    assert "There is no checkpoint file" in refusal(folder / "bad.safetensors")
    assert "There is no checkpoint named" in refusal(folder)


def test_the_folder_need_not_exist(folder, monkeypatch):
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(folder / "nowhere"))
    assert checkpoint.names() == []
    assert "there are: none." in refusal("small")


# Notes in the record


def test_annotate_adds_to_the_record_and_changes_nothing_else(folder):
    checkpoint.save(folder / "small.safetensors", CARD, WEIGHTS, HISTORY)
    before = checkpoint.load("small", "text")
    value = {"n": 3, "confirmed": [{"feature": "“quotes”", "held_out": 0.5, "threshold": None}]}
    for name, given in (("small", [1, 2]), (folder / "small.safetensors", value)):
        checkpoint.annotate(name, "findings", given)
        after = checkpoint.load("small", "text")
        assert after.history == {**HISTORY, "findings": given}
        assert after.card == CARD
        assert after.weights.keys() == before.weights.keys()
        assert all(torch.equal(w, before.weights[k]) for k, w in after.weights.items())
    checkpoint.annotate("small", "curve", [])
    assert checkpoint.read_card("small")[1] == {**HISTORY, "findings": value, "curve": []}
    assert [p.name for p in folder.iterdir()] == ["small.safetensors"]


@pytest.mark.parametrize(
    "value", [float("nan"), [float("inf")], {"a": {1, 2}}, object()], ids=lambda v: str(v)[:10]
)
def test_what_json_cannot_hold_is_not_noted(folder, value):
    checkpoint.save(folder / "small.safetensors", CARD, WEIGHTS, HISTORY)
    before = (folder / "small.safetensors").read_bytes()
    with pytest.raises(
        CheckpointError, match=r"^JSON cannot hold what is to lie under 'findings' "
    ):
        checkpoint.annotate("small", "findings", value)
    assert (folder / "small.safetensors").read_bytes() == before


def test_a_note_that_is_too_large_or_cannot_be_written_leaves_all_as_it_was(folder, monkeypatch):
    checkpoint.save(folder / "small.safetensors", CARD, WEIGHTS, HISTORY)
    before = (folder / "small.safetensors").read_bytes()
    with pytest.raises(CheckpointError, match=r"^The checkpoint would have "):
        checkpoint.annotate("small", "findings", "x" * 10_000_000)

    monkeypatch.setattr(Path, "write_bytes", half_of_it)
    with pytest.raises(OSError, match="No space"):
        checkpoint.annotate("small", "findings", 1)
    assert (folder / "small.safetensors").read_bytes() == before
    assert [p.name for p in folder.iterdir()] == ["small.safetensors"]


def test_there_is_nothing_to_annotate(folder):
    with pytest.raises(CheckpointError, match="There is no checkpoint named 'nobody'"):
        checkpoint.annotate("nobody", "findings", 1)
    put(folder, card="not JSON")
    with pytest.raises(CheckpointError, match=r"^bad\.safetensors has a card that cannot be read"):
        checkpoint.annotate("bad", "findings", 1)


def test_a_module_made_without_weights_takes_them_and_draws_nothing():
    given = {"weight": torch.arange(6.0).reshape(3, 2), "bias": torch.ones(3)}
    before = torch.get_rng_state()
    with checkpoint.without_weights():
        linear, embedding = torch.nn.Linear(2, 3), torch.nn.Embedding(5, 4)
    assert linear.weight.is_meta
    assert embedding.weight.is_meta
    linear.load_state_dict(given, assign=True)
    assert torch.equal(linear(torch.tensor([1.0, 1.0])), torch.tensor([2.0, 6.0, 10.0]))
    assert torch.equal(torch.get_rng_state(), before)
