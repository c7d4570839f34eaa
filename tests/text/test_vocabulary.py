"""Characters to numbers and back; and no character of a visitor's text goes missing unsaid."""

import math
import random
import string

import numpy as np
import pytest

from lstm_core.text.vocabulary import ESCAPE, ESCAPE_NATS, Reading, Vocabulary, visible

ENGLISH = Vocabulary("\n" + string.ascii_letters + " .,;:!?'-")
PRINTABLE = Vocabulary(string.printable.replace("\r", ""))
ESCAPED = Vocabulary([*string.ascii_lowercase, " ", ESCAPE])
VOCABULARIES = {"english": ENGLISH, "printable": PRINTABLE, "escaped": ESCAPED}
vocabularies = pytest.mark.parametrize("vocabulary", VOCABULARIES.values(), ids=VOCABULARIES)


def any_text(seed, length=400):
    """Code points of all kinds, lone surrogates among them, half of the text being Latin."""
    draw = random.Random(seed)
    ranges = [(0, 0x7F), (0x80, 0x24F), (0x2000, 0x206F), (0xD800, 0xDFFF), (0, 0x10FFFF)]
    text = [
        chr(draw.randint(*ranges[draw.choice([0, 0, 0, 1, 1, 2, 3, 4])])) for _ in range(length)
    ]
    return "".join(text)


# Numbers


@vocabularies
@pytest.mark.parametrize("seed", range(5))
def test_encode_and_decode_are_inverse(vocabulary, seed):
    draw = random.Random(seed)
    text = "".join(draw.choices(vocabulary.characters, k=draw.randint(0, 300)))
    numbers = vocabulary.encode(text)
    assert numbers.dtype == np.int64
    assert numbers.shape == (len(text),)
    assert vocabulary.decode(numbers) == text
    numbers = np.array(draw.choices(range(len(vocabulary)), k=200))
    np.testing.assert_array_equal(vocabulary.encode(vocabulary.decode(numbers)), numbers)


def test_numbers_are_the_places_in_the_list():
    vocabulary = Vocabulary("zay")
    assert vocabulary.encode("ayz").tolist() == [1, 2, 0]
    assert vocabulary.decode([0, 0, 1]) == "zza"
    assert len(vocabulary) == 3
    assert "a" in vocabulary
    assert "b" not in vocabulary


@pytest.mark.parametrize(
    ("text", "named"), [("axé", "“x”"), ("a\0", "U+0000"), ("\ud800", "U+D800"), (ESCAPE, "“�”")]
)
def test_without_an_escape_other_characters_are_refused(text, named):
    with pytest.raises(ValueError, match="the model's vocabulary has no ") as caught:
        Vocabulary("a").encode(text)
    assert named in str(caught.value)
    str(caught.value).encode()  # can be shown anywhere


def test_an_escape_stands_for_every_other_character():
    text = "héllo \0\ud800 WORLD"
    numbers = ESCAPED.encode(text)
    assert ESCAPED.decode(numbers) == f"h{ESCAPE}llo {ESCAPE * 2} {ESCAPE * 5}"
    assert ESCAPED.escape == len(ESCAPED) - 1
    assert ESCAPE not in ESCAPED
    assert ENGLISH.escape is None


def test_an_escape_with_its_price_makes_a_distribution():
    """One share for each of Unicode's code points, together no more than one."""
    assert math.exp(-ESCAPE_NATS) * (0x10FFFF + 1) == pytest.approx(1)


@pytest.mark.parametrize("characters", [["a", "bc"], ["a", ""], ["a", "b", "a"], "abca"])
def test_a_vocabulary_holds_single_characters_once(characters):
    with pytest.raises(ValueError, match="a vocabulary holds"):
        Vocabulary(characters)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("min_count", [1, 2, 5])
def test_vocabulary_of_a_text(seed, min_count):
    text = "".join(random.Random(seed).choices("abcdefghij\n é\N{GRINNING FACE}" + ESCAPE, k=60))
    vocabulary = Vocabulary.of(text, min_count)
    plain = [c for c in vocabulary.characters if c != ESCAPE]
    assert plain == sorted(plain)
    for c in set(text) - {ESCAPE}:
        assert (c in vocabulary) == (text.count(c) >= min_count)
    assert set(plain) <= set(text)
    assert (vocabulary.escape is not None) == (min_count > 1)
    if min_count > 1:
        assert vocabulary.characters[-1] == ESCAPE
        assert len(vocabulary.encode(text)) == len(text)


# A visitor's text


