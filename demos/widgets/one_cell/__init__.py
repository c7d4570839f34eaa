"""One memory cell, drawn: what flows where, how much of it, and the equation in use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import gradio as gr

from demos.widgets import widget
from lstm_core.sequences.cell import CellStep

SCRIPTS = ("../shared/svg.js", "one_cell.js")


def one_cell_view(value: dict[str, Any], answer: Callable[[Any], dict], **props: Any) -> gr.HTML:
    """Shows a cell at work.

    Args:
        value: what `opening` returned.
        answer: is asked by the script, by the name `one_cell`, for the steps of other inputs or
            gates; returns `{"steps": ...}`, or a sentence as `{"error": ...}`.
    """
    return widget("one_cell", value, server_functions=[answer], scripts=SCRIPTS, **props)


def opening(
    presets: dict[str, Sequence[float]], gates: dict[str, float], steps: Sequence[CellStep], at: int
) -> dict[str, Any]:
    """What the script is sent to begin with.

    Args:
        presets: sequences of inputs by their names; the first is the one that `steps` are of.
        gates: write, forget and read, from 0 to 1.
        steps: what the cell does with the first sequence.
        at: steps that are done already.
    """
    named = [{"name": name, "inputs": list(inputs)} for name, inputs in presets.items()]
    return {"presets": named, "gates": gates, "steps": packed_steps(steps), "at": at}


def packed_steps(steps: Sequence[CellStep]) -> list[dict[str, float]]:
    """Steps as the script reads them."""
    return [asdict(step) for step in steps]
