"""The words of captions: how captions are cut into them, and which ones the network knows.

Captions are compared, in the metrics too, as the words of their lower-case text, without signs::

    "A man's tri-colored dog, isn't it?"  ->  a man 's tri-colored dog is n't it

Words with a hyphen or a number are one; the endings 's, n't, 're, 've, 'll, 'd and 'm are words of
their own. So does the tokeniser of the Penn Treebank, with which the reference implementation of
the metrics (coco-caption) begins, and it too leaves the signs out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

END, BEGIN, UNKNOWN = "<end>", "<begin>", "<unknown>"
SPECIAL = (END, BEGIN, UNKNOWN)

ENDING = r"(?:'(?:s|re|ve|ll|d|m)|n't)(?![\w'])"
WORD = re.compile(rf"{ENDING}|\w+?(?={ENDING})|\w+(?:[-']\w+)*")

LEFT_AND_RIGHT = {"left": "right", "right": "left"}


def words(text: str) -> list[str]:
    """The words of a caption."""
    return WORD.findall(text.lower().replace("’", "'"))


def joined(caption: Iterable[str]) -> str:
    """Words put together as one writes them: endings have no space before them."""
    text = ""
    for word in caption:
        text += word if not text or word.startswith("'") or word == "n't" else f" {word}"
    return text


def mirrored(caption: Iterable[str]) -> list[str]:
    """What a caption says of a photo that was flipped: left is right."""
    return [LEFT_AND_RIGHT.get(word, word) for word in caption]


class Vocabulary:
    """The words that a network knows; the number of a word is its place.

    Args:
        words: `SPECIAL`, then words.

    Raises:
        ValueError: if the special words are not where they should be, or a word stands twice.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        if tuple(self.words[: len(SPECIAL)]) != SPECIAL:
            raise ValueError("the vocabulary does not begin with the special words")
        self.index = {word: n for n, word in enumerate(self.words)}
        if len(self.index) != len(self.words):
            raise ValueError("the vocabulary holds a word twice")
        self.end, self.begin, self.unknown = (self.index[word] for word in SPECIAL)
        self.banned = [self.begin, self.unknown]  # that are never written

    def __len__(self) -> int:
        return len(self.words)

    @classmethod
    def learn(cls, captions: Iterable[Sequence[str]], min_count: int) -> Vocabulary:
        """The words that occur so many times or more, the commonest first."""
        counts = Counter(word for caption in captions for word in caption)
        known = [word for word, n in counts.items() if n >= min_count]
        return cls([*SPECIAL, *sorted(known, key=lambda word: (-counts[word], word))])

    def encode(self, caption: Iterable[str]) -> list[int]:
        """Numbers of words."""
        return [self.index.get(word, self.unknown) for word in caption]

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Words of numbers, up to the end; special ones are left out."""
        found = []
        for n in ids:
            if n == self.end:
                break
            if n >= len(SPECIAL):
                found.append(self.words[n])
        return found
