"""MIDI files: read into notes, and written so that any notation program opens them.

    notes = midi.read(Path("piece.mid").read_bytes())
    Path("copy.mid").write_bytes(midi.write([Track("Piano", notes)], tempo=90, key="Em"))

A note is what is heard of a key: where the sustain pedal is down, it sounds on until the pedal is
lifted or the same key is struck again. So the pedal of a file that is read is in the length of its
notes; `lstm_core.music.pedal` finds, for a file that is written, where it must have been down.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import mido

from lstm_core.checks import number

MAX_BYTES = 1_000_000
"""Of a file that is read: more than any of 877 performances of up to an hour needs."""

MAX_NOTES = 50_000
MAX_SECONDS = 7_200

DRUMS = 9
"""Channel whose keys are drums (General MIDI), counted from 0."""

PEDAL, PEDAL_DOWN = 64, 64
"""Number of the controller, and the value from which on the pedal is down."""

RESOLUTION = 480
"""Ticks of a quarter note in files that are written."""

MAJOR = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
MINOR = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m",
         "D#m", "A#m")  # fmt: skip
KEYS = MAJOR + MINOR

LAST_TICK = 2**40
LONG_NUMBER = re.compile(rb"[\x80-\xff]{1000}")
"""A number of so many bytes is none, and would take mido very long to read."""


class Note(NamedTuple):
    """A note that sounds."""

    pitch: int  # as MIDI counts, 0 to 127; middle C is 60
    velocity: int  # 1 to 127
    start: float  # seconds
    end: float


@dataclass(frozen=True)
class Track:
    """What is written as one track, on a channel of its own.

    Attributes:
        name: of the track.
        notes: in any order.
        pedal: when the sustain pedal goes down, and when it is lifted, in seconds.
        program: the instrument, 0 to 127 (General MIDI, counted from 0); 0 is a piano.
    """

    name: str
    notes: Sequence[Note]
    pedal: Sequence[tuple[float, float]] = ()
    program: int = 0


def read(data: bytes) -> list[Note]:
    """The notes of a file of type 0 or 1, all tracks and channels as one, but for drums.

    Args:
        data: the content of the file.

    Returns:
        notes by start and pitch, times from the beginning of the file, pedal rendered.

    Raises:
        ValueError: a sentence, if this is no such file, if it is damaged, too large or too long, or
            if it holds no notes.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(
            f"The MIDI file has {len(data):,} bytes; at most {MAX_BYTES:,} are accepted."
        )
    if not data.startswith(b"MThd"):
        raise ValueError("This is not a MIDI file: it does not begin with MThd.")
    if LONG_NUMBER.search(data):
        raise ValueError("The MIDI file is damaged: it holds a number without an end.")
    try:
        file = mido.MidiFile(file=io.BytesIO(data))
    except Exception as error:  # whatever mido's decoders meet in a damaged file
        reason = " ".join(str(error).split())[:80] or type(error).__name__
        raise ValueError(f"The MIDI file is damaged or cut short ({reason}).") from None
    if file.type not in (0, 1):
        raise ValueError(f"The MIDI file is of type {file.type}; types 0 and 1 are accepted.")
    notes = sounding(file)
    if not notes:
        raise ValueError("The MIDI file holds no notes, or none but drums.")
    return notes


def sounding(file: mido.MidiFile) -> list[Note]:
    """The notes of a file that mido has read, as `read` returns them."""
    now, notes = 0.0, []
    down: dict[tuple[int, int, int], tuple[int, float]] = {}  # keys, with velocity and start
    ringing: dict[tuple[int, int, int], tuple[int, float]] = {}  # released, but for the pedal
    pedals: set[int] = set()  # channels
    tick, seconds_per_tick, fixed = 0, *duration_of_tick(file.ticks_per_beat)

    def end(keys: dict[tuple[int, int, int], tuple[int, float]], key: tuple[int, int, int]) -> None:
        velocity, start = keys.pop(key)
        if now > start:
            notes.append(Note(key[2], velocity, start, now))

    for at, track, message in in_order(file):
        now += (at - tick) * seconds_per_tick
        tick = at
        if message.type == "set_tempo":
            if not fixed:
                seconds_per_tick = message.tempo * 1e-6 / file.ticks_per_beat
            continue
        if now > MAX_SECONDS:
            raise ValueError(f"The MIDI file lasts longer than {MAX_SECONDS // 3600} hours.")
        channel = message.channel
        if message.type == "control_change":
            if message.value >= PEDAL_DOWN:
                pedals.add(channel)
            elif channel in pedals:
                pedals.remove(channel)
                for key in [key for key in ringing if key[1] == channel]:
                    end(ringing, key)
            continue
        key = track, channel, message.note
        if message.type == "note_on" and message.velocity > 0:
            for keys in (down, ringing):
                if key in keys:
                    end(keys, key)
            down[key] = message.velocity, now
            if len(notes) + len(down) > MAX_NOTES:
                raise ValueError(f"The MIDI file holds more than {MAX_NOTES:,} notes.")
        elif key in down:
            if channel in pedals:
                ringing[key] = down.pop(key)
            else:
                end(down, key)
    for keys in (down, ringing):
        for key in list(keys):
            end(keys, key)
    return struck_anew(notes)


