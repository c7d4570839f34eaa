"""The Captions tab: a network describes a photo word by word, and shows where it looked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demos.captioning import api, events
from demos.captioning.files import photo_samples, photo_shown, photo_strip, photo_taken
from demos.captioning.runs import DRAWN, NETWORK, sampler, shipped
from demos.card import card_table
from demos.heading import heading
from demos.widgets.panel import Panel
from demos.widgets.photo_stage import Asks, photo_stage_view
from lstm_core.captioning.request import MAX_BEAM, MAX_BEGINNING, MAX_SEED, MAX_TEMPERATURE

NAME, TITLE = "captions", "Captions"
NETWORKS = (NETWORK,)

EXPLANATION = Path(__file__).with_name("captioning.md")
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
BUSY: dict[str, Any] = {**QUIET, "concurrency_id": "cpu"}


def build(page: gr.Blocks) -> None:
    """Fill the tab."""
    if not shipped():
        gr.Markdown("There is no network that describes photos in the folder `checkpoints`.")
        return
    now = gr.State("")
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            stage = photo_stage_view(
                asks=Asks(photo_taken, photo_shown, photo_samples, photo_strip),
                empty="Drop a photo here, or choose one, and see it described.",
                elem_id="caption-stage",
            )
        with gr.Column(scale=3, elem_classes="controls"):
            beginning = gr.Textbox(
                label="Beginning", max_length=MAX_BEGINNING, elem_id="caption-beginning",
                info="Words that the caption begins with, such as “two dogs”, and goes on from",
            )  # fmt: skip
            beam = gr.Slider(
                1, MAX_BEAM, 3, step=1, label="Beam", elem_id="caption-beam",
                info="captions followed at once; 1 takes the likeliest word every time",
            )  # fmt: skip
            with gr.Row(elem_classes="buttons"):
                describe = gr.Button(
                    "Describe", variant="primary", elem_id="caption-go",
                    elem_classes="brings-caption-stage",
                )  # fmt: skip
                stop = gr.Button("Stop", elem_id="caption-stop")
            with gr.Accordion("Words by chance", open=False):
                temperature = gr.Slider(
                    0, MAX_TEMPERATURE, 0, step=0.05, label="Temperature",
                    elem_id="caption-temperature",
                    info=f"0 searches for a likely caption; above, {DRAWN} are drawn by chance, "
                    "the more freely the higher it is, and the beam does not matter",
                )  # fmt: skip
                seed = gr.Number(
                    0, minimum=0, maximum=MAX_SEED, precision=0, label="Seed",
                    elem_id="caption-seed",
                )  # fmt: skip

    heading(
        "Look inside",
        "All gates and memory cells while the caption was written: at each step the cells read the "
        "word before and said the one that is named here.",
    )
    panel = Panel(
        empty="The memory cells are shown once a photo is described.", elem_id="caption-panel"
    )

    heading("What is going on", "")
    gr.Markdown(EXPLANATION.read_text(encoding="utf-8"), elem_classes="explanation")

    heading("The model", "Trained by this project; the card travels inside the checkpoint.")
    gr.HTML(card_table(sampler().card), elem_classes="model-card", elem_id="caption-card")

    settings = [beam, temperature, seed, beginning]
    shown = [stage, now, panel.component]
    page.load(events.on_open, None, shown, **BUSY)
    running = [
        gr.on(
            [describe.click, beginning.submit, beam.release, temperature.release],
            events.on_describe, [now, *settings], shown, trigger_mode="always_last", **BUSY,
        ),
        # A visitor may choose another photo while one is described: the last is what counts.
        stage.input(events.on_wish, settings, shown, trigger_mode="always_last", **BUSY),
    ]  # fmt: skip
    stop.click(None, cancels=running).then(events.on_stop, now, stage, queue=False, **QUIET)
    api.offer()


def prepare() -> None:
    """Have what every visitor sees first."""
    if shipped():
        events.first_look()
        photo_samples({})
