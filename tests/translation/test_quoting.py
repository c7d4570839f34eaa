"""Quotation marks on both sides, as each language has them."""

import re

import numpy as np
import pytest

from lstm_core.translation.quoting import (
    LEAST,
    SAYINGS,
    WORDS,
    french_marks,
    lexicon,
    marked,
    quoted,
    sayings,
    spoken,
    straight_marks,
)

PAIR = ("It snows.", "Il neige.")
KNOWN = {"red": "rouge", "house": "maison", "old": "vieille", "dog": "chien"}


@pytest.mark.parametrize(
    ("straight", "french"),
    [
        ('Le mot "si".', "Le mot « si »."),
        ('"Oui", dit-il, "et non".', "« Oui », dit-il, « et non »."),
        ('" Quoi ? "', "« Quoi ? »"),
        ('Un écran de 27".', 'Un écran de 27".'),
        ("« Déjà »", "« Déjà »"),
        ("“Oui”", "« Oui »"),
    ],
)
def test_straight_marks_become_french(straight, french):
    assert french_marks(straight) == french


def test_french_marks_become_straight():
    assert straight_marks("Il dit : « Oui », elle « non ».") == 'Il dit : "Oui", elle "non".'


def test_spoken():
    random = np.random.default_rng(1)
    made = {spoken(*PAIR, random) for _ in range(3_000)}
    assert ('"It snows."', "« Il neige. »") in made
    assert ('"It snows," she said.', "« Il neige », dit-elle.") in made
    assert ('"It snows," he replied.', "« Il neige », répliqua-t-il.") in made
    assert any(
        en.startswith("Mr. ") and en.endswith(' said, "It snows."')
        and fr.startswith("M. ") and fr.endswith(" a dit : « Il neige. »") for en, fr in made
    )  # fmt: skip
    for en, fr in made:
        assert en.count('"') == 2
        assert (fr.count("« "), fr.count(" »")) == (1, 1)


def test_questions_are_asked():
    random = np.random.default_rng(2)
    made = {spoken("Is it?", "Vraiment ?", random) for _ in range(100)}
    assert ('"Is it?" he asked.', "« Vraiment ? » demanda-t-il.") in made
    assert not any("said" in en for en, _ in made)


@pytest.mark.parametrize(
    "pair",
    [("", ""), ("No stop", "Sans point"), ("One.", "Deux !"), ('"So."', "« Si. »"), ("It.", "")],
)
def test_what_cannot_be_spoken_stays(pair):
    random = np.random.default_rng(3)
    assert {spoken(*pair, random) for _ in range(50)} == {pair}


def test_speakers_and_their_places():
    random = np.random.default_rng(3)
    made = {spoken(*PAIR, random) for _ in range(3_000)}
    assert ('"It snows," said the old man.', "« Il neige », dit le vieil homme.") in made
    assert ('"It snows," my sister wrote.', "« Il neige », écrivit ma sœur.") in made
    assert ('My father said, "It snows."', "Mon père a dit : « Il neige. »") in made
    assert not any("s'est" in fr for _, fr in made)


def marks(en, fr, times=60):
    random = np.random.default_rng(1)
    return {marked(en, fr, KNOWN, random) for _ in range(times)}


def test_words_are_marked_with_their_translations():
    assert marks("A red house.", "Une maison rouge.") == {
        ('A "red" house.', "Une maison « rouge »."),
        ('A red "house".', "Une « maison » rouge."),
        ('A "red house".', "Une « maison rouge »."),
    }


def test_what_is_marked_is_a_phrase_in_both_languages():
    made = marks("The old dog is red.", "Le chien rouge est vieille.")
    assert ('The old "dog is red".', "Le « chien rouge » est vieille.") in made
    assert ('The "old dog" is red.', "Le « chien rouge est vieille ».") not in made
    assert len(made) == 4  # and each word by itself


def test_names_are_marked_too():
    assert marks("I know Tom.", "Je connais Tom.") == {('I know "Tom".', "Je connais « Tom ».")}


@pytest.mark.parametrize(
    "pair",
    [
        ("A cat.", "Un chat."),
        ("A dog and a dog.", "Un chien et un autre chien."),
        ('A "dog".', "Un « chien »."),
        ("A sea dog.", "Un chien-chien."),
    ],
)
def test_where_nothing_can_be_marked_the_pair_stays(pair):
    assert marks(*pair) == {pair}


def test_long_phrases_are_not_marked():
    made = marks("A dog that is not very red.", "Un chien pas du tout rouge.")
    assert made == {
        ('A "dog" that is not very red.', "Un « chien » pas du tout rouge."),
        ('A dog that is not very "red".', "Un chien pas du tout « rouge »."),
    }


def test_lexicon():
    pairs = LEAST * [
        ("the dog sleeps today", "le chien dort aujourd'hui"),
        ("the cat sleeps", "les chats dorment"),
    ] + (LEAST - 1) * [("rare", "rare")]  # fmt: skip
    known = lexicon([*pairs, ("the dog eats", "le chien mange")])
    assert known["dog"] == "chien"
    assert "rare" not in known
    assert "hui" not in known.values()
    assert len(set(known.values())) == len(known)


def test_sayings_are_short():
    pairs = [
        ("Come in.", "Entrez."), ("Is it?", "Vraiment ?"), ("It is 7.", "Il est 7."),
        ("One two three four five six.", "Oui."), ("Well...", "Bien..."), ("So.", "Si !"),
    ]  # fmt: skip
    assert sayings(pairs) == [("Come in", "Entrez"), ("Is it?", "Vraiment ?")]


def test_quoted():
    random = np.random.default_rng(4)
    made = [quoted("A red dog.", "Un chien rouge.", random, [("Stop!", "Halte !")])
            for _ in range(3_000)]  # fmt: skip
    for there, here in (*SAYINGS, *WORDS):
        a, b = ("(.+)".join(map(re.escape, re.split(r"{\w*}", each))) for each in (there, here))
        assert any(re.fullmatch(a, en) and re.fullmatch(b, fr) for en, fr in made), there
    for en, fr in made:
        (there,), (here,) = re.findall('"(.+)"', en), re.findall("« (.+) »", fr)
        assert (there, here) == ("Stop!", "Halte !") or there == here
    inside = {en.split('"')[1] for en, _ in made}
    assert {"red", "dog", "rouge", "chien", "Red Dog", "Chien Rouge"} <= inside
    assert not any("{" in text for pair in made for text in pair)
