"""The Music tab without a browser: what is composed, what is streamed, what is refused."""

import base64
import io
import json
import math

import gradio as gr
import mido
import numpy as np
import pytest
from music_models import save_chorales, save_piano
from small_models import shipped

from demos import music
from demos.music import api, asking, composing, events, harmonise, own_start, pieces, samples
from demos.music.pieces import BAR, CHORALES, PIANO
from demos.music.tunes import TUNES
from demos.widgets.keyboard import keyboard_value, midi_notes
from demos.widgets.piano_roll import GIVEN, LIKELY, NATS, UNKNOWN
from lstm_core.music import midi
from lstm_core.music.chorales.sampler import MAX_LENGTH, ChoraleRequest
from lstm_core.music.midi import Note, Track
from lstm_core.music.pedal import pedal_of
from lstm_core.music.piano.request import PianoRequest

PHRASE = [[60, 80, 0.5, 1.0], [64, 70, 1.0, 1.5], [67, 90, 1.5, 2.25]]
NOTHING = {"temperature": 0.9, "seed": 3}


@pytest.fixture(autouse=True, scope="module")
def _networks(tmp_path_factory):
    """Small networks are those of the tab."""
    folder = tmp_path_factory.mktemp("music")
    save_chorales(folder)
    save_piano(folder)
    with shipped(folder, "demos.music"):
        yield


def sent(value):
    return json.loads(value["json"])


def table(message):
    """Times (N, 2) and facts (N, 4 + 2 LIKELY) of a message."""
    times = np.frombuffer(base64.b64decode(message["times"]), "<f4").reshape(-1, 2)
    facts = np.frombuffer(base64.b64decode(message["facts"]), np.uint8)
    return times, facts.reshape(-1, 4 + 2 * LIKELY)


def click(kind=CHORALES, seconds=10, endless=False, classes=None, density=0, motion=0, **more):
    """All that comes of a click on Compose."""
    temperature, seed, new = more.get("temperature", 0.9), more.get("seed", 3), more.get("new")
    return list(
        events.on_compose(
            kind, seconds, endless, temperature, classes or [1] * 12, density, motion,
            more.get("mind_rules", True), seed, new is True,
        )
    )  # fmt: skip


def written(piece):
    for _ in composing.compose(piece):
        pass
    return piece


def rolled(piece):
    """(T, 4) pitches that sound in the middle of each frame of a chorale; -1 is silence."""
    found = np.full((len(piece.frames), 4), -1)
    for note in piece.notes:
        first, last = (round(t / piece.frame) for t in (note.start, note.end))
        found[first:last, note.voice] = note.pitch
    return found


# What is composed


def test_a_chorale_is_what_the_network_writes():
    piece = click()[0][1]
    request = ChoraleRequest(length=3 * BAR, temperature=0.9, seed=3, motion=0)
    assert piece.parts[0].request == request or vars(piece.parts[0].request) == vars(request)
    steps = list(pieces.chorale_sampler().stream(request))
    np.testing.assert_array_equal(rolled(piece), [step.pitches for step in steps])
    for note, (part, place) in zip(piece.notes, piece.places, strict=True):
        frame, voice = divmod(place, 4)
        assert (part, voice) == (0, note.voice)
        assert note.start == pytest.approx(frame * 60 / 76 / 4)
        assert note.surprise == pytest.approx(steps[frame].surprise[voice], abs=1e-5)
        likeliest, probability = note.likely[0]
        assert probability == pytest.approx(steps[frame].probabilities[voice][1:].max())
        assert steps[frame].probabilities[voice][likeliest - 29] == pytest.approx(probability)


def test_the_rules_need_not_be_minded():
    for mind_rules, attempts in ((True, 8), (False, 1)):
        assert click(mind_rules=mind_rules)[0][1].parts[0].request.attempts == attempts
        tune, name = harmonise.on_tune("Old Hundredth"), "Old Hundredth"
        _, piece, *_ = next(harmonise.on_harmonise(tune, name, 0.9, mind_rules, 3, False))
        assert piece.parts[0].request.attempts == attempts
        written(piece)
        (_, anew, *_), *_ = harmonise.on_anew(piece, ["0"], [], 0.9, mind_rules, 4, False)
        assert anew.parts[0].request.attempts == attempts
    drawn = api.compose_music(CHORALES, seconds=10, seed=3, mind_rules=False)
    assert drawn["notes"] != api.compose_music(CHORALES, seconds=10, seed=3)["notes"]
    melody = api.harmonise(MELODY, seed=3, mind_rules=False)
    assert melody["notes"] != api.harmonise(MELODY, seed=3)["notes"]


