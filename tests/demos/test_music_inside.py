"""Look inside music, and the files to take away."""

import base64
import io
import re
import wave
from xml.etree import ElementTree

import gradio as gr
import numpy as np
import pretty_midi
import pytest
import torch
from music_models import save_chorales, save_piano
from PIL import Image
from small_models import shipped

from demos.music import asking, composing, files, inside, pieces, samples
from demos.music.pieces import BAR, CHORALES
from demos.widgets.panel.store import RUNS
from demos.widgets.player import music_samples
from lstm_core.music import midi, sound
from lstm_core.music.chorales import rules
from lstm_core.music.chorales import watching as chorale_watching
from lstm_core.music.keys import key_of
from lstm_core.music.midi import Note
from lstm_core.music.piano import watching as piano_watching

LUCK = {"temperature": 0.9, "seed": 3}


@pytest.fixture(autouse=True, scope="module")
def _networks(tmp_path_factory):
    """Small networks are those of the tab."""
    folder = tmp_path_factory.mktemp("music")
    save_chorales(folder)
    save_piano(folder)
    with shipped(folder, "demos.music"):
        yield


def written(piece):
    for _ in composing.compose(piece):
        pass
    return piece


@pytest.fixture(scope="module")
def chorale(_networks):
    return written(asking.ask_piece(CHORALES, seconds=10, **LUCK))


@pytest.fixture(scope="module")
def performance(_networks):
    return written(asking.ask_more([[60, 80, 0, 1]], seconds=10, **LUCK))


def pointed_at(piece, note):
    return inside.on_note(gr.EventData(None, {"run": piece.id, "note": note}), piece)


# Memory cells


def test_the_cells_of_a_chorale_are_those_that_wrote_it(chorale):
    request = chorale.parts[0].request
    trace, pitches = chorale_watching.watch(pieces.chorale_sampler(), request, 5, 9)
    steps = list(pieces.chorale_sampler().stream(request, trace=True))[5:9]
    cells = [kept for step in steps for kept in step.cells]
    for layer in range(2):
        expected = torch.cat([kept.layers[layer].c for kept in cells], 1)
        torch.testing.assert_close(trace.layers[layer].c, expected)
    assert pitches == [int(p) for step in steps for p in step.pitches]


def test_the_cells_of_a_performance_are_those_that_played_it(chorale, performance):
    part = performance.parts[0]
    steps = list(pieces.piano_sampler().stream(part.request, trace=True))
    trace = piano_watching.watch(pieces.piano_sampler(), part.request, part.events, 3, 10)
    for n in range(7):  # the cells that have read an event are shown with the step after it
        for kept, seen in zip(steps[4 + n].cells.layers, trace.layers, strict=True):
            torch.testing.assert_close(seen.c[:, n], kept.c[:, 0], atol=1e-5, rtol=1e-4)
    for first, last in ((-1, 3), (3, 3), (0, len(part.events) + 1)):
        with pytest.raises(ValueError, match="there are none"):
            piano_watching.watch(pieces.piano_sampler(), part.request, part.events, first, last)
    with pytest.raises(ValueError, match="has no frames"):
        chorale_watching.watch(pieces.chorale_sampler(), chorale.parts[0].request, 0, 49)


def test_steps_carry_the_names_of_notes(chorale, performance):
    number = next(n for n, note in enumerate(chorale.notes) if note.start > 3 * chorale.frame)
    note, value = chorale.notes[number], pointed_at(chorale, number)
    assert value["labels"][value["step"]] == inside.named(note.pitch)
    assert value["step"] % 4 == note.voice
    frame = round(note.start / chorale.frame)
    around = min(3 * BAR, frame + 2 * BAR) - max(0, frame - 2 * BAR)
    assert len(RUNS.find(value["run"]).frames) == len(value["labels"]) == 4 * around
    number = len(performance.notes) - 1
    value = pointed_at(performance, number)
    assert value["labels"][value["step"]] == inside.named(performance.notes[number].pitch)
    assert {piano_watching.words(event, inside.NAMES) for event in (0, 1, 89, 177, 277)} == {
        "start", "A0", "A0 up", "+10 ms", "vel 2",
    }  # fmt: skip


