"""A text as sentences, and put together again as it was laid out.

The translators learned from single sentences; so that is what they are given, one after the other,
and whatever stands between them is kept.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

QUOTES = {
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
}
OTHERS = {
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{SOFT HYPHEN}": "",
    "\N{ZERO WIDTH NO-BREAK SPACE}": "",
}

MOST = 300
"""Characters of a sentence; a longer one is cut at a comma or a space."""

END = re.compile(r"""[.!?\N{HORIZONTAL ELLIPSIS}]+(?:\s?[»"')\]”’]+)?(?=\s+\S)""")
BEGIN = re.compile(r"""\s+[«"'(\[“‘¿¡-]*\s?[^\Wa-zß-ÿ_]""")
"""A sentence ends at a stop that is followed by something that begins with a capital or a digit."""

ABBREVIATION = re.compile(
    r"(?:^|\W)(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Prof|Mme|Mlle|Mgr|vs|etc|cf|e\.g|i\.e|p\.ex)\.$"
)
"""What ends with a stop that ends no sentence."""

UNBROKEN = re.compile(
    r"(?<=«) | (?=[;:!?»%$€£])"
    r"|(?<=\d) (?=\d{3}\b)|(?<=\d) (?=h\b)|(?<=\d h) (?=\d\d\b)"
    r"|(?<=\bM\.) |(?<=\bMme) |(?<=\bMlle) |(?<=\bDr) "
)
"""Spaces of a French text at which no line ends."""

WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Layout:
    """A text in parts.

    Attributes:
        sentences: without blanks around them.
        between: what stands before the first, between each two and after the last: blanks and
            line breaks.
    """

    sentences: tuple[str, ...]
    between: tuple[str, ...]

    def join(self, sentences: list[str]) -> str:
        """A text with other sentences, laid out alike; up to the last sentence given."""
        whole = len(sentences) == len(self.sentences)
        parts = [a + b for a, b in zip(self.between, sentences, strict=False)]
        return "".join(parts) + (self.between[-1] if whole else "")


def layout(text: str) -> Layout:
    """The sentences of a text; each line has its own."""
    sentences: list[str] = []
    between = [""]
    for line in re.split(r"(\n)", text):
        for part in pieces(line):
            stripped = part.strip()
            if not stripped:
                between[-1] += part
                continue
            before, after = part.split(stripped, 1)
            between[-1] += before
            sentences.append(stripped)
            between.append(after)
    return Layout(tuple(sentences), tuple(between))


def pieces(line: str) -> list[str]:
    """Sentences of a line, with the blanks around them; together they are the line."""
    found, begin = [], 0
    for end in END.finditer(line):
        stop = end.end()
        if BEGIN.match(line, stop) and not ABBREVIATION.search(line[begin : end.start() + 1]):
            found.append(line[begin:stop])
            begin = stop
    found.append(line[begin:])
    return [part for sentence in found for part in bounded(sentence)]


def bounded(sentence: str) -> list[str]:
    """A sentence in parts of at most `MOST` characters."""
    found = []
    while len(sentence) > MOST:
        head = sentence[:MOST]
        stop = max(head.rfind(", "), head.rfind("; "), head.rfind(": ")) + 1
        if stop < MOST // 3:
            stop = head.rfind(" ")
        if stop < MOST // 3:
            stop = MOST
        found.append(sentence[:stop])
        sentence = sentence[stop:]
    return [*found, sentence]


def normalise(sentence: str, replaced: dict[str, str] = QUOTES | OTHERS) -> str:
    """A sentence as the translators learned to read it: composed letters (NFC), straight quotation
    marks, and single spaces of the ordinary kind.

    Args:
        sentence: any text. replaced: characters, and what is put in their place.
    """
    composed = unicodedata.normalize("NFC", sentence)
    return " ".join(composed.translate({ord(a): b for a, b in replaced.items()}).split())


def typeset(text: str, language: str) -> str:
    """A text with no-break spaces where a line of it must not end: in French beside signs that have
    a space, within numbers and times, and after titles. All characters stay in their places.

    Args:
        text: normalised. language: "en" or "fr".
    """
    return UNBROKEN.sub("\N{NO-BREAK SPACE}", text) if language == "fr" else text


def lowered(sentence: str) -> str:
    """A sentence in capital letters as it stands in small ones; any other as it is.

    Spelled in capitals, words are rows of single letters to the translators, which know nothing of
    them. A word by itself may be an abbreviation.
    """
    shouted = sentence.isupper() and len(WORD.findall(sentence)) > 1
    return sentence.capitalize() if shouted else sentence
