"""Lines of handwriting as the writing network reads them: normalised offsets, and batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lstm_core.handwriting.characters import Alphabet
from lstm_core.ink.composition import composed, words_of
from lstm_core.ink.iam import Line

ANY_HAND = 0
"""Row of the style that stands for no writer in particular."""

NO_TEXT = np.array([-1])
"""The characters of a line whose text is withheld: the window shows nothing."""

COMMON = 120
"""A character in fewer lines than this is rare: lines that hold it are read more often."""

MOST_REPEATS = 6

CUT = 12
"""One line of a batch in so many, if it is longer than all others, ends where these do: a tenth of
the time for four points in a thousand."""

VARIED = np.array([[0.08, 0.08], [0.02, 0.08]])
"""Standard deviations by which a training line is stretched and slanted: dx = (1 + a) dx + b dy,
dy = c dx + (1 + d) dy. Hands differ by far more than that in size and slant."""


def offsets(points: np.ndarray) -> np.ndarray:
    """(N, 3) x, y, pen_up -> (N, 3) dx, dy, pen_up; the first point stays where it is: 0, 0."""
    moves = np.diff(points[:, :2], axis=0, prepend=points[:1, :2])
    return np.concatenate((moves, points[:, 2:]), axis=1).astype(np.float32)


@dataclass(frozen=True)
class Scale:
    """Offsets in units of the whiteboard, and as the network reads them.

    As in Graves (2013), section 4.2: mean 0 and standard deviation 1 in each dimension. All offsets
    of the training lines count, of the pen on the board and above it; none is clipped or left out.
    """

    mean: tuple[float, float]
    deviation: tuple[float, float]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Scale:
        """That of the offsets of some lines, each from its second point on."""
        moves = np.concatenate([offsets(line.points)[1:, :2] for line in lines]).astype(np.float64)
        mean_x, mean_y = moves.mean(axis=0).tolist()
        deviation_x, deviation_y = moves.std(axis=0).tolist()
        return cls((mean_x, mean_y), (deviation_x, deviation_y))

    def normalise(self, moves: np.ndarray) -> np.ndarray:
        """(..., 3) dx, dy, pen_up in units of the whiteboard -> as the network reads them."""
        xy = (moves[..., :2] - self.mean) / self.deviation
        return np.concatenate((xy, moves[..., 2:]), axis=-1).astype(np.float32)

    def denormalise(self, moves: np.ndarray) -> np.ndarray:
        """The way back."""
        xy = moves[..., :2] * np.array(self.deviation) + self.mean
        return np.concatenate((xy, moves[..., 2:]), axis=-1)


@dataclass(frozen=True)
class Chances:
    """Probabilities of what happens to a training line."""

    any_hand: float = 0.7  # its writer is withheld
    no_text: float = 0.05  # its text is withheld
    composed: float = 0.5  # rare characters are put among its words, if these can be told apart


@dataclass(frozen=True)
class Batch:
    """Lines side by side, the shorter ones filled up.

    The network reads `points` and is judged on `targets`, one point further on. So it is told that
    a line begins at 0, 0 and predicts all that follows.
    """

    points: Tensor  # (B, T, 3) normalised
    targets: Tensor  # (B, T, 3) normalised
    mask: Tensor  # (B, T) 1 where there is a target, and 0 after the end of a line
    ids: Tensor  # (B, U) characters; -1 after the end of a text
    hands: Tensor  # (B,) rows of the styles

    def lines(self, rows: slice) -> Batch:
        """Some of the lines, as long as the longest of them."""
        mask = self.mask[rows]
        T = int(mask.sum(1).max().item())
        points, targets = self.points[rows, :T], self.targets[rows, :T]
        return Batch(points, targets, mask[:, :T], self.ids[rows], self.hands[rows])

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


def collate(moves: Sequence[np.ndarray], ids: Sequence[np.ndarray], hands: Sequence[int]) -> Batch:
    """Lines side by side.

    Args:
        moves: B lines, each (N, 3) normalised, N at least 2.
        ids: of their texts. hands: rows of their styles.
    """
    B, T, U = len(moves), max(map(len, moves)) - 1, max(map(len, ids))
    points, targets = np.zeros((2, B, T, 3), dtype=np.float32)
    mask, texts = np.zeros((B, T), dtype=np.float32), np.full((B, U), -1, dtype=np.int64)
    for b, (line, text) in enumerate(zip(moves, ids, strict=True)):
        N = len(line) - 1
        points[b, :N], targets[b, :N], mask[b, :N] = line[:-1], line[1:], 1
        texts[b, : len(text)] = text
    arrays = points, targets, mask, texts, np.asarray(hands, dtype=np.int64)
    return Batch(*map(torch.from_numpy, arrays))


def in_order(
    lines: Sequence[Line], alphabet: Alphabet, scale: Scale, batch_size: int
) -> list[Batch]:
    """All lines once, unvaried, in any hand, the shortest first: for a measurement.

    Characters outside the alphabet stand as none in the texts: the window shows nothing there.
    """
    ordered = sorted(lines, key=lambda line: len(line.points))
    moves = [scale.normalise(offsets(line.points)) for line in ordered]
    ids = [np.array([alphabet.index.get(c, -1) for c in line.text]) for line in ordered]
    parts = [slice(n, n + batch_size) for n in range(0, len(lines), batch_size)]
    hands = [ANY_HAND] * len(lines)
    return [collate(moves[part], ids[part], hands[part]) for part in parts]


def repeats(texts: Sequence[str]) -> np.ndarray:
    """(N,) how often each line is read in a round, by the rarest of its characters.

    The square root of how rare it is, up to `MOST_REPEATS`: a few lines read far too often would be
    learned by heart.
    """
    counts = Counter(c for text in texts for c in set(text))
    rarest = np.array([min(counts[c] for c in text) for text in texts])
    return np.clip(np.sqrt(COMMON / rarest).round(), 1, MOST_REPEATS).astype(np.int64)


class Batches:
    """Batches of lines of about the same length, in an order drawn from the seed.

    Every line is stretched and slanted a little, anew each time; rare characters are put among its
    words (`composition.py`), and its writer or its text is withheld, each at random. Which lines
    are in batch n, and how they look, depends on nothing but the arguments: a training can be taken
    up again anywhere.

    Args:
        lines: of the training part.
        alphabet: of their texts.
        scale: of their offsets.
        hands: names of the known writers, in the order of their rows of the style from 1 on.
        batch_size: B.
        chances: of what happens to a line.
        seed: of all that is random.
        short: for each part of the beginning of a training, the number of its last batch plus one,
            the lines of a batch, and the points after which they are cut. They begin at any word.
            In short lines the window soon finds out which ink is which letter; in long ones it is
            lost for long.
    """

    POOL = 64
    """Batches that are drawn together, to put lines of about the same length side by side."""

    def __init__(
        self,
        lines: Sequence[Line],
        alphabet: Alphabet,
        scale: Scale,
        hands: Sequence[str],
        batch_size: int,
        chances: Chances,
        seed: int = 0,
        short: Sequence[tuple[int, int, int]] = (),
    ) -> None:
        rows = {name: n for n, name in enumerate(hands, start=1)}
        self.alphabet, self.scale, self.batch_size = alphabet, scale, batch_size
        self.chances, self.seed, self.short = chances, seed, short
        self.moves = [offsets(line.points) for line in lines]
        self.words = [words_of(line.text, line.points) for line in lines]
        self.ids = [alphabet.encode(line.text) for line in lines]
        self.hands = np.array([rows.get(str(line.writer), ANY_HAND) for line in lines])
        self.lengths = np.array([len(moves) for moves in self.moves])
        self.chosen = np.repeat(np.arange(len(lines)), repeats([line.text for line in lines]))
        self.per_round = len(self.chosen) // batch_size
        if self.per_round < 1:
            raise ValueError(f"{len(lines)} lines are too few for a batch of {batch_size}")
        self._round: tuple[int, np.ndarray] | None = None

    def order(self, round_: int) -> np.ndarray:
        """(per_round, B) lines of the batches of a round, each of about one length."""
        if self._round is None or self._round[0] != round_:
            rng = np.random.default_rng((self.seed, round_))
            B, n = self.batch_size, self.per_round
            drawn = rng.permutation(self.chosen)[: n * B]
            pools = np.array_split(drawn, range(self.POOL * B, n * B, self.POOL * B))
            pools = [pool[np.argsort(self.lengths[pool], kind="stable")] for pool in pools]
            self._round = round_, rng.permutation(np.concatenate(pools).reshape(n, B))
        return self._round[1]

    def batch(self, step: int) -> Batch:
        """Batch number `step`."""
        for end, lines_at_once, points in self.short:
            if step < end:
                return self.short_batch(step, lines_at_once, points)
        step -= self.short[-1][0] if self.short else 0
        round_, position = divmod(step, self.per_round)
        rng = np.random.default_rng((self.seed, round_, position + 1))
        lines = self.order(round_)[position]
        moves, ids = zip(*(self.line(n, rng) for n in lines), strict=True)
        longest = sorted(map(len, moves))[-1 - self.batch_size // CUT]
        return self.varied([line[:longest] for line in moves], ids, lines, rng)

    def short_batch(self, step: int, lines_at_once: int, points: int) -> Batch:
        """Many lines, each from the beginning of a word on, cut after some points."""
        rng = np.random.default_rng((self.seed, step))
        lines = rng.choice(self.chosen, lines_at_once)
        moves, ids = zip(*(self.from_a_word(n, rng) for n in lines), strict=True)
        return self.varied([line[: points + 1] for line in moves], ids, lines, rng)

    def varied(
        self,
        moves: Sequence[np.ndarray],
        ids: Sequence[np.ndarray],
        lines: np.ndarray,
        rng: np.random.Generator,
    ) -> Batch:
        """Lines of these numbers, each stretched and slanted, with or without its writer."""
        moves = [self.scale.normalise(vary(line, rng)) for line in moves]
        withheld = rng.random(len(lines)) < self.chances.any_hand
        return collate(moves, ids, np.where(withheld, ANY_HAND, self.hands[lines]).tolist())

    def from_a_word(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """As `line`, but from one of its words on, if these can be told apart; none put in."""
        moves, ids, words = self.moves[n], self.ids[n], self.words[n]
        if words:
            first = int(rng.integers(len(words.texts)))
            moves = offsets(np.concatenate(words.inks[first:]))
            ids = self.alphabet.encode(" ".join(words.texts[first:]))
        return moves, NO_TEXT if rng.random() < self.chances.no_text else ids

    def line(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """(N, 3) dx, dy, pen_up of line n, and (U,) the characters of its text."""
        moves, ids, words = self.moves[n], self.ids[n], self.words[n]
        if words and rng.random() < self.chances.composed:
            text, points = composed(words, rng)
            moves, ids = offsets(points), self.alphabet.encode(text)
        return moves, NO_TEXT if rng.random() < self.chances.no_text else ids


def vary(moves: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(N, 3) dx, dy, pen_up, a little stretched and slanted."""
    turned = np.eye(2) + VARIED * rng.standard_normal((2, 2))
    return np.concatenate((moves[:, :2] @ turned.T, moves[:, 2:]), axis=1)
