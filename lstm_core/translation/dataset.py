"""Sentences with their translations: everyday ones from Tatoeba, and captions of photos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lstm_core.data import DataError, locate
from lstm_core.translation.copying import copied
from lstm_core.translation.dressing import Dressing
from lstm_core.translation.haste import hasty
from lstm_core.translation.quoting import french_marks, straight_marks
from lstm_core.translation.sentences import lowered, normalise
from lstm_core.translation.subwords import Subwords

DATA_SET = "translation"

TATOEBA, MULTI30K = "tatoeba_en_fr", "multi30k/raw"
PARTS = {
    "tatoeba_train": f"{TATOEBA}/train.tsv",
    "tatoeba_val": f"{TATOEBA}/val.tsv",
    "tatoeba_test": f"{TATOEBA}/test.tsv",
    "multi30k_train": f"{MULTI30K}/train",
    "multi30k_val": f"{MULTI30K}/val",
    "multi30k_2016": f"{MULTI30K}/test_2016_flickr",
    "multi30k_2017": f"{MULTI30K}/test_2017_flickr",
    "multi30k_2017_mscoco": f"{MULTI30K}/test_2017_mscoco",
    "multi30k_2018": f"{MULTI30K}/test_2018_flickr",
}
"""The parts: a table of two columns, or a file for each language, whose ending is its name."""

DIRECTIONS = {"en_fr": ("en", "fr"), "fr_en": ("fr", "en")}
"""From which language into which."""

BACK = {"en_fr": "fr_en", "fr_en": "en_fr"}
"""The other direction of each."""

TYPED = 0.3
"""How often French to be translated has straight quotation marks, as those of a keyboard."""

NO_TARGET = -100
"""In place of a piece to predict, where a shorter sentence has ended."""


class Pair(NamedTuple):
    """A sentence in both languages."""

    en: str
    fr: str


def read_pairs(part: str, folder: Path | None = None) -> list[Pair]:
    """All pairs of a part, as they stand.

    Args:
        part: of `PARTS`.
        folder: of all data sets, or one that holds the files of this part; the usual place when
            None.

    Raises:
        DataError: if there is no such part, or it is not there, or cannot be read.
    """
    if part not in PARTS:
        raise DataError(f"The translations have the parts {', '.join(PARTS)}; not {part!r}.")
    if PARTS[part].endswith(".tsv"):
        path = find(PARTS[part], folder)
        rows = [line.split("\t") for line in lines(path)]
        if any(len(row) != 2 for row in rows):
            raise DataError(f"{path} has a line that is not a sentence, a tab and another.")
        pairs = [Pair(en, fr) for en, fr in rows]
    else:
        en, fr = (find(f"{PARTS[part]}.{language}", folder) for language in Pair._fields)
        there, here = lines(en), lines(fr)
        if len(there) != len(here):
            raise DataError(f"{en} and {fr} have {len(there):,} and {len(here):,} lines.")
        pairs = [Pair(a, b) for a, b in zip(there, here, strict=True)]
    if not pairs:
        raise DataError(f"The part {part} is empty.")
    return pairs


def find(file: str, folder: Path | None) -> Path:
    """A file of the data set, which may also lie in `folder` without the folders above it.

    Raises:
        DataError: if it is not there.
    """
    if folder is not None and (path := Path(folder) / Path(file).name).exists():
        return path
    return locate(DATA_SET, folder, file)


def lines(path: Path) -> list[str]:
    """The lines of a file; only a line feed ends one.

    Raises:
        DataError: if it is no text.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no UTF-8 text ({error}).") from None
    return text.removesuffix("\n").split("\n") if text else []


class Batch(NamedTuple):
    """Sentences side by side."""

    source: Tensor  # (B, S) pieces that are read
    lengths: Tensor  # (B,) pieces of each source
    inputs: Tensor  # (B, T) pieces that the decoder reads: the language, then the translation
    targets: Tensor  # (B, T) pieces that it should say: the translation, then the end


class Encoder:
    """Sentences as the networks read them.

    Args:
        subwords: the vocabulary.
        backwards: the source is read from its end (Sutskever, Vinyals & Le 2014, section 3.3), and
            the language asked for comes last; otherwise it comes first, and the end of the sentence
            last.
    """

    def __init__(self, subwords: Subwords, backwards: bool = False) -> None:
        self.subwords, self.backwards = subwords, backwards

    def source(self, text: str, direction: str) -> list[int]:
        """Pieces of a sentence to be translated, with what the network needs around them."""
        asked = self.subwords.languages[DIRECTIONS[direction][1]]
        pieces = self._pieces(text)
        if self.backwards:
            return [*pieces[::-1], asked]
        return [asked, *pieces, self.subwords.end]

    def target(self, text: str, direction: str) -> list[int]:
        """Pieces of a translation between the language asked for and the end."""
        asked = self.subwords.languages[DIRECTIONS[direction][1]]
        return [asked, *self._pieces(text), self.subwords.end]

    def read(self, text: str) -> str:
        """A text as it is cut into pieces."""
        return lowered(normalise(text))

    def _pieces(self, text: str) -> list[int]:
        return self.subwords.encode(self.read(text))

    def batch(self, examples: Sequence[tuple[list[int], list[int]]]) -> Batch:
        """Sources and targets side by side."""
        S = max(len(source) for source, _ in examples)
        T = max(len(target) for _, target in examples) - 1
        sources = torch.full((len(examples), S), self.subwords.pad)
        inputs = torch.full((len(examples), T), self.subwords.pad)
        targets = torch.full((len(examples), T), NO_TARGET)
        for n, (source, target) in enumerate(examples):
            sources[n, : len(source)] = torch.tensor(source)
            inputs[n, : len(target) - 1] = torch.tensor(target[:-1])
            targets[n, : len(target) - 1] = torch.tensor(target[1:])
        lengths = torch.tensor([len(source) for source, _ in examples])
        return Batch(sources, lengths, inputs, targets)


