"""Context decides: the same last number, and another one follows."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from demos.card import card_table
from demos.heading import heading
from demos.refusals import refused
from demos.widgets.numbers import expected, numbers_view
from demos.widgets.panel import Panel
from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.sequences.numbers import Continuation, parse
from lstm_core.sequences.progressions import (
    KINDS,
    RANGE,
    RATIOS,
    TERMS,
    in_range,
    is_held_out,
    outside,
    recognise,
)
from lstm_core.sequences.sampler import NumbersReader

MODEL = "numbers"
EXAMPLES = ("6, 7, 8", "2, 4, 8")
OWN = "96, 48, 24"
INSIDE = ("10, 20, 30", "3, 9, 27", "5, 50, 500", "500, 350, 200", "625, 125, 25")
WRONG = ("7, 70, 700",)
OUTSIDE = ("1000, 1001, 1002", "1, 7, 49", "1, 1, 2, 3, 5, 8", "1, 4, 9, 16", "3, 2, 1, 0")

EXPLANATION = Path(__file__).with_name("numbers.md")
EVENT: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def build(page: gr.Blocks) -> None:
    """Put the section on the page."""
    heading(
        "Context decides",
        "What comes after 8? That depends on what came before it. An LSTM has read it all; the "
        "network beside it sees the last number only.",
    )
    if MODEL not in checkpoint.names():
        gr.Markdown(f"There is no model `{MODEL}` in the folder `checkpoints`.")
        return
    card = reader().card
    with gr.Row():
        for example in EXAMPLES:
            with gr.Column(min_width=320):
                numbers_view(shown(read(example)), elem_classes="example")
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            own = numbers_view(shown(read(OWN)), announce=True, elem_id="numbers")
        with gr.Column(scale=3, elem_classes="controls"):
            sequence = gr.Textbox(
                OWN, label="Your numbers", lines=1, max_length=400, elem_id="sequence",
                info="At least three whole numbers, with commas between them",
            )  # fmt: skip
            go_on = gr.Button(
                "What comes next?", variant="primary", elem_id="go-on",
                elem_classes="brings-numbers",
            )  # fmt: skip
            examples = [
                *example_buttons("In the range of the training", INSIDE),
                *example_buttons("In the range, never shown, and answered wrong", WRONG),
                *example_buttons("Outside the range", OUTSIDE),
            ]
    gr.HTML(measured(card), elem_classes="model-card", elem_id="numbers-measured")
    gr.Markdown("### A look inside: the memory cells over your numbers")
    inside = Panel(cells(read(OWN), keep=True), elem_id="numbers-cells")
    gr.Markdown(explanation(), elem_classes="explanation")
    with gr.Accordion("The two networks", open=False):
        gr.HTML(card_table(card), elem_classes="model-card")

    gr.on([go_on.click, sequence.submit], on_sequence, sequence, [own, inside.component], **EVENT)
    for button in examples:
        button.click(on_example, button, [sequence, own, inside.component], **EVENT)
    gr.api(explain_sequence, api_name="explain_sequence")


def prepare() -> None:
    """Nothing: a sequence is read within milliseconds."""


def example_buttons(title: str, sequences: tuple[str, ...]) -> list[gr.Button]:
    """A line of sequences to be clicked."""
    gr.Markdown(title, elem_classes="status")
    with gr.Row():  # each wide enough for its numbers
        return [
            gr.Button(
                sequence, size="sm", min_width=36 + 8 * len(sequence), elem_classes="brings-numbers"
            )
            for sequence in sequences
        ]


def explain_sequence(sequence: str = "6, 7, 8") -> dict[str, Any]:
    """Go on with a sequence of numbers, by an LSTM and by a network without memory.

    Args:
        sequence: 3 to 20 whole numbers from 0 to 99999, such as "6, 7, 8"

    Returns:
        the numbers as read; predicted: the number that the LSTM expects next, and its probability;
        the same of a feed-forward network that sees the last number only; what the sequence is, by
        formula, and how it goes on; whether it is in the range of the training, and held out of it
    """
    found = read(sequence)
    progression = recognise(found.numbers)
    return {
        "numbers": found.numbers,
        "predicted": found.lstm.number,
        "probability": found.lstm.probability,
        "feedforward": {
            "predicted": found.feedforward.number,
            "probability": found.feedforward.probability,
        },
        "kind": "none" if progression is None else progression.kind,
        "by_formula": None if progression is None else str(progression.next),
        "in_range": in_range(found.numbers),
        "held_out": is_held_out(found.numbers),
    }


def on_sequence(sequence: str) -> tuple[dict, dict]:
    """Read a visitor's numbers."""
    found = read(sequence)
    return shown(found), cells(found)


