"""Sentences to learn from in which a day, a time or a price can make way for another."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lstm_core.translation.sentences import normalise

Both = tuple[str, str]
"""What stands in an English sentence, and in a French one."""

EN_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million"
).replace(" ", "|")
FR_NUMBERS = (
    "une un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "vingt vingts trente quarante cinquante soixante cent cents mille million millions et"
).replace(" ", "|")
"""Of which numbers are made, as patterns."""

EN_BEFORE = (
    "by for of than from after is before since until till about early late earlier later only"
).replace(" ", "|")
FR_BEFORE = "de à pour depuis avant que dès comme ce du au un".replace(" ", "|")
"""Words after which a day is no gap for another."""


def not_after(words: str) -> str:
    """A pattern that is found where none of some words stands before."""
    return "".join(rf"(?<!\b{word} )" for word in words.split("|"))


GAPS = tuple(
    (re.compile(there, re.IGNORECASE), re.compile(here, re.IGNORECASE), gap_en, gap_fr)
    for there, here, gap_en, gap_fr in (
        (
            r"\bon (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
            r"(?! (?:morning|evening|afternoon|night))",
            rf"(?<!d'){not_after(FR_BEFORE)}"
            r"(?:\ble )?\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b"
            r"(?! (?:soir|matin|prochain|dernier|après|qui))",
            "on {day}",
            "le {day}",
        ),
        (
            rf"(?<=[a-z] ){not_after(EN_BEFORE)}(?:yesterday|today|tomorrow)(?=[.,?!]|$)",
            rf"(?<![\w'-]){not_after(FR_BEFORE)}(?:hier|aujourd'hui|demain)\b"
            r"(?! (?:soir|matin|après|midi|encore|même|est|était|sera))",
            "on {day}",
            "le {day}",
        ),
        (
            rf"\b\d{{1,2}}:\d\d\b(?: [ap]\.m\.)?|\b(?:{EN_NUMBERS}|\d+) o'clock\b(?! in)",
            rf"\b\d{{1,2}} ?h(?: ?\d\d)?\b|\b(?:{FR_NUMBERS}|\d+) heures?\b"
            r"(?: \d\d\b| et demie\b| et quart\b| trente\b| quinze\b| vingt\b)?",
            "{time}",
            "{time}",
        ),
        (
            rf"\b(?:(?:{EN_NUMBERS}|a)[ -])+dollars\b|\b\d[\d,]* dollars\b|\$\d[\d,.]*\b",
            rf"\b(?:(?:{FR_NUMBERS})[ -])+dollars\b|\b\d[\d ,.]* ?(?:\$|dollars\b)",
            "{price}",
            "{price}",
        ),
    )
)
"""Patterns of days, times and prices in both languages, and what is put in their places."""


def frames(pairs: Iterable[Both]) -> list[list[Both]]:
    """Sentences of some pairs, in which one day, time or price stands on both sides, with a gap for
    another, as `figures.FIGURES` have them; a list for each of `GAPS` that was found."""
    found: list[list[Both]] = [[] for _ in GAPS]
    for en, fr in dict.fromkeys((normalise(en), normalise(fr)) for en, fr in pairs):
        for kind, (there, here, gap_en, gap_fr) in zip(found, GAPS, strict=True):
            if "{" not in en + fr and len(there.findall(en)) == len(here.findall(fr)) == 1:
                kind.append((cut(there, gap_en, en), cut(here, gap_fr, fr)))
                break
    return [kind for kind in found if kind]


def cut(pattern: re.Pattern[str], gap: str, sentence: str) -> str:
    """A sentence with a gap, which begins with a capital where what stood there did."""
    return pattern.sub(lambda at: gap.capitalize() if at[0][0].isupper() else gap, sentence)
