"""What visitors and programs ask for, checked, becomes a piece that can be written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np

from demos.music.composing import MORE_BARS, MORE_SECONDS
from demos.music.pieces import (
    BAR,
    CHORALES,
    KINDS,
    PIANO,
    TEMPO,
    VOICES,
    Piece,
    chorale,
    performance,
    shifted,
    shipped,
)
from demos.refusals import refusal
from lstm_core.checks import number
from lstm_core.music.chorales.dataset import QUARTER
from lstm_core.music.chorales.sampler import MAX_LENGTH, OPEN, ChoraleRequest
from lstm_core.music.midi import Note
from lstm_core.music.piano.request import PianoRequest, check_prime
from lstm_core.music.piano.sampler import PRIME

SHORTEST, LONGEST = 10, 180
"""Seconds of a piece that ends."""

SLOWEST, FASTEST = 40, 160
"""Quarter notes a minute of a chorale."""

TEMPERATURE = {CHORALES: ChoraleRequest.temperature, PIANO: PianoRequest.temperature}
"""At which each network composes unless it is told otherwise."""

PRESETS = {
    "": [1.0] * 12,
    "C major": [float(n in (0, 2, 4, 5, 7, 9, 11)) for n in range(12)],
    "F major": [float(n in (0, 2, 4, 5, 7, 9, 10)) for n in range(12)],
    "D minor": [float(n in (0, 2, 4, 5, 7, 9, 10, 1)) for n in range(12)],
    "Pentatonic": [float(n in (0, 2, 4, 7, 9)) for n in range(12)],
    "Whole tone": [float(n % 2 == 0) for n in range(12)],
}
"""Weights of the pitch classes, C first. D minor has its leading note, C sharp."""

EIGHTH = QUARTER // 2
"""Frames of an eighth note."""

LOWEST_MELODY, HIGHEST_MELODY = 57, 84
LONGEST_MELODY = MAX_LENGTH // EIGHTH
"""Eighths."""

Tune = list[tuple[int, int, int]]
"""Notes by start: pitch, start and length in eighths."""


def ask_piece(
    kind: Any, *, seconds: Any, endless: Any = False, temperature: Any = None, seed: Any,
    classes: Any = None, density: Any = None, motion: Any = ChoraleRequest.motion,
    tempo: Any = TEMPO[CHORALES], mind_rules: Any = True,
) -> Piece:  # fmt: skip
    """A piece from nothing, of whatever was sent.

    Args:
        kind: of `KINDS`.
        seconds: of music, 10 to 180.
        endless: as long as somebody listens.
        temperature: that of `TEMPERATURE` when None.
        seed: as the requests have it.
        classes: twelve weights; None, or all of them 1, for no wishes.
        density: notes a second of the piano; as the network likes when None or 0.
        motion: of the voices of a chorale.
        tempo: of a chorale, quarter notes a minute.
        mind_rules: of four-part writing, in a chorale.

    Raises:
        gr.Error: a sentence that says what is wrong and what is accepted.
    """
    if not isinstance(kind, str) or kind not in KINDS:
        raise refusal(f"The model must be one of: {', '.join(KINDS)}.")
    known(kind)
    temperature = TEMPERATURE[kind] if temperature is None else temperature
    common = {"temperature": temperature, "seed": seed, "classes": wished(classes)}
    try:
        seconds = number("length", seconds, SHORTEST, LONGEST, float)
        if kind == PIANO:
            seconds = MORE_SECONDS if endless is True else seconds
            density = None if density == 0 else density
            played = PianoRequest(seconds=seconds, density=density, **common)
            return performance(played, f"Piano {played.seed}", endless is True)
        tempo = number("tempo", tempo, SLOWEST, FASTEST, float)
        frames = min(MAX_LENGTH, round(seconds * tempo / 60 * QUARTER / BAR) * BAR)
        frames = MORE_BARS * BAR if endless is True else max(BAR, frames)
        written = ChoraleRequest(
            length=frames, motion=motion, attempts=attempts(mind_rules), **common
        )
        return chorale(written, f"Chorale {written.seed}", tempo, endless=endless is True)
    except ValueError as error:
        raise refusal(escape(str(error), quote=False)) from None


def ask_more(
    notes: Any, *, seconds: Any, endless: Any = False, temperature: Any, seed: Any,
    classes: Any = None, density: Any = None,
) -> Piece:  # fmt: skip
    """A piece that goes on from notes, of whatever was sent; the other arguments are those of
    `ask_piece`.

    Args:
        notes: a list of [pitch, velocity, start, end].

    Raises:
        gr.Error: a sentence that says what is wrong and what is accepted.
    """
    known(PIANO)
    try:
        prime = check_prime(notes)
        if not prime:
            raise ValueError("There is nothing to go on from yet: play some notes, or open a file.")
        seconds = number("length", seconds, SHORTEST, LONGEST, float)
        last = sorted(prime, key=lambda note: (note.start, note.pitch))[-PRIME:]
        request = PianoRequest(
            seconds=MORE_SECONDS if endless is True else seconds, temperature=temperature,
            seed=seed, classes=wished(classes), density=None if density == 0 else density,
            prime=tuple(shifted(last)),
        )  # fmt: skip
    except ValueError as error:
        raise refusal(escape(str(error), quote=False)) from None
    return performance(request, f"Piano {request.seed}, from your own start", endless is True)


def ask_harmony(
    melody: Any, *, temperature: Any, seed: Any, tempo: Any = TEMPO[CHORALES], title: str = "",
    mind_rules: Any = True,
) -> Piece:  # fmt: skip
    """A chorale around a melody, of whatever was sent.

    Args:
        melody: a list of [pitch, start, length], start and length in eighths.
        temperature, seed, tempo, mind_rules: as for `ask_piece`.
        title: of the melody.

    Raises:
        gr.Error: a sentence that says what is wrong and what is accepted.
    """
    known(CHORALES)
    try:
        tune = check_tune(melody)
        tempo = number("tempo", tempo, SLOWEST, FASTEST, float)
        given, cuts = sung(tune)
        request = ChoraleRequest(
            given=given, temperature=temperature, seed=seed, attempts=attempts(mind_rules)
        )
    except ValueError as error:
        raise refusal(escape(str(error), quote=False)) from None
    named = title or "Your melody"
    return chorale(request, f"{named}, harmonised, {request.seed}", tempo, cuts)


def ask_anew(
    piece: Piece | None, voices: Any, bars: Any, *, temperature: Any, seed: Any,
    mind_rules: Any = True,
) -> Piece:  # fmt: skip
    """A chorale of which some voices and some bars stay, and the rest is written anew (as in
    Hadjeres, Pachet & Nielsen 2017, DeepBach, arXiv:1612.01010).

    Args:
        piece: that there is.
        voices: numbers of those that stay, 0 is the soprano.
        bars: numbers of those that stay, from 1.
        temperature, seed, mind_rules: as for `ask_piece`.

    Raises:
        gr.Error: a sentence that says what is wrong and what is accepted.
    """
    known(CHORALES)
    if piece is None or piece.kind != CHORALES or not piece.frames:
        raise refusal("There is no chorale on the roll yet: compose or harmonise one first.")
    pitches = piece.pitches[:MAX_LENGTH]
    keep = np.zeros(pitches.shape, dtype=bool)
    keep[:, whole(voices, "voice", 0, len(VOICES) - 1)] = True
    for bar in whole(bars, "bar", 1, -(-len(pitches) // BAR)):
        keep[BAR * (bar - 1) : BAR * bar] = True
    if keep.all():
        raise refusal("All of it is kept: leave out a voice or a bar, to have it written anew.")
    try:
        request = ChoraleRequest(
            given=np.where(keep, pitches, OPEN), temperature=temperature, seed=seed,
            attempts=attempts(mind_rules),
        )  # fmt: skip
    except ValueError as error:
        raise refusal(escape(str(error), quote=False)) from None
    cuts = frozenset((frame, voice) for frame, voice in piece.cuts
                     if frame < len(keep) and keep[frame, voice])  # fmt: skip
    return chorale(request, f"{piece.title.split(', anew')[0]}, anew, {request.seed}",
                   piece.tempo, cuts)  # fmt: skip


def attempts(mind_rules: Any) -> int:
    """How often a quarter of a chorale is written at most."""
    return 1 if mind_rules is False else ChoraleRequest.attempts


def known(kind: str) -> None:
    """Refuses what there is no network for."""
    if kind not in shipped():
        raise refusal(f"There is no network {kind!r} in the folder checkpoints.")


def wished(classes: Any) -> tuple[float, ...] | None:
    """Weights of the pitch classes as the requests check them; None if nothing is wished."""
    if isinstance(classes, list) and classes == [1] * 12:
        return None
    return classes


def whole(values: Any, name: str, low: int, high: int) -> list[int]:
    """A list of whole numbers, which a page may send as text.

    Raises:
        gr.Error: a sentence.
    """
    asked = f"The {name}s to keep must be a list of whole numbers from {low} to {high}."
    if not isinstance(values, list) or len(values) > high - low + 1:
        raise refusal(asked)
    found = []
    for value in values:
        text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if (
            not text.isascii()
            or not text.isdigit()
            or len(text) > 4
            or not low <= int(text) <= high
        ):
            raise refusal(asked)
        found.append(int(text))
    return found


def parsed(text: Any, most: int = 4_000_000) -> Any:
    """What a component's text holds as JSON; None if it is none."""
    if not isinstance(text, str) or len(text) > most:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def check_tune(melody: Any) -> Tune:
    """A melody, of anything that was sent.

    Raises:
        ValueError: a sentence.
    """
    form = (
        f"A melody is a list of up to {LONGEST_MELODY} notes, each a pitch from {LOWEST_MELODY} to "
        f"{HIGHEST_MELODY}, a start and a length in eighths, all within {LONGEST_MELODY} eighths."
    )
    if not isinstance(melody, list) or len(melody) > LONGEST_MELODY:
        raise ValueError(form)
    tune: Tune = []
    for row in melody:
        if not isinstance(row, list | tuple) or len(row) != 3:
            raise ValueError(form)
        try:
            pitch = int(number("pitch", row[0], LOWEST_MELODY, HIGHEST_MELODY, int))
            start = int(number("start", row[1], 0, LONGEST_MELODY - 1, int))
            length = int(number("length", row[2], 1, LONGEST_MELODY - start, int))
        except ValueError:
            raise ValueError(form) from None
        tune.append((pitch, start, length))
    tune.sort(key=lambda note: note[1])
    if not tune:
        raise ValueError("There is no melody yet: click one on the grid, or take one of ours.")
    for (_, start, length), (_, following, _) in pairwise(tune):
        if start + length > following:
            raise ValueError("A melody has one voice: no note may begin before the last has ended.")
    return tune


