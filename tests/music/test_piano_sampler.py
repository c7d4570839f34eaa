"""Playing: the probabilities are those of the network as it is trained, and rules are kept."""

import itertools

import numpy as np
import pytest
import torch

from lstm_core.lstm import LSTMState
from lstm_core.music.midi import Note, struck_anew
from lstm_core.music.piano import sampler as module
from lstm_core.music.piano.events import (
    EVENTS,
    KEYS,
    OFF,
    ON,
    SHIFT,
    START,
    VELOCITY,
    encode,
    kind_of,
)
from lstm_core.music.piano.loops import Loops
from lstm_core.music.piano.request import PianoRequest
from lstm_core.music.piano.rules import CHORD, HELD, LOOP, SILENCE
from lstm_core.music.piano.sampler import PianoSampler
from lstm_core.text.model import TextConfig, TextModel

from .conftest import played

TEN = PianoRequest(seconds=10, seed=3, top_p=1)
PRIME = tuple(
    note._replace(start=round(note.start, 2), end=round(note.end + 0.01, 2))
    for note in played(np.random.default_rng(1), 30)
)


def steps_of(sampler, request, **more):
    return list(sampler.stream(request, **more))


def opinionated(**nats):
    """A sampler whose network wants the same always: events by number, all else is unlikely."""
    model = TextModel(TextConfig(EVENTS, 2, 2, 1))
    with torch.no_grad():
        for p in model.parameters():
            p.zero_()
        for event, wish in nats["wishes"].items():
            model.head.bias[event] = wish
    return PianoSampler(model)


@pytest.mark.parametrize("prime", [(), PRIME])
@pytest.mark.parametrize("trace", [False, True])
def test_the_probabilities_are_those_of_the_training(piano_sampler, prime, trace):
    request = PianoRequest(seconds=10, seed=3, prime=prime, classes=(1, 0.5) * 6, density=6)
    steps = steps_of(piano_sampler, request, trace=trace)
    read = [START, *encode(prime)]
    events = torch.tensor([*read, *(step.event for step in steps)])
    with torch.no_grad():
        logits, _ = piano_sampler.model(events[None, :-1])
    expected = logits[0, len(read) - 1 :].log_softmax(-1)
    torch.testing.assert_close(
        torch.stack([step.log_probs for step in steps]), expected, atol=1e-4, rtol=1e-4
    )
    surprise = -expected[torch.arange(len(steps)), events[len(read) :]]
    np.testing.assert_allclose([step.surprise for step in steps], surprise, atol=1e-3)


def test_states_and_cells(piano_sampler):
    steps = steps_of(piano_sampler, TEN, trace=True)
    model = piano_sampler.model
    state = LSTMState(*(part.clone() for part in steps[4].state))
    x = model.embedding.weight[steps[4].event][None]
    with torch.no_grad():
        h, after, cells = model.lstm.step(x, state, trace=True)
        torch.testing.assert_close(model.head(h)[0].log_softmax(-1), steps[5].log_probs)
    torch.testing.assert_close(after.c, steps[5].state.c)
    assert steps[0].cells is None
    for ours, theirs in zip(cells.layers, steps[5].cells.layers, strict=True):
        torch.testing.assert_close(ours.f, theirs.f)
    assert steps_of(piano_sampler, TEN)[5].cells is None


def test_steps_tell_what_is_heard(piano_sampler):
    steps = steps_of(piano_sampler, TEN)
    assert [step.position for step in steps] == list(range(len(steps)))
    notes = [note for step in steps for note in step.notes]
    struck = [(step.struck, step.seconds) for step in steps if step.struck]
    np.testing.assert_allclose(
        sorted((n.pitch, n.velocity, n.start) for n in notes),
        sorted((pitch, velocity, at) for (pitch, velocity), at in struck),
    )
    assert struck[0][1] == 0, "it begins with a note"
    assert steps[-1].seconds == 10
    assert steps[-2].seconds < 10
    assert all(a.seconds <= b.seconds for a, b in itertools.pairwise(steps))
    assert all(0 <= n.start < n.end <= 10 for n in notes)
    assert piano_sampler.play(TEN) == struck_anew(notes)