def test_a_performance_is_what_the_network_plays():
    piece = click(PIANO)[0][1]
    request = PianoRequest(seconds=10, temperature=0.9, seed=3)
    assert sorted(piece.played()) == sorted(pieces.piano_sampler().play(request))
    steps = list(pieces.piano_sampler().stream(request))
    assert piece.parts[0].events == [step.event for step in steps]
    for note, (_, place) in zip(piece.notes, piece.places, strict=True):
        assert steps[place].struck == (note.pitch, note.velocity)
        assert note.surprise == pytest.approx(steps[place].surprise)
        keys = steps[place].log_probs[1:89].softmax(-1).numpy()
        assert note.likely[0] == (int(keys.argmax()) + 21, pytest.approx(keys.max()))


def test_the_last_message_is_the_piece():
    for kind in (CHORALES, PIANO):
        (value, piece, seed, status), *_, last = click(kind)
        first, message = sent(value), sent(last[0])
        assert (first["done"], message["done"], message["first"]) == (False, True, 0)
        assert first["run"] == message["run"] == piece.id
        assert (seed, status) == (3, f"{pieces.KINDS[kind]} 3.")
        times, facts = table(message)
        notes = piece.played()
        np.testing.assert_allclose(times, [note[2:] for note in notes], rtol=1e-6)
        np.testing.assert_array_equal(facts[:, :2], [note[:2] for note in notes])
        assert facts[:, 2].tolist() == [note.voice for note in piece.notes]
        surprises = [min(note.surprise, (UNKNOWN - 1) * NATS) for note in piece.notes]
        np.testing.assert_allclose(facts[:, 3] * NATS, surprises, atol=NATS / 2 + 1e-6)
        likely = [[x for p, q in n.likely for x in (p, round(255 * q))] for n in piece.notes]
        np.testing.assert_array_equal(facts[:, 4:], likely)


