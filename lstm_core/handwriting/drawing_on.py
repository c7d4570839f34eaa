"""Going on with a drawing that somebody has begun, without a text.

The network has also learned lines whose text was withheld, for which the window shows nothing: then
it goes by the ink alone, as the network of Graves (2013), section 4, which only predicts.

Shapes: B ways to go on, N points of the drawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from lstm_core.checks import number
from lstm_core.handwriting.dataset import ANY_HAND, offsets
from lstm_core.handwriting.mixture import draw
from lstm_core.handwriting.request import MAX_BIAS, MAX_SEED, check_points
from lstm_core.handwriting.sampler import WritingSampler
from lstm_core.handwriting.stepper import PenState

MOST_WAYS = 4
LONGEST = 800


@dataclass(frozen=True, eq=False)
class DrawingRequest:
    """A drawing to go on with.

    Args:
        points: (N, 3) x, y, pen_up in units of the whiteboard, y down; N from 2 to 3,000:
            `pads.whiteboard_drawing`.
        lifted: whether the pen is lifted after the last point; else the network goes on with the
            stroke.
        ways: to go on, side by side, 1 to 4.
        length: points of each, 1 to 800.
        bias: 0 draws as carelessly as people do; higher is neater, up to 10.
        seed: of the random numbers, 0 to 4,294,967,295.

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """

    points: np.ndarray
    lifted: bool = False
    ways: int = 4
    length: int = 400
    bias: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", check_points(self.points))
        if not isinstance(self.lifted, bool):
            raise ValueError("Whether the pen is lifted is true or false.")
        for name, low, high, kind in (
            ("ways", 1, MOST_WAYS, int),
            ("length", 1, LONGEST, int),
            ("bias", 0, MAX_BIAS, float),
            ("seed", 0, MAX_SEED, int),
        ):
            object.__setattr__(self, name, number(name, getattr(self, name), low, high, kind))


@torch.inference_mode()
def draw_on(sampler: WritingSampler, request: DrawingRequest) -> Iterator[np.ndarray]:
    """Go on with a drawing, one point at a time.

    Args:
        sampler: whose network draws.
        request: what is there, and how to go on.

    Yields:
        (B, 3) dx, dy, pen_up of the next point of each way, in units of the whiteboard, from its
        point before; the first from the last of the drawing.
    """
    B = request.ways
    # Each way has random numbers of its own: it is the same however many there are.
    luck = [np.random.Generator(np.random.PCG64((request.seed, b))) for b in range(B)]
    moves = sampler.scale.normalise(offsets(request.points))
    moves[-1, 2] = request.lifted
    style = sampler.model.styles.weight[ANY_HAND]
    points, no_text = torch.from_numpy(moves[None, :-1]), torch.full((1, 1), -1)
    _, state = sampler.model(points, no_text, style[None])
    pen = PenState.of(state).rows([0] * B)
    constants = np.repeat(sampler.stepper.constants(style.numpy()[None]), B, axis=1)
    nowhere = np.zeros((B, 1, len(sampler.alphabet)), dtype=np.float32)
    bias, drawn = np.full(B, request.bias), np.repeat(moves[-1:], B, axis=0)
    for _ in range(request.length):
        thought = sampler.stepper(drawn, pen, nowhere, constants)
        fortune = [np.concatenate((one.random(2), one.standard_normal(2))) for one in luck]
        chosen = draw(thought.outputs, bias, np.stack(fortune))
        drawn, pen = chosen.astype(np.float32), thought.state
        yield sampler.scale.denormalise(drawn)
