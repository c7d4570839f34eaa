"""Two tasks that are the same at every lag n; only the way back to what matters gets longer.

- **recall**: a symbol, then n - 1 others that mean nothing, then a question mark: which symbol was
  the first? (After Hochreiter & Schmidhuber 1997, "Long Short-Term Memory", experiment 2.)
- **adding**: n random numbers, one marked in each half: what is the sum of the two? (The same
  paper, experiment 4.)

Shapes: B sequences in a batch, T time steps.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

TASKS = ("recall", "adding")
LAGS = (10, 30, 100, 300, 1000)

SYMBOLS, NOISE = 4, 4
QUESTION = SYMBOLS + NOISE
LETTERS = "ABCDwxyz?"
"""The symbols as people read them: those to remember, noise, and the question."""

TOLERANCE = 0.04
"""A sum this near counts as right, as in Hochreiter & Schmidhuber's experiment 4."""

INPUTS = {"recall": QUESTION + 1, "adding": 2}
OUTPUTS = {"recall": SYMBOLS, "adding": 1}

STREAMS = {"train": 0, "val": 1, "test": 2, "trial": 3}
"""Parts of the random numbers that have nothing in common."""


def recall(rng: np.random.Generator, size: int, lag: int) -> tuple[Tensor, Tensor]:
    """Sequences of the task recall.

    Returns:
        (B, lag + 1, 9) symbols as ones among zeros: the one to recall (0 to 3), noise (4 to 7),
        the question mark (8); and (B,) the symbols to recall.
    """
    ids = rng.integers(SYMBOLS, QUESTION, (size, lag + 1))
    ids[:, 0] = rng.integers(SYMBOLS, size=size)
    ids[:, -1] = QUESTION
    x = F.one_hot(torch.from_numpy(ids), QUESTION + 1).float()
    return x, torch.from_numpy(ids[:, 0])


def adding(rng: np.random.Generator, size: int, lag: int) -> tuple[Tensor, Tensor]:
    """Sequences of the task adding.

    Returns:
        (B, lag, 2) a number from 0 to 1 and a mark, which is 1 at one place of each half and else
        0; and (B,) the sums of the marked numbers.
    """
    x = np.zeros((size, lag, 2), dtype=np.float32)
    x[:, :, 0] = rng.random((size, lag))
    rows, half = np.arange(size), lag // 2
    first, second = rng.integers(half, size=size), rng.integers(half, lag, size=size)
    x[rows, first, 1] = x[rows, second, 1] = 1
    return torch.from_numpy(x), torch.from_numpy(x[rows, first, 0] + x[rows, second, 0])


def sequences(
    task: str, lag: int, size: int, stream: str, number: int = 0
) -> tuple[Tensor, Tensor]:
    """Sequences of a task and what is right for them, always the same for the same arguments.

    Args:
        task: of `TASKS`. lag: n. size: B.
        stream: of `STREAMS`.
        number: which batch of the stream.
    """
    rng = np.random.default_rng((STREAMS[stream], TASKS.index(task), lag, number))
    return (recall if task == "recall" else adding)(rng, size, lag)


def loss(task: str, answer: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of the symbols in nats, or mean squared error of the sums.

    Args:
        answer: (B, 4) logits, or (B, 1) sums. y: (B,) what is right.
    """
    if task == "recall":
        return F.cross_entropy(answer, y)
    return F.mse_loss(answer[:, 0], y.to(answer.dtype))


def right(task: str, answer: Tensor, y: Tensor) -> Tensor:
    """(B,) whether each answer is right: the symbol, or the sum to within 0.04."""
    if task == "recall":
        return answer.argmax(dim=-1) == y
    return (answer[:, 0] - y).abs() < TOLERANCE


def chance(task: str) -> float:
    """The share that is right without any memory.

    One symbol of four; or, for the sum s of two numbers from 0 to 1, always 1: its density at s is
    1 - |s - 1|, so that within a distance d of 1 lie 2 d - d^2.
    """
    return 1 / SYMBOLS if task == "recall" else 2 * TOLERANCE - TOLERANCE**2
