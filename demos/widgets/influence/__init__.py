"""How far back a prediction reaches: earlier characters shaded, for networks side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np

from demos.widgets import packed, widget
from lstm_core.memory.influence import Influence

AFTER = 40
"""Characters shown that come after the chosen one."""


@dataclass(frozen=True)
class Shading:
    """What one network makes of the chosen place."""

    title: str  # of the network
    note: str
    influence: Influence


def influence_view(value: Any = None, *, empty: str, **props: Any) -> gr.HTML:
    """Shows what `influences` returned; its `select` event tells of an earlier character."""
    return widget("influence", value, empty=empty, **props)


def influences(run: str, text: str, shadings: Sequence[Shading]) -> dict[str, Any]:
    """The component's value.

    Args:
        run: comes back with what a visitor chooses.
        text: as the networks read it.
        shadings: at least one, all of the same place and of as many characters before it.
    """
    first = shadings[0].influence
    return {
        "run": run,
        "start": first.start,
        "before": text[first.start : first.t],
        "character": text[first.t],
        "after": text[first.t + 1 : first.t + 1 + AFTER],
        "networks": [
            {"title": s.title, "note": s.note, "shades": packed(shades(s.influence.values))}
            for s in shadings
        ],
    }


def shades(values: np.ndarray) -> np.ndarray:
    """Shades of characters in one byte: the square root of the influence, 255 for the greatest.

    By the root what is far back, and a hundred times weaker, can still be seen.
    """
    most = values.max(initial=0.0)
    scaled = values / most if most > 0 else np.zeros_like(values)
    return np.rint(255 * np.sqrt(scaled)).astype(np.uint8)
