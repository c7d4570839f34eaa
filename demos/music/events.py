"""What happens on the stage of the Music tab: an event each."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from demos.music import samples
from demos.music.asking import PRESETS, TEMPERATURE, ask_piece
from demos.music.composing import follow, goes_on
from demos.music.pieces import CHORALES, KINDS, PIANO, Piece
from demos.refusals import refusal
from demos.widgets.piano_roll import piano_roll_stop, piano_roll_value

NEW_SEED_BELOW = 1_000_000  # short enough to be read out and typed
LEAD_IN = 4.0
"""Seconds of what was given that are heard before the network goes on."""


def on_compose(
    kind: str, seconds: float, endless: bool, temperature: float, classes: Any, density: float,
    motion: float, mind_rules: bool, seed: int, new_seed: bool,
) -> Iterator[tuple]:  # fmt: skip
    """Compose a piece from nothing."""
    piece = ask_piece(
        kind, seconds=seconds, endless=endless, temperature=temperature,
        seed=fresh(seed, new_seed), classes=classes, density=density, motion=motion,
        mind_rules=mind_rules,
    )  # fmt: skip
    yield from shown(piece)


def shown(piece: Piece) -> Iterator[tuple]:
    """A piece on the stage while it is written: values of the roll, the piece, its seed and a
    status."""
    request = piece.parts[0].request
    begin = max(0.0, piece.known - LEAD_IN)
    rest: tuple[Any, ...] = (piece, request.seed, said(piece))
    for value in follow(piece, begin=begin):
        yield value, *rest
        rest = (gr.skip(),) * len(rest)  # what a visitor changes meanwhile stays changed


def on_more(event: gr.EventData, piece: Piece | None) -> Iterator[Any]:
    """The end of an endless piece comes near: another part of it."""
    message = event._data if isinstance(event._data, dict) else {}
    if piece is None or message.get("run") != piece.id or not goes_on(piece):
        yield gr.skip()
        return
    yield from follow(piece)


def on_stop() -> dict[str, str]:
    """Let the music end."""
    return piano_roll_stop()


def on_ready(kind: str) -> tuple:
    """One of the pieces that were composed beforehand."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise refusal("There is no such piece.")
    piece = samples.opening(kind)
    if piece is None:
        raise refusal("That piece was not composed yet.")
    piece = replace(piece, id=secrets.token_hex(4))
    return ready_value(piece, play=True), piece


def ready_value(piece: Piece, *, play: bool) -> dict[str, str]:
    """The roll's value for a piece that is all there."""
    return piano_roll_value(piece.sheet(play=play), 0, piece.notes, known=piece.known, done=True)


def on_kind(kind: str) -> list[dict[str, Any]]:
    """The wishes that a network knows, density for the piano and motion for chorales; and the
    temperature that suits it."""
    if not isinstance(kind, str) or kind not in TEMPERATURE:
        raise refusal("There is no such network.")
    visible = [gr.update(visible=kind == PIANO), gr.update(visible=kind == CHORALES)]
    return [*visible, gr.update(value=TEMPERATURE[kind])]


def on_preset(name: str) -> list[float]:
    """The weights of a scale."""
    if not isinstance(name, str) or name not in PRESETS:
        raise refusal("There is no such scale.")
    return PRESETS[name]


def fresh(seed: Any, new_seed: Any) -> Any:
    """A new seed, if one is wished for."""
    return secrets.randbelow(NEW_SEED_BELOW) if new_seed is True else seed


def said(piece: Piece) -> str:
    """What is on the roll, for the line below the buttons."""
    return f"{piece.title}, until you press Stop." if piece.endless else f"{piece.title}."
