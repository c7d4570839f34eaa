"""A visitor's hand: the ink of a pen pad as the whiteboard would have seen it, and its vector.

The weights stay as they are. What is looked for is the vector of a style with which the network
finds the visitor's ink likeliest, among vectors such as the known writers have: the maximum of

    log Pr(ink | text, style) + log N(style | mean and deviations of the known hands)

from the known hand that comes nearest. A single line says little of 32 numbers; the second term
keeps what it does not say as in other people's hands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lstm_core.handwriting.dataset import Batch, collate, offsets
from lstm_core.handwriting.mixture import mixture, nats
from lstm_core.handwriting.request import MAX_POINTS, Ink, check_points
from lstm_core.handwriting.sampler import WritingSampler
from lstm_core.ink.geometry import sweep

LETTER = 21.0
"""Points that the whiteboard saw of a character, spaces among them (mean of the training lines)."""

SWEEP = 175.0
"""How far the writers' pens went up or down in one sweep, in units of the whiteboard (median)."""

STEPS = 30
LEARNING_RATE = 0.1


@dataclass(frozen=True)
class Fit:
    """How far the search for a hand has come."""

    step: int
    nats: float  # of the ink, in this hand
    style: np.ndarray  # (S,) the vector of the hand


def whiteboard_ink(text: str, points: object) -> Ink:
    """Ink of any pen pad, in the size and at the pace of the whiteboard's writers.

    Args:
        text: what is written.
        points: (N, 3) x, y, pen_up as in `Ink`, in any unit, recorded at an even rate.

    Raises:
        ValueError: as `Ink`, or if the ink is a single dot.
    """
    array = check_points(points)
    array[-1, 2] = 1
    xy = array[:, :2].astype(np.float64)
    height = sweep(array) or float(np.ptp(xy, axis=0).max())
    if height == 0:
        raise ValueError("The ink is a single dot: write a few words.")
    count = min(MAX_POINTS, max(2.0, LETTER * len(text)))
    pieces = []
    for stroke in np.split(xy, np.flatnonzero(array[:, 2])[:-1] + 1):
        n = max(1, round(count * len(stroke) / len(xy)))
        at = np.linspace(0, len(stroke) - 1, n)
        places = np.arange(len(stroke))
        resampled = np.zeros((n, 3))
        for axis in range(2):
            resampled[:, axis] = np.interp(at, places, stroke[:, axis]) * (SWEEP / height)
        resampled[-1, 2] = 1
        pieces.append(resampled)
    return Ink(text, np.concatenate(pieces))


def known(sampler: WritingSampler) -> Tensor:
    """(hands, S) the vectors of the known writers."""
    return sampler.model.styles.weight[1:]


def batch(sampler: WritingSampler, ink: Ink) -> Batch:
    """The ink as a batch of one line."""
    ids = sampler.alphabet.encode(sampler.alphabet.read(ink.text))
    return collate([sampler.scale.normalise(offsets(ink.points))], [ids], [0])


def nats_in(sampler: WritingSampler, line: Batch, styles: Tensor) -> Tensor:
    """(N,) nats of one line in the hands of (N, S) vectors."""
    N = len(styles)
    outputs, _ = sampler.model(
        line.points.expand(N, -1, -1), line.ids.expand(N, -1), styles
    )  # (N, T, 6M + 1)
    return nats(mixture(outputs), line.targets.expand(N, -1, -1)).sum(1)


@torch.inference_mode()
def likeness(sampler: WritingSampler, ink: Ink) -> dict[str, float]:
    """Nats of some ink in every known hand, the likeliest first.

    Raises:
        ValueError: a sentence, for characters that cannot be written.
    """
    line = batch(sampler, ink)
    found = torch.cat([nats_in(sampler, line, part) for part in known(sampler).split(32)])
    order = found.argsort().tolist()
    return {sampler.hands[n]: found[n].item() for n in order}


def fit(sampler: WritingSampler, ink: Ink, steps: int = STEPS) -> Iterator[Fit]:
    """Look for the vector of the hand that wrote some ink.

    Args:
        sampler: with the network that is to write in this hand.
        ink: as the whiteboard would have seen it: `whiteboard_ink`.
        steps: of gradient descent (Adam), each about a second for a line.

    Yields:
        the vector after each step, from that of the nearest known hand on.

    Raises:
        ValueError: a sentence, for characters that cannot be written.
    """
    line, hands = batch(sampler, ink), known(sampler)
    nearest = hands[sampler.hands.index(next(iter(likeness(sampler, ink))))]
    mean, deviation = hands.mean(0), hands.std(0, unbiased=False).clamp(min=1e-3)
    z = ((nearest - mean) / deviation).requires_grad_(True)  # (S,)
    optimizer = torch.optim.Adam([z], lr=LEARNING_RATE)
    for step in range(steps + 1):
        style = mean + deviation * z
        loss = nats_in(sampler, line, style[None]).sum()
        yield Fit(step, loss.item(), style.numpy(force=True))
        if step < steps:
            optimizer.zero_grad()
            (loss + z.square().sum() / 2).backward()
            optimizer.step()
