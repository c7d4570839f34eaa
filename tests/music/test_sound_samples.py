"""What a page gets to play the instruments itself: played here as it plays there."""

import base64
import io
import json
import wave

import numpy as np
import pytest

from lstm_core.music.sound import INSTRUMENTS, RATE, samples
from lstm_core.music.sound.room import response

BOTH = list(INSTRUMENTS)


def opened(text):
    """A file in base64 as (N,) or (N, 2) and its rate."""
    with wave.open(io.BytesIO(base64.b64decode(text))) as file:
        count, rate = file.getnframes(), file.getframerate()
        sound = np.frombuffer(file.readframes(count), "<i2").reshape(count, -1) / 32_767
    return sound.squeeze(), rate


def as_the_page_plays(kept, pitch, velocity, seconds):
    """(N,) a note at the full rate, in the middle and without a room."""
    sample = min(kept["samples"], key=lambda sample: abs(sample["pitch"] - pitch))
    sound, rate = opened(sample["wav"])
    speed = 2 ** ((pitch - sample["pitch"]) / 12)
    tau = kept["release"][pitch]
    t = np.arange(round(RATE * (seconds + 0.5))) / RATE
    begin, end = (place * rate for place in sample["loop"])
    at = t * speed * rate
    at = np.where(at < begin, at, begin + (at - begin) % (end - begin))
    # Band-limited, as decodeAudioData resamples: four times the rate, then straight lines.
    fine = np.fft.irfft(np.fft.rfft(sound), 4 * len(sound)) * 4
    played = np.interp(at * 4, np.arange(len(fine)), fine)
    if sample["decay"] is not None:
        played *= np.exp(-np.maximum(0, t - begin / rate / speed) / sample["decay"])
    if kept["cutoff"] is not None:
        hertz = np.fft.rfftfreq(len(t), 1 / RATE)
        cutoff = kept["cutoff"][velocity] * kept["hardness"][pitch]
        played = np.fft.irfft(np.fft.rfft(played) / (1 + (hertz / cutoff) ** 2), len(t))
    if kept["attack"] is not None:
        played *= np.minimum(1, t / kept["attack"])
    if tau is not None:
        played *= np.exp(-np.maximum(0, t - seconds) / tau)
    return kept["gain"][velocity] * played


def level(sound, low, high):
    """Decibels of a sound between two frequencies."""
    power = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    return 10 * np.log10(power[(hertz >= low) & (hertz < high)].sum() / len(sound) ** 2)


@pytest.mark.parametrize("instrument", BOTH)
@pytest.mark.parametrize(
    ("pitch", "velocity"), [(37, 100), (60, 70), (61, 30), (61, 110), (76, 127), (85, 80)]
)
def test_the_page_plays_what_the_file_has(instrument, pitch, velocity):
    page = as_the_page_plays(samples(instrument), pitch, velocity, 1.0)
    file = INSTRUMENTS[instrument].tone(pitch, velocity, 1.0, RATE)
    hertz = 440 * 2 ** ((pitch - 69) / 12)
    # Of neighbouring keys, each has its own weak and strong partials.
    exact = any(sample["pitch"] == pitch for sample in samples(instrument)["samples"])
    for part in (slice(RATE // 8, RATE // 2), slice(RATE // 2, RATE)):
        bands = [(0.5, 1.5), (0.5, 40)] if instrument == "piano" else [(0.8, 1.5), (1.5, 9)]
        for low, high in bands:
            ours, theirs = (level(s[part], low * hertz, high * hertz) for s in (file, page))
            assert theirs == pytest.approx(ours, abs=1.5 if exact else 5)
    peaks = [np.abs(np.fft.rfft(s[:RATE] * np.hanning(RATE), 2**18)) for s in (file, page)]
    near = slice(int(hertz / 1.05 * 2**18 / RATE), int(hertz * 1.05 * 2**18 / RATE))
    ours, theirs = (near.start + p[near].argmax() for p in peaks)
    assert abs(1200 * np.log2(theirs / ours)) < 6


def test_long_notes_fade_as_the_strings_do():
    kept = samples("piano")
    for pitch in (33, 60, 73):
        page = as_the_page_plays(kept, pitch, 80, 3.0)
        file = INSTRUMENTS["piano"].tone(pitch, 80, 3.0, RATE)
        late = slice(int(2.2 * RATE), int(2.9 * RATE))
        ours, theirs = (level(sound[late], 20, 20_000) for sound in (file, page))
        assert theirs == pytest.approx(ours, abs=4)


@pytest.mark.parametrize("instrument", BOTH)
def test_loops_have_no_clicks(instrument):
    for sample in samples(instrument)["samples"]:
        sound, rate = opened(sample["wav"])
        begin, end = (place * rate for place in sample["loop"])
        assert begin == pytest.approx(round(begin), abs=1e-6)
        assert end == pytest.approx(round(end), abs=1e-6)
        begin, end = round(begin), round(end)
        again = np.arange(-10 if begin else 0, 64)
        if begin:  # the loop itself begins without one, too
            slope = np.abs(np.diff(sound, 2))
            assert (
                slope[begin - 5 : begin + 5].max() <= 1.3 * slope[begin - 500 : begin + 500].max()
            )
        again = again[again >= 0]
        np.testing.assert_allclose(sound[end + again], sound[begin + again], atol=2 / 32_767)
        periods = (end - begin) / rate * 440 * 2 ** ((sample["pitch"] - 69) / 12)
        assert abs(1200 * np.log2(round(periods) / periods)) < 0.5


@pytest.mark.parametrize(("instrument", "most"), [("piano", 1_500_000), ("organ", 400_000)])
def test_samples_are_small_and_json(instrument, most):
    sent = json.dumps(samples(instrument), allow_nan=False)
    assert len(sent) < most
    kept = json.loads(sent)
    assert all(len(kept[table]) == 128 for table in ("gain", "release", "pan"))
    pitches = [sample["pitch"] for sample in kept["samples"]]
    assert min(pitches) <= 36
    assert max(pitches) >= 84
    assert max(np.diff(pitches)) <= 4


@pytest.mark.parametrize("instrument", BOTH)
def test_a_convolver_makes_the_same_room(instrument):
    """A convolver scales a response to a root mean square of 0.00125 at 44.1 kHz."""
    given = samples(instrument)["room"]
    sound, rate = opened(given["wav"])
    seconds, context = len(sound) / rate, 44_100
    times = np.arange(round(seconds * context)) / context
    there = np.stack([np.interp(times * rate, np.arange(len(s)), s) for s in sound.T], axis=1)
    exact = np.sqrt((sound**2).mean())  # straight lines lose the highest
    there *= 0.00125 / exact * 44_100 / context * given["gain"]
    ours = response(INSTRUMENTS[instrument].room, context)
    gains = []
    for clap in (ours, there):
        gain, hertz = np.abs(np.fft.rfft(clap, axis=0)), np.fft.rfftfreq(len(clap), 1 / context)
        gains.append(np.sqrt((gain[(hertz > 250) & (hertz < 1_500)] ** 2).mean()))
    assert gains[0] == pytest.approx(gains[1], rel=0.15)


def test_only_some_instruments_have_samples():
    with pytest.raises(ValueError, match="one of: piano, organ"):
        samples("kazoo")
