"""The Handwriting tab without a browser: runs, what is streamed, files, interface, samples."""

import io
import json
import re
from base64 import b64decode
from dataclasses import asdict

import gradio as gr
import numpy as np
import pytest
from PIL import Image
from small_models import HANDS, save_writer, shipped

from demos import handwriting
from demos.handwriting import api, events, files, paper, runs, samples
from demos.handwriting.runs import OwnHand, Run
from demos.widgets.ink_stage import LAST, ORIGIN, PEN_UP
from lstm_core.handwriting.drawing import Pen, Writing
from lstm_core.handwriting.picture import picture
from lstm_core.handwriting.request import MAX_TEXT, Ink, WritingRequest
from lstm_core.handwriting.sampler import WritingSampler

LONG = "The quick brown fox jumps over the lazy dog, and then it goes to bed."


@pytest.fixture(autouse=True, scope="module")
def _writer(tmp_path_factory):
    """A small network is that of the tab."""
    folder = tmp_path_factory.mktemp("writer")
    save_writer(folder)
    with shipped(folder, "demos.handwriting", "demos.recognition"):
        yield


@pytest.fixture(scope="module")
def mine(_writer):
    """A visitor's own hand, as the page remembers it."""
    points = np.array([(0, 0, 0), (30, -40, 0), (60, 0, 1), (80, 10, 0), (90, 60, 1)], float)
    style = runs.sampler().style(WritingRequest(hand="10030")).tolist()
    return {"name": "mine", "style": style, "points": points, "text": "hi"}


def sent(value):
    return json.loads(value["json"])


def arrays(variant):
    """The points, marks and letters of a stretch."""
    xy = np.frombuffer(b64decode(variant["points"]), "<f4").reshape(-1, 2)
    marks, letters = (
        np.frombuffer(b64decode(variant[k]), np.uint8) for k in ("marks", "letters")
    )  # fmt: skip
    return xy, marks, letters


def write(text=LONG, hand="", other="", blend=0.5, bias=1.0, seed=3, variants=1, own=None, **more):
    """All that comes of a click."""
    new_seed, checked = more.get("new_seed", False), more.get("checked", False)
    return list(
        events.on_write(text, hand, other, blend, bias, seed, new_seed, variants, checked, own)
    )


def lines_of(writing):
    return [line.tolist() for line in writing.lines]


# What is written


def test_the_page_gets_what_the_network_writes():
    (*_, last) = write()
    message = sent(last[0])
    expected = runs.sampler().write(WritingRequest(LONG, seed=3))
    assert message["texts"] == expected.texts
    assert len(expected.texts) == 2
    assert (message["done"], message["shown"]) == (True, False)
    xy, marks, letters = arrays(message["variants"][0])
    np.testing.assert_array_equal(xy, np.concatenate(expected.lines)[:, :2].astype(np.float32))
    assert (marks & PEN_UP).tolist() == np.concatenate(expected.lines)[:, 2].tolist()
    lengths = [len(line) for line in expected.lines]
    assert np.flatnonzero(marks & LAST).tolist() == (np.cumsum(lengths) - 1).tolist()
    assert np.flatnonzero(marks & ORIGIN).tolist() == [0, lengths[0]]
    steps = list(runs.sampler().stream(WritingRequest(LONG, seed=3)))
    assert letters[marks & ORIGIN == 0].tolist() == [s.attention.argmax() for s in steps]
    assert message["about"] == {"text": LONG, "hand": "", "bias": 1, "seed": 3}


def test_stretches_make_the_whole_even_if_every_other_one_is_lost(monkeypatch):
    monkeypatch.setattr(paper, "STRETCH_SECONDS", 0)
    messages = [sent(value) for value, *_ in write("Two words", variants=2)]
    assert len({message["run"] for message in messages}) == 1
    assert [message["done"] for message in messages] == [False] * (len(messages) - 1) + [True]
    whole = [arrays(variant) for variant in messages[-1]["variants"]]
    for first in (0, 1):
        have = [0, 0]
        for message in messages[first:-1:2]:
            for n, variant in enumerate(message["variants"]):
                xy, marks, letters = arrays(variant)
                assert variant["first"] <= have[n]
                have[n] = variant["first"] + len(xy)
                part = slice(variant["first"], have[n])
                np.testing.assert_array_equal(xy, whole[n][0][part])
                np.testing.assert_array_equal(marks, whole[n][1][part])
                np.testing.assert_array_equal(letters, whole[n][2][part])
    assert len(messages) > 40
    assert len(arrays(messages[0]["variants"][0])[0]) == 2  # where the pen is put, and a point


