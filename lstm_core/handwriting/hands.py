"""A visitor's hand: the vector that makes some ink likeliest.

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
from lstm_core.handwriting.request import Ink
from lstm_core.handwriting.sampler import WritingSampler

STEPS = 30
SIDE_BY_SIDE = 16
"""Hands that a line is read in at once: of a long line, some 200 MB."""

LEARNING_RATE = 0.1


@dataclass(frozen=True)
class Fit:
    """How far the search for a hand has come."""

    step: int
    nats: float  # of the ink, in this hand
    style: np.ndarray  # (S,) the vector of the hand
    cost: float  # what is to be made small: the nats, and how unlike known hands the vector is


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
    found = torch.cat([nats_in(sampler, line, part) for part in known(sampler).split(SIDE_BY_SIDE)])
    order = found.argsort().tolist()
    return {sampler.hands[n]: found[n].item() for n in order}


@torch.inference_mode()
def in_any_hand(sampler: WritingSampler, ink: Ink) -> float:
    """Nats of some ink in no hand in particular, as the network writes without a vector.

    Raises:
        ValueError: a sentence, for characters that cannot be written.
    """
    return nats_in(sampler, batch(sampler, ink), sampler.model.styles.weight[:1]).item()


def fit(
    sampler: WritingSampler, ink: Ink, nearest: str | None = None, steps: int = STEPS
) -> Iterator[Fit]:
    """Look for the vector of the hand that wrote some ink.

    Args:
        sampler: with the network that is to write in this hand.
        ink: as the whiteboard would have seen it: `pads.whiteboard_ink`.
        nearest: name of the known hand to begin with; None: the likeliest.
        steps: of gradient descent (Adam), each about a second for a line.

    Yields:
        the vector after each step, from that of the nearest known hand on.

    Raises:
        ValueError: a sentence, for characters that cannot be written.
    """
    line, hands = batch(sampler, ink), known(sampler)
    first = hands[sampler.hands.index(nearest or next(iter(likeness(sampler, ink))))]
    mean, deviation = hands.mean(0), hands.std(0, unbiased=False).clamp(min=1e-3)
    z = ((first - mean) / deviation).requires_grad_(True)  # (S,)
    optimizer = torch.optim.Adam([z], lr=LEARNING_RATE)
    for step in range(steps + 1):
        style = mean + deviation * z
        loss = nats_in(sampler, line, style[None]).sum()
        cost = loss + z.square().sum() / 2
        yield Fit(step, loss.item(), style.numpy(force=True), cost.item())
        if step < steps:
            optimizer.zero_grad()
            cost.backward()
            optimizer.step()
