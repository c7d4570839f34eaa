"""What a visitor has written by hand, so that it can be written once more: the network is
deterministic, and no point of it is kept for a visitor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from demos.recognition import readings
from demos.refusals import refused
from lstm_core import checkpoint
from lstm_core.checks import number
from lstm_core.handwriting.checking import Checker
from lstm_core.handwriting.request import MAX_SEED, Ink, WritingRequest
from lstm_core.handwriting.sampler import WritingSampler
from lstm_core.handwriting.steps import WritingStep
from lstm_core.recognition.sampler import ReadingSampler

NETWORK = "writing"
MOST_VARIANTS = 4


@dataclass(frozen=True)
class OwnHand:
    """A hand that a visitor has shown.

    Args:
        name: what the visitor calls it.
        style: the vector of the hand, as `lstm_core.handwriting.hands.fit` finds it.
        ink: something written in it, to go on from; None to write by the vector alone.
    """

    name: str
    style: Sequence[float]
    ink: Ink | None = None


@dataclass(frozen=True)
class Run:
    """What is written: a text, once or in variants that differ in their seeds.

    Args:
        request: of the first variant; the seeds of the others are those that follow.
        own: the visitor's hand, if it is to be written in that.
        variants: how many of them.
        checked: of several attempts at a word, the one is kept that the project's own reader reads
            best.

    Raises:
        ValueError: a sentence, if there are too few or too many variants, or it is no number.
    """

    request: WritingRequest
    own: OwnHand | None = None
    variants: int = 1
    checked: bool = False

    def __post_init__(self) -> None:
        variants = number("number of variants", self.variants, 1, MOST_VARIANTS, int)
        object.__setattr__(self, "variants", variants)
        if not isinstance(self.checked, bool):
            raise ValueError("Lines are checked or not: true or false.")

    @property
    def requests(self) -> list[WritingRequest]:
        """One for each variant."""
        seeds = [(self.request.seed + n) % (MAX_SEED + 1) for n in range(self.variants)]
        return [replace(self.request, seed=seed) for seed in seeds]


def stream_many(run: Run, *, trace: bool = False) -> Iterator[list[WritingStep | None]]:
    """Write all variants of a run side by side, as `WritingSampler.stream_many`; if the run is
    checked, in words that were chosen."""
    prime = run.own.ink if run.own else None
    style = np.array(run.own.style, dtype=np.float32) if run.own else None
    count = run.variants
    writer = careful() if run.checked else sampler()
    return writer.stream_many(run.requests, [prime] * count, [style] * count, trace=trace)


def stream(run: Run, variant: int = 0, *, trace: bool = False) -> Iterator[WritingStep]:
    """Write one variant of a run: the very points that all of them side by side have, as sums of
    floating-point numbers depend on how many lines are written at once.

    Args:
        run: what is written.
        variant: which, from 0.
        trace: keep what the memory cells did.
    """
    for steps in stream_many(run, trace=trace):
        step = steps[variant]
        if step is not None:
            yield step


@cache
def shipped() -> bool:
    """Whether there is a network that writes."""
    return NETWORK in checkpoint.names()


@cache
def checkable() -> bool:
    """Whether there is a network that can read what was written."""
    return readings.shipped(readings.BOTH_WAYS)


@cache
def careful() -> WritingSampler:
    """The network that writes, with the one that reads looking over its shoulder.

    Raises:
        gr.Error: a sentence, if one of them is missing or cannot be used.
    """
    writer, reader = sampler(), readings.sampler()
    checker = Checker(ReadingSampler(reader.model, reader.characters))
    return WritingSampler(writer.model, writer.alphabet, writer.card, writer.history, checker)


@cache
def sampler() -> WritingSampler:
    """The shipped network that writes.

    Raises:
        gr.Error: a sentence, if its file is missing or cannot be used.
    """
    with refused():
        return WritingSampler.from_checkpoint(NETWORK)
