"""The cell by hand, against the LSTM layer with weights that hold its gates there."""

import math
from itertools import pairwise

import pytest
import torch

from lstm_core.lstm import LSTM, LSTMState
from lstm_core.sequences.cell import MAX_STEPS, run_cell

INPUTS = [1.0, 0.0, -0.5, 0.25, -1.0, 0.7]


def held(i, f, o):
    """An LSTM of one cell: candidate tanh(x), gates whatever comes."""
    network = LSTM(1, 1).double()
    (layer,) = network.layers
    with torch.no_grad():
        layer.weight.zero_()
        layer.weight[2, 0] = 1  # g
        layer.bias.copy_(torch.tensor([i, f, 0.5, o], dtype=torch.double).logit())
        layer.bias[2] = 0
    return network


@pytest.mark.parametrize("write", [0.5, 0.9])
@pytest.mark.parametrize("forget", [0.25, 0.01])
@pytest.mark.parametrize("read", [0.75, 0.1])
def test_the_equations_are_those_of_the_network(write, forget, read):
    steps = run_cell(INPUTS, write, forget, read)
    x = torch.tensor(INPUTS, dtype=torch.double).reshape(1, -1, 1)
    with torch.no_grad():
        _, _, trace = held(write, 1 - forget, read)(x, trace=True)
    for name in ("i", "f", "g", "o", "c", "h"):
        found = torch.tensor([getattr(step, name) for step in steps], dtype=torch.double)
        torch.testing.assert_close(found, getattr(trace.layers[0], name).flatten())


def test_gates_of_each_step():
    """As many networks as steps, the state handed from each to the next."""
    write, forget, read = [0.1, 0.9, 0.5], [0.5, 0.2, 0.7], [0.3, 0.6, 0.9]
    state = LSTMState(*torch.zeros(2, 1, 1, 1, dtype=torch.double))
    steps = run_cell(INPUTS[:3], write, forget, read)
    for x, i, kept, o, step in zip(INPUTS, write, forget, read, steps, strict=False):
        with torch.no_grad():
            h, state = held(i, 1 - kept, o).step(torch.tensor([[x]], dtype=torch.double), state)
        assert step.c == pytest.approx(state.c.item())
        assert step.h == pytest.approx(h.item())


def test_parts_of_a_step():
    for before, step in pairwise(run_cell(INPUTS, 0.5, 0.25, 0.75)):
        assert step.before == before.c
        assert step.kept == 0.75 * before.c
        assert step.written == 0.5 * math.tanh(step.x)
        assert step.tanh_c == math.tanh(step.c)


def test_to_forget_is_to_close_the_forget_gate():
    assert [s.c for s in run_cell([1, 0, 0], 1, 0, 1)] == [math.tanh(1)] * 3  # nothing is lost
    assert [s.c for s in run_cell([1, 0, 0], 1, 1, 1)] == [math.tanh(1), 0, 0]
    assert run_cell([1, 0], 1, 0.25, 1)[1].f == 0.75


def test_binary_gates_are_open_from_a_half_on():
    steps = run_cell(INPUTS, 0.5, 0.5, 0.49, binary=True)
    assert {(step.i, step.f, step.o) for step in steps} == {(1, 1, 0)}
    steps = run_cell(INPUTS, 0.49, 0.51, 1, binary=True)
    assert {(step.i, step.f, step.o) for step in steps} == {(0, 0, 1)}
    # 1 - 0.5 and the like are on the right side of a half
    assert run_cell([1], 1, 0.50000000000000011, 1, binary=True)[0].f == 1


def test_as_many_steps_as_inputs():
    assert len(run_cell([0.5] * MAX_STEPS, 1, 0, 1)) == MAX_STEPS
    assert len(run_cell([1], 1, 0, 1)) == 1


HOSTILE = [None, "1", b"1", True, math.nan, math.inf, -math.inf, [], {}, "\ud800", 10**400]


@pytest.mark.parametrize("wrong", [
    *HOSTILE, 1, "1,2", [None], ["1"], [True], [math.nan], [1.01], [10**400], [[1]],
    [0] * (MAX_STEPS + 1),
])  # fmt: skip
def test_inputs_are_checked(wrong):
    with pytest.raises(ValueError, match=r"inputs|input is a number"):
        run_cell(wrong, 0.5, 0.5, 0.5)


@pytest.mark.parametrize("name", ["write", "forget", "read"])
@pytest.mark.parametrize("wrong", [*HOSTILE, -0.01, 1.01, [0.5], [0.5, None], [0.5, 2], ["0", "1"]])
def test_gates_are_checked(name, wrong):
    gates = {"write": 0.5, "forget": 0.5, "read": 0.5, name: wrong}
    with pytest.raises(ValueError, match=name):
        run_cell([1, 0], **gates)


@pytest.mark.parametrize("wrong", [None, 1, 0, "true", [], math.nan])
def test_the_switch_is_checked(wrong):
    with pytest.raises(ValueError, match="true or false"):
        run_cell([1], 0.5, 0.5, 0.5, wrong)
