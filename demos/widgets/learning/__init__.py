"""How a model learned: its loss curve, and what it wrote at milestones, under one slider."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos.widgets import widget


def learning_view(value: Any = None, **props: Any) -> gr.HTML:
    """Shows the record of a training."""
    return widget("learning", value, **props)


def learning(history: dict[str, Any], unit: str) -> dict[str, Any]:
    """The component's value for the record that a checkpoint carries.

    Args:
        history: `curve` and `milestones`, see `lstm_core.training.History`.
        unit: of the loss, for the axis.
    """
    return {**history, "unit": unit}
