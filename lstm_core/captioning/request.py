"""What can be asked of the network that describes photos."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from lstm_core.captioning.photos import WHOLE, Box, Photo
from lstm_core.captioning.words import words
from lstm_core.checks import number

MAX_BEAM = 10
MAX_SEED = 2**32 - 1
MAX_TEMPERATURE = 2
MAX_BEGINNING = 200
"""Characters."""

MAX_WORDS = 15
"""Words of a beginning; captions go on to 24."""


@dataclass(frozen=True)
class CaptionRequest:
    """What to describe, and how to find the words.

    Args:
        photo: the path of a file, or its bytes, or a picture of Pillow's.
        beam: captions that the search follows side by side, 1 to 10.
        temperature: 0 searches for a likely caption; above, up to 2, words are drawn by chance, the
            more evenly the higher it is, and the beam does not matter.
        seed: of the random numbers, 0 to 4,294,967,295.
        beginning: words that the caption begins with, up to 15 that the network knows.
        box: the part of the photo to describe, as left, top, right and bottom from 0 to 1.

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """

    photo: Photo
    beam: int = 3
    temperature: float = 0.0
    seed: int = 0
    beginning: str = ""
    box: tuple[float, ...] = WHOLE

    def __post_init__(self) -> None:
        object.__setattr__(self, "photo", Photo(self.photo))
        for name, low, high, kind in (
            ("beam", 1, MAX_BEAM, int),
            ("temperature", 0, MAX_TEMPERATURE, float),
            ("seed", 0, MAX_SEED, int),
        ):
            object.__setattr__(self, name, number(name, getattr(self, name), low, high, kind))
        if 0 < self.temperature < 0.01:
            raise ValueError("The temperature must be 0, or a number from 0.01 to 2.")
        check_beginning(self.beginning)
        object.__setattr__(self, "box", Box.of(self.box))


def check_beginning(text: object) -> None:
    """Refuse what is no text, or too much of it."""
    if not isinstance(text, str):
        raise ValueError("The beginning must be text.")
    if len(text) > MAX_BEGINNING or len(words(text)) > MAX_WORDS:
        raise ValueError(
            f"The beginning is too long: up to {MAX_WORDS} words, and {MAX_BEGINNING} characters, "
            "are accepted."
        )
    for character in text:
        if unicodedata.category(character) in ("Cs", "Cc"):
            raise ValueError(
                f"The beginning holds U+{ord(character):04X}, which is no character that can be "
                "written; letters, digits, signs and spaces are accepted."
            )
    if text.strip() and not words(text):
        raise ValueError("The beginning has no word in it.")
