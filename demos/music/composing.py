"""Pieces are composed, note by note, and the page is told."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from demos.music.pieces import (
    BAR,
    CHORALES,
    VELOCITY,
    VOICES,
    Part,
    Piece,
    chorale_sampler,
    piano_sampler,
)
from demos.widgets.piano_roll import LIKELY, RollNote, piano_roll_value
from lstm_core.music.chorales.sampler import MAX_SEED, OPEN, ChoraleRequest
from lstm_core.music.chorales.watching import likely_pitches
from lstm_core.music.midi import Note
from lstm_core.music.piano.request import PianoRequest
from lstm_core.music.piano.sampler import PRIME
from lstm_core.music.piano.watching import likely_keys

STRETCH_SECONDS = 0.1
"""Between two messages to the browser: each has Gradio copy the values of all components."""

MORE_BARS, MORE_SECONDS = 8, 30.0
"""Of an endless piece, at a time."""

READ_BARS = 4
"""Of an endless chorale, before it goes on."""

LONGEST = 3_600.0
"""Seconds after which even an endless piece ends."""


def compose(piece: Piece) -> Iterator[None]:
    """Write the last part of a piece; pauses after every step."""
    yield from (write_chorale if piece.kind == CHORALES else play_piano)(piece)
    piece.close()


def write_chorale(piece: Piece) -> Iterator[None]:
    """Frames become notes: one that keeps its pitch is one that is held."""
    part, number = piece.parts[-1], len(piece.parts) - 1
    assert isinstance(part.request, ChoraleRequest)
    held: list[int | None] = [None] * len(VOICES)
    before = np.full(len(VOICES), -1)
    for step in chorale_sampler().stream(part.request):
        if step.frame < part.read:
            continue
        frame = len(piece.frames)
        now, surprise = frame * piece.frame, step.surprise
        for voice, pitch in enumerate(step.pitches.tolist()):
            if pitch == before[voice] and (frame, voice) not in piece.cuts:
                continue
            if (last := held[voice]) is not None:
                piece.end(last, now)
                held[voice] = None
            if pitch > 0:
                note = RollNote(
                    pitch, VELOCITY[voice], now, math.nan, voice, bool(step.given[voice]),
                    float(surprise[voice]), likely_pitches(step, voice, LIKELY),
                )  # fmt: skip
                held[voice] = piece.add(note, (number, len(VOICES) * step.frame + voice))
        before = step.pitches
        piece.frames.append(step.pitches)
        piece.known = now + piece.frame
        yield


def play_piano(piece: Piece) -> Iterator[None]:
    """Events become notes: one that was struck is shown before it is known when it ends."""
    part, number = piece.parts[-1], len(piece.parts) - 1
    assert isinstance(part.request, PianoRequest)
    sounding: dict[int, int] = {}  # pitch -> number of the note
    for step in piano_sampler().stream(part.request):
        part.events.append(step.event)
        for note in step.notes:
            if (ended := sounding.pop(note.pitch, None)) is not None:
                piece.end(ended, note.end)
        if step.struck and step.struck[0] not in sounding:
            pitch, velocity = step.struck
            struck = RollNote(
                pitch, velocity, step.seconds, math.nan, surprise=step.surprise,
                likely=likely_keys(step, LIKELY),
            )  # fmt: skip
            sounding[pitch] = piece.add(struck, (number, step.position))
        piece.known = step.seconds
        yield


def follow(piece: Piece, *, begin: float = 0.0) -> Iterator[dict[str, str]]:
    """Write the last part of a piece.

    Args:
        piece: that the part is added to.
        begin: seconds at which playing begins.

    Yields:
        values of the roll: one at once, then a stretch at a time, each with all notes that may have
        changed since the one before the last; the last holds the whole part.
    """
    sheet = piece.sheet(play=True, begin=begin)
    start = 0 if len(piece.parts) == 1 else len(piece.notes)
    before = last = start
    due = 0.0

    def value(first: int, done: bool) -> dict[str, str]:
        return piano_roll_value(sheet, first, piece.notes[first:], known=piece.known, done=done)

    yield value(start, False)
    try:
        for _ in compose(piece):
            if time.monotonic() < due or len(piece.notes) == start:
                continue
            yield value(before, False)
            unchanged = min(piece.open(), default=len(piece.notes))
            before, last = last, unchanged
            due = time.monotonic() + STRETCH_SECONDS
    finally:  # a visitor may stop it
        piece.close()
    yield value(start, True)


def goes_on(piece: Piece) -> bool:
    """Adds another part to an endless piece; whether there is more to come."""
    if not piece.endless or piece.known >= LONGEST:
        return False
    asked = piece.parts[-1].request
    seed = (asked.seed + 1) % (MAX_SEED + 1)
    if isinstance(asked, ChoraleRequest):
        read = min(len(piece.frames), READ_BARS * BAR)
        given = np.full((read + MORE_BARS * BAR, len(VOICES)), OPEN)
        given[:read] = piece.pitches[len(piece.frames) - read :]
        piece.parts.append(Part(replace(asked, given=given, seed=seed), read))
        return True
    notes = tuple(Note(*note[:4]) for note in piece.notes[-PRIME:])
    more = replace(asked, seconds=MORE_SECONDS, prime=notes, seed=seed)
    piece.parts.append(Part(more))
    return True