def test_stretches_are_small(monkeypatch):
    monkeypatch.setattr(paper, "STRETCH_SECONDS", 0)
    lengths = [len(arrays(sent(v)["variants"][0])[0]) for v, *_ in write("abc")[:-1]]
    assert max(lengths) <= 3


def test_variants_are_what_the_next_seeds_write():
    run = write("Some words", seed=2**32 - 1, variants=3)[0][1]
    assert [request.seed for request in run.requests] == [2**32 - 1, 0, 1]
    side_by_side = list(runs.stream_many(run))
    for n, request in enumerate(run.requests):
        steps = list(runs.stream(run, n))
        together = [row[n] for row in side_by_side if row[n] is not None]
        assert [(s.dx, s.dy, s.pen_up) for s in steps] == [(s.dx, s.dy, s.pen_up) for s in together]
        alone = list(runs.sampler().stream(request))
        few = min(30, len(alone))  # sums of many come out otherwise, and errors grow
        np.testing.assert_allclose(
            [(s.dx, s.dy) for s in steps[:few]], [(s.dx, s.dy) for s in alone[:few]], atol=1e-2
        )
    assert next(runs.stream(run, 1, trace=True)).cells is not None


def test_a_click_tells_the_page_who_writes():
    value, run, seed, status = write(hand="10023", other="10030", blend=0.25, seed=5)[0]
    assert run == Run(WritingRequest(LONG, seed=5, hand="10023", other="10030", blend=0.25))
    assert (seed, status) == (5, "Hand 2, with 25% of Hand 3, seed 5.")
    assert sent(value)["about"] | {"other": "10030", "blend": 0.25} == sent(value)["about"]
    assert write("a b", variants=2, seed=7)[0][3] == "Whatever hand comes, seeds 7 to 8."
    rest = write("a b")[1:]
    assert rest
    assert all(row[1:] == (gr.skip(),) * 3 for row in rest)


def test_what_is_written_otherwise_is_said():
    status = write("éÀ \N{EM DASH}ö", variants=2)[0][3]
    assert status.endswith(
        "seeds 3 to 4. The network writes é as e, À as A, \N{EM DASH} as -, ö as o."
    )
    assert write("àáâãäåç", seed=1)[0][3].endswith(
        "writes à as a, á as a, â as a, ã as a, ä as a, å as a, and more."
    )


def test_the_attempt_that_can_be_read_best_is_what_comes(monkeypatch):
    """The page gets nothing of the others, each word at once, and the same points once more."""
    request, shown = WritingRequest(LONG, seed=3), []

    def picky(lines):
        shown.append(lines)
        return [(n != 2, 0.0) for n in range(len(lines))]  # of the first attempt, it likes none

    writer = runs.sampler()
    careful = WritingSampler(writer.model, writer.alphabet, checker=picky)
    monkeypatch.setattr(runs, "careful", lambda: careful)
    monkeypatch.setattr(events, "checkable", lambda: True)
    expected = careful.write(request)
    liked = {attempts[2].points.tobytes() for attempts in shown[1::2]}
    assert {line.tobytes() for line in expected.lines} < liked
    values = [value for value, *_ in write(checked=True)]
    messages = [sent(value)["variants"][0] for value in values]
    whole = np.concatenate(expected.lines)[:, :2].astype(np.float32)
    np.testing.assert_array_equal(arrays(messages[-1])[0], whole)
    assert len(arrays(messages[0])[0]) == 0
    ends = np.cumsum([len(line) for line in expected.lines])
    assert {m["first"] + len(arrays(m)[0]) for m in messages} >= set(ends)
    assert len(messages) == 1 + len(liked) + 1  # a clean sheet, each word, and everything
    steps = list(runs.stream(Run(request, checked=True)))
    moves = np.concatenate([np.diff(line[:, :2], axis=0) for line in expected.lines])
    np.testing.assert_allclose([(s.dx, s.dy) for s in steps], moves, atol=1e-6)
    *_, last = api.write_by_hand(LONG, seed=3)
    assert [len(line["strokes"]) for line in last["lines"]] == [
        int(line[:, 2].sum()) for line in expected.lines
    ]