class Batches:
    """Training batches: sentences of like length together, both ways, in an order of their own each
    time they come round.

    A batch depends on nothing but the seed and its number, so that a training can be taken up
    anywhere.

    Args:
        pairs: to learn from; one that stands twice comes twice.
        encoder: of the sentences.
        directions: to be learned, of `DIRECTIONS`.
        tokens: largest number of pieces on the longer side of a batch, the filling included.
        longest: pieces of a sentence, on either side; pairs with more are left out.
        seed: of the order.
        same_length: whether all sources of a batch have one length.
        copied: probability that a name, number or sign that stands on both sides is put in place
            of another (see `copying.py`).
        dressed: probability that the pairs of a batch are spoken by somebody, followed by a
            sentence with a figure, or the like (see `dressing.py`); all of them, as a long one
            among short ones would have these filled up.
        hasty: probability that a pair is written as people type in haste (see `haste.py`).

    Raises:
        ValueError: if no pair is short enough.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        encoder: Encoder,
        directions: Sequence[str],
        *,
        tokens: int,
        longest: int,
        seed: int,
        same_length: bool = False,
        copied: float = 0.0,
        dressed: float = 0.0,
        hasty: float = 0.0,
    ) -> None:
        self.encoder, self.seed = encoder, seed
        self.copied, self.dressed, self.hasty = copied, dressed, hasty
        self.dressing = Dressing(pairs) if dressed else None
        examples = [(n, direction) for n in range(len(pairs)) for direction in directions]
        lengths = np.array([[*self._lengths(pairs[n], d)] for n, d in examples]).reshape(-1, 2)
        short = np.flatnonzero(lengths.max(1) <= longest)
        if not len(short):
            raise ValueError(f"No pair has at most {longest} pieces on each side.")
        self.pairs, self.examples = pairs, [examples[n] for n in short]
        self.lengths = lengths[short]  # (N, 2) of source and target
        self.cuts = cuts(self.lengths[self._sorted(np.arange(len(short)))], tokens, same_length)
        self._epoch: tuple[int, list[np.ndarray]] = (-1, [])

    def __len__(self) -> int:
        """Batches in which every example comes once."""
        return len(self.cuts) + 1

    def order(self, epoch: int) -> list[np.ndarray]:
        """Which examples come together; among those of one length chance decides."""
        if self._epoch[0] != epoch:
            random = np.random.default_rng((self.seed, 0, epoch))
            batches = np.split(self._sorted(random.permutation(len(self.examples))), self.cuts)
            self._epoch = epoch, [batches[n] for n in random.permutation(len(batches))]
        return self._epoch[1]

    def batch(self, step: int) -> Batch:
        """Batch number `step` of the training."""
        epoch, place = divmod(step, len(self))
        random = np.random.default_rng((self.seed, 1, step))
        dressing = self.dressing if random.random() < self.dressed else None
        numbers = self.order(epoch)[place]
        return self.encoder.batch([self._example(n, dressing, random) for n in numbers])

    def _example(
        self, number: int, dressing: Dressing | None, random: np.random.Generator
    ) -> tuple[list[int], list[int]]:
        n, direction = self.examples[number]
        pair = self.pairs[n]
        if random.random() < self.copied:
            pair = Pair(*copied(pair.en, pair.fr, random))
        if dressing:
            other = self.pairs[int(random.integers(len(self.pairs)))]
            pair = Pair(*dressing(pair, other, random))
        if random.random() < self.hasty:
            pair = Pair(*hasty(pair.en, pair.fr, random))
        marks = french_marks  # which not everybody has typed
        if direction == "fr_en" and random.random() < TYPED:
            marks = straight_marks
        pair = pair._replace(fr=marks(pair.fr))
        a, b = DIRECTIONS[direction]
        return (
            self.encoder.source(getattr(pair, a), direction),
            self.encoder.target(getattr(pair, b), direction),
        )

    def _lengths(self, pair: Pair, direction: str) -> tuple[int, int]:
        a, b = DIRECTIONS[direction]
        source = self.encoder.source(getattr(pair, a), direction)
        return len(source), len(self.encoder.target(getattr(pair, b), direction)) - 1

    def _sorted(self, numbers: np.ndarray) -> np.ndarray:
        """By the length of the source, then of the target; as they came where both are alike."""
        source, target = self.lengths[numbers].T
        return numbers[np.lexsort((target, source))]


def cuts(lengths: np.ndarray, tokens: int, same_length: bool) -> list[int]:
    """Where sorted examples are cut into batches.

    Args:
        lengths: (N, 2) of source and target.
        tokens: largest number of pieces on the longer side of a batch of more than one example.
        same_length: whether to cut wherever the length of the source changes.
    """
    found, begin, longest = [], 0, 0
    for n, (source, target) in enumerate(lengths.tolist()):
        longest = max(longest, source, target)
        full = (n - begin + 1) * longest > tokens
        if n > begin and (full or (same_length and source != lengths[begin, 0])):
            found.append(n)
            begin, longest = n, max(source, target)
    return found
