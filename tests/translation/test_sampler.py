"""Translating as a stream, and what can be found out about it."""

from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from translation.tiny import attentive, squeezed

from lstm_core import checkpoint
from lstm_core.checkpoint import Card, CheckpointError
from lstm_core.translation.request import TranslationRequest
from lstm_core.translation.sampler import ALTERNATIVES, LONGEST, TranslationSampler, common

TEXT = "The dog is old. Tom's house?\n\n  ☃ Ж!"


@pytest.fixture(scope="module", params=[attentive, squeezed])
def sampler(request, subwords):
    return TranslationSampler(request.param(len(subwords)), subwords)


def test_streaming_ends_where_translating_at_once_does(sampler):
    request = TranslationRequest(TEXT, beam=3)
    steps = list(sampler.stream(request))
    text, found = sampler.translate(request)
    assert steps[-1].text == text
    assert [t.source for t in found] == ["The dog is old.", "Tom's house?", "☃ Ж!"]
    assert text == "{} {}\n\n  {}".format(*(t.text for t in found))
    assert [step.sentence for step in steps] == sorted(step.sentence for step in steps)
    for before, after in pairwise(steps):
        assert before.decided <= after.decided
        assert after.text.startswith(before.text[: before.decided])
    assert steps[-1].decided == len(text)
    for translation in found:
        assert translation.text == sampler.best(translation.source, request)


def test_what_is_told_is_what_the_network_thinks(sampler, subwords):
    """Probabilities, attention and memory cells, beside the network read at once."""
    request = TranslationRequest("The dog is old.", "fr_en", beam=4)
    _, (found,) = sampler.translate(request)
    begin, model = subwords.languages["en"], sampler.model
    source = torch.tensor([sampler.encoder.source(found.source, "fr_en")])
    with torch.inference_mode():
        look = model.look(source, torch.tensor([[begin, *found.pieces]]))
    p = look.logits.double().log_softmax(-1)
    said = [*found.pieces, subwords.end]
    total = sum(float(p[t, piece]) for t, piece in enumerate(said))
    assert found.log_probability == pytest.approx(total, abs=1e-4)
    assert len(found.alternatives) == len(said)
    for t, row in enumerate(found.alternatives):
        assert len(row) == ALTERNATIVES
        assert [a.probability for a in row] == sorted((a.probability for a in row), reverse=True)
        for a in row:
            assert a.probability == pytest.approx(float(p[t, a.piece].exp()), abs=1e-9)
            assert a.text == ("" if a.piece == subwords.end else subwords.pieces[a.piece])
    inside = sampler.inside(found)
    torch.testing.assert_close(inside.decoder.layers[-1].c, look.decoder.layers[-1].c)
    assert len(inside.encoder) == len(inside.read) == source.shape[1]
    assert len(inside.decoder) == len(inside.written) == len(said)
    assert len(inside.encoder.layers) == len(inside.encoder_layers)
    assert len(inside.decoder.layers) == len(inside.decoder_layers)
    assert subwords.decode(found.source_pieces) == found.source


def test_what_was_copied(subwords):
    model = attentive(len(subwords))
    with torch.no_grad():
        model.gate.weight.zero_()
    for bias, copied in ((40.0, 1), (-40.0, 0)):
        with torch.no_grad():
            model.gate.bias.fill_(bias)
        _, (found,) = TranslationSampler(model, subwords).translate(TranslationRequest("Tom."))
        assert len(found.copied) == len(found.pieces) + 1
        np.testing.assert_allclose(found.copied[:-1], copied, atol=1e-3)


def test_candidates_and_tree(sampler):
    _, (found,) = sampler.translate(TranslationRequest("Tom is old.", beam=5))
    assert len(found.candidates) == 5
    scores = [candidate.score for candidate in found.candidates]
    assert scores == sorted(scores, reverse=True)
    ends = {tuple(node.pieces()[:-1]) for node in found.nodes if node.score is not None}
    assert ends == {tuple(candidate.pieces) for candidate in found.candidates}
    assert found.candidates[0].text == found.text


