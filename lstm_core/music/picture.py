"""Music as a picture: a piano roll or a score, to be printed."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.collections import PatchCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.path import Path

from lstm_core.music.midi import Note
from lstm_core.music.score.glyphs import GLYPHS, Outline
from lstm_core.music.score.marks import Page
from lstm_core.music.score.svg import HALO, TITLE, TITLE_WORDS, WORDS

KINDS = ("png", "svg")
SECONDS_PER_INCH = 2.0
NARROWEST, WIDEST, HEIGHT = 6.0, 30.0, 4.5  # inches
DPI = 150
FEWEST = 24
"""Semitones that are shown at least."""

INK, MUTED, RULE, GROUND, SHADE = "#1B1D22", "#5F646C", "#E4E1DA", "#FFFFFF", "#F4F2EC"
TALLEST = 20_000
"""Pixels of a picture; longer scores are printed smaller."""

SPACE = 0.12
"""Inches of a staff space."""

BLACK_KEYS = (1, 3, 6, 8, 10)


def picture(
    notes: Sequence[Note], colours: Sequence[str], kind: str, *, title: str = "",
    legend: Sequence[tuple[str, str]] = (),
) -> bytes:  # fmt: skip
    """A file with a piano roll: time to the right, in seconds, pitch upwards.

    Args:
        notes: at least one.
        colours: of the notes, as #RRGGBB.
        kind: "png" or "svg".
        title: written above.
        legend: names and colours that are explained below.

    Raises:
        ValueError: a sentence, for another kind or if there are no notes.
    """
    if kind not in KINDS:
        raise ValueError(f"There are pictures of the kinds {', '.join(KINDS)}.")
    if not notes:
        raise ValueError("There are no notes yet.")
    seconds = max(note.end for note in notes)
    pitches = [note.pitch for note in notes]
    low, high = min(pitches) - 1, max(pitches) + 1
    low = min(low, (low + high - FEWEST) // 2)
    high = max(high, low + FEWEST)
    width = float(np.clip(seconds / SECONDS_PER_INCH, NARROWEST, WIDEST))
    figure = Figure(figsize=(width, HEIGHT), facecolor=GROUND, layout="constrained")
    axes = figure.add_subplot()
    for pitch in range(low, high + 1):
        if pitch % 12 in BLACK_KEYS:
            axes.axhspan(pitch - 0.5, pitch + 0.5, color=SHADE, linewidth=0)
    boxes = [Rectangle((n.start, n.pitch - 0.42), n.end - n.start, 0.84) for n in notes]
    axes.add_collection(PatchCollection(boxes, facecolors=list(colours), edgecolors="none"))
    axes.set(xlim=(0, seconds), ylim=(low - 0.5, high + 0.5))
    octaves = [pitch for pitch in range(low, high + 1) if pitch % 12 == 0]
    axes.set_yticks(octaves, [f"C{pitch // 12 - 1}" for pitch in octaves])
    axes.set_xlabel("seconds", color=MUTED)
    axes.tick_params(colors=MUTED)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_color(RULE)
    if title:
        axes.set_title(title, loc="left", color=INK, fontsize=11)
    if legend:
        figure.legend(
            handles=[Rectangle((0, 0), 1, 1, color=colour) for _, colour in legend],
            labels=[name for name, _ in legend], loc="outside lower left", ncols=len(legend),
            frameon=False, labelcolor=MUTED,
        )  # fmt: skip
    file = io.BytesIO()
    figure.savefig(file, format=kind, dpi=DPI, metadata={"Date": None} if kind == "svg" else None)
    return file.getvalue()


def printed(page: Page, *, title: str = "", colours: Sequence[str] | None = None) -> bytes:
    """A score as PNG; `score.svg` makes a file of it that can be scaled.

    Args:
        page: what is engraved.
        title: written above; none if it is empty.
        colours: behind the heads of each note, as #RRGGBB; none if None.
    """
    top = TITLE if title else 0.0
    figure = Figure(figsize=(SPACE * page.width, SPACE * (page.height + top)), facecolor=GROUND)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, page.width), ylim=(page.height, -top))
    axes.set_axis_off()
    axes.text(1.2, -1.2, title, color=INK, fontsize=72 * SPACE * TITLE_WORDS, parse_math=False)
    ink, halos, behind = [], [], []
    for mark in (mark for system in page.systems for mark in system.marks):
        if mark.words:
            size = 72 * SPACE * WORDS
            axes.text(mark.x, mark.y, mark.words, color=MUTED, fontsize=size)
            continue
        drawn = filled(GLYPHS[mark.glyph] if mark.glyph else [mark.outline], mark.x, mark.y)
        if mark.glyph != "halo":
            ink.append(drawn)
        elif colours:
            assert mark.note is not None
            halos.append(drawn)
            behind.append(colours[mark.note])
    axes.add_collection(PathCollection(halos, facecolors=behind, linewidths=0, alpha=HALO))
    axes.add_collection(PathCollection(ink, facecolors=INK, linewidths=0, snap=False))
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=min(DPI, TALLEST / figure.get_figheight()))
    return file.getvalue()


def filled(outlines: Sequence[Outline], x: float, y: float) -> Path:
    """Outlines at a place."""
    points = np.concatenate([[*outline, outline[0]] for outline in outlines])
    codes = [
        code for outline in outlines
        for code in (Path.MOVETO, *[Path.LINETO] * (len(outline) - 1), Path.CLOSEPOLY)
    ]  # fmt: skip
    return Path(points + np.array((x, y)), codes)
