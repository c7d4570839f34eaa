"""What can be counted in piano music: in what the network writes, and in real pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from lstm_core.music.midi import Note
from lstm_core.music.piano.loops import Loops

STUCK = 8.0
"""Seconds of silence, or of one loop, after which a piece is stuck."""


@dataclass(frozen=True)
class Statistics:
    """Of one piece, or the beginning of one."""

    notes_per_second: float
    polyphony: float  # notes that sound at a time, on average
    pitch_class_entropy: float  # bits: 0 for one pitch class, 3.58 for all twelve alike
    velocity_spread: float  # standard deviation of the velocities
    loops: float  # share of the notes that go on with a loop


def beginning(notes: Sequence[Note], seconds: float) -> list[Note]:
    """The notes of the first so many seconds, counted from the first; their ends are cut."""
    if not notes:
        return []
    begun = min(note.start for note in notes)
    return [
        note._replace(start=note.start - begun, end=min(note.end - begun, seconds))
        for note in notes
        if note.start - begun < seconds
    ]


def measure(notes: Sequence[Note], seconds: float) -> Statistics:
    """Statistics of notes that fill so many seconds; all 0 if there are none."""
    if not notes:
        return Statistics(0.0, 0.0, 0.0, 0.0, 0.0)
    classes = np.bincount([note.pitch % 12 for note in notes], minlength=12) / len(notes)
    shares = classes[classes > 0]
    loops, looping = Loops(), 0
    for note in in_time(notes):
        loops.strike(note.pitch, note.start)
        looping += bool(loops.lasting())
    return Statistics(
        notes_per_second=len(notes) / seconds,
        polyphony=sum(note.end - note.start for note in notes) / seconds,
        pitch_class_entropy=float(-(shares * np.log2(shares)).sum()),
        velocity_spread=float(np.std([note.velocity for note in notes])),
        loops=looping / len(notes),
    )


def is_stuck(notes: Sequence[Note], seconds: float) -> bool:
    """Whether a piece of so many seconds is silent, or in one loop, for longer than `STUCK`."""
    heard_until, loops = 0.0, Loops()
    for note in in_time(notes):
        if note.start - heard_until > STUCK:
            return True
        heard_until = max(heard_until, note.end)
        loops.strike(note.pitch, note.start)
        if any(lasting > STUCK for lasting in loops.lasting().values()):
            return True
    return seconds - heard_until > STUCK


def in_time(notes: Sequence[Note]) -> list[Note]:
    """Notes by start and pitch."""
    return sorted(notes, key=lambda note: (note.start, note.pitch))


def means(pieces: Sequence[Statistics]) -> dict[str, float]:
    """The average of each statistic over pieces."""
    rows = [asdict(piece) for piece in pieces]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def distances(made: Sequence[Statistics], real: Sequence[Statistics]) -> dict[str, float]:
    """How far the averages of made pieces lie from those of real ones, in standard deviations
    between real ones; 0 where those do not differ and neither do the averages."""
    found = {}
    ours, theirs = means(made), means(real)
    for name, mean in theirs.items():
        spread = float(np.std([getattr(piece, name) for piece in real]))
        apart = abs(ours[name] - mean)
        found[name] = apart / spread if spread else (0.0 if apart == 0 else float("inf"))
    return found
