"""The rules of four-part writing, counted: what a teacher would underline.

The network was told none of them; it has only read chorales, in which they are broken now and then.
Two voices move in parallel fifths or octaves where both go on to other pitches in the same frame
and stand a fifth, or an octave or unison, apart before and after, compound intervals included.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import numpy as np

from lstm_core.music.chorales.dataset import QUARTER, RANGES, VOICES

RULES = {
    "parallel_fifths": "Parallel fifths",
    "parallel_octaves": "Parallel octaves or unisons",
    "out_of_range": "A voice out of its range",
    "crossings": "A voice above the one over it",
    "wide_gaps": "More than an octave between upper voices",
}
"""What is counted, and what a page calls it. The first two are moves, the others quarter notes."""


def count(pitches: np.ndarray) -> dict[str, int]:
    """How often each rule is broken.

    Args:
        pitches: (T, 4) of soprano, alto, tenor and bass, a frame for every sixteenth, the first one
            on a beat; -1 is silence.
    """
    return moves(pitches) | chords(pitches[::QUARTER])


def moves(pitches: np.ndarray) -> dict[str, int]:
    """How often the rules are broken that tell how voices go on from one of (T, 4) frames to the
    next."""
    before, after = pitches[:-1], pitches[1:]
    moved = (before != after) & (before > 0) & (after > 0)
    found = dict.fromkeys(("parallel_fifths", "parallel_octaves"), 0)
    for high, low in combinations(range(VOICES), 2):
        both = moved[:, high] & moved[:, low]
        intervals = [(frames[:, high] - frames[:, low]) % 12 for frames in (before, after)]
        for rule, interval in (("parallel_fifths", 7), ("parallel_octaves", 0)):
            alike = (intervals[0] == interval) & (intervals[1] == interval)
            found[rule] += int((both & alike).sum())
    return found


def chords(beats: np.ndarray) -> dict[str, int]:
    """How often the rules are broken that tell where voices stand, on (T, 4) beats."""
    found = dict.fromkeys(("out_of_range", "crossings", "wide_gaps"), 0)
    for voice, (lowest, highest) in enumerate(RANGES):
        sung = beats[:, voice] > 0
        outside = (beats[:, voice] < lowest) | (beats[:, voice] > highest)
        found["out_of_range"] += int((sung & outside).sum())
    for high in range(VOICES - 1):
        upper, lower = beats[:, high], beats[:, high + 1]
        together = (upper > 0) & (lower > 0)
        found["crossings"] += int((together & (upper < lower)).sum())
        if high < VOICES - 2:  # tenor and bass may be far apart
            found["wide_gaps"] += int((together & (upper - lower > 12)).sum())
    return found


def rates(pieces: Iterable[np.ndarray]) -> dict[str, float]:
    """How often each rule is broken in a hundred quarter notes of chorales (T, 4)."""
    found, quarters = dict.fromkeys(RULES, 0), 0.0
    for pitches in pieces:
        quarters += len(pitches) / QUARTER
        for rule, times in count(pitches).items():
            found[rule] += times
    return {rule: 100 * times / max(1.0, quarters) for rule, times in found.items()}
