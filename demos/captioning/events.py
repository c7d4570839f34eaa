"""What happens on the Captions tab: an event each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html import escape
from typing import Any

import gradio as gr

from demos.captioning.runs import GONE, RUNS, Run, Settings, follow, reread
from demos.captioning.samples import samples
from demos.captioning.store import PHOTOS
from demos.refusals import refusal
from demos.widgets.photo_stage import photo_stage_stopped
from lstm_core.captioning.photos import WHOLE, Box

LONGEST_WORD = 60
"""Characters of a word that a caption is made to go on with."""


def on_describe(
    now: str, beam: int, temperature: float, seed: int, beginning: str
) -> Iterator[tuple]:
    """Describe the photo on the page, or the part of it, anew."""
    run = run_of(now)
    settings = Settings(beam, temperature, seed, beginning)
    yield from written(replace(run, settings=settings, forced=(), words=[], listed=[]))


def on_wish(
    event: gr.EventData, beam: int, temperature: float, seed: int, beginning: str
) -> Iterator[tuple]:
    """Describe another photo, a part of this one, or go on otherwise; or show another caption of
    the list."""
    message = event._data if isinstance(event._data, dict) else {}
    settings = Settings(beam, temperature, seed, beginning)
    wish = message.get("do")
    if wish == "photo":
        photo = message.get("photo")
        if not isinstance(photo, str) or PHOTOS.find(photo) is None:
            raise refusal(GONE)
        yield from written(Run(photo, settings))
        return
    before = run_of(message.get("run"))
    again = replace(before, words=[], listed=[])
    if wish == "box":
        yield from written(replace(again, settings=settings, forced=(), box=box_of(message)))
    elif wish == "force":
        place = whole(message, "place", len(before.words) - 1)
        forced = [*before.text[:place], word_of(message)]
        yield from written(replace(again, forced=forced))
    elif wish == "free":
        yield from written(replace(again, forced=()))
    elif wish == "list":
        place = whole(message, "place", len(before.listed) - 1)
        run = replace(before)
        value, panel = reread(run, place)
        yield value, run.id, panel
    else:
        raise refusal(
            "What can be described is another photo, a part of it, or the same with another word."
        )


def written(run: Run) -> Iterator[tuple]:
    """A run as it is written: values of the stage, of the page's memory and of the panel."""
    for value, panel in follow(run):
        yield value, run.id, panel


def on_stop(now: str) -> dict[str, str]:
    """End the caption where it stands."""
    return photo_stage_stopped(now) if isinstance(now, str) and now else gr.skip()


def run_of(name: object) -> Run:
    """A caption that is kept.

    Raises:
        gr.Error: a sentence, if there is none of that name.
    """
    run = RUNS.find(name)
    if run is None:
        raise refusal("There is no photo to describe yet: choose one." if name == "" else GONE)
    return run


def box_of(message: dict[str, Any]) -> Box:
    """The part of a photo that a browser sent; nothing is all of it.

    Raises:
        gr.Error: a sentence, if it is none.
    """
    try:
        return Box.of(message.get("box") or WHOLE)
    except ValueError as error:
        raise refusal(escape(str(error), quote=False)) from None


def word_of(message: dict[str, Any]) -> str:
    """The word that a browser sent.

    Raises:
        gr.Error: a sentence, if it is none.
    """
    word = message.get("word")
    if not isinstance(word, str) or not 1 <= len(word) <= LONGEST_WORD:
        raise refusal(f"A caption goes on with a word of up to {LONGEST_WORD} characters.")
    return word


def whole(message: dict[str, Any], name: str, high: int) -> int:
    """A whole number that a browser sent, 0 or more.

    Raises:
        gr.Error: a sentence, if it is none.
    """
    value = message.get(name)
    if type(value) is not int or not 0 <= value <= high:
        raise refusal(f"The {name} is a whole number from 0 to {max(high, 0):,}.")
    return value


@cache
def first_look() -> tuple[dict[str, str], str, Any]:
    """What is there before anything is asked: the first sample, described."""
    run = Run(samples()[0].name, Settings())
    *_, (value, panel) = follow(run, keep=True)
    return value, run.id, panel


def on_open() -> tuple[dict[str, str], str, Any]:
    """The tab is looked at: the first photo is there, and described."""
    return first_look()
