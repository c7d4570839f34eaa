"""Describing photos as a stream, and what is told of a caption."""

from dataclasses import asdict
from itertools import islice, pairwise

import numpy as np
import pytest
import torch
from captioning.tiny import VOCABULARY, jpeg, model, picture

from lstm_core import checkpoint
from lstm_core.captioning.dataset import LONGEST
from lstm_core.captioning.encoder import class_names
from lstm_core.captioning.photos import WHOLE, Box, Photo, part, pixels
from lstm_core.captioning.request import CaptionRequest
from lstm_core.captioning.sampler import ALTERNATIVES, CaptionSampler
from lstm_core.checkpoint import Card, CheckpointError

PHOTO = Photo(jpeg(picture((200, 30, 30), 1, (300, 200))))


@pytest.fixture(scope="module")
def sampler():
    return CaptionSampler(model(), VOCABULARY)


def test_the_stream_ends_where_describing_at_once_does(sampler):
    request = CaptionRequest(PHOTO, beam=3)
    steps = list(sampler.stream(request))
    caption = sampler.describe(request)
    assert steps[-1].text == caption.text == steps[-1].caption.text
    assert [word.text for word in steps[-1].words] == [word.text for word in caption.words]
    assert all(step.caption is None for step in steps[:-1])
    for before, after in pairwise(steps):
        told = [word.text for word in before.words][: before.decided]
        assert [word.text for word in after.words][: before.decided] == told
    assert steps[-1].decided == len(caption.words)


def test_what_is_told_is_what_the_network_thinks(sampler):
    """Probabilities, attention, sentinel and cells, beside the network read at once."""
    caption = sampler.describe(CaptionRequest(PHOTO, beam=4))
    ids = [VOCABULARY.index[word.text] for word in caption.words]
    decoder = sampler.model.decoder
    with torch.inference_mode():
        features = sampler.model.encoder(pixels([part(PHOTO.image)]))
        look = decoder.look(decoder.see(features), torch.tensor([[VOCABULARY.begin, *ids]]))
    log_p = look.logits.double().log_softmax(-1).numpy()
    said = [*ids, VOCABULARY.end]
    each = log_p[np.arange(len(said)), said]
    assert caption.log_probability == pytest.approx(each.sum(), abs=1e-4)
    np.testing.assert_allclose(caption.probabilities, np.exp(each), rtol=1e-5)
    for t, word in enumerate([*caption.words, caption.end]):
        weights = look.weights[t].numpy()
        assert word.sentinel == pytest.approx(weights[-1], abs=1e-5)
        assert word.attention.shape == (7, 7)
        assert word.attention.sum() == pytest.approx(1)
        shares = word.attention.ravel() * (1 - word.sentinel)
        np.testing.assert_allclose(shares, weights[:-1], atol=1e-5)
    assert len(caption.trace) == len(caption.alternatives) == len(said)
    torch.testing.assert_close(caption.trace.layers[0].c, look.trace.layers[0].c)
    for t, row in enumerate(caption.alternatives):
        assert len(row) == ALTERNATIVES
        told = [a.probability for a in row]
        assert told == sorted(told, reverse=True)
        for a in row[:3]:
            number = VOCABULARY.index[a.text] if a.text else VOCABULARY.end
            assert a.probability == pytest.approx(np.exp(log_p[t, number]))


def test_n_best(sampler):
    caption = sampler.describe(CaptionRequest(PHOTO, beam=5))
    assert len(caption.candidates) == 5
    scores = [each.score for each in caption.candidates]
    assert scores == sorted(scores, reverse=True)
    assert len({each.text for each in caption.candidates}) == 5
    assert caption.candidates[0].text == caption.text


def test_words_by_chance_depend_on_the_seed(sampler):
    texts = [
        sampler.describe(CaptionRequest(PHOTO, temperature=1.5, seed=seed)).text
        for seed in (1, 1, 2, 3, 4)
    ]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1
    state = torch.get_rng_state()
    caption = sampler.describe(CaptionRequest(PHOTO, temperature=1.0))
    assert torch.equal(state, torch.get_rng_state())
    assert len(caption.words) <= LONGEST
    (only,) = caption.candidates
    assert only.log_probability == pytest.approx(np.log(caption.probabilities).sum(), abs=1e-5)
    likely = sampler.describe(CaptionRequest(PHOTO, temperature=0.01)).text
    assert likely == sampler.describe(CaptionRequest(PHOTO, temperature=0.01, seed=9)).text


