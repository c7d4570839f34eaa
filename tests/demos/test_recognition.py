"""The Reading handwriting tab without a browser: files, readings, replays, interface."""

import json
from base64 import b64decode

import gradio as gr
import numpy as np
import pytest
from small_models import READ, save_readers, shipped

from demos import recognition
from demos.recognition import api, events, readings, replays
from demos.widgets.panel.store import RUNS
from demos.widgets.pen import pen_file, pen_value
from demos.widgets.pen.files import MOST_CHARACTERS, MOST_POINTS, strokes_of_file
from lstm_core.ink.strokes import Strokes
from lstm_core.recognition.request import ReadingRequest

FIRST, TWO_LINES = "long short term memory", "two lines of ink"


@pytest.fixture(autouse=True, scope="module")
def _readers(tmp_path_factory):
    """Two small readers are those of the tab."""
    folder = tmp_path_factory.mktemp("readers")
    save_readers(folder)
    with shipped(folder, "demos.recognition"):
        yield


@pytest.fixture
def ink():
    return readings.samples()[FIRST]


@pytest.fixture
def two_lines():
    return readings.samples()[TWO_LINES]


def event(**message):
    return gr.EventData(None, message)


def shown(value):
    return json.loads(value["json"])


def bytes_of(packed):
    return np.frombuffer(b64decode(packed), np.int8)


# Files


def test_the_example_of_the_inkml_recommendation():
    """W3C Recommendation InkML (2011), section 3.2.1, the table of the example."""
    text = """<ink xmlns="http://www.w3.org/2003/InkML"><trace>
      1125 18432,'23'43,"7"-8,3-5,7 -3,6 2,6 8,3 6,2 4</trace></ink>"""
    assert strokes_of_file("a.inkml", text) == [[
        [1125, 18432], [1148, 18475], [1178, 18510], [1211, 18540], [1251, 18567],
        [1297, 18596], [1349, 18633], [1404, 18676], [1461, 18723],
    ]]  # fmt: skip


def test_inkml_with_channels_of_its_own():
    text = """<?xml version="1.0" encoding="ISO-8859-1"?>
    <i:ink xmlns:i="http://www.w3.org/2003/InkML"><i:definitions><i:context><i:traceFormat>
      <i:channel name="T" type="decimal"/><i:channel name="F"/><i:channel name="Y"/>
      <i:channel name="X"/></i:traceFormat></i:context></i:definitions>
      <i:traceFormat><i:channel name="Q"/></i:traceFormat>
      <i:annotation>5 5 5 5</i:annotation>
      <i:trace id="a">0 .5 20 -1.5, 8 .5 21 10</i:trace><i:trace/>
      <i:traceGroup><i:trace>!30 0 4 5,</i:trace></i:traceGroup></i:ink>"""
    assert strokes_of_file("A.XML", text) == [[[-1.5, 20, 0], [10, 21, 8]], [[5, 4, 30]]]


@pytest.mark.parametrize("text", [
    '{"strokes": [[[1, 2, 3], [4.5, 6, 7]], [], [[0, 0]]]}',
    "\ufeff[[[1, 2, 3, 4], [4.5, 6, 7]], [[0, 0]]]",
])  # fmt: skip
def test_json_with_and_without_a_name(text):
    assert strokes_of_file("a.json", text) == [[[1, 2, 3], [4.5, 6, 7]], [[0, 0]]]


def test_a_time_that_is_none_is_left_out():
    assert strokes_of_file("a", "[[[1, 2, Infinity], [3, 4, NaN]]]") == [[[1, 2], [3, 4]]]


BOMB = """<!DOCTYPE ink [<!ENTITY a "1 1,"><!ENTITY b "&a;&a;&a;">]>
<ink><trace>&b;</trace></ink>"""


@pytest.mark.parametrize(("text", "words"), [
    (BOMB, "document type"),
    ('<!DOCTYPE ink SYSTEM "file:///etc/passwd"><ink/>', "document type"),
    ("<ink><trace>1 1</trace>", "well-formed"),
    ("<ink>\0</ink>", "well-formed"),
    ("<ink>\ud800</ink>", "well-formed"),
    ("<svg></svg>", "root is no <ink>"),
    ("<ink></ink>", "no strokes"),
    ("<ink><trace>1, 2</trace></ink>", "without x and y"),
    ("<ink><trace>abc</trace></ink>", "without x and y"),
    ("<ink><trace>1e9999999 1</trace></ink>", "numbers from"),
    ('<ink><traceFormat><channel name="X"/></traceFormat></ink>', "no channels X and Y"),
    ("", "neither JSON nor InkML"),
    ("[" * 100_000, "neither JSON nor InkML"),
    ("null", "list of strokes"),
    ('{"strokes": 5}', "list of strokes"),
    ("[[1, 2]]", "list of strokes"),
    ('[[["1", 2]]]', "of numbers"),
    ("[[[true, 2]]]", "of numbers"),
    ("[[[NaN, 2]]]", "numbers from"),
    ("[[[1e7, 2]]]", "numbers from"),
    ("[]", "no strokes"),
    ("[[]]", "no strokes"),
    (json.dumps([[[0, 0]] * (MOST_POINTS + 1)]), "20,000 points"),
    (" " * (MOST_CHARACTERS + 1), "2,000,000 characters"),
])  # fmt: skip
def test_files_that_are_refused(text, words):
    answer = pen_file({"name": "a", "text": text})
    assert words in answer["error"]


