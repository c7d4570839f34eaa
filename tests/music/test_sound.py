"""The instruments by ear, that is by spectrum, level and time; and the sound of whole pieces."""

import wave
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from lstm_core.music.sound import INSTRUMENTS, RATE, organ, render, stream, wav
from lstm_core.music.sound.limiter import CEILING
from lstm_core.music.sound.modes import Bank, Modes
from lstm_core.music.sound.notes import LONGEST, frequency
from lstm_core.music.sound.room import response

BOTH = list(INSTRUMENTS)


def alone(instrument, pitch, velocity=80, seconds=1.5):
    """(N,) a tone without its room."""
    return INSTRUMENTS[instrument].tone(pitch, velocity, seconds, RATE)


def spectrum(sound, size=2**17):
    """Magnitudes and their frequencies."""
    return np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size)), np.fft.rfftfreq(
        size, 1 / RATE
    )


def peak(sound, low, high):
    """The frequency of the strongest sinusoid in a range: the vertex of a parabola in decibels."""
    magnitude, hertz = spectrum(sound)
    inside = (hertz > low) & (hertz < high)
    n = int(np.flatnonzero(inside)[magnitude[inside].argmax()])
    a, b, c = np.log(magnitude[n - 1 : n + 2])
    return (n + 0.5 * (a - c) / (a - 2 * b + c)) * RATE / 2**17


def cents(is_, should_be):
    return 1200 * np.log2(is_ / should_be)


def level(sound):
    """Decibels of the root of the mean square."""
    return 10 * np.log10((np.asarray(sound, float) ** 2).mean())


def decay(sound, high, low):
    """Seconds for 60 dB, from where the energy still to come has fallen between two levels in dB
    (Schroeder 1965)."""
    energy = np.cumsum(np.asarray(sound, float)[::-1] ** 2)[::-1]
    fallen = -10 * np.log10(energy / energy[0] + 1e-12)
    begin, end = np.searchsorted(fallen, (-high, -low)) / RATE
    return 60 * (end - begin) / (high - low)


def jumps(sound):
    """How much the slope changes from sample to sample."""
    return np.abs(np.diff(sound, 2, axis=0))


def test_a_bank_is_the_sum_of_its_modes():
    rng = np.random.default_rng(0)
    modes = Modes(*rng.uniform((100, 0, 0, 0), (3000, 1, 50, 6), (20, 4)).T)
    weight, t = rng.uniform(0, 1, 20), np.arange(3_000)[:, None] / 8_000
    waves = np.exp(-modes.decay * t) * np.cos(2 * np.pi * modes.frequency * t + modes.phase)
    expected = (waves * modes.amplitude * weight).sum(axis=1)
    sound = Bank(modes, 3_000 / 8_000, 8_000).sound(3_000, weight)
    np.testing.assert_allclose(sound, expected, atol=1e-5)


def test_modes_go_on_as_they_were_at_a_later_moment():
    modes = Modes(
        np.array([440.0, 600.0]), np.array([1, 0.5]), np.array([3, 1]), np.array([0.3, 2])
    )
    whole = Bank(modes, 1, 8_000).sound(8_000, np.ones(2))
    later = Bank(modes.at(0.5), 0.5, 8_000).sound(4_000, np.ones(2))
    np.testing.assert_allclose(later, whole[4_000:], atol=1e-5)


def test_what_a_rate_cannot_hold_is_left_out():
    modes = Modes(np.array([100.0, 3_900.0]), np.ones(2), np.zeros(2), np.zeros(2))
    assert len(Bank(modes, 1, 8_000).modes.frequency) == 1


@pytest.mark.parametrize("instrument", BOTH)
@pytest.mark.parametrize("pitch", [33, 45, 57, 69, 81, 93])
def test_keys_are_in_tune(instrument, pitch):
    sound = render([(pitch, 80, 0, 2)], instrument)[: 2 * RATE].sum(axis=1)
    wanted = 440 * 2 ** ((pitch - 69) / 12)
    assert abs(cents(peak(sound, wanted / 1.06, wanted * 1.06), wanted)) < 3


@pytest.mark.parametrize("instrument", BOTH)
def test_a4_is_440(instrument):
    assert abs(cents(peak(alone(instrument, 69, 64), 20, 20_000), 440)) < 3


def test_stiff_strings_have_sharp_partials_and_pipes_have_not():
    measured = {}  # cents of the eighth partial above the eighth harmonic
    for pitch in (36, 48, 60, 72):
        high = 8 * frequency(pitch)
        measured[pitch] = cents(peak(alone("piano", pitch, 127), high / 1.02, high * 1.06), high)
    # Half of B (n^2 - 1) octaves over log 2; B of a grand is about 1e-4 in the tenor, 1e-3 at C5.
    assert 5 < measured[36] < 15
    assert measured[48] < measured[60] < measured[72]
    assert 12 < measured[60] < 30
    assert 35 < measured[72] < 60
    assert abs(cents(peak(alone("organ", 48), 1_000, 1_100), 8 * frequency(48))) < 1


