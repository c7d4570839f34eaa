"""Features of any text: quotations, brackets, words, sentences, lines, paragraphs."""

from __future__ import annotations

import re

import numpy as np

from lstm_core.memory.features.scanning import PARAGRAPH, depth, each, held, since

ELISIONS = frozenset(
    re.findall(
        "[a-z]+",
        "tis twas twere twill twould t em s i ay twixt gainst fore scape scaped mongst longs "
        "longeth gins pon larum cause bout tween neath zounds",
    )
)
"""Words that may begin with an apostrophe."""

ITEM = r"\n[*#=|:;]"
"""The start of an item of a list or a table, or of a heading, in wiki markup."""

VERSE = 30  # characters


def double_quotes(text: str) -> np.ndarray:
    """Between ", &quot; or curly quotation marks."""
    changes, inside = [], False
    for match in re.finditer(rf'"|&quot;|(“)|(”)|({PARAGRAPH}|{ITEM})', text):
        inside = True if match[1] else False if match[2] or match[3] else not inside
        changes.append((match.end() - 1, inside))
    return held(len(text), changes) > 0


def single_quotes(text: str) -> np.ndarray:
    """Between ' and ', where they quote.

    A mark opens after white space, a dash or an opening bracket, unless the word after it turns out
    to be an elision, such as 'tis. It closes after punctuation at once; after a letter, as soon as
    the next character is none (don't).
    """
    inside, before, word = False, "\n", None  # word: the first one of a quotation, while it lasts
    pending = False  # a mark after a letter: the next character tells
    values = []
    for n, c in enumerate(text):
        letter = c.isalpha()
        if pending and not letter:
            inside = False
        pending = False
        if word is not None:
            if letter:
                word += c
            elif word.lower() in ELISIONS:
                inside, word = False, None
            else:
                word = None
        if c == "'":
            if not inside and (before.isspace() or before in "-(["):
                inside, word = True, ""
            elif inside and before.isalpha():
                pending = True
            elif inside and not before.isspace():
                inside = False
        elif text[max(0, n - 1) : n + 1] == "\n\n":
            inside, word = False, None
        values.append(inside)
        before = c
    return each(text, values)


def parentheses(text: str) -> np.ndarray:
    """Between ( and )."""
    return depth(text, r"\(", r"\)") > 0


def brackets(text: str) -> np.ndarray:
    """Between [ and ]."""
    return depth(text, r"\[", r"\]") > 0


def capital(text: str) -> np.ndarray:
    """Capital letters."""
    return each(text, (c.isupper() for c in text))


def digit(text: str) -> np.ndarray:
    """Decimal digits."""
    return each(text, (c.isdecimal() for c in text))


def vowel(text: str) -> np.ndarray:
    """a, e, i, o, u, small or capital."""
    return each(text, (c in "aeiouAEIOU" for c in text))


def white_space(text: str) -> np.ndarray:
    """Spaces, tabs, line breaks."""
    return each(text, (c.isspace() for c in text))


def word_position(text: str) -> np.ndarray:
    """Letters of the word so far: 1 at its first, 0 between words."""
    letters = each(text, (c.isalpha() for c in text))
    return since(~letters).astype(np.float32)


def word_start(text: str) -> np.ndarray:
    """First letters of words."""
    return word_position(text) == 1


def sentence_end(text: str) -> np.ndarray:
    """From . ! or ? through the white space, quotation marks and brackets that follow."""
    values, ended = [], False
    for c in text:
        ended = c in ".!?" or (ended and (c.isspace() or c in "\"'”’)]"))
        values.append(ended)
    return each(text, values)


def line_position(text: str) -> np.ndarray:
    """Characters of the line so far: 0 at a line break, 1 at the first after it."""
    return since(each(text, (c == "\n" for c in text))).astype(np.float32)


def line_start(text: str) -> np.ndarray:
    """A line break or one of the first two characters of a line."""
    return line_position(text) <= 2


def paragraph_position(text: str) -> np.ndarray:
    """Characters since the last empty line: 0 at the line break that ends it."""
    ends = np.zeros(len(text), dtype=bool)
    ends[[match.end() - 1 for match in re.finditer(r"(?<=\n)\n", text)]] = True
    return since(ends).astype(np.float32)


def paragraph_start(text: str) -> np.ndarray:
    """The end of an empty line, or one of the first two characters after it."""
    return paragraph_position(text) <= 2


def heading(text: str) -> np.ndarray:
    """In the first line of a paragraph, before its colon."""
    return names(text) > 0


def heading_capitals(text: str) -> np.ndarray:
    """In a heading without a small letter so far."""
    return names(text) > 1


def names(text: str) -> np.ndarray:
    """2 in a heading without a small letter so far, 1 in another, 0 elsewhere: (N,) int64."""
    values, now, before = [], 2, "\n"
    for c in text:
        if c == "\n":
            now = 2 if before == "\n" else 0
        elif c == ":":
            now = 0
        elif c.islower():
            now = min(now, 1)
        values.append(0 if c == "\n" else now)
        before = c
    return np.array(values, dtype=np.int64)


def verse_long(text: str) -> np.ndarray:
    """In a line that has 30 characters or more so far."""
    return line_position(text) >= VERSE
