"""The panel as a picture for a paper or a slide: the steps, one cell's gates, and all cells."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache

import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from demos.theme import LIGHT
from demos.widgets.panel.frames import columns
from demos.widgets.panel.store import Shown

WIDTH = 10.5  # inches, without margins
MARGIN = 0.55
FONT = "DejaVu Sans Mono"  # comes with matplotlib
SIZE = 9.0  # points of the steps
ADVANCE = 0.60205 * SIZE / 72  # inches from one letter of FONT to the next
LINE = 0.19  # inches
COLUMNS = int(WIDTH / ADVANCE)
MOST_STEPS, MOST_LINES, MOST_LETTERS = 1_500, 40, 24
WINDOW = 120  # steps of the gates; half as many if labels are longer than a letter
BETWEEN = 0.35  # inches between the grids of two layers
SHARE = 0.8  # of the colour in the shading behind words, as in palette.js

CELLS = LinearSegmentedColormap.from_list("cells", [LIGHT["minus"], LIGHT["zero"], LIGHT["plus"]])
LANES = [("i", "f", "o"), ("c",), ("g", "h")]
COLOURS = {q: LIGHT[f"gate-{q}"] for q in "ifog"} | {"c": LIGHT["ink"], "h": LIGHT["muted"]}
WORDS = {"i": "input gate i", "f": "forget gate f", "o": "output gate o", "c": "cell state c",
         "g": "candidate g", "h": "hidden state h"}  # fmt: skip
SIGNS = {"\n": "↵", "\t": "→"}


def picture(shown: Shown, layer: int, cell: int, step: int, kind: str) -> bytes:
    """A file with the steps, the gates of a cell around a step, and all cells at that step.

    Args:
        shown: the run.
        layer, cell: from 1.
        step: from 0.
        kind: "png" or "svg".
    """
    frames = shown.frames
    values = {q: a[:, cell - 1].astype(float) for q, a in frames.layers[layer - 1].items()}
    values["shade"] = np.tanh(values["c"])
    places, lines = flow(shown, step)
    grids = [grid_size(size) for size in frames.sizes]
    room = WIDTH - BETWEEN * (len(grids) - 1)
    square = min(0.2, room / sum(across for _, across in grids))
    named = 0.5 if shown.chips else 0.17
    heights = [lines * LINE, named, 0.95, 0.7, 0.7, max(rows for rows, _ in grids) * square]
    gaps = [0.5, 0.3, 0.28, 0.2, 0.2, 0.45]  # above each
    tops = np.cumsum(gaps) + np.cumsum([0, *heights[:-1]])
    height = sum(heights) + sum(gaps) + 0.3
    width = WIDTH + 2 * MARGIN
    figure = Figure(figsize=(width, height), facecolor=LIGHT["surface"])
    title = f"{shown.name}: layer {layer}, cell {cell}, step {step + 1:,} of {len(frames):,}"
    figure.text(
        MARGIN / width, 1 - 0.3 / height, title, size=11, color=LIGHT["ink"], parse_math=False
    )

    def axes(n: int, tall: float, left: float = 0.0, wide: float = WIDTH) -> Axes:
        """A part of the figure; in inches."""
        bottom = height - tops[n] - tall
        return figure.add_axes(
            ((MARGIN + left) / width, bottom / height, wide / width, tall / height)
        )

    draw_steps(axes(0, heights[0], wide=COLUMNS * ADVANCE), places, lines, values["shade"], step)
    window = around(step, WINDOW // 2 if shown.chips else WINDOW, len(frames))
    draw_labels(axes(1, heights[1]), values["shade"], shown, window, step)
    for n, lane in enumerate(LANES, start=2):
        draw_lane(axes(n, heights[n]), values, lane, window, step)
    left = 0.0
    for n, (rows, across) in enumerate(grids):
        part = axes(5, rows * square, left, across * square)
        left += across * square + BETWEEN
        draw_grid(part, shown, n, step, cell if n == layer - 1 else None)
    file = io.BytesIO()
    figure.savefig(file, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    return file.getvalue()


def around(step: int, most: int, length: int) -> tuple[int, int]:
    """A stretch of at most so many steps with a step in its middle, as far as that can be."""
    start = max(0, min(step - most // 2, length - most))
    return start, min(length, start + most)


@cache
def drawable(letter: str) -> bool:
    """Whether the font of the picture has this character, and it leaves ink."""
    font = font_manager.get_font(font_manager.findfont(FONT))
    return letter.isprintable() and bool(
        font.get_char_index(ord(letter)) and font.load_char(ord(letter)).width
    )


def plain(label: str) -> str:
    """A label in characters that can be drawn."""
    return "".join(
        SIGNS.get(c, c if c == " " or drawable(c) else "\N{REPLACEMENT CHARACTER}") for c in label
    )


def flow(shown: Shown, step: int) -> tuple[list[tuple[int, str, int, int, int]], int]:
    """Where the labels around a step stand: step, text, line, column and width in letters; and
    the number of lines."""
    places, line, column = [], 0, 0
    start, stop = around(step, MOST_STEPS, len(shown.frames))
    for n in range(start, stop):
        label = shown.frames.labels[n]
        text = plain(label)[:MOST_LETTERS] or " "
        width = len(text) + (2 if shown.chips else 0)
        if column and (column + width > COLUMNS or n in shown.breaks):
            line, column = line + 1, 0
        places.append((n, text, line, column, width))
        column += width
        if label == "\n":
            line, column = line + 1, 0
    first, last = around(places[step - start][2], MOST_LINES, places[-1][2] + 1)
    return [
        (n, text, line - first, column, width)
        for n, text, line, column, width in places
        if first <= line < last
    ], last - first


def shading(values: np.ndarray) -> list[np.ndarray]:
    """The colours behind words."""
    ends = [np.array(to_rgb(LIGHT["minus" if value < 0 else "plus"])) for value in values]
    share = SHARE * np.abs(values)
    ground = np.array(to_rgb(LIGHT["surface"]))
    return [s * end + (1 - s) * ground for s, end in zip(share, ends, strict=True)]


@cache
def outline(letter: str, size: float) -> Path:
    """A letter around its middle, as wide as it is printed, in inches."""
    path = TextPath((0, 0), letter, size=size / 72, prop=FontProperties(family=FONT))
    return path.transformed(Affine2D().translate(-0.301 * size / 72, -0.36 * size / 72))


def write(ax: Axes, letters: Iterable[tuple[str, float, float]], size: float = SIZE) -> None:
    """Put letters exactly where they belong: as outlines, each once for all its places."""
    places: dict[str, list[tuple[float, float]]] = {}
    for letter, x, y in letters:
        if letter.strip():
            places.setdefault(letter, []).append((x, y))
    for letter, offsets in places.items():
        drawn = PathCollection(
            [outline(letter, size)], offsets=offsets, offset_transform=ax.transData,
            facecolors=LIGHT["ink"], linewidths=0, snap=False,
        )  # fmt: skip
        drawn.set_transform(ax.figure.dpi_scale_trans)
        ax.add_collection(drawn, autolim=False)


def frame(ax: Axes, left: float, top: float, right: float, bottom: float, colour: str) -> None:
    """A rectangle that is not filled."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    ax.add_collection(
        PolyCollection([corners], facecolors="none", edgecolors=LIGHT[colour], linewidths=1.4)
    )


