"""Pieces of music as the server remembers them for a visitor, and the networks that write them."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from demos.refusals import refused
from demos.widgets.piano_roll import RollNote, Sheet
from lstm_core import checkpoint
from lstm_core.music.chorales.dataset import QUARTER
from lstm_core.music.chorales.sampler import ChoraleRequest, ChoraleSampler
from lstm_core.music.midi import Note
from lstm_core.music.piano.request import PianoRequest
from lstm_core.music.piano.sampler import PianoSampler

CHORALES, PIANO = "chorales", "piano"
KINDS = {CHORALES: "Chorale", PIANO: "Piano"}
"""The networks, and what they write."""

VOICES = ("Soprano", "Alto", "Tenor", "Bass")
INSTRUMENT = {CHORALES: "organ", PIANO: "piano"}
TEMPO = {CHORALES: 76.0, PIANO: 120.0}
"""Quarter notes a minute. A performance has none; its files are written at 120."""

BAR = 4 * QUARTER
"""Frames of a bar of four quarters."""

VELOCITY = (84, 76, 76, 80)
"""Of the voices of a chorale, which the network does not tell."""


@dataclass
class Part:
    """What was asked of a network at a time.

    Attributes:
        request: what to write.
        read: frames at its beginning that the piece has already: they are only read.
        events: of the piano, as they were played.
    """

    request: ChoraleRequest | PianoRequest
    read: int = 0
    events: list[int] = field(default_factory=list)


@dataclass
class Piece:
    """Music that is written or being written.

    Attributes:
        kind: of `KINDS`.
        title: what it is called.
        parts: one, but for pieces without an end.
        tempo: quarter notes a minute.
        notes: by start; the end of one that still sounds is NaN.
        places: for each note the part and the step of it that wrote it, events of the piano and
            voices of the chorale's frames; None for what is none of the network's.
        frames: (4,) pitches of a chorale, each a sixteenth.
        cuts: frames and voices of a chorale in which a note begins although its pitch stays.
        known: seconds up to which it is known what begins.
        endless: more is written as long as somebody listens.
        id: tells it from all others.
    """

    kind: str
    title: str
    parts: list[Part]
    tempo: float
    notes: list[RollNote] = field(default_factory=list)
    places: list[tuple[int, int] | None] = field(default_factory=list)
    frames: list[np.ndarray] = field(default_factory=list)
    cuts: frozenset[tuple[int, int]] = frozenset()
    known: float = 0.0
    endless: bool = False
    id: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def frame(self) -> float:
        """Seconds of a frame of a chorale."""
        return 60 / self.tempo / QUARTER

    @property
    def pitches(self) -> np.ndarray:
        """(T, 4) of a chorale."""
        return np.array(self.frames, dtype=np.int64).reshape(-1, len(VOICES))

    def add(self, note: RollNote, place: tuple[int, int] | None) -> int:
        """One note more, and its number."""
        self.notes.append(note)
        self.places.append(place)
        return len(self.notes) - 1

    def end(self, number: int, seconds: float) -> None:
        """A note ends."""
        self.notes[number] = self.notes[number]._replace(end=seconds)

    def open(self) -> list[int]:
        """The numbers of the notes that still sound."""
        return [n for n, note in enumerate(self.notes) if math.isnan(note.end)]

    def close(self) -> None:
        """All notes end, now if they still sound."""
        for number in self.open():
            self.end(number, max(self.known, self.notes[number].start + 0.05))

    def sheet(self, *, play: bool = False, begin: float = 0.0) -> Sheet:
        """What the roll is told of it."""
        chorale = self.kind == CHORALES
        return Sheet(
            self.id, self.title, INSTRUMENT[self.kind], VOICES if chorale else (), self.tempo,
            BAR * self.frame if chorale else 0.0, begin, play, self.endless,
        )  # fmt: skip

    def played(self) -> list[Note]:
        """The notes as files have them."""
        return [Note(n.pitch, n.velocity, n.start, n.end) for n in self.notes]


def chorale(
    request: ChoraleRequest, title: str, tempo: float = TEMPO[CHORALES],
    cuts: frozenset[tuple[int, int]] = frozenset(), endless: bool = False,
) -> Piece:  # fmt: skip
    """A chorale that is to be written."""
    return Piece(CHORALES, title, [Part(request)], tempo, cuts=cuts, endless=endless)


def performance(request: PianoRequest, title: str, endless: bool = False) -> Piece:
    """A performance that is to be played, with what it goes on from."""
    piece = Piece(PIANO, title, [Part(request)], TEMPO[PIANO], endless=endless)
    for note in sorted(request.prime, key=lambda note: (note.start, note.pitch)):
        piece.add(RollNote(*note, given=True), None)
        piece.known = max(piece.known, note.end)
    return piece


def shifted(notes: Sequence[Note]) -> list[Note]:
    """The same notes, the first of them at time 0."""
    begun = min((note.start for note in notes), default=0.0)
    return [note._replace(start=note.start - begun, end=note.end - begun) for note in notes]


@cache
def shipped() -> tuple[str, ...]:
    """Those of `KINDS` that there is a network for."""
    return tuple(kind for kind in KINDS if kind in checkpoint.names())


@cache
def chorale_sampler() -> ChoraleSampler:
    """The shipped network that writes chorales.

    Raises:
        gr.Error: a sentence, if its file is missing or cannot be used.
    """
    with refused():
        return ChoraleSampler.from_checkpoint(CHORALES)


@cache
def piano_sampler() -> PianoSampler:
    """The shipped network that plays the piano.

    Raises:
        gr.Error: a sentence, if its file is missing or cannot be used.
    """
    with refused():
        return PianoSampler.from_checkpoint(PIANO)