def test_events_are_well_formed(piano_sampler):
    down, kinds = set(), [("start", 0)]
    in_step = 0
    for step in steps_of(piano_sampler, PianoRequest(seconds=60, seed=1, top_p=1)):
        kind, value = kind_of(step.event)
        before = kinds[-1]
        if before[0] == "velocity":
            assert kind == "on"
        if kind == "on":
            assert value not in down
            down.add(value)
            in_step += 1
            assert in_step <= CHORD
        elif kind == "off":
            assert before[0] in ("shift", "off")
            assert value in down
        elif kind == "shift":
            assert before[0] not in ("start", "velocity")
            assert before[0] != "shift" or before[1] == 100
            in_step = 0
        else:
            assert kind == "velocity"
        down -= {note.pitch for note in step.notes}
        kinds.append((kind, value))
    assert {kind for kind, _ in kinds} == {"start", "on", "off", "shift", "velocity"}


def test_a_seed_repeats_a_piece_and_another_does_not(piano_sampler):
    torch.manual_seed(1)
    state = torch.get_rng_state()
    piece = piano_sampler.play(TEN)
    assert piece == piano_sampler.play(TEN)
    assert piece != piano_sampler.play(PianoRequest(seconds=10, seed=4, top_p=1))
    assert torch.equal(state, torch.get_rng_state())


def test_draws_follow_the_probabilities():
    """One event out of three that may come, drawn again and again."""
    wanted = np.full(EVENTS, -np.inf)
    wanted[[5, 100, 200]] = np.log([0.5, 0.3, 0.2])
    fortunes = (np.arange(1_000) + 0.5) / 1_000

    def shares(**how):
        request = PianoRequest(**how)
        drawn = [module.draw(wanted, request, fortune) for fortune in fortunes]
        return {event: drawn.count(event) / 1_000 for event in sorted(set(drawn))}

    assert shares(top_p=1, temperature=1) == pytest.approx({5: 0.5, 100: 0.3, 200: 0.2})
    assert shares(top_p=0.7, temperature=1) == pytest.approx({5: 0.625, 100: 0.375})
    cold = np.array([0.25, 0.09, 0.04])
    assert shares(top_p=1, temperature=0.5) == pytest.approx(
        dict(zip((5, 100, 200), cold / cold.sum(), strict=True)), abs=1e-3
    )
    assert shares(temperature=0) == {5: 1}


def test_pitch_classes_are_kept_to(piano_sampler):
    classes = (1, 0, 0, 0, 0.2, 0, 0, 1, 0, 0, 0, 0)
    notes = piano_sampler.play(PianoRequest(seconds=60, classes=classes))
    counts = np.bincount([note.pitch % 12 for note in notes], minlength=12)
    assert counts.nonzero()[0].tolist() == [0, 4, 7]


def test_one_pitch_class_is_enough(piano_sampler):
    """All eight of its keys may be down: then time passes."""
    notes = piano_sampler.play(PianoRequest(seconds=30, classes=(1,) + (0,) * 11, temperature=2))
    assert {note.pitch % 12 for note in notes} == {0}


@pytest.mark.parametrize("density", [1, 5, 20])
def test_density(piano_sampler, density):
    notes = piano_sampler.play(PianoRequest(seconds=60, density=density, top_p=1))
    assert len(notes) / 60 == pytest.approx(density, rel=0.25)


def test_a_network_that_would_be_silent():
    silent = opinionated(wishes=dict.fromkeys(range(SHIFT, VELOCITY), 30))
    starts = [note.start for note in silent.play(PianoRequest(seconds=60))]
    gaps = np.diff([0, *starts, 60])
    assert starts[0] == 0
    assert gaps.max() <= SILENCE + 1
    assert len(starts) > 10


def test_a_network_that_would_let_no_time_pass():
    hasty = opinionated(wishes=dict.fromkeys(range(ON, OFF), 30))
    notes = hasty.play(PianoRequest(seconds=10, top_p=0.5))
    at_once = [len(list(some)) for _, some in itertools.groupby(n.start for n in notes)]
    assert max(at_once) == CHORD


def test_a_network_that_would_end_the_piece():
    tired = opinionated(wishes={START: 30})
    assert tired.play(PianoRequest(seconds=10))[-1].start > 5


def test_a_network_in_a_loop():
    """It wants nothing but one key, down and up; trills may be, loops may not."""
    wishes = {ON + 40: 30, OFF + 40: 29, SHIFT + 9: 25}
    notes = opinionated(wishes=wishes).play(PianoRequest(seconds=60, top_p=1))
    loops, longest = Loops(), 0.0
    for note in notes:
        loops.strike(note.pitch, note.start)
        longest = max(longest, *loops.lasting().values(), 0.0)
    assert LOOP - 0.5 < longest <= LOOP + SILENCE
    assert len({note.pitch for note in notes}) > 1


