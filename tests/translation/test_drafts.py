"""What is told while the search goes on, and sentences with another word in them."""

import numpy as np
import pytest
from translation.tiny import attentive, squeezed

from lstm_core.translation import sampler as sampling
from lstm_core.translation.request import TranslationRequest
from lstm_core.translation.sampler import TranslationSampler

SENTENCE = "Tom's house is  red, don't ☃ ask."


@pytest.fixture(params=[attentive, squeezed])
def sampler(request, subwords, monkeypatch):
    monkeypatch.setattr(sampling, "LONGEST", 12)
    return TranslationSampler(request.param(len(subwords)), subwords)


def test_drafts_are_the_best_of_the_beam(sampler):
    drafts = []
    for beam in sampler.search(SENTENCE, TranslationRequest("...", beam=3)):
        if beam.alive:
            draft = sampler.draft(SENTENCE, "en_fr", beam)
            path = beam.best.path()
            assert draft.text == sampler.subwords.decode(node.piece for node in path)
            sure = sampler.subwords.decode(beam.decided())
            assert sure.startswith(draft.text[: draft.decided])
            drafts.append(draft)
            word = draft.words[-1]
            if sampler.attention:
                looks = [path[place].weights[1:-1] for place in word.pieces]
                for of, weight in zip(draft.source_words, draft.word_attention[-1], strict=True):
                    by_hand = np.mean([sum(look[place] for place in of.pieces) for look in looks])
                    assert weight == pytest.approx(by_hand, abs=1e-6)
            else:
                assert draft.word_attention.shape == (len(draft.words), 0)
    translation = sampler.translation(SENTENCE, "en_fr", beam)
    assert [w.text for w in drafts[-1].source_words] == [w.text for w in translation.source_words]
    for before, after in zip(drafts, [*drafts[1:], translation], strict=True):
        assert after.text.startswith(before.text[: before.decided])


@pytest.mark.parametrize(("place", "word", "sentence"), [
    (0, "Mary'", "Mary's house is red, don't ☃ ask."), (2, "dog", "Tom's dog is red, don't ☃ ask."),
    (4, "old and red", "Tom's house is old and red, don't ☃ ask."),
    (5, "", "Tom's house is red don't ☃ ask."), (8, "Ж", "Tom's house is red, don't Ж ask."),
    (10, "!", "Tom's house is red, don't ☃ ask!"), (0, "", "s house is red, don't ☃ ask."),
])  # fmt: skip
def test_another_word_in_a_sentence(sampler, place, word, sentence):
    _, (found,) = sampler.translate(TranslationRequest(SENTENCE, beam=1))
    assert [each.text for each in found.source_words] == [
        "Tom'", "s", "house", "is", "red", ",", "don'", "t", "☃", "ask", ".",
    ]  # fmt: skip
    assert sampler.with_word(found, place, word) == sentence
