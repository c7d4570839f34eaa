"""Composing: the probabilities are those of the network as it is trained, and wishes are heard."""

import numpy as np
import pytest
import torch

from lstm_core.music.chorales import rules
from lstm_core.music.chorales import sampler as module
from lstm_core.music.chorales.dataset import HIGHEST, LOWEST, SYMBOLS, VOICES, symbols_of
from lstm_core.music.chorales.sampler import MAX_LENGTH, OPEN, ChoraleRequest

FREE = ChoraleRequest(length=12, seed=3, temperature=1)


def composed(sampler, request, **more):
    steps = list(sampler.stream(request, **more))
    return np.stack([step.pitches for step in steps]), steps


def logits_of(model, pitches, given):
    """(T, V, S), as in training."""
    with torch.no_grad():
        return model(
            torch.from_numpy(symbols_of(pitches))[None], torch.from_numpy(given)[None],
            torch.zeros(1, VOICES, dtype=torch.long), torch.zeros(1, dtype=torch.long),
            torch.zeros(1, dtype=torch.long),
        )[0]  # fmt: skip


def some_given():
    """A melody, and some more."""
    given = np.full((12, VOICES), OPEN)
    given[:, 0] = np.array([72, 72, 74, 74, 76, 76, 77, 77, -1, -1, 72, 72])
    given[4:6] = [76, 67, 60, 48]
    return given


@pytest.mark.parametrize("given", [None, some_given()])
def test_the_probabilities_are_those_of_the_training(sampler, given):
    request = ChoraleRequest(length=12, seed=3, given=given)
    pitches, steps = composed(sampler, request)
    told = np.zeros((12, VOICES), dtype=bool) if given is None else given != OPEN
    expected = logits_of(sampler.model, pitches, told).softmax(-1).numpy()
    np.testing.assert_allclose([step.probabilities for step in steps], expected, atol=1e-5)
    np.testing.assert_array_equal([step.given for step in steps], told)
    surprise = -np.log(np.take_along_axis(expected, symbols_of(pitches)[..., None], 2)[..., 0])
    np.testing.assert_allclose([step.surprise for step in steps], surprise, atol=1e-4)


def test_a_voice_knows_what_came_before_it_and_nothing_else(sampler):
    """Of what is not given, only what is written earlier makes a difference."""
    pitches, _ = composed(sampler, FREE)
    nothing = np.zeros(pitches.shape, dtype=bool)
    expected = logits_of(sampler.model, pitches, nothing).flatten(0, 1)  # (T V, S)
    for place in range(pitches.size):
        changed = pitches.copy()
        changed.flat[place] = 61 if pitches.flat[place] != 61 else 62
        logits = logits_of(sampler.model, changed, nothing).flatten(0, 1)
        assert torch.equal(logits[: place + 1], expected[: place + 1])
        if place + 1 < pitches.size:
            assert not torch.allclose(logits[place + 1], expected[place + 1], atol=1e-4)


def test_what_is_given_is_known_from_the_beginning(sampler):
    given = some_given()
    told = given != OPEN
    pitches = np.where(told, given, 60)
    one = logits_of(sampler.model, pitches, told)
    pitches[-1, 0] = 79
    other = logits_of(sampler.model, pitches, told)
    assert not torch.allclose(one[0, 1], other[0, 1], atol=1e-5)


def test_all_of_what_may_be_adds_up(sampler):
    """The probabilities of all frames that can follow sum to 1: here of two voices."""
    given = np.full((1, VOICES), OPEN)
    given[0, 2:] = [55, 48]
    total = 0.0
    soprano = np.arange(SYMBOLS)
    for alto in range(SYMBOLS):
        symbols = torch.zeros(SYMBOLS, 1, VOICES, dtype=torch.long)
        symbols[:, 0, 0], symbols[:, 0, 1] = torch.from_numpy(soprano), alto
        symbols[:, 0, 2:] = torch.from_numpy(symbols_of(given[0, 2:]))
        told = torch.tensor([False, False, True, True]).expand(SYMBOLS, 1, VOICES)
        zeros = torch.zeros(SYMBOLS, dtype=torch.long)
        with torch.no_grad():
            logits = sampler.model(symbols, told, symbols[:, 0] * 0, zeros, zeros)
            total += sampler.model.nats(logits, symbols, told).sum((1, 2)).neg().exp().sum().item()
    assert total == pytest.approx(1, abs=1e-4)


def test_what_is_given_stays(sampler):
    given = some_given()
    pitches, _ = composed(sampler, ChoraleRequest(given=given, seed=8))
    np.testing.assert_array_equal(pitches[given != OPEN], given[given != OPEN])
    assert len(pitches) == len(given)


def test_a_seed_repeats_a_chorale_and_another_does_not(sampler):
    one, _ = composed(sampler, FREE)
    np.testing.assert_array_equal(one, composed(sampler, FREE)[0])
    assert not np.array_equal(one, composed(sampler, ChoraleRequest(length=12, seed=4))[0])


def test_temperature_0_takes_the_likeliest(sampler):
    pitches, steps = composed(sampler, ChoraleRequest(length=12, temperature=0, motion=0))
    likeliest = [step.probabilities.argmax(-1) for step in steps]
    np.testing.assert_array_equal(symbols_of(pitches), likeliest)


