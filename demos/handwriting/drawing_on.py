"""Begin a drawing: the network goes on with it, without a text."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np

from demos.handwriting.runs import sampler
from demos.heading import heading
from demos.presses import anew
from demos.refusals import refused
from demos.widgets.drawing_on import drawing_on_stop, drawing_on_value, drawing_on_view
from demos.widgets.pen import pen_view
from lstm_core.handwriting.drawing_on import MOST_WAYS, DrawingRequest, draw_on
from lstm_core.handwriting.pads import pad_strokes, whiteboard_drawing

LENGTHS = (100, 200, 400)
"""Points that can be asked for on the page."""

STRETCH_SECONDS = 0.2
"""Between two messages to the browser, which draws ten times slower than they come."""

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
BUSY: dict[str, Any] = {**QUIET, "concurrency_id": "cpu"}


def build(page: gr.Blocks) -> None:
    """Fill the section."""
    heading(
        "Begin a drawing",
        "Draw something, or a letter and a half, and the network goes on without being told what: "
        "all it knows is how pens move.",
    )
    run = gr.State("")
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=5, elem_classes="stage"):
            pad = pen_view(hint="Begin here.", elem_id="handwriting-begin-pad")
            with gr.Row(elem_classes="buttons"):
                begin = gr.Button(
                    "Go on", variant="primary", elem_id="handwriting-go-on",
                    elem_classes="brings-handwriting-drawing",
                )  # fmt: skip
                stop = gr.Button("Stop", elem_id="handwriting-stop-drawing")
            with gr.Accordion("More settings", open=False):
                lifted = gr.Checkbox(False, label="My last stroke is finished")
                length = gr.Radio(list(LENGTHS), value=LENGTHS[-1], label="Points to draw")
                ways = gr.Slider(1, MOST_WAYS, MOST_WAYS, step=1, label="Ways to go on")
                bias = gr.Slider(0, 3, 0.5, step=0.05, label="Neatness")
        with gr.Column(scale=6, elem_classes="stage"):
            view = drawing_on_view(
                empty="Draw on the pad, then press Go on.", elem_id="handwriting-drawing"
            )
    drawing = anew(
        [begin.click], on_begin, [pad, lifted, length, ways, bias], [view, run],
        stop=(on_stop, run, view), **BUSY,
    )  # fmt: skip
    stop.click(None, cancels=[drawing]).then(on_stop, run, view, queue=False, **QUIET)


def on_begin(
    strokes: str | None, lifted: bool, length: int, ways: int, bias: float
) -> Iterator[tuple[dict[str, str], str]]:
    """Go on with what is on the pad."""
    with refused():
        begun = whiteboard_drawing(pad_strokes("[]" if strokes is None else strokes))
        request = DrawingRequest(begun, lifted, ways, length, bias, secrets.randbelow(2**32))
    run = secrets.token_hex(4)
    moves: list[np.ndarray] = []
    due = time.monotonic() + STRETCH_SECONDS / 4  # the first points soon
    for step in draw_on(sampler(), request):
        moves.append(step)
        if time.monotonic() >= due and len(moves) < request.length:
            yield message(run, request, moves, done=False), run
            due = time.monotonic() + STRETCH_SECONDS
    yield message(run, request, moves, done=True), run


def message(
    run: str, request: DrawingRequest, moves: list[np.ndarray], *, done: bool
) -> dict[str, str]:
    """All that is drawn so far, for the page."""
    ways = np.stack(moves, axis=1)  # (B, K, 3)
    ways[:, :, :2] = ways[:, :, :2].cumsum(axis=1) + request.points[-1, :2]
    return drawing_on_value(run, request.points, ways, done=done, lifted=request.lifted)


def on_stop(run: str) -> dict[str, str]:
    """Let the pens stop where they are."""
    return drawing_on_stop(run)
