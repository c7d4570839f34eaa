"""Names, numbers and signs that a translator has to carry over as they are.

Sentences to learn from name a few people again and again. So that the network learns to copy what
it has never seen, letter by letter, some pairs are changed: a word that stands on both sides makes
way for a made-up one, or a sign is put behind both.
"""

from __future__ import annotations

import re

import numpy as np

NAME = re.compile(r"\b[^\W\d_a-zß-ÿ][^\W\d_A-ZÀ-Þ]+\b")
NUMBER = re.compile(r"\b\d+\b")

ONSETS = [*"bcdfghjklmnprstvwz", "br", "ch", "cl", "dr", "fr", "gr", "kr", "ph", "sh", "st", "th"]
VOWELS = [*"aeiouyé", "ai", "ea", "ee", "ie", "ou"]
CODAS = [*"lmnrst", "ck", "ld", "nd", "rt", *6 * [""]]

SIGNS = ((0x370, 0x3FF), (0x410, 0x44F), (0x5D0, 0x5EA), (0x4E00, 0x9FFF), (0x1F300, 0x1F64F))
"""First and last of some code points of other scripts, and of emoji."""

SIGNED = 0.15
"""How often, of the pairs that are changed, a sign is put behind both sides."""


def copied(en: str, fr: str, random: np.random.Generator) -> tuple[str, str]:
    """A pair with another name or number in both sentences, or a sign behind both; the same pair
    if there is nothing to change."""
    if random.random() < SIGNED:
        first, last = SIGNS[random.integers(len(SIGNS))]
        sign = "".join(map(chr, random.integers(first, last + 1, size=random.integers(1, 4))))
        return f"{en} {sign}", f"{fr} {sign}"
    for pattern, make in ((NUMBER, number), (NAME, name)):
        shared = sorted(set(pattern.findall(en)) & set(pattern.findall(fr)))
        if shared:
            old = shared[random.integers(len(shared))]
            new = make(old, random)
            whole = re.compile(rf"\b{re.escape(old)}\b")
            return whole.sub(new, en), whole.sub(new, fr)
    return en, fr


def name(_: str, random: np.random.Generator) -> str:
    """A made-up name of one to three syllables."""
    parts = [
        choice[random.integers(len(choice))]
        for _ in range(random.integers(1, 4))
        for choice in (ONSETS, VOWELS, CODAS)
    ]
    return "".join(parts).capitalize()


def number(old: str, random: np.random.Generator) -> str:
    """Another number of as many digits."""
    first, *others = random.integers(0, 10, size=len(old)).tolist()
    return "".join(map(str, [max(1, first), *others]))
