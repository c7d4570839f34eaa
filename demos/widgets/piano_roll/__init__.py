"""A piano roll that plays: notes appear as they are composed, and light up as they sound. What has
bars can be looked at as a score, too.

What is composed comes in stretches, faster than it is played. Each holds all notes that may have
changed since the stretch before the one before it, and the last of a part holds the whole part,
should the browser have skipped some.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from demos.widgets import packed, widget
from demos.widgets.player import PLAYER, music_samples

SCRIPTS = (
    "../shared/palette.js", "../shared/changes.js", "../shared/files.js", PLAYER,
    "piano_roll.js", "drawing.js", "transport.js", "places.js", "score.js", "begin.js",
)  # fmt: skip

LIKELY = 5
"""Notes that might have come in place of one."""

GIVEN = 16
"""Added to the voice of a note that was not composed."""

UNKNOWN = 255
"""Of a surprise that is not known; others come in steps of `NATS`."""

NATS = 0.05


class RollNote(NamedTuple):
    """A note on the roll."""

    pitch: int
    velocity: int
    start: float  # seconds
    end: float  # NaN as long as it is not known
    voice: int = 0
    given: bool = False  # not composed
    surprise: float = math.nan  # nats; NaN if not known
    likely: Sequence[tuple[int, float]] = ()  # up to LIKELY pitches with their probabilities


@dataclass(frozen=True)
class Sheet:
    """What is on the roll.

    Attributes:
        run: tells this piece from all others.
        title: what it is called, and its files are.
        instrument: "piano" or "organ".
        voices: their names; none if there is but one.
        tempo: quarter notes a minute.
        bar: seconds of a bar of four quarters; 0 if there are no bars, and so no score.
        begin: seconds at which playing begins.
        play: begins at once.
        endless: more is to be asked for before the end is reached.
    """

    run: str
    title: str
    instrument: str
    voices: Sequence[str] = ()
    tempo: float = 120.0
    bar: float = 0.0
    begin: float = 0.0
    play: bool = False
    endless: bool = False


def piano_roll_view(
    value: Any = None, *, ask: Callable[[Any], dict[str, Any]], empty: str, **props: Any
) -> gr.HTML:
    """Plays what `piano_roll_value` returned. Its `select` event tells of a note that the visitor
    points at, `{"run": ..., "note": number}`; its `input` event asks for more of an endless piece,
    `{"run": ...}`.

    Args:
        value: None shows `empty`.
        ask: a function that makes files: it gets `{"kind": "mid", "wav", "png" or "svg", "title":
            ..., "instrument": ..., "voices": [...], "tempo": ..., "colour": "voice", "velocity" or
            "surprise", "view": "roll" or "score", "notes": [[pitch, velocity, start, end, voice,
            surprise or null], ...]}`, whatever a browser puts there, and answers with `{"type":
            ..., "data": base64}` or `{"error": sentence}`. Of the pictures, the SVG of a score is
            what the page shows; a `"width"` in staff spaces goes with it, and the elements are
            those of `lstm_core.music.score.svg`.
        empty: what is said while there is nothing on the roll.
    """
    return widget(
        "piano_roll", value, empty=empty, asks=ask.__name__, server_functions=[ask, music_samples],
        nats=NATS, scripts=SCRIPTS, **props,
    )  # fmt: skip


def piano_roll_value(
    sheet: Sheet, first: int, notes: Sequence[RollNote], *, known: float, done: bool
) -> dict[str, str]:
    """The component's value: one text, as Gradio copies nested values piece by piece.

    Args:
        sheet: what is on the roll.
        first: notes of the piece before these.
        notes: all from there on, by start.
        known: seconds up to which it is known what begins.
        done: they are the last, of this part at least.
    """
    times = np.array([(note.start, note.end) for note in notes], dtype="<f4").reshape(-1, 2)
    facts = np.zeros((len(notes), 4 + 2 * LIKELY), dtype=np.uint8)
    for row, note in zip(facts, notes, strict=True):
        surprise = UNKNOWN
        if not math.isnan(note.surprise):
            surprise = round(min(max(note.surprise, 0) / NATS, UNKNOWN - 1))
        row[:4] = note.pitch, note.velocity, note.voice + GIVEN * note.given, surprise
        for n, (pitch, probability) in enumerate(note.likely[:LIKELY]):
            row[4 + 2 * n : 6 + 2 * n] = pitch, round(255 * probability)
    sent = {
        **vars(sheet),
        "voices": list(sheet.voices),
        "first": first,
        "times": packed(times),
        "facts": packed(facts),
        "known": known,
        "done": done,
    }
    return {"json": json.dumps(sent, separators=(",", ":"))}


def piano_roll_stop() -> dict[str, str]:
    """The component's value that ends the music; nothing more comes of the run."""
    return {"json": json.dumps({"stop": secrets.token_hex(4)})}
