"""How fast a translator works on this machine, beside a control measured in the same run."""

from __future__ import annotations

import time

import torch

from lstm_core.hardware import one_thread
from lstm_core.timing import best_rates
from lstm_core.translation.dataset import DIRECTIONS
from lstm_core.translation.request import TranslationRequest
from lstm_core.translation.sampler import TranslationSampler

SENTENCE = "My brother and I are going to see the old house tomorrow."


def measure(sampler: TranslationSampler) -> dict[str, float]:
    """Sentences a second with one thread and twelve words in each, and the waiting times.

    The control (`naive`) writes what the search with a beam of 1 writes, but reads the sentence and
    all that is already written anew for every piece, as a loop does that keeps no state.
    """
    naively = sampler.best(SENTENCE, TranslationRequest(SENTENCE, beam=1))
    length = len(sampler.subwords.encode(naively)) + 1

    def anew() -> None:
        naive(sampler, length)

    with one_thread():
        rates = best_rates(
            {
                "naive": (anew, 1),
                "beam_1": (lambda: translate(sampler, 1), 1),
                "beam_5": (lambda: translate(sampler, 5), 1),
            }
        )
    begun = time.perf_counter()
    steps = sampler.stream(TranslationRequest(SENTENCE))
    next(steps)
    first = time.perf_counter() - begun
    for _ in steps:
        pass
    whole = time.perf_counter() - begun
    return {
        **{f"{name}_sentences_per_second": rate for name, rate in rates.items()},
        "beam_1_to_naive": rates["beam_1"] / rates["naive"],
        "first_piece_milliseconds": 1_000 * first,
        "whole_sentence_milliseconds": 1_000 * whole,
    }


def translate(sampler: TranslationSampler, beam: int) -> None:
    """Translate the sentence, with everything the sampler does for it."""
    sampler.translate(TranslationRequest(SENTENCE, beam=beam))


@torch.inference_mode()
def naive(sampler: TranslationSampler, length: int) -> list[int]:
    """Write `length` pieces, each from the very beginning; their numbers."""
    source = torch.tensor([sampler.encoder.source(SENTENCE, "en_fr")])
    written = [sampler.subwords.languages[DIRECTIONS["en_fr"][1]]]
    plain = sampler.foreign.watch(SENTENCE)([])  # all that is no byte of a foreign character
    for _ in range(length):
        read = sampler.model.encode(source, torch.tensor([source.shape[1]]))
        logits = sampler.model(read, torch.tensor([written]))
        logits[0, -1, sampler.banned] = -torch.inf
        logits[0, -1, ~torch.from_numpy(plain)] = -torch.inf
        written.append(int(logits[0, -1].argmax()))
    return written[1:]
