"""MIDI files there and back, beside mido and pretty_midi; and what is wrong with some."""

import io
import random
import struct

import mido
import numpy as np
import pretty_midi
import pytest

from lstm_core.music import midi
from lstm_core.music.midi import KEYS, Note, Track, read, struck_anew, write

from .conftest import played


def numbers(notes):
    """(N, 4), each key by itself: which notes come first may change with the rounding."""
    return np.array(sorted(notes, key=lambda n: (n.pitch, n.start)))


def by_pretty_midi(data):
    """The notes of a file, drums left out."""
    instruments = pretty_midi.PrettyMIDI(io.BytesIO(data)).instruments
    return [
        Note(n.pitch, n.velocity, n.start, n.end)
        for i in instruments if not i.is_drum for n in i.notes
    ]  # fmt: skip


def file_of(*tracks, kind=1, resolution=480):
    """A file of mido's of tracks, each a list of messages with ticks since the one before."""
    file = mido.MidiFile(type=kind, ticks_per_beat=resolution)
    file.tracks += [mido.MidiTrack(messages) for messages in tracks]
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def on(pitch, time=0, velocity=64, channel=0):
    return mido.Message("note_on", note=pitch, velocity=velocity, time=time, channel=channel)


def off(pitch, time=0, channel=0):
    return mido.Message("note_off", note=pitch, time=time, channel=channel)


def pedal(value, time=0, channel=0):
    return mido.Message("control_change", control=64, value=value, time=time, channel=channel)


# Writing


@pytest.mark.parametrize(("tempo", "key"), [(120, None), (61.5, "Ebm"), (400, "F#")])
def test_what_is_written_is_read_by_all(tempo, key):
    rng = np.random.default_rng(int(tempo))
    tracks = [
        Track("Right hand", played(rng, 200, pitches=(60, 100))),
        Track("Left hand", played(rng, 100, pitches=(30, 60)), program=19),
    ]
    data = write(tracks, tempo=tempo, key=key)
    notes = numbers(tracks[0].notes + tracks[1].notes)
    tick = 60 / tempo / midi.RESOLUTION
    for found in (read(data), by_pretty_midi(data)):
        np.testing.assert_array_equal(numbers(found)[:, :2], notes[:, :2])
        np.testing.assert_allclose(numbers(found)[:, 2:], notes[:, 2:], atol=tick)
    np.testing.assert_allclose(numbers(read(data)), numbers(by_pretty_midi(data)), atol=1e-9)

    pretty = pretty_midi.PrettyMIDI(io.BytesIO(data))
    assert pretty.get_tempo_changes()[1] == pytest.approx([tempo], rel=1e-5)
    assert [i.name for i in pretty.instruments] == ["Right hand", "Left hand"]
    assert [i.program for i in pretty.instruments] == [0, 19]
    file = mido.MidiFile(file=io.BytesIO(data))
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, midi.RESOLUTION, 3)
    assert [m.key for m in file.tracks[0] if m.type == "key_signature"] == [key] * (key is not None)


def test_all_keys_are_known_to_mido():
    for key in KEYS:
        file = mido.MidiFile(file=io.BytesIO(write([Track("", [])], key=key)))
        assert file.tracks[0][1].key == key


def test_the_pedal_is_written():
    note = Note(60, 64, 0.0, 0.5)
    data = write([Track("Piano", [note], pedal=[(0.25, 1.0), (2.0, 3.0)])])
    pretty = pretty_midi.PrettyMIDI(io.BytesIO(data)).instruments[0]
    assert [(c.number, c.value, c.time) for c in pretty.control_changes] == [
        (64, 127, 0.25), (64, 0, 1.0), (64, 127, 2.0), (64, 0, 3.0),
    ]  # fmt: skip
    assert read(data) == [note._replace(end=1.0)]


def test_a_key_that_is_struck_again_at_once():
    notes = [Note(60, 64, 0.0, 0.5), Note(60, 80, 0.5, 1.0), Note(60, 90, 1.0, 1.0001)]
    found = read(write([Track("Piano", notes)]))
    assert [(n.velocity, n.start) for n in found] == [(64, 0), (80, 0.5), (90, 1.0)]
    assert found[2].end > 1.0


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"tempo": 9}, "tempo must be a number from 10 to 400"),
        ({"tempo": float("nan")}, "tempo must be"),
        ({"key": "H"}, "key must be one of Cb, Gb"),
        ({"tracks": []}, "1 to 15 tracks"),
        ({"tracks": [Track("", [])] * 16}, "1 to 15 tracks"),
    ],
)
def test_what_cannot_be_written(how, sentence):
    with pytest.raises(ValueError, match=sentence):
        write(**{"tracks": [Track("", [])], **how})


# Reading


