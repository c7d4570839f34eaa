"""Flickr8k: photos with five captions each, and the batches that a training is made of.

Hodosh, Young & Hockenmaier (2013), "Framing Image Description as a Ranking Task", JAIR 47.
"""

from __future__ import annotations

import csv
import io
import json
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lstm_core.captioning.features import FLIPPED, Features
from lstm_core.captioning.words import Vocabulary, mirrored, words
from lstm_core.data import DataError, locate

DATA_SET = "captions"
CAPTIONS, SPLITS, IMAGES = "captions.tsv", "splits.json", "images"

NO_TARGET = -100
"""In place of a word to foresee: after the end of a caption, and where its word is unknown."""

LONGEST = 24
"""Words of a caption that are read; 3 of 1,000 captions have more."""


@dataclass(frozen=True)
class Described:
    """A photo's name and what people said of it: words, each caption a list."""

    name: str
    captions: list[list[str]]


def read_captions(split: str, folder: Path | None = None) -> list[Described]:
    """The photos of a part with their captions, by name.

    Args:
        split: "train", "val" or "test".
        folder: of all data sets, or one that holds these files; the usual place when None.

    Raises:
        DataError: if the part is not there, or cannot be read.
    """
    table, parts = (locate(DATA_SET, folder, file) for file in (CAPTIONS, SPLITS))
    try:
        named = json.loads(parts.read_text("utf-8")).get(split)
        said: defaultdict[str, list[list[str]]] = defaultdict(list)
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                said[row["image"]].append(words(row["caption"]))
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, AttributeError) as error:
        raise DataError(f"{table.parent} cannot be read as captions ({error!r}).") from None
    if not named:
        raise DataError(f"{parts} names no photos of the part {split!r}.")
    found = [Described(name, [c for c in said[name] if c]) for name in sorted(named)]
    if bare := [photo.name for photo in found if not photo.captions]:
        raise DataError(f"{table} has no caption for {len(bare)} photos, such as {bare[0]}.")
    return found


def read_photos(split: str, folder: Path | None = None) -> Iterator[tuple[str, Image.Image]]:
    """Names and pictures of a part, in the order of its archives.

    Raises:
        DataError: if there are no archives, or one cannot be read.
    """
    images = locate(DATA_SET, folder, SPLITS).parent / IMAGES
    archives = sorted(images.glob(f"{split}-*.tar"))
    if not archives:
        raise DataError(f"{images} holds no {split}-*.tar, the photos of the part {split!r}.")
    for archive in archives:
        yield from _pictures(archive)


def _pictures(archive: Path) -> Iterator[tuple[str, Image.Image]]:
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in tar:
                if (content := tar.extractfile(member)) is not None:
                    with Image.open(io.BytesIO(content.read())) as picture:
                        yield Path(member.name).name, picture.convert("RGB")
    except (OSError, tarfile.TarError) as error:
        raise DataError(f"{archive} cannot be read ({error}).") from None


class Batch(NamedTuple):
    """Photos with N captions each: B photos, B N captions, those of a photo one after another."""

    cells: Tensor  # (B, 96, 14, 14) what the lower part of the encoder made of them
    classes: Tensor  # (B, 1000) log-probabilities of the classes before any training
    inputs: Tensor  # (B N, T) words that are read
    targets: Tensor  # (B N, T) words that should be said, or `NO_TARGET`
    photos: np.ndarray  # (B,) their numbers in the part


class Batches:
    """Photos in an order of their own each time they come round, each in one of its variants.

    A batch depends on nothing but the seed and its number, so that a training can be taken up
    anywhere. A photo that is flipped has "left" and "right" exchanged in its captions.

    Args:
        photos: with their captions.
        features: of the same photos, in the same order.
        vocabulary: of the network.
        size: B, photos of a batch; what is left over at the end of a round is left out.
        captions: N for each photo, chosen anew each time.
        seed: of the order.
    """

    def __init__(
        self,
        photos: Sequence[Described],
        features: Features,
        vocabulary: Vocabulary,
        *,
        size: int,
        captions: int,
        seed: int,
    ) -> None:
        if len(photos) < size:
            raise ValueError(f"{len(photos)} photos do not fill a batch of {size}.")
        self.features, self.size, self.captions, self.seed = features, size, captions, seed
        self.end, self.begin = vocabulary.end, vocabulary.begin
        self.unknown = vocabulary.unknown
        self.plain = [[vocabulary.encode(c) for c in photo.captions] for photo in photos]
        self.mirrored = [
            [vocabulary.encode(mirrored(c)) for c in photo.captions] for photo in photos
        ]
        self._round: tuple[int, np.ndarray] = (-1, np.empty(0))

    def __len__(self) -> int:
        """Batches of a round."""
        return len(self.plain) // self.size

    def order(self, epoch: int) -> np.ndarray:
        """(N,) the numbers of all photos in the order of a round."""
        if self._round[0] != epoch:
            random = np.random.default_rng((self.seed, 0, epoch))
            self._round = epoch, random.permutation(len(self.plain))
        return self._round[1]

    def batch(self, step: int) -> Batch:
        """Batch number `step` of the training."""
        epoch, place = divmod(step, len(self))
        photos = self.order(epoch)[place * self.size : (place + 1) * self.size]
        random = np.random.default_rng((self.seed, 1, step))
        variants = random.integers(self.features.variants, size=len(photos))
        chosen = []
        for photo, variant in zip(photos, variants, strict=True):
            said = (self.mirrored if FLIPPED[variant] else self.plain)[photo]
            repeated = [n % len(said) for n in range(max(self.captions, len(said)))]
            chosen += [said[n] for n in random.permutation(repeated)[: self.captions]]
        cells, classes = self.features.rows(photos, variants)
        return Batch(cells, classes, *self.side_by_side(chosen), photos)

    def side_by_side(self, captions: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """(B, T) inputs and targets of B captions."""
        T = min(max(map(len, captions)), LONGEST) + 1
        inputs = torch.full((len(captions), T), self.end)
        targets = torch.full((len(captions), T), NO_TARGET)
        for n, caption in enumerate(captions):
            row = torch.tensor([self.begin, *caption, self.end])
            length = min(len(row) - 1, LONGEST if len(caption) > LONGEST else T)
            inputs[n, :length], targets[n, :length] = row[:length], row[1 : length + 1]
        targets[targets == self.unknown] = NO_TARGET
        return inputs, targets