@pytest.mark.parametrize("message", [None, 5, {}, {"name": "a"}, {"name": 5, "text": "[]"}])
def test_messages_that_are_no_file(message):
    assert pen_file(message) == {"error": "A file has a name and a text."}


def test_a_file_with_much_white_space_is_read_at_once():
    """A pattern that begins with white space would take hours."""
    blank = " " * (MOST_CHARACTERS - 100)
    assert strokes_of_file("a", f"<ink><trace>{blank}1 2</trace></ink>") == [[[1, 2]]]


# Samples


def test_samples_are_ink_in_the_pads_own_format():
    assert list(readings.samples()) == [FIRST, "hello reader", TWO_LINES]
    for title, strokes in readings.samples().items():
        assert pen_file({"name": "a", "text": strokes}) == {"strokes": strokes}
        assert len(readings.read(strokes).lines) == (2 if title == TWO_LINES else 1)
        times = [point[2] for stroke in json.loads(strokes) for point in stroke]
        assert times == sorted(times)


# What is read, and what is shown of it


def test_the_text_is_what_the_network_reads(ink):
    text, now, rows, panel = next(events.on_ink(ink, "→"))
    (line,) = readings.sampler().read(ReadingRequest(Strokes(ink)))
    assert (rows, panel) == (gr.skip(), gr.skip())
    assert len(line.text) > 5
    (sent,) = shown(text)["lines"]
    assert sent["text"] == line.text == "".join(letter[0] for letter in sent["characters"])
    assert sent["points"] == len(line.ink)
    names = ["", *READ]
    for (_, p, point, likeliest), character in zip(
        sent["characters"], line.characters, strict=True
    ):
        assert p == pytest.approx(character.probability, abs=1e-4)
        assert point == character.point
        row = line.probabilities[character.frame]
        assert likeliest[0] == [names[row.argmax()], pytest.approx(row.max(), abs=1e-4)]
        assert [q for _, q in likeliest] == sorted((q for _, q in likeliest), reverse=True)
    assert [c[0] for c in sent["candidates"]] == [c.text for c in line.candidates[:5]]
    surest = max(c.probability for c in line.characters if c.character != " ")
    assert line.characters[now.letter].probability == surest


def test_the_four_rows_are_what_the_network_did(ink):
    _, (_, _, rows, panel) = events.on_ink(ink, "→")
    sent = shown(rows)
    sampler, request = readings.sampler(), ReadingRequest(Strokes(ink))
    (line,) = sampler.read(request)
    assert [(c, point) for c, point, _ in sent["characters"]] == [
        (c.character, c.point) for c in line.characters
    ]
    assert sent["frames"] == line.frame_points.tolist()
    assert sent["peaks"] == pytest.approx(line.probabilities[:, 1:].max(axis=1), abs=1e-3)
    assert len(sent["points"]) == sum(map(len, request.strokes))
    assert sent["ends"] == (np.cumsum([len(s) for s in request.strokes]) - 1).tolist()
    gradient = sampler.gradient(request, 0, sent["chosen"])
    for n, axis in enumerate("xy"):
        values = bytes_of(sent["gradient"][axis]) * sent["gradient"]["most"] / 127
        assert values == pytest.approx(gradient[:, n], abs=np.abs(gradient).max() / 250)
    assert np.abs(bytes_of(sent["gradient"]["x"])).max() > 0
    arrays = sampler.trace(request, 0).arrays()
    assert [cell["backwards"] for cell in sent["cells"]] == [False] * 4 + [True] * 4
    for cell in sent["cells"]:
        layer, number = cell["short"].rsplit(" ", 1)
        n = sampler.layer_names.index(layer) + 1
        expected = np.tanh(arrays[f"layer{n}.c"][:, int(number) - 1])
        assert bytes_of(cell["values"]) / 127 == pytest.approx(expected, abs=1 / 250)
        assert layer.endswith("←") is cell["backwards"]
    labels = panel["labels"]
    assert "".join(c for c in labels if c != "·") == line.text.replace(" ", "␣")
    assert all(labels[c.frame] != "·" for c in line.characters)
    assert panel["step"] == line.characters[sent["chosen"]].frame


