"""The Translation tab: a network reads a sentence, another writes it in French or English, and both
show how they did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demos.card import card_table
from demos.heading import heading
from demos.translation import api, events, inside, squeezed
from demos.translation.examples import EXAMPLES
from demos.translation.files import attention_file
from demos.translation.runs import NETWORK, VECTOR, sampler, shipped
from demos.widgets.panel import Panel
from demos.widgets.translating import translating_view
from lstm_core.translation.request import MAX_BEAM, MAX_TEXT, TranslationRequest

NAME, TITLE = "translation", "Translation"
NETWORKS = (NETWORK,)

EXPLANATION = Path(__file__).with_name("translation.md")
WAYS = {"en_fr": "English to French", "fr_en": "French to English"}
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
BUSY: dict[str, Any] = {**QUIET, "concurrency_id": "cpu"}


def build(page: gr.Blocks) -> None:
    """Fill the tab."""
    if not shipped():
        gr.Markdown("There is no network that translates in the folder `checkpoints`.")
        return
    number = events.choices()[0][1]
    asked = TranslationRequest(EXAMPLES[number].text, EXAMPLES[number].direction)

    now = gr.State(None)
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            stage = translating_view(
                ask=attention_file,
                empty="Type a sentence, press Translate, and see it written here.",
                elem_id="translation-stage",
            )
        with gr.Column(scale=3, elem_classes="controls"):
            text = gr.Textbox(
                asked.text, label="Text", lines=4, max_lines=12, max_length=MAX_TEXT,
                info=f"Sentences or paragraphs, up to {MAX_TEXT:,} characters",
                elem_id="translation-text",
            )  # fmt: skip
            example = gr.Dropdown(
                events.choices(), value=number, label="Or begin with", elem_id="translation-example"
            )
            direction = gr.Radio(
                [(WAYS[name], name) for name in sampler().directions], value=asked.direction,
                label="Direction", elem_id="translation-direction",
            )  # fmt: skip
            beam = gr.Slider(
                1, MAX_BEAM, asked.beam, step=1, label="Beam",
                info="translations followed at once; 1 takes the likeliest piece every time",
            )  # fmt: skip
            penalty = gr.Slider(
                0, 2, asked.length_penalty, step=0.05, label="Length penalty",
                info="0 ranks by probability alone, which favours short ones",
            )  # fmt: skip
            with gr.Row(elem_classes="buttons"):
                translate = gr.Button(
                    "Translate", variant="primary", elem_id="translation-go",
                    elem_classes="brings-translation-stage",
                )  # fmt: skip
                stop = gr.Button("Stop", elem_id="translation-stop")
            with gr.Accordion("More settings", open=False):
                coverage = gr.Slider(
                    0, 1, asked.coverage_penalty, step=0.05, label="Coverage penalty",
                    info="counts against translations that pass over a part of the sentence",
                )  # fmt: skip
                back = gr.Slider(
                    0, 1, asked.back_weight, step=0.05, label="Weight of the way back",
                    info="counts for translations from which the network can tell the sentence",
                    visible=len(sampler().directions) > 1,
                )  # fmt: skip
                numbers = gr.Checkbox(
                    asked.keep_numbers, label="Keep the numbers", elem_id="translation-numbers",
                    info="in digits, only numbers of the sentence may be written",
                )  # fmt: skip

    heading(
        "Look inside",
        "All gates and memory cells while the sentence was read and its translation written; steps "
        "are pieces of words, ␣ is a space. Layer 1 is next to the pieces.",
    )
    part = gr.Radio(
        [(title, name) for name, title in inside.PARTS.items()], value=inside.FIRST,
        show_label=False, container=False, elem_id="translation-part",
    )  # fmt: skip
    panel = Panel(
        empty="The memory cells are shown once something is translated.",
        elem_id="translation-panel",
    )

    beside = squeezed.build(page)

    heading("What is going on", "")
    gr.Markdown(EXPLANATION.read_text(encoding="utf-8"), elem_classes="explanation")

    heading("The model", "Trained by this project; the card travels inside the checkpoint.")
    gr.HTML(card_table(sampler().card), elem_classes="model-card", elem_id="translation-card")
    if shipped(VECTOR):
        with gr.Accordion("The network without attention", open=False):
            gr.HTML(card_table(sampler(VECTOR).card), elem_classes="model-card")

    within = [panel.component, beside]
    settings = [text, direction, beam, penalty, coverage, back, numbers]
    page.load(events.on_open, part, [stage, now, *within], **BUSY)
    written = [stage, now]
    running = [
        gr.on([translate.click, text.submit], events.on_translate, settings, written, **BUSY),
        example.input(events.on_example, example, [text, direction], **QUIET).then(
            events.on_translate, settings, written, **BUSY
        ),
        stage.input(events.on_wish, now, [*written, text], **BUSY),
    ]
    for event in running:
        event.success(events.on_ended, [now, part], within, **BUSY)
    stop.click(None, cancels=running).then(events.on_stop, now, stage, queue=False, **QUIET).then(
        events.on_ended, [now, part], within, **BUSY
    )
    stage.select(events.on_sentence, [now, part], within, **BUSY)
    part.input(events.on_part, [now, part], panel.component, **BUSY)
    api.offer()


def prepare() -> None:
    """Have what every visitor sees first."""
    if shipped():
        events.first_look(inside.FIRST)
        squeezed.first_map()