def test_the_way_back_counts(subwords):
    """Each candidate is judged by what the network that translates back makes of it."""
    sampler = TranslationSampler(attentive(len(subwords)), subwords)
    sentence, weight, alpha = "Tom is old.", 0.6, 0.7
    request = TranslationRequest(
        sentence, beam=5, length_penalty=alpha, coverage_penalty=0, back_weight=weight
    )
    found = sampler.candidates(sentence, request)
    target = sampler.encoder.target(sentence, "fr_en")
    for each in found:
        source = torch.tensor([sampler.encoder.source(each.text, "fr_en")])
        with torch.inference_mode():
            p = sampler.model.look(source, torch.tensor([target[:-1]])).logits.log_softmax(-1)
        back = sum(float(p[t, piece]) for t, piece in enumerate(target[1:]))
        assert each.back == pytest.approx(back, abs=1e-4)
        there = each.log_probability / ((6 + len(each.pieces)) / 6) ** alpha
        assert each.one_way == pytest.approx(there)
        counted = weight * each.back / ((5 + len(target) - 1) / 6) ** alpha
        assert each.score == pytest.approx(there + counted)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    one_way = sampler.candidates(sentence, replace(request, back_weight=0))
    assert one_way == sorted(
        (each._replace(score=each.one_way, back=None) for each in found), key=lambda c: -c.score
    )


def test_the_way_back_may_decide(subwords, monkeypatch):
    sampler = TranslationSampler(attentive(len(subwords)), subwords)
    request = TranslationRequest("The house is red.", beam=4)
    last = sampler.candidates(request.text, replace(request, back_weight=0))[-1].text

    def back(sources, target, direction):
        assert (target, direction) == (request.text, "fr_en")
        return [0.0 if source == last else -1e6 for source in sources]

    monkeypatch.setattr(sampler, "log_probabilities", back)
    assert sampler.best(request.text, request) == last


def test_where_there_is_no_way_back(subwords):
    model, request = attentive(len(subwords)), TranslationRequest("Tom is old.")
    long = TranslationRequest("\N{GRINNING FACE}" * LONGEST)
    both = TranslationSampler(model, subwords)
    for sampler, asked in [
        (TranslationSampler(model, subwords, directions=["en_fr"]), request),
        (TranslationSampler(squeezed(len(subwords)), subwords), request),
        (both, replace(request, beam=1)),
        (both, long),
    ]:
        for each in sampler.candidates(asked.text, asked):
            assert each.back is None
            assert each.score == each.one_way


def test_attention_between_words(subwords):
    sampler = TranslationSampler(attentive(len(subwords)), subwords)
    _, (found,) = sampler.translate(TranslationRequest("Tom's house is red."))
    assert [word.text for word in found.source_words] == ["Tom'", "s", "house", "is", "red", "."]
    assert found.attention.shape == (len(found.pieces) + 1, len(found.source_pieces))
    assert (found.attention.sum(1) < 1).all()  # the rest is for the language and the end
    assert found.word_attention.shape == (len(found.words), 6)
    rows = [
        found.attention[word.pieces.start : word.pieces.stop].sum(1).mean() for word in found.words
    ]
    np.testing.assert_allclose(found.word_attention.sum(1), rows, atol=1e-6)
    house = found.source_words[2].pieces
    first = found.words[0].pieces
    by_hand = np.mean([sum(found.attention[t, j] for j in house) for t in first])
    assert found.word_attention[0, 2] == pytest.approx(by_hand)


def test_without_attention_there_is_none(subwords):
    sampler = TranslationSampler(squeezed(len(subwords)), subwords)
    _, (found,) = sampler.translate(TranslationRequest("Tom is old."))
    assert found.attention.shape == (len(found.pieces) + 1, 0)
    assert found.word_attention.shape == (len(found.words), 0)
    assert [word.text for word in found.source_words] == ["Tom", "is", "old", "."]


