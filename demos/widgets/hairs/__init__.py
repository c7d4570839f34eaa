"""What might have been written instead, around the pen: where the next point was expected, and
other ways to go on, after the "hairs" of Carter, Ha, Johnson & Olah (Distill, 2016)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np

from demos.widgets import packed, widget

SCRIPTS = ("../shared/palette.js", "../shared/changes.js", "hairs.js")

DECADES = 3.0
"""Powers of ten that the shades of the density span."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A point of a line, from where the pen was before it; units of the whiteboard, y down.

    Attributes:
        before: (N, 3) x, y, pen_up of the ink that was there, the last point at 0, 0.
        after: (M, 3) of what was written next; the first of them is the point looked at.
        futures: (B, K, 3) of what might have been; lengths: (B,) points of each.
        density: (Y, X) of the point; cell: the size of its cells, around 0, 0.
        pen_up: probability that the pen is lifted after it.
        curves: how many Gaussians have nine tenths of the weight.
        words: what point it is.
    """

    before: np.ndarray
    after: np.ndarray
    futures: np.ndarray
    lengths: np.ndarray
    density: np.ndarray
    cell: float
    pen_up: float
    curves: int
    words: str


def hairs_view(value: Any = None, *, empty: str, **props: Any) -> gr.HTML:
    """Shows what `hairs_value` returned. Its `input` event asks for other futures.

    Args:
        value: None shows `empty`.
        empty: what is said while there is nothing to show.
    """
    return widget("hairs", value, empty=empty, scripts=SCRIPTS, **props)


def hairs_value(moment: Moment) -> dict[str, str]:
    """The component's value: one text, as Gradio copies nested values piece by piece."""

    def ink(points: np.ndarray) -> dict[str, str]:
        xy, up = points[..., :2].astype("<f4"), points[..., 2].astype(np.uint8)
        return {"xy": packed(xy), "up": packed(up)}

    sent = {
        "before": ink(moment.before),
        "after": ink(moment.after),
        "futures": ink(moment.futures),
        "lengths": moment.lengths.tolist(),
        "density": packed(shades(moment.density)),
        "columns": moment.density.shape[1],
        "cell": moment.cell,
        "pen_up": round(moment.pen_up, 4),
        "curves": moment.curves,
        "words": moment.words,
    }
    return {"json": json.dumps(sent, separators=(",", ":"))}


def shades(density: np.ndarray) -> np.ndarray:
    """Shades in one byte: the logarithm of the density, from a thousandth of the highest to 255."""
    most = float(density.max()) or 1.0
    logarithms = np.log10(np.maximum(density / most, 10**-DECADES))
    return np.rint(255 * (1 + logarithms / DECADES)).astype(np.uint8)
