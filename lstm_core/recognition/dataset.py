"""Lines of handwriting as batches of features and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lstm_core.ink.composition import composed, words_of
from lstm_core.ink.geometry import normalise, resample
from lstm_core.ink.iam import Line
from lstm_core.recognition.augmentation import Augmentation
from lstm_core.recognition.features import STEP, features


class Batch(NamedTuple):
    """Lines side by side."""

    x: Tensor  # (B, M, F) features, zeros beyond the end of a line
    lengths: Tensor  # (B,) points of each line
    targets: list[Tensor]  # B tensors of output numbers, from 1


@dataclass(frozen=True)
class Characters:
    """The characters that a network can read; output 0 is the blank."""

    characters: list[str]

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {character: n for n, character in enumerate(self.characters, start=1)}

    def encode(self, text: str) -> Tensor:
        """Output numbers of a text; characters that cannot be read are left out."""
        return torch.tensor([self.numbers[c] for c in text if c in self.numbers], dtype=torch.long)

    def decode(self, labels: list[int]) -> str:
        """The text of output numbers."""
        return "".join(self.characters[n - 1] for n in labels)


def line_features(points: np.ndarray) -> np.ndarray:
    """(M, F) the features of a normalised trajectory."""
    return features(resample(points, STEP))


def pad(lines: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Features of several lines as (B, M, F), and their lengths (B,)."""
    lengths = [len(line) for line in lines]
    x = torch.zeros(len(lines), max(lengths), lines[0].shape[1])
    for row, line in zip(x, lines, strict=True):
        row[: len(line)] = torch.from_numpy(line)
    return x, torch.tensor(lengths)


class Batches:
    """Training batches: lines of like length together, changed anew each time they come round.

    A batch depends on nothing but the seed and its number, so that a training can be taken up
    anywhere.

    Args:
        lines: of the training part.
        characters: that are learned.
        batch_size: B, lines in a batch.
        seed: of the order, and of the changes.
        augmentation: the changes; none when None.
        composed: probability that rare characters are put among the words of a line, if these can
            be told apart.
    """

    def __init__(
        self,
        lines: list[Line],
        characters: Characters,
        batch_size: int,
        seed: int,
        augmentation: Augmentation | None = None,
        composed: float = 0.0,
    ) -> None:
        self.characters, self.composed = characters, composed
        self.words = [words_of(line.text, line.points) for line in lines]
        self.points = [normalise(line.points) for line in lines]
        self.targets = [characters.encode(line.text) for line in lines]
        self.lengths = np.array([len(line_features(points)) for points in self.points])
        self.batch_size, self.seed, self.augmentation = batch_size, seed, augmentation

    def __len__(self) -> int:
        """Batches in which every line comes once."""
        return -(-len(self.points) // self.batch_size)

    def order(self, epoch: int) -> list[np.ndarray]:
        """Which lines come together; the batches in random order, and a little of the lengths."""
        random = np.random.default_rng((self.seed, 0, epoch))
        lengths = self.lengths * np.exp(random.normal(0, 0.05, len(self.lengths)))
        batches = np.array_split(np.argsort(lengths), len(self))
        return [batches[n] for n in random.permutation(len(self))]

    def batch(self, step: int) -> Batch:
        """Batch number `step` of the training."""
        epoch, place = divmod(step, len(self))
        random = np.random.default_rng((self.seed, 1, step))
        chosen = self.order(epoch)[place]
        made, targets = zip(*(self.example(n, random) for n in chosen), strict=True)
        return Batch(*pad(made), list(targets))

    def example(self, n: int, random: np.random.Generator) -> tuple[np.ndarray, Tensor]:
        """(M, F) the features of line n, changed, and its output numbers."""
        points, target, words = self.points[n], self.targets[n], self.words[n]
        if words and random.random() < self.composed:
            text, ink = composed(words, random)
            points, target = normalise(ink), self.characters.encode(text)
        if self.augmentation is None:
            return line_features(points), target
        step = self.augmentation.stepped(STEP, random)
        return features(resample(self.augmentation(points, random), step), step), target
