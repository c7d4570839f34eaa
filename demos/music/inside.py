"""Look inside a piece: the memory cells around a note, and the rules of four-part writing."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import gradio as gr

from demos.music import samples
from demos.music.pieces import (
    BAR,
    CHORALES,
    VOICES,
    Piece,
    chorale_sampler,
    piano_sampler,
)
from demos.refusals import refusal
from demos.widgets.panel import Panel
from demos.widgets.pitch_classes import NAMES
from lstm_core.music.chorales import rules
from lstm_core.music.chorales import watching as chorale_watching
from lstm_core.music.chorales.dataset import QUARTER
from lstm_core.music.chorales.sampler import ChoraleRequest
from lstm_core.music.piano import watching as piano_watching
from lstm_core.music.piano.request import PianoRequest

FRAMES = 2 * BAR
"""Of a chorale, before and after the note that is looked at; four steps each."""

EVENTS = 200
"""Of the piano, before and after the note that is looked at."""

EMPTY = "Compose something above and click one of its notes to see the memory cells around it."
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
BUSY: dict[str, Any] = {**QUIET, "trigger_mode": "always_last", "concurrency_id": "cpu"}


def build(page: gr.Blocks, roll: gr.HTML, now: gr.State, opened: Piece | None) -> None:
    """Fill the section.

    Args:
        page: that it is part of.
        roll: its `select` event tells of notes that are pointed at.
        now: the `Piece` on it, or None.
        opened: what is on the roll when the page opens.
    """
    gr.Markdown(
        "**Surprise.** Colour the notes by surprise, at the roll: the darker, the less the network "
        "expected what it drew. Click a note, and dashed ghosts stand where it might have gone "
        "instead, with their probabilities.",
        elem_classes="status",
    )
    gr.Markdown(
        "**The memory cells** around the note that you clicked. In a chorale, a step is a voice of "
        "a sixteenth: soprano, alto, tenor, bass, and the next. At the piano it is an event: a key "
        "goes down or up, time passes, the next keys are struck harder or softer.",
        elem_classes="status",
    )
    panel = Panel(empty=EMPTY, elem_id="music-panel")
    gr.Markdown(
        "**The rules of four-part writing**, of which nobody told the network. What breaks one is "
        "written again, unless you switch that off under *More settings*. Counted in a hundred "
        "quarter notes of the chorale on the roll, and of real ones.",
        elem_classes="status",
    )
    table = gr.HTML(check_list(opened), elem_classes="model-card", elem_id="music-rules")
    check = gr.Button("Check the chorale on the roll", elem_id="music-check")
    roll.select(on_note, now, panel.component, **BUSY)
    check.click(check_list, now, table, **QUIET)
    if opened is not None:
        page.load(first_view, None, panel.component, **QUIET)


def on_note(event: gr.EventData, piece: Piece | None) -> Any:
    """A note was pointed at."""
    message = event._data if isinstance(event._data, dict) else {}
    note = message.get("note")
    if piece is None or message.get("run") != piece.id:
        raise refusal("This piece is no longer on the roll.")
    if type(note) is not int or not 0 <= note < len(piece.notes):
        raise refusal("There is no such note.")
    return gr.skip() if piece.places[note] is None else cells_at(piece, note)


@lru_cache(maxsize=1)
def first_view() -> Any:
    """What every visitor sees of the piece that is there when the page opens."""
    piece = samples.first()
    return None if piece is None else cells_at(piece, len(piece.notes) // 2, keep=True)


def cells_at(piece: Piece, note: int, keep: bool = False) -> dict[str, Any]:
    """The panel's value around a note that the network wrote; `keep` as in `Panel.show`."""
    place = piece.places[note]
    assert place is not None
    part, step = piece.parts[place[0]], place[1]
    request, breaks = part.request, []
    if isinstance(request, ChoraleRequest):
        width = len(VOICES)
        first = max(0, step // width - FRAMES)
        last = min(request.length, step // width + FRAMES)
        trace, pitches = chorale_watching.watch(chorale_sampler(), request, first, last)
        labels = [named(pitch) for pitch in pitches]
        here = step - width * first
        quarters = range(first, last)
        breaks = [width * (frame - first) for frame in quarters if frame % QUARTER == 0]
    else:
        assert isinstance(request, PianoRequest)
        first, last = max(0, step - EVENTS), min(len(part.events), step + EVENTS)
        trace = piano_watching.watch(piano_sampler(), request, part.events, first, last)
        labels = [piano_watching.words(event, NAMES) for event in part.events[first:last]]
        here = step - first
    return Panel.show(
        trace, labels, step=here, chips=True, breaks=breaks, name=piece.title, keep=keep
    )


def named(pitch: int) -> str:
    """A pitch by its name, a dash for silence."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}" if pitch > 0 else "–"


def check_list(piece: Piece | None) -> str:
    """How often a chorale breaks the rules, beside real ones, as HTML."""
    found = None
    if piece is not None and piece.kind == CHORALES and piece.frames:
        found = rules.rates([piece.pitches])
    known = samples.real()
    title = f"Real chorales ({known['chorales']})" if known else "Real chorales"
    lines = [f"<tr><th></th><td>On the roll</td><td>{title}</td></tr>"]
    for rule, words in rules.RULES.items():
        ours = "–" if found is None else f"{found[rule]:.1f}"
        theirs = "–" if known is None else f"{known['rates'][rule]:.1f}"
        lines.append(f"<tr><th>{words}</th><td>{ours}</td><td>{theirs}</td></tr>")
    return f"<table>{''.join(lines)}</table>"
