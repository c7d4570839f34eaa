"""Why not a plain RNN: tasks with a long wait, and how far back a gradient reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demos.card import card_table
from demos.heading import heading
from demos.home.reach_plots import (
    CHECKPOINT,
    accuracies,
    clipped,
    kept_direction,
    networks,
    norms,
    reaches,
    sentence,
)
from demos.refusals import refusal, refused
from demos.widgets.curves import curves_view
from demos.widgets.trial import packed_trial, trial_view
from lstm_core import checkpoint
from lstm_core.lags.sampler import MAX_SEED, LagRequest
from lstm_core.lags.tasks import LAGS, TASKS
from lstm_core.sequences.cell import is_number

FIRST = LagRequest("adding", max(LAGS), seed=3)
FACTORS = [round(0.8 + 0.05 * k, 2) for k in range(15)]
"""By which the recurrent weights of the plain RNN can be multiplied: 0.8 to 1.5."""

FIRST_FACTOR = 1.5
EXPLANATION = Path(__file__).with_suffix(".md")
TRAINING = Path(__file__).with_name("reach_training.md")
QUEUE: dict[str, Any] = {
    "concurrency_id": "cpu", "show_progress": "hidden", "api_visibility": "private",
    "trigger_mode": "always_last",
}  # fmt: skip


def build(page: gr.Blocks) -> None:
    """Fill the section."""
    heading(
        "Why not a plain RNN",
        "Something at the beginning matters at the end. How long a wait does each network stand?",
    )
    if CHECKPOINT not in checkpoint.names():
        gr.Markdown("There is no checkpoint `lags` in the folder `checkpoints`.")
        return
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            trial = trial_view(shown(FIRST), elem_id="trial")
            accuracy = curves_view(accuracies(FIRST.task), elem_id="accuracy")
        with gr.Column(scale=3, elem_classes="controls"):
            task = gr.Radio(
                [(name.capitalize(), name) for name in TASKS], value=FIRST.task, label="Task",
                elem_id="lag-task",
            )  # fmt: skip
            lag = gr.Radio(
                [(f"{n:,}", n) for n in LAGS], value=FIRST.lag, label="Lag, in steps",
                info="each network was trained for it", elem_id="lag",
            )  # fmt: skip
            seed = gr.Number(
                FIRST.seed, precision=0, minimum=0, maximum=MAX_SEED, label="Seed",
                info="of the sequence to try", elem_id="lag-seed",
            )  # fmt: skip
            another = gr.Button(
                "Try another sequence", variant="primary", elem_id="another",
                elem_classes="brings-trial",
            )  # fmt: skip
            said = gr.Markdown(sentence(FIRST.task, FIRST.lag), elem_id="lag-said")
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            reach = curves_view(elem_id="reach")
            clip = curves_view(elem_id="clipping")
        with gr.Column(scale=3, elem_classes="controls"):
            factor = gr.Slider(
                FACTORS[0], FACTORS[-1], FIRST_FACTOR, step=0.05, elem_id="factor",
                label="Recurrent weights of an untrained plain RNN, times",
                info="a rotation at first: the broken line, and the gradients to be clipped",
            )  # fmt: skip
            kept = gr.Markdown(elem_id="clipping-said")
    gr.Markdown(EXPLANATION.read_text(encoding="utf-8"), elem_classes="explanation")
    with gr.Accordion("The thirty networks: how they were trained and judged", open=False):
        gr.Markdown(TRAINING.read_text(encoding="utf-8"), elem_classes="explanation")
        gr.HTML(card_table(networks().card), elem_classes="model-card")

    page.load(on_open, None, [reach, clip, kept], **QUEUE)
    everything = [trial, accuracy, said, reach, clip, kept]
    for choice in (task, lag):
        choice.input(on_choice, [task, lag, seed, factor], everything, **QUEUE)
    seed.input(on_seed, [task, lag, seed], trial, **QUEUE)
    another.click(on_another, [task, lag, seed], [trial, seed], **QUEUE)
    factor.input(on_factor, [task, lag, factor], [reach, clip, kept], **QUEUE)
    gr.api(hold_on, api_name="hold_on", concurrency_id="cpu")


def prepare() -> None:
    """Follow the gradients that are shown first: that takes a second or two."""
    if CHECKPOINT in checkpoint.names():
        on_open()


def ask(task: Any, lag: Any, seed: Any = 0) -> LagRequest:
    """A checked request; what is wrong with it becomes a message on the page."""
    with refused():
        return LagRequest(task, lag, seed)


def on_open() -> list:
    """The gradients that are shown first."""
    return on_factor(FIRST.task, FIRST.lag, FIRST_FACTOR)


def on_choice(task: str, lag: int, seed: int, factor: float) -> list:
    """Another task or lag: everything follows."""
    request = ask(task, lag, seed)
    gradients = on_factor(task, lag, factor)
    return [shown(request), accuracies(task).sent(), sentence(task, lag), *gradients]


def on_seed(task: str, lag: int, seed: int) -> dict[str, Any]:
    """Another sequence, by its seed."""
    return shown(ask(task, lag, seed))


def on_another(task: str, lag: int, seed: int) -> tuple[dict[str, Any], int]:
    """The next sequence, and its seed."""
    following = ask(task, lag, seed).seed + 1
    if following > MAX_SEED:
        following = 0
    return shown(ask(task, lag, following)), following


def on_factor(task: str, lag: int, factor: float) -> list:
    """Other recurrent weights: how far the gradient reaches, and what clipping makes of it."""
    request, times = ask(task, lag), checked_factor(factor)
    found = clipped(request.task, request.lag, times)
    reach = reaches(request.task, request.lag, times)
    return [reach.sent(), norms(found, times).sent(), kept_direction(found)]


def checked_factor(factor: object) -> float:
    """A factor that is on the slider.

    Raises:
        gr.Error: a sentence, if it is not.
    """
    if not is_number(factor) or round(float(factor), 2) not in FACTORS:
        raise refusal("The factor is from 0.8 to 1.5, in steps of 0.05.")
    return round(float(factor), 2)


def shown(request: LagRequest) -> dict[str, Any]:
    """A trial, as the page shows it."""
    return packed_trial(networks().trial(request))


def hold_on(task: str = "recall", lag: int = 100, seed: int = 0) -> dict[str, Any]:
    """Let a plain RNN, a GRU and an LSTM answer after a long wait.

    Args:
        task: recall, the first symbol; or adding, the sum of two marked numbers
        lag: 10, 30, 100, 300 or 1000 steps, for which the networks were trained
        seed: of the sequence, 0 to 4294967295

    Returns:
        `right`, what the answer should be, and `answers`: for each network `name`, `said`, `right`
        and, for a symbol, its `probabilities`
    """
    found = shown(ask(task, lag, seed))
    return {key: found[key] for key in ("task", "lag", "right", "answers")}