def test_forcing_an_alternative(sampler):
    request = TranslationRequest("Tom is old. The dog.", beam=2)
    _, (first, second) = sampler.translate(request)
    other = next(a.piece for a in second.alternatives[1] if a.text and a.piece != second.pieces[1])
    forced = [second.pieces[0], other]
    _, (same, changed) = sampler.translate(request, {1: forced})
    assert same.pieces == first.pieces
    assert changed.pieces[:2] == forced
    _, (all_of_it,) = sampler.translate(TranslationRequest("Tom."), {0: first.pieces[:3]})
    assert all_of_it.pieces[:3] == first.pieces[:3]


@pytest.mark.parametrize("forced", [[1], [0], [-1], [10**9], [True], ["a"], [300] * 500])
def test_what_cannot_be_forced_is_said(sampler, forced):
    with pytest.raises(ValueError, match="numbers of pieces"):
        sampler.translate(TranslationRequest("Tom."), {0: forced})


def test_a_direction_that_was_not_learned_is_refused(subwords):
    sampler = TranslationSampler(squeezed(len(subwords)), subwords, directions=["en_fr"])
    with pytest.raises(ValueError, match="translates en_fr, not fr_en"):
        sampler.translate(TranslationRequest("Tom.", "fr_en"))
    with pytest.raises(ValueError, match="not fr_en"):
        sampler.vectors(["Tom."], "fr_en")


def test_vectors(sampler):
    vectors = sampler.vectors(["Tom is old.", "The dog", "Tom is old."])
    assert vectors.shape == (3, 10 if sampler.attention else 28)
    np.testing.assert_array_equal(vectors[0], vectors[2])
    assert not np.allclose(vectors[0], vectors[1])


def test_nothing_that_is_no_text_is_written(sampler, subwords):
    for text in ("Tom is old.", "xyz 😀", "1 2 3"):
        _, (found,) = sampler.translate(TranslationRequest(text, beam=10))
        for candidate in found.candidates:
            assert not {subwords.pad, subwords.end, *subwords.languages.values()} & {
                *candidate.pieces
            }


def save(path, model, subwords, **more):
    config = {**asdict(model.config), **more.pop("config", {})}
    card = Card(
        name="x", task="translation", title="x", description="x", config=config, data={},
        vocabulary=more.pop("vocabulary", subwords.pieces), training=more,
    )  # fmt: skip
    checkpoint.save(path, card, model.state_dict())
    return path


@pytest.mark.parametrize("made", [attentive, squeezed])
def test_from_a_checkpoint(made, subwords, tmp_path):
    model = made(len(subwords))
    path = save(tmp_path / "a.safetensors", model, subwords, directions=["en_fr"])
    loaded = TranslationSampler.from_checkpoint(path)
    assert loaded.directions == ("en_fr",)
    assert loaded.card.name == "x"
    for weight in model.parameters():
        weight.data = weight.data.half().float()
    request = TranslationRequest("Tom is old.")
    kept = TranslationSampler(model, subwords, directions=["en_fr"]).translate(request)[0]
    assert loaded.translate(request)[0] == kept


@pytest.mark.parametrize(
    "more",
    [
        {"vocabulary": ["a", "b"]},
        {"config": {"attention": False}},
        {"config": {"vocabulary_size": 12}},
        {"directions": ["en_de"]},
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused(more, subwords, tmp_path):
    path = save(tmp_path / "a.safetensors", attentive(len(subwords)), subwords, **more)
    with pytest.raises(CheckpointError, match="does not fit"):
        TranslationSampler.from_checkpoint(path)


def test_what_two_texts_begin_with():
    assert [common("abc", "abd"), common("ab", "abc"), common("", "a")] == [2, 2, 0]