def on_example(sequence: str) -> tuple[str, dict, dict]:
    """Read the numbers of a button."""
    found = read(sequence)
    return ", ".join(map(str, found.numbers)), shown(found), cells(found)


def read(sequence: object) -> Continuation:
    """What the networks make of a sequence.

    Raises:
        gr.Error: a sentence that says what is accepted.
    """
    with refused():
        return reader().read(parse(sequence))


def reader() -> NumbersReader:
    """The shipped networks.

    Raises:
        gr.Error: a sentence, if they are not there or cannot be used.
    """
    with refused():
        return load(checkpoint.find(MODEL))


@cache
def load(path: Path) -> NumbersReader:
    """The networks of a checkpoint."""
    return NumbersReader.from_checkpoint(path)


def shown(found: Continuation) -> dict[str, Any]:
    """What the page shows of a sequence."""
    return expected(found, recognise(found.numbers), note(found.numbers))


def note(sequence: list[int]) -> str:
    """How a sequence stands to the training."""
    if why := outside(sequence):
        return f"Outside the range of the training: {why}. What the networks say is a guess."
    if is_held_out(sequence):
        return "In the range of the training, but held out: never shown to the networks."
    return "In the range of the training, and shown to the networks there."


def cells(found: Continuation, keep: bool = False) -> dict[str, Any]:
    """The memory cells over the numbers, for the panel."""
    labels = [str(number) for number in found.numbers]
    last = len(labels) - 1
    return Panel.show(found.trace, labels, chips=True, step=last, name="numbers", keep=keep)


def measured(card: Card | None) -> str:
    """The figures of the card on progressions that were held out, as a table."""
    results = [] if card is None else [r for r in card.results if r["split"] == "held_out"]
    if not results:
        return ""
    result = results[-1]
    rows = [
        "<tr><th>Right on held-out progressions</th><th>LSTM</th>"
        "<th>Feed-forward, last number only</th></tr>"
    ]
    for kind in KINDS:
        figures = (result["metrics"][f"{kind.replace(', ', '_')}_{net}"]
                   for net in ("lstm", "feedforward"))  # fmt: skip
        cells = "".join(f"<td>{100 * share:.2f} %</td>" for share in figures)
        rows.append(f"<tr><th>{kind.capitalize()}</th>{cells}</tr>")
    ratios = ", ".join(
        f"{ratio}: {100 * result['metrics'][f'ratio_{ratio}_lstm']:.1f} %" for ratio in RATIOS
    )
    words = (
        f"Of the geometric ones, by ratio, the LSTM: {ratios}. Three numbers read, all digits of "
        f"the fourth right; {result['n']:,} stretches of four that occur nowhere in the training. "
        f"Trained on {RANGE}, of up to {TERMS} numbers. "
        f"Measured by <code>{escape(result['command'])}</code>."
    )
    return f"<table>{''.join(rows)}</table><p>{words}</p>"


def explanation() -> str:
    """The section's text, with the range of the training as it is."""
    return EXPLANATION.read_text(encoding="utf-8").replace("{RANGE}", RANGE)
