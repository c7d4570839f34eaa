"""Numbers, which a translation takes over digit by digit.

A network that has read few of them loses its place in a row of digits. So while it writes one, the
search follows only pieces with which this can still become a number of the sentence: a constraint
on the decoding, as that of Hokamp & Liu 2017 (arXiv:1704.07138), but on what may be written rather
than on what must be. Which number, and where, or whether in words, is left to the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from lstm_core.translation.subwords import Subwords

GROUPS, DECIMALS = {"en": ",", "fr": " ."}, {"en": ".", "fr": ","}
"""What may stand before each three digits of a large number, the usual sign first, and what stands
before decimals."""

NUMBER = {
    language: re.compile(
        rf"(?<![0-9])(?P<groups>[0-9]{{1,3}}(?:[{GROUPS[language]}][0-9]{{3}})+)"
        rf"(?:[{DECIMALS[language]}](?P<rest>[0-9]+))?(?![0-9])"
        rf"|(?P<whole>[0-9]+)[{DECIMALS[language]}](?P<part>[0-9]+)(?![.,]?[0-9])"
        r"|[0-9]+(?:[.,][0-9]+)*"
    )
    for language in GROUPS
}
"""A number as a language writes it: 3,200 or 3,200.50, 2.75, and any other, such as 1.2.3."""

PART = re.compile(r" ?[0-9]|[., ]")

FULL_HOUR = "00"
"""May stand behind any hour: "9 a.m." is "9 h 00", too."""


class Numerals:
    """Says which pieces may follow others, so that numbers are those of a sentence.

    Args:
        subwords: that are written.
    """

    def __init__(self, subwords: Subwords) -> None:
        self.size = len(subwords)
        self.parts = {n: text for n, text in enumerate(subwords.pieces) if PART.fullmatch(text)}

    def watch(self, sentence: str, language: str) -> Callable[[Sequence[int]], np.ndarray | None]:
        """What may be written next, for beginnings of a translation of a sentence.

        Args:
            sentence: that is translated, normalised. language: of the sentence, "en" or "fr".

        Returns:
            a function of the pieces written so far; its value has a truth value for each piece of
            the vocabulary, or is None if there is nothing to watch.
        """
        known = forms(sentence, language)
        told: dict[tuple[int, ...], np.ndarray | None] = {}

        def possible(written: Sequence[int]) -> np.ndarray | None:
            last = self._last(written)
            if last not in told:
                told[last] = self._possible(last, known)
            return told[last]

        return possible if known else lambda written: None

    def _last(self, written: Sequence[int]) -> tuple[int, ...]:
        """What may be part of a number, at the end of what is written."""
        first = len(written)
        while first and written[first - 1] in self.parts:
            first -= 1
        return tuple(written[first:])

    def _possible(self, last: Iterable[int], known: frozenset[str]) -> np.ndarray | None:
        """(V,) what may follow; None if these are no number that is known, as when somebody has
        forced them to be there."""
        begun = {""}
        for n in last:
            begun = longer(begun, self.parts[n], known)
        if not begun:
            return None
        possible = np.full(self.size, "" in begun or not begun.isdisjoint(known))
        for n, text in self.parts.items():
            possible[n] = bool(longer(begun, text, known))
        return possible


def longer(begun: set[str], part: str, known: frozenset[str]) -> set[str]:
    """What may stand at the end of a text, made longer by a digit or a sign.

    Args:
        begun: beginnings of numbers; "" if the text does not end within one.
        part: a digit, perhaps with a space before it, or a sign.
        known: numbers that may be written.
    """
    found = {text + part for text in begun if text}
    if "" in begun or (not part.isdecimal() and not begun.isdisjoint(known)):
        found.add(part.lstrip(" .,"))  # no number goes on, though one may begin
    return {text for text in found if not text or any(each.startswith(text) for each in known)}


def forms(sentence: str, language: str) -> frozenset[str]:
    """All that may stand for numbers in a translation of a sentence, as the other language writes
    them: its own, hours by the other clock, years with and without their century. Nothing if there
    is no number in the sentence.

    Args:
        sentence: that is translated, normalised. language: of the sentence, "en" or "fr".
    """
    other = "fr" if language == "en" else "en"
    found: set[str] = set()
    for number in NUMBER[language].finditer(sentence):
        whole = re.sub("[^0-9]", "", number["groups"] or number["whole"] or "")
        if not whole and not number[0].isdecimal():  # 1.2.3
            found.add(number[0])
            continue
        whole, decimals = whole or number[0], number["rest"] or number["part"]
        end = DECIMALS[other] + decimals if decimals else ""
        found |= {whole + end, grouped(whole, GROUPS[other][0]) + end}
        if not decimals:
            found |= clocks_and_years(whole)
        elif not decimals.strip("0"):  # $10.00
            found.add(whole)
    return frozenset(found | {FULL_HOUR}) if found else frozenset()


def grouped(digits: str, sign: str) -> str:
    """A whole number with a sign before each three of its digits."""
    return re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", sign, digits)


def clocks_and_years(digits: str) -> set[str]:
    """What else a whole number may be, as an hour, a minute or a year."""
    value = int(digits) if len(digits) <= 4 else 0
    found = set()
    if 1 <= value <= 12:
        found |= {str(value), f"{value:02}", str(value % 12 + 12), str(value % 12)}
    if 12 <= value <= 23:
        found.add(str(value - 12 or 12))
    if 1000 <= value <= 2999:
        found.add(digits[-2:])
    elif len(digits) == 2:
        found |= {f"19{digits}", f"20{digits}"}
    return found
