"""Piano rolls: which of 88 keys sound in each frame.

The collections, their frames and their parts are those of Boulanger-Lewandowski et al. (2012), as
kept by Bai, Kolter & Koltun (2018) in files of MATLAB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lstm_core.data import NEEDS_EXTRA, DataError, locate

DATA_SET = "piano_rolls"
FOLDER = "boulanger_lewandowski"
FILES = {"jsb": "JSB_Chorales.mat", "nottingham": "Nottingham.mat", "piano_midi": "Piano_midi.mat"}
COLLECTIONS = tuple(FILES)
PARTS = ("train", "valid", "test")
KEYS = 88


def read_rolls(collection: str, part: str, folder: Path | None = None) -> list[np.ndarray]:
    """The pieces of a part, each (T, 88) float32 of 0 and 1.

    Args:
        collection: of `COLLECTIONS`. part: of `PARTS`.
        folder: of all data sets, or of nothing but the files; the usual place when None.

    Raises:
        DataError: if the file is not there, or holds something else, or the training extra is
            missing.
    """
    path = locate(DATA_SET, folder, f"{FOLDER}/{FILES[collection]}")
    try:
        from scipy.io import loadmat
    except ModuleNotFoundError:
        raise DataError(f"{NEEDS_EXTRA}.") from None
    try:
        cells = loadmat(path)[f"{part}data"].ravel()
        rolls = [np.asarray(cell, dtype=np.float32) for cell in cells]
    except (ValueError, KeyError, TypeError, OSError, NotImplementedError) as error:
        raise DataError(f"{path} does not hold piano rolls ({error}).") from None
    if not rolls or any(roll.ndim != 2 or roll.shape[1] != KEYS for roll in rolls):
        raise DataError(f"{path} does not hold frames of {KEYS} keys.")
    return rolls


@dataclass(frozen=True)
class Batch:
    """Passages side by side."""

    before: Tensor  # (B, T, 88) the frames read: each is the one before that to be predicted
    frames: Tensor  # (B, T, 88) the frames to be predicted
    mask: Tensor  # (B, T) 1 for frames, 0 beyond the end

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


def collate(passages: Sequence[np.ndarray]) -> Batch:
    """Passages side by side, the shorter ones filled up.

    Args:
        passages: each (T + 1, 88), with the frame before the first; zeros before a beginning.
    """
    T = max(len(passage) for passage in passages) - 1
    both = np.zeros((len(passages), T + 1, KEYS), dtype=np.float32)
    mask = np.zeros((len(passages), T), dtype=np.float32)
    for b, passage in enumerate(passages):
        both[b, : len(passage)], mask[b, : len(passage) - 1] = passage, 1
    rolls = torch.from_numpy(both)
    return Batch(rolls[:, :-1], rolls[:, 1:], torch.from_numpy(mask))


def whole(roll: np.ndarray) -> np.ndarray:
    """(T + 1, 88): a piece after a frame of silence."""
    return np.concatenate((np.zeros((1, KEYS), dtype=np.float32), roll))


def transposed(roll: np.ndarray, semitones: int) -> np.ndarray:
    """The same music higher or lower; unchanged if it would leave the keyboard."""
    keys = np.flatnonzero(roll.any(axis=0))
    if len(keys) == 0 or not 0 <= keys[0] + semitones <= keys[-1] + semitones < KEYS:
        return roll
    return np.roll(roll, semitones, axis=1)


class Passages:
    """Batches of passages from anywhere in pieces.

    Longer pieces come more often. Which passages are in batch n depends on nothing but the
    arguments: a training can be taken up again anywhere.

    Args:
        rolls: of the training part.
        batch_size: B passages.
        length: T, frames of a passage at most.
        farthest: semitones by which they are transposed up or down at most.
        seed: of all that is random.
    """

    def __init__(
        self, rolls: Sequence[np.ndarray], batch_size: int, length: int, farthest: int = 0,
        seed: int = 0,
    ) -> None:  # fmt: skip
        self.rolls = [whole(roll) for roll in rolls if len(roll)]
        self.batch_size, self.length, self.farthest, self.seed = batch_size, length, farthest, seed
        frames = np.array([len(roll) for roll in self.rolls])
        self.chances = frames / frames.sum()

    def batch(self, step: int) -> Batch:
        """Batch number `step`."""
        rng = np.random.default_rng((self.seed, step))
        return collate([self.passage(rng) for _ in range(self.batch_size)])

    def passage(self, rng: np.random.Generator) -> np.ndarray:
        """(at most T + 1, 88) of one of the pieces, with the frame before."""
        roll = self.rolls[rng.choice(len(self.rolls), p=self.chances)]
        begin = int(rng.integers(max(1, len(roll) - self.length)))
        semitones = int(rng.integers(-self.farthest, self.farthest + 1))
        return transposed(roll[begin : begin + self.length + 1], semitones)
