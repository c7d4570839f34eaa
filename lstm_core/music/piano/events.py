"""Performances as sequences of events, there and back.

The events are those of Performance RNN (Simon & Oore 2017; Oore et al. 2018, "This Time with
Feeling: Learning Expressive Musical Performance", arXiv:1808.03715, section 3): a key goes down, a
key goes up, time passes, the following keys are struck so hard. One symbol more says that a piece
begins.

One performance has one sequence of events. Time goes in steps of 10 ms from its first note. What
happens in one step comes in this order: keys that go up, from the lowest; then keys that go down,
from the lowest, each after its velocity where that is another than the last. Between steps time
passes in as many whole seconds as there are, and the rest. A key that is struck while it sounds
goes up first; two strikes in one step are one.

A performance on this grid is an array (N, 4) of its notes by start and pitch, whose columns are
start and end, in steps, pitch, and number of the velocity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from lstm_core.music.midi import Note

LOWEST, HIGHEST = 21, 108
"""Pitches of a piano's 88 keys, as MIDI counts."""

KEYS = HIGHEST - LOWEST + 1
SHIFTS = 100
"""Lengths of time that one event lets pass: 1 to 100 steps."""

VELOCITIES = 32
STEPS_PER_SECOND = 100

START = 0
ON = 1
OFF = ON + KEYS
SHIFT = OFF + KEYS
VELOCITY = SHIFT + SHIFTS
EVENTS = VELOCITY + VELOCITIES
"""Number of symbols; those before it are where each kind of symbol begins."""

LONGEST = 30 * STEPS_PER_SECOND
"""Steps after which no string is heard any more: notes end there at the latest."""

USUAL_VELOCITY = 16
"""Number of the velocity as long as none was named."""


def velocity_number(velocity: np.ndarray) -> np.ndarray:
    """0 to 31 for velocities from 1 to 127."""
    return (velocity - 1) * VELOCITIES // 128


