"""The Reading handwriting tab: a network reads what a visitor writes, and shows how it did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demos.card import card_table
from demos.heading import heading
from demos.recognition import api, events
from demos.recognition.readings import BOTH_WAYS, FORWARDS, WAYS, sampler, samples, shipped
from demos.recognition.replays import row_gradient
from demos.widgets.four_rows import four_rows_view
from demos.widgets.panel import Panel
from demos.widgets.pen import pen_view
from demos.widgets.reading import reading_view

NAME, TITLE = "reading", "Reading handwriting"
NETWORKS = (BOTH_WAYS,)

EXPLANATION = Path(__file__).with_name("recognition.md")
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
LIVE: dict[str, Any] = {**QUIET, "trigger_mode": "always_last"}
"""A visitor may write faster than a busy server reads: what counts is what is there last."""


def build(page: gr.Blocks) -> None:
    """Fill the tab."""
    if not shipped(BOTH_WAYS):
        gr.Markdown("There is no reader of handwriting in the folder `checkpoints`.")
        return
    titles = list(samples())
    text, first, replay, inside = events.view_of(titles[0])

    now = gr.State(first)
    pad = pen_view(
        samples()[titles[0]], hint="Write here, with a finger, a pen or the mouse.",
        elem_id="reading-pad",
    )  # fmt: skip
    reading = reading_view(text, elem_id="reading-text")
    gr.Markdown("Or begin with ink by the network that writes by hand:", elem_classes="status")
    with gr.Row(elem_classes="buttons"):
        drawn = {title: gr.Button(title, size="sm") for title in titles}

    heading(
        "How it was read",
        "The animation of Alex Graves: letters as they are recognised, memory cells of both "
        "directions, the pen, and what a letter hangs on.",
    )
    rows = four_rows_view(
        replay, ask=row_gradient, empty="Write something, and see it read here.",
        elem_id="reading-rows",
    )  # fmt: skip

    heading(
        "Look inside",
        "All gates and memory cells of one direction, frame by frame, layer 1 next to the pen; the "
        "letters stand at the frames in which they were recognised.",
    )
    way = gr.Radio(
        [(title, way) for way, title in WAYS.items()], value=events.FIRST_WAY, show_label=False,
        container=False, elem_id="reading-way",
    )  # fmt: skip
    panel = Panel(
        inside, empty="The memory cells are shown once something is read.", elem_id="reading-panel"
    )

    heading("What is going on", "")
    gr.Markdown(EXPLANATION.read_text(encoding="utf-8"), elem_classes="explanation")

    heading("The model", "Trained by this project; the card travels inside the checkpoint.")
    gr.HTML(card_table(sampler().card), elem_classes="model-card", elem_id="reading-card")
    if shipped(FORWARDS):
        with gr.Accordion("The network that knows while you write", open=False):
            gr.HTML(card_table(sampler(FORWARDS).card), elem_classes="model-card")

    shown = [reading, now, rows, panel.component]
    pad.input(events.on_ink, [pad, way], shown, **LIVE)
    for title, button in drawn.items():
        button.click(events.on_sample(title), way, [pad, *shown], **QUIET)
    way.input(events.on_way, [now, way], panel.component, **LIVE)
    reading.select(events.on_letter, [now, way], [now, rows, panel.component], **LIVE)
    rows.select(events.on_row_letter, now, [now, reading, panel.component], **LIVE)
    api.offer()


def prepare() -> None:
    """Have every sample read."""
    if shipped(BOTH_WAYS):
        for title in samples():
            events.view_of(title)
