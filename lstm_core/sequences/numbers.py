"""Context decides: what comes after 8 depends on what came before it.

    6, 7, 8 -> 9        2, 4, 8 -> 16

An LSTM reads a progression number by number, each as its five digits, and says the digits of the
next. Beside it stands a feed-forward network, which sees the last number only: whatever it answers
after one 8, it answers after every 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.lstm import LSTM
from lstm_core.sequences.progressions import DIGITS, HIGHEST, KNOWN_FROM
from lstm_core.trace import Trace

MOST = 20
"""Numbers of the longest sequence that is read."""


@dataclass(frozen=True)
class NumbersConfig:
    """The architecture of a `NumbersModel`."""

    hidden_size: int = 128  # H, memory cells
    head_size: int = 256  # units between the output of the LSTM and the digits
    feedforward_size: int = 256  # units of each hidden layer of the network without memory


class NumbersModel(nn.Module):
    """The LSTM, and the feed-forward network beside it. Numbers go in and out as digits."""

    def __init__(self, config: NumbersConfig) -> None:
        super().__init__()
        self.config = config
        inputs, K = 10 * DIGITS, config.feedforward_size
        self.lstm = LSTM(inputs, config.hidden_size)
        self.head = nn.Sequential(
            nn.Linear(config.hidden_size, config.head_size), nn.ReLU(),
            nn.Linear(config.head_size, inputs),
        )  # fmt: skip
        self.feedforward = nn.Sequential(
            nn.Linear(inputs, K), nn.ReLU(), nn.Linear(K, K), nn.ReLU(), nn.Linear(K, inputs)
        )

    def forward(self, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """What either network expects after each number.

        Args:
            numbers: (B, T) whole numbers from 0 to 99,999.

        Returns:
            two times (B, T, 5, 10) logits of the digits of the next number, from the ten thousands
            down: those of the LSTM, which has read all numbers so far, and those of the network
            that sees the last one alone.
        """
        x = one_hot(numbers)  # (B, T, 50)
        out, _ = self.lstm(x)  # (B, T, H)
        lstm, feedforward = self.head(out), self.feedforward(x)  # each (B, T, 50)
        return lstm.unflatten(-1, (DIGITS, 10)), feedforward.unflatten(-1, (DIGITS, 10))


def digits(numbers: Tensor) -> Tensor:
    """(...) whole numbers -> (..., 5) their digits, from the ten thousands down."""
    places = torch.tensor([10**n for n in reversed(range(DIGITS))], device=numbers.device)
    return numbers.unsqueeze(-1) // places % 10


def one_hot(numbers: Tensor) -> Tensor:
    """(...) whole numbers -> (..., 50), a one for each of their digits."""
    return F.one_hot(digits(numbers), 10).float().flatten(-2)


@dataclass(frozen=True)
class Guess:
    """What a network expects next.

    Attributes:
        digits: (5, 10) probabilities of each digit, from the ten thousands down. The network says
            each digit by itself: the probability of a number is the product of those of its digits.
    """

    digits: np.ndarray

    @staticmethod
    def of(logits: Tensor) -> Guess:
        """From (5, 10) logits."""
        return Guess(logits.double().softmax(dim=-1).numpy())

    @property
    def number(self) -> int:
        """The likeliest."""
        return self.likeliest(1)[0][0]

    @property
    def probability(self) -> float:
        """Of the likeliest."""
        return self.likeliest(1)[0][1]

    def likeliest(self, k: int) -> list[tuple[int, float]]:
        """The k likeliest numbers, up to 10, and their probabilities; of equal ones the smallest.

        Only the k likeliest digits of a place can be in one of them.
        """
        order = np.argsort(-self.digits, axis=1, kind="stable")[:, :k]  # (5, k)
        found = [
            (int("".join(map(str, choice))), float(np.prod(self.digits[range(DIGITS), choice])))
            for choice in product(*order.tolist())
        ]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]


@dataclass(frozen=True)
class Continuation:
    """What the networks make of a sequence.

    Attributes:
        numbers: as read.
        lstm, feedforward: the guess of either network after the last number.
        trace: of the LSTM, one step a number.
    """

    numbers: list[int]
    lstm: Guess
    feedforward: Guess
    trace: Trace


def parse(text: object) -> list[int]:
    """Numbers as a visitor types them: "6, 7, 8" or "6 7 8".

    Raises:
        ValueError: a sentence that says what is accepted.
    """
    if not isinstance(text, str):
        raise ValueError('The sequence must be text, such as "6, 7, 8".')
    if len(text) > 20 * MOST:
        raise ValueError(f"Give at most {MOST} numbers; this is too long.")
    words = text.replace(",", " ").replace(";", " ").split()
    if not all(word.isascii() and word.isdecimal() for word in words):
        raise ValueError(
            f"Give whole numbers from 0 to {HIGHEST:,}, with commas or blanks between them."
        )
    if any(len(word) > 1 and word.startswith("0") for word in words):
        raise ValueError("Write numbers without leading zeros, and 1000 without a comma.")
    return check([int(word) for word in words])


def check(numbers: Sequence[int]) -> list[int]:
    """Numbers that the networks can read.

    Raises:
        ValueError: a sentence that says what is accepted.
    """
    if not KNOWN_FROM <= len(numbers) <= MOST:
        raise ValueError(
            f"Give at least {KNOWN_FROM} numbers, as two can go on in many ways, and at most "
            f"{MOST}; here are {len(numbers)}."
        )
    if any(type(number) is not int or not 0 <= number <= HIGHEST for number in numbers):
        raise ValueError(f"The numbers must be whole, from 0 to {HIGHEST:,}.")
    return list(numbers)
