"""What is left of a memory, against a cell that forgets step by step."""

import math

import pytest
import torch

from lstm_core.lags.forgetting import bias, gate, half_life, left
from lstm_core.sequences.cell import run_cell

GATES = [0.001, 0.3, 0.5, 0.9, 0.99, 0.999, 0.99999]


@pytest.mark.parametrize("f", GATES)
def test_left_against_iteration(f):
    memory = 1.0
    for n in range(200):
        assert left(f, n) == pytest.approx(memory)
        memory *= f


def test_left_is_what_the_cell_keeps():
    steps = run_cell([1] + [0] * 10, write=1, forget=0.1, read=1)
    assert steps[10].c / steps[0].c == pytest.approx(left(0.9, 10))


def test_what_the_page_says():
    assert round(100 * left(0.9, 10)) == 35
    assert round(100 * left(0.9, 30)) == 4


@pytest.mark.parametrize("f", GATES)
def test_half_life(f):
    assert left(f, half_life(f)) == pytest.approx(0.5)


def test_half_life_by_counting():
    memory, n = 1.0, 0
    while memory > 0.5:
        memory, n = memory * 0.999, n + 1
    assert n - 1 < half_life(0.999) <= n


@pytest.mark.parametrize("f", GATES)
def test_bias_is_the_inverse_of_the_sigmoid(f):
    assert torch.tensor(bias(f), dtype=torch.double).sigmoid().item() == pytest.approx(f, rel=1e-12)
    assert gate(bias(f)) == pytest.approx(f, rel=1e-12)


@pytest.mark.parametrize("b", [-1e9, -800, -3.0, 0.0, 1.0, 9.0, 800, 1e9, math.inf, -math.inf])
def test_gate_is_the_sigmoid(b):
    expected = torch.tensor(b, dtype=torch.double).sigmoid().item()
    assert gate(b) == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_gates_that_are_shut_or_open_for_ever():
    assert (half_life(0), half_life(1)) == (0, math.inf)
    assert (bias(0), bias(1)) == (-math.inf, math.inf)
    assert (left(0, 0), left(0, 1), left(1, 10**6)) == (1, 0, 1)


@pytest.mark.parametrize("wrong", [-0.01, 1.01, math.nan, math.inf])
def test_gates_are_checked(wrong):
    for function in (half_life, bias, lambda f: left(f, 1)):
        with pytest.raises(ValueError, match="from 0 to 1"):
            function(wrong)


def test_steps_and_biases_are_checked():
    for wrong in (-1, math.nan):
        with pytest.raises(ValueError, match="from 0"):
            left(0.5, wrong)
    with pytest.raises(ValueError, match="is a number"):
        gate(math.nan)
