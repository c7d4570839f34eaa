"""The sustain pedal of a performance whose notes are as long as they sound.

Performances are learned, and written, without their pedal: it is in the length of the notes. Where
more sounds than two hands can hold, the pedal must be down; and what tells when it went down and
when it is lifted is that nothing falls silent in between, but keys that are struck again. A MIDI
file with that pedal sounds the same, as no note ends while it is down, and shows it to programs.

In 28 performances whose pedal is known, it was down in 96 % of the time that is found so, and in
99 % of the moments before it is lifted; but 37 % (ASAP) and 52 % (piano-midi.de) of all the time
that it was down is found, as hands alone might have held the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lstm_core.music.midi import Note, struck_anew

FINGERS, REACH = 5, 14
"""Of a hand; semitones from its thumb to its little finger, a ninth."""

MOMENT = 0.08
"""Seconds between the last note that falls silent and the pedal that goes down: a foot follows the
hands."""

SHORTEST = 0.1
"""Seconds that the pedal is down."""


def pedal_of(notes: Sequence[Note]) -> list[tuple[float, float]]:
    """When the pedal goes down, and when it is lifted, in seconds; where it need not be down there
    is none.

    Args:
        notes: of one piano, in any order.
    """
    notes = struck_anew(notes)
    struck = {(note.pitch, note.start) for note in notes}
    silences = sorted({note.end for note in notes if (note.pitch, note.end) not in struck})
    waiting = notes[::-1]
    sounding: dict[int, Note] = {}
    found, last = [], float("-inf")
    for silence in silences:
        while waiting and waiting[-1].start < silence:
            note = waiting.pop()
            sounding[note.pitch] = note
        if not in_hands(sounding):
            down = max(last + MOMENT, min(note.start for note in sounding.values()))
            if silence - down >= SHORTEST:
                found.append((down, silence))
        sounding = {pitch: note for pitch, note in sounding.items() if note.end > silence}
        last = silence
    return found


def in_hands(pitches: Iterable[int]) -> bool:
    """Whether two hands can hold these keys, each those on one side."""
    keys = sorted(pitches)
    return any(
        all(len(hand) <= FINGERS and (not hand or hand[-1] - hand[0] <= REACH)
            for hand in (keys[:n], keys[n:]))
        for n in range(len(keys) + 1)
    )  # fmt: skip
