"""Three networks drawn step by step: an LSTM unrolled, in both directions, and in a pair."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demos.widgets import widget

PICTURES = ("unrolled", "both", "pair")


def unrolled_view(picture: str, label: str, **props: Any) -> gr.HTML:
    """Draws one of the `PICTURES`; it plays while it is in sight.

    Args:
        picture: which.
        label: what is to be seen, for those who cannot see it.
        props: arguments of `gr.HTML`.
    """
    view = widget("unrolled", picture=picture, label=label, **props)
    scenes = Path(__file__).with_name("scenes.js").read_text(encoding="utf-8")
    view.js_on_load = f"{scenes}\n{view.js_on_load}"
    return view
