"""A piano: strings of steel with their stiffness, their losses and their hammers, as modes.

- A stiff string's partials lie ever higher above the harmonics: f_n = n f_0 sqrt(1 + B n^2)
  (Fletcher 1964), with B as Rigaud, David and Daudet (2013) found it on real pianos.
- Losses grow with the key and with the square of the frequency (Bensa et al. 2003).
- Each partial dies away fast at first and slowly later, as its two or three strings and their two
  polarisations come to move against each other (Weinreich 1977).
- A hammer that strikes harder is stiffer and leaves the string sooner (Askenfelt and Jansson 1993):
  its spectrum reaches higher. Here it is a low-pass of second order, 1 / (1 + (f / cutoff)^2).
- The knock of the key and the hammer is a cloud of short modes of the soundboard.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lstm_core.music.sound.modes import Bank, Modes
from lstm_core.music.sound.notes import PITCHES, frequency

PARTIALS, HIGHEST = 64, 10_000.0
"""Most partials of a key, and the highest frequency of one in Hz."""

STRIKE = 1 / 8
"""Where the hammer meets the string, as a part of its length."""

FAST, SLOW, AFTERSOUND = 1.5, 0.5, 0.2
"""The rates of the two stages, by the mean rate of the string; and the second one's amplitude."""

DETUNED = 0.8  # cents between the two stages of a partial, about: a slow beat

LOUDEST = 12.0
"""Seconds after which a string is damped in any case: little of it is left."""

UNDAMPED = 90
"""The lowest key without a damper: F#6."""

LEVEL = 0.15
"""Of one key at velocity 96, right after the stroke: root of the mean square."""

KNOCKS = 24
CUTOFF = 2_200.0  # Hz, of the hardest stroke on C4


def inharmonicity(pitch: int) -> float:
    """The coefficient B of a key's string: least in the tenor, most in the treble."""
    return float(np.exp(0.0926 * pitch - 13.64) + np.exp(-0.0847 * pitch - 5.82))


def loss(pitch: int, hertz: np.ndarray) -> np.ndarray:
    """Mean rates of decay of a key's partials, 1 / second."""
    return max(0.4, 1.1 * np.exp(0.06 * (pitch - 60))) + 1.1e-7 * hertz**2


def release(pitch: int) -> float | None:
    """Seconds in which the damper takes a key's sound down to 1 / e; None if it has no damper."""
    return 0.09 * 2 ** ((60 - pitch) / 36) if pitch < UNDAMPED else None


def loudness(velocity: int) -> float:
    """The amplitude of a stroke, before the felt has softened it; 1 at the hardest."""
    return (velocity / 127) ** 1.3


def cutoff(velocity: int) -> float:
    """Hz at which the felt takes 6 dB off a stroke on C4."""
    return CUTOFF * (velocity / 127) ** 0.8


def hardness(pitch: int) -> float:
    """By how much the cutoff of a key is higher than that of C4: hammers grow small and hard."""
    return 2 ** ((pitch - 60) / 26)


def felt(pitch: int, velocity: int, hertz: np.ndarray) -> np.ndarray:
    """What the hammer leaves of the amplitude of each frequency."""
    return 1 / (1 + (hertz / (cutoff(velocity) * hardness(pitch))) ** 2)


def strings(pitch: int) -> Modes:
    """What a key sets in motion, as a hammer without any felt would.

    The chance in it, a few decibels and the phases, is the same each time.
    """
    rng = np.random.default_rng(pitch)
    n = np.arange(1, PARTIALS + 1)
    stiff = inharmonicity(pitch)
    hertz = n * frequency(pitch) * np.sqrt((1 + stiff * n**2) / (1 + stiff))
    n, hertz = n[(hertz < HIGHEST) | (n == 1)], hertz[(hertz < HIGHEST) | (n == 1)]
    comb = np.sqrt(0.05 + 0.95 * np.sin(np.pi * STRIKE * n) ** 2)  # hammers are not points
    board = (hertz / 100) ** 2 / (1 + (hertz / 100) ** 2)  # too small for long waves
    slope = float(np.interp(pitch, (36, 60), (0.4, 0.9)))  # heavy strings are heard far up
    strength = comb * board * n**-slope * np.exp(0.2 * rng.standard_normal(len(n)))
    level = LEVEL * 2 ** ((60 - pitch) / 80)  # the ear hears the treble better
    strength *= level / np.sqrt((strength**2 * felt(pitch, 96, hertz) ** 2).sum() / 2)
    phase, apart = rng.uniform(0, 2 * np.pi, len(n)), rng.normal(0, DETUNED, len(n))
    rate, beating = loss(pitch, hertz), hertz * 2 ** (apart / 1200)
    knock = knocks(level * 0.1 * 2 ** ((pitch - 60) / 24), rng)
    return Modes(
        np.concatenate((hertz, beating, knock.frequency)),
        np.concatenate((strength * (1 - AFTERSOUND), strength * AFTERSOUND, knock.amplitude)),
        np.concatenate((FAST * rate, SLOW * rate, knock.decay)),
        np.concatenate((phase, phase, knock.phase)),
    )


def knocks(level: float, rng: np.random.Generator) -> Modes:
    """The knock of a key, of a root mean square at its beginning."""
    hertz = np.geomspace(70, 2_500, KNOCKS) * rng.uniform(0.93, 1.07, KNOCKS)
    return Modes(
        hertz,
        np.full(KNOCKS, level * np.sqrt(2 / KNOCKS)),
        np.geomspace(30, 120, KNOCKS),
        rng.uniform(0, 2 * np.pi, KNOCKS),
    )


def ringing(pitch: int) -> float:
    """Seconds until a key that is held has lost 60 dB, or has lost enough of them."""
    slowest = SLOW * loss(pitch, np.array(frequency(pitch)))
    return min(LOUDEST, float(np.log(1_000 * AFTERSOUND) / slowest))


def rise(pitch: int, rate: int) -> np.ndarray:
    """(n,) how the sound of a stroke begins: no faster than a hammer moves."""
    count = max(2, round(rate * 0.002 * 2 ** ((60 - pitch) / 36)))
    return (np.sin(np.pi / 2 * np.arange(count) / count) ** 2).astype(np.float32)


def damping(pitch: int) -> float:
    """Seconds to 1 / e at the end of a sound; a string without a damper has little left to lose."""
    return release(pitch) or 0.03


@lru_cache(maxsize=PITCHES)
def bank(pitch: int, rate: int) -> Bank:
    """The strings of a key, ready to sound: about a megabyte."""
    return Bank(strings(pitch), ringing(pitch) + 7 * damping(pitch), rate)


def tone(pitch: int, velocity: int, seconds: float, rate: int) -> np.ndarray:
    """(N,) a key, struck at once and let go later; until it is silent.

    Args:
        pitch: 0 to 127; a piano has 21 to 108.
        velocity: 1 to 127.
        seconds: until the key is let go. F#6 and above ring on.
        rate: samples a second.
    """
    key = bank(pitch, rate)
    held = ringing(pitch) if release(pitch) is None else min(seconds, ringing(pitch))
    falls, tau = round(held * rate), damping(pitch) * rate
    count = falls + int(7 * tau)
    weight = loudness(velocity) * felt(pitch, velocity, key.modes.frequency)
    sound = key.sound(count, weight)
    begin = rise(pitch, rate)
    sound[: len(begin)] *= begin
    sound[falls:] *= np.exp(-np.arange(count - falls) / tau).astype(np.float32)
    last = min(count, round(0.01 * rate))
    sound[count - last :] *= np.linspace(1, 0, last, dtype=np.float32)
    return sound
