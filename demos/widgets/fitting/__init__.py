"""How the search for a hand goes: how likely the visitor's ink is in it, step by step, and a word
written in it at some of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
import numpy as np

from demos.widgets import packed, widget

SCRIPTS = ("../shared/palette.js", "../shared/changes.js", "fitting.js")


@dataclass
class Search:
    """A search, as far as it has come.

    Attributes:
        steps: of all of it.
        any_hand: nats a point of the ink in no hand in particular.
        nats: a point, after each step, from the nearest known hand on.
        words: what was written: after which step, and (N, 3) x, y, pen_up, y down.
        done: nothing more comes.
        note: what is said below.
    """

    steps: int
    any_hand: float
    nats: list[float] = field(default_factory=list)
    words: list[tuple[int, np.ndarray]] = field(default_factory=list)
    done: bool = False
    note: str = ""


def fitting_view(value: Any = None, *, empty: str, **props: Any) -> gr.HTML:
    """Shows what `fitting_value` returned.

    Args:
        value: None shows `empty`.
        empty: what is said while no hand is looked for.
    """
    return widget("fitting", value, empty=empty, scripts=SCRIPTS, **props)


def fitting_value(search: Search) -> dict[str, str]:
    """The component's value: one text, as Gradio copies nested values piece by piece."""
    sent = {
        "steps": search.steps,
        "any_hand": round(search.any_hand, 3),
        "nats": [round(value, 3) for value in search.nats],
        "words": [sent_word(step, points) for step, points in search.words],
        "done": search.done,
        "note": search.note,
    }
    return {"json": json.dumps(sent, separators=(",", ":"))}


def sent_word(step: int, points: np.ndarray) -> dict[str, Any]:
    """A word as the script reads it."""
    ends: Sequence[int] = np.flatnonzero(points[:, 2]).tolist()
    return {"step": step, "points": packed(points[:, :2].astype("<f4")), "ends": ends}
