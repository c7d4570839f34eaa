"""The attention between two sentences as a heat map, as in figure 3 of Bahdanau, Cho & Bengio
(2015)."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from demos.theme import DARK, LIGHT
from demos.widgets.panel.picture import FONT, plain

MOST_LETTERS = 24
"""Letters of a word that are drawn."""

SQUARE = 0.3  # inches
SIZE = 8.5  # points of the words
ADVANCE = 0.60205 * SIZE / 72  # inches from one letter to the next
LARGEST, DPI = 40.0, 150  # inches; what is larger has fewer dots to the inch


def heat_map(
    sources: list[str], words: list[str], weights: np.ndarray, kind: str, *, dark: bool = False
) -> bytes:
    """A file with the heat map: the source along the top, the translation down the side.

    Args:
        sources, words: of both sentences.
        weights: (words, sources), 0 to 1.
        kind: "png" or "svg".
        dark: in the colours of the dark page.
    """
    palette = DARK if dark else LIGHT
    sources, words = ([drawn_as(word) for word in row] for row in (sources, words))
    left, above = (ADVANCE * max(map(len, row)) + 0.25 for row in (words, sources))
    wide, high = SQUARE * len(sources), SQUARE * len(words)
    width, height = left + wide + 0.3, above + high + 0.75
    shrunk = min(1.0, LARGEST / max(width, height))
    figure = Figure(figsize=(width, height), facecolor=palette["surface"])
    axes = figure.add_axes((left / width, 0.6 / height, wide / width, high / height))
    shades = LinearSegmentedColormap.from_list("attention", [palette["paper"], palette["surprise"]])
    drawn = axes.pcolormesh(
        weights, cmap=shades, vmin=0, vmax=1, edgecolors=palette["rule"], linewidth=0.4
    )
    axes.set(ylim=(len(words), 0), xlim=(0, len(sources)))
    axes.xaxis.tick_top()
    look: dict[str, Any] = {
        "family": FONT,
        "size": SIZE,
        "color": palette["ink"],
        "parse_math": False,
    }
    axes.set_xticks(np.arange(len(sources)) + 0.5, sources, rotation=90, **look)
    axes.set_yticks(np.arange(len(words)) + 0.5, words, **look)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    bar = figure.add_axes((left / width, 0.36 / height, min(wide, 1.5) / width, 0.09 / height))
    scale = figure.colorbar(drawn, cax=bar, orientation="horizontal", ticks=[0, 1])
    scale.outline.set_visible(False)
    bar.set_xticklabels(["0", "weight 1"], size=7, color=palette["muted"])
    bar.tick_params(length=0)
    file = io.BytesIO()
    figure.savefig(
        file, format=kind, dpi=DPI * shrunk, metadata={"Date": None} if kind == "svg" else None
    )
    return file.getvalue()


def drawn_as(word: str) -> str:
    """A word in letters that can be drawn, and not too many of them."""
    return plain(word if len(word) <= MOST_LETTERS else f"{word[: MOST_LETTERS - 1]}…")
