"""How fast something runs on this machine, beside what it is to be compared with."""

from __future__ import annotations

import time
from collections.abc import Callable

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
