"""Words and signs with characters outside the vocabulary are those of the sentence, or none."""

import numpy as np
import pytest

from lstm_core.translation.foreign import Foreign
from lstm_core.translation.subwords import BYTES, SPECIAL, Subwords


@pytest.fixture
def subwords():
    return Subwords([*SPECIAL, *BYTES, *" abc", "ab"])


@pytest.fixture
def allowed(subwords):
    """What may follow in a translation of a sentence: texts of pieces, or numbers of bytes."""

    def tell(sentence, written):
        possible = Foreign(subwords).watch(sentence)(written)
        return {
            n - subwords.first_byte if subwords.is_byte(n) else subwords.pieces[n]
            for n in np.flatnonzero(possible).tolist()
        }

    return tell


PLAIN = {*SPECIAL, *" abc", "ab"}
E = [*"é".encode()]


def test_no_bytes_without_such_a_character(allowed, subwords):
    for written in ("", "a", "ab c"):
        assert allowed("ab c", subwords.encode(written)) == PLAIN


def test_a_sign_is_written_to_its_end_and_as_often_as_it_stands_there(allowed, subwords):
    sentence, sign = "a 🙂🙂", [*"🙂".encode()]
    pieces = subwords.encode("🙂")  # a space and four bytes
    assert allowed(sentence, []) == PLAIN | {sign[0]}
    for n in range(1, 4):
        assert allowed(sentence, pieces[: n + 1]) == {sign[n]}
    assert allowed(sentence, pieces) == PLAIN | {sign[0]}
    assert allowed(sentence, pieces + pieces[1:]) == PLAIN
    assert allowed("a 🙂🙁", pieces + pieces[1:4]) == {"🙁".encode()[3]}


def test_a_word_is_written_as_it_stands(allowed, subwords):
    """Its letters that are known may also begin others."""
    written = subwords.encode("abéc")
    assert [subwords.pieces[n] for n in written][:2] == [" ", "ab"]
    assert allowed("abéc", written[:1]) == PLAIN
    assert allowed("abéc", written[:2]) == PLAIN | {E[0]}
    assert allowed("abéc", written[:3]) == {E[1]}
    assert allowed("abéc", written[:4]) == {"c"}
    assert allowed("abéc", written) == PLAIN
    assert allowed("abéc", written + written[:2]) == PLAIN
    assert allowed("abéc", subwords.encode("c")) == PLAIN


def test_a_word_that_ends_as_another_begins(allowed, subwords):
    assert allowed("éè è", subwords.encode("éè")) == PLAIN | {"è".encode()[0]}


def test_what_was_forced_is_not_watched(allowed, subwords):
    assert allowed("ab", [subwords.first_byte + 0xE4]) == PLAIN


def test_whatever_the_network_wants_it_is_text(subwords):
    random = np.random.default_rng(1)
    sentence = "a 你好 🙂 éc"
    possible = Foreign(subwords).watch(sentence)
    seen = set()
    for _ in range(100):
        written = []
        while len(written) < 40 or "\N{REPLACEMENT CHARACTER}" in subwords.decode(written):
            some = np.flatnonzero(possible(written)[len(SPECIAL) :]) + len(SPECIAL)
            foreign = [n for n in some.tolist() if subwords.is_byte(n)]
            written.append(int(random.choice(foreign or some)))
        text = subwords.decode(written)
        assert all(text.count(each) <= 1 for each in ("你好", "🙂", "éc"))
        assert set(text) <= set(sentence) | set("abc")
        seen.update(each for each in ("你好", "🙂", "éc") if each in text)
    assert len(seen) == 3
