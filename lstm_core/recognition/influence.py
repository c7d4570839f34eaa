"""What a character that was read owes to each point of the ink: a gradient.

Graves showed it below the memory cells in his demonstrations of this network: where a small change
of the pen's path would have changed the output most, there the network looked.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lstm_core.ink.geometry import resample
from lstm_core.recognition.features import FARTHEST, STEP
from lstm_core.recognition.model import ReaderModel


def pen_gradient(model: ReaderModel, points: np.ndarray, frame: int, label: int) -> np.ndarray:
    """The gradient of the log probability of an output at a frame.

    It goes back through the network, the features and the evening of the path, whose points slide
    along it as it grows longer.

    Args:
        model: in evaluation mode.
        points: (N, 3) a normalised trajectory.
        frame: of the output.
        label: number of the output.

    Returns:
        (N, 2) with respect to x and y of every point, in nats for a height of the line.
    """
    with torch.enable_grad():
        xy = torch.tensor(points[:, :2], dtype=torch.float64, requires_grad=True)
        x = path_features(xy, points[:, 2] > 0)[None]  # (1, M, F)
        logits, _ = model(x.to(next(model.parameters()).dtype), torch.tensor([x.shape[1]]))
        (gradient,) = torch.autograd.grad(logits[0, frame].log_softmax(-1)[label], xy)
    return gradient.numpy()


def path_features(xy: Tensor, up: np.ndarray, step: float = STEP) -> Tensor:
    """The features of the evened path, as `ink.geometry.resample` and `recognition.features` make
    them, with a gradient.

    Args:
        xy: (N, 2) float64 positions. up: (N,) whether a stroke ends.

    Returns:
        (M, F) float64.
    """
    ends = np.flatnonzero(up)
    starts = np.concatenate(([0], ends[:-1] + 1))
    path = resample(np.column_stack((xy.detach().numpy(), up)), step).points
    last = np.flatnonzero(path[:, 2])
    first = np.concatenate(([0], last[:-1] + 1))
    stroke = np.repeat(np.arange(len(ends)), last - first + 1)  # (M,)
    share = (np.arange(len(path)) - first[stroke]) / (last - first)[stroke]  # (M,) of its length

    tiny = 1e-9 * step  # keeps the root differentiable where the pen rests
    moves = (xy.diff(dim=0).square().sum(-1) + tiny**2).sqrt()  # (N - 1,)
    moves = moves.clone()
    moves[ends[:-1]] = step
    along = torch.cat((moves.new_zeros(1), moves.cumsum(0)))  # (N,)
    lengths = along[ends] - along[starts]
    wanted = along[starts][stroke] + lengths[stroke] * torch.from_numpy(share)  # (M,)
    # The piece of the path that each point lies on; the ends of strokes are points themselves.
    piece = np.searchsorted(along.detach().numpy(), wanted.detach().numpy(), side="right") - 1
    piece = np.clip(piece, starts[stroke], np.maximum(ends[stroke] - 1, starts[stroke]))
    after = np.minimum(piece + 1, ends[stroke])
    gap = along[after] - along[piece]
    part = (wanted - along[piece]) / torch.where(gap > 0, gap, torch.ones_like(gap))
    made = xy[piece] + part[:, None] * (xy[after] - xy[piece])  # (M, 2)

    begins = torch.zeros(len(path), 1, dtype=xy.dtype)
    begins[first] = 1
    ups = torch.from_numpy(path[:, 2:3])
    moves = made.diff(dim=0, prepend=made[:1])
    x, y = made.unbind(-1)
    behind = x.cummax(0).values - x
    rest = torch.cat((moves * begins, begins, ups, 2 * y[:, None], behind[:, None]), dim=1)
    return torch.cat((moves * (1 - begins) / step, rest.clamp(-FARTHEST, FARTHEST)), dim=1)
