"""A long text as the network reads it: its parts, and batches that follow on from one another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor


def read_text(path: Path) -> str:
    """A text file as it stands: UTF-8, line ends untouched."""
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def split(text: str, shares: dict[str, int]) -> dict[str, str]:
    """Cut a text into consecutive parts.

    Args:
        text: the whole.
        shares: name of each part, in order, with its share in per cent; together 100.
    """
    if sum(shares.values()) != 100:
        raise ValueError(f"shares must add up to 100 per cent, not {sum(shares.values())}")
    parts, start, upto = {}, 0, 0
    for name, share in shares.items():
        upto += share
        end = len(text) * upto // 100
        parts[name] = text[start:end]
        start = end
    return parts


@dataclass
class Lanes:
    """Batches for truncated back-propagation: B readers, each in its own stretch of the text.

    Batch n follows on from batch n - 1 in every lane, so that the state can be carried over; a new
    round through the text begins at a place drawn from the seed, so that the cuts fall elsewhere.
    Which batch is number n depends on nothing but the arguments: a training can be taken up again
    anywhere.

    Args:
        ids: (N,) the text as numbers.
        batch_size: B lanes.
        length: T characters a batch and lane.
        seed: of the places where rounds begin.
    """

    ids: np.ndarray
    batch_size: int
    length: int
    seed: int = 0

    def __post_init__(self) -> None:
        self.per_round = (len(self.ids) - 1) // (self.batch_size * self.length)
        if self.per_round < 1:
            raise ValueError(
                f"a text of {len(self.ids)} characters is too short for {self.batch_size} lanes "
                f"of {self.length}"
            )

    def starts_round(self, step: int) -> bool:
        """Whether batch `step` begins a new round: the state starts from zero there."""
        return step % self.per_round == 0

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Batch number `step`: (B, T) characters, and the (B, T) that follow each of them."""
        round_, position = divmod(step, self.per_round)
        lane = self.per_round * self.length
        offset = np.random.default_rng((self.seed, round_)).integers(len(self.ids))
        starts = offset + np.arange(self.batch_size) * lane + position * self.length
        places = (starts[:, None] + np.arange(self.length + 1)) % len(self.ids)  # (B, T + 1)
        window = torch.from_numpy(self.ids[places])
        return window[:, :-1], window[:, 1:]


@dataclass
class Windows:
    """Batches for back-propagation through time: B passages, cut out anywhere in the text.

    The network begins each of them knowing nothing, so it cannot learn the order of the text by
    heart as easily as in `Lanes`. Which passages are in batch n depends on nothing but the
    arguments.

    Args:
        ids: (N,) the text as numbers.
        batch_size: B passages.
        length: T characters a passage.
        seed: of the places.
    """

    ids: np.ndarray
    batch_size: int
    length: int
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.ids) <= self.length:
            raise ValueError(
                f"a text of {len(self.ids)} characters is too short for passages of {self.length}"
            )

    def starts_round(self, step: int) -> bool:
        """Always: every batch starts from a state of zeros."""
        return True

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Batch number `step`: (B, T) characters, and the (B, T) that follow each of them."""
        rng = np.random.default_rng((self.seed, step))
        starts = rng.integers(len(self.ids) - self.length, size=self.batch_size)
        window = torch.from_numpy(self.ids[starts[:, None] + np.arange(self.length + 1)])
        return window[:, :-1], window[:, 1:]
