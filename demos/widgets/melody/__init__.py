"""A grid on which a melody is clicked together: one note at a time, in eighths.

The component's value is one text: `[[pitch, start, length], ...]` as JSON, start and length in
eighth notes. It is whatever a browser sends: to be checked before use.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.widgets import widget
from demos.widgets.player import PLAYER, music_samples

SCRIPTS = ("../shared/palette.js", "../shared/changes.js", PLAYER, "melody.js")

LOWEST, HIGHEST = 57, 84
"""Pitches of the grid: a soprano's, and a little below."""

MOST = 256
"""Eighths of a melody: 32 bars of four quarters."""


def melody_view(value: str | None = None, *, tempo: float, **props: Any) -> gr.HTML:
    """A grid. Its `input` event comes when a visitor has changed the melody.

    Args:
        value: to begin with, as `melody_value` makes it.
        tempo: quarter notes a minute at which it is played.
    """
    return widget(
        "melody", value, low=LOWEST, high=HIGHEST, most=MOST, tempo=tempo,
        server_functions=[music_samples], scripts=SCRIPTS, **props,
    )  # fmt: skip


def melody_value(notes: Sequence[tuple[int, int, int]]) -> str:
    """Notes - pitch, start and length in eighths - as the component has them."""
    return json.dumps([list(note) for note in notes], separators=(",", ":"))
