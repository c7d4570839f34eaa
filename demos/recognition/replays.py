"""The replay of a line: which memory cells it shows, what was known when, what a letter owes to the
ink."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from demos.recognition.readings import (
    BOTH_WAYS,
    FORWARDS,
    Whole,
    peaks,
    read,
    read_by,
    sampler,
    shipped,
    trace_of,
)
from demos.widgets.four_rows import Replay, Strip, four_rows_value, gradient_value
from lstm_core.ink.strokes import Strokes
from lstm_core.recognition.request import ReadingRequest

STRIPS = 4
"""Memory cells that are shown of each direction."""


def replay_of(strokes: str, line: int, letter: int, *, fixed: bool = False) -> dict[str, str]:
    """A line for the four rows.

    Args:
        strokes: as the pad has them; they can be read.
        line: which of them, from 0.
        letter: whose gradient is shown, from 0; -1 for none.
        fixed: it was chosen by the visitor.
    """
    whole = read_by(strokes)
    reading = whole.lines[line]
    points, ends = points_of(whole, line)
    digest = hashlib.sha256(strokes.encode("utf-8", "replace")).hexdigest()[:16]
    places = np.searchsorted(reading.ink, [c.point for c in reading.characters]).tolist()
    gradient = sampler().gradient(whole.request, line, letter)[reading.ink] if letter >= 0 else None
    return four_rows_value(
        Replay(
            run=f"{digest}-{line}",
            name="handwriting",
            strokes=strokes,
            number=line,
            text=reading.text,
            points=points,
            ends=ends,
            letters=[
                (c.character, place, c.probability)
                for c, place in zip(reading.characters, places, strict=True)
            ],
            frames=np.searchsorted(reading.ink, reading.frame_points),
            peaks=peaks(reading),
            strips=strips(strokes, line),
            chosen=letter,
            gradient=gradient,
            fixed=fixed,
            so_far=so_far(points, ends),
        )
    )


def points_of(whole: Whole, line: int) -> tuple[np.ndarray, np.ndarray]:
    """(N, 2) the points of a line, and (N,) whether the pen was lifted after each."""
    strokes = whole.request.strokes
    up = np.zeros(sum(map(len, strokes)), dtype=bool)
    up[np.cumsum([len(stroke) for stroke in strokes]) - 1] = True
    ink = whole.lines[line].ink
    return np.concatenate(strokes)[ink], up[ink]


def so_far(points: np.ndarray, ends: np.ndarray) -> list[tuple[int, str]] | None:
    """What the network that reads forwards only knows of a line from which point on."""
    if not shipped(FORWARDS):
        return None
    strokes = np.split(points, np.flatnonzero(ends)[:-1] + 1)
    known = sampler(FORWARDS).so_far(ReadingRequest(Strokes(strokes)))
    return [(point, text.replace("\n", " ")) for point, text in known]


def strips(strokes: str, line: int) -> list[Strip]:
    """Memory cells that are worth watching while a line is read: of each direction those that move
    most, and most of all where a letter is recognised."""
    reading = read_by(strokes).lines[line]
    arrays = trace_of(strokes, line).arrays()
    names = sampler(BOTH_WAYS).layer_names
    at_letters = np.zeros(len(reading.frame_points), dtype=bool)
    for character in reading.characters:
        at_letters[max(0, character.frame - 1) : character.frame + 2] = True
    found: dict[bool, list[tuple[float, Strip]]] = {False: [], True: []}
    for n, name in enumerate(names, start=1):
        if name.startswith("lower"):
            continue  # it follows the pen, not the letters
        values = np.tanh(arrays[f"layer{n}.c"])  # (T, H)
        backwards = name.endswith("←")
        scores = liveliness(values, at_letters)
        for cell in np.argsort(-scores)[:STRIPS].tolist():
            strip = Strip(
                f"Layer {name}, memory cell {cell + 1}", f"{name} {cell + 1}", backwards,
                values[:, cell],
            )  # fmt: skip
            found[backwards].append((float(scores[cell]), strip))
    best = [sorted(found[way], key=lambda each: -each[0])[:STRIPS] for way in (False, True)]
    return [strip for side in best for _, strip in side]


def liveliness(values: np.ndarray, at_letters: np.ndarray) -> np.ndarray:
    """(H,) how much cells change, counting more what changes where letters are recognised.

    Args:
        values: (T, H) tanh(c).
        at_letters: (T,) whether a letter is recognised there.
    """
    moves = np.abs(np.diff(values, axis=0, prepend=values[:1]))  # (T, H)
    overall = moves.mean(axis=0) + 1e-9
    there = moves[at_letters].mean(axis=0) if at_letters.any() else overall
    return values.std(axis=0) * there / overall


def row_gradient(message: Any) -> dict[str, Any]:
    """What a letter owes to the ink: a server function of the four rows.

    Args:
        message: strokes, line and character, as a browser sends them.
    """
    given = message if isinstance(message, dict) else {}
    try:
        whole = read(given.get("strokes"))
        line, letter = whole.letter(given.get("line"), given.get("character"))
    except ValueError as error:
        return {"error": str(error)}
    gradient = sampler().gradient(whole.request, line, letter)
    return gradient_value(letter, gradient[whole.lines[line].ink])
