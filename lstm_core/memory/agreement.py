"""How well each of many cells agrees with features of a text: exact scores, all cells at once.

For a feature that is on or off the score is the area under the ROC curve (AUC): the probability
that a cell is higher at a character where the feature is on than at one where it is off, halves
counted for ties (Hanley & McNeil 1982; the statistic of Mann & Whitney 1947). It is 1 or 0 for a
cell that tells the feature without fail, and 0.5 for one that knows nothing of it. For a number the
score is Pearson's correlation.

Cells come as int8, so both follow from a table of 256 numbers for each cell (the mean rank of each
value, or the value itself, centred) and one product of matrices.

N characters, C cells, F features, R rolls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

VALUES = 256  # of an int8
CHUNK = 4096  # characters at a time: a table looked up for all cells takes 17 MB


class Agreement:
    """The cells of one text, ready to be set beside features of it.

    Args:
        cells: (N, C) int8.
    """

    def __init__(self, cells: np.ndarray) -> None:
        self.cells = cells
        self.counts = self._count()  # (C, 256): how often each cell has each value, from -128 on

    def aucs(self, on: np.ndarray, rolls: Sequence[int] = (0,)) -> np.ndarray:
        """The AUC of every cell for features that are on or off.

        Args:
            on: (F, N) bool; each feature both on and off somewhere.
            rolls: characters by which the features are moved on, the last ones to the beginning.

        Returns:
            (F, R, C) float64.
        """
        n = len(self.cells)
        below = self.counts.cumsum(axis=1) - self.counts
        ranks = (below + self.counts / 2) / n - 0.5  # (C, 256), of any character: 0 on average
        sums = self._sums(ranks, on, rolls)
        of_on = on.sum(axis=1)[:, None, None]  # (F, 1, 1)
        # The sum of ranks, less those among themselves, counts the pairs that are in order.
        pairs = n * (sums + of_on / 2) - of_on**2 / 2
        return pairs / (of_on * (n - of_on))

    def correlations(self, values: np.ndarray, rolls: Sequence[int] = (0,)) -> np.ndarray:
        """The correlation of every cell with features that are numbers.

        Args:
            values: (F, N), none of them constant.
            rolls: as for `aucs`.

        Returns:
            (F, R, C) float64; 0 for a cell that never moves.
        """
        n = len(self.cells)
        levels = np.arange(VALUES) - VALUES / 2
        mean = (self.counts @ levels / n)[:, None]  # (C, 1)
        table = (levels - mean) / VALUES  # (C, 256), small, for single precision
        spread = np.sqrt((self.counts * table**2).sum(axis=1) / n)  # (C,)
        centred = (values - values.mean(axis=1, keepdims=True)).astype(np.float64)
        centred /= np.sqrt((centred**2).mean(axis=1, keepdims=True))
        sums = self._sums(table, centred, rolls)
        return np.divide(sums, n * spread, out=np.zeros_like(sums), where=spread > 0)

    def _count(self) -> np.ndarray:
        """A histogram of each cell: (C, 256)."""
        size = self.cells.shape[1] * VALUES
        counts = np.zeros(size, dtype=np.int64)
        for _, entries in self._entries():
            counts += np.bincount(entries.ravel(), minlength=size)
        return counts.reshape(-1, VALUES)

    def _sums(self, table: np.ndarray, columns: np.ndarray, rolls: Sequence[int]) -> np.ndarray:
        """Sums over the text of each column times what a cell's table has for its value.

        Args:
            table: (C, 256). columns: (F, N).

        Returns:
            (F, R, C) float64.
        """
        n, flat = len(self.cells), table.astype(np.float32).ravel()
        sums = np.zeros((len(columns) * len(rolls), self.cells.shape[1]))
        for rows, entries in self._entries():
            places = (rows - np.array(rolls)[:, None]) % n  # (R, chunk)
            weights = columns[:, places].astype(np.float32)  # (F, R, chunk)
            sums += weights.reshape(-1, len(rows)) @ flat[entries]
        return sums.reshape(len(columns), len(rolls), -1)

    def _entries(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Chunks of the text: their places, and where in a flat table the value of each cell is."""
        offsets = np.arange(self.cells.shape[1]) * VALUES + VALUES // 2
        for start in range(0, len(self.cells), CHUNK):
            rows = np.arange(start, min(start + CHUNK, len(self.cells)))
            yield rows, self.cells[rows] + offsets


def split(values: np.ndarray, on: np.ndarray, sign: int) -> float:
    """Where the values of one cell are best cut in two for a feature that is on or off.

    Best is where the rates of both kinds of right answer add up to most (Youden 1950).

    Args:
        values: (N,) int8. on: (N,) bool, both on and off somewhere.
        sign: 1 if the cell is high where the feature is on, -1 if it is low there.

    Returns:
        a threshold halfway between two int8; the feature is taken to be on where
        sign * value > sign * threshold.
    """
    entries = values.astype(np.int64) + VALUES // 2
    of_on = np.bincount(entries[on], minlength=VALUES).cumsum() / on.sum()
    of_off = np.bincount(entries[~on], minlength=VALUES).cumsum() / (~on).sum()
    # (256,): the share of off less the share of on, at or below each value.
    return int((sign * (of_off - of_on)).argmax()) - VALUES // 2 + 0.5


def rates(values: np.ndarray, on: np.ndarray, sign: int, threshold: float) -> float:
    """The mean of both rates of right answers (balanced accuracy) at a given split."""
    taken = sign * values > sign * threshold
    return float((taken[on].mean() + (~taken[~on]).mean()) / 2)


def auc(scores: np.ndarray, on: np.ndarray) -> float:
    """The AUC of any (N,) numbers for a feature that is on or off."""
    kinds, entries = np.unique(scores, return_inverse=True)
    of_on = np.bincount(entries[on], minlength=len(kinds))
    of_off = np.bincount(entries[~on], minlength=len(kinds))
    lower = of_off.cumsum() - of_off / 2  # half of those that tie
    return float(of_on @ lower / (of_on.sum() * of_off.sum()))


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's correlation of two (N,) arrays; 0 if one of them never changes."""
    a, b = a - a.mean(dtype=np.float64), b - b.mean(dtype=np.float64)
    spread = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float(a @ b) / spread if spread > 0 else 0.0
