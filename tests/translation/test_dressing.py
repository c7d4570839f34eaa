"""Pairs that are dressed up."""

import re
from collections import Counter

import numpy as np
import pytest

from lstm_core.translation.dressing import JOINTS, WAYS, Dressing, behind, joined
from lstm_core.translation.figures import KINDS
from lstm_core.translation.phrases import PHRASES

PAIR = ("It snows.", "Il neige.")
OTHER = ("He is old.", "Il est vieux.")


def test_each_way_comes():
    pair = "A red dog.", "Un chien rouge."
    pairs = [
        each
        for n in range(10)
        for each in (
            (f"A red car {n}.", f"Une voiture rouge {n}."),
            (f"Dog {n}, dog.", f"Chien {n}, chien."),
        )
    ]
    dressing, random = Dressing([*pairs, pair]), np.random.default_rng(1)
    kinds = {
        "spoken": (r'.*"A red dog[".,].*', "« Un chien rouge .*"),
        "marked": (r'A (red )?"(red )?dog".', "Un « chien .*"),
        "figure": (r"(A red dog\. )?[^\"]*\d[^\"]*", r"(Un chien rouge\. )?[^«]*\d[^«]*"),
        "joined": (r"A red dog\W.* he is old\.", r"Un chien rouge\W.*il est vieux\."),
        "phrase": (r"[^\"]*(?<!\d)[!?]", r"[^«]* [!?]"),
        "word": ("dog|red|car", "chien|rouge|voiture"),
    }
    counts = Counter()
    for _ in range(2_000):
        en, fr = dressing(pair, OTHER, random)
        assert "{" not in en + fr
        counts.update(
            kind for kind, (a, b) in kinds.items() if re.fullmatch(a, en) and re.search(b, fr)
        )
    for kind in kinds:
        assert counts[kind] > 800 * WAYS[kind], kind


def test_phrases_leave_the_same_open():
    assert len(set(PHRASES)) == len(PHRASES)
    for there, here in PHRASES:
        assert re.findall(r"{(.*?)}", there) == re.findall(r"{(.*?)}", here)
        assert set(re.findall(r"{(.*?)}", there)) <= KINDS.keys()
        assert re.search(r"\W?$", there)[0] == re.search(r"\W?$", here)[0]
        assert not re.search(r"[^\s][!?]$", here), here  # a space before, as French has it


def test_a_figure_behind_or_alone():
    random = np.random.default_rng(2)
    made = [behind(PAIR, [], random) for _ in range(1_000)]
    after = [(en, fr) for en, fr in made if en.startswith("It snows. ")]
    assert 500 < len(after) < 700
    assert all(fr.startswith("Il neige. ") for _, fr in after)
    assert not any("snows" in en or "neige" in fr for en, fr in set(made) - set(after))


def test_two_are_joined():
    random = np.random.default_rng(3)
    made = {joined(PAIR, OTHER, random) for _ in range(300)}
    assert len(made) == len(JOINTS)
    assert ("It snows; he is old.", "Il neige ; il est vieux.") in made
    assert ("It snows because he is old.", "Il neige parce qu'il est vieux.") in made
    assert ("It snows because he is old.", "Il neige car il est vieux.") in made
    made = {joined(PAIR, ("I know.", "Je sais."), random) for _ in range(300)}
    assert ("It snows because I know.", "Il neige parce que je sais.") in made
    made = {joined(PAIR, ("It's old.", "C'est vieux."), random) for _ in range(300)}
    assert ("It snows and it's old.", "Il neige et c'est vieux.") in made


@pytest.mark.parametrize(
    "other",
    [
        ("Tom is old.", "Tom est vieux."), ("Is it?", "Est-ce vrai ?"), ("It is...", "Il est..."),
        ("Hers is old.", "Le sien est vieux."), ("He is old.", "Vieux."), ("", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_joined_stays(other):
    random = np.random.default_rng(4)
    assert {joined(PAIR, other, random) for _ in range(30)} == {PAIR}
