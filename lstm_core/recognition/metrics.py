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


def found(reference: Sequence[Hashable], reading: Sequence[Hashable]) -> list[bool]:
    """Which symbols of a reference stand in a reading, in some cheapest way to turn one into the
    other (Wagner & Fischer, 1974)."""
    cost = np.zeros((len(reference) + 1, len(reading) + 1), dtype=np.int64)
    cost[:, 0], cost[0] = np.arange(len(reference) + 1), np.arange(len(reading) + 1)
    for m, a in enumerate(reference, start=1):
        for n, b in enumerate(reading, start=1):
            change = cost[m - 1, n - 1] + (a != b)
            cost[m, n] = min(change, cost[m - 1, n] + 1, cost[m, n - 1] + 1)
    kept, m, n = [False] * len(reference), len(reference), len(reading)
    while m and n:
        same = reference[m - 1] == reading[n - 1]
        if cost[m, n] == cost[m - 1, n - 1] + (not same):
            m, n = m - 1, n - 1
            kept[m] = same
        elif cost[m, n] == cost[m - 1, n] + 1:
            m -= 1
        else:
            n -= 1
    return kept
