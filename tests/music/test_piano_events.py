"""Performances as events, there and back; and what becomes of events that make no sense."""

import tarfile
from collections import defaultdict

import numpy as np
import pytest

from lstm_core.data import DataError, locate
from lstm_core.music import midi
from lstm_core.music.midi import Note, struck_anew
from lstm_core.music.piano.events import (
    EVENTS,
    HIGHEST,
    LONGEST,
    LOWEST,
    OFF,
    ON,
    SHIFT,
    START,
    VELOCITY,
    Decoder,
    decode,
    encode,
    events_of,
    kind_of,
    on_grid,
)

from .conftest import played


def key(base, pitch):
    return base + pitch - LOWEST


def shift(steps):
    return SHIFT + steps - 1


def test_every_event_is_one_thing():
    kinds = [kind_of(event) for event in range(EVENTS)]
    assert EVENTS == 1 + 88 + 88 + 100 + 32
    assert len(set(kinds)) == EVENTS
    assert kinds[START] == ("start", 0)
    assert kinds[key(ON, 60)] == ("on", 60)
    assert kinds[key(OFF, HIGHEST)] == ("off", HIGHEST)
    assert kinds[shift(100)] == ("shift", 100)
    assert kinds[VELOCITY] == ("velocity", 2)
    assert kinds[-1] == ("velocity", 126)


def test_by_hand():
    notes = [
        Note(64, 70, 10.0, 10.5),
        Note(60, 70, 10.0, 12.5),
        Note(64, 30, 10.5, 10.514),  # struck again as it ends
        Note(20, 99, 3.0, 4.0),  # no piano has it
    ]
    loud, soft = VELOCITY + (70 - 1) // 4, VELOCITY + (30 - 1) // 4
    expected = [
        loud, key(ON, 60), key(ON, 64), shift(50), key(OFF, 64), soft, key(ON, 64), shift(1),
        key(OFF, 64), shift(100), shift(99), key(OFF, 60),
    ]  # fmt: skip
    assert encode(notes).tolist() == expected
    assert encode(notes[::-1]).tolist() == expected
    assert decode(expected) == [
        Note(60, 70, 0.0, 2.5), Note(64, 70, 0.0, 0.5), Note(64, 30, 0.5, 0.51),
    ]  # fmt: skip


def test_no_notes_no_events():
    assert encode([]).tolist() == []
    assert encode([Note(127, 60, 0.0, 1.0)]).tolist() == []


def assert_alike(notes, found):
    """Each within 10 ms and one of 32 velocities; returns how many began with another as one."""
    begun, by_pitch = notes[0].start, defaultdict(list)
    for n in notes:
        end = min(n.end, n.start + LONGEST / 100)
        by_pitch[n.pitch].append((n.velocity, n.start - begun, end - begun))
    tolerance = np.array([2, 0.01, 0.01]) + 1e-9
    for note in found:
        close = np.abs(np.array(by_pitch[note.pitch]) - [note.velocity, note.start, note.end])
        close = (close <= tolerance)[close[:, 1] <= tolerance[1]]  # what began with it
        assert close.any(axis=0).all(), note
    for pitch, some in by_pitch.items():
        starts = np.array([note.start for note in found if note.pitch == pitch])
        assert all(np.abs(starts - start).min() <= 0.01 + 1e-9 for _, start, _ in some)
    return len(notes) - len(found)


def test_the_shortest_notes():
    notes = [Note(60, 64, 0.0, 1.0), Note(62, 64, 1.0051, 1.006), Note(64, 64, 1.004, 1.0045)]
    assert [n[2:] for n in decode(encode(notes))] == [(0.0, 1.0), (1.0, 1.01), (1.0, 1.01)]


@pytest.mark.parametrize("seed", range(20))
def test_round_trip(seed):
    rng = np.random.default_rng(seed)
    notes = played(rng, 400, pitches=(21, 109) if seed % 2 else (60, 64))
    notes[-1] = notes[-1]._replace(end=notes[-1].end + 45)  # longer than any string sounds
    events = encode(notes)
    found = decode(events)
    assert assert_alike(notes, found) < 40
    np.testing.assert_array_equal(encode(found), events)
    assert struck_anew(found) == found


