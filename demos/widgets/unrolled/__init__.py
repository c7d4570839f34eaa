"""Three networks drawn step by step: an LSTM unrolled, in both directions, and in a pair."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos.widgets import widget

SCRIPTS = ("../shared/svg.js", "scenes.js", "unrolled.js")

PICTURES = ("unrolled", "both", "pair")


def unrolled_view(picture: str, label: str, **props: Any) -> gr.HTML:
    """Draws one of the `PICTURES`; it plays while it is in sight.

    Args:
        picture: which.
        label: what is to be seen, for those who cannot see it.
        props: arguments of `gr.HTML`.
    """
    return widget("unrolled", picture=picture, label=label, scripts=SCRIPTS, **props)
