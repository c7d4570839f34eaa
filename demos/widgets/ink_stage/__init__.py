"""A sheet of paper on which handwriting appears at the pace of the pen that writes it.

What is written comes in stretches, faster than a pen writes; the stage plays them. Each repeats
the stretch before it, and the last holds everything, should the browser have skipped some.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from demos.widgets import packed, widget
from lstm_core.handwriting.drawing import INK, MAX_WIDTH, Pen

SCRIPTS = (
    "../shared/palette.js", "../shared/changes.js", "../shared/files.js", "paper.js",
    "ink_stage.js", "places.js", "taking.js", "begin.js",
)  # fmt: skip

PEN_UP, LAST, ORIGIN = 1, 2, 4
"""Marks of a point: the pen is lifted after it; it is the last of its line; it is where the pen was
put on the board, and no step of the network."""


@dataclass(frozen=True)
class Sheet:
    """What is written.

    Attributes:
        run: tells this writing from all others.
        texts: the lines.
        variants: how many times they are written, side by side.
        about: what is said of it in a file of strokes; its seed is that of the first variant.
    """

    run: str
    texts: Sequence[str]
    variants: int
    about: dict[str, Any]


class Stretch(NamedTuple):
    """A stretch of one variant: all lines one after the other."""

    first: int  # points of the variant before it
    points: np.ndarray  # (N, 2) x and y in the line, in units of the whiteboard, y down
    marks: np.ndarray  # (N,) sums of PEN_UP, LAST and ORIGIN
    letters: np.ndarray  # (N,) the character of the line that the window is on


def ink_stage_view(
    value: Any = None, *, ask: Callable[[Any], dict[str, Any]], empty: str, **props: Any
) -> gr.HTML:
    """Plays what `ink_stage_value` returned. Listen to its `select` event for places in the ink
    that the visitor points at: `{"variant": ..., "line": ..., "point": ...}`, from 0.

    Args:
        value: None shows `empty`.
        ask: a function that makes files: it gets `{"kind": "png" or "svg", "pressed": ...,
            "ruled": ..., "width": ..., "colour": ..., "lines": [{"text": ..., "points":
            [[x, y, pen_up], ...]}, ...]}`, whatever a browser puts there, and answers with
            `{"type": ..., "data": base64}` or `{"error": sentence}`.
        empty: what is said while there is nothing on the paper.
    """
    return widget(
        "ink_stage", value, empty=empty, asks=ask.__name__, server_functions=[ask], chosen=None,
        pen={"colour": INK, "width": Pen().width, "most": MAX_WIDTH}, scripts=SCRIPTS, **props,
    )  # fmt: skip


def ink_stage_value(
    sheet: Sheet, stretches: Sequence[Stretch], *, done: bool, shown: bool = False
) -> dict[str, str]:
    """The component's value: one text, as Gradio copies nested values piece by piece.

    Args:
        sheet: what is written.
        stretches: one for each variant.
        done: they are the last.
        shown: all of it is on the paper at once.
    """
    sent = {
        "run": sheet.run,
        "texts": list(sheet.texts),
        "about": sheet.about,
        "done": done,
        "shown": shown,
        "variants": [
            {
                "first": s.first,
                "points": packed(s.points.astype("<f4")),
                "marks": packed(s.marks.astype(np.uint8)),
                "letters": packed(s.letters.astype(np.uint8)),
            }
            for s in stretches
        ],
    }
    return {"json": json.dumps(sent, separators=(",", ":"))}


def ink_stage_stop() -> dict[str, str]:
    """The component's value that lets the pen stop where it is; nothing more comes of the run."""
    return {"json": json.dumps({"stop": secrets.token_hex(4)})}


def ink_stage_choose(variant: int, line: int, point: int) -> dict[str, Any]:
    """An update of the component that marks another place in the ink; no event follows."""
    chosen = {"variant": variant, "line": line, "point": point, "once": secrets.token_hex(4)}
    return gr.update(chosen=chosen)