def velocity_of(number: int) -> int:
    """The middle of the velocities of a number."""
    return number * (128 // VELOCITIES) + 2


def kind_of(event: int) -> tuple[str, int]:
    """What an event is: "start", "on" or "off" with the pitch, "shift" with the steps, "velocity"
    with the velocity."""
    if event >= VELOCITY:
        return "velocity", velocity_of(event - VELOCITY)
    if event >= SHIFT:
        return "shift", event - SHIFT + 1
    if event >= OFF:
        return "off", event - OFF + LOWEST
    return ("on", event - ON + LOWEST) if event >= ON else ("start", 0)


def on_grid(notes: Sequence[Note]) -> np.ndarray:
    """(N, 4) int64: the notes on the grid, the first at step 0; those beyond the keyboard are left
    out."""
    rows = np.array([n for n in notes if LOWEST <= n.pitch <= HIGHEST], dtype=float).reshape(-1, 4)
    if not len(rows):
        return np.zeros((0, 4), dtype=np.int64)
    pitch, velocity, start, end = rows.T
    begun = start.min()
    exact = (start - begun) * STEPS_PER_SECOND
    start, end = np.rint(exact), np.rint((end - begun) * STEPS_PER_SECOND)
    # A note lasts a step at least; where that leaves no other way, it begins a little early.
    start = np.where(end > start, start, np.floor(exact))
    start, end = start.astype(np.int64), end.astype(np.int64)
    pitch, velocity = pitch.astype(np.int64), velocity.astype(np.int64)
    return separated(np.stack((start, end, pitch, velocity_number(velocity)), axis=1))


def separated(grid: np.ndarray) -> np.ndarray:
    """The same notes with lengths of 1 step to `LONGEST`, none of which sounds on where its key is
    struck again.

    Args:
        grid: (N, 4), in any order.
    """
    if not len(grid):
        return grid
    grid = grid[np.lexsort((grid[:, 0], grid[:, 2]))]
    another = np.ones(len(grid), dtype=bool)  # than the one before
    another[1:] = (np.diff(grid[:, 0]) != 0) | (np.diff(grid[:, 2]) != 0)
    first = np.flatnonzero(another)
    start, pitch = grid[first, 0], grid[first, 2]
    end, velocity = (np.maximum.reduceat(grid[:, column], first) for column in (1, 3))
    end = end.clip(start + 1, start + LONGEST)
    again = np.append(np.where(np.diff(pitch) == 0, start[1:], end[:-1]), end[-1])
    kept = np.stack((start, np.minimum(end, again), pitch, velocity), axis=1)
    return kept[np.lexsort((pitch, start))]


def events_of(grid: np.ndarray) -> np.ndarray:
    """(T,) int64: the events of a performance, or of a passage that begins at step 0.

    Args:
        grid: (N, 4), `separated`; of notes that begin before step 0 only the end is an event.
    """
    struck = grid[grid[:, 0] >= 0]
    time = np.concatenate((grid[:, 1], struck[:, 0]))
    down = np.arange(len(time)) >= len(grid)
    pitch = np.concatenate((grid[:, 2], struck[:, 2]))
    order = np.lexsort((pitch, down, time))
    time, down, pitch = time[order], down[order], pitch[order]

    velocity = np.concatenate((np.zeros(len(grid), dtype=np.int64), struck[:, 3]))[order]
    named = np.zeros(len(time), dtype=bool)
    named[down] = np.diff(velocity[down], prepend=-1) != 0
    gaps = np.diff(time, prepend=0)
    shifts = -(-gaps // SHIFTS)
    place = np.cumsum(shifts + named + 1) - 1  # of each key that goes up or down
    events = np.full(len(time) + shifts.sum() + named.sum(), SHIFT + SHIFTS - 1)
    events[place] = np.where(down, ON, OFF) + pitch - LOWEST
    events[place[named] - 1] = VELOCITY + velocity[named]
    passed = shifts > 0
    events[(place - named - 1)[passed]] = SHIFT + (gaps[passed] - 1) % SHIFTS
    return events


def encode(notes: Sequence[Note]) -> np.ndarray:
    """(T,) int64: the events of a performance, without the symbol of its beginning."""
    return events_of(on_grid(notes))


class Decoder:
    """Makes notes of events, one after the other, whatever their order.

    A key that goes up without having gone down is passed over, and so is one that goes down twice
    in one step; where it goes down again later, its note ends and another begins. No note lasts
    longer than `LONGEST`.

    Args:
        step: at which time begins.
        origin: seconds of step 0.
    """

    def __init__(self, step: int = 0, origin: float = 0.0) -> None:
        self.step, self.origin, self.velocity = step, origin, velocity_of(USUAL_VELOCITY)
        self.sounding: dict[int, tuple[int, int]] = {}  # pitch -> velocity and first step

    @property
    def seconds(self) -> float:
        """The time."""
        return self.origin + self.step / STEPS_PER_SECOND

    def __call__(self, event: int) -> list[Note]:
        """Takes an event; returns the notes that end with it."""
        kind, value = kind_of(event)
        ended: list[Note] = []
        if kind == "shift":
            self.step += value
            over = [p for p, (_, begun) in self.sounding.items() if self.step - begun > LONGEST]
            ended = [self.end(pitch) for pitch in over]
        elif kind == "velocity":
            self.velocity = value
        elif kind == "start":
            ended = self.close()
        elif kind == "on":
            if value not in self.sounding:
                self.sounding[value] = self.velocity, self.step
            elif self.sounding[value][1] < self.step:
                ended = [self.end(value)]
                self.sounding[value] = self.velocity, self.step
        elif value in self.sounding:
            ended = [self.end(value)]
        return ended

    def end(self, pitch: int) -> Note:
        """The note of a key that sounds, and sounds no more."""
        velocity, begun = self.sounding.pop(pitch)
        step = min(max(self.step, begun + 1), begun + LONGEST)
        start, end = (self.origin + s / STEPS_PER_SECOND for s in (begun, step))
        return Note(pitch, velocity, start, end)

    def close(self) -> list[Note]:
        """Ends all that still sounds."""
        return [self.end(pitch) for pitch in sorted(self.sounding)]


def decode(events: Iterable[int]) -> list[Note]:
    """The notes of events, by start and pitch; what still sounds ends with the last event."""
    decoder = Decoder()
    notes = [note for event in events for note in decoder(int(event))]
    return sorted(notes + decoder.close(), key=lambda note: (note.start, note.pitch))
