"""How fast photos are described on this machine, beside a control measured in the same run."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image

from lstm_core.captioning.photos import WHOLE, Photo, part, pixels
from lstm_core.captioning.request import CaptionRequest
from lstm_core.captioning.sampler import CaptionSampler
from lstm_core.hardware import one_thread
from lstm_core.timing import best_rates

SIZE = 4_000, 3_000
"""Of the photo: 12 megapixels."""


def measure(sampler: CaptionSampler) -> dict[str, float]:
    """Photos and captions a second, on one thread, and the waiting times for a photo of 12
    megapixels.

    The control (`naive`) says what the search with a beam of 1 says, but reads all the words so far
    anew for every word, as a loop does that keeps no state.
    """
    content = jpeg(*SIZE)
    photo = Photo(content)
    seen = sampler.see(sampler.features(photo, WHOLE))
    length = len(sampler.best(seen, 1)) + 1

    def encode() -> None:
        sampler.model.encoder(picture)

    def anew() -> None:
        naive(sampler, photo, length)

    def search(beam: int) -> Callable[[], None]:
        def call() -> None:
            sampler.best(seen, beam)

        return call

    with one_thread(), torch.inference_mode():
        picture = pixels([part(photo.image)])
        rates = best_rates(
            {
                "naive": (anew, 1),
                "encoder": (encode, 1),
                "beam_1": (search(1), 1),
                "beam_3": (search(3), 1),
            }
        )
    begun = time.perf_counter()
    steps = sampler.stream(CaptionRequest(content))  # type: ignore[arg-type]
    next(steps)
    first = time.perf_counter() - begun
    for _ in steps:
        pass
    whole = time.perf_counter() - begun
    return {
        "naive_captions_per_second": rates["naive"],
        "encoder_photos_per_second": rates["encoder"],
        "beam_1_captions_per_second": rates["beam_1"],
        "beam_3_captions_per_second": rates["beam_3"],
        "beam_1_to_naive": rates["beam_1"] / rates["naive"],
        "first_word_milliseconds": 1_000 * first,
        "whole_caption_milliseconds": 1_000 * whole,
    }


def jpeg(width: int, height: int) -> bytes:
    """A photo of nothing in particular, as a file: coarse noise made smooth."""
    random = np.random.default_rng(1)
    coarse = Image.fromarray(random.integers(0, 256, (30, 40, 3), dtype=np.uint8))
    file = io.BytesIO()
    coarse.resize((width, height), Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
    return file.getvalue()


@torch.inference_mode()
def naive(sampler: CaptionSampler, photo: Photo, length: int) -> list[int]:
    """Say `length` words, each from the very beginning; their numbers."""
    seen = sampler.see(sampler.features(photo, WHOLE))
    said = [sampler.vocabulary.begin]
    for _ in range(length):
        logits = sampler.model.decoder.look(seen, torch.tensor([said])).logits[-1]
        logits[sampler.vocabulary.banned] = -torch.inf
        said.append(int(logits.argmax()))
    return said[1:]
