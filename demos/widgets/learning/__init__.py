"""How a model learned: its loss curve, and what it wrote at milestones, under one slider."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from demos.widgets import widget

SCRIPTS = ("../shared/svg.js", "learning.js")


def learning_view(value: Any = None, **props: Any) -> gr.HTML:
    """Shows the record of a training."""
    return widget("learning", value, scripts=SCRIPTS, **props)


def learning(history: dict[str, Any], unit: str) -> dict[str, str]:
    """The component's value for the record that a checkpoint carries.

    Args:
        history: `curve` and `milestones`, see `lstm_core.training.History`.
        unit: of the loss, for the axis.
    """
    shown = {key: history[key] for key in ("curve", "milestones") if key in history}
    # One text: Gradio copies the values of all components often, and long lists slowly.
    return {"json": json.dumps({**shown, "unit": unit})}