def test_notes_that_cannot_be_looked_into(performance):
    assert pointed_at(performance, 0) == gr.skip()  # it was given
    for note in (-1, len(performance.notes), None, 1.0, "1", True):
        with pytest.raises(gr.Error, match="no such note"):
            pointed_at(performance, note)
    for message in (None, 5, {}, {"run": "x", "note": 1}):
        with pytest.raises(gr.Error, match="no longer on the roll"):
            inside.on_note(gr.EventData(None, message), performance)


# Rules and keys


def frames(*chords):
    """(T, 4): each chord is a quarter note."""
    return np.repeat(np.array(chords), 4, axis=0)


@pytest.mark.parametrize(("chords", "broken"), [
    (((72, 67, 60, 48), (74, 67, 59, 55)), {}),
    (((72, 67, 60, 53), (74, 69, 60, 50)), {}),  # parallel fourths
    (((72, 64, 57, 50), (74, 65, 57, 52)), {}),  # nobody moves in fifths
    (((72, 65, 60, 50), (74, 67, 60, 48)), {"parallel_fifths": 1}),
    (((72, 53, 50, 48), (74, 55, 50, 48)), {"parallel_fifths": 1, "wide_gaps": 2}),  # a twelfth
    (((72, 67, 64, 48), (74, 67, 64, 50)), {"parallel_octaves": 1}),
    (((72, 60, 60, 48), (72, 62, 62, 47)), {"parallel_octaves": 1}),  # in unison
    (((72, 67, 60, 48), (72, 67, 60, 48)), {}),  # nobody moves
    (((72, -1, 60, 48), (74, -1, 60, 50)), {"parallel_octaves": 1}),
    (((82, 74, 69, 64),), {"out_of_range": 1}),
    (((60, 62, 48, 36),), {"crossings": 1, "wide_gaps": 1}),
    (((-1, 60, 62, 36),), {"crossings": 1}),
])  # fmt: skip
def test_broken_rules_are_counted(chords, broken):
    assert {rule: n for rule, n in rules.count(frames(*chords)).items() if n} == broken


def test_rates_are_of_a_hundred_quarter_notes():
    pair = frames((72, 65, 60, 50), (74, 67, 60, 48))
    assert rules.rates([pair, pair])["parallel_fifths"] == 50
    assert set(rules.rates([]).values()) == {0}


def test_the_check_list(chorale, performance, monkeypatch, tmp_path):
    rates = rules.rates([chorale.pitches])
    table = inside.check_list(chorale)
    assert re.findall(r"<td>([\d.]+)</td><td>", table) == [f"{r:.1f}" for r in rates.values()]
    for other in (None, performance):
        assert inside.check_list(other).count("<td>–</td>") >= len(rules.RULES)
    monkeypatch.setattr(samples, "FOLDER", tmp_path)
    samples.real.cache_clear()
    samples.write("real", {"chorales": 77, "part": "test", "rates": dict.fromkeys(rates, 0.5)})
    assert inside.check_list(None).count("<td>0.5</td>") == len(rules.RULES)
    assert "Real chorales (77)" in inside.check_list(None)
    samples.real.cache_clear()


@pytest.mark.parametrize(("tonic", "steps", "name"), [
    (60, (0, 2, 4, 5, 7, 9, 11), "C"), (63, (0, 2, 4, 5, 7, 9, 11), "Eb"),
    (57, (0, 2, 3, 5, 7, 8, 11), "Am"), (66, (0, 2, 3, 5, 7, 8, 11), "F#m"),
])  # fmt: skip
def test_the_key_of_a_scale(tonic, steps, name):
    """Each note a quarter, tonic and fifth longer."""
    notes = [Note(tonic + s, 80, n, n + (3 if s in (0, 7) else 1)) for n, s in enumerate(steps)]
    assert key_of(notes) == name
    assert key_of([]) is None


# Files


