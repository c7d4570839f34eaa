"""Harmonise: a visitor's melody in four parts; what is liked stays, the rest is written anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from demos.music.asking import (
    ask_anew,
    ask_harmony,
    check_tune,
    melody_of,
    parsed,
)
from demos.music.events import fresh, shown
from demos.music.pieces import BAR, CHORALES, TEMPO, VOICES, Piece
from demos.music.tunes import TUNES
from demos.refusals import refusal
from demos.widgets.melody import melody_value, melody_view
from lstm_core.music.piano.request import check_prime

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
BUSY: dict[str, Any] = {**QUIET, "concurrency_id": "cpu"}
MOST_BARS = 100
FIRST = "Old Hundredth"


def build(page: gr.Blocks, stage: list[Any], now: gr.State, wishes: list[Any],
          played: gr.HTML | None) -> list[Any]:  # fmt: skip
    """Fill the section.

    Args:
        page: that it is part of.
        stage: roll, state, seed and status.
        now: the `Piece` on the roll, or None.
        wishes: components of temperature, minding the rules, seed, and whether it is new.
        played: the keyboard, if there is one.

    Returns:
        events that Stop is to cancel.
    """
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            grid = melody_view(
                melody_value(TUNES[FIRST]), tempo=TEMPO[CHORALES], elem_id="music-melody"
            )
        with gr.Column(scale=3, elem_classes="controls"):
            tune = gr.Dropdown(list(TUNES), value=FIRST, label="A melody", elem_id="music-tune")
            write = gr.Button(
                "Harmonise it", variant="primary", elem_id="music-harmonise",
                elem_classes="brings-music-roll",
            )  # fmt: skip
            take = gr.Button("Take what I played", visible=played is not None,
                             elem_id="music-take")  # fmt: skip
            gr.Markdown(
                "The melody is the soprano; alto, tenor and bass are written around it and play on "
                "the roll above.",
                elem_classes="status",
            )
            with gr.Accordion("Keep what you like", open=True):
                voices = gr.CheckboxGroup(
                    [(name, str(n)) for n, name in enumerate(VOICES)], value=["0"],
                    label="Voices to keep", elem_id="music-voices",
                )  # fmt: skip
                bars = gr.CheckboxGroup([], label="Bars to keep", elem_id="music-bars",
                                        visible=False)  # fmt: skip
                anew = gr.Button("Write the rest anew", elem_id="music-anew")

    written = write.click(on_harmonise, [grid, tune, *wishes], stage, **BUSY)
    rewritten = anew.click(on_anew, [now, voices, bars, *wishes], stage, **BUSY)
    for event in (written, rewritten):
        event.success(on_bars, now, bars, **QUIET)
    tune.input(on_tune, tune, grid, **QUIET)
    if played is not None:
        take.click(on_take, played, grid, **QUIET)
    return [written, rewritten]


def on_harmonise(
    melody: Any, tune: Any, temperature: float, mind_rules: bool, seed: int, new_seed: bool
) -> Iterator[tuple]:
    """Write three voices below a melody."""
    notes = parsed(melody)
    unchanged = isinstance(tune, str) and notes == [list(note) for note in TUNES.get(tune, [])]
    piece = ask_harmony(
        notes, temperature=temperature, seed=fresh(seed, new_seed),
        title=tune if unchanged else "", mind_rules=mind_rules,
    )  # fmt: skip
    yield from shown(piece)


def on_anew(
    piece: Piece | None, voices: Any, bars: Any, temperature: float, mind_rules: bool, seed: int,
    new_seed: bool,
) -> Iterator[tuple]:  # fmt: skip
    """Write a chorale anew but for some voices and some bars."""
    seed = fresh(seed, new_seed)
    yield from shown(
        ask_anew(piece, voices, bars, temperature=temperature, seed=seed, mind_rules=mind_rules)
    )


def on_bars(piece: Piece | None) -> dict[str, Any]:
    """The bars of the chorale on the roll; those that were kept are to be chosen again."""
    count = min(MOST_BARS, -(-len(piece.frames) // BAR)) if piece and piece.frames else 0
    return gr.update(choices=[str(n) for n in range(1, count + 1)], value=[], visible=count > 0)


def on_tune(name: str) -> str:
    """One of our melodies."""
    if not isinstance(name, str) or name not in TUNES:
        raise refusal("There is no such melody.")
    return melody_value(TUNES[name])


def on_take(notes: Any) -> str:
    """The upper line of what was played on the keyboard."""
    try:
        tune = melody_of(check_prime(parsed(notes) or []), TEMPO[CHORALES])
        return melody_value(check_tune([list(note) for note in tune]))
    except ValueError:
        raise refusal("There is nothing played yet that could be a melody.") from None
