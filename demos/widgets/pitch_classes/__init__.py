"""Twelve weights, one for each pitch class: which notes are wished for, and how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.widgets import widget

NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


def pitch_classes_view(value: Sequence[float] | None = None, **props: Any) -> gr.HTML:
    """Twelve sliders. Its value is a list of twelve numbers from 0 to 1, C first, or whatever a
    browser sends; its `input` event comes when a visitor has moved one of them.

    Args:
        value: to begin with; all 1 when None.
    """
    return widget("pitch_classes", list(value or [1.0] * 12), names=list(NAMES), **props)
