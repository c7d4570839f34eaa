"""Progressions of whole numbers: all that the networks learn from, and the formula they are up to.

    6, 7, 8 -> 9        arithmetic: one difference
    2, 4, 8 -> 16       geometric: one ratio

One stretch of four numbers in ten is held out: it occurs in no progression of the training, neither
at its beginning nor further on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise

import numpy as np

KINDS = ("arithmetic", "geometric, rising", "geometric, falling")

DIGITS = 5
HIGHEST = 10**DIGITS - 1
TERMS = 8
"""The longest progressions of the training; the networks read all but the last of the numbers."""

KNOWN_FROM = 3
"""Numbers after which a progression is decided: 2, 4 may go on with 6 or with 8."""

ARITHMETIC_HIGHEST = 999
RATIOS = (2, 3, 4, 5, 10)

RATIOS_IN_WORDS = f"{', '.join(map(str, RATIOS[:-1]))} or {RATIOS[-1]}"

RANGE = (
    f"every arithmetic progression of numbers from 0 to {ARITHMETIC_HIGHEST}, and geometric ones "
    f"with a ratio of {RATIOS_IN_WORDS}, rising or falling, up to {HIGHEST:,}"
)
"""What the networks are trained on, in words."""


@dataclass(frozen=True)
class Progression:
    """What a sequence is, by formula."""

    kind: str  # of KINDS
    step: Fraction  # the difference, or the ratio
    next: Fraction  # the number that follows


def recognise(numbers: Sequence[int]) -> Progression | None:
    """The progression that at least three numbers are a stretch of; None if they are of none."""
    if len(numbers) < KNOWN_FROM:
        return None
    pairs = list(pairwise(numbers))
    difference = numbers[1] - numbers[0]
    if all(b - a == difference for a, b in pairs):
        return Progression("arithmetic", Fraction(difference), Fraction(numbers[-1] + difference))
    if 0 in numbers:
        return None
    ratio = Fraction(numbers[1], numbers[0])
    if all(b == ratio * a for a, b in pairs):
        kind = "geometric, rising" if ratio > 1 else "geometric, falling"
        return Progression(kind, ratio, ratio * numbers[-1])
    return None


def outside(numbers: Sequence[int]) -> str:
    """Why numbers, with the one that follows, are none of the training's progressions; "" if they
    are one."""
    found = recognise(numbers)
    if found is None:
        return "no arithmetic or geometric progression"
    if found.next.denominator != 1 or found.next < 0:
        return "the number that follows is no whole number from 0 up"
    if len(numbers) >= TERMS:
        return f"more numbers than the {TERMS - 1} that were read in the training"
    highest = max(max(numbers), int(found.next))
    if found.kind == "arithmetic":
        beyond = highest > ARITHMETIC_HIGHEST
        return f"arithmetic and beyond {ARITHMETIC_HIGHEST}" if beyond else ""
    if max(found.step, 1 / found.step) not in RATIOS:
        return f"a ratio other than {RATIOS_IN_WORDS}"
    return f"beyond {HIGHEST:,}" if highest > HIGHEST else ""


def in_range(numbers: Sequence[int]) -> bool:
    """Whether the numbers and the one that follows are a progression as in the training."""
    return not outside(numbers)


def is_held_out(numbers: Sequence[int]) -> bool:
    """Whether the networks have never been shown how these numbers go on, though they are in range.

    So it is if the numbers, with the one that follows, hold a stretch of four that is held out.
    """
    return in_range(numbers) and any(
        bool(held_out(first, second)) for first, second in pairwise(numbers[:-1])
    )


def held_out(first: np.ndarray | int, second: np.ndarray | int) -> np.ndarray:
    """Whether a stretch of four is held out, by its first two numbers: about one in ten.

    Decided by a multiplicative hash (Knuth 1998, The Art of Computer Programming 3, section 6.4),
    the same for ever and on every machine. The two examples at the top of this file are held out.
    """
    key = np.uint64(1_000_003) * np.asarray(first, np.uint64) + np.asarray(second, np.uint64)
    with np.errstate(over="ignore"):  # modulo 2^64, as meant
        return (key * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)) % np.uint64(10) == 0


@dataclass(frozen=True)
class Progressions:
    """The progressions of a kind.

    Attributes:
        training: (N, 8) progressions that hold no held-out stretch, filled up with -1; one for each
            start and step, as long as it can be.
        held_out: (M, 4) the held-out stretches that are for judging. validation: (V, 4) the others,
            one in ten of them, which tell the training how it fares.
        shown: (K, 4) all stretches that are not held out.
    """

    training: np.ndarray
    held_out: np.ndarray
    validation: np.ndarray
    shown: np.ndarray


@cache
def progressions(kind: str) -> Progressions:
    """Every progression of one of the `KINDS` that is in range."""
    rows = []
    if kind == "arithmetic":
        most = ARITHMETIC_HIGHEST // KNOWN_FROM
        for difference in range(-most, most + 1):
            start = np.arange(ARITHMETIC_HIGHEST + 1)
            row = start[:, None] + difference * np.arange(TERMS)
            rows.append(np.where((row >= 0) & (row <= ARITHMETIC_HIGHEST), row, -1))
    else:
        for ratio in RATIOS:
            powers = ratio ** np.arange(TERMS)
            start = np.arange(1, HIGHEST // ratio**KNOWN_FROM + 1)[:, None]
            if kind == "geometric, rising":
                rows.append(np.where(start * powers <= HIGHEST, start * powers, -1))
            else:
                start = start * ratio**KNOWN_FROM
                rows.append(np.where(start % powers == 0, start // powers, -1))
    terms = np.concatenate(rows)
    terms = terms[terms[:, KNOWN_FROM] >= 0]
    kept = held_out(np.maximum(terms[:, :-3], 0), np.maximum(terms[:, 1:-2], 0))  # (N, 5)
    first = kept[:, 0]
    training = terms.copy()
    training[:, KNOWN_FROM:][np.logical_or.accumulate(kept, axis=1)] = -1  # cut before the stretch
    stretches = terms[:, : KNOWN_FROM + 1]
    validation = np.cumsum(first) % 10 == 0
    return Progressions(
        training[~first], stretches[first & ~validation], stretches[first & validation],
        stretches[~first],
    )  # fmt: skip
