"""How far a network remembers: the influence of earlier characters, for networks side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from typing import Any

import numpy as np

from demos.memory.readings import Now, reading_of
from demos.refusals import refusal, refused
from demos.text_runs import sampler
from demos.widgets.curves import Axis, Curves, Series
from demos.widgets.influence import Shading, influences
from lstm_core.checkpoint import CheckpointError
from lstm_core.memory.context import ContextCurve
from lstm_core.memory.influence import Influence, influence
from lstm_core.memory.network import Network
from lstm_core.rivals.sampler import RivalSampler, rivals
from lstm_core.text.sampler import TextSampler

LSTM = "LSTM"
COLOURS = ("accent", "gate-i", "gate-g")  # of the curves, in the order of `networks`
MOST = 0.9  # of the influence


@dataclass(frozen=True)
class Rival:
    """One of the networks that are set side by side."""

    network: Network
    curve: ContextCurve | None  # its loss by length of context, if it was measured
    steps: int  # of its training


@cache
def networks(model: str) -> dict[str, Rival]:
    """The networks to be set side by side for a model, by title: itself, and its rivals.

    Raises:
        gr.Error: a sentence, if a checkpoint cannot be used.
    """
    try:
        found: dict[str, TextSampler | RivalSampler] = {LSTM: sampler(model), **rivals(model)}
        return {
            title: Rival(
                Network.of(s.model), ContextCurve.of(s.history),
                s.card.training.get("steps", 0) if s.card else 0,
            )
            for title, s in found.items()
        }  # fmt: skip
    except (CheckpointError, ValueError) as error:
        raise refusal(escape(str(error))) from None


def reach(model: str, ids: np.ndarray, at: int) -> dict[str, Influence]:
    """The influence of the characters before one on the prediction of it, by network.

    Raises:
        gr.Error: a sentence, if nothing comes before it.
    """
    with refused():
        return {title: influence(n.network, ids, at) for title, n in networks(model).items()}


def shaded(now: Now) -> dict[str, Any]:
    """What came before the character that is pointed at, shaded by its influence."""
    found = reach_of(now.model, now.text, max(1, now.at.step))
    shadings = [Shading(title, note(f), f) for title, f in found.items()]
    return influences(now.run, now.reading.text, shadings)


@lru_cache(maxsize=32)
def reach_of(model: str, text: str, at: int) -> dict[str, Influence]:
    """`reach` in a text, remembered: another cell chosen at a character changes nothing of it."""
    return reach(model, reading_of(model, text).ids, at)


def note(found: Influence) -> str:
    """What a network expected, and how far back it looked, in a sentence."""
    probability = np.exp(found.log_prob)
    return (
        f"Gave what came {100 * probability:.1f} %. Nine tenths of the influence are in the last "
        f"{last(found.values):,} characters."
    )


def last(values: np.ndarray) -> int:
    """So many of the last characters hold nine tenths of the influence; at least one."""
    total = values.sum(dtype=np.float64)
    if total == 0:
        return 1
    held = values[::-1].cumsum(dtype=np.float64) / total
    return int(np.argmax(held >= MOST)) + 1


def context_note(model: str) -> str:
    """What the curves are, and how the networks compare, in two sentences."""
    measured = {title: n for title, n in networks(model).items() if n.curve}
    if not measured:
        return "The loss by length of context was not measured for this model."
    steps = ", ".join(f"{title} {n.steps:,}" for title, n in measured.items())
    return (
        "The mean loss at the same places of held-out text when a network may read only so many "
        f"characters before each, from a state of zeros. Steps of training: {steps}."
    )


def context_curves(model: str) -> dict[str, Any] | None:
    """The loss of each network as a function of the context it is allowed, as a plot."""
    measured = {title: n.curve for title, n in networks(model).items() if n.curve}
    if not measured:
        return None
    lengths = next(iter(measured.values())).lengths
    nats = [value for curve in measured.values() for value in curve.nats[1:]]
    series = []
    for (title, curve), colour in zip(measured.items(), COLOURS, strict=False):
        rows = list(zip(curve.lengths, curve.nats, curve.standard_errors, strict=True))[1:]
        points = [(length, round(loss, 4)) for length, loss, _ in rows]
        series.append(Series(title, colour, points, [(y - 2 * e, y + 2 * e) for _, y, e in rows]))
    return Curves(
        "Loss, nats a character, by length of context",
        f"{model}-context",
        Axis(1, lengths[-1], "characters of context", "characters", log=True, ticks=lengths[1:]),
        Axis(np.floor(5 * min(nats)) / 5, np.ceil(5 * max(nats)) / 5, "nats a character"),
        series,
        at=lengths[-1],
    ).sent()
