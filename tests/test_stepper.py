"""The ways to step, against `LSTM.step` and in what they leave alone."""

import copy

import numpy as np
import pytest
import torch

from lstm_core import stepper as module
from lstm_core.lstm import LSTM, LSTMState
from lstm_core.stepper import HALF_PRECISION_FROM, BatchStepper, SingleStepper, stepper

V = 11
EXACT, HALF = 1e-5, 0.03  # bfloat16 has 8 bits: 0.4 % of each product, summed up


def make(I, H, L, scale=1.0):  # noqa: E741
    """A network whose gates move, and a table of inputs."""
    lstm = LSTM(I, H, L)
    with torch.no_grad():
        for p in lstm.parameters():
            p.copy_(scale * torch.randn_like(p) / np.sqrt(H))
    return lstm, torch.randn(V, I)


def follow(step, lstm, table, B, steps=25):
    """A stepper and `LSTM.step` side by side; the largest difference of any output or state."""
    state = LSTMState(*torch.randn(2, lstm.num_layers, B, lstm.hidden_size))
    expected, worst, rng = state, 0.0, np.random.default_rng(B)
    for _ in range(steps):
        ids = rng.integers(V, size=B)
        out, state = step(ids, state)
        expected_out, expected = lstm.step(table[torch.from_numpy(ids)], expected)
        for a, b in ((out, expected_out), (state.h, expected.h), (state.c, expected.c)):
            assert (a.shape, a.dtype) == (b.shape, torch.float32)
            worst = max(worst, (a - b).abs().max().item())
    return worst


@pytest.mark.parametrize(("I", "H", "L"), [(1, 1, 1), (4, 3, 2), (7, 20, 3), (12, 33, 1)])
@torch.inference_mode()
def test_one_sequence_steps_as_the_equations(I, H, L):  # noqa: E741
    lstm, table = make(I, H, L)
    assert follow(SingleStepper(lstm, table), lstm, table, 1) < EXACT


@pytest.mark.parametrize(("I", "H", "L"), [(8, 16, 1), (4, 32, 2), (16, 64, 3)])
@pytest.mark.parametrize("B", [1, 4, 32])
@torch.inference_mode()
def test_many_sequences_step_as_the_equations_in_half_precision(I, H, L, B):  # noqa: E741
    lstm, table = make(I, H, L)
    assert 0 < follow(BatchStepper(lstm, table), lstm, table, B) < HALF


@pytest.mark.parametrize("made", [SingleStepper, BatchStepper])
@torch.inference_mode()
def test_gates_at_their_ends(made):
    """Sums far beyond what an exponential can hold."""
    lstm, table = make(4, 8, 2, scale=1e4)
    assert follow(made(lstm, table), lstm, table, 1, steps=3) < HALF


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("B", [1, 2, HALF_PRECISION_FROM - 1, HALF_PRECISION_FROM, 20])
@torch.inference_mode()
def test_the_stepper_for_a_batch(monkeypatch, B, fast):
    monkeypatch.setattr(module, "has_fast_bfloat16", lambda device: fast)
    lstm, table = make(6, 12, 2)
    half = fast and B >= HALF_PRECISION_FROM
    difference = follow(stepper(lstm, table, B), lstm, table, B)
    assert difference < (HALF if half else EXACT)
    assert half == (difference > EXACT)


@pytest.mark.parametrize("B", [1, 2, 8])
@torch.inference_mode()
def test_nothing_handed_in_is_written_to(B):
    lstm, table = make(6, 12, 2)
    step = stepper(lstm, table, B)
    state = LSTMState(*torch.randn(2, 2, B, 12))
    kept = copy.deepcopy((lstm.state_dict(), table, state))
    ids = np.zeros(B, dtype=np.int64)
    first, after = step(ids, state)
    values = first.clone(), after.h.clone(), after.c.clone()
    step(ids, after)
    weights, rows, (h, c) = kept
    assert all(torch.equal(w, weights[name]) for name, w in lstm.state_dict().items())
    assert torch.equal(table, rows)
    assert torch.equal(state.h, h)
    assert torch.equal(state.c, c)
    for before, now in zip(values, (first, after.h, after.c), strict=True):
        assert torch.equal(before, now), "a later step wrote over what an earlier one returned"
