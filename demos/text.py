"""The Text tab: a character model writes letter by letter, and shows what it thought."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, wraps
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from demos.card import card_table
from demos.text_runs import (
    LONGEST_RUN,
    PRIMES,
    Cell,
    Run,
    ask,
    begin,
    end,
    first_cell,
    first_inside,
    first_view,
    follow,
    follow_many,
    inside,
    models,
    opening_request,
    refusal,
    sampler,
)
from demos.widgets.learning import learning, learning_view
from demos.widgets.panel import Panel, choice
from demos.widgets.writing import ENDED, cells, writing_view
from lstm_core.text.sampler import MAX_LENGTH, MAX_PRIME, MAX_SEED, TextRequest, number

NAME, TITLE = "text", "Text"

NEW_SEED_BELOW = 1_000_000  # short enough to be read out and typed
TEMPERATURES = (0.4, 0.8, 1.2)
NUMBERS = ("length", "temperature", "top_k", "top_p", "seed")
QUEUE: dict[str, Any] = {"concurrency_id": "cpu", "show_progress": "hidden"}
READING: dict[str, Any] = {
    "concurrency_id": "reading", "concurrency_limit": 1, "show_progress": "hidden",
    "api_visibility": "private",
}  # fmt: skip
"""One text is read at a time, and none takes the place of one that is written."""

EXPLANATION = Path(__file__).with_suffix(".md")


def build(page: gr.Blocks) -> None:
    """Fill the tab."""
    names = list(models())
    if not names:
        gr.Markdown("There is no text model in the folder `checkpoints`.")
        return
    first = names[0]
    shown = first_view(first, opening_request(first))
    config = sampler(first).model.config

    run = gr.State(None)
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            view = writing_view(shown.whole(first_cell(first)), elem_id="writing")
            with gr.Row(elem_classes="cell-row"):
                layer = gr.Slider(
                    1, config.num_layers, first_cell(first)[0], step=1, label="Layer",
                    info="1 reads the characters",
                )  # fmt: skip
                cell = gr.Slider(
                    1, config.hidden_size, first_cell(first)[1], step=1, label="Memory cell",
                    info="shades by tanh(c)",
                )  # fmt: skip
        with gr.Column(scale=3, elem_classes="controls"):
            model = gr.Dropdown(
                [(title, name) for name, title in models().items()], value=first, label="Model",
                info="What the network was trained on", elem_id="model",
            )  # fmt: skip
            prime = gr.Textbox(
                PRIMES.get(first, ""), label="Prime text", info="What it reads first",
                lines=3, max_lines=8, max_length=MAX_PRIME, elem_id="prime",
            )  # fmt: skip
            temperature = gr.Slider(
                0, 2, 0.7, step=0.05, label="Temperature", info="0 plays safe, 2 is wild"
            )
            with gr.Row(elem_classes="buttons"):
                write = gr.Button("Write", variant="primary", elem_id="write")
                stop = gr.Button("Stop", elem_id="stop")
                go_on = gr.Button("Continue", elem_id="continue")
            status = gr.Markdown(elem_classes="status", elem_id="status")
            with gr.Accordion("More settings", open=False):
                length = gr.Slider(1, MAX_LENGTH, 900, step=1, label="Length, in characters")
                top_k = gr.Slider(
                    0, 100, 0, step=1, label="Top-k", info="draw from the k likeliest; 0: from all"
                )
                top_p = gr.Slider(
                    0.01, 1, 1, step=0.01, label="Top-p",
                    info="draw from the likeliest that together reach p",
                )  # fmt: skip
                seed = gr.Number(
                    4, precision=0, minimum=0, maximum=MAX_SEED, label="Seed", elem_id="seed",
                    info="the same seed and settings write the same text",
                )  # fmt: skip
                new_seed = gr.Checkbox(True, label="Draw a new seed for every text")

    heading(
        "Look inside",
        "All gates and memory cells while the text above was read and written; of a very long one, "
        "its last 5,000 characters.",
    )
    panel = Panel(
        empty="The memory cells of a text are shown once it is written.", elem_id="inside"
    )

    heading(
        "The same luck at three temperatures",
        "One prime, one seed, one stream of random numbers; only the temperature differs.",
    )
    with gr.Row():
        compare = gr.Button("Compare", variant="primary", scale=0, min_width=140, elem_id="compare")
        stop_compare = gr.Button("Stop", scale=0, min_width=80)
    columns, heats = [], []
    with gr.Row():
        for value, side in zip(TEMPERATURES, first_comparison(first), strict=True):
            with gr.Column(min_width=280):
                heats.append(gr.Slider(0, 2, value, step=0.05, label="Temperature"))
                columns.append(writing_view(side, compact=True, elem_classes="compared"))

    heading("How it learned", "From noise to language: what the network wrote as training went on.")
    lessons = learning_view(
        learning(sampler(first).history, "nats a character"), elem_id="learning"
    )

    heading("What is going on", "")
    gr.Markdown(EXPLANATION.read_text(encoding="utf-8"), elem_classes="explanation")

    heading("The model", "Trained by this project; the card travels inside the checkpoint.")
    card = gr.HTML(card_table(sampler(first).card), elem_classes="model-card", elem_id="card")

    settings = [temperature, top_k, top_p]
    described = [layer, cell, lessons, card, *columns]
    request_inputs = [model, prime, length, *settings, seed]
    open_event = page.load(
        on_open, None,
        [view, run, status, *request_inputs, new_seed, *described],
        api_visibility="private", **QUEUE,
    )  # fmt: skip
    write_event = write.click(
        emptying(on_write), [run, *request_inputs, new_seed, layer, cell],
        [view, run, seed, status, panel.component],
        api_visibility="private", **QUEUE,
    )  # fmt: skip
    continue_event = go_on.click(
        emptying(on_continue), [run, length, *settings, layer, cell],
        [view, run, status, panel.component],
        api_visibility="private", **QUEUE,
    )  # fmt: skip
    stop_event = stop.click(None, cancels=[open_event, write_event, continue_event]).then(
        on_stop, [run, layer, cell], [view, run, status],
        api_visibility="private", show_progress="hidden", queue=False,
    )  # fmt: skip
    gr.on(
        [layer.input, cell.input], on_cell, [run, layer, cell], [view, panel.component],
        api_visibility="private", show_progress="hidden", trigger_mode="always_last",
    )  # fmt: skip
    panel.on_choice(
        on_panel, [run, layer, cell], [view, layer, cell],
        api_visibility="private",
    )  # fmt: skip
    model_event = model.input(
        on_model, [model, run], [view, run, status, prime, *described],
        api_visibility="private", show_progress="hidden",
    )  # fmt: skip
    compare_event = compare.click(
        on_compare, [model, prime, length, top_k, top_p, seed, *heats], columns,
        api_visibility="private", **QUEUE,
    )  # fmt: skip
    stop_compare.click(None, cancels=[compare_event]).then(
        on_stop_compare, None, columns,
        api_visibility="private", show_progress="hidden", queue=False,
    )  # fmt: skip
    for event in (open_event, write_event, continue_event, stop_event, model_event):
        event.success(on_inside, [run, layer, cell], panel.component, **READING)
    gr.api(write_text, api_name="write", concurrency_id="cpu")


def prepare() -> None:
    """Have the first texts of every model ready: writing them takes a second or two; then what
    their memory cells did."""
    for model in models():
        first_view(model, opening_request(model))
        first_comparison(model)
    for model in models():
        first_inside(model)


@cache
def first_comparison(model: str) -> list[dict[str, Any]]:
    """The texts that stand side by side before anything is asked."""
    request = replace(opening_request(model), length=400)
    requests = [replace(request, temperature=heat) for heat in TEMPERATURES]
    *_, last = follow_many([begin(model, r)[0] for r in requests], requests, (1, 1))
    return last


def heading(title: str, line: str) -> None:
    """The title of a section, and a line below it."""
    gr.Markdown(f"## {title}\n{line}", elem_classes="section-title")


def write_text(
    model: str = "shakespeare",
    prime: str = "",
    length: int = 500,
    temperature: float = 0.8,
    top_k: int = 0,
    top_p: float = 1.0,
    seed: int = 0,
) -> Iterator[str]:
    """Write text with a character-level LSTM, letter by letter.

    Args:
        model: shakespeare, wikipedia, speeches, c_source ... (see the page)
        prime: what the network reads first; characters it does not know are replaced or left out
        length: characters to write, 1 to 5000
        temperature: 0 always takes the likeliest character, 1 is the network's own choice, up to 2
        top_k: draw only from so many of the likeliest characters; 0 for all
        top_p: draw only from the likeliest characters that together reach this probability
        seed: the same seed and settings give the same text, 0 to 4294967295

    Returns:
        the text written so far, growing as it is streamed
    """
    request = ask(
        prime=prime, length=length, temperature=temperature, top_k=top_k, top_p=top_p, seed=seed
    )
    run, _ = begin(model, request)
    for _ in follow(run, request, (1, 1)):
        yield run.insight.text


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
    for message in follow(run, request, shown):
        yield message, run, request.seed, escape(note)


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
        if not link and model == names[0]:  # is there already
            yield [gr.skip(), run, status, *[gr.skip()] * len(rest)]
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
    try:
        return (
            int(number("layer", layer, 1, config.num_layers, int)),
            int(number("cell", cell, 1, config.hidden_size, int)),
        )
    except ValueError as error:
        raise refusal(str(error)) from None


if __name__ == "__main__":
    from demos import gallery, text

    gallery.serve(tabs=[text])
