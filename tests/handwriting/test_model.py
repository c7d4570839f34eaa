"""The network against the equations of the paper, written out one scalar product at a time."""

import pytest
import torch

from lstm_core.handwriting.model import WritingConfig, WritingModel
from lstm_core.handwriting.window import MOST, WindowLayer

B, T, U = 2, 9, 5


def naive(layer, x, characters):
    """Eq. 46-51 as they stand; outputs, windows and phi over one more place than there are."""
    h = x.new_zeros(len(x), layer.lstm.hidden_size)
    c, kappa = h, x.new_zeros(len(x), layer.curves)
    w = characters.new_zeros(len(x), characters.shape[2])
    hs, ws, phis = [], [], []
    for t in range(x.shape[1]):
        i, f, g, o = layer.lstm.gates(torch.cat((x[:, t], w), -1), h)
        c = f * c + i * g
        h = o * c.tanh()
        alpha, beta, move = layer.window(h).chunk(3, -1)
        kappa = kappa + move.exp()
        phi = torch.stack(
            [
                (alpha.exp() * torch.exp(-beta.exp() * (kappa - u) ** 2)).sum(-1)
                for u in range(1, characters.shape[1] + 2)
            ],
            -1,
        )
        w = sum(phi[:, u, None] * characters[:, u] for u in range(characters.shape[1]))
        hs.append(h)
        ws.append(w)
        phis.append(phi)
    return torch.stack(hs, 1), torch.stack(ws, 1), torch.stack(phis, 1)


@pytest.fixture
def layer():
    layer = WindowLayer(3, 6, hidden_size=8, curves=2)
    with torch.no_grad():
        layer.window.bias[-2:] = 0.2  # the window gets past all characters
    return layer


@pytest.fixture
def characters():
    return torch.eye(6)[torch.randint(6, (B, U))]


def test_the_first_layer_is_the_equations(layer, characters):
    x = torch.randn(B, T, 3)
    out, w, state = layer(x, characters, layer.initial_state(B))
    hs, ws, _ = naive(layer, x, characters)
    torch.testing.assert_close(out, hs)
    torch.testing.assert_close(w, ws)
    torch.testing.assert_close(state.h, hs[:, -1])
    torch.testing.assert_close(state.w, ws[:, -1])
    assert (state.kappa > U).all()


def test_its_gradients_are_those_of_the_equations(layer, characters):
    """That of the recurrent weights is worked out by hand."""
    x = torch.randn(B, T, 3, requires_grad=True)
    pull = torch.randn(B, T, 8), torch.randn(B, T, 6)
    wanted = [x, *layer.parameters()]
    found = []
    for outputs in (layer(x, characters, layer.initial_state(B)), naive(layer, x, characters)):
        loss = sum((p * out).sum() for p, out in zip(pull, outputs, strict=False))
        found.append(torch.autograd.grad(loss, wanted))
    for mine, its in zip(*found, strict=True):
        torch.testing.assert_close(mine, its, rtol=1e-4, atol=1e-5)