@pytest.mark.parametrize(
    ("given", "read", "replaced", "dropped"),
    [
        ("Plain text, as it stands.\n", "Plain text, as it stands.\n", {}, ()),
        ("", "", {}, ()),
        ("“It’s”", "'It's'", {"“": "'", "’": "'", "”": "'"}, ()),
        ("a–b—c…", "a-b--c...", {"–": "-", "—": "--", "…": "..."}, ()),
        ("\tx\ty", "    x    y", {"\t": "    "}, ()),
        ('say "so"', "say 'so'", {'"': "'"}, ()),
        ("Café naïve Ünï", "Cafe naive Uni", {"é": "e", "ï": "i", "Ü": "U"}, ()),
        ("cafe\u0301", "cafe", {}, ("\u0301",)),
        ("a\u00a0b", "a b", {"\u00a0": " "}, ()),
        ("ﬁne", "fine", {"ﬁ": "fi"}, ()),
        ("ｗｉｄｅ", "wide", {"ｗ": "w", "ｉ": "i", "ｄ": "d", "ｅ": "e"}, ()),
        ("a\r\nb\rc\n\r\n", "a\nb\nc\n\n", {}, ()),
        ("a\0b\x07", "ab", {}, ("\0", "\x07")),
        ("ok \N{GRINNING FACE}!\N{GRINNING FACE}", "ok !", {}, ("\N{GRINNING FACE}",)),
        ("שלום a", " a", {}, ("ש", "ל", "ו", "ם")),
        ("a\u202eb\u200fc", "abc", {}, ("\u202e", "\u200f")),
        ("a\ud800b\udfff", "ab", {}, ("\ud800", "\udfff")),
        ("漢字", "", {}, ("漢", "字")),
        ("a" + ESCAPE, "a", {}, (ESCAPE,)),
        ("½ ß", " ", {}, ("½", "ß")),
    ],
)
def test_read(given, read, replaced, dropped):
    reading = ENGLISH.read(given)
    assert reading == Reading(read, replaced, dropped)
    assert (reading.note() == "") == (not replaced and not dropped)


def test_what_is_in_the_vocabulary_stays():
    vocabulary = Vocabulary('“”—…é\t"\r\n')
    text = '“é”—…\t"\r\n\r'
    assert vocabulary.read(text) == Reading(text, {}, ())


def test_a_curly_quote_is_a_straight_one_where_there_is_one():
    assert PRINTABLE.read("“a” ‘b’").text == "\"a\" 'b'"
    assert Vocabulary("ab").read("“a” ‘b’") == Reading("ab", {}, ("“", "”", " ", "‘", "’"))


@vocabularies
@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_silently(vocabulary, seed):
    text = any_text(seed)
    reading = vocabulary.read(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    told = {**reading.replaced, **dict.fromkeys(reading.dropped, "")}
    assert reading.text == "".join(c if c in vocabulary else told[c] for c in lines)
    assert told.keys() == {c for c in lines if c not in vocabulary}
    assert len(reading.dropped) == len(set(reading.dropped))
    assert not set(reading.dropped) & reading.replaced.keys()
    assert all(reading.replaced.values())
    assert all(c in vocabulary for c in reading.text)
    assert vocabulary.decode(vocabulary.encode(reading.text)) == reading.text
    assert vocabulary.read(reading.text) == Reading(reading.text, {}, ())
    note = reading.note()
    assert note.isprintable()
    assert note.encode()
    assert note.endswith(".")
    for part in (list(reading.replaced), list(reading.dropped)):
        assert all(visible(c) in note for c in part[:12])
        assert len(part) <= 12 or f" and {len(part) - 12} more" in note


def test_every_code_point_can_be_read_and_named():
    for start in range(0, 0x110000, 0x1000):
        reading = ENGLISH.read("".join(map(chr, range(start, start + 0x1000))))
        assert reading.note().isprintable()
        assert all(c in ENGLISH for c in reading.text)


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ("fine", ""),
        ("é", "it read “é” as “e”."),
        ("é—", "it read “é” as “e”, “—” as “--”."),
        ("\N{GRINNING FACE}", "it left out “\N{GRINNING FACE}”."),
        ("\t漢\n\0", "it read U+0009 as 4 spaces and left out “漢”, U+0000."),
        ("\u00a0", "it read U+00A0 as a space."),
    ],
)
def test_note(given, note):
    start = "This network never saw some of these characters: "
    assert ENGLISH.read(given).note() == (start + note if note else "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a", "“a”"),
        ("--", "“--”"),
        (" ", "a space"),
        ("    ", "4 spaces"),
        ("\n", "U+000A"),
        ("\t", "U+0009"),
        ("\0", "U+0000"),
        ("\u00a0", "U+00A0"),
        ("\u3000", "U+3000"),
        ("\u2028", "U+2028"),
        ("\u202e", "U+202E"),
        ("\ud800", "U+D800"),
        ("\U000e0001", "U+E0001"),
        ("\r\n", "U+000D+U+000A"),
    ],
)
def test_visible(text, shown):
    assert visible(text) == shown
