"""Training lines with rare characters put among the words that somebody wrote.

The gaps between the words of a line are where it can be opened without cutting a word, provided
that they can be told from the gaps within words. There a token such as "25%", or a sign that joins
two words or brackets one, is put in, in the size, the slant and on the baseline of its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lstm_core.ink.geometry import sweep
from lstm_core.ink.glyphs import glyphs, handwritten

ASCII = [chr(n) for n in range(32, 127)]
"""The characters of lines once rare ones are put in: all that ASCII can print."""

CERTAIN = 1.5
"""How much wider the narrowest gap between words is than the widest within one."""

UNEVEN = 2.0
"""How much wider or narrower than usual the letters of a word may be, on average."""

CAPITAL = 1.6
"""Height of a capital letter in sweeps of the pen, on average."""

LETTER_GAP = 0.15
"""Between a sign and the word that it is joined to, in heights of a capital letter."""

SIGNS = "#$%&*+/<=>@[\\]^_`{|}~"
"""Characters that nobody or hardly anybody wrote."""

CAPITALS = "XZQXZQKJUVY"
"""Capitals that are rare, the rarest more often."""

SMALL = "qvxzquvxz"
"""Small letters that hardly ever stand by themselves, or after an odd neighbour."""

DIGITS = "0123456789"

LETTERS = ("{}", "{}", "{}'", "'{}'", "{}:", "({})", "2{}", "{}=1")
NUMBERS = (
    "{}", "{}%", "${}", "{}+{}", "{}={}", "{}/{}", "{}*{}", "#{}", "{}-{}", "<{}", "{}:{}", "'{}",
)  # fmt: skip
"""What small letters and numbers come as."""

BRACKETS = ("[]", "{}", "<>", "()", "||", "``", "**", "__")


@dataclass(frozen=True)
class Words:
    """A line of handwriting, taken apart.

    Attributes:
        texts: of the W words.
        inks: for each word its points (N, 3) x, y, pen_up.
        gaps: (W - 1,) from the right end of a word to the left end of the next.
    """

    texts: list[str]
    inks: list[np.ndarray]
    gaps: np.ndarray


def words_of(text: str, points: np.ndarray) -> Words | None:
    """A line at the gaps between its words; None if they cannot be told for certain.

    Args:
        text: with single spaces between its words.
        points: (N, 3) x, y, pen_up.
    """
    texts = text.split(" ")
    strokes = np.split(points, np.flatnonzero(points[:-1, 2]) + 1)
    left = np.array([stroke[:, 0].min() for stroke in strokes])
    right = np.array([stroke[:, 0].max() for stroke in strokes])
    # A gap is where all that was written before lies left of all that was written after.
    gaps = np.minimum.accumulate(left[::-1])[::-1][1:] - np.maximum.accumulate(right)[:-1]
    inner = len(texts) - 1
    order = np.argsort(-gaps)
    if not 0 < inner < len(gaps) or gaps[order[inner - 1]] < CERTAIN * max(gaps[order[inner]], 1):
        return None
    cuts = np.sort(order[:inner])
    bounds = [0, *(cuts + 1), len(strokes)]
    inks = [np.concatenate(strokes[a:b]) for a, b in pairwise(bounds)]
    widths = [np.ptp(ink[:, 0]) / (len(word) + 0.5) for word, ink in zip(texts, inks, strict=True)]
    if max(widths) > UNEVEN * np.median(widths) or min(widths) < np.median(widths) / UNEVEN:
        return None
    return Words(texts, inks, gaps[cuts])


@dataclass(frozen=True)
class Token:
    """Something to put into a line before word `before`, joined to its neighbours or not."""

    text: str
    before: int
    joined_left: bool = False
    joined_right: bool = False


def tokens(words: int, rng: np.random.Generator) -> list[Token]:
    """What to put into a line of that many words: at one place, or on both sides of a word."""
    sign, at = rng.choice(list(SIGNS)), int(rng.integers(words + 1))
    capital = rng.choice(list(CAPITALS))
    number = "".join(rng.choice(list(DIGITS), rng.integers(1, 5)))
    small = rng.choice(list(SMALL))
    match rng.integers(9):
        case 0:  # between two words, in place of the space
            return [Token(sign, int(rng.integers(1, words)), True, True)]
        case 1:  # before a word, after a word
            return [Token(sign, min(at, words - 1), joined_right=True)]
        case 2:
            return [Token(sign, max(at, 1), joined_left=True)]
        case 3:
            opening, closing = rng.choice(BRACKETS)
            at = min(at, words - 1)
            return [Token(opening, at, joined_right=True), Token(closing, at + 1, True)]
        case 4:
            return [Token(sign, at)]
        case 5:
            return [Token(capital, min(at, words - 1), joined_right=True)]
        case 6:
            more = "".join(rng.choice(list(CAPITALS), rng.integers(3)))
            return [Token(capital + more, at)]
        case 7:
            more = "".join(rng.choice(list(SMALL), rng.integers(3)))
            return [Token(str(rng.choice(LETTERS)).format(small + more), at)]
        case _:
            other = str(rng.integers(1, 100))
            return [Token(str(rng.choice(NUMBERS)).format(number[:3], other), at)]


@dataclass(frozen=True)
class Piece:
    """A word of a line, or a token that was put in."""

    text: str
    word: int | None  # number of the word
    joined: bool  # to the piece before


def arranged(words: Sequence[str], rng: np.random.Generator) -> list[Piece]:
    """The words of a line with a rare character or more among them."""
    entering = {token.before: token for token in tokens(len(words), rng)}
    pieces: list[Piece] = []
    joined = True
    for n in range(len(words) + 1):
        if token := entering.get(n):
            pieces.append(Piece(token.text, None, joined or token.joined_left))
            joined = token.joined_right
        if n < len(words):
            pieces.append(Piece(words[n], n, joined))
            joined = False
    return pieces


def composed_text(text: str, rng: np.random.Generator) -> str:
    """The text of a line of at least two words, with a rare character or more."""
    return joined_text(arranged(text.split(" "), rng))


def joined_text(pieces: Sequence[Piece]) -> str:
    """What a line of these pieces says."""
    return "".join(piece.text if piece.joined else " " + piece.text for piece in pieces)


def composed(words: Words, rng: np.random.Generator) -> tuple[str, np.ndarray]:
    """A line with a rare character or more.

    Returns:
        its text, and its points (N, 3) x, y, pen_up.
    """
    pieces = arranged(words.texts, rng)
    hand = Hand.of(np.concatenate(words.inks))
    usual, inks, right, after = float(np.median(words.gaps)), [], 0.0, 0
    for n, piece in enumerate(pieces):
        if piece.word is None:
            ink = written(piece.text, hand, baseline(words.inks, after), rng)
        else:
            ink, after = words.inks[piece.word], piece.word + 1
        if piece.joined:
            gap = LETTER_GAP * hand.capital if n else 0.0
        elif piece.word and pieces[n - 1].word is not None:
            gap = float(words.gaps[piece.word - 1])
        else:
            gap = usual
        inks.append(ink + np.array([right + gap - ink[:, 0].min(), 0, 0]))
        right = float(inks[-1][:, 0].max())
    return joined_text(pieces), np.concatenate(inks)


def written(text: str, hand: Hand, baseline: float, rng: np.random.Generator) -> np.ndarray:
    """(N, 3) the ink of a token, in whole units."""
    height = hand.capital * np.exp(rng.normal(0, 0.1))
    strokes, right = [], 0.0
    for character in text:
        ways = glyphs(character)
        drawn = handwritten(ways[rng.integers(len(ways))], hand.step / height, rng)
        left = min(stroke[:, 0].min() for stroke in drawn)
        strokes += [stroke + np.array([right - left, 0]) for stroke in drawn]
        right += max(stroke[:, 0].max() for stroke in drawn) - left + rng.uniform(0.1, 0.25)
    points = np.zeros((sum(map(len, strokes)), 3))
    points[:, :2] = np.concatenate(strokes) * height
    points[:, 0] += hand.slant * points[:, 1]
    points[:, 1] += baseline
    points[np.cumsum([len(stroke) for stroke in strokes]) - 1, 2] = 1
    return points.round()


@dataclass(frozen=True)
class Hand:
    """How somebody writes: height of capitals, slant dx/dy, and mean step of the pen."""

    capital: float
    slant: float
    step: float

    @classmethod
    def of(cls, points: np.ndarray) -> Hand:
        """That of a line (N, 3)."""
        dx, dy = np.diff(points[:, :2], axis=0)[points[:-1, 2] == 0].T
        falling = dy > np.abs(dx) / 2
        slant = float((dx * dy)[falling].sum() / max((dy**2)[falling].sum(), 1))
        step = float(np.hypot(dx, dy).mean())
        return cls(CAPITAL * sweep(points), float(np.clip(slant, -0.7, 0.7)), step)


def baseline(inks: Sequence[np.ndarray], n: int) -> float:
    """Where words n - 1 and n stand: the median of the places where the pen turns up again."""
    near = np.concatenate(inks[max(0, n - 1) : n + 1])
    dy = np.diff(near[:, 1])
    turns = 1 + np.flatnonzero((dy[:-1] > 0) & (dy[1:] <= 0))
    return float(np.median(near[turns, 1] if len(turns) else near[:, 1]))
