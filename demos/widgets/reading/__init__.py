"""What was read of handwriting: letters shaded by doubt, what each and the line might also be."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr

from demos.widgets import widget

SCRIPTS = ("../shared/nodes.js", "reading.js")


class Letter(NamedTuple):
    """A letter that was recognised."""

    character: str
    probability: float
    point: int  # of its line, at which it was seen most clearly
    likeliest: list[tuple[str, float]]  # what was likeliest there; "" is no letter


class Line(NamedTuple):
    """A line that was read."""

    text: str
    letters: list[Letter]
    points: int  # of the pen
    candidates: list[tuple[str, float]]  # texts with their log probabilities, in nats, best first


def reading_view(value: Any = None, **props: Any) -> gr.HTML:
    """Shows what `reading_value` returned; listen to its `select` event, whose data are
    `{"line": ..., "character": ...}`, from 0."""
    return widget("reading", value, chosen=None, scripts=SCRIPTS, **props)


def reading_value(
    lines: Sequence[Line], *, note: str = "", chosen: tuple[int, int] = (0, 0)
) -> dict[str, str]:
    """The component's value: one text, as Gradio copies nested values piece by piece.

    Args:
        lines: from the top.
        note: what is to be said about them, or why there are none.
        chosen: line and letter that are looked at, from 0.
    """
    sent = [
        {
            "text": line.text,
            "points": line.points,
            "characters": [
                [character, round(p, 4), point, [[c, round(q, 4)] for c, q in likeliest]]
                for character, p, point, likeliest in line.letters
            ],
            "candidates": [[text, round(score, 2)] for text, score in line.candidates],
        }
        for line in lines
    ]
    return {"json": json.dumps({"lines": sent, "note": note, "chosen": chosen})}


def reading_choose(line: int, character: int) -> dict[str, Any]:
    """An update of the component that looks at another letter."""
    return gr.update(chosen={"line": line, "character": character, "once": secrets.token_hex(4)})
