"""How much context a network makes use of: its loss when it may read only so many characters.

Khandelwal, He, Qi & Jurafsky (2018), "Sharp Nearby, Fuzzy Far Away: How Neural Language Models Use
Context", arXiv:1805.04623, section 4: the context is cut off, and the loss grows by what the
characters farther back were worth. Here each prediction starts from a state of zeros and reads
exactly the characters that it is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from lstm_core.memory.network import Network
from lstm_core.memory.record import recorded

LENGTHS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512)

PLACES = 1_000
"""Predictions that are averaged over for the record of a checkpoint."""

KEY = "context"
"""Where a curve lies in that record."""

ENOUGH = 1.01
"""A context is enough if the loss is at most so many times that with the longest."""


@dataclass(frozen=True)
class ContextCurve:
    """The mean loss at the same places of a text, for each length of context."""

    lengths: list[int]  # characters
    nats: list[float]  # mean of -log p a character
    standard_errors: list[float]  # of these means
    n: int  # places

    def metrics(self) -> dict[str, float]:
        """The shortest context that is enough, in characters, and the loss with the longest."""
        pairs = zip(self.lengths, self.nats, strict=True)
        last = self.lengths.index(max(self.lengths))
        enough = min(length for length, nats in pairs if nats <= ENOUGH * self.nats[last])
        return {
            "context_enough_chars": enough,
            "context_longest_nats_per_char": self.nats[last],
        }

    def to_json(self) -> dict[str, Any]:
        """What `of` reads: numbers and lists."""
        return asdict(self)

    @classmethod
    def of(cls, history: Mapping[str, Any]) -> ContextCurve | None:
        """The curve in the record of a checkpoint, if there is one.

        Raises:
            ValueError: a sentence, if it cannot be read.
        """

        def build(given: Any) -> ContextCurve:
            rows = zip(given["lengths"], given["nats"], given["standard_errors"], strict=True)
            lengths, nats, errors = zip(*rows, strict=True)
            return cls(
                list(map(int, lengths)), list(map(float, nats)), list(map(float, errors)),
                int(given["n"]),
            )  # fmt: skip

        return recorded(history, KEY, build, "The context curve")


def measure(network: Network, ids: np.ndarray) -> ContextCurve:
    """The curve for the record of a checkpoint, with the lengths that the text has room for.

    Args:
        network: that predicts.
        ids: (N,) held-out text as numbers.

    Raises:
        ValueError: a sentence, if the text is empty.
    """
    lengths = [length for length in LENGTHS if length < len(ids)] or [0]
    return context_curve(network, ids, lengths=lengths, places=PLACES)


def context_curve(
    network: Network,
    ids: np.ndarray,
    *,
    lengths: Sequence[int] = LENGTHS,
    places: int = 400,
    batch_size: int = 50,
) -> ContextCurve:
    """The loss as a function of the number of characters of context.

    Args:
        network: that predicts.
        ids: (N,) held-out text as numbers, longer than the longest context.
        lengths: of the contexts, from 0 on.
        places: predictions that the loss is averaged over, spread evenly over the text; at most
            the text's own number.
        batch_size: contexts read side by side.

    Raises:
        ValueError: a sentence, if the text is too short.
    """
    first = max(lengths)
    if len(ids) <= first:
        raise ValueError(
            f"The text has {len(ids):,} characters; a context of {first:,} needs {first + 1:,}."
        )
    count = min(places, len(ids) - first)
    where = np.linspace(first, len(ids) - 1, count).round().astype(np.int64)  # (M,)
    means, errors = [], []
    for length in lengths:
        parts = [
            losses(network, ids, where[m : m + batch_size], length)
            for m in range(0, count, batch_size)
        ]
        nats = np.concatenate(parts).astype(np.float64)
        means.append(float(nats.mean()))
        errors.append(float(nats.std() / np.sqrt(count)))
    return ContextCurve(list(lengths), means, errors, count)


@torch.inference_mode()
def losses(network: Network, ids: np.ndarray, where: np.ndarray, length: int) -> np.ndarray:
    """-log p, in nats, of the characters at some places, after `length` characters from zeros.

    Args:
        where: (B,) places, each at least `length`.

    Returns:
        (B,).
    """
    targets = torch.from_numpy(ids[where])
    if length == 0:
        logits = network.blank.expand(len(where), -1)  # (B, V)
    else:
        contexts = ids[where[:, None] + np.arange(-length, 0)]  # (B, length)
        logits = network.read(network.embed(torch.from_numpy(contexts)), None)[0][:, -1]
    return F.cross_entropy(logits, targets, reduction="none").numpy()
