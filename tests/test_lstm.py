"""The LSTM against `torch.nn.LSTM`, against the equations in numpy, and against itself."""

import math
import random

import numpy as np
import pytest
import torch
from torch import nn

from lstm_core.lstm import LSTM, LSTMState, dropout
from lstm_core.trace import QUANTITIES, Trace

# (B, T, I, H, L): the corners, and sizes nobody chose.
_draw = random.Random(20)
SIZES = [(1, 1, 1, 1, 1), (1, 9, 4, 3, 2), (5, 2, 1, 8, 3)] + [
    (_draw.randint(1, 5), _draw.randint(2, 30), _draw.randint(1, 12), _draw.randint(1, 20), layers)
    for layers in (1, 1, 2, 2, 3, 3)
]
sizes = pytest.mark.parametrize(("B", "T", "I", "H", "L"), SIZES)


def close(actual, expected):
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=1e-5)


def make(B, T, I, H, L, **dropout):  # noqa: E741
    """A network whose gates really move, an input and a state to start from."""
    lstm = LSTM(I, H, L, **dropout)
    with torch.no_grad():
        for p in lstm.parameters():
            p.copy_(torch.randn_like(p) / math.sqrt(H) + 0.1)
    return lstm, torch.randn(B, T, I), LSTMState(torch.randn(L, B, H), torch.randn(L, B, H))


def halves(layer, weight):
    """What acts on x and what acts on h, in a matrix shaped as the weight of the layer."""
    return weight[:, : layer.input_size], weight[:, layer.input_size :]


def torch_twin(lstm: LSTM) -> nn.LSTM:
    """The same weights in PyTorch's own module, which adds two biases: the second stays zero."""
    twin = nn.LSTM(lstm.input_size, lstm.hidden_size, lstm.num_layers, batch_first=True)
    with torch.no_grad():
        for n, layer in enumerate(lstm.layers):
            w_ih, w_hh = halves(layer, layer.weight)
            getattr(twin, f"weight_ih_l{n}").copy_(w_ih)
            getattr(twin, f"weight_hh_l{n}").copy_(w_hh)
            getattr(twin, f"bias_ih_l{n}").copy_(layer.bias)
            getattr(twin, f"bias_hh_l{n}").zero_()
    return twin


def by_the_equations(lstm: LSTM, x, state):
    """Graves (2013), eq. 7-11, written out in double precision, step after step.

    Returns:
        for each layer a dict of the six quantities, (B, T, H).
    """

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    H, below, layers = lstm.hidden_size, x.double().numpy(), []
    for n, layer in enumerate(lstm.layers):
        W, b = layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy()
        W_i, W_f, W_g, W_o = W[:H], W[H : 2 * H], W[2 * H : 3 * H], W[3 * H :]
        b_i, b_f, b_g, b_o = b[:H], b[H : 2 * H], b[2 * H : 3 * H], b[3 * H :]
        h, c = state.h[n].double().numpy(), state.c[n].double().numpy()
        kept = {q: [] for q in QUANTITIES}
        for t in range(below.shape[1]):
            xh = np.concatenate([below[:, t], h], axis=1)
            i, f = sigmoid(xh @ W_i.T + b_i), sigmoid(xh @ W_f.T + b_f)
            g, o = np.tanh(xh @ W_g.T + b_g), sigmoid(xh @ W_o.T + b_o)
            c = f * c + i * g
            h = o * np.tanh(c)
            for q, value in zip("ifgoch", (i, f, g, o, c, h), strict=True):
                kept[q].append(value)
        layers.append({q: np.stack(v, axis=1) for q, v in kept.items()})
        below = layers[-1]["h"]
    return layers


def chunks_of(T, seed):
    """T cut at random places: the lengths of the pieces."""
    draw = random.Random(seed)
    cuts = sorted(draw.sample(range(1, T), min(T - 1, draw.randint(1, 4)))) if T > 1 else []
    return [b - a for a, b in zip([0, *cuts], [*cuts, T], strict=True)]


def gradients(lstm, x, loss):
    return torch.autograd.grad(loss, [x, *lstm.parameters()])


