"""Inside one cell: its gates in the visitor's hand, its memory step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr

from demos.heading import heading
from demos.refusals import refused
from demos.widgets.one_cell import one_cell_view, opening, packed_steps
from lstm_core.sequences.cell import run_cell

PRESETS: dict[str, Sequence[float]] = {
    "a one, and later a minus one": [1, 0, 0, 0, -1, 0, 0, 0],
    "the same again and again": [1] * 10,
    "to and fro": [1, -1] * 5,
    "a wave": [0, 0.5, 0.9, 1, 0.9, 0.5, 0, -0.5, -0.9, -1, -0.9, -0.5],
}
GATES: dict[str, Any] = {"write": 0.5, "forget": 0.25, "read": 0.75}
EXPLANATION = Path(__file__).with_suffix(".md")


def build(page: gr.Blocks) -> None:
    """Fill the section."""
    heading(
        "Inside one cell",
        "Set the three gates, then step through the sequence: what is written, kept and read?",
    )
    first = run_cell(next(iter(PRESETS.values())), **GATES)
    one_cell_view(opening(PRESETS, GATES, first, at=1), one_cell, elem_id="one-cell")
    gr.Markdown(EXPLANATION.read_text(encoding="utf-8"), elem_classes="explanation")
    gr.api(memory_cell, api_name="memory_cell")


def prepare() -> None:
    """There is nothing to work out beforehand."""


def one_cell(message: Any) -> dict[str, Any]:
    """The steps that the page asks for, or what is wrong with its question."""
    if not isinstance(message, Mapping):
        return {"error": "A question about the cell gives inputs and gates."}
    try:
        asked: dict[str, Any] = {name: message.get(name) for name in ("inputs", *GATES)}
        asked["binary"] = message.get("round")
        return {"steps": packed_steps(run_cell(**asked))}
    except ValueError as error:
        return {"error": str(error)}


def memory_cell(
    inputs: list[float],
    write: float = 0.5,
    forget: float = 0.25,
    read: float = 0.75,
    binary: bool = False,
) -> list[dict[str, float]]:
    """Run one memory cell of an LSTM whose gates are held, from an empty memory.

    Args:
        inputs: 1 to 12 numbers from -1 to 1
        write: share of the candidate that is written, 0 to 1: the input gate i
        forget: share of the memory that is lost at each step, 0 to 1: 1 minus the forget gate f
        read: share of the memory that is read, 0 to 1: the output gate o
        binary: round the gates to 0 or 1

    Returns:
        for each step x, i, f, g, o, c and h, what was kept and what was written
    """
    with refused():
        return [asdict(step) for step in run_cell(inputs, write, forget, read, binary)]
