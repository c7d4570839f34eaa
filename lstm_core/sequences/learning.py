"""What the small networks have to learn: their objectives for `lstm_core.training`."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lstm_core.sequences.counting import CHARACTERS, LONGEST_TRAINED
from lstm_core.sequences.numbers import NumbersModel, digits, one_hot
from lstm_core.sequences.progressions import KINDS, KNOWN_FROM, progressions
from lstm_core.sequences.sampler import strings
from lstm_core.text.model import TextModel
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.training import Objective

SHARES = {"arithmetic": 0.375, "geometric, rising": 0.3125, "geometric, falling": 0.3125}
"""Of a batch. There are eighteen times as many arithmetic progressions as of either other kind."""


class NumbersObjective(Objective[NumbersModel]):
    """Say the next number, from the fourth of a progression on.

    Small numbers come more often, as they do wherever people write numbers down: a progression is
    drawn with a probability in proportion to 1 / (10 + its smallest number). Both networks learn
    from the same batches, each for itself.
    """

    def __init__(
        self, model: NumbersModel, batch_size: int, seed: int, device: torch.device
    ) -> None:
        self.model, self.seed, self.device = model, seed, device
        self.sizes = [round(SHARES[kind] * batch_size) for kind in KINDS]
        self.rows = [progressions(kind).training for kind in KINDS]
        self.validation = [torch.from_numpy(progressions(kind).validation) for kind in KINDS]
        smallest = [np.where(rows < 0, rows.max(), rows).min(axis=1) for rows in self.rows]
        weights = [1 / (10 + low) for low in smallest]
        self.cumulative = [weight.cumsum() / weight.sum() for weight in weights]

    def batch(self, step: int) -> Tensor:
        """(B, 8) progressions of the training, filled up with -1."""
        rng = np.random.default_rng((self.seed, step))
        drawn = [
            rows[np.searchsorted(cumulative, rng.random(size)).clip(max=len(rows) - 1)]
            for rows, cumulative, size in zip(self.rows, self.cumulative, self.sizes, strict=True)
        ]
        return torch.from_numpy(np.concatenate(drawn))

    def loss(self, step: int) -> Tensor:
        return torch.stack(self.cross_entropies(self.model, self.batch(step))).sum()

    def validate(self, model: NumbersModel) -> float:
        """Nats a digit of the LSTM on stretches kept apart, each kind counting alike."""
        losses = [self.cross_entropies(model, rows)[0].item() for rows in self.validation]
        return sum(losses) / len(losses)

    def cross_entropies(self, model: NumbersModel, terms: Tensor) -> list[Tensor]:
        """Nats a digit of the LSTM and of the feed-forward network: (B, 8) progressions."""
        terms = terms.to(self.device)
        y = terms[:, KNOWN_FROM:]
        there = y >= 0  # (B, 5), K of them
        target = digits(y[there]).flatten()
        with torch.autocast(self.device.type, enabled=False):  # so small a net gains nothing by it
            x = one_hot(terms[:, :-1].clamp(min=0))
            out, _ = model.lstm(x)
            known = [v[:, KNOWN_FROM - 1 :][there] for v in (out, x)]  # (K, H) and (K, 50)
            both = model.head(known[0]), model.feedforward(known[1])
        return [F.cross_entropy(logits.view(-1, 10), target) for logits in both]


class CountObjective(Objective[TextModel]):
    """Say the next letter of strings of random counts, wherever it is decided: after the x."""

    def __init__(self, model: TextModel, batch_size: int, seed: int, device: torch.device) -> None:
        self.model, self.batch_size, self.seed, self.device = model, batch_size, seed, device
        self.vocabulary = Vocabulary(CHARACTERS)

    def loss(self, step: int) -> Tensor:
        rng = np.random.default_rng((self.seed, step))
        counts = rng.integers(LONGEST_TRAINED + 1, size=self.batch_size)
        return self.cross_entropy(self.model, counts.tolist())

    def validate(self, model: TextModel) -> float:
        """Nats a letter, over one string of each count."""
        return self.cross_entropy(model, list(range(LONGEST_TRAINED + 1))).item()

    def cross_entropy(self, model: TextModel, counts: list[int]) -> Tensor:
        ids, target = (part.to(self.device) for part in strings(self.vocabulary, counts))
        with torch.autocast(self.device.type, enabled=False):  # a count in bfloat16 is inexact
            logits, _ = model(ids)
        return F.cross_entropy(logits.flatten(0, 1), target.flatten())
