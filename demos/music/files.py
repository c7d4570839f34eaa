"""Files of music to take away, made of what a browser has on its roll."""

from __future__ import annotations

import base64
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

from demos.theme import LIGHT
from lstm_core.checks import number
from lstm_core.music import midi, sound
from lstm_core.music.keys import key_of
from lstm_core.music.midi import Note, Track
from lstm_core.music.pedal import pedal_of
from lstm_core.music.score import engraving, notation
from lstm_core.music.score.svg import svg
from lstm_core.music.sound.instruments import find

TYPES = {"mid": "audio/midi", "wav": "audio/wav", "png": "image/png", "svg": "image/svg+xml"}
PROGRAMS = {"piano": 0, "organ": 19}
"""Of General MIDI: an acoustic grand piano, a church organ."""

MOST_NOTES = 30_000
LONGEST = {"mid": 7_200, "wav": 300, "png": 900, "svg": 900}
"""Seconds of music that a file holds."""

VIEWS = ("roll", "score")
"""What pictures show."""

LONGEST_SCORE = 300
"""Bars."""

NARROWEST, WIDEST, WIDTH = 40, 400, 110
"""Of a score, in staff spaces; that of one whose width is not asked for."""

VOICES = 4
VOICE_COLOURS = ("minus", "gate-g", "gate-i", "plus")
SURPRISED = 5.0  # nats that are drawn at full strength
SHADES = {"velocity": ("accent", 0.2, 127.0), "surprise": ("surprise", 0.12, SURPRISED)}
"""The colour, its least share, and the value at which all of it is used."""

ONE_AT_A_TIME = threading.Lock()  # the sound of three minutes takes seconds of one core


class Question(NamedTuple):
    """What a browser asks for, checked."""

    kind: str
    notes: list[Note]
    voices: list[int]  # of each note
    surprises: list[float | None]
    title: str
    names: list[str]  # of the voices
    instrument: str
    tempo: float
    colour: str
    view: str
    width: float  # of a score


def music_file(message: Any) -> dict[str, str]:
    """A file of what is on the roll: a server function of it.

    Args:
        message: as a browser sends it: see `piano_roll_view`.

    Returns:
        `{"type": ..., "data": base64}`, or `{"error": sentence}`.
    """
    try:
        question = checked(message)
        with ONE_AT_A_TIME:
            content = made(question)
    except ValueError as error:
        return {"error": str(error)}
    return {"type": TYPES[question.kind], "data": base64.b64encode(content).decode("ascii")}


def made(question: Question) -> bytes:
    """The content of the file."""
    if question.kind == "mid":
        return midi.write(tracks(question), tempo=question.tempo, key=key_of(question.notes))
    if question.kind == "wav":
        return sound.wav(sound.render(question.notes, question.instrument))
    if question.view == "score":
        return score(question)
    from lstm_core.music.picture import picture  # with matplotlib, which few visitors need

    legend = []
    if question.colour == "voice":
        legend = [(name, LIGHT[c]) for name, c in zip(question.names, VOICE_COLOURS, strict=False)]
    return picture(
        question.notes, colours(question), question.kind, title=question.title, legend=legend
    )


def score(question: Question) -> bytes:
    """A picture of the score.

    Raises:
        ValueError: a sentence, if there is none of these notes.
    """
    if len(question.names) < VOICES:
        raise ValueError("There is a score of chorales only, whose notes have their place in bars.")
    sung = notation.sung(question.notes, question.voices, question.tempo)
    if max(note.end for note in sung) > LONGEST_SCORE * notation.BAR:
        raise ValueError(f"A score holds up to {LONGEST_SCORE} bars; the roll has all of them.")
    page = engraving.engrave(notation.write(sung, key_of(question.notes)), question.width)
    behind = None if question.colour == "voice" else colours(question)
    if question.kind == "svg":
        return svg(page, title=question.title, colours=behind).encode()
    from lstm_core.music.picture import printed

    return printed(page, title=question.title, colours=behind)


def tracks(question: Question) -> list[Track]:
    """A track for each voice; one if there are none."""
    program = PROGRAMS[question.instrument]
    if not question.names:
        pedal = pedal_of(question.notes) if question.instrument == "piano" else ()
        return [Track(question.title or "Piano", question.notes, pedal, program)]
    return [
        Track(
            name,
            [n for n, v in zip(question.notes, question.voices, strict=True) if v == number],
            program=program,
        )
        for number, name in enumerate(question.names)
    ]


