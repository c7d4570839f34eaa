"""What the Translation tab offers to programs: the same as the page."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from demos.translation.runs import asked, sampler
from lstm_core.translation.results import Translation


def offer() -> None:
    """Add the function to the page's interface."""
    gr.api(translate, api_name="translate", concurrency_id="cpu")


def translate(
    text: str,
    direction: str = "en_fr",
    beam: int = 5,
    length_penalty: float = 1.0,
    coverage_penalty: float = 0.0,
    back_weight: float = 0.3,
    keep_numbers: bool = True,
) -> dict[str, Any]:
    """Translate a text between English and French, sentence by sentence.

    Args:
        text: 1 to 2000 characters, in any number of sentences and paragraphs
        direction: en_fr from English to French, fr_en from French to English
        beam: hypotheses that the search follows, 1 to 10
        length_penalty: how far longer translations are favoured, 0 to 2
        coverage_penalty: how much it counts that a part was never looked at, 0 to 1
        back_weight: how far it counts how likely the sentence is, given the translation, 0 to 1
        keep_numbers: whether only numbers of the sentence may be written in digits

    Returns:
        the translation; and for each sentence its source, its translation, the n-best list with
        the logarithm of the probability of each in nats, that of the sentence, given it, and the
        score that they are ranked by, the words of both, and the attention: for each word of the
        translation a row, how much it looked at each source word
    """
    request = asked(
        text=text, direction=direction, beam=beam, length_penalty=length_penalty,
        coverage_penalty=coverage_penalty, back_weight=back_weight, keep_numbers=keep_numbers,
    )  # fmt: skip
    translation, found = sampler().translate(request)
    return {
        "translation": translation,
        "direction": request.direction,
        "sentences": [told(each) for each in found],
    }


def told(sentence: Translation) -> dict[str, Any]:
    """A sentence as JSON has it."""
    return {
        "source": sentence.source,
        "translation": sentence.text,
        "n_best": [
            {
                "translation": each.text,
                "log_probability": round(each.log_probability, 4),
                "back_log_probability": None if each.back is None else round(each.back, 4),
                "score": round(each.score, 4),
            }
            for each in sentence.candidates
        ],
        "source_words": [word.text for word in sentence.source_words],
        "words": [word.text for word in sentence.words],
        "attention": np.round(sentence.word_attention, 4).tolist(),
    }
