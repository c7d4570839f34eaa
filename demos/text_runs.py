"""Runs of the text models for the page: what the server remembers of one, and what it sends."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from demos.refusals import refusal, refused
from demos.widgets.panel import Panel
from demos.widgets.writing import opening, stretch
from lstm_core import checkpoint
from lstm_core.memory.order import alike_together
from lstm_core.memory.reading import MAX_TEXT, Reading, read
from lstm_core.text.insight import Insight
from lstm_core.text.sampler import TextRequest, TextSampler, TextStep

ORDER = ["shakespeare", "wikipedia", "speeches", "c_source", "latex"]
PRIMES = {
    "shakespeare": "ROMEO:\n",
    "wikipedia": "  <page>\n    <title>Harmonic analysis</title>\n",
    "speeches": "My fellow Americans, ",
    "c_source": "/* Return the number of ",
    "latex": "\\begin{lemma}\n",
}
LONGEST_RUN = 20_000
"""Characters up to which a text can be continued: its memory cells are kept for the visitor."""

STRETCH_SECONDS = 0.08
"""Between two messages to the browser, which puts what they bring on the page at an even pace. More
of them keep it busy: each has Gradio copy the values of all components of the page."""

Cell = tuple[int, int]
"""Layer and number of a memory cell, from 1."""


class Part(NamedTuple):
    """A stretch of a run. With its last step it is one thing, so that a run which is stopped while
    it grows is whole all the same."""

    insight: Insight
    last: TextStep


@dataclass
class Run:
    """A text being written or written, as the server remembers it for one visitor."""

    model: str
    request: TextRequest
    prime: str  # as the network read it
    parts: list[Part] = field(default_factory=list)
    id: str = field(default_factory=lambda: secrets.token_hex(4))
    follows: str = ""  # the run that this one was copied from, to go on or to end there
    repeatable: bool = True  # by an address: not if the settings were changed on the way
    ended: bool = False  # by the visitor, before it was done or to have another in its place
    done: bool = False  # all of it is written

    @property
    def length(self) -> int:
        """Characters written."""
        return sum(len(part.insight.text) for part in self.parts)

    @property
    def insight(self) -> Insight:
        """The insight into all that is written; something must be."""
        return Insight.join([part.insight for part in list(self.parts)])

    def head(self) -> dict[str, Any]:
        """What every message of the run begins with; its settings are those of an address."""
        r = self.request
        link = {"tab": "text", "model": self.model, "prime": r.prime, "length": r.length,
                "seed": r.seed, "temperature": r.temperature, "top_k": r.top_k,
                "top_p": r.top_p}  # fmt: skip
        settings = {"name": f"{self.model}-{r.seed}", "link": link if self.repeatable else None}
        characters = sampler(self.model).vocabulary.characters
        return opening(self.id, self.follows, characters, self.prime, settings)

    def copy(self, **changes: Any) -> Run:
        """A run of its own that begins with what this one has written so far."""
        fresh = {"id": secrets.token_hex(4), "follows": self.id, "ended": False, "done": False}
        return replace(self, **{"parts": list(self.parts), **fresh, **changes})

    def whole(self, cell: Cell) -> dict[str, Any]:
        """The message that holds all of the run and says that it is done."""
        if not self.parts:
            return {**self.head(), "done": True}
        return {**self.head(), **stretch(self.insight, 0, cell), "done": True}


@cache
def models() -> dict[str, str]:
    """Shipped text models: name -> title, in the gallery's order."""
    cards = [checkpoint.read_card(name)[0] for name in checkpoint.names()]
    titles = {card.name: card.title for card in cards if card.task == "text"}
    return dict(sorted(titles.items(), key=lambda item: [*ORDER, item[0]].index(item[0])))


@cache
def _load(model: str) -> TextSampler:
    return TextSampler.from_checkpoint(model)


def sampler(model: object) -> TextSampler:
    """The sampler of a shipped text model.

    Raises:
        gr.Error: a sentence, if there is none of that name or its file cannot be used.
    """
    if not isinstance(model, str) or model not in models():
        raise refusal(f"There is no such text model; there are: {', '.join(models())}.")
    with refused():
        return _load(model)


def ask(**values: Any) -> TextRequest:
    """A checked request; what is wrong with it becomes a message on the page."""
    with refused():
        return TextRequest(**values)


def begin(model: str, request: TextRequest) -> tuple[Run, str]:
    """A run that has not written anything yet, and what is to be said about its prime."""
    reading = sampler(model).read(request.prime)
    return Run(model, request, reading.text), reading.note()


def follow(run: Run, request: TextRequest, cell: Cell) -> Iterator[dict[str, Any]]:
    """Let a run go on, as `follow_many`."""
    for (message,) in follow_many([run], [request], cell):
        yield message


