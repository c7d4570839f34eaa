"""Texts taken apart and put together."""

import random

import pytest

from lstm_core.translation.sentences import MOST, layout, lowered, normalise, pieces, typeset


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Go. Stop!", ["Go.", "Stop!"]),
        ("Mr. Smith met J. Doe. They left.", ["Mr. Smith met J. Doe.", "They left."]),
        ("It costs 3.5 euros. OK?", ["It costs 3.5 euros.", "OK?"]),
        ("Où vas-tu ? Chez moi !", ["Où vas-tu ?", "Chez moi !"]),
        ('He said "No." Then he left.', ['He said "No."', "Then he left."]),
        ("« Non. » Il part.", ["« Non. »", "Il part."]),
        ("Wait... what is e.g. this?", ["Wait... what is e.g. this?"]),
        ("one\n\n  two", ["one", "two"]),
        ("   \n", []),
    ],
)
def test_sentences(text, sentences):
    laid = layout(text)
    assert list(laid.sentences) == sentences
    assert laid.join(list(laid.sentences)) == text


def test_any_text_is_put_together_again():
    chance = random.Random(2)
    for _ in range(300):
        text = "".join(chance.choices(" .!?\n\t\rAbé1»\"'\u2028…", k=chance.randint(0, 60)))
        laid = layout(text)
        assert laid.join(list(laid.sentences)) == text
        assert len(laid.between) == len(laid.sentences) + 1
        assert all(sentence == sentence.strip() != "" for sentence in laid.sentences)


def test_what_has_been_translated_so_far():
    laid = layout(" One. Two.\nThree. ")
    assert laid.join(["Un."]) == " Un."
    assert laid.join(["Un.", "Deux.", "Trois."]) == " Un. Deux.\nTrois. "


def test_long_sentences_are_cut_where_there_is_a_comma_or_a_space():
    text = "a" * 150 + ", " + "b" * 200 + " " + "c" * 700
    parts = pieces(text)
    assert "".join(parts) == text
    assert parts[0] == "a" * 150 + ","
    assert max(map(len, parts)) <= MOST


def test_spelling_is_made_one():
    assert normalise("  l’e\u0301te\u0301\u00a0!  “a”…\n") == 'l\'été ! "a"...'


@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        ("GOOD MORNING!", "Good morning!"),
        ("« OÙ ÉTAIT-IL ? »", "« où était-il ? »"),
        ("USA", "USA"),
        ("I AM", "I AM"),
        ("Tom from the USA", "Tom from the USA"),
        ("2010", "2010"),
    ],
)
def test_capitals(sentence, read):
    assert lowered(sentence) == read


@pytest.mark.parametrize(
    "text",
    [
        "«_Où est Claire_?_» demanda M._Dubois.",
        "Il est 19_h_45_; elle gagne 3_200_$ ou 12,50_€, soit 15_% de plus_!",
        "Mme_Roy a dit_: «_Oui._»",
        "Tous les 3 mois, elle a 12 enfants de 100 à 200 jours, et Dr_Roy le sait.",
    ],
)
def test_where_no_line_of_french_ends(text):
    plain = text.replace("_", " ")
    assert typeset(plain, "fr") == text.replace("_", "\N{NO-BREAK SPACE}")
    assert typeset(plain, "en") == plain
    assert normalise(typeset(plain, "fr")) == plain
