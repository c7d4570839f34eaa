"""What a page needs to play an instrument itself, at once and as exactly as its own roll: a short
sound for every fourth key, and how to play it.

`samples` returns a dict that JSON can hold:

- `samples`: for every fourth key its `pitch` (MIDI) and `wav` (a mono file, base64). `loop` is the
  part that goes round, without clicks, while the key is held: from and to in seconds. `decay` is
  the time constant in seconds with which the sound has to fade from the beginning of the loop on;
  None if it does not.
- `gain` and `cutoff`: by velocity, 0 to 127. `cutoff` in Hz is that of a low-pass of second order
  whose Q is 1/2 (-6.02 dB, as Web Audio counts it); None if there is no filter.
- `hardness`, `release` and `pan`: by pitch, 0 to 127. The filter's frequency is cutoff[velocity] *
  hardness[pitch]. `release` is the time constant in seconds of the end of a note; None for keys
  that ring on. `pan` is that of an equal-power panner.
- `attack`: seconds of a fade-in; the piano's samples begin as they should, and have none.
- `room`: `wav`, a stereo file, for a convolver that normalises it, and the `gain` of what comes
  out of that.

To play a note, take the sample with the nearest pitch at a playback rate of r =
2^((pitch - sample.pitch) / 12); the loop, and the fading with it, begins loop[0] / r seconds after
the start. Then filter, fade in, fade by decay and release, amplify by gain[velocity], pan; and send
the sum of all notes to the speakers and into the room. All this together is what `render` does, but
for the limiter, and for the end of long notes of the piano, whose partials all fade alike in the
loop.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from lstm_core.music.sound import organ, piano
from lstm_core.music.sound.instruments import Instrument, find
from lstm_core.music.sound.modes import Bank, Modes
from lstm_core.music.sound.notes import PITCHES, frequency
from lstm_core.music.sound.room import Room, response
from lstm_core.music.sound.wavefile import wav

RATE = 22_050
ROOM_RATE = 11_025  # little that is higher comes back
STEP = 4  # semitones from sample to sample
PIANO_KEYS = range(21, 109, STEP)
ORGAN_KEYS = range(36, 85, STEP)
SPARE = 64  # samples after the loop, for what looks ahead when it resamples

FULL_SCALE = 0.98
"""Of the loudest sample in its file."""

NORMAL_GAIN, NORMAL_RATE = 0.00125, 44_100
"""To what a convolver of Web Audio scales its response (root of the mean square), and at which
rate: GainCalibration and GainCalibrationSampleRate of the standard."""

Sample = tuple[int, np.ndarray, tuple[float, float], float | None]
"""Pitch, sound (n,), loop and decay in seconds."""


@lru_cache(maxsize=2)
def samples(instrument: str = "piano") -> dict[str, Any]:
    """The sounds of an instrument, to be played elsewhere; see the top of this file.

    As JSON the piano takes 1.5 MB, the organ 0.4 MB.

    Raises:
        ValueError: if there is no such instrument.
    """
    player = find(instrument)
    return (organ_samples if instrument == "organ" else piano_samples)(player)


def piano_samples(player: Instrument) -> dict[str, Any]:
    """As `samples`: strings struck without felt, as the page's filter is the felt."""
    return {
        **packed([struck(pitch) for pitch in PIANO_KEYS], piano.loudness),
        "attack": None,
        "cutoff": by_number(piano.cutoff),
        "hardness": by_number(piano.hardness),
        "release": by_number(piano.release),
        **placed(player),
    }


def organ_samples(player: Instrument) -> dict[str, Any]:
    """As `samples`."""
    return {
        **packed([blown(pitch) for pitch in ORGAN_KEYS], organ.loudness),
        "attack": organ.ATTACK,
        "cutoff": None,
        "hardness": None,
        "release": [organ.RELEASE] * PITCHES,
        **placed(player),
    }


def struck(pitch: int) -> Sample:
    """A key of the piano: as it is at first, and then its modes, each as strong as it is by then
    and at the nearest frequency that is periodic in the loop."""
    seconds = float(np.interp(pitch, (21, 60, 108), (1.0, 0.9, 0.35)))
    periods = round(np.interp(pitch, (21, 60, 108), (0.4, 0.35, 0.1)) * frequency(pitch))
    length, begin = round(RATE * periods / frequency(pitch)), round(RATE * seconds)
    modes = piano.strings(pitch).below(0.45 * RATE)
    bank = Bank(modes, seconds, RATE)
    sound = bank.sound(begin, np.ones(len(modes.amplitude)))
    rise = piano.rise(pitch, RATE)
    sound[: len(rise)] *= rise
    later = modes.at(begin / RATE)
    grid = RATE / length
    still = Modes(
        grid * np.rint(later.frequency / grid),
        later.amplitude,
        np.zeros_like(later.decay),
        later.phase,
    )
    count = length + SPARE
    going_round = Bank(still, count / RATE, RATE).sound(count, np.ones(len(later.amplitude)))
    loop = begin / RATE, (begin + length) / RATE
    return pitch, np.concatenate((sound, going_round)), loop, fading(pitch, later)


def fading(pitch: int, modes: Modes) -> float:
    """The time constant at which a sound goes on to fade, as it is heard at middle velocity."""
    seconds = piano.ringing(pitch) / 4
    heard = modes.amplitude * piano.felt(pitch, 64, modes.frequency)
    left = heard * np.exp(-modes.decay * seconds)
    return float(2 * seconds / np.log((heard**2).sum() / (left**2).sum()))


def blown(pitch: int) -> Sample:
    """A key of the organ."""
    loop = organ.loop(pitch, RATE)
    return pitch, np.concatenate((loop, loop[:SPARE])), (0.0, len(loop) / RATE), None


def packed(made: list[Sample], loudness: Callable[[int], float]) -> dict[str, Any]:
    """Samples as files of one loudness, and the gain by velocity that makes up for it."""
    scale = FULL_SCALE / max(float(np.abs(sound).max()) for _, sound, *_ in made)
    return {
        "samples": [
            {
                "pitch": pitch,
                "wav": text(wav(sound * scale, RATE)),
                "loop": loop,
                "decay": decay,
            }
            for pitch, sound, loop, decay in made
        ],
        "gain": [0.0, *(loudness(velocity) / scale for velocity in range(1, 128))],
    }


def placed(player: Instrument) -> dict[str, Any]:
    """Where the keys stand, and in what room."""
    return {"pan": by_number(player.pan), "room": echo(player.room)}


def echo(room: Room) -> dict[str, Any]:
    """A room for a convolver."""
    clap = response(room, ROOM_RATE)
    strength = float(np.sqrt((clap**2).mean()))
    file = wav(clap * (FULL_SCALE / np.abs(clap).max()), ROOM_RATE)
    return {"wav": text(file), "gain": strength * ROOM_RATE / (NORMAL_GAIN * NORMAL_RATE)}


def by_number(of: Callable[[int], float | None]) -> list[float | None]:
    """A table for 0 to 127."""
    return [of(n) for n in range(PITCHES)]


def text(file: bytes) -> str:
    """A file in base64."""
    return base64.b64encode(file).decode("ascii")
