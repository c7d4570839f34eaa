"""Pieces of words: what the translators read and write.

Byte-pair encoding (Sennrich, Haddow & Birch 2016, arXiv:1508.07909): beginning with characters, the
two neighbours that occur together most often become one piece, again and again. Common words end up
as one piece, rare ones as several. One vocabulary serves both languages, so that names are spelled
alike in both.

Nothing is unknown: a character outside the vocabulary is spelled in the bytes of its UTF-8. A piece
holds the space before it, so that pieces put side by side are the text again, to the character.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise

PAD, END = "<pad>", "</s>"
LANGUAGES = {"en": "<en>", "fr": "<fr>"}
"""The piece that asks for a language: the first that the encoder and the decoder read."""

SPECIAL = (PAD, END, *LANGUAGES.values())
BYTES = tuple(f"<0x{n:02X}>" for n in range(256))

UNIT = re.compile(r" ?[^\W\d_]{1,32}'?| ?\d| ?(?:[^\w\s]|_)|\s")
"""What pieces never reach across: a word with its apostrophe, a digit, a sign, a space.

Every character is part of one. The bound keeps the time for a long row of letters in bounds.
"""

CACHED = 1 << 17
"""Units whose pieces are remembered: more than all the words of the training text."""


class Subwords:
    """A vocabulary of pieces; the number of a piece is its place.

    Args:
        pieces: `SPECIAL`, `BYTES`, single characters, then the pieces that were learned, in the
            order in which they were.

    Raises:
        ValueError: if the special pieces or the bytes are not where they should be, or a piece
            stands twice.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self.pieces = list(pieces)
        known = len(SPECIAL) + len(BYTES)
        if tuple(self.pieces[:known]) != SPECIAL + BYTES:
            raise ValueError("the vocabulary does not begin with the special pieces and the bytes")
        self.index = {piece: n for n, piece in enumerate(self.pieces)}
        if len(self.index) != len(self.pieces):
            raise ValueError("the vocabulary holds a piece twice")
        self.pad, self.end = self.index[PAD], self.index[END]
        self.languages = {name: self.index[piece] for name, piece in LANGUAGES.items()}
        self.first_byte = len(SPECIAL)
        self.unit = lru_cache(CACHED)(self._encode_unit)

    @classmethod
    def learn(cls, texts: Iterable[str], size: int, min_count: int = 10) -> Subwords:
        """The pieces of a text.

        Args:
            texts: sentences.
            size: of the vocabulary; smaller if nothing is left to join.
            min_count: characters that occur less often are spelled in bytes.
        """
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(UNIT.findall(" " + text))
        characters: Counter[str] = Counter()
        for unit, n in counts.items():
            for character in unit:
                characters[character] += n
        kept = sorted(c for c, n in characters.items() if n >= min_count)
        pieces = [*SPECIAL, *BYTES, *kept]
        return cls(pieces + joined(counts, set(kept), size - len(pieces)))

    def __len__(self) -> int:
        return len(self.pieces)

    def encode(self, text: str) -> list[int]:
        """Numbers of the pieces of a text.

        Raises:
            ValueError: if the text holds half a surrogate pair, which no encoding can hold.
        """
        return [n for unit in UNIT.findall(" " + text) for n in self.unit(unit)]

    def decode(self, numbers: Iterable[int]) -> str:
        """The text behind numbers; special pieces say nothing, bytes that are no UTF-8 are
        U+FFFD."""
        return "".join(text for _, text in self._parts(list(numbers))).removeprefix(" ")

    def is_byte(self, number: int) -> bool:
        """Whether a piece is a byte of a character outside the vocabulary."""
        return self.first_byte <= number < self.first_byte + len(BYTES)

    def words(self, numbers: Sequence[int]) -> list[range]:
        """Which pieces make up each word, number or sign; special pieces are in none."""
        found: list[range] = []
        before = ""  # the last character of what is before, "" at the beginning
        for part, text in self._parts(numbers):
            if text and found and found[-1].stop == part.start and goes_on(before, text[0]):
                found[-1] = range(found[-1].start, part.stop)
            elif text:
                found.append(part)
            before = text[-1:]
        return found

    def _parts(self, numbers: Sequence[int]) -> Iterator[tuple[range, str]]:
        """Each piece by itself, but bytes in a row together, and the text of them."""
        for spelled, group in groupby(enumerate(numbers), lambda part: self.is_byte(part[1])):
            parts = list(group)
            if spelled:
                text = bytes(n - self.first_byte for _, n in parts).decode("utf-8", "replace")
                yield range(parts[0][0], parts[-1][0] + 1), text
                continue
            for place, n in parts:
                yield range(place, place + 1), self.pieces[n] if n >= len(SPECIAL) else ""

    def _encode_unit(self, unit: str) -> tuple[int, ...]:
        """Numbers of the pieces of what matches `UNIT`; remembered, as `unit`."""
        parts: list[str] = []
        for character in unit:
            if character in self.index:
                parts.append(character)
            else:
                parts.extend(BYTES[byte] for byte in character.encode())
        index, none = self.index, len(self.pieces)
        while len(parts) > 1:
            # What was learned first is joined first, as when it was learned.
            ranks = [index.get(a + b, none) for a, b in pairwise(parts)]
            rank = min(ranks)
            if rank == none:
                break
            place = ranks.index(rank)
            parts[place : place + 2] = [self.pieces[rank]]
        return tuple(index[part] for part in parts)


def goes_on(before: str, character: str) -> bool:
    """Whether a character continues the word or number that ends with another; a space that is a
    piece by itself belongs to what follows."""
    if before.isspace():
        return True
    if before.isdigit():
        return character.isdigit()
    return before.isalpha() and (character.isalpha() or character == "'")


def joined(counts: Counter[str], characters: set[str], most: int) -> list[str]:
    """The pieces that joining makes, in their order.

    Args:
        counts: how often each unit occurs.
        characters: that may be joined.
        most: pieces to make.
    """
    units = [(list(unit), n) for unit, n in counts.items()]
    pairs: Counter[tuple[str, str]] = Counter()
    where: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    changed: set[tuple[str, str]] = set()

    def count(number: int, sign: int) -> None:
        parts, n = units[number]
        for pair in pairwise(parts):
            if pair[0][0] in characters and pair[1][0] in characters:
                pairs[pair] += sign * n
                where[pair].add(number)
                changed.add(pair)

    for number in range(len(units)):
        count(number, 1)
    made: dict[str, None] = {}
    queue: list[tuple[int, tuple[str, str]]] = []
    while len(made) < most:
        for pair in changed:
            heapq.heappush(queue, (-pairs[pair], pair))
        changed.clear()
        while queue and -queue[0][0] != pairs[queue[0][1]]:
            heapq.heappop(queue)  # its count has changed since
        if not queue or -queue[0][0] < 2:
            break
        best = queue[0][1]
        made["".join(best)] = None  # the same piece may come about in two ways
        for number in where.pop(best):
            count(number, -1)
            parts, place = units[number][0], 0
            while place < len(parts) - 1:
                if (parts[place], parts[place + 1]) == best:
                    parts[place : place + 2] = ["".join(best)]
                place += 1
            count(number, 1)
    return list(made)
