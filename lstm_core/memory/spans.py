"""Ask with a span: which cells mark a stretch of text, and where else they do so.

Strobelt, Gehrmann, Pfister & Rush (2018), "LSTMVis: A Tool for Visual Analysis of Hidden State
Dynamics in Recurrent Neural Networks", arXiv:1606.07461, section 5: a stretch of text is selected
as a hypothesis; the cells that are on through it, and off just outside it, are set beside other
stretches where the same cells are on.

A cell may be on at either end of its range: with the sign s, it is on at a character if
s tanh(c) >= threshold. N characters, C cells, k selected cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.memory.cells import SCALE, place


@dataclass(frozen=True)
class Marker:
    """A cell that marks a stretch: on at each of its characters, off at the one on either side."""

    layer: int  # counted from 1
    cell: int  # counted from 1
    sign: int  # 1: on when high; -1: on when low
    contrast: float  # least of s tanh(c) within, less the greatest just outside; above 0, up to 2
    column: int  # in a matrix of cells, counted from 0


@dataclass(frozen=True)
class Span:
    """A stretch [start, end) of another text, and how many of the selected cells are on in it."""

    start: int
    end: int
    cells: int  # on at every one of its characters
    score: float  # the share of the selected cells that this is


def markers(
    cells: np.ndarray, start: int, end: int, threshold: float, hidden_size: int, most: int = 50
) -> list[Marker]:
    """The cells that mark the stretch [start, end) of a text, clearest first.

    A side where the text ends is not asked about: before its first character all cells are off.

    Args:
        cells: (N, C) int8, 127 tanh(c) after each character.
        threshold: from which on |tanh(c)| a cell is on, above 0 and below 1.
        hidden_size: H, the cells of a layer.
        most: cells returned.

    Raises:
        ValueError: a sentence, for a stretch or a threshold that is none.
    """
    check_threshold(threshold)
    n = len(cells)
    if not 0 <= start < end <= n:
        raise ValueError(f"The stretch must lie within the {n:,} characters, and not be empty.")
    outside = [t for t in (start - 1, end) if 0 <= t < n]
    found = []
    for sign in (1, -1):
        least = (sign * cells[start:end].astype(np.int16)).min(axis=0)  # (C,)
        # Nothing outside is as good as cells at zero, where all of them begin.
        beyond = (
            (sign * cells[outside].astype(np.int16)).max(axis=0)
            if outside
            else np.zeros_like(least)
        )
        level = threshold * SCALE
        for column in np.flatnonzero((least >= level) & (beyond < level)):
            layer, cell = place(int(column), hidden_size)
            contrast = float(least[column] - beyond[column]) / SCALE
            found.append(Marker(layer, cell, sign, contrast, int(column)))
    return sorted(found, key=lambda marker: (-marker.contrast, marker.column))[:most]


def matches(
    cells: np.ndarray, selected: Sequence[Marker], threshold: float, most: int = 20
) -> list[Span]:
    """Other stretches where the selected cells are on together: most cells first, then longest.

    For m = k, k - 1, ... down to half of the cells: the longest stretches throughout which m of
    them are on at each character, if they do not touch one found before. (Which m they are may
    change on the way; a stretch is ranked by the cells that stay on through all of it.)

    Args:
        cells: (N, C) int8, of a text that may be long.
        selected: k cells, at least one.
        threshold: as for `markers`.
        most: stretches returned.

    Raises:
        ValueError: a sentence, if no cell is selected or the threshold is none.
    """
    check_threshold(threshold)
    if not selected:
        raise ValueError("No cell is selected: choose another stretch or a lower threshold.")
    columns = [marker.column for marker in selected]
    signs = np.array([marker.sign for marker in selected], dtype=np.int16)
    on = cells[:, columns] * signs >= threshold * SCALE  # (N, k)
    together, k = on.sum(axis=1), len(selected)
    taken = np.zeros(len(cells), dtype=bool)
    found: list[Span] = []
    for m in range(k, (k - 1) // 2, -1):
        for start, end in stretches(together >= m):
            if not taken[start:end].any():
                through = int(on[start:end].all(axis=0).sum())
                found.append(Span(start, end, through, through / k))
                taken[start:end] = True
        if sum(span.cells >= m for span in found) >= most:
            break
    found.sort(key=lambda span: (-span.cells, span.start - span.end, span.start))
    return [span for span in found if span.cells][:most]


def stretches(mask: np.ndarray) -> list[tuple[int, int]]:
    """Where a mask is true: [start, end) of each run.

    Args:
        mask: (N,) bool.
    """
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def check_threshold(threshold: float) -> None:
    """Refuse a threshold that tanh(c) cannot pass.

    Raises:
        ValueError: a sentence.
    """
    if not 0 < threshold < 1:
        raise ValueError("The threshold must be a number above 0 and below 1.")