def follow_many(
    runs: Sequence[Run], requests: Sequence[TextRequest], cell: Cell
) -> Iterator[list[dict[str, Any]]]:
    """Let runs of one model go on side by side.

    Args:
        runs: grow by what is written; all fresh, or all begun.
        requests: how to go on, one for each run and all of one length; their primes count only
            for fresh runs.
        cell: the memory cell to be shown.

    Yields:
        messages for the page, one for each run: the first character at once, then a stretch at a
        time. Each repeats the stretch before, should the browser have skipped that one; the last
        holds everything. Nothing more comes of runs that are ended meanwhile.
    """
    after = [run.parts[-1].last for run in runs if run.parts]
    yield from relay(runs, sampler(runs[0].model).stream_many(requests, after or None), cell)


def relay(
    runs: Sequence[Run], stream: Iterable[Sequence[TextStep]], cell: Cell
) -> Iterator[list[dict[str, Any]]]:
    """Let runs grow by what a stream brings: a step for each of them at a time.

    Yields:
        messages as `follow_many`.
    """
    heads = [run.head() for run in runs]
    before: list[Insight] = []
    waiting: list[Sequence[TextStep]] = []
    due = 0.0
    for steps in stream:
        if any(run.ended for run in runs):
            return
        waiting.append(steps)
        if time.monotonic() < due:
            continue
        starts = [run.length for run in runs]
        fresh = [keep(run, row) for run, row in zip(runs, zip(*waiting, strict=True), strict=True)]
        sent = fresh
        if before:
            sent = [Insight.join(pair) for pair in zip(before, fresh, strict=True)]
            starts = [start - len(b.text) for start, b in zip(starts, before, strict=True)]
        yield [
            {**head, **stretch(insight, start, cell)}
            for head, insight, start in zip(heads, sent, starts, strict=True)
        ]
        waiting, before, due = [], fresh, time.monotonic() + STRETCH_SECONDS
    if waiting:
        for run, row in zip(runs, zip(*waiting, strict=True), strict=True):
            keep(run, row)
    for run in runs:
        run.done = True
    yield [run.whole(cell) for run in runs]


def keep(run: Run, steps: Sequence[TextStep]) -> Insight:
    """Add steps to a run; the insight into them."""
    insight = Insight.of(steps)
    run.parts.append(Part(insight, steps[-1]))
    return insight


def end(run: Run | None) -> None:
    """Let a run that may be growing end where it stands: another text takes its place."""
    if run is not None:
        run.ended = True


def opening_request(model: str) -> TextRequest:
    """What is there when the page opens."""
    return TextRequest(prime=PRIMES.get(model, ""), length=900, temperature=0.7, seed=4)


@cache
def first_view(model: str, request: TextRequest) -> Run:
    """A run that is there before a visitor has done anything: a run like any other."""
    run, _ = begin(model, request)
    for _ in follow(run, request, (1, 1)):
        pass
    return run


@cache
def first_cell(model: str) -> Cell:
    """The cell to begin with: of the top layer, the one that changes most in the first view."""
    cells = first_view(model, opening_request(model)).insight.cells  # (N, L, H)
    return cells.shape[1], int(cells[:, -1].std(axis=0, dtype=np.float32).argmax()) + 1


def reread(run: Run) -> Reading:
    """What a run wrote after its prime, read once more with an eye on all gates and cells: of more
    than 5,000 characters the last, from a state of zeros."""
    return read(sampler(run.model), (run.prime + run.insight.text)[-MAX_TEXT:])


def inside(run: Run, cell: Cell) -> dict[str, Any]:
    """The memory cells of a run that is written, for the panel.

    It costs 0.35 s of one core for 1,000 characters of 2 x 512 cells; nothing for the first view.

    Args:
        run: something must be written.
        cell: to shade the text by, to begin with.
    """
    first = first_view(run.model, opening_request(run.model))
    if run.parts[-1] is first.parts[-1] and cell == first_cell(run.model):
        return first_inside(run.model)
    return shown(run, reread(run), cell)


@cache
def first_inside(model: str) -> dict[str, Any]:
    """The memory cells of the first view."""
    run = first_view(model, opening_request(model))
    return shown(run, reread(run), first_cell(model), keep=True)


def shown(run: Run, reading: Reading, cell: Cell, keep: bool = False) -> dict[str, Any]:
    """A reading in the panel, which begins at the first character written."""
    begun = max(0, len(reading) - run.length)
    return Panel.show(
        reading.trace, reading.text, order=order(run.model), step=begun, cell=cell,
        name=f"{run.model}-{run.request.seed}", keep=keep,
    )  # fmt: skip


@cache
def order(model: str) -> list[list[int]]:
    """The cells of each layer, those that behave alike side by side: as they are in the first view,
    so that a cell has the same place in the grid whatever is written."""
    reading = reread(first_view(model, opening_request(model)))
    layers = np.split(reading.cells, reading.layers, axis=1)
    return [alike_together(cells).tolist() for cells in layers]
