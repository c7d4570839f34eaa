"""Numbers of a sentence, and that a translation can have no others."""

import random
import re

import pytest
import torch
from translation.tiny import attentive

from lstm_core.translation.numerals import Numerals, forms
from lstm_core.translation.request import TranslationRequest
from lstm_core.translation.sampler import TranslationSampler
from lstm_core.translation.subwords import BYTES, SPECIAL, Subwords

PLAIN = [*"0123456789", *(f" {n}" for n in range(1, 10)), " ", ".", ",", "h", " h", " $"]


@pytest.fixture(scope="module")
def subwords():
    """Digits with and without a space; there is no " 0", as in large vocabularies."""
    return Subwords([*SPECIAL, *BYTES, *PLAIN])


def known(sentence, language="en"):
    """Without the full hour, which may always be written."""
    return forms(sentence, language) - {"00"}


@pytest.mark.parametrize(
    ("sentence", "language", "wanted"),
    [
        ("There is none.", "en", set()),
        ("He earns $3,200.", "en", {"3200", "3 200"}),
        ("Il gagne 3 200 $.", "fr", {"3200", "3,200"}),
        ("Il gagne 3.200 $.", "fr", {"3200", "3,200"}),
        ("It costs $1,250.75.", "en", {"1250,75", "1 250,75"}),
        ("Cela coûte 1 250,75 €.", "fr", {"1250.75", "1,250.75"}),
        ("It rose by 2.5 %.", "en", {"2,5"}),
        ("Il a augmenté de 2,5 %.", "fr", {"2.5"}),
        ("$10.00", "en", {"10,00", "10"}),
        ("1,000,000 people", "en", {"1000000", "1 000 000"}),
        ("12 400 habitants", "fr", {"12400", "12,400"}),
        ("Version 1.2.3", "en", {"1.2.3"}),
        ("at 6:20 p.m.", "en", {"6", "06", "18", "20", "8", "1920", "2020"}),
        ("à 19 h 45", "fr", {"19", "7", "45", "1919", "2019", "1945", "2045"}),
        ("at 12 a.m.", "en", {"12", "0", "1912", "2012"}),
        ("in 1987", "en", {"1987", "1 987", "87"}),
        ("in the '90s", "en", {"90", "1990", "2090"}),
        ("room 407, 007", "en", {"407", "007", "7", "07", "19"}),
        ("In 2010 300 people came.", "en", {"2010", "2 010", "10", "300"}),
        ("٣ and ²", "en", set()),
        ("9" * 5_000, "en", None),
    ],
)
def test_what_may_stand_for_the_numbers_of_a_sentence(sentence, language, wanted):
    found = known(sentence, language)
    if wanted is None:
        assert sentence in found
    else:
        assert found == wanted


@pytest.mark.parametrize(
    "text",
    [" 3 200 $", " 3200 $.", "1 h 45, 3 200.", " 1. 45", " 45,3 200", " 1 000 000 h", "13 h 00"],
)
def test_numbers_of_the_sentence_can_be_written(subwords, text):
    watch = Numerals(subwords).watch("$3,200 at 1:45, and 1,000,000", "en")
    pieces = subwords.encode(text)
    for n, piece in enumerate(pieces):
        assert watch(pieces[:n])[piece], subwords.decode(pieces[: n + 1])


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (" 3", "3"), (" 3 2", "1"), (" 3 200", "0"), (" 3 200", "1"), (" 32", "."), (" 32", " h"),
        (" 3 2", " $"), (" 4", " "), (" 3200,", "4"), (" 3", ","),
    ],
)  # fmt: skip
def test_no_other_number_can(subwords, text, wrong):
    watch = Numerals(subwords).watch("$3,200 at 1:45", "en")
    pieces = subwords.encode(text)
    assert watch(pieces)[subwords.index[wrong]] == (wrong == "4")


def test_whatever_is_written_has_none_but_these(subwords):
    sentence, chance = "3,200 at 6:45 p.m. is 1.5 in 1987", random.Random(1)
    allowed, watch = forms(sentence, "en"), Numerals(subwords).watch(sentence, "en")
    plain, seen = [subwords.index[piece] for piece in PLAIN], set()
    for _ in range(400):
        pieces = []
        while len(pieces) < 12 or not watch(pieces)[subwords.end]:
            pieces.append(chance.choice([n for n in plain if watch(pieces)[n]]))
        for row in re.findall(r"[0-9., ]+", subwords.decode(pieces)):
            assert cut(row.strip(" .,"), allowed), subwords.decode(pieces)
            seen.add(row.strip(" .,"))
    assert allowed <= seen


def cut(row, allowed):
    """Whether digits and signs are numbers that are allowed, with signs between them."""
    return not row or any(
        row.startswith(number)
        and (row == number or row[len(number)] in " .,")
        and cut(row[len(number) :].lstrip(" .,"), allowed)
        for number in allowed
    )


def test_where_there_is_nothing_to_watch(subwords):
    numerals = Numerals(subwords)
    assert numerals.watch("There is none.", "en")(subwords.encode("9")) is None
    watch = numerals.watch("There are 3.", "en")
    assert watch(subwords.encode(" 44")) is None  # somebody wants this number
    assert watch(subwords.encode(" 44 h")) is not None


def test_a_translation_has_numbers_of_the_sentence_only(subwords):
    sampler = TranslationSampler(attentive(len(subwords)), subwords)
    favourite = [n for n, piece in enumerate(subwords.pieces) if piece.strip().isdecimal()]
    with torch.no_grad():  # a network that writes digits and ends
        sampler.model.embedding.bias[[*favourite, subwords.end]] += 20
    request = TranslationRequest("3,200 h", beam=3)
    free = sampler.candidates("3,200 h", TranslationRequest("x", beam=3, keep_numbers=False))
    kept = sampler.candidates("3,200 h", request)
    allowed = {form[:n] for form in forms("3,200 h", "en") for n in range(1, len(form) + 1)}

    def right(candidate):  # the last may be cut off where a translation has to end
        rows = re.findall(r"[0-9., ]*[0-9]", candidate.text)
        return all(cut(row.strip(" .,"), allowed) for row in rows)

    assert not all(map(right, free))
    assert all(map(right, kept))
    forced = subwords.encode("41")
    _, (found,) = sampler.translate(request, {0: forced})
    assert found.pieces[: len(forced)] == forced


def test_all_spaces_within_a_number_are_alike(subwords):
    sampler = TranslationSampler(attentive(len(subwords)), subwords)
    request = TranslationRequest("x", "fr_en", beam=4)
    plain, narrow, other = (
        sampler.candidates(f"{text} h", request) for text in ("3 200", "3\u202f200", "3 h 200")
    )
    assert narrow == plain
    assert narrow != other