def colours(question: Question) -> list[str]:
    """Of each note, as #RRGGBB."""
    if question.colour == "voice":
        if not question.names:
            return [LIGHT["accent"]] * len(question.notes)
        return [LIGHT[VOICE_COLOURS[voice]] for voice in question.voices]
    name, least, full = SHADES[question.colour]
    values: Sequence[float | None] = [note.velocity for note in question.notes]
    if question.colour == "surprise":
        values = question.surprises
    return [
        LIGHT["rule"] if value is None
        else mixed(LIGHT[name], least + (1 - least) * min(1, value / full))
        for value in values
    ]  # fmt: skip


def mixed(colour: str, share: float) -> str:
    """A colour laid over white in part."""
    parts = (round(share * int(colour[n : n + 2], 16) + (1 - share) * 255) for n in (1, 3, 5))
    return "#" + "".join(f"{part:02X}" for part in parts)


def checked(message: Any) -> Question:
    """A question of a browser.

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """
    given: dict[str, Any] = message if isinstance(message, dict) else {}
    kind, colour, title = given.get("kind"), given.get("colour"), given.get("title", "")
    if not isinstance(kind, str) or kind not in TYPES:
        raise ValueError(f"There are files of the kinds {', '.join(TYPES)}.")
    if colour not in ("voice", *SHADES):
        raise ValueError(f"The colour must be one of: voice, {', '.join(SHADES)}.")
    view = given.get("view", VIEWS[0])
    if view not in VIEWS:
        raise ValueError(f"The view must be one of: {', '.join(VIEWS)}.")
    width = number("width", given.get("width", WIDTH), NARROWEST, WIDEST, float)
    names = as_list(given.get("voices"), VOICES)
    for words, most in ((title, 200), *((name, 40) for name in names)):
        if not isinstance(words, str) or len(words) > most or not words.isprintable():
            raise ValueError("A title and the names of voices are short lines of text.")
    instrument: Any = given.get("instrument")
    find(instrument)
    tempo = number("tempo", given.get("tempo"), 10, 400, float)
    notes, voices, surprises = rows(given.get("notes"), LONGEST[kind])
    return Question(
        kind, notes, voices, surprises, title, names, instrument, tempo, colour, view, width
    )


def as_list(value: Any, most: int) -> list:
    """A list of a message.

    Raises:
        ValueError: a sentence.
    """
    if not isinstance(value, list) or len(value) > most or len(value) == 1:
        raise ValueError(f"Voices are a list of 2 to {most} names, or an empty one.")
    return value


def rows(given: Any, longest: float) -> tuple[list[Note], list[int], list[float | None]]:
    """Notes, voices and surprises of the rows of a message.

    Raises:
        ValueError: a sentence.
    """
    form = (
        "Notes are rows of six: pitch from 0 to 127, velocity from 1 to 127, start and end in "
        f"seconds, the end after the start, voice from 0 to {VOICES - 1}, surprise in nats or null."
    )
    if not isinstance(given, list) or len(given) > MOST_NOTES:
        raise ValueError(f"{form} At most {MOST_NOTES:,} of them.")
    if not given:
        raise ValueError("There are no notes on the roll yet.")
    notes, voices, surprises = [], [], []
    for row in given:
        if not isinstance(row, list) or len(row) != 6:
            raise ValueError(form)
        try:
            pitch, velocity = (
                int(number("", row[0], 0, 127, int)),
                int(number("", row[1], 1, 127, int)),
            )
            start, end = (number("", value, 0, 1e6, float) for value in row[2:4])
            voices.append(int(number("", row[4], 0, VOICES - 1, int)))
            surprises.append(None if row[5] is None else number("", row[5], 0, 1e3, float))
        except ValueError:
            raise ValueError(form) from None
        if not start < end:
            raise ValueError(form)
        notes.append(Note(pitch, velocity, start, end))
    if max(note.end for note in notes) > longest:
        raise ValueError(f"Such a file holds up to {longest / 60:,.0f} minutes of music.")
    return notes, voices, surprises