@sizes
@pytest.mark.parametrize("training", [True, False])
def test_forward_is_torchs_lstm(B, T, I, H, L, training):  # noqa: E741
    lstm, x, state = make(B, T, I, H, L)
    twin = torch_twin(lstm)
    lstm.train(training)
    x.requires_grad_()
    out, after = lstm(x, state)
    expected, (h, c) = twin(x, tuple(state))
    close(out, expected)
    close(after.h, h)
    close(after.c, c)

    # A gradient through everything that comes out, each number with a weight of its own.
    w_out, w_c = torch.randn_like(out), torch.randn_like(c)
    dx, *ours = gradients(lstm, x, (out * w_out).sum() + (after.c * w_c).sum())
    theirs = torch.autograd.grad(
        (expected * w_out).sum() + (c * w_c).sum(), [x, *twin.parameters()]
    )
    close(dx, theirs[0])
    for n, layer in enumerate(lstm.layers):
        d_ih, d_hh, d_bias, _ = theirs[1 + 4 * n : 5 + 4 * n]
        weight, bias = ours[2 * n : 2 * n + 2]
        close(halves(layer, weight)[0], d_ih)
        close(halves(layer, weight)[1], d_hh)
        close(bias, d_bias)


@sizes
@pytest.mark.parametrize("seed", [1, 2])
def test_chunks_with_carried_state_are_the_whole(B, T, I, H, L, seed):  # noqa: E741
    lstm, x, state = make(B, T, I, H, L)
    x.requires_grad_()
    twin = torch_twin(lstm)
    outs, carried = [], state
    for piece in x.split(chunks_of(T, seed), dim=1):
        out, carried = lstm(piece, carried)
        outs.append(out)
    expected, (h, c) = twin(x, tuple(state))
    close(torch.cat(outs, dim=1), expected)
    close(carried.h, h)
    close(carried.c, c)
    weights = torch.randn(B, T, H)
    (dx,) = torch.autograd.grad((torch.cat(outs, dim=1) * weights).sum(), x)
    (expected_dx,) = torch.autograd.grad((expected * weights).sum(), x)
    close(dx, expected_dx)


@sizes
def test_steps_are_forward(B, T, I, H, L):  # noqa: E741
    lstm, x, state = make(B, T, I, H, L)
    x.requires_grad_()
    whole, after = lstm(x, state)
    outs, carried = [], state
    for t in range(T):
        out, carried = lstm.step(x[:, t], carried)
        outs.append(out)
    stepped = torch.stack(outs, dim=1)
    close(stepped, whole)
    close(carried.h, after.h)
    close(carried.c, after.c)
    weights = torch.randn_like(whole)
    for a, b in zip(
        gradients(lstm, x, (stepped * weights).sum()),
        gradients(lstm, x, (whole * weights).sum()),
        strict=True,
    ):
        close(a, b)


@sizes
def test_traces_are_the_equations(B, T, I, H, L):  # noqa: E741
    lstm, x, state = make(B, T, I, H, L)
    with torch.no_grad():
        out, _, whole = lstm(x, state, trace=True)
        parts, carried = [], state
        for t in range(T):
            _, carried, part = lstm.step(x[:, t], carried, trace=True)
            assert len(part) == 1
            parts.append(part)
    stepped = Trace.join(parts)
    assert len(whole) == len(stepped) == T
    assert len(whole.layers) == len(stepped.layers) == L
    for n, expected in enumerate(by_the_equations(lstm, x, state)):
        for q in QUANTITIES:
            close(getattr(whole.layers[n], q), torch.from_numpy(expected[q]).float())
            close(getattr(stepped.layers[n], q), torch.from_numpy(expected[q]).float())
    assert torch.equal(whole.layers[-1].h, out)


@sizes
def test_a_trace_changes_no_number(B, T, I, H, L):  # noqa: E741
    lstm, x, state = make(B, T, I, H, L)
    kept = LSTMState(state.h.clone(), state.c.clone())
    for plain, traced in (
        (lstm(x, state), lstm(x, state, trace=True)),
        (lstm.step(x[:, 0], state), lstm.step(x[:, 0], state, trace=True)),
    ):
        assert torch.equal(plain[0], traced[0])
        assert torch.equal(plain[1].h, traced[1].h)
        assert torch.equal(plain[1].c, traced[1].c)
    assert torch.equal(state.h, kept.h), "the state handed in was written to"
    assert torch.equal(state.c, kept.c), "the state handed in was written to"


