"""Pieces of words: what is learned, and that any text comes back."""

import random
import sys
from itertools import pairwise

import pytest

from lstm_core.translation.subwords import BYTES, LANGUAGES, PAD, SPECIAL, UNIT, Subwords, joined


def test_what_occurs_together_most_often_is_joined_first():
    counts = {" low": 5, " lower": 2, " newest": 6, " widest": 3}
    characters = set("".join(counts))
    made = joined(counts, characters, 10)
    # By hand: "es" and "st" occur 9 times each, then "est"; then " l", "lo" and "ow" 7 times.
    assert made[:3] == ["es", "est", " l"]
    assert len(made) == len(set(made)) == 10
    assert joined(counts, characters, 1_000)[-1] in {" lower", " widest", " newest"}


def slow_merges(counts, most):
    """Byte-pair encoding as it is defined, counting all pairs anew every time."""
    units, made = [[list(unit), n] for unit, n in counts.items()], []
    while len(made) < most:
        pairs = {}
        for parts, n in units:
            for pair in pairwise(parts):
                pairs[pair] = pairs.get(pair, 0) + n
        best = min(pairs, key=lambda pair: (-pairs[pair], pair), default=None)
        if best is None or pairs[best] < 2:
            break
        for unit in units:
            place, parts = 0, unit[0]
            while place < len(parts) - 1:
                if tuple(parts[place : place + 2]) == best:
                    parts[place : place + 2] = ["".join(best)]
                place += 1
        if "".join(best) not in made:
            made.append("".join(best))
    return made


def test_learning_is_byte_pair_encoding():
    chance = random.Random(4)
    counts = {
        "".join(chance.choices("abcd", k=chance.randint(1, 8))): chance.randint(1, 9)
        for _ in range(60)
    }
    assert joined(counts, set("abcd"), 40) == slow_merges(counts, 40)


def test_any_text_comes_back(subwords):
    chance = random.Random(5)
    points = [n for n in range(sys.maxunicode + 1) if not 0xD800 <= n < 0xE000]
    for n in range(300):
        some = chance.choices(points if n % 2 else points[:500], k=chance.randint(0, 40))
        text = "".join(map(chr, some))
        numbers = subwords.encode(text)
        assert all(len(SPECIAL) <= number < len(subwords) for number in numbers)
        assert subwords.decode(numbers) == text
    for text in ("", " ", "  a  b ", "<en>", PAD, "<0x41>", "é\u0301", "\n\t", "x" * 5_000):
        assert subwords.decode(subwords.encode(text)) == text


def test_known_words_are_whole_and_others_spelled(subwords):
    pieces = subwords.pieces
    assert [pieces[n] for n in subwords.encode("dog is")] == [" dog", " is"]
    assert [pieces[n] for n in subwords.encode("☃")] == [" ", "<0xE2>", "<0x98>", "<0x83>"]


def test_what_is_no_text_says_nothing(subwords):
    numbers = subwords.encode("dog")
    begin, end = subwords.languages["fr"], subwords.end
    assert subwords.decode([begin, *numbers, end, subwords.pad]) == "dog"
    broken = [subwords.index["<0xE2>"], *numbers]
    assert subwords.decode(broken) == "\N{REPLACEMENT CHARACTER} dog"


def test_half_a_surrogate_pair_is_refused(subwords):
    with pytest.raises(ValueError, match="surrogates"):
        subwords.encode("a\ud800")


def test_units_are_the_text():
    text = " Qu'est-ce qu'il y a ?\t12 €_a²" + "é" * 100
    assert "".join(UNIT.findall(text)) == text
    assert UNIT.findall(" don't l'eau 12.") == [" don'", "t", " l'", "eau", " 1", "2", "."]


def test_words():
    text = "Tom's l'eau 1987, ☃. Łódź"
    known = Subwords([*SPECIAL, *BYTES, *sorted(set(text) - set("☃Łź"))])
    numbers = [known.languages["en"], *known.encode(text), known.end]
    words = known.words(numbers)
    texts = [known.decode(numbers[word.start : word.stop]) for word in words]
    assert texts == ["Tom'", "s", "l'", "eau", "1987", ",", "☃", ".", "Łódź"]
    assert [place for word in words for place in word] == list(range(1, len(numbers) - 1))


def test_a_vocabulary_begins_as_it_should():
    whole = [*SPECIAL, *BYTES, "a", "b", "ab"]
    known = Subwords(whole)
    assert known.languages.keys() == LANGUAGES.keys()
    assert [known.pieces[n] for n in known.encode("ab")][-1] == "ab"
    with pytest.raises(ValueError, match="twice"):
        Subwords([*whole, "a"])
    with pytest.raises(ValueError, match="begin"):
        Subwords(whole[1:])
