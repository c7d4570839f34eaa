"""What is counted, beside cases worked out by hand."""

import math

import pytest

from lstm_core.music.midi import Note
from lstm_core.music.piano.loops import Loops
from lstm_core.music.piano.statistics import (
    Statistics,
    beginning,
    distances,
    is_stuck,
    means,
    measure,
)


def row(pitches, every, length=0.1):
    """Notes at regular times."""
    return [Note(p, 64, n * every, n * every + length) for n, p in enumerate(pitches)]


SCALE = [60, 62, 64, 65, 67, 69, 71, 72, 74, 76, 77, 79, 81, 83, 84, 86]


def test_by_hand():
    notes = [Note(60, 40, 0.0, 2.0), Note(72, 60, 1.0, 2.0), Note(67, 80, 3.0, 4.0),
             Note(64, 60, 3.0, 3.5)]  # fmt: skip
    found = measure(notes, 5.0)
    assert found.notes_per_second == pytest.approx(0.8)
    assert found.polyphony == pytest.approx(4.5 / 5)
    assert found.pitch_class_entropy == pytest.approx(1.5)  # a half, and two quarters
    assert found.velocity_spread == pytest.approx(math.sqrt(200))
    assert found.loops == 0


def test_no_notes():
    assert measure([], 5.0) == Statistics(0, 0, 0, 0, 0)
    assert beginning([], 5.0) == []


def test_the_beginning_of_a_piece():
    notes = [Note(60, 40, 3.0, 9.0), Note(62, 40, 4.0, 4.5), Note(64, 40, 5.0, 6.0)]
    assert beginning(notes, 2.0) == [Note(60, 40, 0.0, 2.0), Note(62, 40, 1.0, 1.5)]


@pytest.mark.parametrize(
    ("pitches", "looping"),
    [
        (SCALE, 0),
        ([60] * 10, 5),  # from the sixth on
        ([60, 64] * 5, 5),
        ([60, 64, 67, 64] * 4, 5),
        (SCALE[:12] * 3, 1),
        (SCALE[:13] * 4, 0),  # too long a figure
        ([60, 64, 67, 64, 60, 64, 67, 65] * 2, 0),
    ],
)
def test_loops(pitches, looping):
    assert measure(row(pitches, 0.25), 10.0).loops == pytest.approx(looping / len(pitches))


def test_how_long_a_loop_lasts_and_what_would_go_on_with_it():
    loops = Loops()
    for n, pitch in enumerate([72, *[60, 64, 67] * 4]):
        loops.strike(pitch, n / 2)
    assert loops.lasting() == {3: 5.5}  # from the first 60 to the last 67
    assert loops.next(5.4) == {60}
    assert loops.next(5.6) == set()
    loops.strike(61, 7.0)
    assert loops.lasting() == {}


@pytest.mark.parametrize(
    ("notes", "stuck"),
    [
        (row(SCALE, 1.0), False),
        (row(SCALE, 8.2), True),  # silence between them
        (row(SCALE, 8.2, length=1.0), False),
        (row([60, 64] * 8, 0.5), False),  # a trill of 7.5 seconds
        (row([60, 64] * 9, 0.5), True),
        ([], True),
        ([Note(60, 64, 0.0, 40.0), *row(SCALE, 0.1)], False),  # one that sounds is no silence
    ],
)
def test_stuck(notes, stuck):
    last = max((n.end for n in notes), default=9.0)
    assert is_stuck(notes, last) is stuck
    assert is_stuck(notes, last + 8.1)


def test_distances():
    real = [Statistics(2, 1, 3, 10, 0), Statistics(4, 1, 3, 20, 0)]
    made = [Statistics(5, 1, 2, 15, 0), Statistics(7, 1, 2, 15, 0)]
    assert means(made)["notes_per_second"] == 6
    assert distances(made, real) == {
        "notes_per_second": 3, "polyphony": 0, "pitch_class_entropy": math.inf,
        "velocity_spread": 0, "loops": 0,
    }  # fmt: skip