def draw_steps(ax: Axes, places: list, lines: int, shade: np.ndarray, step: int) -> None:
    """The labels, each shaded by its value."""
    boxes, letters = [], []
    for n, text, line, column, width in places:
        inset = 0.3 if width > len(text) else 0.0
        left, right = column + inset, column + width - inset
        boxes.append([(left, line), (right, line), (right, line + 0.92), (left, line + 0.92)])
        first = column + (width - len(text)) / 2 + 0.5
        letters += [(letter, first + k, line + 0.46) for k, letter in enumerate(text)]
        if n == step:
            here = (left, line, right, line + 0.92)
    colours = shading(shade[[place[0] for place in places]])
    ax.add_collection(PolyCollection(boxes, facecolors=colours, linewidths=0))
    write(ax, letters)
    frame(ax, *here, "accent")
    ax.set(xlim=(0, COLUMNS), ylim=(lines, 0))
    ax.axis("off")


def draw_labels(
    ax: Axes, shade: np.ndarray, shown: Shown, window: tuple[int, int], step: int
) -> None:
    """The labels of a stretch in one line, for the gates below."""
    steps = np.arange(*window)
    boxes = [[(n - 0.5, 0), (n + 0.5, 0), (n + 0.5, 1), (n - 0.5, 1)] for n in steps]
    ax.add_collection(PolyCollection(boxes, facecolors=shading(shade[steps]), linewidths=0))
    if shown.chips:
        for n in steps.tolist():
            ax.text(
                n, 0.94, plain(shown.frames.labels[n])[:9], rotation=90, ha="center", va="bottom",
                size=6, family=FONT, color=LIGHT["ink"], parse_math=False,
            )  # fmt: skip
    else:
        write(ax, [(plain(shown.frames.labels[n]), n, 0.5) for n in steps.tolist()], 8.0)
    frame(ax, step - 0.5, 0, step + 0.5, 1, "accent")
    ax.set(xlim=(window[0] - 0.5, window[1] - 0.5), ylim=(1, 0))
    ax.axis("off")


