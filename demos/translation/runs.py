"""Texts being translated for the page: what the server remembers of one, and what it sends."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from typing import Any

from demos.refusals import refusal, refused
from demos.widgets.translating import Progress, sentence_value, translating_value
from lstm_core import checkpoint
from lstm_core.translation.request import TranslationRequest
from lstm_core.translation.results import Draft, Translation
from lstm_core.translation.sampler import TranslationSampler
from lstm_core.translation.sentences import Layout, layout

NETWORK, VECTOR = "en_fr", "en_fr_vector"
"""The network with attention, and the one without."""

STRETCH_SECONDS = 0.05
"""Between two messages to the browser: faster than words can be read."""


@dataclass
class Run:
    """A text that is being translated, or is, as the server remembers it for one visitor.

    Attributes:
        request: how it is translated.
        layout: what stands between its sentences.
        sentences: of the text, as far as they were changed.
        found: their translations as far as there are any, without the trees of the search.
        sent: the same as the browser has them, trees and all.
        forced: by the number of a sentence, pieces that its translation has to begin with.
        at: the sentence that is looked into.
        done: nothing more is written, be it that it was stopped.
    """

    request: TranslationRequest
    layout: Layout
    sentences: list[str]
    found: list[Translation] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    forced: dict[int, list[int]] = field(default_factory=dict)
    at: int = 0
    done: bool = False
    id: str = field(default_factory=lambda: secrets.token_hex(4))

    @staticmethod
    def of(request: TranslationRequest) -> Run:
        """A run that has not begun."""
        laid = layout(request.text)
        return Run(request, laid, list(laid.sentences))

    @property
    def text(self) -> str:
        """The text that is translated, with the sentences that were changed."""
        return self.layout.join(self.sentences)

    @property
    def translated(self) -> str:
        """The translation as far as there is one."""
        return self.layout.join([each.text for each in self.found])

    def keep(self, number: int, translation: Translation) -> None:
        """A sentence is translated, for the first time or anew."""
        forced = len(self.forced.get(number, ()))
        former = self.found[number] if number < len(self.found) else None
        value = sentence_value(translation, sampler().piece, forced, former)
        self.found[number : number + 1] = [replace(translation, nodes=[])]
        self.sent[number : number + 1] = [value]

    def value(
        self, number: int | None = None, draft: Draft | None = None, *, stopped: bool = False
    ) -> dict[str, str]:
        """What the stage is told: of a sentence in the making, or all there is.

        Args:
            number: of the sentence. draft: what there is of it.
            stopped: what is on the page of a sentence in the making stays as it is.
        """
        made = [each.text for each in self.found]
        if number is None or draft is None:
            progress = Progress(dict(enumerate(self.sent)), self.at)
        else:
            # The sentence before may have been in a message that the browser did not get.
            told = {n: self.sent[n] for n in range(max(0, number - 2), min(number, len(made)))}
            progress = Progress(told, number, draft)
        return translating_value(
            self.id, self.request.direction, self.layout.between, made, progress,
            done=draft is None, stopped=stopped,
        )  # fmt: skip


def follow(run: Run, numbers: Sequence[int]) -> Iterator[dict[str, str]]:
    """Translate sentences of a run, one after the other.

    Args:
        run: grows by them, or has them in place of former ones.
        numbers: of the sentences.

    Yields:
        values of the stage: the first after the first step of the search; the last holds all.

    Raises:
        gr.Error: a sentence, if the network has not learned the direction, or what is forced is
            none of its pieces.
    """
    due, direction = 0.0, run.request.direction
    run.done = False
    try:
        for number in numbers:
            sentence = run.sentences[number]
            forced = run.forced.get(number, ())
            for beam in sampler().search(sentence, run.request, forced):
                if not beam.alive:
                    run.keep(number, sampler().translation(sentence, direction, beam))
                    break
                if time.monotonic() >= due:
                    yield run.value(number, sampler().draft(sentence, direction, beam))
                    due = time.monotonic() + STRETCH_SECONDS
    except ValueError as error:
        raise refusal(escape(str(error), quote=False)) from None
    finally:
        run.done = True
    yield run.value()


def asked(**values: Any) -> TranslationRequest:
    """A checked request; what is wrong with it becomes a message on the page.

    Args:
        values: fields of a `TranslationRequest`.

    Raises:
        gr.Error: a sentence that says what is wrong and what is accepted.
    """
    try:
        request = TranslationRequest(**values)
    except ValueError as error:
        raise refusal(escape(str(error), quote=False)) from None
    if request.direction not in sampler().directions:
        raise refusal("The network here has not learned to translate in this direction.")
    return request


@cache
def shipped(name: str = NETWORK) -> bool:
    """Whether there is a network of that name."""
    return name in checkpoint.names()


@cache
def sampler(name: str = NETWORK) -> TranslationSampler:
    """A shipped translator.

    Raises:
        gr.Error: a sentence, if its file is missing or cannot be used.
    """
    with refused():
        return TranslationSampler.from_checkpoint(name)
