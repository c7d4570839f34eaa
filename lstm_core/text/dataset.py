"""A long text as the network reads it: its parts, and batches that follow on from one another."""

from __future__ import annotations

from collections.abc import Callable
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
        reread: the text of a round as numbers, given the round's number, where a text is to be
            read in another form each time; about as long as `ids`.
    """

    ids: np.ndarray
    batch_size: int
    length: int
    seed: int = 0
    reread: Callable[[int], np.ndarray] | None = None

    def __post_init__(self) -> None:
        self._round, self._text = -1, self.ids
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
        ids = self._read(round_)
        offset = np.random.default_rng((self.seed, round_)).integers(len(ids))
        starts = offset + np.arange(self.batch_size) * lane + position * self.length
        places = (starts[:, None] + np.arange(self.length + 1)) % len(ids)  # (B, T + 1)
        window = torch.from_numpy(ids[places])
        return window[:, :-1], window[:, 1:]

    def _read(self, round_: int) -> np.ndarray:
        """The text as it reads in this round."""
        if self.reread is not None and round_ != self._round:
            self._round, self._text = round_, self.reread(round_)
        return self._text
