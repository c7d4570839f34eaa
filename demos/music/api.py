"""What the Music tab offers to programs: the same as the page."""

from __future__ import annotations

import base64
from typing import Any

import gradio as gr

from demos.music.asking import ask_harmony, ask_more, ask_piece
from demos.music.composing import compose
from demos.music.pieces import CHORALES, PIANO, VOICES, Piece, shipped
from demos.refusals import refusal, refused
from demos.widgets.keyboard import opened
from lstm_core.music import midi
from lstm_core.music.keys import key_of
from lstm_core.music.midi import Track
from lstm_core.music.pedal import pedal_of


def offer() -> None:
    """Add the functions to the page's interface: those that there is a network for."""
    gr.api(compose_music, api_name="compose", concurrency_id="cpu")
    if PIANO in shipped():
        gr.api(continue_music, api_name="continue_music", concurrency_id="cpu")
    if CHORALES in shipped():
        gr.api(harmonise, api_name="harmonise", concurrency_id="cpu")


def compose_music(
    model: str = "chorales",
    seconds: float = 30.0,
    temperature: float | None = None,
    seed: int = 0,
    classes: list[float] | None = None,
    density: float | None = None,
    motion: float = 0.5,
    tempo: float = 76.0,
    mind_rules: bool = True,
) -> dict[str, Any]:
    """Compose a piece of music: a chorale for four voices, or a performance on the piano.

    Args:
        model: chorales or piano
        seconds: of music, 10 to 180
        temperature: 0 always takes the likeliest, 1 draws from the network's own distribution,
            up to 2; nothing for what suits the network, 0.9 for chorales and 0.95 for the piano
        seed: the same seed and settings give the same music, 0 to 4294967295
        classes: twelve weights from 0 to 1 of the pitch classes, C first
        density: of the piano, notes a second, 0.5 to 25
        motion: of chorales, at 0 the voices hold their notes as long as the network likes,
            at 0.5 they move about as often as Bach's; -3 to 3
        tempo: of chorales, quarter notes a minute, 40 to 160
        mind_rules: of chorales, whether a quarter that breaks a rule of four-part writing is
            written again, up to eight times

    Returns:
        title, seed, tempo, key; notes, lists of pitch, velocity, start and end in seconds, and
        number of the voice, soprano first; and midi, a MIDI file in base64
    """
    return whole(
        ask_piece(
            model, seconds=seconds, temperature=temperature, seed=seed, classes=classes,
            density=density, motion=motion, tempo=tempo,
            mind_rules=mind_rules,
        )
    )  # fmt: skip


def continue_music(
    notes: list[list[float]] | None = None,
    midi_file: str = "",
    seconds: float = 30.0,
    temperature: float = 0.95,
    seed: int = 0,
    classes: list[float] | None = None,
    density: float | None = None,
) -> dict[str, Any]:
    """Go on from piano music.

    Args:
        notes: to go on from, lists of pitch from 0 to 127, velocity from 1 to 127, start and end in
            seconds
        midi_file: in place of notes, a MIDI file of type 0 or 1 in base64, up to 1,000,000 bytes
        seconds: of music that is added, 10 to 180
        temperature: 0 always takes the likeliest, 1 draws from the network's own distribution,
            up to 2
        seed: the same seed and settings give the same music, 0 to 4294967295
        classes: twelve weights from 0 to 1 of the pitch classes, C first
        density: notes a second, 0.5 to 25

    Returns:
        as /compose, with what was given, of long pieces the last thousand notes, first; and given,
        how many of the notes that is
    """
    if notes and midi_file:
        raise refusal("Give notes or a MIDI file; not both.")
    given: Any = notes
    if midi_file:
        with refused():
            given = midi.read(opened(midi_file))
    piece = ask_more(
        [] if given is None else given, seconds=seconds, temperature=temperature, seed=seed,
        classes=classes, density=density,
    )  # fmt: skip
    count = len(piece.notes)
    return {**whole(piece), "given": count}


def harmonise(
    melody: list[list[int]],
    temperature: float = 0.8,
    seed: int = 0,
    tempo: float = 76.0,
    mind_rules: bool = True,
) -> dict[str, Any]:
    """Write alto, tenor and bass below a melody.

    Args:
        melody: lists of pitch, from 57 to 84, start and length in eighth notes; one voice, up to
            100 bars of four quarters
        temperature: 0 always takes the likeliest, 1 draws from the network's own distribution,
            up to 2
        seed: the same seed and settings give the same music, 0 to 4294967295
        tempo: quarter notes a minute, 40 to 160
        mind_rules: as for /compose

    Returns:
        as /compose
    """
    return whole(
        ask_harmony(melody, temperature=temperature, seed=seed, tempo=tempo, mind_rules=mind_rules)
    )


def whole(piece: Piece) -> dict[str, Any]:
    """A piece, written to its end."""
    for _ in compose(piece):
        pass
    notes, key = piece.played(), key_of(piece.played())
    names = VOICES if piece.kind == CHORALES else (piece.title,)
    program = 19 if piece.kind == CHORALES else 0
    pedal = pedal_of(notes) if piece.kind == PIANO else ()
    tracks = [
        Track(name, [n for n, rolled in zip(notes, piece.notes, strict=True)
                     if rolled.voice == voice], pedal, program)
        for voice, name in enumerate(names)
    ]  # fmt: skip
    rows = [[n.pitch, n.velocity, round(n.start, 4), round(n.end, 4), n.voice]
            for n in piece.notes]  # fmt: skip
    file = midi.write(tracks, tempo=piece.tempo, key=key)
    return {
        "title": piece.title,
        "seed": piece.parts[0].request.seed,
        "tempo": piece.tempo,
        "key": key,
        "notes": rows,
        "midi": base64.b64encode(file).decode("ascii"),
    }