def test_no_state_is_a_state_of_zeros():
    lstm, x, _ = make(3, 5, 4, 6, 2)
    zeros = LSTMState(torch.zeros(2, 3, 6), torch.zeros(2, 3, 6))
    assert torch.equal(lstm(x)[0], lstm(x, zeros)[0])
    assert torch.equal(lstm(x)[0], lstm(x, lstm.initial_state(3))[0])


def test_detach_cuts_the_graph_and_nothing_else():
    lstm, x, state = make(2, 3, 4, 5, 2)
    _, after = lstm(x, state)
    cut = after.detach()
    assert after.h.requires_grad
    assert after.c.requires_grad
    assert not cut.h.requires_grad
    assert not cut.c.requires_grad
    assert torch.equal(cut.h, after.h)
    assert torch.equal(cut.c, after.c)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_fresh_network_remembers(layers):
    H = 7
    for layer in LSTM(5, H, layers).layers:
        assert (layer.bias[H : 2 * H] == 1).all()
        others = torch.cat([layer.bias[:H], layer.bias[2 * H :]])
        for uniform in (others, layer.weight):
            assert uniform.abs().max() <= 1 / math.sqrt(H)
            assert uniform.min() < 0 < uniform.max()


# Dropout


def test_no_dropout_in_evaluation():
    lstm, x, state = make(3, 6, 4, 8, 3, dropout=0.9, weight_dropout=0.9)
    lstm.eval()
    expected, _ = torch_twin(lstm)(x, tuple(state))
    close(lstm(x, state)[0], expected)
    out, _, trace = lstm(x, state, trace=True)
    close(out, expected)
    close(trace.layers[-1].h, expected)


def test_dropout_lies_between_layers_only():
    lstm, x, state = make(3, 6, 4, 8, 1, dropout=0.9)
    close(lstm.train()(x, state)[0], torch_twin(lstm)(x, tuple(state))[0])
    deep, x, state = make(3, 6, 4, 8, 2, dropout=0.9)
    assert not torch.allclose(deep.train()(x, state)[0], deep.eval()(x, state)[0])


def test_dropout_between_layers_is_one_mask_for_all_steps():
    """The second layer is made to show its input: g = tanh(x), as its other weights are zero."""
    B, T, H, p = 6, 9, 20, 0.4
    lstm, x, state = make(B, T, 5, H, 2, dropout=p)
    with torch.no_grad():
        top = lstm.layers[1]
        top.weight.zero_()
        top.bias.zero_()
        top.weight[2 * H : 3 * H, :H] = torch.eye(H)
    _, _, trace = lstm.train()(x, state, trace=True)
    mask = trace.layers[1].g.atanh() / trace.layers[0].h  # (B, T, H)
    close(mask, mask[:, :1].expand(B, T, H))
    dropped = mask[:, 0].abs() < 1e-6
    close(mask[:, 0][~dropped], torch.full(((~dropped).sum(),), 1 / (1 - p)))
    assert 0.25 < dropped.float().mean() < 0.55
    assert len({tuple(row) for row in dropped.tolist()}) == B, "each sequence has its own mask"


