"""The text on the stage: shaded characters, what was expected at each, and a memory cell's colour.

A run is sent in stretches, each a small piece of JSON; the last one holds the whole run again, so
that a stretch which the browser skipped is made good.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
import numpy as np

from demos.widgets import packed, widget
from lstm_core.text.insight import Insight

SCRIPTS = ("../shared/nodes.js", "../shared/files.js", "../shared/copying.js", "writing.js")

TOP = 5
NATS_A_UNIT = 1 / 32  # one byte reaches 8 nats, beyond which the shading is full anyhow

ENDED = {"ended": True}
"""The message that ends a run where it stands."""


def writing_view(value: Any = None, *, compact: bool = False, **props: Any) -> gr.HTML:
    """Shows a run of a text model; `compact` leaves out the tools, for texts side by side."""
    return widget("writing", value, compact=compact, scripts=SCRIPTS, **props)


def opening(
    run: str, follows: str, vocabulary: Sequence[str], prime: str, settings: dict[str, Any]
) -> dict:
    """What every message of a run begins with.

    Args:
        run: tells this run from all others. Once another run has taken its place, whatever still
            comes of it is late, and is not shown.
        follows: the run that this one goes on from, whose text stays on the page; or "".
        vocabulary: the model's characters.
        prime: what the network read first.
        settings: `link`, the settings that an address needs to repeat the run.
    """
    return {
        "run": run,
        "follows": follows,
        "vocabulary": list(vocabulary),
        "prime": prime,
        "settings": settings,
        "done": False,
    }


def stretch(insight: Insight, start: int, cell: tuple[int, int]) -> dict:
    """A stretch of a run, to be merged into a message.

    Args:
        insight: of the stretch.
        start: characters of the run before it.
        cell: layer and number, from 1, of the memory cell to be shown.
    """
    top = np.zeros((len(insight.text), TOP), dtype="<u2")
    probabilities = np.zeros((len(insight.text), TOP), dtype=np.uint8)
    top[:, : insight.top.shape[1]] = insight.top
    probabilities[:, : insight.top.shape[1]] = np.rint(insight.top_probabilities * 255)
    surprise = np.clip(np.rint(insight.surprise / NATS_A_UNIT), 0, 255)
    return {
        "from": start,
        "text": insight.text,
        "surprise": packed(surprise.astype(np.uint8)),
        "top": packed(top),
        "top_p": packed(probabilities),
        **cells(insight, start, cell),
    }


def cells(insight: Insight, start: int, cell: tuple[int, int]) -> dict:
    """The values of one memory cell over a stretch, to be merged into a message."""
    layer, number = cell
    return {
        "cell": [layer, number],
        "cells_from": start,
        "cells": packed(insight.cells[:, layer - 1, number - 1]),
    }
