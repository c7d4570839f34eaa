"""All words of a caption side by side, each with where the network looked, as in figure 3 of Xu et
al. (2015) and with the sentinel's share as in figure 5 of Lu et al. (2017)."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from demos.theme import DARK, LIGHT
from demos.widgets.panel.picture import FONT, plain
from lstm_core.captioning.photos import Photo
from lstm_core.captioning.sampler import Word

COLUMNS = 6
WIDE, GAP, TITLE, BAR = 1.75, 0.14, 0.32, 0.2  # inches: of a picture, around it, above and below it
SIDE, DPI = 240, 150
"""Pixels of the longer side of a picture, and to the inch."""

LONGEST, FLATTEST = 2.0, 0.3
"""Height of a picture, as a share of its width, at most and at least."""

VEIL = 0.82
"""How far what was not looked at is covered, at most: what the page has, too."""


def strip(
    photo: Photo, box: Iterable[float], words: Sequence[Word], kind: str, *, dark: bool = False
) -> bytes:
    """A file with a picture for each word, and the photo as it is before them.

    Args:
        photo: that is described. box: the part of it.
        words: with the end, which has no text.
        kind: "png" or "svg".
        dark: in the colours of the dark page.
    """
    palette = DARK if dark else LIGHT
    part = cut(photo.image, box)
    tall = WIDE * min(max(part.height / part.width, FLATTEST), LONGEST)
    rows, columns = math.ceil((len(words) + 1) / COLUMNS), min(COLUMNS, len(words) + 1)
    step = TITLE + tall + BAR + GAP
    width, height = columns * (WIDE + GAP) + GAP, rows * step + 0.4
    figure = Figure(figsize=(width, height), facecolor=palette["surface"])
    pixels = np.asarray(part, dtype=np.float32) / 255
    ground = np.array(to_rgb(palette["surface"]), dtype=np.float32)
    for n in range(len(words) + 1):
        row, column = divmod(n, COLUMNS)
        left, below = GAP + column * (WIDE + GAP), height - row * step - TITLE - tall
        axes = figure.add_axes((left / width, below / height, WIDE / width, tall / height))
        axes.set_axis_off()
        if n == 0:
            axes.imshow(pixels, aspect="auto")
            continue
        word = words[n - 1]
        axes.imshow(veiled(pixels, word.attention, ground), aspect="auto")
        axes.set_title(
            plain(word.text) or "end", size=10, family=FONT, parse_math=False, pad=5,
            color=palette["ink"] if word.text else palette["muted"],
        )  # fmt: skip
        looked = 1 - word.sentinel
        share = figure.add_axes((left / width, (below - 0.1) / height, WIDE / width, 0.05 / height))
        share.set_axis_off()
        share.set(xlim=(0, 1), ylim=(0, 1))
        share.axvspan(0, 1, color=palette["track"], lw=0)
        share.axvspan(0, looked, color=palette["surprise"], lw=0)
    figure.text(
        GAP / width, 0.13 / height, size=9, color=palette["muted"],
        s="Clear: where it looked for the word. Bar: how much of it was read off the photo; the "
        "rest came from memory." if columns > 4 else "Clear: where it looked. Bar: how much.",
    )  # fmt: skip
    file = io.BytesIO()
    figure.savefig(file, format=kind, dpi=DPI, metadata={"Date": None} if kind == "svg" else None)
    return file.getvalue()


def cut(image: Image.Image, box: Iterable[float]) -> Image.Image:
    """A part of a picture, small, in its own shape."""
    left, top, right, bottom = box
    W, H = image.size
    x, y = min(int(left * W), W - 1), min(int(top * H), H - 1)
    part = image.crop((x, y, max(x + 1, round(right * W)), max(y + 1, round(bottom * H))))
    scale = SIDE / max(part.size)
    return part.resize((max(1, round(part.width * scale)), max(1, round(part.height * scale))))


def veiled(pixels: np.ndarray, attention: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """(H, W, 3) a picture covered where it was not looked at.

    Args:
        pixels: (H, W, 3) from 0 to 1. attention: (R, R) shares. ground: (3,) colour of the veil.
    """
    height, width, _ = pixels.shape
    cells = Image.fromarray((attention / max(attention.max(), 1e-12)).astype(np.float32))
    smooth = np.asarray(cells.resize((width, height), Image.Resampling.BILINEAR))
    veil = VEIL * (1 - smooth.clip(0, 1))[..., None]
    return pixels * (1 - veil) + ground * veil
