"""Melodies to harmonise: two old ones that belong to everybody, written down here, and one of our
own. Pitches are MIDI's, lengths eighths."""

from __future__ import annotations

from demos.music.asking import Tune

QUARTER, HALF = 2, 4


def line(*notes: tuple[int, int], upbeat: int = 0) -> Tune:
    """Notes of pitch and length, one after the other.

    Args:
        upbeat: eighths at the end of the first bar with which the melody begins; it begins on the
            first beat if there are none.
    """
    at = 8 - upbeat if upbeat else 0
    tune: Tune = []
    for pitch, length in notes:
        tune.append((pitch, at, length))
        at += length
    return tune


def even(*pitches: int) -> list[tuple[int, int]]:
    """A line in quarters."""
    return [(pitch, QUARTER) for pitch in pitches]


TUNES: dict[str, Tune] = {
    # Genevan Psalter, 1551 (Loys Bourgeois), in G.
    "Old Hundredth": line(
        *even(67, 67, 66, 64, 62, 67, 69, 71),
        *even(71, 71, 71, 69, 67, 72, 71, 69),
        *even(67, 69, 71, 69, 67, 64, 66, 67),
        *even(74, 71, 67, 69, 72, 71, 69),
        (67, HALF),
        upbeat=QUARTER,
    ),
    # Ludwig van Beethoven, 1824, in D.
    "Ode to Joy": line(
        *even(66, 66, 67, 69, 69, 67, 66, 64, 62, 62, 64, 66),
        (66, 3), (64, 1), (64, HALF),
        *even(66, 66, 67, 69, 69, 67, 66, 64, 62, 62, 64, 66),
        (64, 3), (62, 1), (62, HALF),
    ),
    "Evening (our own)": line(
        (69, QUARTER), (72, QUARTER), (71, QUARTER), (69, QUARTER), (67, QUARTER), (65, QUARTER),
        (64, HALF), (65, QUARTER), (67, QUARTER), (69, QUARTER), (71, QUARTER), (72, 8),
        (76, QUARTER), (74, QUARTER), (72, QUARTER), (71, QUARTER), (72, QUARTER), (69, QUARTER),
        (68, HALF), (69, QUARTER), (71, QUARTER), (72, QUARTER), (71, QUARTER), (69, 8),
    ),
}  # fmt: skip
"""By title."""
