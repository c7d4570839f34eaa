"""What a translator tells: its translations, with all there is to know of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lstm_core.trace import Trace
from lstm_core.translation.search import Node


class Word(NamedTuple):
    """A word, a number or a sign of a sentence."""

    text: str
    pieces: range  # places of its pieces in the sentence


class Candidate(NamedTuple):
    """A translation that the search came to."""

    text: str
    pieces: list[int]
    log_probability: float  # of the pieces and the end, in nats
    score: float  # what candidates are ranked by
    one_way: float  # the part of it that is had without translating back
    back: float | None  # log P(sentence | text), in nats; None where it was not asked for


class Alternative(NamedTuple):
    """What may be written at a place."""

    piece: int
    text: str  # with the space before it; "" for the end
    probability: float


@dataclass(frozen=True, eq=False)
class Translation:
    """One sentence, translated.

    Attributes:
        source: the sentence. text: its translation.
        direction: of `DIRECTIONS`.
        source_pieces: numbers of its N pieces, as they stand in it. pieces: of the T pieces of the
            translation.
        source_words, words: what the pieces make up.
        candidates: all translations that the search came to, the best first: the n-best list.
        nodes: the search as a tree (`search.Node`).
        attention: (T + 1, N) how much of each piece of the sentence was looked at for each piece of
            the translation and for its end. Rows reach 1 together with what was looked at besides:
            the name of the language and the end. (T + 1, 0) of a network without attention.
        word_attention: (words, source words) the same for words: the mean over the pieces of the
            word written, the sum over those of the word looked at.
        copied: (T + 1,) the probability that each piece of the translation and its end was copied
            from where the network looked, rather than written.
        alternatives: for each piece of the translation and its end, what else might have come.
    """

    source: str
    text: str
    direction: str
    source_pieces: list[int]
    pieces: list[int]
    source_words: list[Word]
    words: list[Word]
    candidates: list[Candidate]
    nodes: list[Node]
    attention: np.ndarray
    word_attention: np.ndarray
    copied: np.ndarray
    alternatives: list[list[Alternative]]

    @property
    def log_probability(self) -> float:
        """log P(translation | sentence), in nats."""
        return self.candidates[0].log_probability


class TranslationStep(NamedTuple):
    """A piece more of a text."""

    sentence: int  # which is being translated, from 0
    text: str  # of all so far, the best guess at this sentence included
    decided: int  # characters of it that will not change any more
    translation: Translation | None  # of this sentence, when it is done


class Draft(NamedTuple):
    """The best guess at the translation of a sentence, while the search for it goes on."""

    text: str
    decided: int  # characters of it that will not change any more
    source_words: list[Word]
    words: list[Word]
    word_attention: np.ndarray  # (words, source words), as of a `Translation`


class Inside(NamedTuple):
    """What the memory cells did while a sentence was translated.

    The encoder has a step for each of `read`, the decoder for each of `written`.
    """

    encoder: Trace
    decoder: Trace
    encoder_layers: list[str]  # "encoder 1 →", "encoder 1 ←", ...
    decoder_layers: list[str]  # "decoder 1", ...
    read: list[str]  # pieces in the order of the encoder's steps
    written: list[str]  # pieces that the decoder's steps came to


def of_words(attention: np.ndarray, words: list[Word], sources: list[Word]) -> np.ndarray:
    """(words, sources) attention between words, from that between pieces."""
    looked_at = np.zeros((len(attention), len(sources)))
    for column, source in enumerate(sources):
        places = slice(source.pieces.start, source.pieces.stop)
        looked_at[:, column] = attention[:, places].sum(1)
    found = np.zeros((len(words), len(sources)))
    for row, word in enumerate(words):
        found[row] = looked_at[word.pieces.start : word.pieces.stop].mean(0)
    return found
