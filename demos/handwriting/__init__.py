"""The Handwriting tab: a network writes a visitor's text with a pen, and shows what it thought."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demos.card import card_table
from demos.handwriting import api, drawing_on, events, inside, own_hand, samples
from demos.handwriting.files import ink_file
from demos.handwriting.runs import MOST_VARIANTS, NETWORK, checkable, sampler, shipped
from demos.heading import heading
from demos.presses import anew
from demos.widgets.hand_picker import hand_picker_view
from demos.widgets.ink_stage import ink_stage_view
from lstm_core.handwriting.checking import ATTEMPTS
from lstm_core.handwriting.request import MAX_SEED, MAX_TEXT

NAME, TITLE = "handwriting", "Handwriting"
NETWORKS = (NETWORK,)

EXPLANATION = Path(__file__).with_name("handwriting.md")
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
BUSY: dict[str, Any] = {**QUIET, "concurrency_id": "cpu"}


def build(page: gr.Blocks) -> None:
    """Fill the tab."""
    if not shipped():
        gr.Markdown("There is no network that writes by hand in the folder `checkpoints`.")
        return
    first, value = samples.opening() or (None, None)
    asked = samples.OPENING

    now, own = gr.State(first), gr.State(None)
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            stage = ink_stage_view(
                value, ask=ink_file, empty="Type a text, press Write, and see it written here.",
                elem_id="handwriting-stage",
            )  # fmt: skip
        with gr.Column(scale=3, elem_classes="controls"):
            text = gr.Textbox(
                asked.text, label="Text", info=f"What it writes, up to {MAX_TEXT} characters",
                lines=3, max_lines=8, max_length=MAX_TEXT, elem_id="handwriting-text",
            )  # fmt: skip
            hand = gr.Dropdown(
                events.choices(), value=events.ANY, label="Hand",
                info="Of a person who wrote the lines that it learned from",
                elem_id="handwriting-hand",
            )  # fmt: skip
            known = [(n, t, samples.words()[n]) for n, t in events.hands().items()
                     if n in samples.words()]  # fmt: skip
            with gr.Accordion("See the hands", open=False, visible=bool(known)):
                picker = hand_picker_view(
                    known, above=samples.ABOVE, below=samples.BELOW, elem_id="handwriting-hands"
                )
            bias = gr.Slider(
                0, 3, asked.bias, step=0.05, label="Legibility",
                info="0 writes as people do, more is neater",
            )  # fmt: skip
            with gr.Row(elem_classes="buttons"):
                write = gr.Button(
                    "Write", variant="primary", elem_id="handwriting-write",
                    elem_classes="brings-handwriting-stage",
                )  # fmt: skip
                stop = gr.Button("Stop", elem_id="handwriting-stop")
            status = gr.Markdown(elem_classes="status", elem_id="handwriting-status")
            with gr.Accordion("Blend two hands", open=False):
                other = gr.Dropdown(
                    [("Nobody", events.NOBODY), *((t, n) for n, t in events.hands().items())],
                    value=events.NOBODY, label="Second hand",
                )  # fmt: skip
                blend = gr.Slider(
                    0, 1, 0.5, step=0.01, label="Share of the second hand",
                    info="0 is the first hand, 1 the second",
                )  # fmt: skip
            with gr.Accordion("More settings", open=False, elem_id="handwriting-more"):
                variants = gr.Slider(
                    1, MOST_VARIANTS, 1, step=1, label="Variants at once",
                    info="the same text with seeds that follow each other",
                )  # fmt: skip
                seed = gr.Number(
                    asked.seed, precision=0, minimum=0, maximum=MAX_SEED, label="Seed",
                    info="the same seed and settings move the pen the same way",
                    elem_id="handwriting-seed",
                )  # fmt: skip
                new_seed = gr.Checkbox(True, label="Draw a new seed for every text")
                checked = gr.Checkbox(
                    checkable(), label="Keep the most legible attempt", visible=checkable(),
                    info=f"Of up to {ATTEMPTS} attempts at a word: the one that the network which "
                    "reads handwriting reads best",
                    elem_id="handwriting-checked",
                )  # fmt: skip

    heading("Look inside", "What the network thought at every point, and what it might have done.")
    inside.build(page, stage, now)

    heading("Your own hand", "Show the network how you write, and it goes on in your hand.")
    own_hand.build(page, own)

    drawing_on.build(page)

    heading("What is going on", "")
    gr.Markdown(EXPLANATION.read_text(encoding="utf-8"), elem_classes="explanation")

    heading("The model", "Trained by this project; the card travels inside the checkpoint.")
    gr.HTML(card_table(sampler().card), elem_classes="model-card", elem_id="handwriting-card")

    write_event = anew(
        [write.click], events.on_write,
        [text, hand, other, blend, bias, seed, new_seed, variants, checked, own],
        [stage, now, seed, status], stop=(events.on_stop, None, stage), **BUSY,
    )  # fmt: skip
    stop.click(None, cancels=[write_event]).then(events.on_stop, None, stage, queue=False, **QUIET)
    picker.select(events.on_pick, None, hand, **QUIET)
    own.change(events.on_own, [own, hand], hand, **QUIET)
    api.offer()


def prepare() -> None:
    """Have the network in memory, and what it thought of the first view."""
    if shipped():
        sampler()
        if opened := samples.opening():
            inside.first_view(opened[0])
