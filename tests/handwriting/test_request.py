"""What can be asked for, and in which sentence the rest is refused."""

import numpy as np
import pytest

from lstm_core.handwriting.characters import Alphabet
from lstm_core.handwriting.request import (
    FARTHEST,
    MAX_LINE,
    MAX_POINTS,
    MAX_TEXT,
    Ink,
    WritingRequest,
    lines_of,
)

GOOD = [[0, 0, 0], [10, 5, 0], [12, 9, 1]]


def test_numbers_are_kept_in_their_kind():
    request = WritingRequest("a", bias=1, seed=2.0, blend=1)
    assert (request.bias, request.seed, request.blend) == (1.0, 2, 1.0)
    assert isinstance(request.seed, int)
    assert isinstance(request.bias, float)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text": 3}, "The text must be text"),
        ({"text": None}, "The text must be text"),
        ({"text": " \n"}, "empty"),
        ({"text": "a" * (MAX_TEXT + 1)}, "501 characters; at most 500"),
        ({"bias": -0.1}, "bias must be a number from 0 to 10"),
        ({"bias": 10.1}, "bias must be a number from 0 to 10"),
        ({"bias": float("nan")}, "bias must be a number"),
        ({"bias": "1"}, "bias must be a number"),
        ({"bias": True}, "bias must be a number"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"seed": 2**32}, "seed must be a whole number from 0 to 4,294,967,295"),
        ({"blend": 1.01}, "blend must be a number from 0 to 1"),
        ({"hand": None}, "name of a writer"),
        ({"other": 7}, "name of a writer"),
        ({"other": "7"}, "name both"),
    ],
)
def test_what_is_wrong_is_said(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        WritingRequest(**({"text": "a"} | wrong))


@pytest.mark.parametrize(
    "points",
    [
        None, "ink", 3, [], GOOD[:1], [[0, 0, 0]] * (MAX_POINTS + 1), [[0, 0], [1, 1]], [0, 0, 1],
        [[0, 0, 0], [1, 1]], [[0, 0, 0], [1, "x", 1]], [[0, 0, 0], [1, None, 1]],
        [[0, 0, 0], [1, float("nan"), 1]], [[0, 0, 0], [1, float("inf"), 1]],
        [[0, 0, 0], [1, 1, 2]], [[0, 0, 0], [10**400, 1, 1]], [[0, 0, 0], [FARTHEST + 1, 1, 1]],
        [[0, 0, 0], {"x": 1}], [[0, 0, 0], [1, [2], 1]], np.zeros((2, 4)), np.zeros((2, 3, 1)),
    ],
)  # fmt: skip
def test_ink_that_is_none(points):
    with pytest.raises(ValueError, match=r"^(Ink|Each point of the ink|Two points).*\.$"):
        Ink("a", points)


def test_ink_begins_at_the_origin():
    ink = Ink("a", [[5, 7, 0], [15, 12, 0], [17, 16, 1]])
    assert ink.points.tolist() == GOOD
    assert ink.points.dtype == np.float32
    with pytest.raises(ValueError, match="text of the ink is empty"):
        Ink(" ", GOOD)


TEXT = "It is a truth universally acknowledged, that a single man in possession"


def fewest(words, longest):
    """The least number of lines, by trying every place to break the first."""
    fitting = [n for n in range(1, len(words) + 1) if len(" ".join(words[:n])) <= longest]
    return min((1 + fewest(words[n:], longest) for n in fitting), default=0)


@pytest.mark.parametrize("longest", [14, 20, MAX_LINE, 500])
def test_lines_are_all_of_the_text_and_as_few_as_can_be(longest):
    lines = lines_of(TEXT, longest)
    assert " ".join(lines) == TEXT
    assert all(len(line) <= longest for line in lines)
    assert len(lines) == fewest(TEXT.split(), longest)


def test_lines_are_even():
    assert lines_of("aaa bbb ccc d", 11) == ["aaa bbb", "ccc d"]


def test_a_long_word_is_cut():
    assert lines_of("a" * 7, 3) == ["aaa", "aaa", "a"]


# Characters


@pytest.fixture
def alphabet():
    return Alphabet(" '\"-.Oabcdeoß"[:-1] + "s")


def test_characters_there_and_back(alphabet):
    numbers = alphabet.encode("a bad code")
    assert "".join(alphabet.characters[n] for n in numbers) == "a bad code"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("  a \n\t b\u00a0c ", "a b c"),
        ("\N{LEFT DOUBLE QUOTATION MARK}a\N{EM DASH}b\N{RIGHT SINGLE QUOTATION MARK}", "\"a-b'"),
        ("é", "e"),
        ("e\N{COMBINING ACUTE ACCENT}", "e"),
        ("ßÖœ", "ssOoe"),
        ("a\N{HORIZONTAL ELLIPSIS}", "a..."),
    ],
)
def test_look_alikes(alphabet, text, read):
    assert alphabet.read(text) == read


def test_what_is_written_otherwise_is_named(alphabet):
    assert alphabet.replaced("bad\tcode") == {}
    text = "a\N{EM DASH}é e\N{COMBINING ACUTE ACCENT}\N{NO-BREAK SPACE}œ λ"
    assert alphabet.replaced(text) == {"\N{EM DASH}": "-", "é": "e", "œ": "oe"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("aλb", "λ"),
        ("zzy", "z, y"),
        ("a\0", r"U\+0000"),
        ("a\ud800", r"U\+D800"),
        ("\N{GRINNING FACE}", "\N{GRINNING FACE}"),
        ("\N{ZERO WIDTH JOINER}", "ZERO WIDTH JOINER"),
        ("fghijklm", "f, g, h, i, j and 3 more"),
    ],
)
def test_others_are_refused_by_name(alphabet, text, named):
    with pytest.raises(ValueError, match=f"seen anyone write {named}\\. It writes"):
        alphabet.read(text)


def test_an_alphabet_has_each_character_once_and_the_space():
    for characters in (["ab", " "], "aa ", "abc"):
        with pytest.raises(ValueError, match="an alphabet holds"):
            Alphabet(characters)


def test_the_alphabet_of_the_network_is_printable_ascii():
    characters = Alphabet.ascii().characters
    assert len(characters) == 95
    assert all(c.isascii() and c.isprintable() for c in characters)
