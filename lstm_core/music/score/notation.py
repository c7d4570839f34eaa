"""What is written for four voices that sing: heads, rests, ties and accidentals, bar by bar.

Time is counted in sixteenths, bars have four quarters. A note that no single value lasts as long
as, or that goes on beyond its bar, is written as several that are tied. An accidental is written
where a step is altered otherwise than the key signature, or an earlier accidental of the bar on
the same line or space of the same stave, has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from typing import NamedTuple

from lstm_core.checks import number
from lstm_core.music.midi import Note
from lstm_core.music.score.spelling import SCALE, signature, spelled

VOICES = 4
"""Soprano and alto on the upper stave, tenor and bass on the lower."""

BEAT = 4
BAR = 4 * BEAT
"""Sixteenths."""

NOTES = {
    16: (0,), 12: (0, 4), 8: (0, 4, 8), 6: (0, 2, 4, 8, 10), 4: (0, 2, 4, 8, 10, 12),
    3: (0, 1, 4, 5, 8, 9, 12, 13), 2: (0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14),
    1: tuple(range(BAR)),
}  # fmt: skip
"""Where in a bar a note of so many sixteenths may begin, so that one can count along."""

RESTS = {16: (0,), 8: (0, 8), 4: (0, 4, 8, 12), 2: tuple(range(0, BAR, 2)), 1: tuple(range(BAR))}
"""The same for rests, which hide no beat and have no dots."""


class Sung(NamedTuple):
    """A note of a voice."""

    pitch: int  # as MIDI counts
    start: int  # sixteenths from the beginning
    end: int
    voice: int  # 0 is the soprano
    number: int  # of the note in the piece


class Symbol(NamedTuple):
    """A head or a rest of one voice."""

    start: int  # sixteenths from the beginning
    voice: int
    length: int  # sixteenths, of those of NOTES
    note: int | None = None  # its number; None for a rest
    step: int = 0  # of the scale, above C0
    accidental: int | None = None  # what is written before it: semitones from -2 to 2
    tied: bool = False  # to the next of its voice
    goes_on: bool = False  # the one before is tied to it


@dataclass(frozen=True)
class Score:
    """A piece as it is written.

    Attributes:
        key: of the signature, one of `midi.KEYS`.
        bars: the symbols of each, by start and voice; all of a voice last as long as the bar.
    """

    key: str
    bars: list[list[Symbol]]


def stave_of(voice: int) -> int:
    """0 is the upper stave."""
    return voice // 2


def sung(notes: Sequence[Note], voices: Sequence[int], tempo: float) -> list[Sung]:
    """Notes on the grid of sixteenths.

    Args:
        notes: in seconds.
        voices: of each note, from 0 to 3.
        tempo: quarter notes a minute, 10 to 400.

    Raises:
        ValueError: a sentence, if a voice has several notes at a time.
    """
    tick = 60 / number("tempo", tempo, 10, 400, float) / BEAT
    found = [
        Sung(note.pitch, start := round(note.start / tick), max(start + 1, round(note.end / tick)),
             voice, n)
        for n, (note, voice) in enumerate(zip(notes, voices, strict=True))
    ]  # fmt: skip
    if len({(note.voice, note.start) for note in found}) < len(found):
        raise ValueError("In a score each voice sings one note at a time.")
    next_start = dict[int, int]()  # of the voice, by the number of a note
    for voice in range(VOICES):
        own = sorted((note.start, note.number) for note in found if note.voice == voice)
        next_start |= {before: start for (_, before), (start, _) in pairwise(own)}
    return [
        note._replace(end=min(note.end, next_start.get(note.number, note.end))) for note in found
    ]


@cache
def lengths(place: int, length: int, rest: bool = False) -> tuple[int, ...]:
    """The values, in sixteenths, by which a sound or silence within a bar is written: as few as
    possible, parted where the metre is strongest.

    Args:
        place: in the bar, where it begins.
        length: of it.
        rest: whether it is a silence.
    """
    allowed = RESTS if rest else NOTES
    if place in allowed.get(length, ()):
        return (length,)
    ways = [
        (first, *lengths(place + first, length - first, rest))
        for first in allowed
        if first < length and place in allowed[first]
    ]

    def weakness(way: tuple[int, ...]) -> tuple[int, ...]:
        cut = place + way[0]
        return len(way), -(cut & -cut)  # the greatest power of two in it

    return min(ways, key=weakness)


def write(notes: Sequence[Sung], key: str | None) -> Score:
    """The score of a piece; rests fill its last bar.

    Args:
        notes: those of a voice one after the other.
        key: one of `midi.KEYS`; C when None.

    Raises:
        ValueError: a sentence, if it is another key.
    """
    key = key or "C"
    count = -(-max((note.end for note in notes), default=0) // BAR)
    symbols: list[Symbol] = []
    for voice in range(VOICES):
        now = 0
        own = sorted((note for note in notes if note.voice == voice), key=lambda note: note.start)
        for note in own:
            symbols += parts(now, note.start, Symbol(now, voice, 0))
            head = Symbol(note.start, voice, 0, note.number, spelled(note.pitch, key)[0])
            symbols += parts(note.start, note.end, head)
            now = note.end
        symbols += parts(now, count * BAR, Symbol(now, voice, 0))
    bars: list[list[Symbol]] = [[] for _ in range(count)]
    for symbol in sorted(symbols, key=lambda symbol: symbol[:2]):
        bars[symbol.start // BAR].append(symbol)
    alters = {note.number: spelled(note.pitch, key)[1] for note in notes}
    return Score(key, [with_accidentals(bar, alters, key) for bar in bars])


def parts(start: int, end: int, like: Symbol) -> list[Symbol]:
    """The symbols of a sound or silence from one time to another, each within a bar."""
    found: list[Symbol] = []
    rest = like.note is None
    while start < end:
        stop = min(end, (start // BAR + 1) * BAR)
        for length in lengths(start % BAR, stop - start, rest):
            after = not rest and bool(found)
            tied = not rest and start + length < end
            found.append(like._replace(start=start, length=length, tied=tied, goes_on=after))
            start += length
    return found


def with_accidentals(bar: Sequence[Symbol], alters: dict[int, int], key: str) -> list[Symbol]:
    """The symbols of a bar with the accidentals that they need.

    Where both voices of a stave have one step at a time, but altered differently, both get theirs,
    and so does whoever comes next.

    Args:
        bar: by start and voice.
        alters: of the notes, by number.
        key: of the signature.
    """
    usual = signature(key)
    current: dict[tuple[int, int], int | None] = {}  # by stave and step, since the bar began
    found = []
    for _, together in groupby(bar, key=lambda symbol: symbol.start):
        chord = list(together)
        wanted: dict[tuple[int, int], set[int]] = {}
        for symbol in chord:
            if symbol.note is not None:
                place = stave_of(symbol.voice), symbol.step
                wanted.setdefault(place, set()).add(alters[symbol.note])
        for symbol in chord:
            if symbol.note is not None and not symbol.goes_on:
                place, alter = (stave_of(symbol.voice), symbol.step), alters[symbol.note]
                said = current.get(place, usual[symbol.step % len(SCALE)])
                if said != alter or len(wanted[place]) > 1:
                    symbol = symbol._replace(accidental=alter)
                    current[place] = alter
            found.append(symbol)
        current |= {place: None for place, several in wanted.items() if len(several) > 1}
    return found
