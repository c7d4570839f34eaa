"""A pad to write on by mouse, finger or pen; its strokes go to a file and come from one.

The component's value is one text, `[[[x, y, t], ...], ...]` as JSON: for each stroke its points in
the order of time, in pixels of the pad, y growing down, t in milliseconds. One text, as Gradio
copies nested values piece by piece. It is whatever a browser sends: to be checked before use.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.widgets import widget
from demos.widgets.pen.files import strokes_of_file

SCRIPTS = ("../shared/changes.js", "../shared/files.js", "pen.js")

Stroke = Sequence[Sequence[float]]


def pen_view(value: str | None = None, *, hint: str = "Write here.", **props: Any) -> gr.HTML:
    """A pad. Listen to its `input` event, which comes a moment after the pen was lifted.

    Args:
        value: ink to begin with, as `pen_value` makes it; as the output of an event it takes the
            place of what is on the pad, and no event follows.
        hint: what an empty pad says.
    """
    return widget("pen", value, hint=hint, server_functions=[pen_file], scripts=SCRIPTS, **props)


def pen_value(strokes: Sequence[Stroke]) -> str:
    """Strokes as the pad has them, whatever their units: it makes them fit."""
    return json.dumps(strokes, separators=(",", ":"))


def pen_file(message: Any) -> dict[str, str]:
    """The strokes of a file that a visitor opens, or what is wrong with it."""
    name, text = (
        (message.get("name"), message.get("text")) if isinstance(message, dict) else (None, None)
    )
    if not isinstance(name, str) or not isinstance(text, str):
        return {"error": "A file has a name and a text."}
    try:
        return {"strokes": pen_value(strokes_of_file(name, text))}
    except ValueError as error:
        return {"error": str(error)}
