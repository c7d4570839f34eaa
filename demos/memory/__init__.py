"""The Memory cells tab: what the cells of a text model remember, and what happens without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from demos.heading import heading
from demos.memory import api, bulk, meaning, reach, similar, surgery
from demos.memory.readings import Now, first_view, own_text, samples, show
from demos.text_runs import Run, ask, end, models, refusal, sampler
from demos.widgets.curves import curves_view
from demos.widgets.influence import influence_view
from demos.widgets.panel import Panel, choice, span
from demos.widgets.rows import chosen, rows_view
from demos.widgets.saturation import saturation_view
from demos.widgets.writing import writing_view
from lstm_core.memory.reading import MAX_TEXT
from lstm_core.text.sampler import number

NAME, TITLE = "memory", "Memory cells"

EXPLANATION = Path(__file__).with_name("memory.md")
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
BUSY: dict[str, Any] = {**QUIET, "concurrency_id": "cpu"}
OWN = "A text of your own"


def build(page: gr.Blocks) -> None:
    """Fill the tab."""
    names = list(models())
    if not names:
        gr.Markdown("There is no text model in the folder `checkpoints`.")
        return
    first = names[0]

    now = gr.State(None)
    runs = gr.State(None)
    with gr.Column(elem_classes="stage-first"):
        with gr.Row(elem_classes="controls-row"):
            with gr.Column(scale=3, min_width=260):
                model = gr.Dropdown(
                    [(title, name) for name, title in models().items()], value=first,
                    label="Model", info="The network that reads", elem_id="memory-model",
                )  # fmt: skip
                sample = gr.Dropdown(
                    choices(first), value=next(iter(samples(first)), OWN), label="Text",
                    info="What it reads", elem_id="memory-sample",
                )  # fmt: skip
            with gr.Column(scale=7, min_width=300):
                text = gr.Textbox(
                    label="The text", lines=4, max_lines=4, max_length=MAX_TEXT,
                    info=f"Change it, or paste your own: up to {MAX_TEXT:,} characters",
                    elem_id="memory-text",
                )  # fmt: skip
                with gr.Row(elem_classes="buttons"):
                    read_button = gr.Button("Read", variant="primary", elem_id="memory-read")
                    write_button = gr.Button("Write me one", elem_id="memory-write")
        with gr.Column(elem_classes="stage"):
            panel = Panel(empty="The network is reading …", elem_id="memory-panel")
    status = gr.Markdown(elem_classes="status", elem_id="memory-status")

    heading("Cells that mean something", "Click one to see the text coloured by it.")
    findings = rows_view(elem_id="memory-findings")
    found_how = gr.Markdown(elem_classes="status")

    heading(
        "Ask with a stretch of text",
        "Select a stretch in the panel above: which cells are on all through it and off beside it, "
        "and where else are the same cells on?",
    )
    threshold = gr.Slider(0.05, 0.95, 0.3, step=0.05, label="A cell is on from |tanh(c)| =")
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=260):
            marking = rows_view(similar.cells_table(None), elem_id="memory-marking")
        with gr.Column(scale=7, min_width=300):
            passages = rows_view(similar.passages_table(None), elem_id="memory-passages")
            searched = gr.Markdown(elem_classes="status")

    heading(
        "How far it remembers",
        "Click a character in the panel: those before it are shaded by their influence on the "
        "guess of it.",
    )
    influence = influence_view(
        empty="Click a character in the panel above.", elem_id="memory-influence"
    )
    context = curves_view(elem_id="memory-context")
    context_how = gr.Markdown(elem_classes="status")

    heading(
        "Surgery",
        "Change the memory at the character chosen in the panel, and let the network write on; "
        "beside it, what it would have written, with the same random numbers.",
    )
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=3, min_width=260, elem_classes="controls"):
            operation = gr.Dropdown(
                [(title, name) for name, title in surgery.OPERATIONS.items()],
                value=surgery.CLAMP, label="What is done", elem_id="memory-operation",
            )  # fmt: skip
            where = gr.Markdown(elem_classes="status", elem_id="memory-where")
            value = gr.Number(
                surgery.FIRST_VALUE, label="Value",
                info="of c, −100 to 100; of a forget gate, 0 (shut) to 1 (open)",
                elem_id="memory-value",
            )  # fmt: skip
            asked = surgery.FIRST_REQUEST
            length = gr.Slider(
                20, surgery.LONGEST, asked.length, step=20, label="Length, in characters"
            )
            with gr.Row():
                temperature = gr.Slider(
                    0, 2, asked.temperature, step=0.05, label="Temperature", min_width=120
                )
                seed = gr.Number(asked.seed, precision=0, minimum=0, label="Seed", min_width=90)
            with gr.Row(elem_classes="buttons"):
                operate = gr.Button("Operate", variant="primary", elem_id="memory-operate")
                stop = gr.Button("Stop", elem_id="memory-stop")
            outcome = gr.Markdown(elem_classes="status", elem_id="memory-outcome")
        sides = []
        for side in ("untouched", "operated"):
            with gr.Column(scale=4, min_width=280):
                gr.Markdown(f"**{side.capitalize()}**", elem_classes="status")
                sides.append(writing_view(compact=True, elem_id=f"memory-{side}"))

    heading("Does killing a cell break what it stands for?", "")
    worth_how = gr.Markdown(elem_classes="status")
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=260):
            worst = rows_view(elem_id="memory-worst")
        with gr.Column(scale=7, min_width=300):
            broken = rows_view(elem_id="memory-broken")

    heading(
        "Gates in bulk",
        "How often each cell's gates were as good as open (above 0.9) or shut (below 0.1) while "
        "the network read this text.",
    )
    bulk_view = saturation_view(empty="The network is reading …", elem_id="memory-bulk")

    heading("What is going on", "")
    gr.Markdown(EXPLANATION.read_text(encoding="utf-8"), elem_classes="explanation")

    read_outputs = [
        panel.component, now, status, influence, bulk_view, marking, passages, searched, where,
    ]  # fmt: skip
    known = [
        findings, found_how, worst, broken, worth_how, context, context_how, *sides, outcome,
    ]  # fmt: skip
    page.load(on_open, None, [sample, text, *known, *read_outputs], **QUIET)
    model.input(on_model, [model, runs], [sample, text, *known, *read_outputs], **BUSY)
    sample.input(on_sample, [model, sample, now], [text, *read_outputs], **BUSY)
    read_button.click(on_read, [model, text, now], read_outputs, **BUSY)
    write_button.click(on_write, [model, now], [sample, text, *read_outputs], **BUSY)

    panel.on_choice(
        on_choice, now, [now, influence, where], api_visibility="private", concurrency_id="cpu",
        trigger_mode="always_last",
    )  # fmt: skip
    influence.select(on_earlier, now, [panel.component, now, influence, where], **BUSY)
    answer = [now, marking, passages, searched]
    panel.on_span(
        on_span, [now, threshold], answer, api_visibility="private", concurrency_id="cpu",
        trigger_mode="always_last",
    )  # fmt: skip
    threshold.release(on_threshold, [now, threshold], answer, **BUSY)
    for view, cells_of in (
        (findings, meaning.confirmed), (worst, meaning.worst_cells), (broken, meaning.broken_cells),
    ):  # fmt: skip
        view.select(on_known(cells_of), now, [panel.component, now, where], **QUIET)
    marking.select(on_marker, [now, threshold], [panel.component, now, where], **QUIET)
    bulk_view.select(on_point, now, [panel.component, now, where], **QUIET)

    operated = operate.click(
        on_operate, [now, runs, operation, value, length, temperature, seed],
        [*sides, runs, outcome], **BUSY,
    )  # fmt: skip
    stop.click(None, cancels=[operated]).then(on_stop, runs, [*sides, outcome], **QUIET)
    api.offer()


def choices(model: str) -> list[str]:
    """The texts that can be chosen for a model."""
    return [*samples(model), OWN]


def prepare() -> None:
    """Have every model's first text read, and the order of its cells worked out."""
    for model in models():
        first_view(model, meaning.first_cell(model))
        surgery.first_operation(model)
        reach.networks(model)
    for model in list(models())[:1]:
        similar.library(model)


