"""Timing: what is reported, and that the controls compute what the sampler computes."""

import math

import numpy as np
import pytest
import torch

from lstm_core import timing
from lstm_core.text import bench
from lstm_core.text import sampler as sampler_module
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.sampler import TextSampler
from lstm_core.text.vocabulary import Vocabulary

RUNS = {"naive", "floor", "batch_1", "batch_8", "batch_32"}
RATIOS = {
    "batch_1_to_naive": ("batch_1", "naive"),
    "batch_1_to_floor": ("batch_1", "floor"),
    "batch_8_to_batch_1": ("batch_8", "batch_1"),
    "batch_32_to_batch_1": ("batch_32", "batch_1"),
}


@pytest.fixture
def sampler():
    return TextSampler(TextModel(TextConfig(6, 4, 8, 2)), Vocabulary("\nabcde"))


def test_measure(sampler, monkeypatch):
    monkeypatch.setattr(timing, "ROUNDS", 1)
    torch.set_num_threads(2)  # the fixture of all tests sets it back
    rates = bench.measure(sampler)
    assert torch.get_num_threads() == 2
    assert rates.keys() == {f"{run}_chars_per_second" for run in RUNS} | RATIOS.keys()
    assert all(math.isfinite(rate) and rate > 0 for rate in rates.values())
    for ratio, (a, b) in RATIOS.items():
        quotient = rates[f"{a}_chars_per_second"] / rates[f"{b}_chars_per_second"]
        assert rates[ratio] == pytest.approx(quotient)


def test_threads_are_set_back_after_an_error(sampler, monkeypatch):
    def fail(runs):
        assert torch.get_num_threads() == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(bench, "best_rates", fail)
    torch.set_num_threads(2)
    with pytest.raises(KeyboardInterrupt):
        bench.measure(sampler)
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_naive_control_has_the_weights_of_the_model(layers):
    model = TextModel(TextConfig(6, 4, 8, layers)).eval()
    lstm = bench.as_torch_lstm(model.lstm)
    ids = torch.randint(6, (3, 20))
    with torch.no_grad():
        expected, state = model(ids)
        out, (h, c) = lstm(model.embedding(ids))
        torch.testing.assert_close(model.head(out), expected, rtol=0, atol=1e-5)
        torch.testing.assert_close(h, state.h, rtol=0, atol=1e-5)
        torch.testing.assert_close(c, state.c, rtol=0, atol=1e-5)
        lstm.weight_ih_l0.add_(1)  # a copy: the model stays as it is
        assert torch.equal(model(ids)[0], expected)


def watch(monkeypatch, owner, name):
    """The results of each call of a function, which still does its work."""
    seen, call = [], getattr(owner, name)

    def watched(*args, **kwargs):
        seen.append((args, call(*args, **kwargs)))
        return seen[-1][1]

    monkeypatch.setattr(owner, name, watched)
    return seen


def test_the_naive_control_reads_what_it_wrote(sampler, monkeypatch):
    model, lstm = sampler.model, bench.as_torch_lstm(sampler.model.lstm)
    embedded = watch(monkeypatch, model.embedding, "forward")
    said = watch(monkeypatch, model.head, "forward")
    drawn = watch(monkeypatch, torch, "multinomial")
    bench.naive(model, lstm, 12)
    assert len(embedded) == len(said) == len(drawn) == 12
    ids = torch.stack([args[0].flatten() for args, _ in embedded], dim=1)  # (1, T)
    assert torch.equal(ids[0, 1:], torch.cat([out.flatten() for _, out in drawn[:-1]]))
    monkeypatch.undo()
    logits = torch.stack([out for _, out in said], dim=1)
    with torch.no_grad():
        torch.testing.assert_close(logits, model(ids)[0], rtol=0, atol=1e-5)


def test_the_floor_multiplies_every_matrix_of_a_step(sampler, monkeypatch):
    products = []

    class Vector(np.ndarray):
        def __rmatmul__(self, matrix):
            products.append((matrix.shape, self.shape))
            return matrix @ np.asarray(self)

        __array_priority__, __array_ufunc__ = 1, None

    monkeypatch.setattr(np, "ones", lambda *args, **kw: np.zeros(*args, **kw).view(Vector))
    bench.floor(sampler, 5)
    lower, upper = sampler.model.lstm.layers
    shapes = [tuple(w.shape) for w in (lower.weight, upper.weight, sampler.model.head.weight)]
    assert products == 5 * [(shape, shape[1:]) for shape in shapes]


@pytest.mark.parametrize("batch_size", [1, 3, 8])
def test_writing_takes_all_its_steps(sampler, monkeypatch, batch_size):
    steps, make = [], sampler_module.stepper

    def stepper(*args):
        made = make(*args)

        def step(ids, state):
            steps.append(len(ids))
            return made(ids, state)

        return step

    monkeypatch.setattr(sampler_module, "stepper", stepper)
    bench.write(sampler, batch_size, 10)
    assert steps == [batch_size] * 10
