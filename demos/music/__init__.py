"""The Music tab: chorales and piano music, composed while one listens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demos.card import card_table
from demos.heading import heading
from demos.music import api, events, harmonise, inside, own_start, samples
from demos.music.asking import LONGEST, PRESETS, SHORTEST, TEMPERATURE
from demos.music.files import music_file
from demos.music.pieces import (
    CHORALES,
    PIANO,
    chorale_sampler,
    piano_sampler,
    shipped,
)
from demos.presses import anew
from demos.widgets.piano_roll import piano_roll_view
from demos.widgets.pitch_classes import pitch_classes_view
from lstm_core.music.chorales.sampler import MAX_SEED, ChoraleRequest

NAME, TITLE = "music", "Music"
NETWORKS = (CHORALES, PIANO)

EXPLANATION = Path(__file__).with_name("music.md")
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
BUSY: dict[str, Any] = {**QUIET, "concurrency_id": "cpu"}
MODELS = {CHORALES: "Chorale for four voices", PIANO: "Piano"}
READY = {CHORALES: "A chorale", PIANO: "A piano piece"}


def build(page: gr.Blocks) -> None:
    """Fill the tab."""
    kinds = shipped()
    if not kinds:
        gr.Markdown("There is no network that composes in the folder `checkpoints`.")
        return
    opened = samples.first()
    ready = [kind for kind in kinds if samples.opening(kind)]
    first = opened.kind if opened else kinds[0]

    now = gr.State(opened)
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            roll = piano_roll_view(
                events.ready_value(opened, play=False) if opened else None, ask=music_file,
                empty="Press Compose, and hear it composed here.", elem_id="music-roll",
            )  # fmt: skip
        with gr.Column(scale=3, elem_classes="controls"):
            kind = gr.Radio(
                [(MODELS[kind], kind) for kind in kinds], value=first, label="What to compose",
                elem_id="music-kind",
            )  # fmt: skip
            seconds = gr.Slider(
                SHORTEST, LONGEST, 60, step=1, label="Length", info="seconds",
                elem_id="music-seconds",
            )  # fmt: skip
            endless = gr.Checkbox(
                False, label="Go on until I press Stop", elem_id="music-endless"
            )  # fmt: skip
            with gr.Row(elem_classes="buttons"):
                compose = gr.Button(
                    "Compose", variant="primary", elem_id="music-compose",
                    elem_classes="brings-music-roll",
                )  # fmt: skip
                stop = gr.Button("Stop", elem_id="music-stop")
            status = gr.Markdown(elem_classes="status", elem_id="music-status")
            ready_made = gr.Radio(
                [(READY[kind], kind) for kind in ready], value=None, visible=bool(ready),
                label="Composed beforehand", elem_id="music-ready",
            )  # fmt: skip
            with gr.Accordion("Key and character", open=False, elem_id="music-character"):
                preset = gr.Dropdown(
                    [(name or "As the network likes", name) for name in PRESETS], value="",
                    label="Scale", elem_id="music-preset",
                )  # fmt: skip
                classes = pitch_classes_view(elem_id="music-classes")
                density = gr.Slider(
                    0, 25, 0, step=0.5, label="Notes a second", visible=first == PIANO,
                    info="0 as the network likes", elem_id="music-density",
                )  # fmt: skip
                motion = gr.Slider(
                    -3, 3, ChoraleRequest.motion, step=0.1, label="Motion",
                    visible=first == CHORALES,
                    info="0 as the network likes; at 0.5 the voices move nearly as often as Bach's",
                    elem_id="music-motion",
                )  # fmt: skip
            with gr.Accordion("More settings", open=False, elem_id="music-more"):
                temperature = gr.Slider(
                    0, 2, TEMPERATURE[first], step=0.05, label="Temperature",
                    info="0 always the likeliest, 1 as the network has it, more is bolder",
                    elem_id="music-temperature",
                )  # fmt: skip
                mind_rules = gr.Checkbox(
                    True, label="Mind the rules of four-part writing", elem_id="music-mind-rules",
                    info="a quarter of a chorale that breaks one is written again, up to "
                    f"{ChoraleRequest.attempts} times",
                    visible=CHORALES in kinds,
                )  # fmt: skip
                seed = gr.Number(
                    0, precision=0, minimum=0, maximum=MAX_SEED, label="Seed",
                    info="the same seed and settings give the same music", elem_id="music-seed",
                )  # fmt: skip
                new_seed = gr.Checkbox(True, label="Draw a new seed for every piece",
                                       elem_id="music-new-seed")  # fmt: skip

    stage, luck = [roll, now, seed, status], [seed, new_seed]
    running: list[Any] = [
        anew(
            [compose.click], events.on_compose,
            [kind, seconds, endless, temperature, classes, density, motion, mind_rules, *luck],
            stage, stop=(events.on_stop, None, roll), **BUSY,
        ),
        roll.input(events.on_more, now, roll, **BUSY),
    ]  # fmt: skip

    keyboard = None
    if PIANO in kinds:
        heading("Your own start", "Play a phrase or open a MIDI file, and the network goes on.")
        keyboard, more = own_start.build(
            page, stage, [seconds, endless, temperature, classes, density, *luck]
        )
        running += more
    if CHORALES in kinds:
        heading("Harmonise", "A melody becomes a chorale; keep what you like of it.")
        running += harmonise.build(page, stage, now, [temperature, mind_rules, *luck], keyboard)

    heading("Look inside", "What the network expected, note by note, and what it remembered.")
    inside.build(page, roll, now, opened)

    heading("What is going on", "")
    gr.Markdown(EXPLANATION.read_text(encoding="utf-8"), elem_classes="explanation")

    heading("The models", "Trained by this project; the cards travel inside the checkpoints.")
    for name in kinds:
        sampler = chorale_sampler() if name == CHORALES else piano_sampler()
        gr.HTML(card_table(sampler.card), elem_classes="model-card", elem_id=f"music-card-{name}")

    stop.click(None, cancels=running).then(events.on_stop, None, roll, queue=False, **QUIET)
    kind.input(events.on_kind, kind, [density, motion, temperature], **QUIET)
    preset.input(events.on_preset, preset, classes, **QUIET)
    ready_made.input(events.on_ready, ready_made, [roll, now], **QUIET)
    api.offer()


def prepare() -> None:
    """Have the networks and the sounds in memory, and what was thought of the first view."""
    from lstm_core.music.sound import INSTRUMENTS
    from lstm_core.music.sound import samples as sounds

    if not shipped():
        return
    for instrument in INSTRUMENTS:
        sounds(instrument)
    for kind in shipped():
        (chorale_sampler if kind == CHORALES else piano_sampler)()
    inside.first_view()
