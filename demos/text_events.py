"""What happens on the Text tab: an event each, from the visitor's wish to what the page shows."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, wraps
from html import escape
from typing import Any

import gradio as gr

from demos.card import card_table
from demos.refusals import refusal, refused
from demos.text_runs import (
    LONGEST_RUN,
    Cell,
    Run,
    ask,
    begin,
    end,
    first_cell,
    first_view,
    follow,
    follow_many,
    inside,
    models,
    opening_request,
    sampler,
)
from demos.widgets.learning import learning
from demos.widgets.panel import Panel, choice
from demos.widgets.writing import ENDED, cells
from lstm_core.checks import number
from lstm_core.text.sampler import MAX_LENGTH, TextRequest

NEW_SEED_BELOW = 1_000_000  # short enough to be read out and typed
TEMPERATURES = (0.4, 0.8, 1.2)
NUMBERS = ("length", "temperature", "top_k", "top_p", "seed")


@cache
def first_comparison(model: str) -> list[dict[str, Any]]:
    """The texts that stand side by side before anything is asked."""
    request = replace(opening_request(model), length=400)
    requests = [replace(request, temperature=heat) for heat in TEMPERATURES]
    *_, last = follow_many([begin(model, r)[0] for r in requests], requests, (1, 1))
    return last


def on_write(
    before: Run | None, model: str, prime: str, length: int, temperature: float, top_k: int,
    top_p: float, seed: int, new_seed: bool, layer: int, cell: int,
) -> Iterator[tuple]:  # fmt: skip
    """Write a new text from the prime."""
    if new_seed is True:
        seed = secrets.randbelow(NEW_SEED_BELOW)
    request = ask(
        prime=prime, length=length, temperature=temperature, top_k=top_k, top_p=top_p, seed=seed
    )
    run, note = begin(model, request)
    shown = cell_of(model, layer, cell)
    end(before)
    facts: tuple[Any, ...] = request.seed, escape(note)
    for message in follow(run, request, shown):
        yield message, run, *facts
        facts = gr.skip(), gr.skip()  # what a visitor changes meanwhile stays changed


def emptying(write: Callable[..., Iterator[tuple]]) -> Callable[..., Iterator[tuple]]:
    """An event that writes, with one output more: the panel, which its first message empties."""

    @wraps(write)
    def emptied(*asked: Any) -> Iterator[tuple]:
        panel = None
        for shown in write(*asked):
            yield *shown, panel
            panel = gr.skip()

    return emptied


def on_continue(
    run: Run | None,
    length: int,
    temperature: float,
    top_k: int,
    top_p: float,
    layer: int,
    cell: int,
) -> Iterator[tuple]:
    """Go on from where the text stopped, with the state that the network was in."""
    before = written(run)
    request = ask(
        prime=before.request.prime, seed=before.request.seed, length=length,
        temperature=temperature, top_k=top_k, top_p=top_p,
    )  # fmt: skip
    total = before.length + request.length
    if total > LONGEST_RUN:
        raise refusal(f"A text ends at {LONGEST_RUN:,} characters. Write a new one.")
    same_settings = replace(request, length=before.request.length) == before.request
    shown = cell_of(before.model, layer, cell)
    end(before)
    after = before.copy(
        request=replace(before.request, length=min(total, MAX_LENGTH)),
        repeatable=before.repeatable and same_settings and total <= MAX_LENGTH,
    )
    for message in follow(after, request, shown):
        yield message, after, ""


def on_stop(run: Run | None, layer: int, cell: int) -> tuple:
    """End the text where it stands."""
    stopped = written(run)
    end(stopped)
    stopped = stopped.copy()
    stopped.request = replace(stopped.request, length=min(stopped.length, MAX_LENGTH))
    stopped.done = True
    message = stopped.whole(cell_of(stopped.model, layer, cell))
    return message, stopped, f"Stopped after {stopped.length:,} characters."


def on_anew(run: Run | None) -> None:
    """Another text is about to take the place of one that is being written."""
    end(run)


def on_cell(run: Run | None, layer: int, cell: int) -> tuple[dict, dict]:
    """Shade the text by another memory cell."""
    at = cell_of(written(run).model, layer, cell)
    return {**shaded(run, at), "mode": "cell"}, Panel.choose(cell=at)


def shaded(run: Run | None, cell: Cell) -> dict[str, Any]:
    """The message that brings another memory cell of a text."""
    shown = written(run)
    head = shown.head()
    del head["done"]  # which it may be or not
    return {**head, **cells(shown.insight, 0, cell)}


def on_panel(event: gr.EventData, run: Run | None, layer: int, cell: int) -> tuple:
    """A cell was chosen in the panel: the stage has it too, however it is shaded now."""
    at = choice(event)
    if (at.layer, at.cell) == (layer, cell):
        return gr.skip(), gr.skip(), gr.skip()
    chosen = cell_of(written(run).model, at.layer, at.cell)
    return shaded(run, chosen), *chosen


def on_inside(run: Run | None, layer: int, cell: int) -> dict[str, Any]:
    """Show what the memory cells did in a text, unless it is still being written or another has
    taken its place."""
    if run is None or not run.done or run.ended:
        return gr.skip()
    return inside(run, cell_of(run.model, layer, cell))


def on_model(model: str, before: Run | None) -> list:
    """Show another model: its first text, its cells, its record, its card."""
    request = opening_request(model)
    run = first_view(model, request).copy(done=True)
    shown = [run.whole(first_cell(model)), run, "", request.prime, *about(model)]
    if before is not None and before.model == model:  # the list was opened and left as it was
        return [gr.skip()] * len(shown)
    end(before)
    return shown


def about(model: str) -> list:
    """What the page says of a model: the cells there are, its record, its card, a comparison."""
    chosen = sampler(model)
    config = chosen.model.config
    layer, cell = first_cell(model)
    return [
        gr.Slider(maximum=config.num_layers, value=layer),
        gr.Slider(maximum=config.hidden_size, value=cell),
        learning(chosen.history, "nats a character"),
        card_table(chosen.card),
        *first_comparison(model),
    ]


def on_compare(
    model: str, prime: str, length: int, top_k: int, top_p: float, seed: int, *heats: float
) -> Iterator[list[dict]]:
    """Write side by side, with one seed, at several temperatures."""
    requests = [
        ask(prime=prime, length=length, temperature=heat, top_k=top_k, top_p=top_p, seed=seed)
        for heat in heats
    ]
    runs = [begin(model, request)[0] for request in requests]
    yield from follow_many(runs, requests, (1, 1))


def on_stop_compare() -> list[dict]:
    """End the texts side by side where they stand."""
    return [ENDED] * len(TEMPERATURES)


def on_open(asked: gr.Request) -> Iterator[list]:
    """Show what the address asks for: a run to be repeated, or else what every page begins with."""
    names, known = list(models()), ("model", "prime", *NUMBERS)
    link = {name: value for name, value in asked.query_params.items() if name in known}
    model = link.get("model", names[0])
    status = ""
    if model not in names:
        model, link = names[0], {}
        status = "The address could not be followed: There is no such text model."
    default = opening_request(model)
    values: dict[str, Any] = {"prime": link.get("prime", default.prime)}
    for name in NUMBERS:
        values[name] = as_number(link[name]) if name in link else getattr(default, name)
    try:
        request = TextRequest(**values)
    except ValueError as error:
        request, link = default, {}
        status = f"The address could not be followed: {escape(str(error))}"
    numbers = [getattr(request, name) for name in NUMBERS]
    rest = [model, request.prime, *numbers, "seed" not in link, *about(model)]
    if request == default:
        run = replace(first_view(model, request))
        if not link and model == names[0]:  # all is there already but the comparison
            there = len(rest) - len(TEMPERATURES)
            yield [gr.skip(), run, status, *[gr.skip()] * there, *rest[there:]]
        else:
            yield [run.whole(first_cell(model)), run, status, *rest]
        return
    run, note = begin(model, request)
    for message in follow(run, request, first_cell(model)):
        yield [message, run, escape(note), *rest]
        rest = [gr.skip()] * len(rest)  # what a visitor changes meanwhile stays changed


def as_number(text: str) -> float | str:
    """A number of an address; what is none is left for `TextRequest` to refuse."""
    try:
        return float(text)
    except ValueError:
        return text


def written(run: Run | None) -> Run:
    """The run that a visitor has on the page.

    Raises:
        gr.Error: if nothing has been written yet.
    """
    if run is None or not run.parts:
        raise refusal("There is no text yet. Write one first.")
    return run


def cell_of(model: str, layer: object, cell: object) -> Cell:
    """A memory cell that the model has.

    Raises:
        gr.Error: a sentence that says which there are.
    """
    config = sampler(model).model.config
    with refused():
        return (
            int(number("layer", layer, 1, config.num_layers, int)),
            int(number("cell", cell, 1, config.hidden_size, int)),
        )
