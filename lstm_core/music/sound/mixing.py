"""Notes become sound: all at once, or while they are still being composed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from lstm_core.checks import number
from lstm_core.music.sound.instruments import Instrument, find
from lstm_core.music.sound.limiter import Limiter
from lstm_core.music.sound.notes import Played, played
from lstm_core.music.sound.room import Reverberation

RATE = 44_100
RATES = 8_000, 96_000
PIECE = 4.0  # seconds at a time, when all of them are wanted


class Mix:
    """A piece of music in the making; of what is played, only what is not over yet is kept.

    Args:
        instrument: that plays.
        rate: samples a second.
        size: samples at a time.
    """

    def __init__(self, instrument: Instrument, rate: int, size: int) -> None:
        self._instrument, self._rate, self._size = instrument, rate, size
        self._dry = np.zeros((0, 2), np.float32)  # what is known of the time from `_at` on
        self._at = 0  # samples that have been mixed
        self._room, self._limiter = Reverberation(instrument.room, rate), Limiter(rate)

    def add(self, note: Played) -> None:
        """Let a note sound; it must not start in what has been mixed."""
        pitch, velocity, start, end = note
        tone = self._instrument.tone(pitch, velocity, end - start, self._rate)
        begin = round(start * self._rate) - self._at
        missing = begin + len(tone) - len(self._dry)
        if missing > 0:
            self._dry = np.pad(self._dry, ((0, missing), (0, 0)))
        for side, gain in enumerate(self._instrument.sides(pitch)):
            self._dry[begin : begin + len(tone), side] += gain * tone

    def until(self, seconds: float) -> Iterator[np.ndarray]:
        """The music, as far as notes that start at some time or later leave it as it is."""
        while round(seconds * self._rate) - self._at >= self._size:
            missing = max(0, self._size - len(self._dry))
            self._dry = np.pad(self._dry, ((0, missing), (0, 0)))
            yield self._next()

    def rest(self) -> Iterator[np.ndarray]:
        """The music to its end, when all notes are there."""
        if not self._at and not len(self._dry):
            return
        while len(self._dry):
            yield self._next()
        yield self._limiter.push(self._room.rest())
        yield self._limiter.rest()

    def _next(self) -> np.ndarray:
        dry, self._dry = self._dry[: self._size], self._dry[self._size :]
        self._at += self._size
        return self._limiter.push(self._room.push(dry))


def render(notes: Iterable[Any], instrument: str = "piano", rate: int = RATE) -> np.ndarray:
    """(N, 2) float32 the sound of notes, left and right, from time 0 until it has died away.

    Nothing exceeds 1; the same notes sound the same each time.

    Args:
        notes: objects with pitch (0 to 127), velocity (1 to 127), start and end (seconds), or
            sequences of these four, in any order; up to ten minutes.
        instrument: "piano" or "organ".
        rate: samples a second, 8,000 to 96,000.

    Raises:
        ValueError: a sentence that says what is accepted.
    """
    find(instrument)
    in_order = sorted(played(notes), key=lambda note: note[2])
    silence = np.zeros((0, 2), np.float32)  # if there are no notes
    return np.concatenate((silence, *stream(in_order, instrument, rate, PIECE)))


def stream(
    notes: Iterable[Any], instrument: str = "piano", rate: int = RATE, seconds: float = 0.5
) -> Iterator[np.ndarray]:
    """The sound of `render`, as notes become known.

    Args:
        notes: as for `render`, in the order of their starts. A note is asked for when all that can
            be said of the sound before it has been said.
        instrument, rate: as for `render`.
        seconds: of sound at a time, 0.1 to 10.

    Yields:
        (n, 2) float32 about so much sound each, one after the other; the first lags by the 0.2 s
        that the limiter looks ahead. All of them together are what `render` returns.

    Raises:
        ValueError: a sentence that says what is accepted.
    """
    player = find(instrument)
    rate = int(number("rate", rate, *RATES, int))
    size = round(number("seconds", seconds, 0.1, 10, float) * rate)
    return _stream(played(notes), Mix(player, rate, size))


def _stream(notes: Iterator[Played], mix: Mix) -> Iterator[np.ndarray]:
    before = 0.0
    for note in notes:
        start = note[2]
        if start < before:
            raise ValueError("Notes must come in the order of their starts.")
        before = start
        yield from filter(len, mix.until(start))
        mix.add(note)
    yield from filter(len, mix.rest())
