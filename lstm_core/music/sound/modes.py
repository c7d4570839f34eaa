"""Damped sinusoids, many at a time: what a struck string or a wooden board sounds like.

At sample t = B i + j a mode is the real part of a z^t = (a z^(B i)) z^j. So the sum of all modes is
a product of two matrices, one with a row for each block of B samples and one with a column for each
place in a block: a few multiplications a sample and mode, and no sine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

BLOCK = 512  # B
INAUDIBLE = 1e-12  # smaller numbers than this only slow the product down


class Modes(NamedTuple):
    """M damped sinusoids a e^(-d t) cos(2 pi f t + p).

    Attributes:
        frequency: (M,) f in Hz.
        amplitude: (M,) a.
        decay: (M,) d, 1 / second.
        phase: (M,) p in radians.
    """

    frequency: np.ndarray
    amplitude: np.ndarray
    decay: np.ndarray
    phase: np.ndarray

    def below(self, highest: float) -> Modes:
        """The modes that are lower than a frequency in Hz."""
        return Modes(*(values[self.frequency < highest] for values in self))

    def at(self, seconds: float) -> Modes:
        """The same modes, looked at from a later moment."""
        return self._replace(
            amplitude=self.amplitude * np.exp(-self.decay * seconds),
            phase=self.phase + 2 * np.pi * self.frequency * seconds,
        )


class Bank:
    """Modes, ready to sound again and again.

    Args:
        modes: those that the rate cannot hold are left out.
        seconds: the longest that is asked of them.
        rate: samples a second.
    """

    def __init__(self, modes: Modes, seconds: float, rate: int) -> None:
        self.modes = modes = modes.below(0.45 * rate)
        step = (2j * np.pi * modes.frequency - modes.decay) / rate  # (M,)
        begins = BLOCK * np.arange(-(-int(np.ceil(seconds * rate)) // BLOCK))  # (I,)
        coarse = modes.amplitude * np.exp(np.outer(begins, step) + 1j * modes.phase)  # (I, M)
        fine = np.exp(np.outer(step, np.arange(BLOCK)))  # (M, B)
        self._coarse = np.hstack((coarse.real, coarse.imag)).astype(np.float32)  # (I, 2M)
        self._coarse[np.abs(self._coarse) < INAUDIBLE] = 0
        self._fine = np.vstack((fine.real, -fine.imag)).astype(np.float32)  # (2M, B)

    def sound(self, count: int, weight: np.ndarray) -> np.ndarray:
        """(count,) the sum of the modes, from their beginning.

        Args:
            count: samples.
            weight: (M,) by which the modes are made louder or softer.
        """
        blocks = self._coarse[: -(-count // BLOCK)] * np.tile(weight, 2).astype(np.float32)
        return (blocks @ self._fine).ravel()[:count]
