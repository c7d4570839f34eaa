"""An order in which cells that behave alike are neighbours.

Two cells are alike as far as their tanh(c) over a text are correlated. The sign counts: cells that
mirror each other are far apart, so that in a picture neighbours have like colours.

The cells are clustered by average linkage (Sokal & Michener 1958), and where two clusters join,
each an ordered row, they are turned so that the most alike of their ends meet (Gruvaeus & Wainer
1972).
The order depends on nothing but the cells.
"""

from __future__ import annotations

import numpy as np


def alike_together(cells: np.ndarray) -> np.ndarray:
    """An order of H cells: (H,) int64, the number (from 0) of the cell at each place.

    Args:
        cells: (T, H), tanh(c) at any scale; T at least 1. A cell that never changes is like none.
    """
    alike = correlations(cells)
    ends = alike.copy()
    np.fill_diagonal(alike, -np.inf)
    sizes, rows = np.ones(len(alike)), [[n] for n in range(len(alike))]
    for _ in range(len(alike) - 1):
        a, b = divmod(int(alike.argmax()), len(alike))
        rows[a] = joined(rows[a], rows[b], ends)
        means = (sizes[a] * alike[a] + sizes[b] * alike[b]) / (sizes[a] + sizes[b])
        sizes[a] += sizes[b]
        means[a] = -np.inf
        alike[a], alike[:, a] = means, means
        alike[b], alike[:, b] = -np.inf, -np.inf
        last = a
    return np.array(rows[last] if len(alike) > 1 else [0], dtype=np.int64)


def correlations(cells: np.ndarray) -> np.ndarray:
    """The correlations of the columns: (H, H); 0 for one that never changes."""
    centred = cells - cells.mean(axis=0, dtype=np.float64)
    lengths = np.sqrt((centred**2).sum(axis=0))
    units = np.divide(centred, lengths, out=np.zeros_like(centred), where=lengths > 0)
    return units.T @ units


def joined(a: list[int], b: list[int], alike: np.ndarray) -> list[int]:
    """Two rows as one, each turned so that the ends that meet are as alike as can be."""
    candidates = [(alike[x[-1], y[0]], x + y) for x in (a, a[::-1]) for y in (b, b[::-1])]
    return max(candidates, key=lambda candidate: candidate[0])[1]
