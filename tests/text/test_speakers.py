"""Speakers with other names in each reading."""

import re

import numpy as np
import pytest

from lstm_core.text.speakers import HEADING, Renaming, speakers

PLAY = """ROMEO:
Good Capulet, which name I tender. No ROMEOS here.

LADY CAPULET:
The lady speaks to Romeo; a king listens.

First Citizen:
Speak, KING JULIETTE III: speak.

KING OF NAPLES:
Romeo, Romeo! Romeo's name.

TIT:
All's well: MERCUTIO is not one who speaks.
"""
NAMES = ["CAPULET", "NAPLES", "ROMEO"]


def rng(seed=0):
    return np.random.default_rng(seed)


def test_who_speaks():
    assert HEADING.findall(PLAY) == [
        "ROMEO", "LADY CAPULET", "First Citizen", "KING OF NAPLES", "TIT",
    ]  # fmt: skip


def test_names_are_words_that_are_not_written_small_elsewhere():
    """Not LADY and KING, which are words; not OF and TIT, which are short; not First Citizen."""
    assert speakers(PLAY) == NAMES


@pytest.mark.parametrize("seed", range(20))
def test_a_name_is_the_same_new_one_throughout(seed):
    renamed = Renaming(NAMES, share=1)(PLAY, rng(seed))
    heading = HEADING.findall(renamed)
    romeo, capulet, naples = heading[0], heading[1].split()[1], heading[3].split()[2]
    expected = PLAY
    for old, new in (("ROMEO", romeo), ("CAPULET", capulet), ("NAPLES", naples)):
        for form in (str, str.capitalize):
            expected = re.sub(rf"\b{form(old)}\b", form(new), expected)
    assert renamed == expected
    assert "No ROMEOS here" in renamed
    assert f"{romeo.capitalize()}'s name" in renamed


@pytest.mark.parametrize("seed", range(50))
def test_a_new_name_begins_as_one_and_ends_as_another(seed):
    new = Renaming(NAMES).invent(rng(seed))
    assert len(new) >= 4
    assert any(new.startswith(name[:2]) for name in NAMES)
    assert any(new.endswith(name[-2:]) for name in NAMES)


def test_new_names_are_many():
    renaming, generator = Renaming(NAMES), rng()
    assert len({renaming.invent(generator) for _ in range(300)}) > 30


def test_a_share_of_the_names_changes():
    names = speakers("\n\n".join(f"{a}{b}{a}{b}:\nAye." for a in "BCDFG" for b in "AEIOU"))
    assert len(names) == 25
    text = " ".join(names)
    kept = np.mean([
        sum(name in Renaming(names, share=0.8)(text, rng(seed)).split() for name in names)
        for seed in range(40)
    ])  # fmt: skip
    assert kept == pytest.approx(5, abs=2)
    assert Renaming(names, share=0)(text, rng()) == text


def test_readings_can_be_repeated():
    renaming = Renaming(NAMES)
    assert renaming(PLAY, rng(3)) == renaming(PLAY, rng(3))
    assert len({renaming(PLAY, rng(seed)) for seed in range(10)}) > 5


def test_a_text_without_speakers_stays_as_it_is():
    assert speakers("No play at all.") == []
    assert Renaming([])("No play at all.", rng()) == "No play at all."
