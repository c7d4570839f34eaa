"""A piano's keyboard on the page: by mouse, touch, computer keys or a MIDI keyboard.

What is played is the component's value, one text: `[[pitch, velocity, start, end], ...]` as JSON,
times in seconds from the first note. It is whatever a browser sends: to be checked before use. A
MIDI file can be opened in place of playing.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.widgets import widget
from demos.widgets.player import PLAYER, music_samples
from lstm_core.music import midi
from lstm_core.music.midi import Note

SCRIPTS = ("../shared/palette.js", "../shared/changes.js", PLAYER, "keyboard.js")


def keyboard_view(value: str | None = None, *, hint: str, **props: Any) -> gr.HTML:
    """A keyboard. Listen to its `input` event, which comes a moment after the last key went up.

    Args:
        value: notes to begin with, as `keyboard_value` makes them.
        hint: what is said before anything is played.
    """
    return widget(
        "keyboard", value, hint=hint, server_functions=[music_samples, midi_notes],
        scripts=SCRIPTS, **props,
    )  # fmt: skip


def keyboard_value(notes: Sequence[Note]) -> str:
    """Notes as the component has them: the first begins at 0."""
    begun = min((note.start for note in notes), default=0.0)
    rows = [[n.pitch, n.velocity, round(n.start - begun, 3), round(n.end - begun, 3)]
            for n in notes]  # fmt: skip
    return json.dumps(rows, separators=(",", ":"))


def midi_notes(message: Any) -> dict[str, str]:
    """The notes of a MIDI file that a visitor opens, or what is wrong with it: a server function.

    Args:
        message: the file in base64, whatever a browser sends.
    """
    try:
        return {"notes": keyboard_value(midi.read(opened(message)))}
    except ValueError as error:
        return {"error": str(error)}


def opened(text: Any) -> bytes:
    """A file that comes as base64.

    Raises:
        ValueError: a sentence, if it is something else, or too large.
    """
    if not isinstance(text, str):
        raise ValueError("A MIDI file is sent as text in base64.")
    if len(text) > 4 * midi.MAX_BYTES // 3 + 4:
        raise ValueError(f"A MIDI file may have up to {midi.MAX_BYTES:,} bytes.")
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("A MIDI file is sent as text in base64.") from None
