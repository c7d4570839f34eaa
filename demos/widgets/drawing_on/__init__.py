"""A drawing that a visitor has begun, and several ways in which a network goes on with it, drawn at
the pace of a pen."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr
import numpy as np

from demos.widgets import packed, widget

SCRIPTS = ("../shared/palette.js", "../shared/changes.js", "drawing_on.js")


def drawing_on_view(value: Any = None, *, empty: str, **props: Any) -> gr.HTML:
    """Plays what `drawing_on_value` returned.

    Args:
        value: None shows `empty`.
        empty: what is said while there is nothing to show.
    """
    return widget("drawing_on", value, empty=empty, scripts=SCRIPTS, **props)


def drawing_on_value(
    run: str, begun: np.ndarray, ways: np.ndarray, *, done: bool, lifted: bool
) -> dict[str, str]:
    """The component's value: one text, as Gradio copies nested values piece by piece.

    Args:
        run: tells this drawing from all others; the messages of one hold all that there is so far.
        begun: (N, 3) x, y, pen_up of what is there, in units of the whiteboard, y down.
        ways: (B, K, 3) of what was drawn since, in the same units and from the same place.
        done: nothing more comes.
        lifted: whether the pen was lifted after what is there.
    """
    sent = {
        "run": run,
        "begun": packed(begun[:, :2].astype("<f4")),
        "ends": np.flatnonzero(begun[:, 2]).tolist(),
        "ways": [
            {"points": packed(way[:, :2].astype("<f4")), "ends": np.flatnonzero(way[:, 2]).tolist()}
            for way in ways
        ],
        "done": done,
        "lifted": lifted,
    }
    return {"json": json.dumps(sent, separators=(",", ":"))}


def drawing_on_stop(run: str) -> dict[str, str]:
    """The component's value that lets the pens stop where they are."""
    return {"json": json.dumps({"run": run, "stop": True})}