def on_open() -> list[Any]:
    """Show the first model."""
    return on_model(next(iter(models())))


def on_model(model: str, before: list[Run] | None = None) -> list[Any]:
    """Show another model: its first text, all that is known of its cells, and an operation."""
    sampler(model)
    for run in before or []:
        end(run)
    titles = choices(model)
    view, now = first_view(model, meaning.first_cell(model))
    known = [
        meaning.findings_table(model), meaning.findings_note(model), meaning.worst_table(model),
        meaning.broken_table(model), meaning.worth_note(model),
        reach.context_curves(model), reach.context_note(model),
        *surgery.both(surgery.first_operation(model)),
    ]  # fmt: skip
    return [gr.Dropdown(titles, value=titles[0]), now.text, *known, *shown(view, now)]


def on_sample(model: str, title: str, before: Now | None) -> list[Any]:
    """Read a shipped text; a visitor's own is read when it is there."""
    sampler(model)
    text = samples(model).get(title) if isinstance(title, str) else None
    if text is None:
        return [gr.skip()] * 10
    return [text, *read_again(model, text, before)]


def on_read(model: str, text: str, before: Now | None) -> list[Any]:
    """Read the text in the field."""
    sampler(model)
    return read_again(model, text, before)


def on_write(model: str, before: Now | None) -> list[Any]:
    """Let the model write a text, and read it."""
    sampler(model)
    text = own_text(model)
    return [OWN, text, *read_again(model, text, before)]


