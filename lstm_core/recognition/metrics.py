"""How many characters and words of a reading are wrong."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np


def edits(reference: Sequence[Hashable], reading: Sequence[Hashable]) -> int:
    """The fewest insertions, deletions and substitutions that turn one into the other.

    Levenshtein's distance (1966), row by row.
    """
    number: dict[Hashable, int] = {}
    a, b = (
        np.array([number.setdefault(symbol, len(number)) for symbol in side], dtype=np.int64)
        for side in (reference, reading)
    )
    places = np.arange(len(b) + 1)
    row = places
    for n, symbol in enumerate(a, start=1):
        # Substitute or keep, and delete; then insert, from left to right: min over k <= j of
        # best[k] + (j - k).
        best = np.concatenate(([n], np.minimum(row[:-1] + (b != symbol), row[1:] + 1)))
        row = np.minimum.accumulate(best - places) + places
    return int(row[-1])


def cer(references: Sequence[str], readings: Sequence[str]) -> float:
    """Character error: the edits of all lines over the characters of all references.

    Raises:
        ValueError: if the two differ in number, or there is no character to read.
    """
    return error(references, readings)


def wer(references: Sequence[str], readings: Sequence[str]) -> float:
    """Word error: as `cer`, for words, which are what white space parts."""
    return error([text.split() for text in references], [text.split() for text in readings])


def error(references: Sequence[Sequence], readings: Sequence[Sequence]) -> float:
    total = sum(map(len, references))
    if total == 0:
        raise ValueError("The references are empty: there is nothing to read.")
    return sum(edits(a, b) for a, b in zip(references, readings, strict=True)) / total
