"""Notes as the instruments read them, and the pitch of the keys."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from typing import Any

PITCHES = 128
LONGEST = 600.0
"""Seconds of music; what is rendered lies in memory as a whole."""

MOST_NOTES = 30_000
"""Of a piece: fifty a second for ten minutes."""

FIELDS = "pitch", "velocity", "start", "end"

Played = tuple[int, int, float, float]
"""Pitch, velocity, start and end in seconds."""


def frequency(pitch: float) -> float:
    """Hz of a MIDI pitch in equal temperament; pitch 69, A4, has 440."""
    return 440.0 * 2 ** ((pitch - 69) / 12)


def played(notes: Iterable[Any]) -> Iterator[Played]:
    """Notes, checked one by one.

    Args:
        notes: objects with the attributes pitch, velocity, start and end, or sequences of these
            four; times in seconds.

    Raises:
        ValueError: a sentence that says what is accepted.
    """
    try:
        given = iter(notes)
    except TypeError:
        raise ValueError("Notes must be a sequence of notes.") from None
    for count, note in enumerate(given):
        if count == MOST_NOTES:
            raise ValueError(f"A piece can have at most {MOST_NOTES:,} notes.")
        yield checked(note)


def checked(note: Any) -> Played:
    """One note, as `played`."""
    try:
        known = all(hasattr(note, field) for field in FIELDS)
        values = [getattr(note, field) for field in FIELDS] if known else list(note)
        pitch, velocity = map(operator.index, values[:2])
        start, end = map(float, values[2:])
    except (TypeError, ValueError, OverflowError):
        raise ValueError(
            "A note must have a whole pitch and velocity, and a start and end in seconds."
        ) from None
    if not 0 <= pitch < PITCHES:
        raise ValueError(f"The pitch of a note must be from 0 to {PITCHES - 1}.")
    if not 1 <= velocity <= 127:
        raise ValueError("The velocity of a note must be from 1 to 127.")
    if not 0 <= start <= end <= LONGEST:
        raise ValueError(
            f"A note must start at 0 seconds or later, end no earlier than it starts, and end "
            f"within {LONGEST:,.0f} seconds."
        )
    return pitch, velocity, start, end
