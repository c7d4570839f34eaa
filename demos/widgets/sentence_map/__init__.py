"""Sentences as numbered points of a map, and the list of them beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from demos.widgets import widget

SCRIPTS = ("../shared/files.js", "sentence_map.js")


class Place(NamedTuple):
    """A sentence on the map."""

    text: str
    x: float
    y: float
    own: bool  # the visitor's


def sentence_map_view(value: Any = None, *, empty: str, **props: Any) -> gr.HTML:
    """Shows what `sentence_map_value` returned; None shows `empty`."""
    return widget("sentence_map", value, empty=empty, scripts=SCRIPTS, **props)


def sentence_map_value(
    places: Sequence[Place], shares: tuple[float, float], file: str
) -> dict[str, str]:
    """The component's value: one text, as Gradio copies nested values piece by piece.

    Args:
        places: of the sentences, in any unit, x to the right and y upwards.
        shares: how much of the variance each direction shows.
        file: name of the picture to take away.
    """
    most = max([abs(v) for place in places for v in (place.x, place.y)], default=0.0) or 1.0
    sent = {
        "places": [
            [place.text, round(place.x / most, 4), round(place.y / most, 4), place.own]
            for place in places
        ],
        "shares": np.round(shares, 3).tolist(),
        "file": file,
    }
    return {"json": json.dumps(sent, separators=(",", ":"))}
