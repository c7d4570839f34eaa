"""The pedal that is found: no note sounds otherwise with it, and it is where hands need it."""

import io
from itertools import pairwise, product

import numpy as np
import pretty_midi
import pytest

from lstm_core.music.midi import Note, Track, read, struck_anew, write
from lstm_core.music.pedal import FINGERS, MOMENT, REACH, in_hands, pedal_of

from .conftest import played


def pedalled(seed, count=300):
    """A performance as it sounds, with a pedal that is lifted every now and then: all that rings
    ends there. Times are on a grid of 10 ms, as the network has them; and when it is lifted."""
    rng = np.random.default_rng(seed)
    notes = played(rng, count, pitches=(36, 90))
    lifts = np.cumsum(rng.uniform(0.4, 1.5, 100))
    rung = [note._replace(end=float(lifts[np.searchsorted(lifts, note.end)])) for note in notes]
    return struck_anew(
        [
            note._replace(
                start=round(note.start, 2), end=round(max(note.start + 0.02, note.end), 2)
            )
            for note in rung
        ]
    ), np.round(lifts, 2)


def by_pretty_midi(data):
    """Its notes, and the values of its pedal with their times."""
    (piano,) = pretty_midi.PrettyMIDI(io.BytesIO(data)).instruments
    notes = sorted(Note(n.pitch, n.velocity, n.start, n.end) for n in piano.notes)
    return notes, [(c.value, c.time) for c in piano.control_changes if c.number == 64]


@pytest.mark.parametrize("tempo", [20, 61.5, 120, 240])
def test_with_the_pedal_every_note_sounds_as_without(tempo):
    for seed in range(2):
        notes = pedalled(seed)[0] if seed else played(np.random.default_rng(3), 400)
        pedal = pedal_of(notes)
        assert len(pedal) > 5
        data = write([Track("Piano", notes, pedal)], tempo=tempo)
        without = write([Track("Piano", notes)], tempo=tempo)
        np.testing.assert_allclose(read(data), read(without), atol=1e-9)
        found, values = by_pretty_midi(data)
        np.testing.assert_allclose(found, by_pretty_midi(without)[0], atol=1e-9)
        assert [value for value, _ in values] == [127, 0] * len(pedal)
        tick = 60 / tempo / 480
        np.testing.assert_allclose([t for _, t in values], np.ravel(pedal), atol=tick)


def test_the_pedal_is_lifted_when_the_player_lifted_it():
    notes, lifts = pedalled(7)
    pedal = pedal_of(notes)
    assert len(pedal) > 20
    struck = {(note.pitch, note.start) for note in notes}
    for down, lifted in pedal:
        assert any(abs(lifted - lift) < 1e-9 for lift in lifts)
        silent = [n.end for n in notes if n.end <= down and (n.pitch, n.end) not in struck]
        assert not silent or max(silent) <= down - MOMENT + 1e-9
    assert all(a[1] <= b[0] for a, b in pairwise(pedal))


def test_what_two_hands_hold_needs_no_pedal():
    chords = [Note(p, 80, t, t + 1) for t in range(5) for p in (40, 47, 52, 60, 64, 67, 72)]
    assert pedal_of(chords) == []
    assert pedal_of([]) == []
    rolled = [Note(p, 80, 0.1 * n, 2.0) for n, p in enumerate((28, 40, 56, 72, 88))]
    assert pedal_of(rolled) == [(0.0, 2.0)]
    short = [note._replace(end=0.45) for note in rolled]
    assert pedal_of(short) == [(0.0, 0.45)]
    struck_again = [*rolled, Note(40, 80, 1.0, 2.0)]
    struck_again[1] = rolled[1]._replace(end=1.0)
    assert pedal_of(struck_again) == [(0.0, 2.0)]  # a key that is struck again ends nothing else
    one_ends = [*rolled[:4], rolled[4]._replace(end=1.0), Note(100, 80, 1.2, 2.0)]
    assert pedal_of(one_ends) == [(0.0, 1.0), (1.0 + MOMENT, 2.0)]


def test_hands_against_all_ways_to_hold():
    rng = np.random.default_rng(2)
    outcomes = []
    for _ in range(120):
        keys = rng.choice(np.arange(40, 40 + rng.integers(14, 55)), rng.integers(2, 11), False)
        ways = product((0, 1), repeat=len(keys))
        hands = ([keys[np.array(way) == side] for side in (0, 1)] for way in ways)
        expected = any(
            all(
                len(hand) <= FINGERS and np.ptp(hand if len(hand) else [0]) <= REACH for hand in two
            )
            for two in hands
        )
        assert in_hands(keys.tolist()) == expected
        outcomes.append(expected)
    assert 20 < sum(outcomes) < 100
