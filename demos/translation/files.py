"""Pictures of the attention to take away, made of what a browser shows."""

from __future__ import annotations

import base64
import threading
from typing import Any

import numpy as np

TYPES = {"png": "image/png", "svg": "image/svg+xml"}
MOST_WORDS = 400
"""Words of a sentence: more than can be made of 300 characters or 250 pieces."""

MOST_LETTERS = 2_000
"""Characters of a word: as many as a text can have."""

ONE_AT_A_TIME = threading.Lock()  # a picture takes up to a second


def attention_file(message: Any) -> dict[str, str]:
    """A picture of the attention that the stage shows: a server function of it.

    Args:
        message: kind, dark, sources, words and weights, as a browser sends them: see
            `translating_view`.

    Returns:
        `{"type": ..., "data": base64}`, or `{"error": sentence}`.
    """
    given = message if isinstance(message, dict) else {}
    kind, dark = given.get("kind"), given.get("dark", False)
    try:
        if not isinstance(kind, str) or kind not in TYPES:
            raise ValueError(f"There are pictures of the kinds {', '.join(TYPES)}.")
        if not isinstance(dark, bool):
            raise ValueError("A picture is dark or not: true or false.")
        sources, words = (words_of(given.get(name)) for name in ("sources", "words"))
        weights = weights_of(given.get("weights"), (len(words), len(sources)))
    except ValueError as error:
        return {"error": str(error)}
    from demos.translation.picture import heat_map  # with matplotlib, which few visitors need

    with ONE_AT_A_TIME:
        content = heat_map(sources, words, weights, kind, dark=dark)
    return {"type": TYPES[kind], "data": base64.b64encode(content).decode("ascii")}


def words_of(given: Any) -> list[str]:
    """The words of a sentence.

    Raises:
        ValueError: a sentence, if it is none, or too long.
    """
    if not isinstance(given, list) or not all(isinstance(word, str) for word in given):
        raise ValueError("The words of a sentence are a list of texts.")
    if any(len(word) > MOST_LETTERS for word in given):
        raise ValueError(f"A word has at most {MOST_LETTERS:,} characters.")
    if not 1 <= len(given) <= MOST_WORDS:
        raise ValueError(f"A picture has 1 to {MOST_WORDS} words of each sentence.")
    return given


def weights_of(given: Any, shape: tuple[int, int]) -> np.ndarray:
    """(words, sources) weights.

    Raises:
        ValueError: a sentence, if they are none.
    """
    form = "The weights are a row for each word, of numbers from 0 to 1 for each source word."
    if not isinstance(given, list):
        raise ValueError(form)
    try:
        weights = np.array(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(form) from None
    if weights.shape != shape or not ((weights >= 0) & (weights <= 1.001)).all():
        raise ValueError(form)
    return weights
