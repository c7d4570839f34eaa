"""Texts that a network has read, for the page: samples, what is kept of a reading, the panel."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from demos.refusals import refusal, refused
from demos.text_runs import PRIMES, order, sampler
from demos.widgets.panel import Choice, Panel
from lstm_core.memory.reading import MAX_TEXT, Reading, read
from lstm_core.text.sampler import TextRequest

SAMPLES = Path(__file__).with_name("samples")
WRITTEN, WARMTH = 1_200, 0.7  # length and temperature of a text that the network writes itself

KEPT = 3
"""Readings that the server remembers, of all visitors: each takes up to 125 MB."""


@dataclass(frozen=True)
class Now:
    """What a visitor has on the page. The reading itself is not kept for each visitor: it can be
    made again from this."""

    model: str
    text: str
    run: str  # of the panel
    at: Choice  # what is pointed at
    span: tuple[int, int] | None = None  # first and last character of the stretch that is selected

    @property
    def reading(self) -> Reading:
        """The text as the model reads it."""
        return reading_of(self.model, self.text)


@cache
def samples(model: str) -> dict[str, str]:
    """The shipped texts for a model, by title."""
    names = sorted(SAMPLES.glob(f"{model}-*.txt"))
    texts = [name.read_text(encoding="utf-8") for name in names]
    return {opening(text): text for text in texts}


def opening(text: str) -> str:
    """How a text begins, in a line that tells it from others."""
    words = " ".join(text.split())
    return words if len(words) <= 48 else words[:47].rstrip() + "…"


def first_text(model: str) -> str:
    """What is on the page before anything is asked: a sample, or else what the model writes."""
    return next(iter(samples(model).values()), None) or own_text(model, seed=1)


def own_text(model: str, seed: int | None = None) -> str:
    """A text that the model writes, with its beginning."""
    prime = PRIMES.get(model, "")
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    return prime + sampler(model).write(
        TextRequest(prime=prime, length=WRITTEN, temperature=WARMTH, seed=seed)
    )


def reading_of(model: str, text: str) -> Reading:
    """A text as a model reads it.

    Raises:
        gr.Error: a sentence, if it cannot be read.
    """
    sampler(model)
    if not isinstance(text, str) or not text:
        raise refusal(f"There is nothing to read. Give a text of 1 to {MAX_TEXT:,} characters.")
    return read_by(model, text)


@lru_cache(maxsize=KEPT)
def read_by(model: str, text: str) -> Reading:
    """`reading_of`, remembered."""
    with refused():
        return read(sampler(model), text)


def show(
    model: str, text: str, cell: tuple[int, int] | None = None, *, keep: bool = False
) -> tuple[dict[str, Any], Now]:
    """A text in the panel, and what the page has to remember of it.

    Args:
        cell: layer and number, from 1, of the cell to begin with; None: the liveliest.
        keep: never let it go, as what every visitor sees first.

    Raises:
        gr.Error: a sentence, if the text cannot be read.
    """
    reading = reading_of(model, text)
    value = Panel.show(
        reading.trace, reading.text, order=order(model), step=len(reading) // 2, cell=cell,
        name=f"{model}-cells", keep=keep,
    )  # fmt: skip
    layer, number = value["series"]["layer"], value["series"]["cell"]
    return value, Now(model, text, value["run"], Choice(value["step"], layer, number))


@cache
def first_view(model: str, cell: tuple[int, int] | None = None) -> tuple[dict[str, Any], Now]:
    """What every visitor sees of a model before anything is asked."""
    return show(model, first_text(model), cell, keep=True)
