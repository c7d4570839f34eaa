"""A counter that one can read: n times a, an x, and n times b.

Ten memory cells learn to write as many b as they have read a. No finite table of states can do this
for every n (the language a^n x b^n is not regular); a memory cell can, by going up with each a and
down with each b: Gers & Schmidhuber (2001), "LSTM Recurrent Networks Learn Simple Context-Free and
Context-Sensitive Languages". That one can see it in a single cell follows Edwin Chen (2017),
"Exploring LSTMs".
"""

from __future__ import annotations

import numpy as np

END = "\n"
CHARACTERS = [END, "a", "b", "x"]
LONGEST_TRAINED = 30
"""Letters a of the longest string of the training."""

LONGEST_JUDGED = 300
MOST_READ, MOST_WRITTEN = 200, 300
"""Letters that are read of a visitor, and that the network may write after them."""


def string(n: int) -> str:
    """The string of count n, with the line break that ends it."""
    return "a" * n + "x" + "b" * n + END


def balance(text: str) -> np.ndarray:
    """The letters a read so far less the letters b, after each letter: (T,)."""
    return np.cumsum([(letter == "a") - (letter == "b") for letter in text])


def rest(text: str) -> str | None:
    """What has to follow a string that is the beginning of one of the task, from the x on.

    Returns:
        the letters b that are missing and the line break; None for any other string.
    """
    before, x, after = text.partition("x")
    if not x or set(before) - {"a"} or set(after) - {"b"} or len(after) > len(before):
        return None
    return "b" * (len(before) - len(after)) + END


def changes(text: str, cells: np.ndarray) -> dict[str, np.ndarray]:
    """How much the state of each cell changes with a letter a, and with a letter b, on average.

    Args:
        text: T letters.
        cells: (T, H) state c of each cell after each letter; before the first it is zero.

    Returns:
        (H,) for each of the two letters that is in the text.
    """
    moved = np.diff(cells, axis=0, prepend=0.0)
    places = {letter: [n for n, c in enumerate(text) if c == letter] for letter in "ab"}
    return {letter: moved[at].mean(axis=0) for letter, at in places.items() if at}


def check(text: object) -> str:
    """A string that the network can read.

    Raises:
        ValueError: a sentence that says what is accepted.
    """
    if not isinstance(text, str) or not text or not set(text) <= set("abx"):
        raise ValueError(
            "Give the letters a, b and x only, such as aaaax; the network has no other."
        )
    if len(text) > MOST_READ:
        raise ValueError(f"Give at most {MOST_READ} letters; here are {len(text):,}.")
    return text