def read_again(model: str, text: str, before: Now | None) -> list[Any]:
    """A text in the panel, with the cell that was chosen before, if there is one."""
    same = before is not None and before.model == model
    cell = (before.at.layer, before.at.cell) if same and before else meaning.first_cell(model)
    return shown(*show(model, text, cell))


def shown(view: dict[str, Any], now: Now) -> list[Any]:
    """What belongs to a text that was just read."""
    return [
        view, now, now.reading.note, reach.shaded(now), bulk.saturation_of(now),
        similar.cells_table(None), similar.passages_table(None), "", place_of(now),
    ]  # fmt: skip


def on_choice(event: gr.EventData, now: Now | None) -> tuple:
    """A character or a cell was chosen in the panel."""
    before = there(now)
    now = replace(before, at=choice(event))
    moved = now.at.step != before.at.step
    return now, reach.shaded(now) if moved else gr.skip(), place_of(now)


def on_earlier(event: gr.EventData, now: Now | None) -> tuple:
    """An earlier character was chosen where influence is shown."""
    now = there(now)
    message = event._data
    step = message.get("step") if isinstance(message, dict) else None
    if type(step) is not int or not 0 <= step < len(now.reading):
        raise refusal("There is no such character in the text.")
    now = replace(now, at=now.at._replace(step=step))
    return Panel.choose(step=step), now, reach.shaded(now), place_of(now)


def on_span(event: gr.EventData, now: Now | None, threshold: float) -> tuple:
    """A stretch of the text was selected in the panel."""
    selected = span(event)
    return on_threshold(replace(there(now), span=(selected.first, selected.last)), threshold)


def on_threshold(now: Now | None, threshold: float) -> tuple:
    """Ask again about the stretch that is selected."""
    now = there(now)
    answer = similar.ask(now, threshold)
    found = f"Searched: {len(answer.library.text):,} characters of {answer.library.origin}."
    return now, similar.cells_table(answer), similar.passages_table(answer), found


def on_known(cells_of: Any) -> Any:
    """A handler for the choice of a cell in a table of the model that is on the page."""

    def on_row(event: gr.EventData, now: Now | None) -> tuple:
        cells = cells_of(there(now).model)
        of = cells[chosen(event, len(cells))]
        return point_at(there(now), of.layer, of.cell)

    return on_row


def on_marker(event: gr.EventData, now: Now | None, threshold: float) -> tuple:
    """A cell that marks the selected stretch was chosen."""
    now = there(now)
    cells = similar.ask(now, threshold).cells
    of = cells[chosen(event, len(cells))]
    return point_at(now, of.layer, of.cell)


def on_point(event: gr.EventData, now: Now | None) -> tuple:
    """A cell was chosen among the gates in bulk."""
    now = there(now)
    message = event._data if isinstance(event._data, dict) else {}
    layers, size = now.reading.layers, now.reading.hidden_size
    try:
        layer = int(number("layer", message.get("layer"), 1, layers, int))
        cell = int(number("cell", message.get("cell"), 1, size, int))
    except ValueError as error:
        raise refusal(str(error)) from None
    return point_at(now, layer, cell)


def point_at(now: Now, layer: int, cell: int) -> tuple:
    """Show a cell in the panel."""
    now = replace(now, at=now.at._replace(layer=layer, cell=cell))
    return Panel.choose(cell=(layer, cell)), now, place_of(now)


def place_of(now: Now) -> str:
    """Where an operation would take place, in a sentence."""
    before = " ".join(now.reading.text[max(0, now.at.step - 24) : now.at.step + 1].split())
    quoted = before.replace("`", "'") or " "
    return (
        f"After character {now.at.step + 1:,}, `…{quoted}`, on cell {now.at.cell} of layer "
        f"{now.at.layer}. Choose others in the panel."
    )


def on_operate(
    now: Now | None, before: list[Run] | None, kind: str, value: float, length: int,
    temperature: float, seed: int,
) -> Iterator[tuple]:  # fmt: skip
    """Write on with and without an operation."""
    now = there(now)
    for run in before or []:
        end(run)
    request = ask(length=length, temperature=temperature, seed=seed)
    if request.length > surgery.LONGEST:
        raise refusal(f"The length is a whole number from 1 to {surgery.LONGEST:,}.")
    at = now.at
    done = surgery.operations(kind, at.layer, at.cell, value)
    runs = surgery.begun(now.model, now.text, at.step, request)
    for messages in surgery.follow(runs, now.model, now.text, at.step, done, request):
        yield (*messages, runs, "")
    yield (*[gr.skip()] * 2, runs, surgery.verdict(runs))


def on_stop(runs: list[Run] | None) -> tuple:
    """End both texts where they stand."""
    if not runs:
        return gr.skip(), gr.skip(), ""
    for run in runs:
        end(run)
    return tuple(surgery.both(runs))


def there(now: Now | None) -> Now:
    """What a visitor has on the page.

    Raises:
        gr.Error: if nothing has been read yet.
    """
    if now is None:
        raise refusal("Nothing has been read yet. Choose a text first.")
    return now