def test_what_was_known_while_it_was_written(ink):
    sent = shown(replays.replay_of(ink, 0, 0))
    causal = readings.sampler("reading_causal")
    known = causal.so_far(ReadingRequest(Strokes(ink)))
    assert len(known) > 5
    assert sent["so_far"] == [[point, text] for point, text in known]


def test_without_the_network_that_reads_forwards_nobody_says_so(ink, monkeypatch):
    monkeypatch.setattr(replays, "shipped", lambda name: name == "reading")
    assert shown(replays.replay_of(ink, 0, 0))["so_far"] is None


def test_two_lines_are_two_lines(two_lines):
    text, now, _, _ = next(events.on_ink(two_lines, "→"))
    whole = readings.read(two_lines)
    assert now.line == 1  # which was written last
    assert [line["text"] for line in shown(text)["lines"]] == [line.text for line in whole.lines]
    second = shown(replays.replay_of(two_lines, 1, 0))
    ink = whole.lines[1].ink
    assert second["points"] == np.concatenate(whole.request.strokes)[ink].tolist()
    assert [c[1] for c in second["characters"]] == [
        ink.tolist().index(c.point) for c in whole.lines[1].characters
    ]
    assert second["frames"][-1] == len(ink) - 1
    gradient = readings.sampler().gradient(whole.request, 1, 0)
    assert second["gradient"]["most"] == pytest.approx(np.abs(gradient).max())


def test_a_letter_is_chosen_in_the_text(two_lines):
    now = next(events.on_ink(two_lines, "→"))[1]
    after, rows, panel = events.on_letter(event(line=1, character=0), now, "→")
    assert (after.line, after.letter) == (1, 0)
    assert (shown(rows)["chosen"], shown(rows)["fixed"]) == (0, True)
    frame = readings.read(two_lines).lines[1].characters[0].frame
    assert panel["chosen"]["step"] == frame
    after, rows, panel = events.on_letter(event(line=0, character=1), after, "→")
    first = readings.read(two_lines).lines[0]
    assert shown(rows)["text"] == first.text
    assert (len(panel["labels"]), panel["step"]) == (
        len(first.frame_points), first.characters[1].frame,
    )  # fmt: skip


def test_a_letter_is_chosen_in_the_rows(ink):
    now = next(events.on_ink(ink, "→"))[1]
    after, text, panel = events.on_row_letter(event(line=0, character=2), now)
    assert after.letter == text["chosen"]["character"] == 2
    assert panel["chosen"]["step"] == readings.read(ink).lines[0].characters[2].frame


@pytest.mark.parametrize("message", [
    None, "x", {}, {"line": 0}, {"line": 1, "character": 0}, {"line": -1, "character": 0},
    {"line": 0, "character": 10_000}, {"line": 0, "character": -1}, {"line": 0, "character": True},
    {"line": "0", "character": 0}, {"line": 0.0, "character": 0}, {"line": [0], "character": {}},
])  # fmt: skip
def test_letters_that_there_are_not(ink, message):
    now = next(events.on_ink(ink, "→"))[1]
    for handler, more in ((events.on_letter, ["→"]), (events.on_row_letter, [])):
        with pytest.raises(gr.Error, match="There is no such"):
            handler(gr.EventData(None, message), now, *more)
        with pytest.raises(gr.Error, match="Nothing has been read"):
            handler(gr.EventData(None, message), None, *more)
    given = {**message, "strokes": ink} if isinstance(message, dict) else message
    assert set(replays.row_gradient(given)) == {"error"}


def test_the_gradient_of_another_letter(two_lines):
    answer = replays.row_gradient({"strokes": two_lines, "line": 1, "character": 1})
    whole = readings.read(two_lines)
    gradient = readings.sampler().gradient(whole.request, 1, 1)[whole.lines[1].ink]
    values = bytes_of(answer["y"]) * answer["most"] / 127
    assert values == pytest.approx(gradient[:, 1], abs=np.abs(gradient).max() / 250)


@pytest.mark.parametrize("strokes", [
    None, "", "[]", "[[]]", "[[[5, 5]]]", "[[[NaN, 1], [2, 2]]]", "[[5]]", "{}", "\0", "\ud800",
    "[" * 100_000, 5, True, ["a"], json.dumps([[[0, n] for n in range(20_001)]]),
])  # fmt: skip
def test_what_cannot_be_read_is_said_where_the_text_would_be(strokes):
    ((text, now, rows, panel),) = events.on_ink(strokes, "→")
    assert shown(text)["lines"] == []
    assert shown(text)["note"].endswith(".")
    assert (now, rows, panel) == (None, None, None)
    assert replays.row_gradient({"strokes": strokes, "line": 0, "character": 0}) == {
        "error": shown(text)["note"]
    }


