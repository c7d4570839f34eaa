"""What the writing network says of the next point: twenty bell curves over where it may lie.

Graves (2013), "Generating Sequences With Recurrent Neural Networks", arXiv:1308.0850, section 4.1
(mixture density outputs after Bishop 1994). A point is (dx, dy, end): its offset from the point
before, and 1 if the pen is lifted after it. With M Gaussians, the probability of the next is::

    Pr(x) = sum_j pi_j N(x | mu_j, sigma_j, rho_j) * (e if the pen is lifted, else 1 - e)  (eq. 23)

The network works in offsets of mean 0 and standard deviation 1; `dataset.Scale` turns them into
units of the whiteboard.

Shapes: ... of any dimensions, M Gaussians.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

GAUSSIANS = 20  # M

ROUNDING = 0.007
"""Standard deviation that every Gaussian has at least, in normalised units.

It is that of the rounding to whole units of the whiteboard (1 / sqrt(12) of a unit, about 40 of
which are 1 here). Without it a network could make a density as high as it likes, at offsets of
exactly 0.
"""

MOST_CORRELATED = 0.999
"""Bound of rho: at 1 a Gaussian would be a line, of infinite density."""


class Mixture(NamedTuple):
    """The distribution of the next point."""

    log_pi: Tensor  # (..., M) logarithms of the weights
    mean: Tensor  # (..., M, 2) mu
    log_sigma: Tensor  # (..., M, 2)
    rho: Tensor  # (..., M) correlation of dx and dy
    end: Tensor  # (...,) logit of e, the probability that the pen is lifted

    @property
    def expected(self) -> Tensor:
        """(..., 2) the mean of the offset."""
        return (self.log_pi.exp().unsqueeze(-1) * self.mean).sum(-2)


def size(gaussians: int = GAUSSIANS) -> int:
    """How many numbers make a mixture: 121 for 20 Gaussians."""
    return 6 * gaussians + 1


def mixture(outputs: Tensor, bias: float = 0.0) -> Mixture:
    """The distribution that the outputs of a network stand for (eq. 18-22).

    Args:
        outputs: (..., 6M + 1): pi, mu in x, mu in y, sigma in x, sigma in y and rho of all
            Gaussians, and last the end of the stroke.
        bias: b of section 5.4: what is likely becomes likelier, what varies varies less
            (eq. 61, 62). 0 is what the network has learned.
    """
    M = (outputs.shape[-1] - 1) // 6
    pi, means, sigmas, rho, end = outputs.float().split([M, 2 * M, 2 * M, M, 1], -1)
    log_pi = (pi * (1 + bias)).log_softmax(-1)  # eq. 19, 62
    mean = means.unflatten(-1, (2, M)).transpose(-1, -2)  # eq. 20
    log_sigma = sigmas.unflatten(-1, (2, M)).transpose(-1, -2) - bias  # eq. 21, 61
    # Two independent errors add their variances: exp(2 log_sigma) + ROUNDING^2.
    floor = log_sigma.new_tensor(2 * math.log(ROUNDING))
    log_sigma = torch.logaddexp(2 * log_sigma, floor) / 2
    return Mixture(log_pi, mean, log_sigma, MOST_CORRELATED * rho.tanh(), end.squeeze(-1))


def log_density(m: Mixture, offsets: Tensor) -> Tensor:
    """(...,) log of the density at (..., 2) offsets (eq. 24, 25), summed in logarithms."""
    z = (offsets.unsqueeze(-2) - m.mean) * (-m.log_sigma).exp()  # (..., M, 2)
    free = 1 - m.rho.square()
    zx, zy = z.unbind(-1)
    squares = zx.square() + zy.square() - 2 * m.rho * zx * zy  # Z, eq. 25
    log_normal = (
        -squares / (2 * free) - m.log_sigma.sum(-1) - 0.5 * free.log() - math.log(2 * math.pi)
    )
    return torch.logsumexp(m.log_pi + log_normal, -1)


def nats(m: Mixture, points: Tensor) -> Tensor:
    """(...,) -log Pr of (..., 3) points: a term of the loss (eq. 26)."""
    lifted = F.binary_cross_entropy_with_logits(m.end, points[..., 2], reduction="none")
    return lifted - log_density(m, points[..., :2])


def draw(outputs: np.ndarray, bias: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Draw the next point of B lines, in NumPy, whose calls are quicker on rows this short.

    Args:
        outputs: (B, 6M + 1) as in `mixture`.
        bias: (B,) as in `mixture`.
        luck: (B, 4) random numbers: which Gaussian, and whether the pen is lifted, by inverting
            their distributions at a uniform number; and two from the standard normal distribution.

    Returns:
        (B, 3) points.
    """
    B, M = len(outputs), (outputs.shape[1] - 1) // 6
    rows, outputs, bias = np.arange(B), outputs.astype(np.float64), bias.astype(np.float64)
    pi = outputs[:, :M] * (1 + bias[:, None])
    reached = np.exp(pi - pi.max(axis=1, keepdims=True)).cumsum(axis=1)  # (B, M), not scaled
    j = (reached <= luck[:, :1] * reached[:, -1:]).sum(axis=1)  # (B,) the Gaussian
    chosen = outputs[:, M:-1].reshape(B, 5, M)[rows, :, j]  # (B, 5)
    mean, log_sigma = chosen[:, :2], chosen[:, 2:4] - bias[:, None]
    sigma = np.sqrt(np.exp(2 * log_sigma) + ROUNDING**2)
    rho = MOST_CORRELATED * np.tanh(chosen[:, 4])
    along, across = luck[:, 2], luck[:, 3]
    z = np.stack((along, rho * along + np.sqrt(1 - rho**2) * across), axis=1)
    lifted = luck[:, 1] < 0.5 * (1 + np.tanh(outputs[:, -1] / 2))  # a sigmoid
    return np.column_stack((mean + sigma * z, lifted))
