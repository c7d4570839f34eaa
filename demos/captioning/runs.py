"""Captions being written for the page: what the server remembers of one, and what it sends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from typing import Any, NamedTuple

import gradio as gr

from demos.captioning.store import PHOTOS, Kept
from demos.refusals import refusal, refused
from demos.widgets.panel import Panel
from demos.widgets.photo_stage import Around, Listed, photo_stage_value
from lstm_core import checkpoint
from lstm_core.captioning.photos import WHOLE, Box
from lstm_core.captioning.request import MAX_SEED, CaptionRequest
from lstm_core.captioning.sampler import Caption, CaptionSampler, CaptionStep, Word
from lstm_core.captioning.words import joined

NETWORK = "captions"
ALL = Box(*WHOLE)

STRETCH_SECONDS = 0.05
"""Between two messages to the browser: faster than words can be read."""

DRAWN = 5
"""Captions that are drawn by chance, with as many seeds in a row."""

GONE = "That photo is no longer kept here. Choose it again."


class Settings(NamedTuple):
    """How the words are found: fields of a `CaptionRequest`."""

    beam: int = 3
    temperature: float = 0.0
    seed: int = 0
    beginning: str = ""


@dataclass
class Run:
    """A photo that is being described, or is.

    Attributes:
        photo: its name in `PHOTOS`.
        settings: how the words are found.
        box: the part that is described.
        forced: words that the visitor has the caption begin with, in place of the settings'.
        words: of the caption, its end among them, once it is finished.
        listed: the captions that the search came to, or that were drawn.
        id: its name in `RUNS`.
    """

    photo: str
    settings: Settings
    box: Box = ALL
    forced: Sequence[str] = ()
    words: list[Word] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    id: str = ""

    @property
    def text(self) -> list[str]:
        """The words of the caption."""
        return [word.text for word in self.words if word.text]

    def request(self) -> CaptionRequest:
        """What the network is asked.

        Raises:
            gr.Error: a sentence, if the photo is gone or something else is wrong with it.
        """
        photo = PHOTOS.find(self.photo)
        if photo is None:
            raise refusal(GONE)
        beam, temperature, seed, beginning = self.settings
        return asked(
            photo=photo, beam=beam, temperature=temperature, seed=seed, box=self.box,
            beginning=joined(self.forced) if self.forced else beginning,
        )  # fmt: skip

    def draft(self, step: CaptionStep) -> dict[str, str]:
        """What the stage is told of a caption in the making."""
        return photo_stage_value(self.id, self.photo, self.box, step.words, step.decided, None)


RUNS: Kept[Run] = Kept(2_000)
"""Captions that visitors may still ask about, by number."""


def follow(run: Run, *, keep: bool = False) -> Iterator[tuple[dict[str, str], Any]]:
    """Have a photo described.

    Args:
        run: grows by the caption. keep: its memory cells for ever.

    Yields:
        values of the stage and of the panel; the first as soon as there is a word, the last when
        the caption is finished.

    Raises:
        gr.Error: a sentence, if that cannot be.
    """
    request = run.request()
    run.id = RUNS.keep_for_ever(run) if keep else RUNS.keep(run)
    due, caption = 0.0, None
    try:
        for step in sampler().stream(request):
            caption = step.caption
            if caption is None and time.monotonic() >= due:
                yield run.draft(step), gr.skip()
                due = time.monotonic() + STRETCH_SECONDS
        assert caption is not None
        run.listed = drawn(request, caption) if request.temperature else searched(caption)
    except ValueError as error:
        raise refusal(escape(str(error), quote=False)) from None
    yield finished(run, request, caption, 0, keep=keep)


def reread(run: Run, place: int) -> tuple[dict[str, str], Any]:
    """Another caption of the list takes the place of the one that is shown; the values of the stage
    and of the panel."""
    request = run.request()
    run.id = RUNS.keep(run)
    return finished(run, request, sampler().read(request, run.listed[place].words), place)


def finished(
    run: Run, request: CaptionRequest, caption: Caption, place: int, *, keep: bool = False
) -> tuple[dict[str, str], Any]:
    """A run has its caption; the values of the stage and of the panel."""
    run.words = [*caption.words, caption.end]
    forced = sampler().forced(request.beginning)
    around = Around(
        caption.probabilities.tolist(), caption.alternatives, len(forced), run.listed, place,
        sampler().classes(request.photo, request.box),
    )  # fmt: skip
    value = photo_stage_value(run.id, run.photo, run.box, run.words, len(run.words), around)
    labels = [*run.text, "end"]
    return value, Panel.show(caption.trace, labels, chips=True, name="caption", keep=keep)


def searched(caption: Caption) -> list[Listed]:
    """The captions that a search came to, the best first."""
    return [
        Listed(each.text, each.words, each.log_probability, each.score, None)
        for each in caption.candidates
    ]


def drawn(request: CaptionRequest, first: Caption) -> list[Listed]:
    """Captions drawn by chance, each with the seed after that of the one before."""
    found = []
    for n in range(DRAWN):
        seed = (request.seed + n) % (MAX_SEED + 1)
        caption = first if n == 0 else sampler().describe(replace(request, seed=seed))
        (only,) = caption.candidates
        found.append(Listed(only.text, only.words, only.log_probability, None, seed))
    return found


def asked(**values: Any) -> CaptionRequest:
    """A checked request; what is wrong with it becomes a message on the page.

    Args:
        values: fields of a `CaptionRequest`.

    Raises:
        gr.Error: a sentence that says what is wrong and what is accepted.
    """
    try:
        return CaptionRequest(**values)
    except ValueError as error:
        raise refusal(escape(str(error), quote=False)) from None


@cache
def shipped() -> bool:
    """Whether there is a network that describes photos."""
    return NETWORK in checkpoint.names()


@cache
def sampler() -> CaptionSampler:
    """The shipped network.

    Raises:
        gr.Error: a sentence, if its file is missing or cannot be used.
    """
    with refused():
        return CaptionSampler.from_checkpoint(NETWORK)
