"""What can be asked of the translators."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from lstm_core.checks import number
from lstm_core.translation.dataset import DIRECTIONS

MAX_TEXT = 2_000
MAX_BEAM = 10

BLANKS = "\n\r\t"
"""Control characters that are nothing but blanks."""


@dataclass(frozen=True)
class TranslationRequest:
    """What to translate, and how to search for the translation.

    Args:
        text: up to 2,000 characters, in any number of sentences and lines.
        direction: "en_fr" from English to French, or "fr_en" from French to English.
        beam: hypotheses that the search follows, 1 to 10; 1 takes the likeliest piece every time.
        length_penalty: how far longer translations are favoured, 0 to 2 (alpha of Wu et al. 2016,
            eq. 14): 0 ranks by probability alone, 1 by something near the mean for a piece.
        coverage_penalty: how much it counts against a translation that a part of the sentence was
            never looked at, 0 to 1 (beta of the same equation).
        back_weight: how far it counts how likely the sentence is, given the translation, 0 to 1
            (gamma in `search.py`); of no effect in a network that translates one way only.
        keep_numbers: only numbers of the sentence are written in digits (`numerals.py`).

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """

    text: str
    direction: str = "en_fr"
    beam: int = 5
    length_penalty: float = 1.0
    coverage_penalty: float = 0.0
    back_weight: float = 0.3
    keep_numbers: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise ValueError("The text must be text.")
        if len(self.text) > MAX_TEXT:
            raise ValueError(
                f"The text has {len(self.text):,} characters; at most {MAX_TEXT:,} are translated "
                "at a time."
            )
        if not self.text.strip():
            raise ValueError("There is nothing to translate yet: the text is empty.")
        for character in self.text:
            kind = unicodedata.category(character)
            if kind == "Cs" or (kind == "Cc" and character not in BLANKS):
                raise ValueError(
                    f"The text holds U+{ord(character):04X}, which is no character that can be "
                    "written; letters, digits, signs, spaces and line breaks are translated."
                )
        letters = [each for each in self.text if each.isalpha()]
        if letters and not any("LATIN" in unicodedata.name(each, "") for each in letters):
            raise ValueError(
                "The text has no letter of the Latin alphabet; what is translated is English "
                "and French."
            )
        if not isinstance(self.direction, str) or self.direction not in DIRECTIONS:
            raise ValueError(f"The direction must be one of {', '.join(DIRECTIONS)}.")
        for name, low, high, kind_ in (
            ("beam", 1, MAX_BEAM, int),
            ("length_penalty", 0, 2, float),
            ("coverage_penalty", 0, 1, float),
            ("back_weight", 0, 1, float),
        ):
            object.__setattr__(self, name, number(name, getattr(self, name), low, high, kind_))
        if not isinstance(self.keep_numbers, bool):
            raise ValueError("Whether numbers are kept must be true or false.")