def test_round_trip_of_real_performances():
    try:
        archive = locate("piano", None, "piano_midi_de.tar.xz")
    except DataError:
        pytest.skip("needs the data set piano")
    files = 0
    with tarfile.open(archive, "r:xz") as tar:
        for member in tar:
            if member.name.endswith(".mid"):
                notes = midi.read(tar.extractfile(member).read())
                assert assert_alike(notes, decode(encode(notes))) < 0.02 * len(notes)
                files += 1
            if files == 4:
                break
    assert files == 4


def test_events_come_in_order():
    """Time in whole seconds and a rest; then keys up; then keys down, each from the lowest."""
    rng = np.random.default_rng(2)
    start = rng.integers(0, 500, 300)
    pitch, velocity = rng.integers(60, 72, 300), rng.integers(1, 128, 300)
    notes = [Note(int(p), int(v), s / 100, s / 100 + 0.05)
             for p, v, s in zip(pitch, velocity, start, strict=True)]  # fmt: skip
    named, places = None, []
    for event in encode(notes):
        kind, value = kind_of(event)
        if kind == "velocity":
            assert value != named, "named only if it is another"
            assert not places or places[-1][0] != "velocity"
            named = value
        if kind in ("velocity", "shift") or (places and places[-1][0] == "shift"):
            if kind == "shift" and places and places[-1][0] == "shift":
                assert places[-1][1] == 100
        elif places and places[-1][0] != "velocity":
            assert (kind == "on", value) > (places[-1][0] == "on", places[-1][1])
        places.append((kind, value))
    assert {kind for kind, _ in places} == {"on", "off", "shift", "velocity"}


def test_a_passage_from_within():
    """Of what sounds already, only the end is known."""
    grid = on_grid([Note(60, 64, 0.0, 1.0), Note(64, 64, 0.5, 1.5)])
    events = events_of(grid - [20, 20, 0, 0])
    velocity = VELOCITY + 63 // 4
    assert events.tolist() == [
        shift(30), velocity, key(ON, 64), shift(50), key(OFF, 60), shift(50), key(OFF, 64),
    ]  # fmt: skip
    assert decode(events) == [Note(64, 62, 0.3, 1.3)]


# Events that make no sense


def test_a_key_up_that_was_not_down():
    assert decode([key(OFF, 60), shift(10), key(OFF, 61)]) == []


def test_a_key_down_twice():
    events = [key(ON, 60), key(ON, 60), shift(10), key(ON, 60), shift(5), key(OFF, 60)]
    assert [n[2:] for n in decode(events)] == [(0.0, 0.1), (0.1, 0.15)]


def test_a_note_without_an_end():
    assert [n.end for n in decode([key(ON, 60), shift(70)])] == [0.7]
    assert [n.end for n in decode([key(ON, 60)])] == [0.01]
    events = [key(ON, 60), *[shift(100)] * 50, key(ON, 62), shift(1)]
    assert [n.end for n in decode(events)] == [LONGEST / 100, 50.01]


def test_a_beginning_ends_what_sounds():
    decoder = Decoder(origin=2.0)
    for event in (key(ON, 60), shift(50)):
        assert decoder(event) == []
    assert decoder(START) == [Note(60, 66, 2.0, 2.5)]


@pytest.mark.parametrize("seed", range(10))
def test_any_events_give_sane_notes(seed):
    rng = np.random.default_rng(seed)
    events = rng.integers(0, EVENTS, 3_000)
    events[rng.random(3_000) < 0.3] = SHIFT
    notes = decode(events)
    assert len(notes) > 100
    assert struck_anew(notes) == notes
    assert all(0.01 - 1e-9 <= n.end - n.start <= LONGEST / 100 + 1e-9 for n in notes)
    assert all(LOWEST <= n.pitch <= HIGHEST and 1 <= n.velocity <= 127 for n in notes)
