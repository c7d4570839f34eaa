"""A counter that one can read: ten cells, one of which counts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from demos.card import card_table
from demos.heading import heading
from demos.refusals import refused
from demos.widgets.counting import counted, counting_view
from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.checks import number
from lstm_core.sequences.counting import LONGEST_JUDGED, LONGEST_TRAINED, MOST_READ, rest
from lstm_core.sequences.sampler import Copy, Counter, CountRequest

MODEL = "counter"
OPENING = 12
HIGHEST = MOST_READ - 1  # letters a, with room for the x

EXPLANATION = Path(__file__).with_name("counter.md")
EVENT: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def build(page: gr.Blocks) -> None:
    """Put the section on the page."""
    heading(
        "A counter you can read",
        "Ten memory cells learned to write as many b as they have read a. Which of them counts, "
        "and how, can be seen with the naked eye.",
    )
    if MODEL not in checkpoint.names():
        gr.Markdown(f"There is no model `{MODEL}` in the folder `checkpoints`.")
        return
    card = counter().card
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            view = counting_view(shown(first_string(OPENING)), elem_id="counting")
        with gr.Column(scale=3, elem_classes="controls"):
            n = gr.Slider(
                1, HIGHEST, OPENING, step=1, label="Letters a", elem_id="count",
                info=f"Trained on up to {LONGEST_TRAINED}",
            )  # fmt: skip
            string = gr.Textbox(
                first_string(OPENING), label="Or your own string", max_length=MOST_READ,
                info="Letters a, b and x; after an x the network goes on", elem_id="string",
            )  # fmt: skip
            go_on = gr.Button(
                "Read it", variant="primary", elem_id="read-string", elem_classes="brings-counting"
            )
            gr.Markdown(measured(card), elem_classes="status", elem_id="counter-measured")
    gr.Markdown(EXPLANATION.read_text(encoding="utf-8"), elem_classes="explanation")
    with gr.Accordion("The network", open=False):
        gr.HTML(card_table(card), elem_classes="model-card")

    gr.on([go_on.click, string.submit], on_string, string, view, **EVENT)
    n.input(on_count, n, [string, view], trigger_mode="always_last", **EVENT)
    gr.api(count, api_name="count")


def prepare() -> None:
    """Nothing: a string is read within milliseconds."""


def first_string(n: int) -> str:
    """What is read before the network writes n times b."""
    return "a" * n + "x"


def count(string: str = "aaaaaaaaaaaax") -> dict[str, Any]:
    """Let the ten-cell LSTM go on with a string: as many b as there were a before the x.

    Args:
        string: 1 to 200 letters a, b and x, such as "aaax"

    Returns:
        read; written: what the network wrote, without the line break that ends it; right: whether
        that is as many b as there should be, null where no number of them is right; counting_cell,
        from 1, and its state after every letter read or written
    """
    copy = copied(string)
    cell = counter().counting_cell
    return {
        "read": copy.read,
        "written": copy.written.strip(),
        "right": copy.right,
        "counting_cell": cell + 1,
        "state": copy.cells[:, cell].tolist(),
    }


def on_string(string: str) -> dict[str, Any]:
    """Read a visitor's string."""
    return shown(string)


def on_count(n: float) -> tuple[str, dict[str, Any]]:
    """Read n times a, and an x."""
    with refused():
        string = first_string(int(number("number of letters a", n, 1, HIGHEST, int)))
    return string, shown(string)


def copied(string: object) -> Copy:
    """What the network makes of a string.

    Raises:
        gr.Error: a sentence that says what is accepted.
    """
    with refused():
        return counter().go_on(CountRequest(string))  # type: ignore[arg-type]  # checked there


def counter() -> Counter:
    """The shipped network.

    Raises:
        gr.Error: a sentence, if it is not there or cannot be used.
    """
    with refused():
        return load(checkpoint.find(MODEL))


@cache
def load(path: Path) -> Counter:
    """The network of a checkpoint."""
    return Counter.from_checkpoint(path)


def shown(string: object) -> dict[str, Any]:
    """What the page shows of a string."""
    copy = copied(string)
    text = copy.read + copy.written
    return counted(text, len(copy.read), copy.cells, counter().correlations.tolist(), note(copy))


def note(copy: Copy) -> str:
    """What came of a string."""
    if "x" not in copy.read:
        return "There is no x in it, so the network has only read it."
    letters = copy.written.strip()
    said = f"The network went on with {len(letters)} letter{'s' if len(letters) != 1 else ''}"
    said += " and ended" if copy.written.endswith("\n") else ", and was stopped there"
    if copy.right is None:
        return f"{said}. No training string begins like this one, so nothing is right or wrong."
    due = len(rest(copy.read) or "") - 1
    verdict = "right" if copy.right else f"wrong, as {due} times b was due"
    beyond = copy.read.count("a") > LONGEST_TRAINED
    where = f", beyond the training's {LONGEST_TRAINED}" if beyond else ""
    return f"{said}: {verdict}{where}."


def measured(card: Card | None) -> str:
    """The figures of the card, in a few sentences."""
    by_split = {result["split"]: result for result in card.results} if card else {}
    if not {"trained", "longer"} <= set(by_split):
        return ""
    trained, longer = (by_split[split]["metrics"] for split in ("trained", "longer"))
    return (
        f"Trained on counts from 0 to {LONGEST_TRAINED}; of these it copies "
        f"{100 * trained['right']:.0f} %, of those from {LONGEST_TRAINED + 1} to {LONGEST_JUDGED} "
        f"{100 * longer['right']:.0f} %. Every count up to {longer['all_right_up_to']:.0f} is "
        f"copied right. Measured by `{by_split['longer']['command']}`."
    )