def message(piece, kind, **more):
    notes = [[n.pitch, n.velocity, n.start, n.end, n.voice, None if n.given else n.surprise]
             for n in piece.notes]  # fmt: skip
    sheet = piece.sheet()
    return {"kind": kind, "notes": notes, "title": sheet.title, "voices": list(sheet.voices),
            "instrument": sheet.instrument, "tempo": sheet.tempo,
            "colour": "voice"} | more  # fmt: skip


def content(answer):
    assert set(answer) == {"type", "data"}
    return base64.b64decode(answer["data"])


def test_midi_files_are_read_by_others_as_they_were_written(chorale):
    answer = files.music_file(message(chorale, "mid"))
    assert answer["type"] == "audio/midi"
    read = pretty_midi.PrettyMIDI(io.BytesIO(content(answer)))
    assert [track.name for track in read.instruments] == list(pieces.VOICES)
    assert read.get_tempo_changes()[1] == pytest.approx([76], abs=0.01)
    assert len(read.key_signature_changes) == 1
    for voice, track in enumerate(read.instruments):
        expected = [n for n in chorale.notes if n.voice == voice]
        assert [(n.pitch, n.velocity) for n in track.notes] == [n[:2] for n in expected]
        times = [(n.start, n.end) for n in track.notes]
        np.testing.assert_allclose(times, [n[2:4] for n in expected], atol=1e-3)


def test_the_pedal_of_a_performance_is_in_its_file(performance):
    """It changes no note; the organ has none."""
    apart = [[p, 80, 0.2 * n, 3, 0, None] for n, p in enumerate((30, 44, 58, 72, 86))]
    answer = files.music_file(message(performance, "mid", notes=apart))
    (track,) = pretty_midi.PrettyMIDI(io.BytesIO(content(answer))).instruments
    assert [(c.number, c.value) for c in track.control_changes] == [(64, 127), (64, 0)]
    assert [c.time for c in track.control_changes] == pytest.approx([0, 3])
    assert [n.end for n in midi.read(content(answer))] == pytest.approx([3] * 5)
    organ = files.music_file(message(performance, "mid", notes=apart, instrument="organ"))
    (track,) = pretty_midi.PrettyMIDI(io.BytesIO(content(organ))).instruments
    assert track.control_changes == []


def test_the_sound_of_it(performance):
    answer = files.music_file(message(performance, "wav"))
    with wave.open(io.BytesIO(content(answer))) as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    expected = sound.render(performance.played(), "piano")
    np.testing.assert_array_equal(data, np.rint(expected * 32_767))


@pytest.mark.parametrize("colour", ["voice", "velocity", "surprise"])
def test_pictures(chorale, performance, colour):
    for piece in (chorale, performance):
        png = content(files.music_file(message(piece, "png", colour=colour)))
        assert Image.open(io.BytesIO(png)).size[0] >= 900
    svg = content(files.music_file(message(chorale, "svg", colour=colour)))
    shades = set(files.colours(files.checked(message(chorale, "svg", colour=colour))))
    assert all(shade.lower().encode() in svg for shade in shades)


def test_the_score_of_a_chorale(chorale):
    """The same notes, whatever the tempo of the page; as wide as is asked for."""
    text = content(files.music_file(message(chorale, "svg", view="score", width=73))).decode()
    root = ElementTree.fromstring(text)
    numbers = [int(e.get("data-note")) for e in root.iter() if e.get("data-note")]
    assert set(numbers) == set(range(len(chorale.notes)))
    assert float(root.get("viewBox").split()[2]) == 73
    assert chorale.title in text
    faster = message(chorale, "svg", view="score", width=73, tempo=152)
    for row in faster["notes"]:
        row[2:4] = row[2] / 2, row[3] / 2
    assert content(files.music_file(faster)).decode() == text
    tinted = message(chorale, "svg", view="score", colour="surprise")
    shades = set(files.colours(files.checked(tinted)))
    text = content(files.music_file(tinted)).decode()
    assert all(shade in text for shade in shades)
    png = content(files.music_file(tinted | {"kind": "png"}))
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    assert 0.01 < (picture.max(-1) < 64).mean() < 0.3  # ink
    assert (picture[:, :, 2] - picture[:, :, 1] > 40).any()  # violet behind some heads


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"view": "x"}, "view must be one of"), ({"view": None}, "view must"),
    ({"view": ["score"]}, "view must"), ({"view": "score", "width": 39}, "width must"),
    ({"view": "score", "width": float("nan")}, "width must"),
    ({"view": "score", "width": "73"}, "width must"), ({"width": None}, "width must"),
    ({"view": "score", "width": True}, "width must"),
    ({"view": "score", "voices": []}, "chorales only"),
    ({"view": "score", "voices": ["a", "b"]}, "chorales only"),
    ({"view": "score", "notes": [[60, 80, 0, 1, 0, None]] * 2}, "one note at a time"),
    ({"view": "score", "notes": [[60, 80, 899, 900, 0, None]], "tempo": 400}, "up to 300 bars"),
])  # fmt: skip
def test_scores_that_cannot_be_made(chorale, wrong, sentence):
    for kind in ("svg", "png"):
        assert sentence in files.music_file(message(chorale, kind) | wrong)["error"]