@pytest.mark.parametrize(("kind", "resolution"), [(0, 96), (1, 480), (1, 24), (1, 10_000)])
def test_as_pretty_midi_reads(kind, resolution):
    """Changes of tempo, running status, several tracks and channels."""
    draw = random.Random(resolution)
    tempos = [
        mido.MetaMessage("set_tempo", tempo=draw.randrange(200_000, 900_000),
                         time=draw.randrange(2 * resolution))
        for _ in range(20)
    ]  # fmt: skip
    tracks = [
        [
            message
            for _ in range(80)
            for pitch in [draw.randrange(30 + 20 * channel, 50 + 20 * channel)]
            for message in (
                on(pitch, draw.randrange(resolution), draw.randrange(1, 128), channel),
                on(pitch, draw.randrange(1, resolution), 0, channel),
            )
        ]
        for channel in range(3)
    ]
    if kind == 0:
        together = [part for pair in zip(tempos, tracks[0], strict=False) for part in pair]
        data = file_of(together, kind=0, resolution=resolution)
    else:
        data = file_of(tempos, *tracks, resolution=resolution)
    expected = numbers(by_pretty_midi(data))
    assert len(expected) == (10 if kind == 0 else 240)
    np.testing.assert_allclose(numbers(read(data)), expected, atol=1e-9)


def test_the_pedal_holds_notes():
    data = file_of([
        pedal(100), on(60), off(60, 480), on(64), off(64, 480), pedal(63, 480), on(67),
        off(67, 480), pedal(127), on(72), on(74, 0), off(72, 480), on(72, 480), off(72, 480),
        pedal(0, 960),
    ])  # fmt: skip
    assert [(n.pitch, n.start, n.end) for n in read(data)] == [
        (60, 0.0, 1.5),  # held by the pedal until it is lifted
        (64, 0.5, 1.5),
        (67, 1.5, 2.0),  # no pedal
        (72, 2.0, 3.0),  # held until it is struck again
        (74, 2.0, 4.5),  # never let go
        (72, 3.0, 4.5),
    ]


def test_the_pedal_of_another_channel_holds_nothing():
    data = file_of([pedal(127, channel=1), on(60), off(60, 480), on(62, 480), off(62, 480)])
    assert [(n.pitch, n.end) for n in read(data)] == [(60, 0.5), (62, 1.5)]


def test_one_key_struck_by_two_hands():
    data = file_of(
        [on(60, 0, 50), off(60, 960), on(60, 480, 40), off(60, 480)],
        [on(60, 480, 70, 1), off(60, 960, 1), on(60, 0, 90, 1), off(60, 240, 1)],
    )
    assert [(n.velocity, n.start, n.end) for n in read(data)] == [
        (50, 0.0, 0.5), (70, 0.5, 1.5), (90, 1.5, 2.0),
    ]  # fmt: skip


def test_drums_are_left_out():
    drums = [on(38, channel=9), off(38, 480, channel=9)]
    assert [n.pitch for n in read(file_of(drums, [on(60), off(60, 480)]))] == [60]
    with pytest.raises(ValueError, match="no notes, or none but drums"):
        read(file_of(drums))


def test_time_in_frames_of_film():
    """25 frames a second of 40 ticks: a millisecond a tick, whatever the tempo."""
    tempo = mido.MetaMessage("set_tempo", tempo=900_000)
    data = bytearray(file_of([tempo, on(60, 100), off(60, 250)]))
    data[12:14] = struct.pack(">bB", -25, 40)
    (note,) = read(bytes(data))
    assert note[2:] == pytest.approx((0.1, 0.35))


GOOD = write([Track("Piano", [Note(60, 64, 0.0, 0.5), Note(64, 64, 0.5, 1.0)])])
LATE = mido.MetaMessage("set_tempo", tempo=16_000_000)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not a MIDI file"),
        (b"RIFF and so on", "not a MIDI file"),
        (GOOD[:-20], "damaged or cut short"),
        (GOOD[:10], "damaged or cut short"),
        (GOOD.replace(b"MTrk", b"Mist"), "damaged or cut short"),
        (GOOD[:8] + b"\0\2" + GOOD[10:], "type 2; types 0 and 1"),
        (GOOD[:12] + b"\0\0" + GOOD[14:], "ticks have no length"),
        (GOOD + b"\x80" * 5_000, "number without an end"),
        (GOOD + b"\0" * midi.MAX_BYTES, "at most 1,000,000"),
        (file_of([]), "no notes"),
        (file_of([LATE, on(60), off(60, 480 * 451)]), "longer than 2 hours"),
        (file_of([on(60), off(60, 2**41)]), "time runs away"),
    ],
)
def test_what_cannot_be_read(data, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(data)


def test_too_many_notes(monkeypatch):
    monkeypatch.setattr(midi, "MAX_NOTES", 1)
    with pytest.raises(ValueError, match="more than 1 notes"):
        read(GOOD)


def test_damaged_anywhere():
    """Whatever is changed: notes in good order, or a sentence."""
    draw = random.Random(3)
    outcomes = set()
    data = write([Track("Piano", played(np.random.default_rng(1), 12), pedal=[(0, 1)])])
    for _ in range(400):
        damaged = bytearray(data)
        for _ in range(draw.randrange(1, 5)):
            damaged[draw.randrange(4, len(damaged))] = draw.randrange(256)
        try:
            notes = read(bytes(damaged))
        except ValueError as error:
            assert str(error).endswith(".")  # noqa: PT017
            outcomes.add("sentence")
        else:
            assert notes == struck_anew(notes)
            assert all(0 <= n.start < n.end and 1 <= n.velocity < 128 for n in notes)
            outcomes.add("notes")
    assert outcomes == {"sentence", "notes"}
