"""Words and signs with characters that the vocabulary has not, which a translation takes over.

Such characters are read and written in the bytes of their UTF-8. A network that has read few of
them loses its place among these. So the search follows only pieces with which they still can become
a word or a sign of the sentence, as often as it stands there. Which, and where, or whether at all,
is left to the network, as with numbers (`numerals.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lstm_core.translation.subwords import BYTES, UNIT, Subwords


class Unit(NamedTuple):
    """A word or sign; pieces are the code points of the characters of a text, so that they can be
    looked for as one does in a text."""

    bare: str  # its pieces at the beginning of a text
    spaced: str  # and behind a space

    def times(self, text: str) -> int:
        """How often it stands in a text."""
        n = text.count(self.bare)
        return n if self.spaced.endswith(self.bare) else n + text.count(self.spaced)


class Foreign:
    """Says which pieces may follow others, so that words and signs are those of a sentence.

    Args:
        subwords: that are written.
    """

    def __init__(self, subwords: Subwords) -> None:
        self.subwords = subwords
        self.first, self.last = (chr(subwords.first_byte + n) for n in (0, len(BYTES) - 1))
        self.plain = np.ones(len(subwords), bool)
        self.plain[ord(self.first) : ord(self.last) + 1] = False

    def watch(self, sentence: str) -> Callable[[Sequence[int]], np.ndarray]:
        """What may be written next, for beginnings of a translation of a sentence.

        Args:
            sentence: that is translated, as it is cut into pieces.

        Returns:
            a function of the pieces written so far; its value is (V,) truth values.
        """
        source = "".join(map(chr, self.subwords.encode(sentence)))
        units = [
            Unit(self._pieces(unit), self._pieces(" " + unit))
            for unit in dict.fromkeys(unit.lstrip() for unit in UNIT.findall(sentence))
            if self._foreign(self._pieces(unit))
        ]

        def possible(written: Sequence[int]) -> np.ndarray:
            text = "".join(map(chr, written))
            ended = max((len(unit.bare) for unit in units if text.endswith(unit.bare)), default=0)
            within: set[int] = set()
            first: set[int] = set()
            for unit in (each for each in units if each.times(text) < each.times(source)):
                for whole in (unit.bare, unit.spaced):
                    for n in (n for n in range(len(whole)) if text.endswith(whole[:n])):
                        goes_on = n > ended and self._foreign(whole[:n])
                        (within if goes_on else first).add(ord(whole[n]))
            allowed = np.zeros_like(self.plain) if within else self.plain.copy()
            allowed[list(within or first)] = True
            return allowed

        return possible

    def _pieces(self, text: str) -> str:
        return "".join(map(chr, self.subwords.unit(text)))

    def _foreign(self, pieces: str) -> bool:
        """Whether there is a byte among them."""
        return any(self.first <= piece <= self.last for piece in pieces)