def test_nobody_is_blended_in_unless_asked_for():
    assert write(hand="10023", blend=0.9)[0][1].request.blend == 0


def test_a_new_seed_and_a_surprise():
    firsts = [write("a", hand=events.SURPRISE, new_seed=True, seed="?")[0] for _ in range(12)]
    assert len({seed for _, _, seed, _ in firsts}) > 1
    assert all(run.request.seed == seed for _, run, seed, _ in firsts)
    found = {run.request.hand for _, run, _, _ in firsts}
    assert found <= set(HANDS)
    assert len(found) > 1


def test_in_a_visitors_own_hand(mine):
    (first, *_, last) = write("oho hi", hand=events.OWN, own=mine)
    assert first[3] == "Your own hand, seed 3."
    style, prime = np.array(mine["style"], dtype=np.float32), Ink(mine["text"], mine["points"])
    expected = runs.sampler().write(WritingRequest("oho hi", seed=3), prime, style)
    xy, marks, _ = arrays(sent(last[0])["variants"][0])
    # The writing has the last point of the ink that it goes on from; the paper has not.
    np.testing.assert_array_equal(xy, expected.lines[0][1:, :2].astype(np.float32))
    assert not (marks & ORIGIN).any()
    without = OwnHand("mine", tuple(mine["style"]))
    steps = list(runs.stream(Run(WritingRequest("oho hi", seed=3), without)))
    alone = runs.sampler().stream(WritingRequest("oho hi", seed=3, hand="10030"))
    assert [(s.dx, s.dy) for s in steps] == [(s.dx, s.dy) for s in alone]


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"text": ""}, "is empty"), ({"text": " \n"}, "is empty"), ({"text": None}, "must be text"),
    ({"text": 5}, "must be text"), ({"text": "a" * (MAX_TEXT + 1)}, f"at most {MAX_TEXT}"),
    ({"text": "aλ"}, "never seen anyone write λ"), ({"text": "a\0"}, "U\\+0000"),
    ({"text": "a\ud800"}, "U\\+D800"),
    ({"bias": float("nan")}, "bias must"), ({"bias": 11}, "bias must"),
    ({"bias": "1"}, "bias must"), ({"bias": None}, "bias must"),
    ({"seed": -1}, "seed must"), ({"seed": 1.5}, "seed must"),
    ({"seed": 2**32}, "seed must"), ({"hand": "99"}, "no hand '99'"),
    ({"hand": ["10012"]}, "name of a writer"), ({"hand": None}, "name of a writer"),
    ({"hand": "<b>"}, "no hand '&lt;b&gt;'"),
    ({"hand": "10012", "other": "x"}, "no hand 'x'"), ({"other": "10012"}, "name both"),
    ({"hand": "10012", "other": "10023", "blend": 1.1}, "blend must"),
    ({"hand": "10012", "other": "10023", "blend": None}, "blend must"),
    ({"variants": 0}, "number of variants must"), ({"variants": 5}, "from 1 to 4"),
    ({"variants": "2"}, "from 1 to 4"), ({"hand": events.OWN}, "no hand of your own yet"),
    ({"hand": events.OWN, "other": "10012"}, "cannot be blended"),
    ({"checked": 1}, "true or false"), ({"checked": None}, "true or false"),
    ({"checked": True}, "no network here that could read"),
])  # fmt: skip
def test_wishes_that_cannot_be_met(wrong, sentence):
    with pytest.raises(gr.Error, match=sentence):
        write(**wrong)


