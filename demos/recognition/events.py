"""What happens on the Reading handwriting tab: an event each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import gradio as gr

from demos.recognition.readings import (
    WAYS,
    Now,
    labels,
    line_of,
    most_active,
    one_way,
    read,
    read_by,
    samples,
    trace_of,
)
from demos.recognition.replays import replay_of
from demos.refusals import refusal, refused
from demos.widgets.panel import Panel
from demos.widgets.reading import reading_choose, reading_value

FIRST_WAY = "→"
"""The direction whose memory cells are shown at first."""


def on_ink(strokes: str | None, way: str) -> Iterator[list[Any]]:
    """Read what is on the pad: the text at once, then what it was read by."""
    checked_way(way)
    try:
        whole = read(strokes)
    except ValueError as error:
        yield [reading_value([], note=str(error)), None, None, None]
        return
    line = whole.latest
    now = Now(strokes or "", line, most_active(whole.lines[line]))
    yield [text_of(now), now, gr.skip(), gr.skip()]
    yield [gr.skip(), gr.skip(), replay_of(now.strokes, line, now.letter), panel_of(now, way)]


def on_sample(title: str) -> Callable[[str], list[Any]]:
    """A handler that puts shipped ink on the pad."""

    def put(way: str) -> list[Any]:
        text, now, replay, panel = view_of(title)
        if checked_way(way) != FIRST_WAY:
            panel = panel_of(now, way)
        return [now.strokes, text, now, replay, panel]

    return put


def on_letter(event: gr.EventData, now: Now | None, way: str) -> tuple:
    """A letter of the text was chosen: the four rows and the panel go there."""
    checked_way(way)
    after = chosen(event, now)
    if now is not None and after.line == now.line:
        panel = Panel.choose(step=frame_of(after))
    else:
        panel = panel_of(after, way)
    return after, replay_of(after.strokes, after.line, after.letter, fixed=True), panel


def on_row_letter(event: gr.EventData, now: Now | None) -> tuple:
    """A letter was chosen in the four rows: the text and the panel go there."""
    after = chosen(event, now)
    return after, reading_choose(after.line, after.letter), Panel.choose(step=frame_of(after))


def on_way(now: Now | None, way: str) -> dict[str, Any] | None:
    """Show the memory cells of the other direction."""
    return None if now is None else panel_of(now, checked_way(way))


def checked_way(way: object) -> str:
    """A direction, as the page names it.

    Raises:
        gr.Error: a sentence, if it is none.
    """
    if not isinstance(way, str) or way not in WAYS:
        raise refusal("The network reads forwards (→) and backwards (←).")
    return way


def chosen(event: gr.EventData, now: Now | None) -> Now:
    """What a visitor has after choosing a letter.

    Raises:
        gr.Error: a sentence, if there is no such letter.
    """
    if now is None:
        raise refusal("Nothing has been read yet. Write something first.")
    message = event._data if isinstance(event._data, dict) else {}
    with refused():
        line, letter = read_by(now.strokes).letter(message.get("line"), message.get("character"))
    return replace(now, line=line, letter=letter)


@cache
def view_of(title: str) -> list[Any]:
    """All that is shown of a sample: text, what the page remembers, four rows, panel."""
    strokes = samples()[title]
    whole = read_by(strokes)
    line = whole.latest
    now = Now(strokes, line, most_active(whole.lines[line]))
    replay = replay_of(strokes, line, now.letter)
    return [text_of(now), now, replay, panel_of(now, FIRST_WAY, keep=True)]


def text_of(now: Now) -> dict[str, str]:
    """The text as it was read."""
    whole = read_by(now.strokes)
    lines = [line_of(whole, n) for n in range(len(whole.lines))]
    return reading_value(lines, chosen=(now.line, now.letter))


def panel_of(now: Now, way: str, *, keep: bool = False) -> dict[str, Any]:
    """What all memory cells of a direction did while the line was read."""
    reading = read_by(now.strokes).lines[now.line]
    return Panel.show(
        one_way(trace_of(now.strokes, now.line), way), labels(reading), step=frame_of(now),
        chips=False, name=f"handwriting-{WAYS[way].lower()}", keep=keep,
    )  # fmt: skip


def frame_of(now: Now) -> int:
    """The frame in which the chosen letter was seen most clearly; the first if there is none."""
    characters = read_by(now.strokes).lines[now.line].characters
    return characters[now.letter].frame if now.letter >= 0 else 0