def test_scores_of_whatever_a_browser_may_send(chorale):
    """Pitches that nobody sings, and a voice alone, are engraved all the same."""
    odd = [[p, 80, n, n + 0.5, n % 4, None] for n, p in enumerate((0, 127, 60, 61, 12))]
    for notes in (odd, odd[:1]):
        answer = files.music_file(message(chorale, "svg", view="score", width=40, notes=notes))
        assert ElementTree.fromstring(content(answer)).get("viewBox")


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"kind": "mp3"}, "of the kinds"), ({"kind": None}, "of the kinds"),
    ({"kind": ["mid"]}, "of the kinds"), ({"colour": "red"}, "colour must"),
    ({"colour": None}, "colour must"), ({"colour": ["voice"]}, "colour must"),
    ({"title": None}, "short lines"), ({"title": "a\0"}, "short lines"),
    ({"title": "\ud800"}, "short lines"), ({"title": "a" * 201}, "short lines"),
    ({"voices": None}, "2 to 4 names"), ({"voices": ["a"]}, "2 to 4 names"),
    ({"voices": ["a"] * 5}, "2 to 4 names"), ({"voices": [1, 2]}, "short lines"),
    ({"instrument": "kazoo"}, "instrument must"), ({"instrument": None}, "instrument must"),
    ({"tempo": 0}, "tempo must"), ({"tempo": float("nan")}, "tempo must"),
    ({"tempo": None}, "tempo must"), ({"notes": None}, "rows of six"),
    ({"notes": []}, "no notes"), ({"notes": [5]}, "rows of six"),
    ({"notes": [[60, 80, 0, 1, 0]]}, "rows of six"),
    ({"notes": [[60, 80, 0, 0, 0, None]]}, "rows of six"),
    ({"notes": [[60, 80, 0, float("nan"), 0, None]]}, "rows of six"),
    ({"notes": [[60, 80, 0, 1, 4, None]]}, "rows of six"),
    ({"notes": [[60.5, 80, 0, 1, 0, None]]}, "rows of six"),
    ({"notes": [[60, 0, 0, 1, 0, None]]}, "rows of six"),
    ({"notes": [[60, 80, 0, 1, 0, "x"]]}, "rows of six"),
    ({"notes": [[60, 80, -1, 1, 0, None]]}, "rows of six"),
    ({"notes": [[60, 80, 0, 301, 0, None]], "kind": "wav"}, "up to 5 minutes"),
    ({"notes": [[60, 80, 0, 7_201, 0, None]]}, "up to 120 minutes"),
    ({"notes": [[60, 80, 0, 1, 0, None]] * 30_001}, "At most 30,000"),
])  # fmt: skip
def test_files_that_cannot_be_made(chorale, wrong, sentence):
    assert sentence in files.music_file(message(chorale, "mid") | wrong)["error"]


def test_messages_that_ask_for_no_file():
    for wrong in (None, 5, "mid", []):
        assert set(files.music_file(wrong)) == {"error"}


def test_sounds_for_the_page():
    assert music_samples("organ") == sound.samples("organ")
    for wrong in ("kazoo", None, 5, ["piano"], {}):
        assert set(music_samples(wrong)) == {"error"}
