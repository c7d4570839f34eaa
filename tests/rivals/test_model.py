"""The GRU and the plain network, against the equations of their papers, and their sizes."""

import pytest
import torch
from torch import nn

from lstm_core.rivals.model import RivalConfig, RivalModel
from lstm_core.text.model import TextConfig, TextDropout, TextModel

V, E, H = 11, 5, 6
CELLS = ["gru", "rnn"]


def random_model(cell, layers=2):
    """A network that what it reads moves a lot."""
    model = RivalModel(RivalConfig(cell, V, E, H, layers)).eval().requires_grad_(False)
    for p in model.parameters():
        p.copy_(torch.randn_like(p))
    return model


def gru(x, h, w, u, b, d):
    """Cho et al. (2014), eq. 5-8, with r on the product as in PyTorch; for one text."""
    (w_r, w_z, w_n), (u_r, u_z, u_n) = w.split(H), u.split(H)
    (b_r, b_z, b_n), (d_r, d_z, d_n) = b.split(H), d.split(H)
    r = 1 / (1 + torch.exp(-(w_r @ x + b_r + u_r @ h + d_r)))
    z = 1 / (1 + torch.exp(-(w_z @ x + b_z + u_z @ h + d_z)))
    n = torch.tanh(w_n @ x + b_n + r * (u_n @ h + d_n))
    return z * h + (1 - z) * n


def plain(x, h, w, u, b, d):
    """Elman (1990)."""
    return torch.tanh(w @ x + b + u @ h + d)


def step_by_step(model, ids):
    """Logits after each character of one text, by the equations, and the last h of each layer."""
    cell = {"gru": gru, "rnn": plain}[model.config.cell]
    weights = dict(model.recurrent.named_parameters())
    layers = [
        [weights[f"{name}_l{n}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        for n in range(model.config.num_layers)
    ]
    hs, logits = [torch.zeros(H) for _ in layers], []
    for id_ in ids:
        x = model.embedding.weight[id_]
        for n, (w, u, b, d) in enumerate(layers):
            x = hs[n] = cell(x, hs[n], w, u, b, d)
        logits.append(model.head.weight @ x + model.head.bias)
    return torch.stack(logits), torch.stack(hs)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_against_the_equations(cell, layers):
    model, ids = random_model(cell, layers), torch.randint(V, (3, 20))
    logits, state = model(ids)
    assert (logits.shape, state.shape) == ((3, 20, V), (layers, 3, H))
    for b in range(3):
        expected, h = step_by_step(model, ids[b])
        torch.testing.assert_close(logits[b], expected, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(state[:, b], h, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("cell", "torchs"), [("gru", nn.GRUCell), ("rnn", nn.RNNCell)], ids=CELLS)
def test_against_the_cells_of_torch_one_step_at_a_time(cell, torchs):
    model, ids = random_model(cell), torch.randint(V, (2, 15))
    weights, cells = model.recurrent.state_dict(), []
    for n, size in enumerate((E, H)):
        cells.append(torchs(size, H).requires_grad_(False))
        cells[n].load_state_dict(
            {name: weights[f"{name}_l{n}"] for name in cells[n].state_dict()}
        )  # fmt: skip
    lower = upper = torch.zeros(2, H)
    state = None
    for t in range(15):
        lower = cells[0](model.embedding(ids[:, t]), lower)
        upper = cells[1](lower, upper)
        logits, state = model(ids[:, t : t + 1], state)
        torch.testing.assert_close(logits[:, 0], model.head(upper), atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(state, torch.stack((lower, upper)), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("cut", [1, 7, 19])
def test_read_in_two_pieces(cell, cut):
    model, ids = random_model(cell), torch.randint(V, (3, 20))
    whole, after = model(ids)
    first, state = model(ids[:, :cut])
    second, state = model(ids[:, cut:], state)
    torch.testing.assert_close(torch.cat((first, second), dim=1), whole, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(state, after, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_it_begins_with_orthogonal_matrices(cell):
    model = RivalModel(RivalConfig(cell, V, E, H, 2))
    matrices = [
        matrix
        for n in range(2)
        for matrix in getattr(model.recurrent, f"weight_hh_l{n}").detach().split(H)
    ]
    assert len(matrices) == {"gru": 6, "rnn": 2}[cell]
    for matrix in matrices:
        torch.testing.assert_close(matrix @ matrix.T, torch.eye(H), atol=1e-5, rtol=0)
        assert not torch.allclose(matrix, matrix.T, atol=1e-2), "not one that stands for all"


@pytest.mark.parametrize("cell", CELLS)
def test_dropout_is_for_training_alone(cell):
    for rates in ({"inputs": 0.5}, {"layers": 0.5}, {"outputs": 0.5}):
        dropout = TextDropout(**rates, locked=False)
        model = RivalModel(RivalConfig(cell, V, E, H, 2), dropout)
        ids = torch.randint(V, (2, 9))
        assert not torch.equal(model(ids)[0], model(ids)[0]), rates
        assert torch.equal(model.eval()(ids)[0], model(ids)[0])


@pytest.mark.parametrize(
    "dropout", [TextDropout(), TextDropout(weights=0.1, locked=False)], ids=["locked", "weights"]
)
def test_a_dropout_that_it_has_not(dropout):
    with pytest.raises(ValueError, match="has no locked dropout, and none of weights"):
        RivalModel(RivalConfig("gru", V), dropout)


@pytest.mark.parametrize("cell", ["lstm", "GRU", "", None, 3])
def test_a_cell_that_it_has_not(cell):
    with pytest.raises(ValueError, match=r"^the cells are gru and rnn, not "):
        RivalConfig(cell, V)


@pytest.mark.parametrize(("cell", "share"), [("gru", 3 / 4), ("rnn", 1 / 4)], ids=CELLS)
def test_as_many_cells_and_fewer_weights(cell, share):
    """As the descriptions of the recipes say, at their sizes."""
    with torch.device("meta"):
        rival = RivalModel(RivalConfig(cell, 65))
        lstm = TextModel(TextConfig(65, 128))
    sizes = [sum(p.numel() for p in model.parameters()) for model in (rival, lstm)]
    assert sizes[0] / sizes[1] == pytest.approx(share, abs=0.01)
    assert rival.recurrent.hidden_size == lstm.lstm.hidden_size == 512
    assert rival.recurrent.num_layers == lstm.lstm.num_layers == 2
    assert rival.embedding.weight.shape == lstm.embedding.weight.shape
    assert rival.head.weight.shape == lstm.head.weight.shape