def test_in_half_precision_it_is_nearly_the_same(layer, characters):
    x = torch.randn(B, T, 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out, w, _ = layer(x, characters, layer.initial_state(B))
    assert out.dtype == w.dtype == torch.float32
    exact, shown, _ = layer(x, characters, layer.initial_state(B))
    torch.testing.assert_close(out, exact, rtol=0, atol=0.02)
    torch.testing.assert_close(w, shown, rtol=0, atol=0.05)
    assert not torch.equal(out, exact)
    (out.sum() + w.sum()).backward()
    gradient = layer.lstm.weight.grad.clone()
    layer.zero_grad()
    (exact.sum() + shown.sum()).backward()
    difference = gradient - layer.lstm.weight.grad
    assert difference.norm() < 0.05 * gradient.norm()


def test_a_window_that_leaps_does_not_overflow(layer, characters):
    with torch.no_grad():
        layer.window.bias.fill_(10 * MOST)
    out, w, state = layer(torch.randn(B, 30, 3), characters, layer.initial_state(B))
    for value in (out, w, *state):
        assert torch.isfinite(value).all()


def test_a_fresh_window_goes_at_the_pace_of_a_pen():
    layer = WindowLayer(3, 6, hidden_size=50)
    layer(torch.randn(B, T, 3), torch.zeros(B, U, 6), layer.initial_state(B))
    _, _, state = layer(torch.randn(B, 220, 3), torch.zeros(B, U, 6), layer.initial_state(B))
    assert 5 < state.kappa.mean() < 20


@pytest.fixture
def model():
    config = WritingConfig(6, ("a", "b"), (0.0, 0.0), (1.0, 1.0), 8, 3, 4, 2, 3)
    return WritingModel(config).eval()


@pytest.fixture
def given(model):
    """Points, characters and styles."""
    points = torch.randn(B, T, 3)
    ids = torch.randint(6, (B, U))
    ids[1, 3:] = -1  # a shorter text
    return points, ids, model.styles(torch.tensor([0, 2]))


def written_out(model, points, ids, style, kept=(1, 1, 1)):
    """Skip connections and all: outputs, phi, and what every layer says."""
    x = torch.cat((points, style[:, None].expand(-1, T, -1)), -1)
    characters = torch.eye(6)[ids.clamp(min=0)] * (ids >= 0).unsqueeze(-1)
    h1, w, phi = naive(model.first, x, characters)
    h2, _, _ = model.others[0](torch.cat((x, w, kept[0] * h1), -1), *torch.zeros(2, B, 8))
    h3, _, _ = model.others[1](torch.cat((x, w, kept[1] * h2), -1), *torch.zeros(2, B, 8))
    outs = [k * h for k, h in zip(kept, (h1, h2, h3), strict=True)]
    return model.head(torch.cat(outs, -1)), phi, (h1, h2, h3)


def test_the_network_is_the_layers_together(model, given):
    outputs, _ = model(*given)
    assert outputs.shape == (B, T, 6 * 3 + 1)
    torch.testing.assert_close(outputs, written_out(model, *given)[0])


def test_what_is_left_out_is_missed_above_and_not_in_the_layer(model, given):
    kept = torch.randint(2, (3, B, 8)) / 0.5
    outputs, state = model(*given, kept=kept)
    expected, _, hs = written_out(model, *given, kept=kept.unsqueeze(2))
    torch.testing.assert_close(outputs, expected)
    torch.testing.assert_close(state.h[-1], hs[-1][:, -1])
    assert not torch.allclose(outputs, model(*given)[0])


def test_it_can_be_read_in_parts(model, given):
    points, ids, style = given
    whole, end = model(*given)
    first, state = model(points[:, :4], ids, style)
    second, last = model(points[:, 4:], ids, style, state)
    torch.testing.assert_close(torch.cat((first, second), 1), whole)
    for mine, its in zip((*last.first, last.h, last.c), (*end.first, end.h, end.c), strict=True):
        torch.testing.assert_close(mine, its)


def test_a_line_does_not_feel_its_neighbours(model, given):
    """Nor what it is filled up with."""
    points, ids, style = given
    outputs, _ = model(*given)
    alone, _ = model(points[1:, :6], ids[1:, :3], style[1:])
    torch.testing.assert_close(alone, outputs[1:, :6])


def test_text_and_hand_make_a_difference(model, given):
    points, ids, style = given
    outputs, _ = model(*given)
    other_text, _ = model(points, ids.roll(1, 0), style)
    other_hand, _ = model(points, ids, style.roll(1, 0))
    assert (other_text - outputs).abs().max() > 1e-3
    assert (other_hand - outputs).abs().max() > 1e-3


@pytest.mark.parametrize("split", [0, 4])
def test_a_look_is_what_the_network_did(model, given, split):
    points, ids, style = given
    _, phi, hs = written_out(model, *given)
    state = model(points[:, :split], ids, style)[1] if split else None
    seen, trace = model.look(points[:, split:], ids, style, state)
    assert seen.shape == (B, T - split, U + 1)
    torch.testing.assert_close(seen, phi[:, split:])
    for layer, h in zip(trace.layers, hs, strict=True):
        torch.testing.assert_close(layer.h, h[:, split:])
        torch.testing.assert_close(layer.o * layer.c.tanh(), layer.h)


def test_a_network_of_one_layer_is_refused():
    with pytest.raises(ValueError, match="at least two layers"):
        WritingConfig(6, (), (0, 0), (1, 1), num_layers=1)
