"""The Memory cells tab: what the cells of a text model remember, and what happens without them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demos.heading import heading
from demos.memory import api, events, meaning, similar, surgery
from demos.memory.readings import samples
from demos.text_runs import models
from demos.widgets.curves import curves_view
from demos.widgets.influence import influence_view
from demos.widgets.panel import Panel
from demos.widgets.rows import rows_view
from demos.widgets.saturation import saturation_view
from demos.widgets.writing import writing_view
from lstm_core.memory.reading import MAX_TEXT

NAME, TITLE = "memory", "Memory cells"
NETWORKS = ()

EXPLANATION = Path(__file__).with_name("memory.md")
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
BUSY: dict[str, Any] = {**QUIET, "concurrency_id": "cpu"}


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
                titles = events.choices(first)
                sample = gr.Dropdown(
                    titles, value=titles[0], label="Text", info="What it reads",
                    elem_id="memory-sample",
                )  # fmt: skip
            with gr.Column(scale=7, min_width=300):
                text = gr.Textbox(
                    next(iter(samples(first).values()), None), label="The text",
                    lines=4, max_lines=4, max_length=MAX_TEXT,
                    info=f"Change it, or paste your own: up to {MAX_TEXT:,} characters",
                    elem_id="memory-text",
                )  # fmt: skip
                with gr.Row(elem_classes="buttons"):
                    read_button = gr.Button(
                        "Read", variant="primary", elem_id="memory-read",
                        elem_classes="brings-memory-panel",
                    )  # fmt: skip
                    write_button = gr.Button(
                        "Write me one", elem_id="memory-write", elem_classes="brings-memory-panel"
                    )
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
            temperature = gr.Slider(0, 2, asked.temperature, step=0.05, label="Temperature")
            seed = gr.Number(asked.seed, precision=0, minimum=0, label="Seed")
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
        panel.component, now, status, marking, passages, searched, where, influence, bulk_view,
    ]  # fmt: skip
    known = [
        findings, found_how, worst, broken, worth_how, context, context_how, *sides, outcome,
    ]  # fmt: skip
    page.load(events.on_open, None, [sample, text, *known, *read_outputs], **QUIET)
    model.input(events.on_model, [model, runs], [sample, text, *known, *read_outputs], **BUSY)
    sample.input(events.on_sample, [model, sample, now], [text, *read_outputs], **BUSY)
    read_button.click(events.on_read, [model, text, now], read_outputs, **BUSY)
    write_button.click(events.on_write, [model, now], [sample, text, *read_outputs], **BUSY)

    panel.on_choice(
        events.on_choice, now, [now, where], api_visibility="private", trigger_mode="always_last"
    )
    panel.on_choice(
        events.on_character, now, influence,
        api_visibility="private", concurrency_id="cpu", trigger_mode="always_last",
    )  # fmt: skip
    influence.select(events.on_earlier, now, [panel.component, now, influence, where], **BUSY)
    answer = [marking, passages, searched]
    panel.on_span(
        events.on_span, [now, threshold], [now, *answer],
        api_visibility="private", concurrency_id="cpu", trigger_mode="always_last",
    )  # fmt: skip
    threshold.release(events.on_threshold, [now, threshold], answer, **BUSY)
    for view, cells_of in (
        (findings, meaning.confirmed), (worst, meaning.worst_cells), (broken, meaning.broken_cells),
    ):  # fmt: skip
        view.select(events.on_known(cells_of), now, [panel.component, now, where], **QUIET)
    marking.select(events.on_marker, [now, threshold], [panel.component, now, where], **QUIET)
    bulk_view.select(events.on_point, now, [panel.component, now, where], **QUIET)

    operated = operate.click(
        events.on_operate, [now, runs, operation, value, length, temperature, seed],
        [*sides, runs, outcome], **BUSY,
    )  # fmt: skip
    stop.click(None, cancels=[operated]).then(events.on_stop, runs, [*sides, outcome], **QUIET)
    api.offer()


def prepare() -> None:
    """Have what every visitor sees of each model, and a text to be searched for the first."""
    for model in models():
        events.first_page(model)
    for model in list(models())[:1]:
        similar.library(model)
