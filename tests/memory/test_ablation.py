"""What a cell is worth, against the network run by hand without it."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lstm_core.memory import ablation
from lstm_core.memory.ablation import ablate, screen, worst
from lstm_core.memory.operations import Clamp, operated_step

V = 16


@pytest.fixture(autouse=True)
def _short_passages(monkeypatch):
    monkeypatch.setattr(ablation, "PASSAGE", 20)
    monkeypatch.setattr(ablation, "BATCH", 2)


def text(n=70):
    return np.random.default_rng(n).integers(V, size=n)


def nats_by_hand(model, passage, operations):
    """-log p of each character but the first, the cells held by operations: step after step."""
    state, found = model.lstm.initial_state(1), []
    for n, id_ in enumerate(passage[:-1]):
        x, state = operated_step(
            model.lstm, model.embedding.weight[id_][None], state, operations, n
        )
        found.append(-model.head(x)[0].log_softmax(-1)[passage[n + 1]].item())
    return np.array(found)


def passages_of(ids):
    return [ids[s : s + 20] for s in range(0, len(ids) - 19, 20)]


def test_exact_is_the_network_with_the_cell_held_at_zero(sampler):
    ids, cells = text(), [(1, 1), (1, 7), (2, 3)]
    where = np.random.default_rng(1).random(70) < 0.4
    found = ablate(sampler.model, ids, cells, where)
    assert [(a.layer, a.cell) for a in found] == cells
    chosen = np.concatenate([p[:-1] for p in passages_of(where)])
    for a in found:
        held = [Clamp(layer=a.layer, cell=a.cell, value=0)]
        rises = np.concatenate([
            nats_by_hand(sampler.model, p, held) - nats_by_hand(sampler.model, p, [])
            for p in passages_of(ids)
        ])  # fmt: skip
        assert a.rise == pytest.approx(rises.mean(), abs=1e-5)
        assert a.rise_where == pytest.approx(rises[chosen].mean(), abs=1e-5)
        assert a.rise_elsewhere == pytest.approx(rises[~chosen].mean(), abs=1e-5)
    (plain,) = ablate(sampler.model, ids, cells[:1])
    assert plain.rise == found[0].rise
    assert (plain.rise_where, plain.rise_elsewhere) == (None, None)


def loss(model, ids, layer, cell, m, chosen=None):
    """The mean loss with a factor m on one h, step after step."""
    found = []
    for passage in passages_of(ids):
        state = model.lstm.initial_state(1)
        for n in range(19):
            x = model.embedding.weight[passage[n]][None]
            hs, cs = [], []
            for k, part in enumerate(model.lstm.layers):
                i, f, g, o = part.gates(x, state.h[k])
                c = f * state.c[k] + i * g
                x = o * c.tanh()
                if k == layer - 1:
                    x[:, cell - 1] *= m
                hs.append(x)
                cs.append(c)
            state = type(state)(torch.stack(hs), torch.stack(cs))
            target = torch.tensor([passage[n + 1]])
            found.append(F.cross_entropy(model.head(x), target).item())
    found = np.array(found)
    return found[chosen].mean() if chosen is not None else found.mean()


@pytest.mark.parametrize("chosen", [False, True])
def test_the_estimate_is_the_slope_of_the_loss(sampler, chosen):
    ids, model = text(), sampler.model.double()
    where = np.random.default_rng(1).random(70) < 0.4 if chosen else None
    rows = np.concatenate([p[:-1] for p in passages_of(where)]) if chosen else None
    found = screen(model, ids, where)
    assert found.shape == (2, 7)
    for layer, cell in [(1, 1), (1, 5), (2, 2), (2, 7)]:
        above, below = (loss(model, ids, layer, cell, m, rows) for m in (1 + 1e-5, 1 - 1e-5))
        slope = (above - below) / 2e-5
        assert found[layer - 1, cell - 1] == pytest.approx(-slope, abs=1e-7)
    assert all(p.grad is None and not p.requires_grad for p in model.parameters())


def test_estimate_and_measurement_agree_on_a_cell_that_matters_little(sampler):
    for name, first in ablation.reading(sampler.model, 1):
        sampler.model.get_parameter(name)[:, first + 2] *= 1e-2
    (exact,) = ablate(sampler.model, text(), [(1, 3)])
    assert screen(sampler.model, text())[0, 2] == pytest.approx(exact.rise, rel=0.05, abs=1e-5)


def test_a_cell_that_nobody_reads_is_worth_nothing(sampler):
    for name, first in ablation.reading(sampler.model, 2):
        sampler.model.get_parameter(name)[:, first + 4] = 0
    (found,) = ablate(sampler.model, text(), [(2, 5)])
    assert found.rise == 0
    assert screen(sampler.model, text())[1, 4] == 0


def test_the_worst_come_first(sampler):
    ids = text()
    found = worst(sampler.model, ids, candidates=5)
    rises = [a.rise for a in found]
    assert len(found) == 5
    assert rises == sorted(rises, reverse=True)
    estimates = screen(sampler.model, ids)
    chosen = {estimates[a.layer - 1, a.cell - 1] for a in found}
    assert chosen == set(np.sort(estimates.ravel())[-5:])
    where = np.random.default_rng(1).random(70) < 0.4
    of_where = [a.rise_where for a in worst(sampler.model, ids, where, candidates=5)]
    assert of_where == sorted(of_where, reverse=True)


@pytest.mark.parametrize("n", [2, 3, 19, 20, 21, 45])
def test_texts_of_any_length(sampler, n):
    ids = text(n)
    (found,) = ablate(sampler.model, ids, [(1, 2)])
    size = min(n, 20)
    held = [Clamp(layer=1, cell=2, value=0)]
    rises = [
        nats_by_hand(sampler.model, ids[s : s + size], held)
        - nats_by_hand(sampler.model, ids[s : s + size], [])
        for s in range(0, n - size + 1, size)
    ]
    assert found.rise == pytest.approx(np.mean(rises), abs=1e-5)
    assert np.isfinite(screen(sampler.model, ids)).all()


def test_nothing_is_changed(sampler):
    before = {k: w.clone() for k, w in sampler.model.state_dict().items()}
    worst(sampler.model, text(), candidates=3)
    assert all(torch.equal(w, before[k]) for k, w in sampler.model.state_dict().items())


def test_what_cannot_be_measured(sampler):
    with pytest.raises(ValueError, match=r"^The cell must be a whole number from 1 to 7\.$"):
        ablate(sampler.model, text(), [(1, 8)])
    with pytest.raises(ValueError, match=r"^The text has fewer than two characters"):
        ablate(sampler.model, text(1), [(1, 1)])
    with pytest.raises(ValueError, match=r"^There is no character in this text to measure"):
        screen(sampler.model, text(), np.zeros(70, dtype=bool))
    (found,) = ablate(sampler.model, text(), [(1, 1)], np.zeros(70, dtype=bool))
    assert found.rise_where == 0
