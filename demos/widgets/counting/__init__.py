"""The ten cells of the counter over a string: a small line for each, and the chosen one large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
import numpy as np

from demos.widgets import packed, widget
from lstm_core.sequences.counting import balance, changes

SCRIPTS = ("../shared/changes.js", "counting.js")


def counting_view(value: Any = None, **props: Any) -> gr.HTML:
    """Shows what `counted` returned."""
    return widget("counting", value, scripts=SCRIPTS, **props)


def counted(
    text: str, read: int, cells: np.ndarray, correlations: Sequence[float], note: str
) -> dict[str, Any]:
    """The component's value.

    Args:
        text: T letters read and written.
        read: how many of them were read.
        cells: (T, H) state c of each cell after each letter.
        correlations: (H,) of each cell with the count, over the strings of the training.
        note: what is to be said of the string.
    """
    moved = changes(text, cells)
    return {
        "text": text,
        "read": read,
        "cells": packed(cells.T.astype("<f4")),
        "count": balance(text).tolist(),
        "correlations": [round(float(r), 4) for r in correlations],
        "changes": {letter: np.round(mean, 3).tolist() for letter, mean in moved.items()},
        "note": note,
    }
