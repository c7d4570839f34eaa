"""What is learned by: the loss of words, and the policy gradient of CIDEr-D, by hand."""

import numpy as np
import pytest
import torch
from captioning.tiny import SMALL, VOCABULARY, decoder, features, model

from lstm_core.captioning.dataset import Batches, Described
from lstm_core.captioning.encoder import CLASSES, LOWER
from lstm_core.captioning.features import Features
from lstm_core.captioning.metrics import Cider
from lstm_core.captioning.objectives import (
    CiderObjective,
    Judge,
    WordsObjective,
    log_probabilities,
    spoken,
)

CPU = torch.device("cpu")
END, BEGIN = VOCABULARY.end, VOCABULARY.begin
PHOTOS = [
    Described("a", [["a", "dog", "runs"], ["a", "red", "dog"]]),
    Described("b", [["a", "cat", "sits"], ["cat", "'s", "red"]]),
]


@pytest.fixture
def kept():
    random = np.random.default_rng(1)
    cells = random.normal(size=(2, 2, *LOWER)).astype(np.float16)
    chances = torch.from_numpy(2 * random.normal(size=(2, 2, CLASSES)))
    return Features(cells, chances.log_softmax(-1).numpy().astype(np.float16))


@pytest.fixture
def judge(kept):
    return Judge(PHOTOS, kept, VOCABULARY, CPU)


def batches(kept):
    return Batches(PHOTOS, kept, VOCABULARY, size=2, captions=2, seed=1)


def at_rest(made):
    """Without dropout, so that a loss can be computed again."""
    for name in ("words", "photo", "outputs"):
        object.__setattr__(made.decoder.dropout, name, 0.0)
    return made


def test_the_loss_of_words(kept, judge):
    made = at_rest(model())
    objective = WordsObjective(made, batches(kept), judge, tuned=False, device=CPU)
    batch = batches(kept).batch(0)
    with torch.no_grad():
        found = objective.loss(0)
        seen = made.decoder.see(made.encoder.upper(batch.cells))
        nats, words = 0.0, 0
        for n in range(4):
            one = type(seen)(*(each[n // 2 : n // 2 + 1] for each in seen))
            log_p = made.decoder.look(one, batch.inputs[n : n + 1]).logits.log_softmax(-1)
            for t, target in enumerate(batch.targets[n].tolist()):
                if target >= 0:
                    nats, words = nats - float(log_p[t, target]), words + 1
    assert found.item() == pytest.approx(nats / words, rel=1e-4)
    assert not any(p.requires_grad for p in made.encoder.parameters())


def test_the_encoder_learns_and_is_held_to_what_it_knew(kept, judge):
    made = at_rest(model())
    given = batches(kept)
    free = WordsObjective(made, given, judge, tuned=True, device=CPU)
    loss = free.loss(0)
    loss.backward()
    learning = [name for name, p in made.encoder.named_parameters() if p.grad is not None]
    assert learning
    assert all(int(name.split(".")[1]) >= 14 for name in learning)
    held = WordsObjective(made, given, judge, tuned=True, kept=0.5, device=CPU)
    batch = given.batch(0)
    with torch.no_grad():
        more = held.loss(0) - loss
        now = made.classifier(made.encoder.upper(batch.cells)).softmax(-1)
    divergence = (batch.classes.exp() * (batch.classes - now.log())).sum(1).mean()
    assert more.item() == pytest.approx(0.5 * float(divergence), rel=1e-3)
    assert divergence > 0.5


def test_what_counts_as_spoken():
    said = torch.tensor([[4, 5, END, END], [END, END, END, END], [4, 5, 6, 4]])
    assert spoken(said, END).tolist() == [
        [True, True, True, False], [True, False, False, False], [True, True, True, True],
    ]  # fmt: skip


@torch.no_grad()
def test_log_probabilities_of_what_was_said():
    speaker = decoder(len(VOCABULARY))
    seen = speaker.see(features(1))
    said = torch.tensor([[4, 5, END], [END, END, END], [4, 4, 6]])
    found = log_probabilities(speaker, seen, said, VOCABULARY)
    for n, words in enumerate(([4, 5, END], [END], [4, 4, 6])):
        log_p = speaker.look(seen, torch.tensor([[BEGIN, *words[:-1]]])).logits.log_softmax(-1)
        expected = sum(float(log_p[t, word]) for t, word in enumerate(words))
        assert found[n].item() == pytest.approx(expected, rel=1e-4)


def test_a_caption_is_compared_with_the_others_of_its_photo(kept, judge):
    made = at_rest(model())
    objective = CiderObjective(
        made, batches(kept), judge, PHOTOS, VOCABULARY, count=3, share=1.0, device=CPU
    )
    batch = batches(kept).batch(0)
    texts = [["a", "dog", "runs"], ["cat"], [], ["a", "cat"], ["a", "cat"], ["a", "cat"]]
    said = torch.full((6, 4), END)
    for n, words in enumerate(texts):
        said[n, : len(words)] = torch.tensor(VOCABULARY.encode(words), dtype=torch.long)
    found = objective.advantages(batch, said).view(2, 3)
    cider = Cider([[[*c, "<end>"] for c in photo.captions] for photo in PHOTOS])
    first = int(batch.photos[0])
    rewards = [cider.score(first, [*words, "<end>"]) for words in texts[:3]]
    for k in range(3):
        others = [r for n, r in enumerate(rewards) if n != k]
        assert found[0, k].item() == pytest.approx(rewards[k] - sum(others) / 2, abs=1e-5)
    assert len(set(rewards)) > 1
    assert found[1].tolist() == pytest.approx([0, 0, 0], abs=1e-6)


def test_what_is_better_than_the_others_becomes_likelier(kept, judge):
    """A step down the loss raises sum (r - mean of others) log p of the very captions drawn."""
    made = at_rest(model())
    objective = CiderObjective(
        made, batches(kept), judge, PHOTOS, VOCABULARY, count=4, share=1.0, device=CPU
    )
    batch = batches(kept).batch(0)

    def value():
        with torch.no_grad():
            seen = made.decoder.see(made.encoder.upper(batch.cells))
            log_p = log_probabilities(made.decoder, seen, said, VOCABULARY)
        return float((advantages * log_p).sum())

    torch.manual_seed(5)
    loss = objective.loss(0)
    torch.manual_seed(5)
    with torch.no_grad():
        said = objective.say(made.decoder, made.encoder.upper(batch.cells))
    advantages = objective.advantages(batch, said)
    assert advantages.abs().max() > 0
    words = int(spoken(said, END).sum())
    before = value()
    assert loss.item() == pytest.approx(-before / words, rel=1e-3, abs=1e-6)
    loss.backward()
    with torch.no_grad():
        for p in made.decoder.parameters():
            p -= 1e-3 * p.grad
    assert value() > before


def test_the_judge(kept, judge):
    made = model()
    captions = judge.captions(made)
    assert len(captions) == 2
    cider = Cider([photo.captions for photo in PHOTOS])
    assert judge.score(made) == pytest.approx(1 - cider.mean(captions))
    lines = judge.sample(made).splitlines()
    assert [line.split("\t")[0] for line in lines] == ["a", "b"]
    assert judge.captions(made, 1) == captions[:1]
    assert SMALL["hidden_size"] == made.decoder.config.hidden_size