def test_the_memory_cells_of_each_direction(ink):
    trace = readings.sampler().trace(ReadingRequest(Strokes(ink)), 0)
    for way, first in (("→", 0), ("←", 1)):
        *_, (_, _, _, panel) = events.on_ink(ink, way)
        frames = RUNS.find(panel["run"]).frames
        assert frames.sizes == [6, 8, 8]
        for layer, expected in zip(frames.layers, trace.layers[first::2], strict=True):
            np.testing.assert_array_equal(layer["c"], expected.c[0].half().numpy())
        now = next(events.on_ink(ink, way))[1]
        again = RUNS.find(events.on_way(now, way)["run"]).frames
        np.testing.assert_array_equal(again.cells, frames.cells)
        *_, from_sample = events.on_sample(FIRST)(way)
        np.testing.assert_array_equal(RUNS.find(from_sample["run"]).frames.cells, frames.cells)
    assert events.on_way(None, "→") is None


@pytest.mark.parametrize("way", [None, "", "up", 5, ["→"]])
def test_directions_that_there_are_not(ink, way):
    now = next(events.on_ink(ink, "→"))[1]
    with pytest.raises(gr.Error, match="forwards"):
        next(events.on_ink(ink, way))
    with pytest.raises(gr.Error, match="forwards"):
        events.on_sample(FIRST)(way)
    with pytest.raises(gr.Error, match="forwards"):
        events.on_way(now, way)
    with pytest.raises(gr.Error, match="forwards"):
        events.on_letter(event(line=0, character=0), now, way)


def test_samples_are_put_on_the_pad():
    pad, text, now, rows, panel = events.on_sample("hello reader")("→")
    assert pad == now.strokes == readings.samples()["hello reader"]
    assert shown(text)["lines"][0]["text"] == shown(rows)["text"]
    assert panel["run"]


def test_lively_cells_are_those_that_move_where_letters_are():
    at_letters = np.arange(60) % 10 < 3
    swings = np.where(np.arange(60) % 2 == 0, 0.8, -0.8)
    still = np.full(60, 0.5)
    values = np.stack([np.where(at_letters, 0, swings), np.where(at_letters, swings, 0), still], 1)
    scores = replays.liveliness(values, at_letters)
    assert scores.argsort().tolist() == [2, 0, 1]
    assert replays.liveliness(values, np.zeros(60, dtype=bool)).argmin() == 2


# The interface


def test_the_interface_gives_what_the_network_reads(two_lines):
    given = json.loads(two_lines)
    answer = api.read_handwriting(given)
    lines = readings.sampler().read(ReadingRequest(Strokes(given)))
    assert answer["text"] == "\n".join(line.text for line in lines)
    for sent, line in zip(answer["lines"], lines, strict=True):
        assert [(c["character"], c["point"]) for c in sent["characters"]] == [
            (c.character, c.point) for c in line.characters
        ]
        assert [c["text"] for c in sent["candidates"]] == [c.text for c in line.candidates]
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


@pytest.mark.parametrize(("strokes", "words"), [
    (None, "list of strokes"), ([], "nothing to read"), ([[[1, 2]]], "single point"),
    ([[[float("nan"), 1], [2, 2]]], "numbers from"), ([[1, 2], [3, 4]], "list of points"),
    ([[[0, n] for n in range(1_000_000)]], "20,000 points"), ([[["a", "b"]]], "pair of numbers"),
    ([[[0, 0]]] * 2_000, "1,000 strokes"), ({"strokes": []}, "list of strokes"),
])  # fmt: skip
def test_hostile_ink_gets_a_sentence(strokes, words):
    with pytest.raises(gr.Error, match=words):
        api.read_handwriting(strokes)


def test_the_tab_is_built_and_offers_its_interface():
    with gr.Blocks() as page:
        recognition.build(page)
    offered = [fn.api_name for fn in page.fns.values() if fn.api_visibility == "public"]
    assert offered == ["read_handwriting"]
    recognition.prepare()


def test_without_a_reader_the_tab_says_so(monkeypatch):
    monkeypatch.setattr(recognition, "shipped", lambda name: False)
    with gr.Blocks() as page:
        recognition.build(page)
    (said,) = page.blocks.values()
    assert "no reader of handwriting" in said.value
    recognition.prepare()


def test_the_pads_value_is_one_text():
    assert pen_value([[[1, 2.5, 3]]]) == "[[[1,2.5,3]]]"
