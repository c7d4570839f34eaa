"""Music as a picture: a piano roll, to be printed."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lstm_core.music.midi import Note

KINDS = ("png", "svg")
SECONDS_PER_INCH = 2.0
NARROWEST, WIDEST, HEIGHT = 6.0, 30.0, 4.5  # inches
DPI = 150
FEWEST = 24
"""Semitones that are shown at least."""

INK, MUTED, RULE, GROUND, SHADE = "#1B1D22", "#5F646C", "#E4E1DA", "#FFFFFF", "#F4F2EC"
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
