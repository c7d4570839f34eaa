"""What the Handwriting tab offers to programs: the same as the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np

from demos.handwriting.events import asked
from demos.handwriting.paper import Ink, sheet_of
from demos.handwriting.runs import OwnHand, stream
from demos.refusals import refusal

DIGITS = 2
"""Decimals of a coordinate: the whiteboard recorded whole units."""


def offer() -> None:
    """Add the functions to the page's interface."""
    gr.api(write_by_hand, api_name="write_by_hand", concurrency_id="cpu")


def write_by_hand(
    text: str = "The quick brown fox jumps over the lazy dog",
    hand: str = "",
    bias: float = 1.0,
    seed: int = 0,
    other: str = "",
    blend: float = 0.5,
    checked: bool = True,
    style: list[float] | None = None,
) -> Iterator[dict[str, Any]]:
    """Write a text by hand: as the strokes of a pen, line by line.

    Args:
        text: what to write, 1 to 500 characters of English; long texts are broken into lines
        hand: the name of a known writer, such as 10012; empty: any hand that comes
        bias: legibility: 0 writes as people do, higher is neater, up to 10
        seed: the same seed and settings give the same strokes, 0 to 4294967295
        other: the name of a second writer to blend with the first; empty: nobody
        blend: share of the second writer, 0 to 1
        checked: make up to 25 attempts at each word, and keep the one that the network that
            reads handwriting reads best
        style: the numbers of a hand, as /fit_hand finds them, in place of a known writer's

    Returns:
        the text as it is written, the hand, the bias and the seed; and lines, growing: for each its
        text and its strokes, lists of points [x, y] in units of the whiteboard, y growing down,
        from where the line begins; about 200 units to a character, 600 from line to line
    """
    if style is not None and (hand or other):
        raise refusal("Name a hand or give a style; not both.")
    own = None if style is None else OwnHand("", style)
    run = asked(own, 1, checked, text=text, hand=hand, bias=bias, seed=seed, other=other,
                blend=blend if other else 0.0)  # fmt: skip
    sheet = sheet_of(run)
    ink, lines = Ink(), []
    for step in stream(run):
        ink.add(step)
        if step.last:
            lines.append({"text": step.text, "strokes": strokes_of(ink.lines()[0])})
            ink = Ink()
            yield {**sheet.about, "lines": list(lines)}


def strokes_of(line: np.ndarray) -> list[list[list[float]]]:
    """The strokes of a line of (N, 3) points."""
    parts = np.split(line[:, :2], np.flatnonzero(line[:, 2]) + 1)
    return [part.round(DIGITS).tolist() for part in parts if len(part)]
