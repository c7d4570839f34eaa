"""Sentences as places on a map: like sentences lie side by side.

What an encoder says of a sentence is a vector of hundreds of numbers. Its first two principal
components, the directions in which a set of sentences differ most, make a map of them, as in figure
2 of Sutskever, Vinyals & Le (2014), arXiv:1409.3215 (the method is that of Hotelling 1933).

Shapes: N sentences, C numbers of each (`TranslationSampler.vectors`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEWEST = 3
"""Sentences that differ in two directions."""


@dataclass(frozen=True, eq=False)
class SentenceMap:
    """The plane in which some sentences differ most.

    Attributes:
        middle: (C,) their mean.
        axes: (2, C) the directions of the map, of length 1 and at right angles.
        shares: of all the variance, those that the two directions show, the larger first.
    """

    middle: np.ndarray
    axes: np.ndarray
    shares: tuple[float, float]

    @classmethod
    def of(cls, vectors: np.ndarray) -> SentenceMap:
        """The map of (N, C) vectors.

        Raises:
            ValueError: if there are too few to differ in two directions.
        """
        if vectors.ndim != 2 or min(vectors.shape[0], vectors.shape[1] + 1) < FEWEST:
            raise ValueError(f"a map needs {FEWEST} vectors or more, got shape {vectors.shape}")
        middle = vectors.mean(axis=0, dtype=np.float64)
        _, lengths, axes = np.linalg.svd(vectors - middle, full_matrices=False)
        # Either end of a direction might be the first; so that a map is not mirrored by chance.
        ends = axes[range(2), np.abs(axes[:2]).argmax(axis=1)]
        total = float((lengths**2).sum()) or 1.0
        first, second = (float(length**2) / total for length in lengths[:2])
        return cls(middle, axes[:2] * np.where(ends < 0, -1, 1)[:, None], (first, second))

    def places(self, vectors: np.ndarray) -> np.ndarray:
        """(N, 2) where sentences lie, be they among those of the map or not."""
        return (vectors - self.middle) @ self.axes.T