def test_dropout_that_is_not_locked_has_a_mask_for_each_step():
    x = torch.ones(50, 40, 30)
    out = dropout(x, 0.25, training=True, locked=False)
    close(out.unique(), torch.tensor([0, 1 / 0.75]))
    assert out.mean().item() == pytest.approx(1, abs=0.02)
    assert not torch.equal(out[:, 0], out[:, 1])
    assert torch.equal(dropout(x, 0.25, training=False, locked=False), x)
    for p in (0.0, 0.1, 0.7):  # each of the eight numbers that are drawn together
        means = dropout(torch.ones(1_000, 9, 16), p, True, False).view(-1, 8).mean(0)
        # 18,000 draws: five standard deviations of their mean are 0.04 (p / (1 - p))^0.5.
        assert (means - 1).abs().max() <= 0.04 * (p / (1 - p)) ** 0.5
    lstm, x, _ = make(4, 9, 5, 16, 2, dropout=0.5, locked=False)
    with torch.no_grad():  # the upper layer shows its input, as above
        lstm.layers[1].weight.zero_()
        lstm.layers[1].bias.zero_()
        lstm.layers[1].weight[32:48, :16] = torch.eye(16)
    _, _, trace = lstm.train()(x, trace=True)
    dropped = (trace.layers[1].g.atanh() / trace.layers[0].h).abs() < 1e-6
    assert not torch.equal(dropped[:, 0], dropped[:, 1])


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_locked_dropout(p):
    x = torch.randn(500, 4, 30)
    out = dropout(x, p, training=True, locked=True)
    mask = out / x
    assert torch.allclose(mask, mask[:, :1].expand_as(mask))
    kept = mask[:, 0] != 0
    close(mask[:, 0][kept], torch.full((int(kept.sum()),), 1 / (1 - p)))
    # 15,000 draws: five standard deviations of their mean are about 0.02 / (1 - p).
    assert mask[:, 0].mean().item() == pytest.approx(1, abs=0.02 / (1 - p))
    assert torch.equal(dropout(x, p, training=False, locked=True), x)
    assert torch.equal(dropout(x, 0.0, training=True, locked=True), x)


def test_weight_dropout_drops_recurrent_weights_for_a_whole_sequence():
    """The gradient tells which weights took part; with those alone, torch gives the same."""
    p = 0.3
    lstm, x, state = make(4, 8, 5, 16, 2, weight_dropout=p)
    before = [q.clone() for q in lstm.parameters()]
    out, _ = lstm.train()(x, state)
    out.square().sum().backward()
    twin = torch_twin(lstm)
    for n, layer in enumerate(lstm.layers):
        d_ih, d_hh = halves(layer, layer.weight.grad)
        assert (d_ih != 0).all()
        assert (layer.bias.grad != 0).all()
        kept = d_hh != 0
        assert 0.2 < 1 - kept.float().mean() < 0.4
        with torch.no_grad():
            getattr(twin, f"weight_hh_l{n}").mul_(kept / (1 - p))
    close(out, twin(x, tuple(state))[0])
    assert not torch.equal(lstm(x, state)[0], out), "the next sequence drops others"
    for parameter, kept in zip(lstm.parameters(), before, strict=True):
        assert torch.equal(parameter, kept)


# What is refused


@pytest.mark.parametrize("shape", [(4,), (3, 4), (3, 0, 4), (3, 5, 3), (2, 3, 5, 4)])
def test_forward_refuses_other_inputs(shape):
    with pytest.raises(ValueError, match=r"expected \(B, T >= 1, 4\) inputs, got \("):
        LSTM(4, 6, 2)(torch.zeros(shape))


@pytest.mark.parametrize("shape", [(4,), (3, 5), (3, 1, 4)])
def test_step_refuses_other_inputs(shape):
    lstm = LSTM(4, 6, 2)
    with pytest.raises(ValueError, match=r"expected \(B, 4\) inputs, got \("):
        lstm.step(torch.zeros(shape), lstm.initial_state(3))


@pytest.mark.parametrize("shape", [(2, 5, 6), (1, 3, 6), (3, 3, 6), (2, 3, 7), (3, 6)])
@pytest.mark.parametrize("which", ["h", "c"])
def test_states_of_another_shape_are_refused(shape, which):
    lstm = LSTM(4, 6, 2)
    state = lstm.initial_state(3)._replace(**{which: torch.zeros(shape)})
    with pytest.raises(ValueError, match=r"expected a state of two \(2, 3, 6\) tensors, got \("):
        lstm(torch.zeros(3, 5, 4), state)
    with pytest.raises(ValueError, match=r"expected a state of two \(2, 3, 6\) tensors, got \("):
        lstm.step(torch.zeros(3, 4), state)


def test_no_trace_while_weights_are_dropped():
    lstm = LSTM(4, 6, 2, weight_dropout=0.5)
    with pytest.raises(ValueError, match=r"call eval\(\) first"):
        lstm.train()(torch.zeros(3, 5, 4), trace=True)
    lstm.eval()(torch.zeros(3, 5, 4), trace=True)