@pytest.mark.parametrize("instrument", BOTH)
@pytest.mark.parametrize("pitch", [24, 60, 96])
def test_velocity_is_heard(instrument, pitch):
    levels = [level(alone(instrument, pitch, v, 0.5)[: RATE // 2]) for v in range(8, 128, 17)]
    steps = [b - a for a, b in pairwise(levels)]
    assert min(steps) > 0.3
    assert sum(steps) > (30 if instrument == "piano" else 8)


@pytest.mark.parametrize("pitch", [33, 60, 84])
def test_a_harder_stroke_is_brighter(pitch):
    centroids = []
    for velocity in (20, 50, 80, 110):
        magnitude, hertz = spectrum(alone("piano", pitch, velocity)[:RATE])
        centroids.append((magnitude**2 * hertz).sum() / (magnitude**2).sum())
    assert all(b > 1.04 * a for a, b in pairwise(centroids))


@pytest.mark.parametrize("instrument", BOTH)
def test_no_key_sticks_out(instrument):
    levels = [level(alone(instrument, p, 80, 0.3)[: RATE // 4]) for p in range(21, 109, 3)]
    assert np.abs(np.diff(levels)).max() < 2.5
    assert np.ptp(levels) < 20


def test_strings_die_away_as_real_ones_do():
    early = {p: decay(alone("piano", p, 90, 20), -0.5, -10) for p in (36, 48, 60, 72, 84, 96)}
    late = {p: decay(alone("piano", p, 90, 20), -15, -35) for p in early}
    assert all(a > b for a, b in pairwise(early.values()))
    assert all(a > b for a, b in pairwise(late.values()))
    assert all(late[p] > 1.5 * early[p] for p in early)  # two stages (Weinreich 1977)
    # The mean rate at C4 and C7 (Bensa et al. 2003): 6 s and 0.6 s.
    assert early[60] < 6.3 < late[60]
    assert early[96] < 0.6 < late[96]


def test_the_damper_falls_when_a_key_is_let_go():
    short, long = alone("piano", 60, 80, 0.5), alone("piano", 60, 80, 3)
    np.testing.assert_allclose(short[: RATE // 2], long[: RATE // 2], rtol=0, atol=1e-6)
    after = slice(RATE, RATE + RATE // 10)
    assert level(short[after]) < level(long[after]) - 35
    assert len(short) < 1.3 * RATE


def test_the_highest_keys_have_no_damper():
    np.testing.assert_array_equal(alone("piano", 90, 80, 0.1), alone("piano", 90, 80, 2))
    assert len(alone("piano", 89, 80, 0.1)) < len(alone("piano", 89, 80, 2))


def test_a_string_that_is_never_damped_comes_to_an_end():
    assert len(alone("piano", 40, 80, LONGEST)) < 16 * RATE


def test_pipes_sound_evenly_until_they_are_closed():
    sound = alone("organ", 60, 80, 4)
    beat = len(organ.loop(60, RATE))
    levels = [level(sound[n : n + beat]) for n in range(RATE // 10, 3 * RATE, RATE // 7)]
    assert np.ptp(levels) < 0.01
    floating = [level(sound[n : n + beat // 8]) for n in range(RATE, 2 * RATE, beat // 8)]
    assert 1 < np.ptp(floating) < 4  # and yet it lives
    assert level(sound[int(4.3 * RATE) : int(4.4 * RATE)]) < levels[0] - 25


@pytest.mark.parametrize("instrument", BOTH)
@pytest.mark.parametrize(("pitch", "seconds"), [(28, 0.7), (60, 0.31), (60, 0.003), (95, 0.2)])
def test_no_clicks(instrument, pitch, seconds):
    """Where a tone begins, where it is let go and where it ends, its slope changes no more than in
    the tone itself."""
    sound = alone(instrument, pitch, 110, seconds)
    held = alone(instrument, pitch, 110, 1.0)
    usual = jumps(held[RATE // 200 : RATE // 5]).max()
    padded = np.concatenate((np.zeros(50), sound, np.zeros(50)))
    assert jumps(padded).max() < max(1.25 * usual, 1e-4)
    assert sound[0] == 0
    assert abs(sound[-1]) < 1e-6
    assert jumps(padded[-500:]).max() < 0.02 * usual


@pytest.mark.parametrize("instrument", BOTH)
def test_notes_begin_at_their_sample(instrument):
    at_once = render([(64, 90, 0, 0.3)], instrument)
    later = render([(64, 90, 0.73, 1.03)], instrument)
    begin = round(0.73 * RATE)
    assert np.abs(later[:begin]).max() < 1e-6
    np.testing.assert_allclose(later[begin:], at_once, atol=1e-6)
    assert np.abs(at_once[:2]).max() < 1e-4
    assert np.abs(at_once[:200]).max() > 1e-4


@pytest.mark.parametrize("instrument", BOTH)
def test_it_ends_in_silence(instrument):
    sound = render([(50, 100, 0, 0.4)], instrument)
    assert np.abs(sound[-100:]).max() < 1e-5
    assert level(sound[-RATE // 10 :]) < -70


@pytest.mark.parametrize("instrument", BOTH)
def test_notes_add_up(instrument):
    notes = [(48, 60, 0, 1), (55, 60, 0.1, 1), (64, 60, 0.2, 1), (72, 60, 0.3, 1)]
    together = render(notes, instrument)
    added = np.zeros_like(together)
    for note in notes:
        sound = render([note], instrument)
        added[: len(sound)] += sound
    np.testing.assert_allclose(together, added, atol=1e-5)


def test_what_is_too_loud_is_turned_down_and_not_distorted():
    notes = [*((p, 127, 0.5, 1.5) for p in range(36, 84, 2)), (60, 60, 3, 4)]
    loud = render(notes)
    assert np.abs(loud).max() < CEILING + 1e-4
    free = np.zeros_like(loud)
    for note in notes:
        sound = render([note])
        free[: len(sound)] += sound
    assert np.abs(free).max() > 1.5
    heard = np.abs(free) > 0.02
    gain = (loud[heard] / free[heard]).reshape(-1)
    where = np.nonzero(heard)[0] / RATE
    assert gain.max() < 1.001
    assert np.abs(gain[where > 3] - 1).max() < 0.01  # back where it was
    smooth = np.interp(np.arange(0.4, 1.5, 0.01), where, gain)
    assert np.abs(np.diff(smooth)).max() < 0.15  # in a hundredth of a second


@pytest.mark.parametrize("instrument", BOTH)
def test_low_keys_are_left_and_high_keys_right(instrument):
    sides = []
    for lowest in (27, INSTRUMENTS[instrument].middle - 6, 91):
        left, right = render([(lowest + n, 80, 0, 0.3) for n in (0, 3, 6, 9, 12)], instrument).T
        sides.append(level(left) - level(right))
    assert sides[0] > 3
    assert abs(sides[1]) < 2
    assert sides[2] < -3


@pytest.mark.parametrize("instrument", BOTH)
def test_a_room_is_heard_and_dies_away(instrument):
    room = INSTRUMENTS[instrument].room
    back = response(room, RATE)
    assert np.abs(np.corrcoef(back.T)[0, 1]) < 0.2  # wide
    assert 0.6 * room.seconds < decay(back[:, 0], -5, -25) < 1.1 * room.seconds
    assert not back[: RATE // 200].any()
    assert np.abs(back[-20:]).max() < 1e-4 * np.abs(back).max()
    coarse = response(room, 11_025)  # the same room, at another rate
    for low, high in ((250, 900), (900, 2_000)):
        gains = []
        for clap, rate in ((back, RATE), (coarse, 11_025)):
            gain, hertz = np.abs(np.fft.rfft(clap, axis=0)), np.fft.rfftfreq(len(clap), 1 / rate)
            gains.append(np.sqrt((gain[(hertz > low) & (hertz < high)] ** 2).mean()))
        assert gains[0] == pytest.approx(gains[1], rel=0.15)
        assert gains[0] == pytest.approx(room.wet, rel=0.35)


def dense(seconds, rng):
    """Notes in the order of their starts, twenty a second, with a pause in the middle."""
    starts = np.sort(rng.uniform(0, seconds, int(20 * seconds)))
    starts[starts > seconds / 2] += 3
    return [
        (int(rng.integers(30, 100)), int(rng.integers(30, 127)), s, s + rng.exponential(0.5))
        for s in starts
    ]


@pytest.mark.parametrize("instrument", BOTH)
def test_a_stream_is_the_whole(instrument):
    notes = dense(4, np.random.default_rng(3))
    whole = render(notes[::-1], instrument)
    pieces = list(stream(iter(notes), instrument))
    np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-5)
    assert all(0 < len(piece) <= 3 * RATE for piece in pieces)
    np.testing.assert_allclose(
        np.concatenate(list(stream(notes, instrument, seconds=1.7))), whole, atol=1e-5
    )
    assert whole.dtype == np.float32


def test_sound_comes_before_all_notes_are_known():
    known = []

    def composing():
        for n in range(40):
            known.append(n)
            yield 60, 80, n * 0.25, n * 0.25 + 0.2

    heard = 0
    for piece in stream(composing(), "organ"):
        heard += len(piece)
        if len(known) < 40:
            assert heard / RATE > known[-1] * 0.25 - 0.75
    assert heard > 10 * RATE


def test_no_notes_are_no_sound():
    assert render([]).shape == (0, 2)
    assert list(stream([])) == []


def test_the_same_notes_sound_the_same():
    notes = dense(0.5, np.random.default_rng(1))
    np.testing.assert_array_equal(render(notes), render(notes))


def test_notes_of_all_kinds():
    fields = {"pitch": 60, "velocity": 70, "start": 0.0, "end": 0.1}
    expected = render([(60, 70, 0, 0.1)], rate=8_000)
    for note in (
        SimpleNamespace(**fields),
        [60, 70, 0.0, 0.1],
        (np.int64(60), 70, 0, np.float32(0.1)),
    ):
        np.testing.assert_array_equal(render([note], rate=8_000), expected)


@pytest.mark.parametrize(
    ("notes", "sentence"),
    [
        (None, "must be a sequence"),
        ([60], "must have a whole pitch"),
        ([None], "must have a whole pitch"),
        (["abcd"], "must have a whole pitch"),
        ([(60, 70, 0)], "must have a whole pitch"),
        ([(60, 70, 0, 1, 2)], "must have a whole pitch"),
        ([(60.5, 70, 0, 1)], "must have a whole pitch"),
        ([(60, 70, None, 1)], "must have a whole pitch"),
        ([(60, 70, 0, 10**400)], "must have a whole pitch"),
        ([(128, 70, 0, 1)], "pitch of a note must be from 0 to 127"),
        ([(-1, 70, 0, 1)], "pitch of a note must be from 0 to 127"),
        ([(60, 0, 0, 1)], "velocity of a note must be from 1 to 127"),
        ([(60, 128, 0, 1)], "velocity of a note must be from 1 to 127"),
        ([(60, 70, -1, 1)], "start at 0 seconds"),
        ([(60, 70, 2, 1)], "end no earlier"),
        ([(60, 70, 0, float("nan"))], "within 600 seconds"),
        ([(60, 70, 0, float("inf"))], "within 600 seconds"),
        ([(60, 70, 0, 601)], "within 600 seconds"),
    ],
)
def test_what_cannot_be_played_is_refused_with_a_sentence(notes, sentence):
    with pytest.raises(ValueError, match=sentence):
        render(notes)


def test_a_piece_has_only_so_many_notes(monkeypatch):
    monkeypatch.setattr("lstm_core.music.sound.notes.MOST_NOTES", 3)
    with pytest.raises(ValueError, match="at most 3 notes"):
        render([(60, 70, 0, 0.1)] * 4, rate=8_000)


@pytest.mark.parametrize("instrument", ["kazoo", None, 3, ["piano"]])
def test_only_some_instruments_are_there(instrument):
    with pytest.raises(ValueError, match="one of: piano, organ"):
        render([], instrument)


@pytest.mark.parametrize("rate", [0, 7_999, 10**9, None, float("nan"), "44100"])
def test_only_some_rates_are_there(rate):
    with pytest.raises(ValueError, match="rate must be a whole number from 8,000 to 96,000"):
        render([], rate=rate)


def test_a_stream_needs_its_notes_in_order():
    with pytest.raises(ValueError, match="order of their starts"):
        list(stream([(60, 70, 1, 2), (60, 70, 0.5, 1)], rate=8_000))


def test_extreme_keys_and_strokes_are_played():
    for instrument in BOTH:
        sound = render([(p, v, 0, 0.05) for p in (0, 127) for v in (1, 127)], instrument, 8_000)
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() > 0.01


def test_a_file_holds_the_sound(tmp_path):
    sound = render([(60, 80, 0.1, 0.5), (40, 80, 0.2, 0.5)])
    path = tmp_path / "a.wav"
    path.write_bytes(wav(sound))
    with wave.open(str(path)) as file:
        assert file.getparams()[:4] == (2, 2, RATE, len(sound))
        read = np.frombuffer(file.readframes(len(sound)), "<i2").reshape(-1, 2) / 32_767
    np.testing.assert_allclose(read, sound, atol=0.501 / 32_767)


def test_a_file_does_not_wrap_round():
    assert wav(np.array([1.5, -1.5], np.float32), 8_000)[-4:] == b"\xff\x7f\x01\x80"
