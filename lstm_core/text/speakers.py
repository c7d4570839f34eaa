"""Plays in which the speakers bear other names each time they are read.

A network that reads the same few plays over and over learns their speakers' names by heart, and is
lost in a play with other ones. Where every reading brings new names, there is nothing to learn by
heart: the network has to look at who has spoken, and to copy. This is a form of data noising (Xie
et al. 2017, "Data Noising as Smoothing in Neural Network Language Models", arXiv:1703.02573).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

HEADING = re.compile(r"(?:\A|(?<=\n\n))([^\n:]+):\n")
"""Who speaks: a line of its own after an empty one, as in "ROMEO:"."""


def speakers(text: str) -> list[str]:
    """Names in the headings of a play, in capitals and in alphabetical order.

    Of a heading like DUKE OF YORK only YORK is a name: the words that the text also has in small
    letters are not, nor are the short ones, such as numerals.
    """
    words = {word for heading in HEADING.findall(text) for word in re.findall("[A-Z]{4,}", heading)}
    small = set(re.findall(r"\b[a-z]+\b", text))
    return sorted(word for word in words if word.lower() not in small)


@dataclass(frozen=True)
class Renaming:
    """Gives speakers new names, wherever their old ones stand in capitals or capitalised.

    Args:
        names: of the speakers, in capitals.
        share: of the names that change in one reading.
    """

    names: list[str]
    share: float = 0.8

    def __call__(self, text: str, rng: np.random.Generator) -> str:
        """The text of one reading: a name becomes the same new one throughout."""
        new: dict[str, str] = {}
        for name in self.names:
            if rng.random() < self.share:
                other = self.invent(rng)
                new[name], new[name.capitalize()] = other, other.capitalize()
        if not new:
            return text
        return re.sub(rf"\b({'|'.join(new)})\b", lambda match: new[match[0]], text)

    def invent(self, rng: np.random.Generator) -> str:
        """The beginning of one name and the end of another."""
        first, second = rng.choice(self.names, 2)
        head = first[: rng.integers(2, len(first))]
        return head + second[rng.integers(1, len(second) - 1) :]
