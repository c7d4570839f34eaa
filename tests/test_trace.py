"""The record of a run: joined, refused, and as named arrays."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch

from lstm_core.trace import LayerTrace, Trace

NAMES = ["i", "f", "g", "o", "c", "h"]


def layer(B=2, T=3, H=4, dtype=torch.float32):
    return LayerTrace(*(torch.randn(B, T, H).to(dtype) for _ in NAMES))


def test_join_puts_steps_one_after_another():
    lengths = [1, 4, 2]
    traces = [Trace([layer(T=T), layer(T=T)]) for T in lengths]
    joined = Trace.join(traces)
    assert len(joined) == 7
    assert len(joined.layers) == 2
    for n in range(2):
        for q in NAMES:
            whole, start = getattr(joined.layers[n], q), 0
            for trace, T in zip(traces, lengths, strict=True):
                assert torch.equal(whole[:, start : start + T], getattr(trace.layers[n], q))
                start += T


def test_join_of_one_is_the_same():
    trace = Trace([layer()])
    assert torch.equal(Trace.join([trace]).layers[0].c, trace.layers[0].c)


def test_nothing_to_join():
    with pytest.raises(ValueError, match="no trace to join"):
        Trace.join([])


def test_networks_of_different_depth_are_not_joined():
    with pytest.raises(ValueError, match="shorter"):
        Trace.join([Trace([layer(), layer()]), Trace([layer()])])


@pytest.mark.parametrize("odd", range(6))
def test_six_tensors_of_one_shape(odd):
    tensors = [torch.zeros(2, 3, 4) for _ in NAMES]
    tensors[odd] = torch.zeros(2, 4, 4)
    with pytest.raises(ValueError, match="six tensors of one shape"):
        LayerTrace(*tensors)


def test_a_trace_is_not_changed():
    with pytest.raises(FrozenInstanceError):
        layer().h = torch.zeros(2, 3, 4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("batch", [0, 1])
def test_arrays(tmp_path, dtype, batch):
    layers = [layer(dtype=dtype), layer(dtype=dtype), layer(dtype=dtype)]
    layers[1].c.requires_grad_()
    arrays = Trace(layers).arrays(batch)
    assert list(arrays) == [f"layer{n}.{q}" for n in (1, 2, 3) for q in NAMES]
    for n, one in enumerate(layers, start=1):
        for q in NAMES:
            array = arrays[f"layer{n}.{q}"]
            assert array.shape == (3, 4)
            assert array.dtype == np.float32
            expected = getattr(one, q)[batch].detach().to(torch.float32)
            np.testing.assert_array_equal(array, expected)
    np.savez(tmp_path / "run.npz", **arrays)
    with np.load(tmp_path / "run.npz", allow_pickle=False) as back:
        np.testing.assert_array_equal(back["layer2.c"], arrays["layer2.c"])


def test_arrays_show_the_first_sequence_unless_told():
    trace = Trace([layer()])
    np.testing.assert_array_equal(trace.arrays()["layer1.h"], trace.layers[0].h[0])


def test_arrays_in_half_precision():
    trace = Trace([layer(), layer()])
    whole, half = trace.arrays(1), trace.arrays(1, half=True)
    assert list(half) == list(whole)
    for name, array in half.items():
        assert array.dtype == np.float16
        np.testing.assert_allclose(array, whole[name], rtol=2**-11, atol=2**-24)
