"""The characters that the writing network can write, and what it makes of any others."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import numpy as np

from lstm_core.ink.composition import ASCII

LOOK_ALIKES = {
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{LATIN SMALL LETTER SHARP S}": "ss",
    "\N{LATIN SMALL LETTER AE}": "ae",
    "\N{LATIN CAPITAL LETTER AE}": "AE",
    "\N{LATIN SMALL LIGATURE OE}": "oe",
    "\N{LATIN CAPITAL LIGATURE OE}": "OE",
    "\N{LATIN SMALL LETTER O WITH STROKE}": "o",
    "\N{LATIN CAPITAL LETTER O WITH STROKE}": "O",
}


class Alphabet:
    """Characters and their numbers.

    Args:
        characters: each a single character, all different, the space among them.

    Raises:
        ValueError: if they are not.
    """

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = list(characters)
        self.index = {c: n for n, c in enumerate(self.characters)}
        if any(len(c) != 1 for c in self.characters) or len(self.index) != len(self.characters):
            raise ValueError("an alphabet holds single characters, each once")
        if " " not in self.index:
            raise ValueError("an alphabet holds the space")

    @classmethod
    def ascii(cls) -> Alphabet:
        """All printable ASCII characters, in code-point order."""
        return cls(ASCII)

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """(U,) int64 numbers of the characters of a text.

        Raises:
            ValueError: for a character outside the alphabet.
        """
        try:
            return np.fromiter((self.index[c] for c in text), np.int64, len(text))
        except KeyError as error:
            raise ValueError(f"the alphabet has no {error.args[0]!r}") from None

    def read(self, text: str) -> str:
        """A visitor's text as it can be written.

        A letter with an accent is written without; curly quotation marks and long dashes as those
        of a typewriter; any white space as a space, and several spaces as one. Nothing else is
        left out or replaced.

        Raises:
            ValueError: a sentence that names the characters that the network has never seen
                written.
        """
        composed = unicodedata.normalize("NFC", text)
        plain = {c: self._plain(c) for c in composed}
        strange = [c for c, instead in plain.items() if not instead]
        if strange:
            raise ValueError(self._refusal(strange))
        return " ".join("".join(plain[c] for c in composed).split())

    def replaced(self, text: str) -> dict[str, str]:
        """What is written in place of the characters of a text that cannot be: "e" for "é".

        White space is not among them, nor what `read` refuses.
        """
        plain = {c: self._plain(c) for c in unicodedata.normalize("NFC", text) if not c.isspace()}
        return {c: instead for c, instead in plain.items() if instead and instead != c}

    def _plain(self, c: str) -> str:
        """What is written for a character; nothing if it cannot be."""
        for plain in (c, " " if c.isspace() else LOOK_ALIKES.get(c, ""), without_accents(c)):
            if plain and all(p in self.index for p in plain):
                return plain
        return ""

    def _refusal(self, strange: list[str]) -> str:
        named = ", ".join(map(name, strange[:5]))
        more = f" and {len(strange) - 5} more" if len(strange) > 5 else ""
        signs = "".join(c for c in self.characters if not c.isalnum() and c != " ")
        return (
            f"The network has never seen anyone write {named}{more}. It writes the letters A to Z, "
            f"letters with accents without them, digits, spaces and {signs}"
        )


def without_accents(c: str) -> str:
    """The base letter of a character, such as e for é."""
    return "".join(p for p in unicodedata.normalize("NFKD", c) if not unicodedata.combining(p))


def name(c: str) -> str:
    """A character for a sentence: itself if it can be seen, and else its Unicode name or number."""
    return c if c.isprintable() and not c.isspace() else unicodedata.name(c, f"U+{ord(c):04X}")
