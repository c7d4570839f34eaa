"""Writing with a rival, its checkpoint both ways, and what is refused of one."""

from dataclasses import asdict, replace

import pytest
import torch

from lstm_core import checkpoint
from lstm_core.checkpoint import Card, CheckpointError
from lstm_core.rivals.model import RivalConfig, RivalModel
from lstm_core.rivals.sampler import RivalSampler, rivals
from lstm_core.text.sampler import TextRequest
from lstm_core.text.vocabulary import ESCAPE, Vocabulary

CHARACTERS = "\n abcdefgh"  # ten
CELLS = ["gru", "rnn"]


def random_model(cell="gru", size=10):
    model = RivalModel(RivalConfig(cell, size, 5, 6, 2))
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn_like(p).half())  # what a checkpoint can hold
    return model


def save(folder, name, model=None, characters=CHARACTERS, **changed):
    """A checkpoint; what is changed in its card does not show in its weights."""
    model = model or random_model(size=len(characters))
    card = Card(
        name=name, task="rivals", title="A title", description="A test.",
        config=asdict(model.config), data={}, training={}, vocabulary=list(characters),
    )  # fmt: skip
    path = folder / f"{name}.safetensors"
    checkpoint.save(path, replace(card, **changed), model.state_dict(), {"curve": [1]})
    return path


# Writing


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("prime", ["", "bad fee"])
def test_the_likeliest_against_reading_all_anew(cell, prime):
    sampler = RivalSampler(random_model(cell), Vocabulary(CHARACTERS))
    text = sampler.read(prime).text
    assert text == (prime or "\n")
    for _ in range(12):
        with torch.no_grad():
            logits = sampler.model(torch.from_numpy(sampler.vocabulary.encode(text))[None])[0]
        text += CHARACTERS[logits[0, -1].argmax()]
    request = TextRequest(prime, length=12, temperature=0)
    assert sampler.read(prime).text + sampler.write(request) == text


def test_draws_follow_the_distribution_and_the_seed():
    sampler = RivalSampler(random_model(), Vocabulary(CHARACTERS))
    with torch.no_grad():
        ids = torch.from_numpy(sampler.vocabulary.encode("cab"))
        p = sampler.model(ids[None])[0][0, -1].softmax(-1)
    drawn = [sampler.write(TextRequest("cab", 1, temperature=1, seed=n)) for n in range(400)]
    shares = torch.tensor([drawn.count(c) / 400 for c in CHARACTERS])
    torch.testing.assert_close(shares, p, atol=0.1, rtol=0)
    request = TextRequest("cab", 40, temperature=1, seed=7)
    assert sampler.write(request) == sampler.write(request)
    assert sampler.write(request) != sampler.write(replace(request, seed=8))


def test_what_was_left_out_is_never_written():
    sampler = RivalSampler(random_model(size=3), Vocabulary(["a", "b", ESCAPE]))
    with torch.no_grad():
        sampler.model.head.bias[2] = 50
    assert set(sampler.write(TextRequest("ab", 60, temperature=1))) <= {"a", "b"}
    assert sampler.read("xyz").text == "a"


def test_sampling_leaves_nothing_behind():
    sampler = RivalSampler(random_model(), Vocabulary(CHARACTERS))
    request = TextRequest("head", 30, seed=3)
    stream = sampler.stream(request)
    begun = [next(stream) for _ in range(5)]
    whole = sampler.write(request)
    assert begun == list(whole[:5])
    assert begun + list(stream) == list(whole)


# Checkpoints


@pytest.mark.parametrize("cell", CELLS)
def test_there_and_back(tmp_path, cell):
    model = random_model(cell)
    sampler = RivalSampler.from_checkpoint(save(tmp_path, "tiny", model))
    assert sampler.vocabulary.characters == list(CHARACTERS)
    assert (sampler.card.name, sampler.history) == ("tiny", {"curve": [1]})
    assert sampler.model.config == model.config
    assert not sampler.model.training
    assert not any(p.requires_grad for p in sampler.model.parameters())
    ids = torch.randint(len(CHARACTERS), (2, 30))
    torch.testing.assert_close(sampler.model(ids)[0], model.eval()(ids)[0])


CONFIG = asdict(RivalConfig("gru", len(CHARACTERS), 5, 6, 2))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"task": "text"}, r"^tiny.safetensors is a checkpoint for text, not for rivals\.$"),
        ({"config": {**CONFIG, "cell": "rnn"}}, "'tiny' does not fit its own card"),
        ({"config": {**CONFIG, "cell": "lstm"}}, "the cells are gru and rnn, not 'lstm'"),
        ({"config": {**CONFIG, "cell": ["gru"]}}, "'tiny' does not fit its own card"),
        ({"config": {**CONFIG, "hidden_size": 7}}, "'tiny' does not fit its own card"),
        ({"config": {**CONFIG, "hidden_size": "6"}}, "'tiny' does not fit its own card"),
        ({"config": {**CONFIG, "num_layers": 0}}, "'tiny' does not fit its own card"),
        ({"config": {**CONFIG, "depth": 2}}, "'tiny' does not fit its own card"),
        ({"config": {}}, "'tiny' does not fit its own card"),
        ({"vocabulary": list("abc")}, "3 characters, 10 logits"),
        ({"vocabulary": [*CHARACTERS[1:], "bc"]}, "a vocabulary holds single characters"),
    ],
    ids=["task", "cell", "unknown", "list", "size", "type", "none", "more", "empty", "few", "long"],
)
def test_a_checkpoint_that_does_not_fit(tmp_path, changed, sentence):
    path = save(tmp_path, "tiny", **changed)
    with pytest.raises(CheckpointError, match=sentence):
        RivalSampler.from_checkpoint(path)


def test_a_checkpoint_with_nothing_to_write(tmp_path):
    with pytest.raises(CheckpointError, match="no character to write"):
        RivalSampler.from_checkpoint(save(tmp_path, "tiny", characters=[ESCAPE]))


def test_no_checkpoint(tmp_path):
    with pytest.raises(CheckpointError, match=r"^There is no checkpoint file"):
        RivalSampler.from_checkpoint(tmp_path / "none.safetensors")


# Side by side


def test_the_rivals_of_a_model(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(tmp_path))
    save(tmp_path, "plays", task="text")
    assert rivals("plays") == {}
    save(tmp_path, "plays_rnn", random_model("rnn"))
    assert list(rivals("plays")) == ["Plain RNN"]
    save(tmp_path, "plays_gru", random_model("gru"))
    found = rivals("plays")
    assert {title: r.model.config.cell for title, r in found.items()} == {
        "GRU": "gru", "Plain RNN": "rnn",
    }  # fmt: skip
    assert rivals("speeches") == {}


def test_a_rival_that_numbers_characters_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(tmp_path))
    save(tmp_path, "plays", task="text")
    save(tmp_path, "plays_gru", characters=CHARACTERS[::-1])
    with pytest.raises(CheckpointError, match=r"^plays_gru reads other characters than plays does"):
        rivals("plays")