def draw_lane(
    ax: Axes, values: dict, lane: tuple[str, ...], window: tuple[int, int], step: int
) -> None:
    """Some of a cell's lines over a stretch."""
    steps = np.arange(*window)
    for q in lane:
        ax.plot(steps, values[q][steps], color=COLOURS[q], linewidth=1.2, label=WORDS[q])
    low, high = (0.0, 1.0) if "i" in lane else (-1.0, 1.0)
    if "c" in lane:
        high = max(1.0, float(np.abs(values["c"]).max()))
        low = -high
        boxes = [[(n - 0.5, 0), (n + 0.5, 0), (n + 0.5, c), (n - 0.5, c)]
                 for n, c in zip(steps, values["c"][steps], strict=True)]  # fmt: skip
        colours = CELLS((values["shade"][steps] + 1) / 2)
        ax.add_collection(PolyCollection(boxes, facecolors=colours, linewidths=0), autolim=False)
    ax.axvline(step, color=LIGHT["accent"], linewidth=1)
    ax.axhline(0, color=LIGHT["rule"], linewidth=0.6, zorder=0)
    pad = 0.05 * (high - low)
    ax.set(xticks=[], xlim=(window[0] - 0.5, window[1] - 0.5), ylim=(low - pad, high + pad))
    ax.set_yticks([low, high], [f"{value:.2g}".replace("-", "−") for value in (low, high)])
    ax.tick_params(length=0, labelsize=7, colors=LIGHT["muted"])
    ax.legend(loc="lower left", bbox_to_anchor=(0, 0.98), ncols=3, fontsize=7, frameon=False,
              borderaxespad=0, handlelength=1.2, labelcolor=LIGHT["ink"])  # fmt: skip
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)


def grid_size(cells: int) -> tuple[int, int]:
    """Rows and columns of a layer's grid."""
    across = columns(cells)
    return -(-cells // across), across


def draw_grid(ax: Axes, shown: Shown, n: int, step: int, cell: int | None) -> None:
    """All cells of a layer at a step; one of them may be marked."""
    sizes = shown.frames.sizes
    rows, across = grid_size(sizes[n])
    values = np.full(rows * across, np.nan)
    at = sum(sizes[:n])
    values[: sizes[n]] = shown.frames.cells[step, at : at + sizes[n]][shown.order[n]] / 127
    ax.pcolormesh(values.reshape(rows, across), cmap=CELLS, vmin=-1, vmax=1,
                  edgecolors=LIGHT["surface"], linewidth=0.4)  # fmt: skip
    if cell is not None:
        y, x = divmod(int(np.flatnonzero(shown.order[n] == cell - 1)[0]), across)
        frame(ax, x, y, x + 1, y + 1, "ink")
    ax.set(xlim=(0, across), ylim=(rows, 0), aspect="equal", anchor="NW")
    ax.set_title(f"layer {n + 1}", size=7, color=LIGHT["muted"], loc="left", pad=3)
    ax.axis("off")
