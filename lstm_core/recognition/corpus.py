"""Running text as lines of handwriting hold it, for a language model to learn from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from lstm_core.text.vocabulary import Vocabulary

REFERENCE = re.compile(r"&lt;ref[^&]*?/&gt;|&lt;ref.*?&lt;/ref&gt;|&lt;!--.*?--&gt;", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
TABLE = re.compile(r"\{\|.*?\|\}", re.DOTALL)
LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
EMPHASIS = re.compile(r"'{2,}")
LEFT_OVER = re.compile(r"[|{}=<>\[\]]|&[lg]t;|http")
ENTITIES = {"&quot;": '"', "&amp;": "&", "&nbsp;": " "}
NESTED = 4
"""Templates within templates that are taken out, at most."""

SHORTEST = 150
"""Characters of a paragraph of the encyclopedia: what is shorter is often a heading or a list."""


def speeches(text: str) -> str:
    """The speeches of `text.sources.prepare_speeches`, without their headings."""
    return " ".join(speech.partition("\n\n")[2] for speech in text.split("\n\n\n"))


def encyclopedia(text: str) -> str:
    """The prose of an export of a wiki: no markup, tables, lists, headings or notes."""
    for pattern in (REFERENCE, TAG, *[TEMPLATE] * NESTED, TABLE):
        text = pattern.sub("", text)
    text = EMPHASIS.sub("", LINK.sub(r"\1", text))
    for entity, character in ENTITIES.items():
        text = text.replace(entity, character)
    paragraphs = text.split("\n")
    return " ".join(
        paragraph
        for paragraph in paragraphs
        if len(paragraph) > SHORTEST and paragraph[0].isalpha() and not LEFT_OVER.search(paragraph)
    )


def lines_of(text: str, characters: Sequence[str], lengths: np.ndarray, seed: int) -> list[str]:
    """Running text broken into lines as long as given ones, between words.

    Args:
        text: of any characters and line breaks.
        characters: that lines may hold; others are replaced by what looks like them, or left out.
        lengths: (N,) of lines, to draw from.
        seed: of the lengths.
    """
    words = Vocabulary(characters).read(" ".join(text.split())).text.split()
    random = np.random.default_rng(seed)
    ends = np.cumsum([len(word) + 1 for word in words])  # with the blank after each
    drawn = random.choice(lengths, size=len(words)) + 1
    made, begin, upto = [], 0, 0
    for length in drawn.tolist():
        if begin == len(words):
            break
        end = max(begin + 1, int(np.searchsorted(ends, upto + length, side="right")))
        made.append(" ".join(words[begin:end]))
        begin, upto = end, int(ends[end - 1])
    return made


def shuffled(lines: Iterable[str], seed: int) -> str:
    """Lines in random order as one text; each begins with a line break, and one comes last.

    A reader meets lines one at a time: nothing is to be learned from the line before.
    """
    ordered = list(lines)
    random = np.random.default_rng(seed)
    return "".join("\n" + ordered[n] for n in random.permutation(len(ordered))) + "\n"