def test_a_caption_goes_on_from_its_beginning(sampler):
    for more in ({}, {"temperature": 1.0}):
        caption = sampler.describe(CaptionRequest(PHOTO, beginning="Cat's DOG ", **more))
        assert [word.text for word in caption.words[:3]] == ["cat", "'s", "dog"]
        assert caption.text.startswith("cat's dog")
        assert len(caption.probabilities) == len(caption.words) + 1
    with pytest.raises(ValueError, match="does not know the word 'zebra'"):
        sampler.describe(CaptionRequest(PHOTO, beginning="a zebra"))
    with pytest.raises(ValueError, match="does not know the word 'unknown'") as refused:
        sampler.describe(CaptionRequest(PHOTO, beginning="a <unknown>"))
    assert str(refused.value).endswith(".")


def test_a_part_is_seen_by_itself(sampler):
    """As if the photo had been cut: nothing of the rest gets through."""
    left = picture((200, 30, 30), 2, (200, 200))
    photos = []
    for seed, colour in ((3, (30, 180, 60)), (4, (40, 60, 220))):
        whole = picture(colour, seed, (400, 200))
        whole.paste(left, (0, 0))
        photos.append(Photo(whole))
    box = (0, 0, 0.4, 1)
    captions = [sampler.describe(CaptionRequest(photo, box=box)) for photo in photos]
    assert captions[0].log_probability == captions[1].log_probability
    assert captions[0].region == Box(*box)
    cut = sampler.describe(CaptionRequest(Photo(photos[0].image.crop((0, 0, 160, 200)))))
    assert cut.log_probability == pytest.approx(captions[0].log_probability, abs=1e-4)
    assert cut.region == WHOLE
    wholes = [sampler.describe(CaptionRequest(photo)).log_probability for photo in photos]
    assert abs(wholes[0] - wholes[1]) > 1e-3


def test_kinds_of_things(sampler):
    found = sampler.classes(PHOTO)
    with torch.inference_mode():
        features = sampler.model.encoder(pixels([part(PHOTO.image)]))
        p = sampler.model.classifier(features).softmax(-1)[0]
    assert [a.probability for a in found] == pytest.approx(p.sort(descending=True).values[:5])
    assert found[0].text == class_names()[int(p.argmax())]
    assert sampler.classes(PHOTO, (0, 0, 0.3, 0.3)) != found


def test_a_stream_can_be_left(sampler):
    """And what was asked for leaves nothing behind."""
    request = CaptionRequest(PHOTO, beam=2)
    whole = sampler.describe(request).text
    assert len(list(islice(sampler.stream(request), 2))) == 2
    assert sampler.describe(request).text == whole
    assert not any(p.requires_grad for p in sampler.model.parameters())


def save(path, made, **more):
    config = {**asdict(made.config), **more.pop("config", {})}
    card = Card(
        name="x", task=more.pop("task", "captioning"), title="x", description="x", config=config,
        data={}, training={}, vocabulary=more.pop("vocabulary", VOCABULARY.words),
    )  # fmt: skip
    checkpoint.save(path, card, made.state_dict())
    return path


def test_from_a_checkpoint(tmp_path):
    made = model()
    loaded = CaptionSampler.from_checkpoint(save(tmp_path / "a.safetensors", made))
    assert loaded.card.name == "x"
    assert loaded.model.classifier.weight.dtype == torch.int8
    for weight in [*made.parameters(), *made.buffers()]:
        if weight.is_floating_point():
            weight.data = weight.data.half().float()
    kept, request = CaptionSampler(made, VOCABULARY), CaptionRequest(PHOTO)
    assert loaded.describe(request).log_probability == kept.describe(request).log_probability
    assert loaded.classes(PHOTO) == kept.classes(PHOTO)


@pytest.mark.parametrize(
    "more", [{"vocabulary": ["a", "b"]}, {"config": {"vocabulary_size": 12}}, {"config": {"x": 1}}]
)
def test_a_checkpoint_that_does_not_fit_is_refused(more, tmp_path):
    path = save(tmp_path / "a.safetensors", model(), **more)
    with pytest.raises(CheckpointError, match="does not fit"):
        CaptionSampler.from_checkpoint(path)
