"""How much the language model should have to say: tried, not known."""

from __future__ import annotations

from lstm_core.ink.geometry import normalise
from lstm_core.ink.iam import Line
from lstm_core.recognition.dataset import line_features
from lstm_core.recognition.decoding import beam_search
from lstm_core.recognition.language import LanguageModel
from lstm_core.recognition.metrics import cer
from lstm_core.recognition.sampler import ReadingSampler, outputs

WEIGHTS = (0.5, 0.7, 0.9, 1.1)
BONUSES = (0.7, 1.4, 2.1)


def tune(sampler: ReadingSampler, lines: list[Line]) -> dict[str, float]:
    """The character error for every weight of the language model and every bonus.

    Args:
        sampler: with a language model, whose weight and bonus are left as they were.
        lines: to be read.

    Returns:
        "cer_weight_0.5_bonus_0.7" and so on.
    """
    language = sampler.language
    assert isinstance(language, LanguageModel)
    kept = language.weight, language.bonus
    features = [line_features(normalise(line.points)) for line in lines]
    device = next(sampler.model.parameters()).device
    seen = outputs(sampler.model, features, device)
    texts, found = [line.text for line in lines], {}
    try:
        for language.weight in WEIGHTS:
            for language.bonus in BONUSES:
                read = [beam_search(each, language)[0].labels for each in seen]
                name = f"cer_weight_{language.weight:g}_bonus_{language.bonus:g}"
                found[name] = cer(texts, [sampler.characters.decode(each) for each in read])
    finally:
        language.weight, language.bonus = kept
    return found
