"""Pairs to learn from, dressed up: spoken, with a few words between quotation marks, followed by a
sentence with a figure, or joined to another pair; or a phrase or a single word in place of them.

Most sentences that there are to learn from are plain statements, of four words or more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from lstm_core.translation.copying import VOWEL, any_of
from lstm_core.translation.figures import figure, filled
from lstm_core.translation.gaps import Both, frames
from lstm_core.translation.phrases import PHRASES
from lstm_core.translation.quoting import lexicon, marked, quoted, sayings, spoken
from lstm_core.translation.sentences import normalise

WAYS = {
    "spoken": 0.2, "marked": 0.12, "quoted": 0.1, "figure": 0.36, "joined": 0.12, "phrase": 0.06,
    "word": 0.04,
}  # fmt: skip
"""How often a pair is dressed in each way."""

ALONE = 0.4
"""How often a sentence with a figure stands alone."""

JOINTS = (
    (" and ", " et "), (", and ", ", et "), (" but ", " mais "), (", but ", ", mais "),
    (" because ", " parce que "), (" because ", " car "), (" when ", " quand "),
    (" while ", " pendant que "), (", so ", ", donc "), ("; ", " ; "),
)  # fmt: skip
"""What two sentences can be joined by."""

STARTS = (
    re.compile(
        r"(?:I|He|She|It|They|We|You|The|A|An|My|Your|His|Her|Our|Their|There|This|That)(?=[ '])"
    ),
    re.compile(
        r"(?:Il|Elle|Ils|Elles|Nous|Vous|Tu|On|Je|Le|La|Les|Un|Une|Mon|Ma|Mes|Ton|Ta|Votre|Son|Sa"
        r"|Ses|Notre|Leur|Ce|Cette) |(?:J|L|C)'"
    ),
)
"""First words, in English and in French, that are written small within a sentence."""


class Dressing:
    """Dresses pairs.

    Args:
        pairs: all there are.
    """

    def __init__(self, pairs: Iterable[Both]) -> None:
        plain = list(dict.fromkeys((normalise(en), normalise(fr)) for en, fr in pairs))
        self.frames, self.lexicon, self.sayings = frames(plain), lexicon(plain), sayings(plain)
        self.words = sorted(self.lexicon.items())

    def __call__(self, pair: Both, other: Both, random: np.random.Generator) -> Both:
        """A pair, dressed by chance; the same pair if it does not fit.

        Args:
            pair: a sentence in English and in French. other: another, which it may be joined to.
            random: for what is left to chance.
        """
        match random.choice(list(WAYS), p=list(WAYS.values())):
            case "spoken":
                return spoken(*pair, random)
            case "marked":
                return marked(*pair, self.lexicon, random)
            case "quoted":
                return quoted(*pair, random, self.sayings)
            case "joined":
                return joined(pair, other, random)
            case "phrase":
                there, here = any_of(PHRASES, random)
                return filled(there, here, random)
            case "word":
                return any_of(self.words, random) if self.words else pair
        return behind(pair, self.frames, random)


def behind(pair: Both, found: Sequence[Sequence[Both]], random: np.random.Generator) -> Both:
    """A pair with a sentence with a figure behind it, or that sentence alone.

    Args:
        pair: a sentence in English and in French. found, random: as `figures.figure` takes them.
    """
    there, here = figure(random, found)
    if random.random() < ALONE:
        return there, here
    return f"{pair[0]} {there}", f"{pair[1]} {here}"


def joined(one: Both, other: Both, random: np.random.Generator) -> Both:
    """Two statements in one sentence; the first pair if they cannot be joined."""
    if any(text[-1:] != "." or text.endswith("..") for text in (*one, *other)):
        return one
    there, here = (pattern.match(text) for pattern, text in zip(STARTS, other, strict=True))
    if not (there and here):
        return one
    but, mais = any_of(JOINTS, random)
    en = other[0] if there[0] == "I" else small(other[0])
    fr = small(other[1])
    if mais == " parce que " and VOWEL.match(fr):
        mais = " parce qu'"
    return f"{one[0][:-1]}{but}{en}", f"{one[1][:-1]}{mais}{fr}"


def small(text: str) -> str:
    """A text that begins with a small letter."""
    return text[:1].lower() + text[1:]
