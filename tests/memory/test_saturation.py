"""Saturated gates, counted one by one."""

import numpy as np
import pytest
import torch

from lstm_core.memory.reading import read
from lstm_core.memory.saturation import GATES, saturation
from lstm_core.trace import LayerTrace, Trace


def test_shares_are_counted(sampler):
    trace = read(sampler, 'abc "head" (cab), dab.\n\nhag').trace
    layers = saturation(trace)
    assert len(layers) == 2
    for layer, of in zip(trace.layers, layers, strict=True):
        assert of.keys() == set(GATES)
        for gate in GATES:
            values = getattr(layer, gate)[0].numpy()
            for cell in range(7):
                steps = values[:, cell].tolist()
                left = sum(v < 0.1 for v in steps) / len(steps)
                right = sum(v > 0.9 for v in steps) / len(steps)
                assert of[gate].left[cell] == pytest.approx(left)
                assert of[gate].right[cell] == pytest.approx(right)
    assert any(of[gate].right.any() for of in layers for gate in GATES)


def test_all_sequences_count_and_the_limits_do_not():
    gate = torch.tensor([[[0.05], [0.2]], [[0.95], [0.99]]])  # (B, T, H)
    other = torch.full_like(gate, 0.5)
    (of,) = saturation(Trace([LayerTrace(i=gate, f=other, g=other, o=other, c=other, h=other)]))
    np.testing.assert_allclose([of["i"].left, of["i"].right], [[0.25], [0.5]])
    assert not of["f"].left.any()
    assert not of["f"].right.any()
