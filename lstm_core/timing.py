"""How fast something runs on this machine, beside what it is to be compared with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import numpy as np
from torch import Tensor

ROUNDS = 10


def best_rates(runs: dict[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """The highest rate of each run over several rounds in which they take turns.

    Args:
        runs: name -> what to time, and how many units one call does.
    """
    rates = dict.fromkeys(runs, 0.0)
    for _ in range(ROUNDS):
        for name, (call, units) in runs.items():
            begun = time.perf_counter()
            call()
            rates[name] = max(rates[name], units / (time.perf_counter() - begun))
    return rates


def products(weights: Iterable[Tensor], steps: int) -> None:
    """The products of matrices and vectors of so many steps, and nothing else: by NumPy, whose are
    the fastest. Nothing that computes them one step at a time can be faster.

    Args:
        weights: of a step; those that are no matrices are left out.
        steps: how many.
    """
    matrices = [weight.numpy(force=True) for weight in weights if weight.dim() == 2]
    vectors = [np.ones(matrix.shape[1], dtype=matrix.dtype) for matrix in matrices]
    for _ in range(steps):
        for vector, matrix in zip(vectors, matrices, strict=True):
            matrix @ vector
