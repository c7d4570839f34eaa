"""How long the reader takes for a line on this machine, with and without the language model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstm_core.hardware import one_thread
from lstm_core.ink.composition import Hand, written
from lstm_core.ink.strokes import Strokes
from lstm_core.recognition.sampler import ReadingRequest, ReadingSampler
from lstm_core.timing import best_rates

TEXT = "12+34=46 (7-5)*8=16 90%<@ [#3]"
"""Thirty characters that the project has drawings of (`ink.glyphs`): no data is needed."""

HAND = Hand(capital=400.0, slant=0.2, step=25.0)
"""In units of the whiteboard: a medium hand, about 20 points a character."""


def measure(sampler: ReadingSampler) -> dict[str, float]:
    """Milliseconds from the ink of a line to its text, on one thread: the fastest of several.

    Args:
        sampler: with a language model or without; without one, only the plain reading is timed.
    """
    request = ReadingRequest(line())
    plain = ReadingSampler(sampler.model, sampler.characters)
    runs: dict[str, tuple[Callable[[], object], int]] = {"plain": (lambda: plain.read(request), 1)}
    if sampler.language is not None:
        runs["language"] = (lambda: sampler.read(request), 1)
    with one_thread():
        rates = best_rates(runs)
    found = {f"{name}_ms_a_line": 1000 / rate for name, rate in rates.items()}
    if "language" in rates:
        found["language_to_plain"] = rates["plain"] / rates["language"]
    return found


def line() -> Strokes:
    """`TEXT` as ink."""
    random, right, strokes = np.random.default_rng(1), 0.0, []
    for word in TEXT.split():
        ink = written(word, HAND, 0.0, random)
        ink[:, 0] += right - ink[:, 0].min()
        right = ink[:, 0].max() + HAND.capital / 2
        ends = np.flatnonzero(ink[:-1, 2]) + 1
        strokes += [stroke[:, :2].tolist() for stroke in np.split(ink, ends)]
    return Strokes(strokes)
