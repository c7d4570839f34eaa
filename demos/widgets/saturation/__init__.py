"""Gates in bulk: how often the gates of each cell are as good as shut, and as good as open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
import numpy as np

from demos.widgets import packed, widget
from lstm_core.memory.saturation import Saturation


def saturation_view(value: Any = None, *, empty: str, **props: Any) -> gr.HTML:
    """Shows what `saturations` returned; its `select` event names the cell of a point."""
    return widget("saturation", value, empty=empty, **props)


def saturations(layers: Sequence[dict[str, Saturation]]) -> dict[str, Any]:
    """The component's value; layers as `lstm_core.memory.saturation.saturation` returns them."""
    return {
        "layers": [
            {
                gate: {"left": shares(of.left), "right": shares(of.right)}
                for gate, of in gates.items()
            }
            for gates in layers
        ]
    }


def shares(values: np.ndarray) -> str:
    """Shares from 0 to 1 in one byte each."""
    return packed(np.rint(255 * values).astype(np.uint8))
