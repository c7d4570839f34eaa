"""The baseline of event models: interpolated modified Kneser-Ney n-grams.

Chen & Goodman (1999), "An empirical study of smoothing techniques for language modeling", section
3: modified Kneser-Ney.
The probability of a symbol w after a context u of k - 1 symbols is that of its count, less a
discount, and what the discounts leave goes to the shorter context u'::

    p_k(w | u) = max(c(u w) - D, 0) / c(u) + gamma(u) p_(k-1)(w | u')

with D one of three, for counts of 1, of 2, and of 3 or more. At the highest order c counts
occurrences; below it counts in how many contexts a sequence occurs, as the symbols before it that
differ. Below the single symbols lies the uniform distribution. After a context never seen, the
shorter one speaks alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Counts:
    """Sequences of one length, in ascending order of their numbers, and how often they occur."""

    grams: np.ndarray  # (n,) int64
    counts: np.ndarray  # (n,) int64


@dataclass(frozen=True, eq=False)
class Level:
    """One order of the model."""

    seen: Counts
    contexts: np.ndarray  # (m,) int64, ascending
    totals: np.ndarray  # (m,) counts of all that follows each
    left: np.ndarray  # (m,) gamma: the share that goes to the shorter context
    discounts: np.ndarray  # (4,) for counts of 0, 1, 2, and 3 or more


class NGram:
    """A model of some order.

    Args:
        ids: (N,) the symbols to learn from, 0 to `size` - 1.
        order: n: a symbol is predicted from the n - 1 before it.
        size: V, number of symbols there are.
        discounts: those for counts of 1, 2, and 3 or more, at all orders; estimated when None.

    Raises:
        ValueError: if numbers of sequences of this order would not fit 64 bits.
    """

    def __init__(
        self, ids: np.ndarray, order: int, size: int, discounts: Sequence[float] | None = None
    ) -> None:
        self._build(occurrences(ids, order, size), order, size, discounts)

    @classmethod
    def best(cls, ids: np.ndarray, held_out: np.ndarray, orders: Iterable[int], size: int) -> NGram:
        """The model of the order that predicts other symbols best."""
        ordered = sorted(orders)
        all_seen = occurrences(ids, ordered[-1], size)
        best, least = None, np.inf
        for order in ordered:
            model = cls.__new__(cls)
            model._build(all_seen[:order], order, size, None)
            nats = model.nats(held_out).sum()
            if nats < least:
                best, least = model, nats
        assert best is not None
        return best

    def _build(
        self, seen: list[Counts], order: int, size: int, discounts: Sequence[float] | None
    ) -> None:
        self.order, self.size = order, size
        used = [
            Counts(*np.unique(longer.grams % size**k, return_counts=True))
            for k, longer in enumerate(seen[1:], start=1)
        ]
        self.levels = [level(counts, size, discounts) for counts in (*used, seen[-1])]

    def nats(self, ids: np.ndarray) -> np.ndarray:
        """(N - 1,) of every symbol but the first, given all before it that the order allows."""
        codes = np.zeros(len(ids), dtype=np.int64)
        p = np.full(len(ids), 1 / self.size)
        for k, part in enumerate(self.levels, start=1):
            # The number of the k symbols that end at each place; the latest one counts least.
            codes[k - 1 :] += ids[: len(ids) - k + 1] * self.size ** (k - 1)
            here = codes[k - 1 :]
            count = look_up(part.seen.grams, part.seen.counts, here)
            place = np.searchsorted(part.contexts, here // self.size).clip(
                max=len(part.contexts) - 1
            )
            known = part.contexts[place] == here // self.size
            share = (count - part.discounts[count.clip(max=3)]) / part.totals[place]
            p[k - 1 :] = np.where(known, share + part.left[place] * p[k - 1 :], p[k - 1 :])
        return -np.log(p[1:])


def occurrences(ids: np.ndarray, order: int, size: int) -> list[Counts]:
    """How often each sequence of 1, 2 ... `order` symbols occurs.

    A sequence has the number of its symbols as digits, in base `size`, the latest one last.

    Raises:
        ValueError: if the numbers would not fit 64 bits.
    """
    if order < 1 or size**order >= 2**63:
        raise ValueError(f"sequences of {order} out of {size} symbols cannot be numbered")
    if len(ids) < order:
        raise ValueError(f"{len(ids)} symbols are too few for the order {order}")
    found, codes = [], np.zeros(len(ids), dtype=np.int64)
    for k in range(1, order + 1):
        codes = codes[k > 1 :] + ids[: len(ids) - k + 1] * size ** (k - 1)
        found.append(Counts(*np.unique(codes, return_counts=True)))
    return found


def level(seen: Counts, size: int, discounts: Sequence[float] | None) -> Level:
    """What an order makes of its counts."""
    D = np.array([0.0, *(estimate(seen.counts) if discounts is None else discounts)])
    contexts, first = np.unique(seen.grams // size, return_index=True)
    totals = np.add.reduceat(seen.counts, first)
    left = np.add.reduceat(D[seen.counts.clip(max=3)], first) / totals
    return Level(seen, contexts, totals, left, D)


def estimate(counts: np.ndarray) -> list[float]:
    """Discounts for counts of 1, 2, and 3 or more (Chen & Goodman, section 3).

    Where there are too few counts to tell, half a count; and never less than a tenth, so that
    nothing is impossible.
    """
    n1, n2, n3, n4 = (int((counts == n).sum()) for n in (1, 2, 3, 4))
    if min(n1, n2, n3, n4) == 0:
        return [0.5, 0.5, 0.5]
    y = n1 / (n1 + 2 * n2)
    estimates = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    return [min(max(d, 0.1), float(n)) for n, d in enumerate(estimates, start=1)]


def look_up(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The value of each wanted key, 0 for those that are not there; keys ascending."""
    place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)