def test_the_hands_to_choose_from():
    expected = [("Hand 1", "10012"), ("Hand 2", "10023"), ("Hand 3", "10030")]
    assert events.choices()[2:] == expected
    shown = events.on_own({"name": "mine"}, "10012")
    assert shown["value"] == events.OWN
    assert ("Your own hand", events.OWN) in shown["choices"]
    gone = events.on_own(None, events.OWN)
    assert gone["value"] == events.ANY
    assert ("Your own hand", events.OWN) not in gone["choices"]
    assert events.on_own(None, "10012")["value"] == "10012"
    assert events.on_pick(gr.EventData(None, {"hand": "10023"})) == "10023"


@pytest.mark.parametrize("message", [None, 5, {}, {"hand": "99"}, {"hand": ["10023"]}])
def test_hands_that_cannot_be_picked(message):
    with pytest.raises(gr.Error, match="no such hand"):
        events.on_pick(gr.EventData(None, message))


# Files

LINES = [
    {"text": "a", "points": [[0, 0, 0], [100, -150.5, 0], [200, 50, 1], [300, 0, 1]]},
    {"text": "b", "points": [[0, 0, 0], [200, 100, 1]]},
]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_pictures_are_those_of_the_library(kind):
    look = {"colour": "#2F4BD8", "width": 20, "pressed": True, "ruled": True}
    answer = files.ink_file({"kind": kind, "lines": LINES, **look})
    writing = Writing([np.array(line["points"], dtype=float) for line in LINES], ["a", "b"])
    expected = picture(writing, kind, Pen("#2F4BD8", 20, True, True))
    content = b64decode(answer["data"])
    if kind == "png":
        assert answer["type"] == "image/png"
        a, b = (np.asarray(Image.open(io.BytesIO(c))) for c in (content, expected))
        np.testing.assert_array_equal(a, b)
    else:
        assert answer["type"] == "image/svg+xml"
        assert re.findall(rb' d="[^"]*"', content) == re.findall(rb' d="[^"]*"', expected)


def lines(*points):
    return [{"points": list(points)}]


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"kind": "pdf"}, "of the kinds png, svg"), ({"kind": None}, "of the kinds"),
    ({"kind": ["png"]}, "of the kinds"), ({"colour": "red"}, "as #RRGGBB"),
    ({"width": float("inf")}, "width must"), ({"pressed": "yes"}, "true or false"),
    ({"lines": None}, "list of lines"), ({"lines": [5]}, "list of lines"),
    ({"lines": []}, "no ink"), ({"lines": [{}]}, "list of lines"), ({"lines": lines()}, "list of"),
    ({"lines": lines([0, 0])}, "three numbers"), ({"lines": lines([0, 0, 0, 0])}, "three numbers"),
    ({"lines": lines([0, 0, 0], [1, 1])}, "three numbers"), ({"lines": lines(5)}, "three numbers"),
    ({"lines": lines([0, "a", 0])}, "three numbers"), ({"lines": lines([0, 0, 2])}, "three"),
    ({"lines": lines([0, {}, 0])}, "three numbers"), ({"lines": lines([0, 0, None])}, "three"),
    ({"lines": lines([float("nan"), 0, 0])}, "numbers up to"),
    ({"lines": lines([1e7, 0, 1])}, "numbers up to 1,000,000"),
    ({"lines": lines(*[[0, 0, 0]] * 40_001)}, "at most 40,000 points"),
])  # fmt: skip
def test_pictures_that_cannot_be_made(wrong, sentence):
    answer = files.ink_file({"kind": "svg", "lines": LINES} | wrong)
    assert re.search(sentence, answer["error"])


def test_messages_that_ask_for_no_picture():
    for message in (None, 5, "png", []):
        assert set(files.ink_file(message)) == {"error"}


# The interface


