"""Your own start: a phrase that a visitor plays, or a MIDI file; the network goes on from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from demos.music.asking import ask_more, parsed
from demos.music.events import fresh, on_stop, shown
from demos.presses import anew
from demos.widgets.keyboard import keyboard_view

BUSY: dict[str, Any] = {
    "api_visibility": "private", "show_progress": "hidden", "concurrency_id": "cpu"
}  # fmt: skip
HINT = (
    "Play some notes: click or touch the keys, or click one and then use the letters A to L. Or "
    "open a MIDI file."
)


def build(page: gr.Blocks, stage: list[Any], wishes: list[Any]) -> tuple[gr.HTML, list[Any]]:
    """Fill the section.

    Args:
        page: that it is part of.
        stage: roll, state, seed and status.
        wishes: components of length, endless, temperature, pitch classes, density, seed, and
            whether it is new.

    Returns:
        the keyboard, and events that Stop is to cancel.
    """
    gr.Markdown(
        "The network reads what you play, up to the last thousand notes, and goes on from the very "
        "state that it is in then. Your notes stay with you: they are kept for this piece only.",
        elem_classes="status",
    )
    keyboard = keyboard_view(None, hint=HINT, elem_id="music-keyboard")
    with gr.Row(elem_classes="buttons"):
        go_on = gr.Button(
            "Go on from it", variant="primary", elem_id="music-go-on",
            elem_classes="brings-music-roll",
        )  # fmt: skip
    event = anew(
        [go_on.click], on_go_on, [keyboard, *wishes], stage, stop=(on_stop, None, stage[0]), **BUSY
    )
    return keyboard, [event]


def on_go_on(
    notes: Any, seconds: float, endless: bool, temperature: float, classes: Any, density: float,
    seed: int, new_seed: bool,
) -> Iterator[tuple]:  # fmt: skip
    """Go on from what was played."""
    piece = ask_more(
        parsed(notes) or [], seconds=seconds, endless=endless, temperature=temperature,
        seed=fresh(seed, new_seed), classes=classes, density=density,
    )  # fmt: skip
    yield from shown(piece)
