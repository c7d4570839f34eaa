"""What the page is sent of a run while it is written."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from math import inf
from typing import Any

import numpy as np

from demos.handwriting.runs import Run, sampler, stream_many
from demos.widgets.ink_stage import LAST, ORIGIN, PEN_UP, Sheet, Stretch, ink_stage_value
from lstm_core.handwriting.request import lines_of
from lstm_core.handwriting.steps import WritingStep

STRETCH_SECONDS = 0.08
"""Between two messages to the browser, which plays what they bring at the pace of a pen, ten times
slower. More of them keep it busy: each has Gradio copy the values of all components of the page."""


class Ink:
    """The points of one variant, as far as it is written.

    Args:
        goes_on: the first line goes on from other ink, and does not begin with the pen on the
            board.
    """

    def __init__(self, goes_on: bool = False) -> None:
        self.goes_on = goes_on
        self.rows: list[tuple[float, float, int, int]] = []  # x, y, marks and letter

    def add(self, step: WritingStep) -> None:
        """One point more, and at the beginning of a line where the pen was put down."""
        letter = int(step.attention.argmax())
        x, y = (0.0, 0.0) if step.position == 0 else self.rows[-1][:2]
        if step.position == 0 and not (self.goes_on and step.line == 0):
            self.rows.append((x, y, ORIGIN, letter))
        marks = PEN_UP * step.pen_up + LAST * step.last
        self.rows.append((x + step.dx, y + step.dy, marks, letter))

    def lines(self) -> list[np.ndarray]:
        """For each line (N, 3) x, y, pen_up."""
        table = np.array(self.rows, dtype=np.float64).reshape(-1, 4)
        marks = table[:, 2].astype(int)
        points = np.column_stack((table[:, :2], marks & PEN_UP))
        return [line for line in np.split(points, np.flatnonzero(marks & LAST) + 1) if len(line)]

    def stretch(self, first: int = 0, last: int | None = None) -> Stretch:
        """What is written, from a point on and before another."""
        table = np.array(self.rows[first:last], dtype=np.float64).reshape(-1, 4)
        return Stretch(first, table[:, :2], table[:, 2], table[:, 3])


def sheet_of(run: Run, name: str = "") -> Sheet:
    """What the stage is told of a run.

    Args:
        run: that can be written.
        name: which tells it from all others; a new one if there is none.
    """
    request = run.request
    text = sampler().alphabet.read(request.text)
    hand = "a visitor's own" if run.own else request.hand
    about: dict[str, Any] = {"text": text, "hand": hand, "bias": request.bias, "seed": request.seed}
    if request.other:
        about |= {"other": request.other, "blend": request.blend}
    return Sheet(name or secrets.token_hex(4), lines_of(text), run.variants, about)


def follow(run: Run) -> Iterator[dict[str, str]]:
    """Write a run.

    Yields:
        values of the stage: the first point at once, or a clean sheet if words are chosen; then a
        stretch at a time, or a word, each with the one before it, and all there is at the ends of
        lines; the last holds everything.
    """
    sheet = sheet_of(run)
    goes_on = run.own is not None and run.own.ink is not None
    inks = [Ink(goes_on) for _ in range(run.variants)]
    sent, before, due = [0] * run.variants, [0] * run.variants, 0.0
    if run.checked:  # a clean sheet, until the first word is chosen
        due = inf
        yield ink_stage_value(sheet, [ink.stretch() for ink in inks], done=False)
    for steps in stream_many(run):
        for ink, step in zip(inks, steps, strict=True):
            if step is not None:
                ink.add(step)
        there = [step for step in steps if step is not None]
        if time.monotonic() < due and not any(step.last or step.pauses for step in there):
            continue
        parts = zip(inks, before, strict=True)
        yield ink_stage_value(sheet, [ink.stretch(first) for ink, first in parts], done=False)
        before, sent = sent, [len(ink.rows) for ink in inks]
        due = inf if run.checked else time.monotonic() + STRETCH_SECONDS
    yield ink_stage_value(sheet, [ink.stretch() for ink in inks], done=True)
