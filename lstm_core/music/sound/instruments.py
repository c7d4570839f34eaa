"""The instruments there are: how a key sounds, where it stands, and in which room."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lstm_core.music.sound import organ, piano
from lstm_core.music.sound.room import Room


@dataclass(frozen=True)
class Instrument:
    """An instrument.

    Attributes:
        tone: of pitch, velocity, seconds held and rate, a sound (N,).
        room: that it stands in.
        spread: how far to the side its outermost keys are, 0 to 1.
        middle, reach: the pitch that is heard in the middle, and how far it is to the outermost.
    """

    tone: Callable[[int, int, float, int], np.ndarray]
    room: Room
    spread: float
    middle: int
    reach: int

    def pan(self, pitch: int) -> float:
        """Where a key is heard: -1 is left, 1 is right."""
        return self.spread * min(1.0, max(-1.0, (pitch - self.middle) / self.reach))

    def sides(self, pitch: int) -> tuple[float, float]:
        """Gains of left and right; their squares add up to 1."""
        angle = math.pi / 4 * (1 + self.pan(pitch))
        return math.cos(angle), math.sin(angle)


INSTRUMENTS = {
    "piano": Instrument(piano.tone, Room(0.9, wet=0.22), spread=0.5, middle=64, reach=44),
    "organ": Instrument(organ.tone, Room(1.6, wet=0.5), spread=0.6, middle=60, reach=24),
}


def find(name: object) -> Instrument:
    """An instrument by its name.

    Raises:
        ValueError: a sentence that names all instruments.
    """
    if not isinstance(name, str) or name not in INSTRUMENTS:
        raise ValueError(f"The instrument must be one of: {', '.join(INSTRUMENTS)}.")
    return INSTRUMENTS[name]