def duration_of_tick(division: int) -> tuple[float, bool]:
    """Seconds of a tick before any change of tempo, and whether they stay the same.

    Args:
        division: of the header: ticks a quarter note, which is half a second; or, below 0, frames a
            second and ticks a frame (SMPTE), a byte each.

    Raises:
        ValueError: a sentence, if it is 0.
    """
    frames, ticks = -(division >> 8), division & 0xFF
    if division == 0 or (division < 0 and ticks == 0):
        raise ValueError("The MIDI file is damaged: its ticks have no length.")
    if division > 0:
        return 0.5 / division, False
    return 1 / ((30_000 / 1_001 if frames == 29 else frames) * ticks), True


def in_order(file: mido.MidiFile) -> list[tuple[int, int, mido.Message]]:
    """Tick, track and message of all that `sounding` needs, by tick.

    Raises:
        ValueError: a sentence, if a tick is out of all bounds.
    """
    found = []
    for track, messages in enumerate(file.tracks):
        tick = 0
        for message in messages:
            tick += message.time
            kind = message.type
            if (
                kind == "set_tempo"
                or (kind in ("note_on", "note_off") and message.channel != DRUMS)
                or (kind == "control_change" and message.control == PEDAL)
            ):
                found.append((tick, track, message))
        if tick > LAST_TICK:
            raise ValueError("The MIDI file is damaged: its time runs away.")
    return sorted(found, key=lambda event: event[0])


def struck_anew(notes: Sequence[Note]) -> list[Note]:
    """The same notes on a single keyboard: each ends, at the latest, where its key is struck again.

    Notes of one key that begin together are one: as loud as the loudest, as long as the longest.

    Returns:
        by start and pitch.
    """
    kept: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.pitch, note.start)):
        if kept and kept[-1].pitch == note.pitch:
            last = kept[-1]
            if last.start == note.start:
                loud, long = max(last.velocity, note.velocity), max(last.end, note.end)
                kept[-1] = last._replace(velocity=loud, end=long)
                continue
            if last.end > note.start:
                kept[-1] = last._replace(end=note.start)
        kept.append(note)
    return sorted(kept, key=lambda note: (note.start, note.pitch))


def write(tracks: Sequence[Track], *, tempo: float = 120.0, key: str | None = None) -> bytes:
    """A MIDI file of type 1: first a track with tempo and key, then the tracks given.

    Times are kept to the nearest tick: half a millisecond at 120 quarter notes a minute.

    Args:
        tracks: 1 to 15 of them.
        tempo: quarter notes a minute, 10 to 400.
        key: one of `KEYS`, such as "Eb" or "F#m"; none is written when None.

    Raises:
        ValueError: a sentence, if one of these is something else.
    """
    channels = [channel for channel in range(16) if channel != DRUMS]
    if not 1 <= len(tracks) <= len(channels):
        raise ValueError(f"A MIDI file is written with 1 to {len(channels)} tracks.")
    microseconds = mido.bpm2tempo(number("tempo", tempo, 10, 400, float))
    if key is not None and key not in KEYS:
        raise ValueError(f"The key must be one of {', '.join(KEYS)}.")
    file = mido.MidiFile(type=1, ticks_per_beat=RESOLUTION)
    head = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=microseconds)])
    if key is not None:
        head.append(mido.MetaMessage("key_signature", key=key))
    file.tracks.append(head)
    for track, channel in zip(tracks, channels, strict=False):
        file.tracks.append(as_messages(track, channel, RESOLUTION * 1e6 / microseconds))
    written = io.BytesIO()
    file.save(file=written)
    return written.getvalue()


def as_messages(track: Track, channel: int, ticks_per_second: float) -> mido.MidiTrack:
    """A track as mido writes it."""

    def ticks(seconds: float) -> int:
        return round(seconds * ticks_per_second)

    name = track.name.encode("latin-1", "replace").decode("latin-1")  # what the format knows
    messages = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name=name),
            mido.Message("program_change", channel=channel, program=track.program),
        ]
    )
    # (tick, order within the tick, type, values): keys go up before they go down again.
    events: list[tuple[int, int, str, dict[str, int]]] = []
    for down, lifted in track.pedal:
        for order, at, value in ((2, down, 127), (1, lifted, 0)):
            events.append((ticks(at), order, "control_change", {"control": PEDAL, "value": value}))
    whole = [
        note._replace(start=ticks(note.start), end=max(ticks(note.start) + 1, ticks(note.end)))
        for note in track.notes
    ]
    for note in struck_anew(whole):
        on, off = ({"note": note.pitch, "velocity": v} for v in (note.velocity, 0))
        events += [(int(note.start), 3, "note_on", on), (int(note.end), 0, "note_off", off)]
    before = 0
    for tick, _, kind, values in sorted(events, key=lambda event: event[:2]):
        messages.append(mido.Message(kind, channel=channel, time=tick - before, **values))
        before = tick
    return messages
