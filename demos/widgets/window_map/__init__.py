"""A line of handwriting and the window that ran along its text: which letter was being written when
(Graves 2013, fig. 13); the ink can be coloured by a memory cell."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np

from demos.widgets import packed, widget

SCRIPTS = ("../shared/palette.js", "../shared/changes.js", "drawing.js", "window_map.js")


@dataclass(frozen=True, eq=False)
class Shade:
    """What the ink is coloured by.

    Attributes:
        words: what it is.
        colour: name in the palette of the colour of 1, for values from 0 to 1; "" for values from
            -1 to 1.
        values: (N,) one for each point.
    """

    words: str
    colour: str
    values: np.ndarray


def window_map_view(value: Any = None, *, empty: str, **props: Any) -> gr.HTML:
    """Shows what `window_map_value` returned. Listen to its `select` event for places that the
    visitor chooses: `{"line": ..., "point": ...}`, from 0.

    Args:
        value: None shows `empty`.
        empty: what is said while there is nothing to show.
    """
    return widget(
        "window_map", value, empty=empty, chosen=None, shade=None, scripts=SCRIPTS, **props
    )


def window_map_value(
    lines: Sequence[str], number: int, points: np.ndarray, attention: np.ndarray, point: int,
    shade: Shade,
) -> dict[str, str]:  # fmt: skip
    """The component's value: one text, as Gradio copies nested values piece by piece.

    Args:
        lines: all of the text.
        number: of the one that is shown, from 0.
        points: (N + 1, 3) x, y, pen_up: where it begins, and its points.
        attention: (N, U) weights phi of its characters at each point.
        point: that is chosen, from 0.
        shade: of the ink.
    """
    most = max(1.0, float(attention.max()))
    sent = {
        "lines": list(lines),
        "number": number,
        "points": packed(points[:, :2].astype("<f4")),
        "ends": np.flatnonzero(points[:, 2]).tolist(),
        "most": round(most, 4),
        "attention": packed(np.rint(255 / most * attention).astype(np.uint8)),
        "point": point,
        "shade": sent_shade(shade),
    }
    return {"json": json.dumps(sent, separators=(",", ":"))}


def window_map_choose(point: int) -> dict[str, Any]:
    """An update of the component that marks another point of the line; no event follows."""
    return gr.update(chosen={"point": point, "once": secrets.token_hex(4)})


def window_map_shade(shade: Shade) -> dict[str, Any]:
    """An update of the component that colours the ink by something else."""
    return gr.update(shade={**sent_shade(shade), "once": secrets.token_hex(4)})


def sent_shade(shade: Shade) -> dict[str, Any]:
    """What the ink is coloured by, as the script reads it: int8, 127 is 1."""
    values = np.rint(127 * shade.values.clip(-1, 1)).astype(np.int8)
    return {"words": shade.words, "colour": shade.colour, "values": packed(values)}