def sung(tune: Tune) -> tuple[np.ndarray, frozenset[tuple[int, int]]]:
    """What is given of a chorale with a melody, (T, 4), whole bars; and where a note of it begins,
    as (frame, voice)."""
    end = EIGHTH * max(start + length for _, start, length in tune)
    given = np.full((min(MAX_LENGTH, -(-end // BAR) * BAR), len(VOICES)), OPEN)
    given[:, 0] = -1
    for pitch, start, length in tune:
        given[EIGHTH * start : EIGHTH * (start + length), 0] = pitch
    return given, frozenset((EIGHTH * start, 0) for _, start, _ in tune)


def melody_of(notes: Sequence[Note], tempo: float) -> Tune:
    """The upper line of what was played, each note at the nearest eighth, within the grid."""
    eighth = 30 / tempo
    found: dict[int, tuple[int, int]] = {}  # start -> pitch and end
    for note in sorted(notes, key=lambda note: note.pitch):
        start = round(note.start / eighth)
        pitch = note.pitch
        while pitch < LOWEST_MELODY:
            pitch += 12
        while pitch > HIGHEST_MELODY:
            pitch -= 12
        if start < LONGEST_MELODY:
            found[start] = pitch, max(start + 1, round(note.end / eighth))
    starts = sorted(found)
    tune: Tune = []
    for start, following in zip(starts, [*starts[1:], LONGEST_MELODY], strict=True):
        pitch, end = found[start]
        tune.append((pitch, start, min(end, following) - start))
    return tune
