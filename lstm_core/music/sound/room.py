"""The room around an instrument: its answer to a clap, and what it makes of a sound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

EARLY = 7  # echoes of each side that stand alone, before they run together
ECHO = 0.03  # how loud they are, beside the noise
DISTANCE = 0.012  # seconds until the first of them
DULL = 1_500.0  # Hz above which walls and air take more


@dataclass(frozen=True)
class Room:
    """A room.

    Attributes:
        seconds: in which a low sound falls by 60 dB; a high one takes less than half of that.
        wet: amplitude of what comes back, of 1 that is played; between 200 and 2,000 Hz.
    """

    seconds: float
    wet: float


@lru_cache(maxsize=8)
def response(room: Room, rate: int) -> np.ndarray:
    """(K, 2) what comes back of one sample of 1: some echoes, then noise that dies away."""
    rng = np.random.default_rng(1)
    count = round(room.seconds * rate)
    t = np.arange(count)[:, None] / rate
    noise = rng.standard_normal((count, 2)) * (1 - np.exp(-t / DISTANCE))
    for side in range(2):
        echoes = (rng.uniform(DISTANCE, 5 * DISTANCE, EARLY) * rate).astype(int)
        noise[echoes, side] += rng.choice((-ECHO, ECHO), EARLY) * np.sqrt(rate)
    noise[: round(DISTANCE * rate)] = 0
    hertz = np.fft.rfftfreq(count, 1 / rate)[:, None]
    bright = np.fft.rfft(noise, axis=0) * hertz**2 / (150**2 + hertz**2)  # no rumble
    bright /= 1 + (hertz / 6_000) ** 2
    low = np.fft.irfft(bright / (1 + (hertz / DULL) ** 2), count, axis=0)
    high = np.fft.irfft(bright, count, axis=0) - low
    falling = np.log(1_000) * t / room.seconds
    heard = low * np.exp(-falling) + high * np.exp(-2.2 * falling)
    heard[: round(DISTANCE * rate / 2)] = 0  # filters ring backwards, too
    heard *= np.cos(np.pi / 2 * t / room.seconds)  # to end at nothing
    gain = np.abs(np.fft.rfft(heard, axis=0)[(hertz[:, 0] > 200) & (hertz[:, 0] < 2_000)])
    return (heard * room.wet / np.sqrt((gain**2).mean())).astype(np.float32)


@lru_cache(maxsize=16)
def spectrum(room: Room, rate: int, size: int) -> np.ndarray:
    """(size / 2 + 1, 2) the transform of the response."""
    return np.fft.rfft(response(room, rate), size, axis=0)


class Reverberation:
    """A sound in a room, piece by piece (overlap-add).

    Args:
        room: that it is played in.
        rate: samples a second.
    """

    def __init__(self, room: Room, rate: int) -> None:
        self._room, self._rate = room, rate
        self._rest = np.zeros((len(response(room, rate)) - 1, 2), np.float32)

    def push(self, dry: np.ndarray) -> np.ndarray:
        """(n, 2) the next piece as it is heard, of (n, 2) as it is played."""
        length = len(dry) + len(self._rest)
        size = quick_size(length)
        heard = np.fft.rfft(dry, size, axis=0) * spectrum(self._room, self._rate, size)
        back = np.fft.irfft(heard, size, axis=0)[:length].astype(np.float32)
        back[: len(self._rest)] += self._rest
        self._rest = back[len(dry) :]
        return dry + back[: len(dry)]

    def rest(self) -> np.ndarray:
        """(K - 1, 2) what comes back after the last piece."""
        return self._rest


def quick_size(least: int) -> int:
    """A length of at least so much that has a fast Fourier transform."""
    return min(m * 2 ** int(np.ceil(np.log2(least / m))) for m in (1, 3, 5, 9, 15))
