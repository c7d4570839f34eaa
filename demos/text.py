"""The Text tab: a character model writes letter by letter, and shows what it thought."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from demos.card import card_table
from demos.heading import heading
from demos.presses import anew
from demos.text_events import (
    TEMPERATURES,
    emptying,
    first_comparison,
    on_anew,
    on_cell,
    on_compare,
    on_continue,
    on_inside,
    on_model,
    on_open,
    on_panel,
    on_stop,
    on_stop_compare,
    on_write,
)
from demos.text_runs import (
    PRIMES,
    ask,
    begin,
    first_cell,
    first_inside,
    first_view,
    follow,
    models,
    opening_request,
    sampler,
)
from demos.widgets.learning import learning, learning_view
from demos.widgets.panel import Panel
from demos.widgets.writing import writing_view
from lstm_core.text.sampler import MAX_LENGTH, MAX_PRIME, MAX_SEED

NAME, TITLE = "text", "Text"
NETWORKS = ()

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
                write = gr.Button(
                    "Write", variant="primary", elem_id="write", elem_classes="brings-writing"
                )
                stop = gr.Button("Stop", elem_id="stop")
                go_on = gr.Button("Continue", elem_id="continue", elem_classes="brings-writing")
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
        "its last 5,000 characters, read once more from empty memory.",
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
        for value in TEMPERATURES:
            with gr.Column(min_width=280):
                heats.append(gr.Slider(0, 2, value, step=0.05, label="Temperature"))
                columns.append(writing_view(compact=True, elem_classes="compared"))

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
    write_event = anew(
        [write.click], emptying(on_write), [run, *request_inputs, new_seed, layer, cell],
        [view, run, seed, status, panel.component], stop=(on_anew, run, None),
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


if __name__ == "__main__":
    from demos import gallery, text

    gallery.serve(tabs=[text])
