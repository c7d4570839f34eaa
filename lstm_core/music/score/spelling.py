"""How a pitch is spelled in a key, and what a key signature says.

A name is a place on the line of fifths, ... B♭ F C G D A E B F♯ ...; twelve places in a row name
every pitch class once, and the key says which twelve. In major they go from the lowered third to
the raised fifth: next to the scale, the leading notes of the related keys, and the notes of the
minor mode. In minor they go from the lowered second to the raised fourth.
"""

from __future__ import annotations

from lstm_core.music.midi import KEYS, MAJOR, MINOR

LINE = "FCGDAEB"
"""Letters by fifths upwards."""

SCALE = "CDEFGAB"
"""Letters by steps upwards."""

LOWEST_IN_MAJOR, LOWEST_IN_MINOR = -3, -2
"""The first of the twelve places, counted from the tonic of the major key of the same signature."""


def fifths(key: str) -> int:
    """Sharps of a key signature; below 0, flats.

    Args:
        key: one of `midi.KEYS`.

    Raises:
        ValueError: a sentence, if it is something else.
    """
    if key not in KEYS:
        raise ValueError(f"The key must be one of {', '.join(KEYS)}.")
    keys = MINOR if key in MINOR else MAJOR
    return keys.index(key) - MAJOR.index("C")


def signature(key: str) -> dict[int, int]:
    """For each step of the scale, 0 is C, how far the key signature alters it: -1, 0 or 1."""
    count = fifths(key)
    altered = dict.fromkeys(range(len(SCALE)), 0)
    for letter in LINE[:count] if count >= 0 else LINE[count:]:
        altered[SCALE.index(letter)] = 1 if count > 0 else -1
    return altered


def spelled(pitch: int, key: str) -> tuple[int, int]:
    """A MIDI pitch as it is written: steps of the scale above C0, of which C4 has 28; and by how
    many semitones that step is altered, from -2 to 2."""
    lowest = fifths(key) + (LOWEST_IN_MINOR if key in MINOR else LOWEST_IN_MAJOR)
    place = lowest + (7 * pitch - lowest) % 12  # from C; a fifth is seven semitones
    alter, letter = divmod(place + LINE.index("C"), len(LINE))
    octave = (pitch - alter) // 12 - 1
    return len(SCALE) * octave + SCALE.index(LINE[letter]), alter
