"""What the Memory cells tab offers to programs: the same as the page, as plain numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np

from demos.memory import meaning, reach, surgery
from demos.memory.readings import reading_of
from demos.refusals import refused
from demos.text_runs import ask, sampler
from lstm_core.checks import number
from lstm_core.trace import QUANTITIES


def offer() -> None:
    """Add the functions to the page's interface."""
    gr.api(read_cells, api_name="read_cells", concurrency_id="cpu")
    gr.api(find_cells, api_name="find_cells")
    gr.api(influence, api_name="influence", concurrency_id="cpu")
    gr.api(operate, api_name="operate", concurrency_id="cpu")


def read_cells(
    model: str = "shakespeare", text: str = "", layer: int = 1, cell: int = 1
) -> dict[str, Any]:
    """Let a network read a text, and see what one of its memory cells did.

    Args:
        model: shakespeare, wikipedia, speeches, c_source ... (see the page)
        text: 1 to 5000 characters; those that the network does not know are replaced or left out
        layer: of the cell, from 1
        cell: its number in the layer, from 1

    Returns:
        the text as it was read, what was changed in it, the surprise of each character in nats
        (null for the first), and the gates i, f, o, the candidate g, the cell state c and the
        output h after each
    """
    reading = reading_of(model, text)
    with refused():
        gates = reading.cell(
            int(number("layer", layer, 1, reading.layers, int)),
            int(number("cell", cell, 1, reading.hidden_size, int)),
        )
    return {
        "text": reading.text,
        "note": reading.note,
        "surprise": [None, *numbers(reading.surprise[1:])],
        **{q: numbers(gates[q]) for q in QUANTITIES},
    }


def find_cells(model: str = "shakespeare") -> dict[str, Any]:
    """The memory cells of a network that stand for something, as found and confirmed.

    Args:
        model: shakespeare, wikipedia, speeches, c_source ... (see the page)

    Returns:
        how they were looked for, and for each feature that has a cell: the cell, its scores on
        training and held-out text, what chance and the character read alone reach; and what the
        cells are worth: how the loss rises without them
    """
    sampler(model)
    findings, worth = meaning.findings(model), meaning.worth(model)
    return {
        "findings": None if findings is None else findings.to_json(),
        "worth": None if worth is None else worth.to_json(),
    }


def influence(model: str = "shakespeare", text: str = "", at: int = 1) -> dict[str, Any]:
    """How much each earlier character bears on the guess of one character.

    Args:
        model: shakespeare, wikipedia, speeches, c_source ... (see the page)
        text: 2 to 5000 characters
        at: the character that is guessed, counted from 0; at least 1

    Returns:
        for each network that reads this text: the place of the first character that was looked
        into, the length of the gradient for each from there to the one before `at`, and the
        probability of the character that came
    """
    reading = reading_of(model, text)
    with refused():
        place = int(number("at", at, 1, len(reading) - 1, int))
    return {
        title: {
            "start": found.start,
            "values": numbers(found.values),
            "probability": float(np.exp(found.log_prob)),
        }
        for title, found in reach.reach(model, reading.ids, place).items()
    }


def operate(
    model: str = "shakespeare",
    text: str = "",
    at: int = 0,
    operation: str = "clamp",
    layer: int = 1,
    cell: int = 1,
    value: float = 0.0,
    length: int = 200,
    temperature: float = 0.5,
    seed: int = 0,
) -> Iterator[dict[str, str]]:
    """Change a network's memory in the middle of a text, and see what it writes then.

    Args:
        model: shakespeare, wikipedia, speeches, c_source ... (see the page)
        text: 1 to 5000 characters that it reads first
        at: the character after which it writes on, counted from 0
        operation: clamp, hold_forget, hold_forget_layer, erase_layer, erase or nothing
        layer: of the cell, from 1
        cell: its number in the layer, from 1
        value: of c for clamp, -100 to 100; of the forget gate otherwise, 0 to 1
        length: characters to write, 1 to 1000
        temperature: 0 always takes the likeliest character, up to 2
        seed: the same seed draws the same random numbers on both sides

    Returns:
        what it would have written, untouched, and what it writes, operated; growing
    """
    reading = reading_of(model, text)
    request = ask(length=length, temperature=temperature, seed=seed)
    with refused():
        place = int(number("at", at, 0, len(reading) - 1, int))
        number("length", length, 1, surgery.LONGEST, int)
    done = surgery.operations(operation, layer, cell, value)
    written = {"untouched": "", "operated": ""}
    for untouched, operated in surgery.pairs(model, reading, place, done, request):
        written["untouched"] += untouched.character
        written["operated"] += operated.character
        yield dict(written)


def numbers(values: np.ndarray) -> list[float]:
    """As JSON has them, to six digits: what a float32 holds."""
    return [float(f"{value:.6g}") for value in values]
