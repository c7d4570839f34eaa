"""A sequence to hold on to, and what each of the networks answers."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from demos.widgets import widget
from lstm_core.lags.sampler import Trial
from lstm_core.lags.tasks import LETTERS, SYMBOLS

SCRIPTS = ("../shared/svg.js", "trial.js")

NAMES = {"rnn": "plain RNN", "gru": "GRU", "lstm": "LSTM"}
COLOURS = {"rnn": "minus", "gru": "gate-g", "lstm": "accent"}
"""Of the networks, in the palette of `demos.theme`."""


def trial_view(value: dict[str, Any] | None = None, **props: Any) -> gr.HTML:
    """Shows a trial; as the output of an event, return `packed_trial(...)`."""
    return widget("trial", value, scripts=SCRIPTS, **props)


def packed_trial(trial: Trial) -> dict[str, Any]:
    """A trial as the script reads it."""
    request, letters = trial.request, trial.request.task == "recall"

    def said(answer: float) -> str:
        return LETTERS[int(answer)] if letters else f"{answer:.3f}"

    return {
        "task": request.task,
        "lag": request.lag,
        "inputs": json.dumps(  # one text: Gradio copies values often, and long lists slowly
            [int(v) if letters else round(float(v), 3) for v in trial.inputs]
        ),
        "letters": LETTERS,
        "symbols": SYMBOLS,
        "marked": trial.marked,
        "right": said(trial.right_answer),
        "answers": [
            {
                "name": NAMES[answer.kind],
                "colour": COLOURS[answer.kind],
                "said": said(answer.said),
                "off": round(abs(answer.said - trial.right_answer), 3),
                "probabilities": [round(p, 4) for p in answer.probabilities],
                "right": answer.right,
            }
            for answer in trial.answers
        ],
    }
