"""Sound as a file."""

from __future__ import annotations

import io
import wave

import numpy as np

from lstm_core.music.sound.mixing import RATE


def wav(audio: np.ndarray, rate: int = RATE) -> bytes:
    """A WAV file of 16 bits, rounded.

    Args:
        audio: (N, 2) left and right, or (N,); within -1 and 1.
        rate: samples a second.
    """
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(audio.shape[1] if audio.ndim == 2 else 1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.rint(np.clip(audio, -1, 1) * 32_767).astype("<i2").tobytes())
    return file.getvalue()
