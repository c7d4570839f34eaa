"""What might have been written instead: the density of a point, and other ways to go on from it.

The second is after the "hairs" of Carter, Ha, Johnson & Olah (2016), "Experiments in Handwriting
with a Neural Network", Distill: from one state of the network, many continuations that differ in
nothing but their random numbers.

Shapes: B futures, K points of each, M Gaussians.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from lstm_core.handwriting.mixture import draw
from lstm_core.handwriting.request import WritingRequest
from lstm_core.handwriting.sampler import WritingSampler, has_passed
from lstm_core.handwriting.stepper import PenState
from lstm_core.handwriting.steps import Expectation
from lstm_core.handwriting.watching import WatchedLine


@dataclass(frozen=True, eq=False)
class Futures:
    """Ways to go on.

    Attributes:
        points: (B, K, 3) x, y, pen_up in units of the whiteboard, from where the pen is, y down.
        lengths: (B,) points of each; one whose line came to its end has fewer than K.
    """

    points: np.ndarray
    lengths: np.ndarray


def luck_of(seed: int, futures: int, length: int) -> np.ndarray:
    """(B, K, 4) random numbers for `futures`: which Gaussian, whether the pen is lifted, and two of
    the standard normal distribution."""
    random = np.random.Generator(np.random.PCG64(seed))
    uniform = random.random((futures, length, 2))
    return np.concatenate((uniform, random.standard_normal((futures, length, 2))), axis=-1)


@torch.inference_mode()
def futures(
    sampler: WritingSampler,
    line: WatchedLine,
    point: int,
    request: WritingRequest,
    style: np.ndarray | None,
    luck: np.ndarray,
) -> Futures:
    """Write on from a point of a line, as often as there are random numbers for, side by side.

    Args:
        sampler: that wrote the line.
        line: as it was written.
        point: the first that is written anew, from 0.
        request, style: with which it was written.
        luck: (B, K, 4) as `luck_of` makes it.

    Raises:
        ValueError: a sentence, if the line has no such point.
    """
    if not 0 <= point < len(line):
        raise ValueError(f"The line has the points 0 to {len(line) - 1:,}.")
    B, K, _ = luck.shape
    text = f"{line.read} {line.text}" if line.read else line.text
    vector = sampler.style(request) if style is None else np.asarray(style, dtype=np.float32)
    constants = np.repeat(sampler.stepper.constants(vector[None].astype(np.float32)), B, axis=1)
    characters = np.zeros((1, len(text) + 1, len(sampler.alphabet)), dtype=np.float32)
    characters[0, np.arange(len(text)), sampler.alphabet.encode(text)] = 1
    characters, bias = np.repeat(characters, B, axis=0), np.full(B, request.bias)
    outputs, state = np.repeat(line.outputs(point), B, axis=0), repeated(line.state(point), B)
    moves, lengths = np.zeros((B, K, 3)), np.full(B, K)
    for k in range(K):
        points = draw(outputs, bias, luck[:, k]).astype(np.float32)
        moves[:, k] = sampler.scale.denormalise(points)
        thought = sampler.stepper(points, state, characters, constants)
        outputs, state = thought.outputs, thought.state
        for b in np.flatnonzero(lengths == K):
            if has_passed(thought.phi[b], len(text)):
                lengths[b], moves[b, k, 2] = k + 1, 1
        if lengths.max() <= k:
            break
    if point == 0 and line.moves_away:
        moves[:, 0, :2] = 0
    moves[:, :, :2] = moves[:, :, :2].cumsum(axis=1)
    return Futures(moves, lengths)


def repeated(state: PenState, count: int) -> PenState:
    """The state of one line, for so many side by side."""
    return state.rows([0] * count)


def density(
    expectation: Expectation, x: np.ndarray, y: np.ndarray, cell: float = 0.0
) -> np.ndarray:
    """The density of the next point over a grid (Graves 2013, eq. 24, 25): all Gaussians together.

    Args:
        expectation: of the point.
        x, y: (X,) and (Y,) places in units of the whiteboard, from where the pen is.
        cell: the distance of these places. The curves are made wider by half of it (independent
            errors add their variances), or a sharp one could pass between them unseen.

    Returns:
        (Y, X) per square unit of the whiteboard.
    """
    variance = expectation.deviation**2 + (cell / 2) ** 2  # (M, 2)
    sigma = np.sqrt(variance)
    rho = expectation.rho * expectation.deviation.prod(axis=1) / sigma.prod(axis=1)
    free = 1 - rho**2
    zx = (x[:, None] - expectation.mean[:, 0]) / sigma[:, 0]  # (X, M)
    zy = (y[:, None] - expectation.mean[:, 1]) / sigma[:, 1]  # (Y, M)
    height = expectation.pi / (2 * math.pi * sigma.prod(axis=1) * np.sqrt(free))  # (M,)
    # One Gaussian after the other: what they hold at a time stays small.
    found = np.zeros((len(y), len(x)))
    for m in range(len(height)):
        row, column = zx[None, :, m], zy[:, None, m]
        squares = row**2 + column**2 - 2 * rho[m] * row * column
        found += height[m] * np.exp(-squares / (2 * free[m]))
    return found


def curves_that_count(expectation: Expectation, share: float = 0.9) -> int:
    """How many Gaussians together have a share of the weight, the heaviest first."""
    reached = np.sort(expectation.pi)[::-1].cumsum()
    return min(int((reached < share * reached[-1]).sum()) + 1, len(reached))
