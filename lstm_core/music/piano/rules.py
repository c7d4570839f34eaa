"""What may follow while the network plays: well-formed events, no loops, and what was asked for.

The network's own probabilities are never changed; these rules decide what is drawn from them:

- Events come in the order of `piano.events`: a key goes up only if it sounds and down only if it
  does not; keys that go up come first in a step; a velocity is followed by a key; only a whole
  second is followed by more time. No more than `CHORD` keys go down in one step, so that time
  always goes on.
- A piece does not end: its next beginning is never drawn. If no key was struck for `SILENCE`
  seconds, no more time passes before one is.
- A key that was down for `HELD` seconds goes up: the network loses sight of a key now and then, and
  would let it sound on. Of the notes of the validation part, 4 in 1,000 are longer.
- A loop - the same figure of up to 12 notes struck over and over (`piano.loops`) - is let go on for
  `LOOP` seconds: trills and repeated chords stay possible. Then the key that would go on with it
  may not be struck next.
- Weights of the pitch classes multiply the probabilities of the keys that go down.
- A wish for so many notes a second is steered to. The excess of the last seconds over the wish, as
  a logarithm, and what has added up of it, make passing time likelier, more so the longer it is, or
  unlikelier.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from lstm_core.music.piano.events import (
    EVENTS,
    KEYS,
    LOWEST,
    OFF,
    ON,
    SHIFT,
    SHIFTS,
    STEPS_PER_SECOND,
    VELOCITY,
    Decoder,
    kind_of,
)
from lstm_core.music.piano.loops import Loops
from lstm_core.music.piano.request import PianoRequest

CHORD = 12
SILENCE = 4.0
HELD = 5.0
LOOP = 4.0

MEMORY = 5.0
"""Seconds over which notes are counted to steer their number."""

PUSH, DRIFT, MOST = 1.5, 0.6, 6.0
"""Nats for a logarithm of 1 of the excess; nats a second that add up; the most of both together."""

LENGTHS = np.arange(1, SHIFTS + 1) / STEPS_PER_SECOND


class Rules:
    """Follows one piece, and says what may come next.

    Args:
        request: what was asked for.
        decoder: makes the notes of the same piece; is only looked at, after it took an event.
    """

    def __init__(self, request: PianoRequest, decoder: Decoder) -> None:
        self.decoder, self.loops = decoder, Loops()
        self.last = "off" if request.prime else "start"
        self.struck, self.struck_at = 0, decoder.seconds
        self.more_time = False  # the last event let a whole second pass
        self.weights = np.zeros(KEYS)
        if request.classes is not None:
            with np.errstate(divide="ignore"):
                classes = np.log(np.array(request.classes))
            self.weights = classes[np.arange(LOWEST, LOWEST + KEYS) % 12]
        self.density, self.added = request.density, 0.0
        self.recent: deque[float] = deque()  # when keys were struck
        self.begun = decoder.seconds

    def take(self, event: int) -> None:
        """Takes an event that was drawn, after the decoder did."""
        kind, value = kind_of(event)
        now = self.decoder.seconds
        if kind == "on":
            self.struck += 1
            self.struck_at = now
            self.loops.strike(value, now)
            self.recent.append(now)
        elif kind == "shift":
            self.struck = 0
            self.more_time = value == SHIFTS
            if self.density is not None:
                seconds = value / STEPS_PER_SECOND
                self.added += DRIFT * self.excess() * seconds
                self.added = min(max(self.added, -MOST), MOST)
        self.last = kind

    def wanted(self, logits: np.ndarray) -> np.ndarray:
        """(V,) logits with what was asked for, minus infinity for what may not come next."""
        wanted = np.full(EVENTS, -np.inf)
        if self.last in ("shift", "off") and (late := self.late()):
            up = OFF + np.array(late) - LOWEST
            wanted[up] = logits[up]
            return wanted
        keys = slice(ON, ON + KEYS)
        down = [pitch - LOWEST for pitch in self.decoder.sounding]
        if self.struck < CHORD:
            wanted[keys] = logits[keys] + self.weights
            wanted[ON + np.array(down, dtype=int)] = -np.inf
            for pitch in self.loops.next(LOOP):
                wanted[ON + pitch - LOWEST] = -np.inf
        strike = bool((wanted[keys] > -np.inf).any())
        if self.last == "velocity" and strike:
            return wanted
        if strike and self.last != "velocity":
            wanted[VELOCITY:] = logits[VELOCITY:]
        if self.last in ("shift", "off"):
            up = OFF + np.array(down, dtype=int)
            wanted[up] = logits[up]
        # A new piece begins with a key; and time may not pass in vain, unless nothing else is left.
        idle = self.decoder.seconds - self.struck_at >= SILENCE or self.last == "start"
        if (not idle and (self.last != "shift" or self.more_time)) or not strike:
            wanted[SHIFT:VELOCITY] = logits[SHIFT:VELOCITY] + self.push()
        return wanted

    def late(self) -> list[int]:
        """The pitches of keys that were down for too long."""
        begun = self.decoder.step - HELD * STEPS_PER_SECOND
        return [pitch for pitch, (_, step) in self.decoder.sounding.items() if step <= begun]

    def excess(self) -> float:
        """Logarithm of the notes a second of late over those asked for."""
        assert self.density is not None
        now = self.decoder.seconds
        while self.recent and self.recent[0] < now - MEMORY:
            self.recent.popleft()
        heard = min(now - self.begun, MEMORY)
        # One second more, as it was asked for: so that the first notes do not weigh too much.
        rate = (len(self.recent) + self.density) / (heard + 1)
        return math.log(rate / self.density)

    def push(self) -> np.ndarray:
        """(100,) what is added to the logits of passing time."""
        if self.density is None:
            return np.zeros(SHIFTS)
        nats = min(max(PUSH * self.excess() + self.added, -MOST), MOST)
        return nats * (0.5 + LENGTHS)
