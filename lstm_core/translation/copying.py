"""Names, numbers and signs that a translator has to carry over as they are.

Sentences to learn from name a few people again and again. So that the network learns to copy what
it has never seen, letter by letter, some pairs are changed: a name or a number that stands on both
sides makes way for another, a number in words for one in digits, or a sign is put behind both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

NAME = re.compile(r"\b[^\W\d_a-zß-ÿ][^\W\d_A-ZÀ-Þ]+\b")
NUMBER = re.compile(r"\b\d+\b")

COUNTED = {
    "three": "trois", "four": "quatre", "five": "cinq", "six": "six", "seven": "sept",
    "eight": "huit", "nine": "neuf", "ten": "dix", "eleven": "onze", "twelve": "douze",
    "fifteen": "quinze", "twenty": "vingt", "thirty": "trente", "fifty": "cinquante",
}  # fmt: skip
"""Numbers in words; not "one" and "two", which stand for much else."""

IN_DIGITS = 0.3
"""How often, of the pairs that are changed, a number in words is put into digits."""

ONSETS = [
    *"bcdfghjklmnprstvwz",
    "bl", "br", "ch", "cl", "dj", "dr", "fl", "fr", "gl", "gr", "kh", "kr",
    "pf", "ph", "pl", "qu", "sh", "sl", "st", "th", "tr", "tz", "wh", "zh",
]  # fmt: skip
VOWELS = [
    *3 * "aeiou", *"yéèëïöüáíóåø", "ai", "au", "ea", "ee", "ei", "eu", "ie", "io", "oo", "ou", "ua",
]  # fmt: skip
CODAS = [
    *"bdgklmnprstxz",
    "ch", "ck", "gh", "ld", "ll", "nd", "ng", "nk", "nn", "rd", "rs", "rt", "sk", "sz",
    "tt", *20 * [""],
]  # fmt: skip
"""Of which syllables are made, the commoner ones more than once."""

MEN = (
    "Adrien", "Ahmed", "Alain", "Albert", "André", "Antoine", "Ben", "Benoît", "Bruno", "Carlos",
    "Charles", "Claude", "Daniel", "David", "Denis", "Éric", "Étienne", "Felix", "François",
    "Frank", "Gérard", "Hugo", "Ivan", "Jack", "Jacques", "James", "Jean", "Jérôme", "John",
    "Karim", "Kevin", "Laurent", "Léon", "Louis", "Luc", "Marc", "Martin", "Max", "Michel",
    "Nicolas", "Noé", "Olivier", "Oscar", "Pascal", "Paul", "Peter", "Philippe", "Pierre", "Rémi",
    "René", "Robert", "Sam", "Simon", "Théo", "Thomas", "Victor",
)  # fmt: skip
WOMEN = (
    "Agnès", "Alice", "Amélie", "Anna", "Anne", "Aurélie", "Béatrice", "Camille", "Catherine",
    "Céline", "Chloé", "Clémence", "Clara", "Diane", "Élise", "Éloïse", "Emily", "Emma", "Ève",
    "Fatima", "Florence", "Françoise", "Geneviève", "Inès", "Irène", "Isabelle", "Jane", "Jeanne",
    "Julie", "Karen", "Laura", "Léa", "Linda", "Louise", "Lucie", "Manon", "Margot", "Marie",
    "Marion", "Martine", "Nadia", "Nathalie", "Nina", "Odile", "Olga", "Pauline", "Rachel", "Rose",
    "Sarah", "Sofia", "Sophie", "Susan", "Sylvie", "Valérie", "Véronique", "Zoé",
)  # fmt: skip
SURNAMES = (
    "Adams", "Arnaud", "Baker", "Bernard", "Blanc", "Bonnet", "Brown", "Carter", "Chevalier",
    "Clark", "Cooper", "Duval", "Dupont", "Durand", "Evans", "Fontaine", "Fournier", "Garcia",
    "Garnier", "Girard", "Green", "Haddad", "Hall", "Hill", "Hughes", "Ito", "Jackson", "Johnson",
    "Jones", "Kim", "King", "Lambert", "Lefèvre", "Legrand", "Leroy", "Lopez", "Mercier", "Moreau",
    "Morgan", "Müller", "Nguyen", "Parker", "Petit", "Picard", "Robin", "Rossi", "Rousseau",
    "Schmidt", "Scott", "Silva", "Smith", "Suzuki", "Tanaka", "Taylor", "Turner", "Walker", "White",
    "Wilson", "Wright", "Young",
)  # fmt: skip

TITLES = {"Tom": (("Mr.", "M."), ("Dr.", "Dr")), "Mary": (("Mrs.", "Mme"), ("Ms.", "Mme"))}
FIRST_NAMES = {"Tom": MEN, "Mary": WOMEN}
"""The man and the woman of whom most sentences of Tatoeba are; others may be places as well."""

TITLED, FULL, KNOWN = 0.15, 0.15, 0.5
"""How often a man or a woman goes by a title and a surname, or by two names, or how often a name
is one that people bear; otherwise it is made up."""

SIGNS = ((0x370, 0x3FF), (0x410, 0x44F), (0x5D0, 0x5EA), (0x4E00, 0x9FFF), (0x1F300, 0x1F64F))
"""First and last of some code points of other scripts, and of emoji."""

SIGNED = 0.05
"""How often, of the pairs that are changed, a sign is put behind both sides."""

BEFORE = r"(?:(?i:\b(de|que|jusque|lorsque|puisque) |\b(d|qu|jusqu|lorsqu|puisqu)'))?\b"
VOWEL = re.compile(r"[aeiouàáâéèêëîïíóôöœøùüå]", re.IGNORECASE)
"""Words that lose their last letter before a name that begins with a vowel, whole or without."""


def copied(en: str, fr: str, random: np.random.Generator) -> tuple[str, str]:
    """A pair with another name or number in both sentences, or a sign behind both; the same pair
    if there is nothing to change."""
    if random.random() < SIGNED:
        first, last = SIGNS[random.integers(len(SIGNS))]
        sign = "".join(map(chr, random.integers(first, last + 1, size=random.integers(1, 4))))
        return f"{en} {sign}", f"{fr} {sign}"
    if random.random() < IN_DIGITS and (words := counted(en, fr)):
        new = number(int(random.integers(1, 4)), random)
        en, fr = (re.sub(rf"(?i)\b{w}\b", new, s) for w, s in zip(words, (en, fr), strict=True))
        return en, fr
    if numbers := shared(NUMBER, en, fr):
        old = any_of(numbers, random)
        new = number(len(old), random)
        return put(old, new, en), put(old, new, fr)
    if names := shared(NAME, en, fr):
        old = any_of(names, random)
        there, here = name(old, random)
        return put(old, there, en), put(old, here, fr)
    return en, fr


def counted(en: str, fr: str) -> tuple[str, str] | None:
    """The first number in words that stands on both sides, once each and by itself."""
    for en_word, fr_word in COUNTED.items():
        there, here = (
            re.findall(rf"(?i)(?<!-)\b{w}\b(?!-| o'clock| heure)", s)
            for w, s in ((en_word, en), (fr_word, fr))
        )
        if len(there) == len(here) == 1:
            return en_word, fr_word
    return None


def shared(pattern: re.Pattern[str], en: str, fr: str) -> list[str]:
    """What a pattern finds in both sentences."""
    return sorted(set(pattern.findall(en)) & set(pattern.findall(fr)))


def put(old: str, new: str, sentence: str) -> str:
    """A sentence with one word in place of another, and `de` or `que` before it as French wants
    it (English has no such words)."""

    def instead(found: re.Match[str]) -> str:
        whole, elided = found[1], found[2]
        if whole:
            return (f"{whole[:-1]}'" if VOWEL.match(new) else f"{whole} ") + new
        if elided:
            return (f"{elided}'" if VOWEL.match(new) else f"{elided}e ") + new
        return new

    return re.sub(rf"{BEFORE}{re.escape(old)}\b", instead, sentence)


def any_of(choices: Sequence[Any], random: np.random.Generator) -> Any:
    """One of them."""
    return choices[int(random.integers(len(choices)))]


def name(old: str, random: np.random.Generator) -> tuple[str, str]:
    """Another name in place of one, in English and in French."""
    chance = random.random()
    if old in FIRST_NAMES and chance < TITLED:
        (there, here), of = any_of(TITLES[old], random), surname(random)
        return f"{there} {of}", f"{here} {of}"
    new = made_up(random)
    if old in FIRST_NAMES and random.random() < KNOWN:
        new = any_of(FIRST_NAMES[old], random)
    if old in FIRST_NAMES and chance < TITLED + FULL:
        new = f"{new} {surname(random)}"
    return new, new


def surname(random: np.random.Generator) -> str:
    """A name that people bear, or a made-up one."""
    return any_of(SURNAMES, random) if random.random() < KNOWN else made_up(random)


def made_up(random: np.random.Generator) -> str:
    """A made-up name of one to three syllables; one in ten begins with its vowel."""
    parts = [
        any_of(choice, random)
        for _ in range(random.integers(1, 4))
        for choice in (ONSETS, VOWELS, CODAS)
    ]
    return "".join(parts[random.random() < 0.1 :]).capitalize()


def number(digits: int, random: np.random.Generator) -> str:
    """A number of so many digits."""
    first, *others = random.integers(0, 10, size=digits).tolist()
    return "".join(map(str, [max(1, first), *others]))
