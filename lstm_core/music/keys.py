"""The key of a piece, by how long each pitch class sounds.

Krumhansl & Kessler (1982), "Tracing the dynamic changes in perceived tonal organization in a
spatial representation of musical keys": listeners rated how well each pitch class fits a key; the
key whose ratings correlate best with the durations of a piece is taken to be that of the piece.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from lstm_core.music.midi import Note

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""Ratings of the pitch classes, from the tonic up."""

NAMES = {
    "major": ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    "minor": ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm"),
}
"""Keys with the fewest accidentals, as `midi.write` names them."""


def key_of(notes: Iterable[Note]) -> str | None:
    """The likeliest of 24 keys, such as "Eb" or "F#m"; None if no key is likelier than others."""
    classes = np.zeros(12)
    for note in notes:
        classes[note.pitch % 12] += note.end - note.start
    if np.ptp(classes) == 0:
        return None
    fits = {
        name: float(np.corrcoef(np.roll(profile, tonic), classes)[0, 1])
        for mode, profile in (("major", MAJOR), ("minor", MINOR))
        for tonic, name in enumerate(NAMES[mode])
    }
    return max(fits, key=lambda name: fits[name])
