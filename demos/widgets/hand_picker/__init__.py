"""Hands to choose from by sight: a word in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr

from demos.widgets import widget


class Specimen(NamedTuple):
    """A word in a hand, in units of a size of its own, from the baseline."""

    width: int
    path: str  # of SVG


def hand_picker_view(
    specimens: Sequence[tuple[str, str, Specimen]], *, above: int, below: int, **props: Any
) -> gr.HTML:
    """Shows hands. Listen to its `select` event for the one that a visitor picks: `{"hand": ...}`.

    Args:
        specimens: for each hand its name, what it is called, and the word.
        above, below: how far all of them reach from the baseline.
    """
    hands = [[name, title, *specimen] for name, title, specimen in specimens]
    return widget("hand_picker", None, hands=hands, above=above, below=below, **props)
