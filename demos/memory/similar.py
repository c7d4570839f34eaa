"""Ask with a span: cells that mark a stretch of the text, and other passages that they mark."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from demos.memory.readings import Now
from demos.refusals import refusal, refused
from demos.text_runs import sampler
from demos.widgets.rows import rows
from lstm_core.checks import number
from lstm_core.data import DataError
from lstm_core.memory.cells import read_cells
from lstm_core.memory.finding import spread
from lstm_core.memory.spans import Marker, Span, markers, matches
from lstm_core.recipe import recipes
from lstm_core.text.sampler import TextRequest

SEARCHED = 40_000
"""Characters of the text that is searched: with 2 x 512 cells they take 41 MB."""

LENGTH = 5_000  # of each text that a model writes to be searched
AROUND = 45  # characters shown on either side of a passage
LONGEST = 160  # characters shown of a passage

CELL_COLUMNS = [("Cell", "number"), ("On when", "text"), ("Contrast", "number")]
PASSAGE_COLUMNS = [("Passage", "passage"), ("Cells on", "number")]

ASK = "Select a stretch of the text in the panel above."


@dataclass(frozen=True)
class Library:
    """A text to be searched."""

    text: str
    cells: np.ndarray  # (N, L * H) int8, see lstm_core.memory.cells
    origin: str  # where the text is from, to go on "passages of"


@lru_cache(maxsize=2)
def library(model: str) -> Library:
    """Text that the model has not learned from: the validation part of its data, where the data
    is on this machine, or else what the model writes itself."""
    chosen = sampler(model)
    try:
        held_out = recipes()[model].parts(None)["val"]  # type: ignore[attr-defined]
        text = chosen.read("".join(spread(held_out, SEARCHED))).text
        origin = "held-out text"
    except (DataError, ModuleNotFoundError, KeyError):
        requests = [
            TextRequest(length=LENGTH, temperature=0.8, seed=n) for n in range(SEARCHED // LENGTH)
        ]
        steps = list(chosen.stream_many(requests))
        text = "".join(step.character for row in zip(*steps, strict=True) for step in row)
        origin = "what the network writes itself (its held-out text is not on this machine)"
    ids = chosen.vocabulary.encode(text)
    return Library(text, read_cells(chosen.model, ids), origin)


@dataclass(frozen=True)
class Answer:
    """What there is to say of a stretch."""

    cells: list[Marker]
    passages: list[Span]
    library: Library


def ask(now: Now, threshold: object) -> Answer:
    """The cells that mark the selected stretch, and other passages that they mark.

    Raises:
        gr.Error: a sentence, if nothing is selected or the threshold is none.
    """
    if now.span is None:
        raise refusal(ASK)
    first, last = now.span
    reading = now.reading
    with refused():
        level = float(number("threshold", threshold, 0.05, 0.95, float))
        found = markers(reading.cells, first, last + 1, level, reading.hidden_size)
    searched = library(now.model)
    return Answer(found, matches(searched.cells, found, level) if found else [], searched)


def cells_table(answer: Answer | None) -> dict[str, Any]:
    """The cells, clearest first."""
    if answer is None:
        return rows(CELL_COLUMNS, [], ASK)
    content = [
        [f"{m.layer} · {m.cell}", "high" if m.sign > 0 else "low", f"{m.contrast:.2f}"]
        for m in answer.cells
    ]
    return rows(
        CELL_COLUMNS, content,
        "No cell is on all through this stretch and off beside it. Take another, or lower the "
        "threshold.",
    )  # fmt: skip


def passages_table(answer: Answer | None) -> dict[str, Any]:
    """The passages, those first where most of the cells are on."""
    if answer is None:
        return rows(PASSAGE_COLUMNS, [], "")
    text, count = answer.library.text, len(answer.cells)
    content = [
        [excerpt(text, span.start, span.end), f"{span.cells} of {count}"]
        for span in answer.passages
    ]
    return rows(PASSAGE_COLUMNS, content, "There is no other passage where they are on together.")


def excerpt(text: str, start: int, end: int) -> dict[str, Any]:
    """A passage in what is around it."""
    end_shown = min(end, start + LONGEST)
    before = text[max(0, start - AROUND) : start]
    passage, after = text[start:end_shown], text[end_shown : end_shown + AROUND]
    return {"text": before + passage + after, "mark": [len(before), len(before) + len(passage)]}
