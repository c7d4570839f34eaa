"""A soft organ: flutes and a quiet principal, and a rank tuned a little high that makes it float.

A pipe's sound is periodic while it lasts, so that a key is a short loop, played again and again.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lstm_core.music.sound.notes import PITCHES, frequency

STOPS: dict[str, dict[int, float]] = {
    "gedackt 8'": {1: 1.0, 2: 0.04, 3: 0.16, 5: 0.04},
    "principal 8'": {1: 0.45, 2: 0.28, 3: 0.18, 4: 0.12, 5: 0.08, 6: 0.05, 7: 0.03, 8: 0.02},
    "flute 4'": {2: 0.35, 4: 0.04, 6: 0.03},
    "flute 2'": {4: 0.08, 8: 0.02},
}
"""Amplitudes of the harmonics of an 8' pipe, one to eight."""

SECONDS = 0.38
"""About the length of a loop: a whole number of periods."""

FLOATING = 0.2
"""Amplitude of the rank that is tuned high, by one beat a loop. Low keys go without."""

ATTACK, RELEASE = 0.06, 0.09
"""Seconds until a pipe speaks in full, and until it has fallen to 1 / e."""

LEVEL = 0.09
"""Root of the mean square of one key at velocity 96."""


def loudness(velocity: int) -> float:
    """The amplitude of a key, as a swell box would make it: gently; 1 at velocity 96."""
    return (velocity / 96) ** 0.6


@lru_cache(maxsize=PITCHES)
def loop(pitch: int, rate: int) -> np.ndarray:
    """(n,) a key as it sounds at velocity 96, in one round of its loop.

    The loop is a whole number of samples, which moves the pitch by less than a tenth of a cent.
    """
    rng = np.random.default_rng(pitch)
    periods = max(1, round(SECONDS * frequency(pitch)))
    count = round(rate * periods / frequency(pitch))
    spectrum = np.zeros(count // 2 + 1, dtype=np.complex128)
    floating = FLOATING * float(np.clip((pitch - 45) / 15, 0, 1))
    highest = min(0.45 * rate, 10_000.0)
    for harmonic in range(1, 9):
        hertz, place = harmonic * frequency(pitch), harmonic * periods
        amplitude = sum(stop.get(harmonic, 0) for stop in STOPS.values())
        amplitude /= 1 + (hertz / 4_000) ** 2  # wood and distance
        turns = np.exp(2j * np.pi * rng.random(2))
        if hertz < highest:
            spectrum[place] += amplitude * turns[0]
            spectrum[place + 1] += amplitude * floating * turns[1]
    power = (np.abs(spectrum) ** 2).sum() / 2  # 0 if the pipe is too high for the rate
    spectrum *= LEVEL * 2 ** ((60 - pitch) / 48) / np.sqrt(power or 1)
    return (np.fft.irfft(spectrum, count) * count / 2).astype(np.float32)


def tone(pitch: int, velocity: int, seconds: float, rate: int) -> np.ndarray:
    """(N,) a key, held for some time; until it is silent.

    Args:
        pitch: 0 to 127.
        velocity: 1 to 127.
        seconds: until the key is let go.
        rate: samples a second.
    """
    falls, tau = round(seconds * rate), RELEASE * rate
    count = falls + int(7 * tau)
    sound = loudness(velocity) * np.resize(loop(pitch, rate), count)
    attack = round(ATTACK * rate)
    sound[:attack] *= np.sin(np.pi / 2 * np.arange(attack) / attack) ** 2
    sound[falls:] *= np.exp(-np.arange(count - falls) / tau)
    last = round(0.01 * rate)
    sound[count - last :] *= np.linspace(1, 0, last)
    return sound.astype(np.float32, copy=False)