def test_a_network_that_would_hold_keys_for_ever():
    """It never lets a key go of its own accord."""
    wishes = dict.fromkeys(range(OFF, OFF + KEYS), -30)
    notes = opinionated(wishes=wishes).play(PianoRequest(seconds=30, seed=1))
    ended = [note.end - note.start for note in notes if note.end < 30]
    assert len(ended) > 10
    assert min(ended) >= HELD
    assert max(ended) <= HELD + 1


# Going on


def test_the_prime_is_gone_on_from(piano_sampler):
    request = PianoRequest(seconds=10, prime=PRIME)
    steps = steps_of(piano_sampler, request)
    end = max(note.end for note in PRIME)
    assert module.opening(request)[1].seconds == pytest.approx(end)
    assert steps[-1].seconds == pytest.approx(end + 10)
    assert all(note.start >= end - 1e-6 for step in steps for note in step.notes)
    other = [n._replace(pitch=n.pitch ^ 1) for n in PRIME]
    changed = steps_of(piano_sampler, PianoRequest(seconds=10, prime=other))
    assert not torch.allclose(steps[0].log_probs, changed[0].log_probs, atol=1e-3)


def test_of_a_long_prime_the_end_is_read(piano_sampler, monkeypatch):
    monkeypatch.setattr(module, "PRIME", 12)
    (ids, decoder), (late, same) = (
        module.opening(PianoRequest(prime=prime)) for prime in (PRIME, PRIME[-12:])
    )
    assert late[0] == START
    assert ids.tolist() == late.tolist()[1:]
    assert decoder.seconds == pytest.approx(same.seconds, abs=0.02)


def test_keys_that_no_piano_has_are_left_out():
    whole = PianoRequest(prime=(Note(5, 64, 0.0, 9.0), *PRIME))
    ids, decoder = module.opening(whole)
    expected, same = module.opening(PianoRequest(prime=PRIME))
    assert torch.equal(ids, expected)
    assert decoder.seconds == same.seconds


def test_without_an_end(piano_sampler, monkeypatch):
    stream = piano_sampler.stream(PianoRequest(seconds=None))
    assert next(step.seconds for step in stream if step.seconds > 200) < 202
    stream.close()
    monkeypatch.setattr(module, "MAX_SECONDS", 20)
    assert steps_of(piano_sampler, PianoRequest(seconds=None))[-1].seconds == 20


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"seconds": 9}, "seconds must be a number from 10 to 180"),
        ({"seconds": float("nan")}, "seconds must be"),
        ({"seconds": "60"}, "seconds must be"),
        ({"temperature": 2.5}, "temperature must be a number from 0 to 2"),
        ({"top_p": 0}, "top-p must be a number above 0"),
        ({"top_p": None}, "top-p must be"),
        ({"seed": 0.5}, "seed must be a whole number"),
        ({"density": 0}, "density must be a number from 0.5 to 25"),
        ({"classes": [0] * 12}, "twelve numbers"),
        ({"classes": "C major"}, "twelve numbers"),
        ({"prime": None}, "four numbers"),
        ({"prime": "notes"}, "four numbers"),
        ({"prime": 5}, "four numbers"),
        ({"prime": [60, 64]}, "four numbers"),
        ({"prime": [(60, 64, 0.0)]}, "four numbers"),
        ({"prime": [(60, 0, 0.0, 1.0)]}, "velocity from 1 to 127"),
        ({"prime": [(128, 60, 0.0, 1.0)]}, "pitch from 0 to 127"),
        ({"prime": [(60.5, 60, 0.0, 1.0)]}, "four numbers"),
        ({"prime": [(60, 60, 1.0, 1.0)]}, "the end after the start"),
        ({"prime": [(60, 60, 0.0, float("nan"))]}, "four numbers"),
        ({"prime": [(60, 60, -1.0, 1.0)]}, "four numbers"),
        ({"prime": [(60, 60, 0.0, 10**400)]}, "four numbers"),
        ({"prime": [(60, 60, 0.0, 1.0)] * 50_001}, "at most 50,000"),
        ({"prime": [(5, 60, 0.0, 1.0)]}, "None of the notes"),
    ],
)
def test_what_is_wrong_is_said(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        PianoRequest(**wrong)
