"""Characters to numbers and back, and what to do with a character the network never saw."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

ESCAPE = "\N{REPLACEMENT CHARACTER}"
"""Stands for any character outside the vocabulary; itself never a character of a text."""

ESCAPE_NATS = math.log(0x110000)
"""The price of saying which of Unicode's code points an escape stands for, all being alike.

A vocabulary with an escape thus gives every text a probability, so that losses can be set beside
those of other models even where rare characters were left out.
"""

LOOK_ALIKES = {
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "--",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\t": "    ",
    '"': "'",
}


@dataclass(frozen=True)
class Reading:
    """A visitor's text as the network can read it, and how it came about."""

    text: str
    replaced: dict[str, str]  # character -> what stands for it
    dropped: tuple[str, ...]  # characters with nothing like them in the vocabulary

    def note(self) -> str:
        """One sentence for the visitor; empty if the text was read as it stood."""
        parts = []
        if self.replaced:
            pairs = [f"{visible(a)} as {visible(b)}" for a, b in self.replaced.items()]
            parts.append("read " + listed(pairs))
        if self.dropped:
            parts.append("left out " + listed([visible(c) for c in self.dropped]))
        if not parts:
            return ""
        return "This network never saw some of these characters: it " + " and ".join(parts) + "."


class Vocabulary:
    """The characters that a model reads and writes, in the order of their numbers.

    Args:
        characters: each a single character, all different. If `ESCAPE` is among them, it stands
            for every other character of a text to be scored.

    Raises:
        ValueError: if a character is longer than one or stands twice.
    """

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = list(characters)
        if any(len(c) != 1 for c in self.characters):
            raise ValueError("a vocabulary holds single characters")
        self.index = {c: n for n, c in enumerate(self.characters)}
        if len(self.index) != len(self.characters):
            raise ValueError("a vocabulary holds each character once")
        self.escape = self.index.get(ESCAPE)

    @classmethod
    def of(cls, text: str, min_count: int = 1) -> Vocabulary:
        """The characters that occur at least `min_count` times in a text, in code-point order.

        With `min_count` above 1 an escape comes last, for all the rarer ones.
        """
        counts = Counter(text)
        kept = sorted(c for c, n in counts.items() if n >= min_count and c != ESCAPE)
        return cls([*kept, ESCAPE] if min_count > 1 else kept)

    def __len__(self) -> int:
        return len(self.characters)

    def __contains__(self, character: str) -> bool:
        return character in self.index and character != ESCAPE

    def encode(self, text: str) -> np.ndarray:
        """Numbers of the characters of a text, (N,) int64.

        Raises:
            ValueError: for a character outside the vocabulary, if there is no escape.
        """
        try:
            if self.escape is None:
                return np.fromiter((self.index[c] for c in text), np.int64, len(text))
            get, escape = self.index.get, self.escape
            return np.fromiter((get(c, escape) for c in text), np.int64, len(text))
        except KeyError as error:
            raise ValueError(
                f"the model's vocabulary has no {visible(error.args[0])}; "
                "`Vocabulary.read` finds what is nearest to it"
            ) from None

    def decode(self, numbers: Iterable[int]) -> str:
        """The text behind the numbers."""
        return "".join(self.characters[n] for n in numbers)

    def read(self, text: str) -> Reading:
        """Any text as this vocabulary can read it: look-alikes for what is missing, or nothing.

        A vocabulary without carriage returns takes every line end for a line feed, unsaid.
        """
        if "\r" not in self:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        replaced: dict[str, str] = {}
        dropped: dict[str, None] = {}
        out = []
        for c in text:
            if c in self:
                out.append(c)
            elif c in replaced:
                out.append(replaced[c])
            elif c not in dropped:
                nearest = self._nearest(c)
                if nearest:
                    replaced[c] = nearest
                    out.append(nearest)
                else:
                    dropped[c] = None
        return Reading("".join(out), replaced, tuple(dropped))

    def read_something(self, text: str) -> Reading:
        """Any text as this vocabulary can read it; a line break if nothing is left of it."""
        reading = self.read(text)
        start = "\n" if "\n" in self else self.characters[0]
        return reading if reading.text else replace(reading, text=start)

    def _nearest(self, c: str) -> str:
        """A look-alike of c in this vocabulary, such as e for é and ' for a curly quote."""
        plain = "".join(p for p in unicodedata.normalize("NFKD", c) if not unicodedata.combining(p))
        look_alike = LOOK_ALIKES.get(c, "")
        for candidate in (plain, look_alike, LOOK_ALIKES.get(look_alike, "")):
            if candidate and all(p in self for p in candidate):
                return candidate
        return ""


def listed(items: Sequence[str], most: int = 12) -> str:
    """The items one after the other; of very many, the first and how many more."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def visible(text: str) -> str:
    """A character as it can be shown in a sentence: in quotation marks, or by its code point."""
    if text.isprintable() and not text.isspace():
        return f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"
    if text and set(text) == {" "}:
        return "a space" if len(text) == 1 else f"{len(text)} spaces"
    return "+".join(f"U+{ord(c):04X}" for c in text)