@pytest.mark.parametrize("kind", [CHORALES, PIANO])
def test_stretches_make_the_whole_even_if_every_other_one_is_lost(monkeypatch, kind):
    monkeypatch.setattr(composing, "STRETCH_SECONDS", 0)
    messages = [sent(value) for value, *_ in click(kind)]
    whole = np.column_stack(table(messages[-1]))
    assert len(messages) > 20
    for begin in (0, 1):
        have = np.zeros((0, whole.shape[1]))
        for message in messages[begin:-1:2]:
            assert message["first"] <= len(have)
            have = np.vstack((have[: message["first"]], np.column_stack(table(message))))
        assert len(have) >= len(whole) - 8
        ended = ~np.isnan(have[:, 1])
        assert ended[: len(have) // 2].any()
        np.testing.assert_array_equal(have[ended], whole[: len(have)][ended])
        np.testing.assert_array_equal(have[:, [0, 2, 3]], whole[: len(have)][:, [0, 2, 3]])


def test_what_is_known_is_never_taken_back(monkeypatch):
    """No note comes later that begins before what a message said was known."""
    monkeypatch.setattr(composing, "STRETCH_SECONDS", 0)
    messages = [sent(value) for value, *_ in click(PIANO)]
    starts = table(messages[-1])[0][:, 0]
    for message in messages[1:]:
        count = message["first"] + len(table(message)[0])
        assert (starts[count:] >= message["known"] - 1e-4).all()


def test_a_visitor_may_stop_it():
    piece = asking.ask_piece(PIANO, seconds=60, **NOTHING)
    values = composing.follow(piece)
    for _ in range(2):
        next(values)
    values.close()
    assert piece.notes
    assert not any(math.isnan(note.end) for note in piece.notes)


def test_without_an_end():
    piece = click(CHORALES, endless=True)[0][1]
    count, frames = len(piece.notes), piece.pitches
    message = gr.EventData(None, {"run": piece.id})
    values = [sent(value) for value in events.on_more(message, piece)]
    assert {value["first"] for value in values} <= set(range(count, len(piece.notes)))
    assert values[-1]["first"] == count
    assert values[0]["endless"]
    request = piece.parts[1].request
    np.testing.assert_array_equal(request.given[: piece.parts[1].read], frames[-4 * BAR :])
    assert len(piece.frames) == len(frames) + 8 * BAR
    steps = list(pieces.chorale_sampler().stream(request))
    np.testing.assert_array_equal(
        piece.pitches[len(frames) :], [step.pitches for step in steps[4 * BAR :]]
    )
    np.testing.assert_array_equal(rolled(piece), piece.pitches)


def test_the_piano_goes_on_too():
    piece = click(PIANO, endless=True)[0][1]
    count, known = len(piece.notes), piece.known
    list(events.on_more(gr.EventData(None, {"run": piece.id}), piece))
    assert piece.parts[1].request.prime == tuple(piece.played()[:count])
    assert piece.known == pytest.approx(known + 30)
    assert all(note.start >= known for note in piece.notes[count:])
    assert len(piece.notes) > count
    starts = [note.start for note in piece.notes]
    assert starts == sorted(starts)


def test_nothing_more_comes_of_other_pieces(monkeypatch):
    piece = click(PIANO)[0][1]
    for message in ({"run": piece.id}, {"run": "x"}, {}, None, 5):
        assert list(events.on_more(gr.EventData(None, message), piece)) == [gr.skip()]
    assert list(events.on_more(gr.EventData(None, {"run": "x"}), None)) == [gr.skip()]
    endless = asking.ask_piece(PIANO, seconds=10, endless=True, **NOTHING)
    endless.known = composing.LONGEST
    assert not composing.goes_on(endless)


def test_wishes_are_heard():
    scale = events.on_preset("Whole tone")
    for kind in (CHORALES, PIANO):
        piece = click(kind, classes=scale, seconds=15)[0][1]
        assert {note.pitch % 2 for note in piece.notes} == {0}
    piece = asking.ask_piece(CHORALES, seconds=60, tempo=60, **NOTHING)
    assert piece.parts[0].request.length == 15 * BAR
    assert piece.frame == 0.25
    assert (
        asking.ask_piece(PIANO, seconds=10, density=0, **NOTHING).parts[0].request.density is None
    )


def test_new_seeds():
    seeds = {click(seed="?", new=True)[0][2] for _ in range(3)}
    assert len(seeds) > 1


WRONG = [
    ({"kind": "organ"}, "model must be one of"), ({"kind": None}, "model must"),
    ({"kind": ["piano"]}, "model must"), ({"seconds": 9}, "length must"),
    ({"seconds": 181}, "length must"), ({"seconds": None}, "length must"),
    ({"seconds": float("nan")}, "length must"), ({"seconds": "10"}, "length must"),
    ({"temperature": -1}, "temperature must"), ({"temperature": 10**400}, "temperature must"),
    ({"seed": -1}, "seed must"), ({"seed": 0.5}, "seed must"), ({"seed": None}, "seed must"),
    ({"classes": [1] * 11}, "twelve numbers"), ({"classes": "x"}, "twelve numbers"),
    ({"classes": [0] * 12}, "twelve numbers"), ({"classes": {"a": 1}}, "twelve numbers"),
    ({"classes": [float("nan")] * 12}, "twelve numbers"), ({"motion": 4}, "motion must"),
    ({"motion": None}, "motion must"), ({"tempo": 0}, "tempo must"),
    ({"tempo": float("inf")}, "tempo must"), ({"kind": PIANO, "density": 26}, "density must"),
    ({"kind": PIANO, "density": "a\0\ud800"}, "density must"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "sentence"), WRONG)
def test_wishes_that_cannot_be_met(wrong, sentence):
    asked = {"kind": CHORALES, "seconds": 10, **NOTHING} | wrong
    with pytest.raises(gr.Error, match=sentence):
        asking.ask_piece(**asked)


@pytest.mark.parametrize("preset", ["x", None, ["C major"]])
def test_scales_that_there_are_not(preset):
    with pytest.raises(gr.Error, match="no such scale"):
        events.on_preset(preset)


# A visitor's own start


def test_the_network_goes_on_from_what_was_played():
    (value, piece, *_), *_, last = own_start.on_go_on(
        json.dumps(PHRASE), 10, False, 0.9, [1] * 12, 0, 3, False
    )
    prime = tuple(Note(p, v, a - 0.5, b - 0.5) for p, v, a, b in PHRASE)
    request = PianoRequest(seconds=10, temperature=0.9, seed=3, prime=prime)
    assert piece.played()[:3] == list(prime)
    assert sorted(piece.played()[3:]) == sorted(pieces.piano_sampler().play(request))
    _, facts = table(sent(last[0]))
    assert (facts[:, 2] >= GIVEN).tolist() == [True] * 3 + [False] * (len(facts) - 3)
    assert (facts[:3, 3] == UNKNOWN).all()
    assert sent(value)["begin"] == 0
    assert len(table(sent(value))[0]) == 3


def test_of_long_pieces_the_last_notes_are_gone_on_from():
    notes = [[60 + n % 12, 80, 0.1 * n, 0.1 * n + 0.1] for n in range(1_200)]
    piece = asking.ask_more(notes, seconds=10, **NOTHING)
    assert len(piece.notes) == 1_000
    assert piece.notes[0].start == 0
    assert piece.notes[0].pitch == 60 + 200 % 12
    values = composing.follow(piece, begin=piece.known - 4)
    assert sent(next(values))["begin"] == pytest.approx(96)
    values.close()


@pytest.mark.parametrize(("notes", "sentence"), [
    ([], "nothing to go on from"), (None, "nothing to go on from"), ("x", "nothing to go on from"),
    ("[[1]]", "four numbers"), ('[[60, 80, 0, "a"]]', "four numbers"), ("5", "four numbers"),
    ("[[60, 80, 1, 0]]", "four numbers"), ("[[60, 0, 0, 1]]", "four numbers"),
    ("[[128, 80, 0, 1]]", "four numbers"), ("[[5, 80, 0, 1]]", "keyboard"),
    ("[[60, 80, 0, NaN]]", "four numbers"), ("[[60, 80, 0, 1e9]]", "four numbers"),
    ("[" * 100_000, "nothing to go on from"), ('{"a": 1}', "four numbers"),
])  # fmt: skip
def test_starts_that_cannot_be_gone_on_from(notes, sentence):
    with pytest.raises(gr.Error, match=sentence):
        next(own_start.on_go_on(notes, 10, False, 0.9, [1] * 12, 0, 3, False))


def test_midi_files_are_opened():
    notes = [Note(60, 80, 1.0, 1.5), Note(64, 70, 1.5, 3.0)]
    file = midi.write([Track("Piano", notes)], tempo=90)
    answer = midi_notes(base64.b64encode(file).decode())
    assert json.loads(answer["notes"]) == [[60, 80, 0, 0.5], [64, 70, 0.5, 2.0]]
    assert answer["notes"] == keyboard_value(notes)


@pytest.mark.parametrize(("message", "sentence"), [
    (None, "base64"), (5, "base64"), ("é", "base64"), ("a", "base64"), ("\ud800", "base64"),
    ("AAAA", "not a MIDI file"), ("TVRoZAAA", "damaged"), ("A" * 1_400_000, "up to 1,000,000"),
])  # fmt: skip
def test_files_that_cannot_be_opened(message, sentence):
    assert sentence in midi_notes(message)["error"]


# Harmonise

MELODY = [[67, 0, 2], [67, 2, 2], [69, 4, 4], [71, 10, 2]]


def test_a_melody_is_harmonised():
    piece = written(asking.ask_harmony(MELODY, **NOTHING))
    frames = piece.pitches
    assert len(frames) == 2 * BAR
    assert frames[:8, 0].tolist() == [67] * 8
    assert frames[8:16, 0].tolist() == [69] * 8
    assert frames[16:20, 0].tolist() == [-1] * 4
    assert frames[20:24, 0].tolist() == [71] * 4
    sung = [n for n in piece.notes if n.voice == 0]
    eighth = 30 / 76
    assert [
        (n.pitch, round(n.start / eighth), round((n.end - n.start) / eighth)) for n in sung
    ] == [tuple(note) for note in MELODY]
    assert all(note.given == (note.voice == 0) for note in piece.notes)
    steps = list(pieces.chorale_sampler().stream(piece.parts[0].request))
    np.testing.assert_array_equal(rolled(piece), [step.pitches for step in steps])


def test_our_melodies_can_be_sung():
    for name, tune in TUNES.items():
        assert asking.check_tune([list(note) for note in tune]) == tune
        assert max(start + length for _, start, length in tune) % 8 == 0, name
    hundredth = [pitch for pitch, *_ in TUNES["Old Hundredth"]]
    degrees = [67, 67, 66, 64, 62, 67, 69, 71]
    assert hundredth[:8] == degrees
    assert len(hundredth) == 32
    (value, piece, *_), *_ = harmonise.on_harmonise(
        harmonise.on_tune("Old Hundredth"), "Old Hundredth", 0.9, True, 3, False
    )
    assert piece.title == "Old Hundredth, harmonised, 3"
    assert sent(value)["voices"] == list(pieces.VOICES)


def test_what_is_kept_stays_and_the_rest_is_written_anew():
    piece = written(asking.ask_harmony(MELODY, **NOTHING))
    (_, other, *_), *_ = harmonise.on_anew(piece, ["0", "3"], ["2"], 0.9, True, 4, False)
    before, after = piece.pitches, other.pitches
    np.testing.assert_array_equal(after[:, [0, 3]], before[:, [0, 3]])
    np.testing.assert_array_equal(after[BAR:], before[BAR:])
    assert (after[:BAR, 1:3] != before[:BAR, 1:3]).any()
    assert other.cuts == piece.cuts  # the soprano is kept, with its repeated notes
    (_, third, *_), *_ = harmonise.on_anew(other, [], [], 0.9, True, 5, False)
    assert third.title == "Your melody, harmonised, 3, anew, 5"
    assert not third.cuts
    assert harmonise.on_bars(piece) == gr.update(choices=["1", "2"], value=[], visible=True)
    assert not harmonise.on_bars(None)["visible"]


def test_what_was_played_becomes_a_melody():
    eighth = 30 / 76
    notes = [[48, 80, 0, 1.9 * eighth], [72, 80, 0.1 * eighth, 2.1 * eighth],
             [50, 80, 2 * eighth, 9 * eighth], [90, 80, 4 * eighth, 4.2 * eighth]]  # fmt: skip
    assert json.loads(harmonise.on_take(json.dumps(notes))) == [[72, 0, 2], [62, 2, 2], [78, 4, 1]]
    for wrong in (None, "[]", "[[1]]", 5):
        with pytest.raises(gr.Error, match="nothing played"):
            harmonise.on_take(wrong)


@pytest.mark.parametrize(("melody", "sentence"), [
    (None, "list of up to"), ([], "no melody yet"), ("x", "list of up to"), ([5], "list of up to"),
    ([[67, 0]], "list of up to"), ([[67, 0, 0]], "list of up to"), ([[56, 0, 2]], "list of up to"),
    ([[67, -1, 2]], "list of up to"), ([[67.5, 0, 2]], "list of up to"),
    ([[67, 0, 801]], "list of up to"), ([[67, float("nan"), 2]], "list of up to"),
    ([[67, 0, None]], "list of up to"), ([[67, 0, 3], [69, 2, 2]], "one voice"),
    ([[67, 0, 1]] * 801, "list of up to"),
])  # fmt: skip
def test_melodies_that_cannot_be_harmonised(melody, sentence):
    with pytest.raises(gr.Error, match=sentence):
        asking.ask_harmony(melody, **NOTHING)


def test_the_longest_melody():
    piece = asking.ask_harmony([[67, 799, 1]], **NOTHING)
    assert piece.parts[0].request.length == MAX_LENGTH


@pytest.mark.parametrize(("voices", "bars", "sentence"), [
    (["4"], [], "voices to keep"), (None, [], "voices to keep"), (["x"], [], "voices to keep"),
    ([[0]], [], "voices to keep"), ([True], [], "voices to keep"), (["²"], [], "voices to keep"),
    (["0"] * 9, [], "voices to keep"), ([], ["0"], "bars to keep"), ([], ["3"], "bars to keep"),
    ([], [10**400], "bars to keep"), (["0", "1", "2", "3"], [], "All of it is kept"),
    ([], [1, 2], "All of it is kept"),
])  # fmt: skip
def test_what_cannot_be_kept(voices, bars, sentence):
    piece = written(asking.ask_harmony(MELODY, **NOTHING))
    with pytest.raises(gr.Error, match=sentence):
        asking.ask_anew(piece, voices, bars, **NOTHING)


def test_there_must_be_a_chorale_to_keep_something_of():
    for piece in (None, asking.ask_piece(PIANO, seconds=10, **NOTHING)):
        with pytest.raises(gr.Error, match="no chorale on the roll"):
            asking.ask_anew(piece, [], [], **NOTHING)
    with pytest.raises(gr.Error, match="no such melody"):
        harmonise.on_tune("x")


# The interface


def test_programs_compose():
    answer = api.compose_music(seconds=10, seed=3, motion=0)
    piece = click()[0][1]
    assert [row[:2] for row in answer["notes"]] == [[n.pitch, n.velocity] for n in piece.notes]
    np.testing.assert_allclose(
        [row[2:4] for row in answer["notes"]], [n[2:] for n in piece.played()], atol=1e-4
    )
    assert (answer["seed"], answer["tempo"], answer["title"]) == (3, 76, "Chorale 3")
    assert json.loads(json.dumps(answer)) == answer
    read = midi.read(base64.b64decode(answer["midi"]))
    assert {n.pitch for n in read} == {n.pitch for n in piece.notes}
    assert b"\xb0\x40" not in base64.b64decode(answer["midi"])  # no pedal at the organ


def test_programs_get_the_pedal_of_a_performance():
    answer = api.compose_music(PIANO, seconds=10, temperature=1.3, seed=3)
    notes = [Note(p, v, a, b) for p, v, a, b, _ in answer["notes"]]
    file = mido.MidiFile(file=io.BytesIO(base64.b64decode(answer["midi"])))
    values = [m.value for m in file.tracks[1] if m.type == "control_change"]
    assert values == [127, 0] * len(pedal_of(notes))
    assert values


@pytest.mark.parametrize(("kind", "own"), [(CHORALES, 0.9), (PIANO, 0.95)])
def test_each_network_has_a_temperature_of_its_own(kind, own):
    asked = api.compose_music(kind, seconds=10, seed=3)
    assert asked == api.compose_music(kind, seconds=10, temperature=own, seed=3)
    assert asked["notes"] != api.compose_music(kind, seconds=10, temperature=2.0, seed=3)["notes"]
    assert events.on_kind(kind)[2]["value"] == own


def test_programs_go_on_from_notes_and_files():
    answer = api.continue_music(PHRASE, seconds=10, seed=3)
    assert answer["given"] == 3
    assert len(answer["notes"]) > 3
    file = midi.write([Track("Piano", [Note(p, v, a, b) for p, v, a, b in PHRASE])])
    other = api.continue_music(midi_file=base64.b64encode(file).decode(), seconds=10, seed=3)
    assert other["notes"][3:] == answer["notes"][3:]
    harmony = api.harmonise(MELODY, seed=3)
    given = [row for row in harmony["notes"] if row[4] == 0]
    assert [row[0] for row in given] == [67, 67, 69, 71]


@pytest.mark.parametrize("wrong", [
    lambda: api.compose_music("x"), lambda: api.compose_music(seconds=1e9),
    lambda: api.continue_music(), lambda: api.continue_music([[1, 2]]),
    lambda: api.continue_music(midi_file="\0"), lambda: api.continue_music(PHRASE, "AAAA"),
    lambda: api.continue_music(midi_file="AAAA"), lambda: api.harmonise([]),
    lambda: api.harmonise(None), lambda: api.harmonise(MELODY, tempo=float("nan")),
])  # fmt: skip
def test_programs_are_refused_as_visitors_are(wrong):
    with pytest.raises(gr.Error):
        wrong()


# What is there beforehand


def test_pieces_composed_beforehand(tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "FOLDER", tmp_path / "samples")
    monkeypatch.setattr(samples, "REQUESTS", {
        CHORALES: ChoraleRequest(length=2 * BAR, temperature=0.8, seed=1),
        PIANO: PianoRequest(seconds=10, seed=1),
    })  # fmt: skip
    monkeypatch.setenv("LSTM_GALLERY_DATA", str(tmp_path))
    samples.real.cache_clear()
    assert samples.opening(CHORALES) is None
    assert samples.first() is None
    assert samples.real() is None
    with pytest.raises(gr.Error, match="not composed yet"):
        events.on_ready(PIANO)
    samples.make()
    assert samples.first().kind == CHORALES
    for kind, request in samples.REQUESTS.items():
        kept = samples.opening(kind)
        assert vars(kept.parts[0].request) == vars(request)
        make = pieces.chorale if kind == CHORALES else pieces.performance
        again = written(make(request, kept.title))
        np.testing.assert_allclose(kept.played(), again.played(), atol=5.1e-4)
        assert kept.places == again.places
        assert kept.parts[0].events == again.parts[0].events
        np.testing.assert_array_equal(kept.pitches, again.pitches)
        value, shown = events.on_ready(kind)
        assert (sent(value)["done"], sent(value)["play"]) == (True, True)
        assert shown.id == sent(value)["run"] != kept.id
    for kind in ("x", None, [1]):
        with pytest.raises(gr.Error, match="no such piece"):
            events.on_ready(kind)


def test_without_a_network_the_tab_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(tmp_path))
    pieces.shipped.cache_clear()
    with gr.Blocks() as page:
        music.build(page)
    assert [block.value for block in page.blocks.values()] == [
        "There is no network that composes in the folder `checkpoints`."
    ]
    music.prepare()
    with pytest.raises(gr.Error, match="no network 'piano'"):
        api.continue_music(PHRASE)
    pieces.shipped.cache_clear()
