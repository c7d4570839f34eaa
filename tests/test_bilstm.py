"""The bidirectional stack against PyTorch's own, and its trace against the equations."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lstm_core.bilstm import BiLSTM, reorder
from lstm_core.trace import QUANTITIES

LENGTHS = torch.tensor([7, 1, 4, 9])


def pair(I=5, H=6, L=3):  # noqa: E741
    """A stack and a `torch.nn.LSTM` with the same weights."""
    ours, oracle = BiLSTM(I, H, L), nn.LSTM(I, H, L, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for n in range(L):
            for layer, way in ((ours.forwards[n], ""), (ours.backwards[n], "_reverse")):
                nn.init.normal_(layer.bias)
                w_ih, w_hh = layer.weight.split([layer.input_size, H], dim=1)
                getattr(oracle, f"weight_ih_l{n}{way}").copy_(w_ih)
                getattr(oracle, f"weight_hh_l{n}{way}").copy_(w_hh)
                getattr(oracle, f"bias_ih_l{n}{way}").copy_(layer.bias)
                getattr(oracle, f"bias_hh_l{n}{way}").zero_()
    return ours, oracle


def read(oracle, x, lengths):
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(oracle(packed)[0], batch_first=True)[0]


def test_equal_to_torch_within_true_lengths():
    ours, oracle = pair()
    x = torch.randn(4, 9, 5)
    torch.testing.assert_close(ours(x, LENGTHS), read(oracle, x, LENGTHS), atol=1e-5, rtol=0)
    torch.testing.assert_close(ours(x), oracle(x)[0], atol=1e-5, rtol=0)


def test_gradients_equal_those_of_torch():
    ours, oracle = pair(L=2)
    x, weight = torch.randn(4, 9, 5), torch.randn(4, 9, 12)
    grads = []
    for network in (lambda x: ours(x, LENGTHS), lambda x: read(oracle, x, LENGTHS)):
        leaf = x.clone().requires_grad_()
        (network(leaf) * weight).sum().backward()
        grads.append(leaf.grad)
    torch.testing.assert_close(*grads, atol=1e-5, rtol=0)
    for n in range(2):
        for layer, way in ((ours.forwards[n], ""), (ours.backwards[n], "_reverse")):
            parts = [getattr(oracle, f"weight_{kind}_l{n}{way}").grad for kind in ("ih", "hh")]
            torch.testing.assert_close(layer.weight.grad, torch.cat(parts, 1), atol=1e-4, rtol=0)


def test_what_lies_beyond_the_end_does_not_matter():
    ours, _ = pair()
    x = torch.randn(4, 9, 5)
    other = x.clone()
    for row, length in zip(other, LENGTHS, strict=True):
        row[length:] = 100
    out = ours(x, LENGTHS)
    assert torch.equal(out, ours(other, LENGTHS))
    for row, length in zip(out, LENGTHS, strict=True):
        assert (row[length:] == 0).all()
        assert (row[:length] != 0).all()


def test_the_trace_follows_the_equations_in_both_directions():
    ours, _ = pair(L=2)
    x = torch.randn(4, 9, 5)
    out, trace = ours(x, LENGTHS, trace=True)
    assert torch.equal(out, ours(x, LENGTHS))
    top = torch.cat((trace.forwards.layers[1].h, trace.backwards.layers[1].h), -1)
    for n, length in enumerate(LENGTHS.tolist()):
        torch.testing.assert_close(out[n, :length], top[n, :length])
    below = x
    for n in range(2):
        for way, step in ((trace.forwards, 1), (trace.backwards, -1)):
            layer = (ours.forwards if step == 1 else ours.backwards)[n]
            made = way.layers[n]
            for row, length in enumerate(LENGTHS.tolist()):
                h = c = torch.zeros(1, 6)
                for t in range(length)[::step]:
                    i, f, g, o = layer.gates(below[row : row + 1, t], h)
                    c = f * c + i * g
                    h = o * c.tanh()
                    for name, value in zip(QUANTITIES, (i, f, g, o, c, h), strict=True):
                        torch.testing.assert_close(
                            getattr(made, name)[row, t], value[0], atol=1e-5, rtol=0
                        )
        below = torch.cat((trace.forwards.layers[n].h, trace.backwards.layers[n].h), -1)


def test_dropout_only_while_training():
    ours = BiLSTM(5, 6, 2, dropout=0.5)
    x = torch.randn(4, 9, 5)
    assert not torch.equal(ours(x), ours(x))
    ours.eval()
    assert torch.equal(ours(x), ours(x))


def test_reorder_and_its_gradient():
    order = torch.tensor([[2, 1, 0, 3], [0, 1, 2, 3]])
    x = torch.randn(2, 4, 3, dtype=torch.double, requires_grad=True)
    assert torch.equal(reorder(x, order)[0], x[0, [2, 1, 0, 3]])
    assert torch.equal(reorder(x, order)[1], x[1])
    assert torch.autograd.gradcheck(lambda x: reorder(x, order), x)


@pytest.mark.parametrize("shape", [(9, 5), (4, 0, 5), (4, 9, 6)])
def test_inputs_are_checked(shape):
    with pytest.raises(ValueError, match="inputs"):
        BiLSTM(5, 6)(torch.zeros(shape))


@pytest.mark.parametrize("lengths", [[1, 2, 3], [0, 1, 2, 3], [1, 2, 3, 10]])
def test_lengths_are_checked(lengths):
    with pytest.raises(ValueError, match="lengths from 1 to 9"):
        BiLSTM(5, 6)(torch.zeros(4, 9, 5), torch.tensor(lengths))
