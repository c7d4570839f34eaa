"""A visitor's hand: the blend of known hands that makes some ink likeliest.

The weights stay as they are. What is looked for is a vector of a style

    style = sum_w share_w style_w, with shares of the known writers w that are a softmax of z

with which the network finds the visitor's ink likeliest: the maximum over z of

    log Pr(ink | text, style)

from the known hand that comes nearest. Blends are what the network can write in: vectors that may
lie anywhere make the ink likelier still, but what is written with them can hardly be read.
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

STEPS = 25
SIDE_BY_SIDE = 16
"""Hands that a line is read in at once: of a long line, some 200 MB."""

LEARNING_RATE = 0.3

NEAREST, OTHERS = 2.0, -3.0
"""z of the nearest hand and of the others as the search begins: with some hundred hands, the first
has half of the blend."""


@dataclass(frozen=True)
class Fit:
    """How far the search for a hand has come."""

    step: int
    nats: float  # of the ink, in this hand
    style: np.ndarray  # (S,) the vector of the hand
    shares: np.ndarray  # (hands,) of the known hands in it


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
    """Look for the hand that wrote some ink, as a blend of the known ones.

    Args:
        sampler: with the network that is to write in this hand.
        ink: as the whiteboard would have seen it: `pads.whiteboard_ink`.
        nearest: name of the known hand to begin with; None: the likeliest.
        steps: of gradient descent (Adam), each about half a second for a line.

    Yields:
        the nearest hand, and then the blends that are tried, one a step.

    Raises:
        ValueError: a sentence, for characters that cannot be written.
    """
    line, hands = batch(sampler, ink), known(sampler)
    first = sampler.hands.index(nearest or next(iter(likeness(sampler, ink))))
    with torch.inference_mode():
        nats = nats_in(sampler, line, hands[[first]]).item()
    yield Fit(0, nats, hands[first].numpy(), np.eye(len(hands), dtype=np.float32)[first])
    z = torch.full((len(hands),), OTHERS)
    z[first] = NEAREST
    z.requires_grad_(True)
    optimizer = torch.optim.Adam([z], lr=LEARNING_RATE)
    for step in range(1, steps + 1):
        shares = z.softmax(0)
        style = shares @ hands
        loss = nats_in(sampler, line, style[None]).sum()
        yield Fit(step, loss.item(), style.numpy(force=True), shares.numpy(force=True))
        if step < steps:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
