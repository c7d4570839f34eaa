"""Surgery on the memory, for the page: what the network writes after it, and what it would have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from demos.memory.meaning import first_cell
from demos.memory.readings import first_view, reading_of
from demos.refusals import refusal, refused
from demos.text_runs import Run, relay, sampler
from lstm_core.memory.operations import Clamp, Erase, HoldForget, Operation
from lstm_core.memory.reading import Reading
from lstm_core.memory.surgery import operate
from lstm_core.text.sampler import TextRequest, TextStep

CLAMP, ERASE, ERASE_LAYER = "clamp", "erase", "erase_layer"
HOLD, HOLD_LAYER, NOTHING = "hold_forget", "hold_forget_layer", "nothing"
OPERATIONS = {
    CLAMP: "Hold the cell at a value",
    HOLD: "Hold the cell's forget gate",
    HOLD_LAYER: "Hold the forget gates of its layer",
    ERASE_LAYER: "Erase the memory of its layer, once",
    ERASE: "Erase all memory, once",
    NOTHING: "Touch nothing (a control)",
}
"""What can be done, by the name that the API has for it."""

LONGEST = 1_000  # characters written on either side
BEFORE = 160  # characters of the text shown before what is written

FIRST_VALUE, FIRST_REQUEST = 3, TextRequest(length=240, temperature=0.5, seed=1)
"""Of the operation that is there before anything is asked: the cell is held at this value."""


def operations(kind: object, layer: object, cell: object, value: object) -> list[Operation]:
    """What a visitor wants done.

    Raises:
        gr.Error: a sentence that says what is wrong and what is accepted.
    """
    wanted: dict[str, Any] = {"layer": layer, "cell": cell, "value": value}
    with refused():
        if kind == CLAMP:
            return [Clamp(**wanted)]
        if kind == HOLD:
            return [HoldForget(**wanted)]
        if kind == HOLD_LAYER:
            return [HoldForget(layer=wanted["layer"], value=wanted["value"])]
        if kind == ERASE_LAYER:
            return [Erase(layer=wanted["layer"])]
        if kind == ERASE:
            return [Erase()]
        if kind == NOTHING:
            return []
    raise refusal(f"There is no such operation; there are: {', '.join(OPERATIONS)}.")


def pairs(
    model: str, reading: Reading, at: int, done: list[Operation], request: TextRequest
) -> Iterator[list[TextStep]]:
    """The two texts, a step of each at a time.

    Raises:
        gr.Error: a sentence, if the model has no such cell or the text no such character.
    """
    with refused():
        for pair in operate(sampler(model), reading, at, done, request):
            yield [pair.untouched, pair.operated]


def begun(model: str, text: str, at: int, request: TextRequest) -> list[Run]:
    """The two runs of an operation, before anything is written."""
    before = reading_of(model, text).text[max(0, at + 1 - BEFORE) : at + 1]
    return [Run(model, request, before, repeatable=False) for _ in range(2)]


def follow(
    runs: list[Run], model: str, text: str, at: int, done: list[Operation], request: TextRequest
) -> Iterator[list[dict[str, Any]]]:
    """Messages for the two sides, as they are written."""
    steps = pairs(model, reading_of(model, text), at, done, request)
    yield from relay(runs, steps, (1, 1))


@cache
def first_operation(model: str) -> list[Run]:
    """What the model writes on to its first text, untouched and with its first cell held."""
    _, now = first_view(model, first_cell(model))
    runs = begun(model, now.text, now.at.step, FIRST_REQUEST)
    done = operations(CLAMP, now.at.layer, now.at.cell, FIRST_VALUE)
    for _ in follow(runs, model, now.text, now.at.step, done, FIRST_REQUEST):
        pass
    return runs


def both(runs: list[Run]) -> list[Any]:
    """The two sides whole, and where they part."""
    return [*[run.whole((1, 1)) for run in runs], verdict(runs)]


def verdict(runs: list[Run]) -> str:
    """Where the two texts part, in a sentence."""
    untouched, operated = (run.insight.text if run.parts else "" for run in runs)
    for n, (a, b) in enumerate(zip(untouched, operated, strict=False)):
        if a != b:
            return f"The two part after {n:,} character{'s' * (n != 1)}."
    return f"The two are the same: {min(len(untouched), len(operated)):,} characters."
