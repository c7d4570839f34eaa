"""What the network thought while it played: likely keys, and its memory cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from lstm_core.music.piano.events import KEYS, LOWEST, ON, STEPS_PER_SECOND, kind_of
from lstm_core.music.piano.request import PianoRequest
from lstm_core.music.piano.sampler import PianoSampler, PianoStep, opening
from lstm_core.trace import Trace


def likely_keys(step: PianoStep, count: int) -> list[tuple[int, float]]:
    """The likeliest keys to be struck at a step, each with its probability among all keys, given
    that one is struck."""
    logs = step.log_probs[ON : ON + KEYS].numpy().astype(np.float64)
    probabilities = np.exp(logs - logs.max())
    probabilities /= probabilities.sum()
    best = np.argsort(-probabilities)[:count]
    return [(int(key) + LOWEST, float(probabilities[key])) for key in best]


@torch.inference_mode()
def watch(
    sampler: PianoSampler, request: PianoRequest, events: Sequence[int], first: int, last: int
) -> Trace:
    """What the memory cells did as they read some of the events that were played.

    Args:
        sampler: that played.
        request: what was asked of it.
        events: that it played.
        first: event to begin with.
        last: event before which to end.

    Returns:
        the trace, a step for each event; the cells have read it, and all before it.

    Raises:
        ValueError: if there are no such events.
    """
    if not 0 <= first < last <= len(events):
        raise ValueError(f"of {len(events)} events, there are none from {first} to {last}")
    model = sampler.model
    before = torch.cat((opening(request)[0], torch.tensor(events[:first], dtype=torch.long)))
    _, state = model.lstm(model.embedding(before)[None])
    seen = torch.tensor(events[first:last], dtype=torch.long)
    return model.lstm(model.embedding(seen)[None], state, trace=True)[2]


def words(event: int, names: Sequence[str]) -> str:
    """An event in a few characters: "C4", "C4 up", "+120 ms", "vel 66".

    Args:
        event: its number.
        names: of the twelve pitch classes, C first.
    """
    kind, value = kind_of(event)
    if kind == "shift":
        return f"+{value * 1000 // STEPS_PER_SECOND} ms"
    if kind == "velocity":
        return f"vel {value}"
    if kind == "start":
        return "start"
    name = f"{names[value % 12]}{value // 12 - 1}"
    return name if kind == "on" else f"{name} up"