def test_strokes_for_programs():
    *before, last = api.write_by_hand(LONG, hand="10012", bias=0.5, seed=9, checked=False)
    writing = runs.sampler().write(WritingRequest(LONG, hand="10012", bias=0.5, seed=9))
    assert {k: last[k] for k in ("text", "hand", "bias", "seed")} == {
        "text": LONG, "hand": "10012", "bias": 0.5, "seed": 9,
    }  # fmt: skip
    assert [line["text"] for line in last["lines"]] == writing.texts
    for line, expected in zip(last["lines"], writing.lines, strict=True):
        xy = np.array([point for stroke in line["strokes"] for point in stroke])
        np.testing.assert_allclose(xy, expected[:, :2], atol=0.005001)
        ends = np.cumsum([len(stroke) for stroke in line["strokes"]]) - 1
        assert ends.tolist() == np.flatnonzero(expected[:, 2]).tolist()
    assert [len(each["lines"]) for each in before] == [1]
    assert before[0]["lines"] == last["lines"][:1]
    assert json.loads(json.dumps(last)) == last


def test_a_program_can_bring_a_hand():
    """That of a known writer, by its numbers."""
    style = runs.sampler().style(WritingRequest("a", hand="10023")).tolist()
    *_, by_name = api.write_by_hand("Two words", hand="10023", seed=9, checked=False)
    *_, by_style = api.write_by_hand("Two words", style=style, seed=9, checked=False)
    assert by_style["lines"] == by_name["lines"]


def test_programs_are_refused_as_visitors_are():
    for wrong in ({"text": ""}, {"hand": "99"}, {"bias": float("nan")}, {"seed": "1"},
                  {"other": "10012"}, {"hand": "10012", "style": [0.0] * 4},
                  {"style": []}, {"style": [0, 0, 0, "x"]}, {"style": [0, 0, 0, float("nan")]},
                  {"style": [0, 0, 0, 10**400]}, {"style": 5}):  # fmt: skip
        with pytest.raises(gr.Error):
            next(api.write_by_hand(**({"text": "a", "checked": False} | wrong)))


# What is there beforehand


def test_the_first_view_is_what_the_network_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "FOLDER", tmp_path / "samples")
    assert samples.opening() is None
    assert samples.words() == {}
    samples.make()
    samples.words.cache_clear()
    run, value = samples.opening()
    assert run == Run(samples.OPENING)  # unchecked, as nobody can read it here
    *_, expected = (sent(v) for v in paper.follow(run))
    shown = sent(value)
    assert {k: shown[k] for k in ("texts", "about", "done")} == {
        k: expected[k] for k in ("texts", "about", "done")
    }
    for a, b in zip(shown["variants"], expected["variants"], strict=True):
        (xy, *marks), (other, *others) = arrays(a), arrays(b)
        np.testing.assert_allclose(xy, other, atol=0.051)
        np.testing.assert_array_equal(marks, others)
    assert list(samples.words()) == list(HANDS)
    word = runs.sampler().write(WritingRequest(**(asdict(samples.WORD) | {"hand": "10023"})))
    width, path = samples.words()["10023"]
    places = []
    for start, moves in re.findall(r"m([-\d ]+)l([-\d ]+)", path):
        before = places[-1][-1] if places else np.zeros(2)
        steps = np.array([start.split(), *np.reshape(moves.split(), (-1, 2))], dtype=int)
        places.append(before + np.cumsum(steps, axis=0))
    (line,) = word.lines
    strokes = np.split(line[:, :2], np.flatnonzero(line[:, 2])[:-1] + 1)
    assert len(places) == len(strokes)
    shift = np.array([line[:, 0].min(), np.quantile(line[:, 1], 0.85)])
    for drawn, stroke in zip(places, strokes, strict=True):
        np.testing.assert_allclose(4 * drawn[: len(stroke)] + shift, stroke, atol=2.001)
    assert width == pytest.approx(np.ptp(line[:, 0]) / 4, abs=1)
    samples.words.cache_clear()


def test_without_a_network_the_tab_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(tmp_path))
    runs.shipped.cache_clear()
    with gr.Blocks() as page:
        handwriting.build(page)
    assert [block.value for block in page.blocks.values()] == [
        "There is no network that writes by hand in the folder `checkpoints`."
    ]
    handwriting.prepare()
    runs.shipped.cache_clear()
