"""How far a gradient reaches: against autograd, finite differences and closed forms."""

import math

import pytest
import torch
from torch import nn

from lstm_core.lags.model import KINDS, LagConfig, LagModel
from lstm_core.lags.reach import clipping, double, length, profile, reach, scaled, stepper
from lstm_core.lags.tasks import TASKS, loss, sequences

H = 5


def network(task="recall", kind="rnn", scale=1.0):
    model = LagModel(LagConfig(task, kind, hidden_size=H, horizon=20))
    with torch.no_grad():
        for p in model.parameters():
            p.mul_(scale)
    return double(model)


def states(model, x):
    """The states of all steps, the first one before any input."""
    step, size = stepper(model)
    found = [x.new_zeros(len(x), size).double()]
    for t in range(x.shape[1]):
        found.append(step(x[:, t].double(), found[-1]))
    return found


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_steps_are_those_of_the_network(task, kind):
    model = network(task, kind)
    x, _ = sequences(task, 12, 3, "test")
    with torch.no_grad():
        last = states(model, x)[-1]
        torch.testing.assert_close(model.head(last[:, :H]), model(x.double()))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kind", KINDS)
def test_against_autograd_and_finite_differences(task, kind):
    model = network(task, kind)
    x, y = sequences(task, 9, 2, "test")
    step, size = stepper(model)
    found = reach(model, x, y)
    before = states(model, x)
    T = x.shape[1]

    def total(state, t):
        """The loss of a run that begins with a state before step t."""
        for later in range(t, T):
            state = step(x[:, later].double(), state)
        return loss(task, model.head(state[:, :H]), y)

    norms = []
    for t in range(T, -1, -1):
        state = before[t].detach().requires_grad_()
        (gradient,) = torch.autograd.grad(total(state, t), state)
        norms.append(gradient.norm(dim=-1))
        if t in (0, T // 2):
            numeric = torch.zeros_like(gradient)
            for row in range(len(x)):
                for k in range(size):
                    nudge = torch.zeros_like(state)
                    nudge[row, k] = 1e-6
                    with torch.no_grad():
                        numeric[row, k] = (total(state + nudge, t) - total(state - nudge, t)) / 2e-6
            torch.testing.assert_close(numeric, gradient, atol=1e-8, rtol=1e-5)
    norms = torch.stack(norms, dim=1)
    torch.testing.assert_close(found, (norms / norms[:, :1]).log10())


def linear(w):
    """A plain RNN of one cell, as good as linear, as its inputs are tiny: h = w h + 1e-9 x."""
    model = double(LagModel(LagConfig("recall", "rnn", hidden_size=1)))
    recurrent = model.recurrent
    assert isinstance(recurrent, nn.RNN)
    with torch.no_grad():
        recurrent.weight_ih_l0.fill_(1e-9)
        recurrent.weight_hh_l0.fill_(w)
        recurrent.bias_ih_l0.zero_()
        recurrent.bias_hh_l0.zero_()
    return model


@pytest.mark.parametrize("w", [0.5, 0.99, 1.0])
def test_closed_form_of_one_cell(w):
    """|dL/dh_(T-n)| / |dL/dh_T| = w^n, far below the smallest number that there is."""
    x, y = sequences("recall", 1_100, 1, "test")
    n = torch.arange(x.shape[1] + 1, dtype=torch.double)
    torch.testing.assert_close(reach(linear(w), x, y)[0], n * math.log10(w), atol=1e-6, rtol=1e-9)


def test_beyond_the_largest_number():
    """With w = 2 a gradient grows by 10^0.3 a step while its cell is near 0: 10^330 over 1,100."""
    model = linear(2.0)
    with torch.no_grad():
        model.recurrent.weight_ih_l0.zero_()
    x, y = sequences("recall", 1_100, 1, "test")
    assert reach(model, x, y)[0, -1].item() == pytest.approx(1_101 * math.log10(2))


def test_a_gradient_of_exactly_zero():
    x, y = sequences("recall", 5, 2, "test")
    found = reach(linear(0.0), x, y)
    assert found[:, 0].tolist() == [0, 0]
    assert (found[:, 1:] == -math.inf).all()


def test_profile():
    model = network("adding", "gru")
    found = profile(model, size=5, every=250)
    x, y = sequences("adding", 1_000, 5, "trial")
    values = reach(model, x, y)[:, ::250]
    assert found.n == [0, 250, 500, 750, 1_000]
    for share, line in ((0.25, found.low), (0.5, found.middle), (0.75, found.high)):
        torch.testing.assert_close(torch.tensor(line).double(), values.quantile(share, dim=0))


def test_scaled_recurrent_weights():
    model = network()
    before = {name: w.clone() for name, w in model.state_dict().items()}
    for name, w in scaled(model, 1.5).state_dict().items():
        factor = 1.5 if name == "recurrent.weight_hh_l0" else 1
        torch.testing.assert_close(w, before[name] * factor)
    assert all(torch.equal(w, before[name]) for name, w in model.state_dict().items())
    for kind in ("gru", "lstm"):
        with pytest.raises(ValueError, match="plain RNN"):
            scaled(network(kind=kind), 1.5)


@pytest.mark.parametrize("clip_norm", [1e-3, 1.0, 1e9])
def test_clipping_is_that_of_the_training_loop(clip_norm):
    model = network("adding", "rnn", scale=2)
    x, y = sequences("adding", 20, 4, "test")
    found = clipping(model, x, y, clip_norm)
    model.zero_grad()
    model.requires_grad_(True)
    loss("adding", model(x.double()), y).backward()
    before = torch.cat([p.grad.flatten() for p in model.parameters()])
    norm = nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    after = torch.cat([p.grad.flatten() for p in model.parameters()])
    assert found.norm == pytest.approx(norm.item())
    assert found.clipped == pytest.approx(after.norm().item(), rel=1e-3)
    assert found.clipped <= clip_norm * (1 + 1e-12)
    assert found.cosine == pytest.approx(torch.cosine_similarity(before, after, dim=0).item())
    assert found.single == pytest.approx(found.norm, rel=1e-3)


def test_a_norm_whose_squares_overflow():
    assert length(torch.tensor([3e200, 4e200], dtype=torch.double)) == pytest.approx(5e200)
    assert length(torch.zeros(3)) == 0
    assert length(torch.tensor([1.0, math.inf])) == math.inf
    assert math.isnan(length(torch.tensor([1.0, math.nan])))
