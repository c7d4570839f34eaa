"""What the network thought while it wrote a chorale: likely pitches, and its memory cells."""

from __future__ import annotations

import numpy as np

from lstm_core.music.chorales.dataset import LOWEST, SILENCE, VOICES
from lstm_core.music.chorales.sampler import ChoraleRequest, ChoraleSampler, ChoraleStep
from lstm_core.trace import Trace


def likely_pitches(step: ChoraleStep, voice: int, count: int) -> list[tuple[int, float]]:
    """The likeliest pitches of a voice, each with its probability; silence is none of them."""
    probabilities = step.probabilities[voice].copy()
    probabilities[SILENCE] = 0
    best = np.argsort(-probabilities)[:count]
    return [(int(symbol) + LOWEST - 1, float(probabilities[symbol])) for symbol in best]


def watch(
    sampler: ChoraleSampler, request: ChoraleRequest, first: int, last: int
) -> tuple[Trace, list[int]]:
    """Write a chorale once more, and see what the memory cells did in some of its frames.

    Args:
        sampler: that wrote it.
        request: what was asked of it.
        first: frame to begin with.
        last: frame before which to end.

    Returns:
        the trace, four steps a frame, soprano first; and the pitch that each step wrote, -1 for
        silence.

    Raises:
        ValueError: if there are no such frames.
    """
    if not 0 <= first < last <= request.length:
        raise ValueError(f"a chorale of {request.length} frames has no frames {first} to {last}")
    traces: list[Trace] = []
    pitches: list[int] = []
    for step in sampler.stream(request, trace=True):
        if first <= step.frame < last:
            traces += step.cells
            pitches += [int(pitch) for pitch in step.pitches]
        if step.frame + 1 == last:
            break
    assert len(pitches) == VOICES * (last - first)
    return Trace.join(traces), pitches
