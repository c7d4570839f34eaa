"""A sequence of numbers and what two networks expect next: the LSTM that has read all of it, and a
feed-forward network that sees the last number only."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from demos.widgets import widget
from lstm_core.sequences.numbers import Continuation, Guess
from lstm_core.sequences.progressions import Progression

SCRIPTS = ("../shared/svg.js", "numbers.js")

SHOWN = 3
"""The likeliest numbers that are shown of each network."""


def numbers_view(value: Any = None, **props: Any) -> gr.HTML:
    """Shows what `expected` returned."""
    return widget("numbers", value, scripts=SCRIPTS, **props)


def expected(read: Continuation, found: Progression | None, note: str) -> dict[str, Any]:
    """The component's value.

    Args:
        read: what the networks made of a sequence.
        found: what it is by formula.
        note: what is to be said about it and the training.
    """
    return {
        "numbers": read.numbers,
        "lstm": sent(read.lstm),
        "feedforward": sent(read.feedforward),
        "formula": None if found is None else str(found.next),
        "rule": "" if found is None else rule(found),
        "note": note,
    }


def sent(guess: Guess) -> dict[str, Any]:
    """What one network expects: its likeliest numbers, and (5, 10) probabilities of digits."""
    return {
        "likeliest": [[number, probability] for number, probability in guess.likeliest(SHOWN)],
        "digits": np.round(guess.digits, 3).tolist(),
    }


def rule(found: Progression) -> str:
    """A progression in words: "arithmetic, +3" or "geometric, × 2"."""
    if found.kind == "arithmetic":
        return f"arithmetic, {'+' if found.step >= 0 else '−'}{abs(found.step)}"
    if found.step > 1:
        return f"geometric, × {found.step}"
    turned = 1 / found.step
    return f"geometric, ÷ {turned if turned.denominator == 1 else f'({turned})'}"
