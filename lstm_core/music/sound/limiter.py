"""Loud passages, turned down before they would clip: smoothly, and knowing what comes.

The level falls and rises over a tenth of a second, which is heard as a hand at the knob and not as
distortion; what stays below the ceiling is not touched.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

CEILING = 0.95
BLOCK = 64  # samples that have one peak
SECONDS = 0.1


class Limiter:
    """Sound below a ceiling, piece by piece; what comes out lags behind what goes in.

    A block's gain is that of the loudest block around it, and then a weighted mean of such gains:
    none of those that are averaged is too high, so the mean is not, either.

    Args:
        rate: samples a second.
    """

    def __init__(self, rate: int) -> None:
        self._wide = max(1, round(SECONDS * rate / BLOCK))  # W blocks to either side
        self._ahead = 2 * self._wide + 2  # blocks that must be known before one can go
        self._window = np.hanning(2 * self._wide + 3)[1:-1]
        self._window /= self._window.sum()
        self._audio = np.zeros((0, 2), np.float32)  # what is not out yet
        self._gain = np.ones(self._ahead)  # that each block asks for, and of as many before them

    def push(self, audio: np.ndarray) -> np.ndarray:
        """(m, 2) what can go out, after (n, 2) has come in."""
        self._audio = audio = np.concatenate((self._audio, audio))
        blocks, known = len(audio) // BLOCK, len(self._gain) - self._ahead
        fresh = np.abs(audio[known * BLOCK : blocks * BLOCK]).reshape(-1, 2 * BLOCK)
        asked = CEILING / np.maximum(fresh.max(axis=1, initial=0), CEILING)
        self._gain = np.concatenate((self._gain, asked))
        ready = blocks - self._ahead
        if ready <= 0:
            return audio[:0]
        least = sliding_window_view(self._gain, 2 * self._wide + 3).min(axis=1)
        smooth = np.convolve(least, self._window, "valid")  # from the block before the first
        middles = np.arange(-1, ready + 1) + 0.5
        gain = np.interp((np.arange(ready * BLOCK) + 0.5) / BLOCK, middles, smooth)
        self._audio, self._gain = audio[ready * BLOCK :], self._gain[ready:]
        return audio[: ready * BLOCK] * gain[:, None].astype(np.float32)

    def rest(self) -> np.ndarray:
        """(m, 2) all that has not come out yet."""
        left = len(self._audio)
        silence = np.zeros((self._ahead * BLOCK + -left % BLOCK, 2), np.float32)
        return self.push(silence)[:left]
