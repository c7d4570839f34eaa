"""Alex Graves's four rows: letters as they are recognised, memory cells, ink, and the gradient of a
letter with respect to the pen's position; a replay in the time of writing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from demos.widgets import packed, widget

SCRIPTS = (
    "../shared/palette.js", "../shared/changes.js", "../shared/files.js", "brush.js",
    "drawing.js", "four_rows.js",
)  # fmt: skip


class Strip(NamedTuple):
    """A memory cell over the frames of a line."""

    name: str
    short: str
    backwards: bool
    values: np.ndarray  # (T,) from -1 to 1


@dataclass(frozen=True, eq=False)
class Replay:
    """A line of N points and T frames.

    Attributes:
        run: tells this line's reading from all others.
        name: of the files to take away.
        strokes: what was read, to be sent back in questions; number: of the line in it, from 0.
        text: as it was read.
        points: (N, 2) x and y, y growing down.
        ends: (N,) whether the pen was lifted after a point.
        letters: each with its point and its probability.
        frames: (T,) the last point that each frame has read.
        peaks: (T,) the probability of the likeliest letter.
        strips: memory cells, those that read forwards first.
        chosen: the letter of the gradient, from 0; -1 if there is none.
        gradient: (N, 2) for x and y, or None.
        fixed: a visitor has chosen the letter; else it follows the replay.
        so_far: points with the text known from then on; None if nobody says.
    """

    run: str
    name: str
    strokes: str
    number: int
    text: str
    points: np.ndarray
    ends: np.ndarray
    letters: Sequence[tuple[str, int, float]]
    frames: np.ndarray
    peaks: np.ndarray
    strips: Sequence[Strip]
    chosen: int = -1
    gradient: np.ndarray | None = None
    fixed: bool = False
    so_far: Sequence[tuple[int, str]] | None = None


def four_rows_view(
    value: Any = None, *, ask: Callable[[Any], dict[str, Any]], empty: str, **props: Any
) -> gr.HTML:
    """Replays what `four_rows_value` returned. Listen to its `select` event for letters that the
    visitor chooses: `{"line": ..., "character": ...}`, from 0.

    Args:
        value: None shows `empty`.
        ask: a function that gets `{"strokes": ..., "line": ..., "character": ...}`, whatever a
            browser puts there, and answers with `gradient_value` or `{"error": sentence}`.
        empty: what is said while there is nothing to replay.
    """
    return widget(
        "four_rows", value, empty=empty, asks=ask.__name__, server_functions=[ask],
        scripts=SCRIPTS, **props,
    )  # fmt: skip


def four_rows_value(replay: Replay) -> dict[str, str]:
    """The component's value: one text, as Gradio copies nested values piece by piece."""
    gradient = None if replay.gradient is None else gradient_value(replay.chosen, replay.gradient)
    sent = {
        "run": replay.run,
        "name": replay.name,
        "strokes": replay.strokes,
        "number": replay.number,
        "text": replay.text,
        "points": np.round(replay.points, 2).tolist(),
        "ends": np.flatnonzero(replay.ends).tolist(),
        "characters": [[c, point, round(p, 4)] for c, point, p in replay.letters],
        "frames": replay.frames.tolist(),
        "peaks": np.round(replay.peaks.astype(float), 3).tolist(),
        "cells": [
            {"name": s.name, "short": s.short, "backwards": s.backwards,
             "values": packed(np.rint(127 * s.values.clip(-1, 1)).astype(np.int8))}
            for s in replay.strips
        ],
        "chosen": replay.chosen,
        "fixed": replay.fixed,
        "gradient": gradient,
        "so_far": None if replay.so_far is None else [list(known) for known in replay.so_far],
    }  # fmt: skip
    return {"json": json.dumps(sent, separators=(",", ":"))}


def gradient_value(character: int, gradient: np.ndarray) -> dict[str, Any]:
    """The gradient of a letter as the script reads it: x and y (N,) int8 each, 127 is `most`.

    Args:
        character: the letter, from 0.
        gradient: (N, 2).
    """
    most = float(np.abs(gradient).max()) or 1.0
    x, y = np.rint(127 / most * gradient.T).astype(np.int8)
    return {"character": character, "x": packed(x), "y": packed(y), "most": most}
