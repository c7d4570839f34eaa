"""The mixture density: against torch.distributions, and draws against what they are drawn from."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Categorical, MixtureSameFamily, MultivariateNormal

from lstm_core.handwriting.mixture import (
    MOST_CORRELATED,
    ROUNDING,
    draw,
    log_density,
    mixture,
    nats,
    size,
)

M = 5


def reference(outputs, bias=0.0):
    """The distribution of offsets, from Graves's equations by torch."""
    pi, mx, my, sx, sy, rho = outputs[..., :-1].double().chunk(6, -1)
    sx, sy = (torch.sqrt(torch.exp(s - bias) ** 2 + ROUNDING**2) for s in (sx, sy))
    across = MOST_CORRELATED * rho.tanh() * sx * sy
    rows = torch.stack((sx**2, across), -1), torch.stack((across, sy**2), -1)
    normals = MultivariateNormal(torch.stack((mx, my), -1), torch.stack(rows, -2))
    return MixtureSameFamily(Categorical(logits=pi * (1 + bias)), normals)


def test_a_mixture_of_twenty_is_121_numbers():
    assert size() == 121
    assert mixture(torch.zeros(7, size())).mean.shape == (7, 20, 2)


@pytest.mark.parametrize("bias", [0.0, 0.7, 3.0])
def test_density_mean_and_loss(bias):
    outputs, offsets = torch.randn(4, 3, size(M)), 2 * torch.randn(4, 3, 2)
    m, expected = mixture(outputs, bias), reference(outputs, bias)
    density = expected.log_prob(offsets.double())
    torch.testing.assert_close(log_density(m, offsets).double(), density, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(m.expected.double(), expected.mean, rtol=1e-5, atol=1e-5)
    lifted = torch.tensor([0.0, 1.0, 1.0]).expand(4, 3)
    lift = Bernoulli(logits=outputs[..., -1]).log_prob(lifted)
    points = torch.cat((offsets, lifted.unsqueeze(-1)), -1)
    torch.testing.assert_close(nats(m, points).double(), -(density + lift), rtol=1e-4, atol=1e-4)


def test_nothing_overflows():
    """Far off, sure of itself, and on a line: still a loss with a gradient to follow."""
    for value in (-60.0, 60.0):
        outputs = torch.full((2, size(M)), value, requires_grad=True)
        points = torch.tensor([[0.0, 0.0, 1.0], [60.0, -60.0, 0.0]])
        loss = nats(mixture(outputs), points).sum()
        loss.backward()
        assert torch.isfinite(loss)
        assert torch.isfinite(outputs.grad).all()


def test_no_density_beyond_the_rounding():
    outputs = torch.zeros(size(1))
    outputs[3:5] = -50.0
    peak = log_density(mixture(outputs), torch.zeros(2))
    assert peak.item() == pytest.approx(-math.log(2 * math.pi * ROUNDING**2), rel=1e-5)


@pytest.mark.parametrize("bias", [0.0, 1.0])
def test_draws_have_the_moments_of_the_mixture(bias):
    outputs = torch.randn(size(M))
    expected, N = reference(outputs, bias), 40_000
    random = np.random.default_rng(1)
    luck = np.column_stack((random.random((N, 2)), random.standard_normal((N, 2))))
    points = draw(np.tile(outputs.numpy(), (N, 1)), np.full(N, bias), luck)
    xy, up = points[:, :2], points[:, 2]
    deviation = expected.variance.sqrt().numpy()
    np.testing.assert_allclose(xy.mean(0), expected.mean.numpy(), atol=5 * deviation.max() / 200)
    np.testing.assert_allclose(xy.std(0), deviation, rtol=0.02)
    many = expected.sample((N,)).numpy()
    np.testing.assert_allclose(np.cov(xy.T), np.cov(many.T), rtol=0.05, atol=0.05)
    assert set(up) == {0.0, 1.0}
    assert up.mean() == pytest.approx(outputs[-1].sigmoid().item(), abs=0.015)


def test_the_gaussian_is_drawn_by_its_weight():
    outputs = torch.zeros(size(2))
    outputs[0] = math.log(3)  # weights 3/4 and 1/4
    outputs[2:4] = torch.tensor([-5.0, 5.0])  # mu in x
    outputs[6:10] = -9.0
    luck = np.column_stack(((np.arange(1_000) + 0.5) / 1_000, *np.zeros((3, 1_000))))
    x = draw(np.tile(outputs.numpy(), (1_000, 1)), np.zeros(1_000), luck)[:, 0]
    assert (x < 0).sum() == 750
    sure = draw(np.tile(outputs.numpy(), (1_000, 1)), np.full(1_000, 9.0), luck)[:, 0]
    assert (sure < 0).mean() > 0.999