def test_a_quarter_that_breaks_a_rule_is_written_again(sampler, monkeypatch):
    """The best attempt at each quarter stays, and the next one goes on from it."""
    tried, faults = [], module.broken

    def counted(before, quarter):
        tried.append((before, np.stack(quarter), faults(before, quarter)))
        return tried[-1][2]

    monkeypatch.setattr(module, "broken", counted)
    request = ChoraleRequest(length=40, temperature=1, seed=3, attempts=4)
    pitches, _ = composed(sampler, request)
    before, seen = np.full(VOICES, -1), 0
    for quarter in np.split(pitches, 10):
        attempts = tried[seen : seen + 4]
        clean = next((n for n, (_, _, found) in enumerate(attempts) if not found), 3)
        attempts = attempts[: clean + 1]
        assert all(np.array_equal(start, before) for start, _, _ in attempts)
        best = min(attempts, key=lambda attempt: attempt[2])
        np.testing.assert_array_equal(quarter, best[1])
        before, seen = quarter[-1], seen + len(attempts)
    assert seen == len(tried) > 20  # a network that knows nothing breaks many rules


def test_nothing_is_written_again_in_vain(sampler, monkeypatch):
    """What is given, and what is likeliest, would be the same again."""
    calls = []
    monkeypatch.setattr(module, "broken", lambda *_: calls.append(1) or 1)
    given = np.tile([60, 62, 48, 36], (8, 1))  # voices that cross
    for request in (ChoraleRequest(given=given), ChoraleRequest(length=8, temperature=0)):
        composed(sampler, request)
        assert len(calls) == 2
        calls.clear()


def test_fewer_rules_are_broken(sampler):
    faults = []
    for attempts in (1, 8, 32):
        request = ChoraleRequest(length=160, temperature=1, attempts=attempts)
        faults.append(sum(rules.count(sampler.compose(request)).values()))
    assert faults[0] > faults[1] > faults[2]


def test_pitch_classes_are_kept_to(sampler):
    whole_tone = tuple(float(n % 2 == 0) for n in range(12))
    pitches, _ = composed(sampler, ChoraleRequest(length=30, classes=whole_tone, temperature=1.5))
    assert (pitches[pitches > 0] % 2 == 0).all()


def test_motion(sampler):
    moves = []
    for motion in (-3, 0, 3):
        pitches, _ = composed(sampler, ChoraleRequest(length=60, motion=motion, temperature=1))
        moves.append((np.diff(pitches, axis=0) != 0).mean())
    assert moves[0] < moves[1] < moves[2]


def test_cells_are_kept_when_asked_for(sampler):
    _, steps = composed(sampler, ChoraleRequest(length=3), trace=True)
    config = sampler.model.config
    for step in steps:
        assert len(step.cells) == VOICES
        for cells in step.cells:
            assert [layer.c.shape for layer in cells.layers] == [(1, 1, config.hidden_size)] * 2
    assert composed(sampler, ChoraleRequest(length=3))[1][0].cells == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"length": 0}, "length must be a whole number from 1 to 1,600"),
        ({"length": MAX_LENGTH + 1}, "length must be"),
        ({"temperature": 2.1}, "temperature must be a number from 0 to 2"),
        ({"temperature": float("nan")}, "temperature must be"),
        ({"seed": -1}, "seed must be"),
        ({"motion": 4}, "motion must be"),
        ({"attempts": 0}, "attempts must be a whole number from 1 to 32"),
        ({"attempts": 33}, "attempts must be"),
        ({"classes": [1] * 11}, "twelve numbers"),
        ({"classes": [0] * 12}, "at least one of them above 0"),
        ({"classes": [2] + [1] * 11}, "twelve numbers from 0 to 1"),
        ({"classes": ["a"] * 12}, "twelve numbers"),
        ({"classes": 5}, "twelve numbers"),
        ({"given": []}, "four whole numbers"),
        ({"given": [[60, 60, 60]]}, "four whole numbers"),
        ({"given": [[60, 60, 60, LOWEST - 1]]}, "from 30 to 90"),
        ({"given": [[60, 60, 60, HIGHEST + 1]]}, "from 30 to 90"),
        ({"given": [[60, 60, 60, 48.5]]}, "whole numbers"),
        ({"given": [[60, 60, 60, float("nan")]]}, "whole numbers"),
        ({"given": [[60, 60, 60, None]]}, "whole numbers"),
        ({"given": [[60, 60, 60, 10**400]]}, "whole numbers"),
        ({"given": "melody"}, "whole numbers"),
        ({"given": [[60] * 4] * (MAX_LENGTH + 1)}, "1 to 1,600 frames"),
    ],
)
def test_what_is_wrong_is_said(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        ChoraleRequest(**wrong)


@pytest.mark.parametrize("given", [None, some_given()])
@torch.inference_mode()
def test_the_cells_are_those_of_the_network(sampler, given):
    """Step by step as `LSTM.step` has them, of what the network reads in training."""
    model = sampler.model
    pitches, steps = composed(sampler, ChoraleRequest(length=12, seed=3, given=given), trace=True)
    told = np.zeros((12, VOICES), dtype=bool) if given is None else given != OPEN
    symbols, grid = torch.from_numpy(symbols_of(pitches)), torch.zeros(1, dtype=torch.long)
    beats = torch.arange(12) % 4
    context = model.read(symbols[None], torch.from_numpy(told)[None], beats[None], grid)[0]
    own = torch.cat((torch.zeros_like(symbols[:1]), symbols[:-1]))
    last = torch.cat((own[:, -1:], symbols[:, :-1]), 1)
    state = model.initial_state(1)
    for t, step in enumerate(steps):
        for v, cells in enumerate(step.cells):
            voice = torch.tensor([v])
            x = model.inputs(last[t, [v]], own[t, [v]], voice, beats[[t]], grid, context[[t]])
            _, state, expected = model.writer.step(x, state, trace=True)
            for found, layer in zip(cells.layers, expected.layers, strict=True):
                for name, value in vars(layer).items():
                    torch.testing.assert_close(getattr(found, name), value, atol=1e-5, rtol=0)
