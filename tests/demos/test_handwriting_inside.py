"""Look inside, your own hand and drawing on, without a browser."""

import json
from base64 import b64decode
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
from small_models import save_writer, shipped

from demos.handwriting import drawing_on, inside, own_hand, runs
from demos.handwriting.events import own_hand as as_own_hand
from demos.widgets.hairs import shades
from demos.widgets.panel import Panel
from demos.widgets.panel.store import RUNS
from lstm_core.handwriting import hands
from lstm_core.handwriting.futures import futures, luck_of
from lstm_core.handwriting.request import WritingRequest

TEXT = "The quick brown fox jumps over the lazy dog, twice"  # two lines


@pytest.fixture(autouse=True, scope="module")
def _writer(tmp_path_factory):
    """A small network is that of the tab."""
    folder = tmp_path_factory.mktemp("writers")
    save_writer(folder)
    with shipped(folder, "demos.handwriting", "demos.recognition") as patch:
        patch.setattr(hands, "STEPS", 6)
        yield


@pytest.fixture(scope="module")
def run():
    return runs.Run(WritingRequest(TEXT, bias=0.5, seed=3), variants=2)


def event(**message):
    return gr.EventData(None, message)


def shown(value):
    return json.loads(value["json"])


def unpacked(packed, kind):
    return np.frombuffer(b64decode(packed), kind)


def scrawl(words=3):
    """Zigzags, as a pad sends them: x, y, t."""
    return [
        [[60 * word + n, 30 * (n % 4 // 2) + n % 3, 600 * word + 15 * n] for n in range(40)]
        for word in range(words)
    ]


# Look inside


def test_the_first_view_is_the_middle_of_the_first_line(run):
    window, hairs, panel, look = inside.on_run(run, "c")
    steps = [step for step in runs.stream(run) if step.line == 0]
    assert look.point == len(steps) // 2
    sent = shown(window)
    assert sent["lines"] == [steps[0].text, "over the lazy dog, twice"]
    points = unpacked(sent["points"], "<f4").reshape(-1, 2)
    np.testing.assert_allclose(points[1:, 0], np.cumsum([s.dx for s in steps]), atol=0.1)
    phi = unpacked(sent["attention"], np.uint8).reshape(len(steps), -1) * sent["most"] / 255
    np.testing.assert_allclose(phi, [s.attention for s in steps], atol=0.01 * sent["most"])
    assert sent["ends"] == [n + 1 for n, s in enumerate(steps) if s.pen_up]
    frames = RUNS.find(panel["run"]).frames
    assert len(frames) == len(steps)
    assert frames.sizes == [10, 10, 10]
    assert panel["step"] == look.point
    values = unpacked(sent["shade"]["values"], np.int8)
    cell = (look.layer - 1) * 10 + look.cell - 1
    np.testing.assert_allclose(values, frames.cells[:, cell], atol=1)
    assert f"layer {look.layer}, cell {look.cell}" in sent["shade"]["words"]
    assert shown(hairs)["words"].startswith(f"Point {look.point + 1} of {len(steps)}")


def test_letters_stand_where_the_window_moves_on(run):
    line = inside.watched(run, 0, 0)
    labels = inside.labels(line)
    assert len(labels) == len(line)
    where = [n for n, label in enumerate(labels) if label != "·"]
    at = [int(np.argmax(step.attention)) for step in line.steps]
    assert where == [n for n in range(len(line)) if n == 0 or at[n] != at[n - 1]]
    assert all(labels[n] == line.text[at[n]].replace(" ", "␣") for n in where)


def test_a_place_on_the_stage(run):
    """In another variant, and another line: all of it is shown anew; else only what is new."""
    first = inside.on_run(run, "c")[-1]
    window, hairs, panel, look = inside.on_stage(event(variant=1, line=1, point=4), run, first, "f")
    line = inside.watched(run, 1, 1)
    assert (look.variant, look.line, look.point) == (1, 1, 4)
    assert shown(window)["number"] == 1
    assert panel["step"] == 4
    np.testing.assert_allclose(
        unpacked(shown(window)["points"], "<f4").reshape(-1, 2), line.points[:, :2], atol=0.1
    )
    found = futures(
        runs.sampler(), line, 4, run.requests[1], None, luck_of(0, inside.HAIRS, inside.LENGTH)
    )
    sent = shown(hairs)
    np.testing.assert_allclose(
        unpacked(sent["futures"]["xy"], "<f4").reshape(inside.HAIRS, -1, 2),
        found.points[:, :, :2], atol=0.1,
    )  # fmt: skip
    assert sent["lengths"] == found.lengths.tolist()
    assert sent["pen_up"] == pytest.approx(line.expectation(4).pen_up, abs=1e-4)
    before, after = (unpacked(sent[q]["xy"], "<f4").reshape(-1, 2) for q in ("before", "after"))
    np.testing.assert_allclose(before + line.points[4, :2], line.points[:5, :2], atol=0.1)
    np.testing.assert_allclose(after[0] + line.points[4, :2], line.points[5, :2], atol=0.1)
    window, hairs, panel, after = inside.on_stage(event(variant=1, line=1, point=5), run, look, "c")
    assert window["chosen"]["point"] == 5
    assert panel["chosen"]["step"] == 5
    assert shown(hairs)["words"].startswith("Point 6 of")
    assert after == replace(look, point=5)


def test_a_place_beside_the_window_is_marked_on_the_stage(run):
    look = inside.on_run(run, "c")[-1]
    *_, after, stage = inside.on_window(event(line=1, point=0), look)
    assert (after.line, after.point) == (1, 0)
    assert {k: stage["chosen"][k] for k in ("variant", "line", "point")} == {
        "variant": 0, "line": 1, "point": 0,
    }  # fmt: skip


def test_other_futures(run):
    first = inside.on_run(run, "c")
    again, look = inside.on_again(first[-1])
    assert look == replace(first[-1], seed=look.seed)
    assert shown(again)["futures"] != shown(first[1])["futures"]
    for same in ("density", "before", "after", "pen_up"):
        assert shown(again)[same] == shown(first[1])[same]


def test_a_cell_colours_the_ink(run):
    *_, panel, look = inside.on_run(run, "c")
    chosen = event(run=panel["run"], step=look.point, layer=2, cell=7)
    window, hairs, after, stage = inside.on_cell(chosen, look)
    line = inside.watched(run, 0, 0)
    values = unpacked(window["shade"]["values"], np.int8) / 127
    np.testing.assert_allclose(values, line.cell("c", 2, 7), atol=0.01)
    assert hairs == stage == gr.skip()
    moved = event(run=panel["run"], step=look.point + 1, layer=2, cell=7)
    window, hairs, after, stage = inside.on_cell(moved, after)
    assert window["chosen"]["point"] == stage["chosen"]["point"] == after.point == look.point + 1
    assert shown(hairs)["words"].startswith(f"Point {after.point + 1} of")
    window, after = inside.on_quantity(after, "f")
    values = unpacked(window["shade"]["values"], np.int8) / 127
    np.testing.assert_allclose(values, line.cell("f", 2, 7), atol=0.01)
    assert window["shade"]["colour"] == "gate-f"
    *_, kept = inside.on_window(event(line=1, point=0), after)[:4]
    assert (kept.layer, kept.cell, kept.quantity) == (2, 7, "f")


def test_the_shades_of_a_density():
    values = np.array([[1.0, 0.1], [1e-3, 0.0]]) * 7
    assert shades(values).tolist() == [[255, 170], [0, 0]]
    assert not shades(np.zeros((2, 2))).any()


def test_nothing_is_there_yet(run):
    assert inside.on_run(None, "c") == inside.on_open(None) == [None] * 4
    with pytest.raises(gr.Error, match="write something first"):
        inside.on_stage(event(variant=0, line=0, point=0), None, None, "c")
    for handler in (inside.on_window, inside.on_cell):
        with pytest.raises(gr.Error, match="write something first"):
            handler(event(line=0, point=0), None)
    with pytest.raises(gr.Error, match="write something first"):
        inside.on_again(None)
    assert inside.on_quantity(None, "c") == [gr.skip(), None]


@pytest.mark.parametrize("message", [
    None, [], "x", {}, {"variant": 2}, {"variant": True}, {"variant": None}, {"line": 2},
    {"line": -1}, {"line": 0.0}, {"point": 10**9}, {"point": "0"}, {"point": float("nan")},
])  # fmt: skip
def test_places_that_there_are_not(run, message):
    if isinstance(message, dict) and message:
        message = {"variant": 0, "line": 0, "point": 0, **message}
    with pytest.raises(gr.Error, match="is a whole number from 0 to"):
        inside.on_stage(gr.EventData(None, message), run, None, "c")


def test_what_is_no_quantity_or_no_cell(run):
    *_, panel, look = inside.on_run(run, "c")
    for quantity in ("x", None, ["c"], "tanh"):
        with pytest.raises(gr.Error, match="c, h, g, i, f or o"):
            inside.on_quantity(look, quantity)
    with pytest.raises(gr.Error, match="The cell is a whole number"):
        inside.on_cell(event(run=panel["run"], step=0, layer=1, cell=11), look)
    short, long = sorted((inside.watched(run, 0, n) for n in (0, 1)), key=len)
    other, look = Panel.show(long.trace, inside.labels(long)), replace(look, line=short.number)
    with pytest.raises(gr.Error, match="no such point"):
        inside.on_cell(event(run=other["run"], step=len(short), layer=1, cell=1), look)


# Your own hand


def test_a_hand_is_learned_and_written_in():
    strokes = json.dumps(scrawl(1))
    answers = list(own_hand.on_learn(strokes, "zig"))
    views = [shown(view) for view, _ in answers]
    assert all(own == gr.skip() for _, own in answers[:-1])
    assert views[0]["nats"] == []
    assert [len(view["nats"]) for view in views[1:-1]] == list(range(1, hands.STEPS + 2))
    assert views[-1]["done"]
    assert not views[-2]["done"]
    assert len(views[-1]["words"]) == 3  # of the nearest hand, after five steps, and in the end
    own = answers[-1][1]
    ink = own_hand.ink_of(strokes, "zig")
    likely = hands.likeness(runs.sampler(), ink)
    fits = list(hands.fit(runs.sampler(), ink, steps=hands.STEPS))
    assert views[-1]["nats"] == pytest.approx([f.nats / len(ink.points) for f in fits], abs=2e-3)
    best = min(fits, key=lambda f: f.nats)
    assert own["style"] == pytest.approx(best.style.tolist(), abs=1e-4)
    nearest = runs.sampler().hands.index(next(iter(likely))) + 1
    assert f"nearest: Hand {nearest}," in views[-2]["note"]
    most = int(best.shares.argmax())
    assert f"shares: Hand {most + 1} ({best.shares[most]:.0%})," in views[-1]["note"]
    mine = as_own_hand(own)
    run = runs.Run(WritingRequest("zag", seed=1), mine)
    line = inside.watched(run, 0, 0)
    np.testing.assert_allclose(
        line.points[1:, :2].T,
        np.cumsum([(s.dx, s.dy) for s in runs.stream(run)], axis=0).T, atol=1e-6,
    )  # fmt: skip
    assert line.read == "zig"
    assert shown(inside.on_run(run, "c")[1])["words"].startswith("Point")
    assert own_hand.on_forget() == (None, None)


def test_the_interface_finds_the_same_hand():
    answer = own_hand.fit_hand(scrawl(1), "zig")
    *_, (view, own) = own_hand.on_learn(json.dumps(scrawl(1)), "zig")
    assert answer["style"] == pytest.approx(own["style"], rel=1e-4)
    assert answer["nats_before"] == pytest.approx(shown(view)["any_hand"], abs=1e-3)
    assert answer["nats_after"] <= answer["nearest"][0]["nats"]
    assert {row["hand"] for row in answer["nearest"]} == set(runs.sampler().hands)
    shares = [row["share"] for row in answer["blend"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=0.03)
    styles = [runs.sampler().style(WritingRequest("a", hand=r["hand"])) for r in answer["blend"]]
    np.testing.assert_allclose(np.array(shares) @ styles, answer["style"], atol=0.05)
    json.dumps(answer, allow_nan=False)


@pytest.mark.parametrize(("strokes", "text", "words"), [
    (None, "zig", "nothing to read yet"),
    ("[]", "zig", "nothing to read yet"),
    ("[[[1, 2]]]", "zig", "single point"),
    ("[[[NaN, 2], [3, 4]]]", "zig", "numbers from"),
    ("[[1, 2], [3, 4]]", "zig", "list of strokes"),
    ("no", "zig", "no JSON"),
    (5, "zig", "list of strokes"),
    ([[[0, n] for n in range(20_001)]], "zig", "20,000 points"),
    (scrawl(), "", "is empty"),
    (scrawl(), None, "must be text"),
    (scrawl(), 5, "must be text"),
    (scrawl(), "zig zag λ", "never seen anyone write λ"),
    (scrawl(), "zig\0zag", "never seen anyone write"),
    (scrawl(), "zig\ud800zag", "never seen anyone write"),
    (scrawl(), "<b>z" * 20, "at most 60"),
    (scrawl(1), "far too many words for this bit of ink", "too little for 38"),
    (scrawl(40), "zig", "too much for 3 characters"),
])  # fmt: skip
def test_what_cannot_be_learned(strokes, text, words):
    with pytest.raises(gr.Error, match=words):
        next(own_hand.on_learn(strokes, text))
    with pytest.raises(gr.Error, match=words):
        own_hand.fit_hand([] if strokes is None else strokes, text)


# Begin a drawing


def test_a_drawing_is_gone_on_with():
    messages = list(drawing_on.on_begin(json.dumps(scrawl()), False, 100, 3, 0.5))
    sent, run = shown(messages[-1][0]), messages[-1][1]
    assert {name for _, name in messages} == {run}
    assert sent["done"]
    assert len(sent["ways"]) == 3
    begun = unpacked(sent["begun"], "<f4").reshape(-1, 2)
    assert sent["ends"][-1] == len(begun) - 1
    for n, way in enumerate(sent["ways"]):
        points = unpacked(way["points"], "<f4").reshape(-1, 2)
        assert points.shape == (100, 2)
        assert np.hypot(*(points[0] - begun[-1])) < 1_000
        for view, _ in messages[:-1]:
            earlier = unpacked(shown(view)["ways"][n]["points"], "<f4").reshape(-1, 2)
            np.testing.assert_array_equal(earlier, points[: len(earlier)])
    assert shown(drawing_on.on_stop(run)) == {"run": run, "stop": True}


@pytest.mark.parametrize(("strokes", "given", "words"), [
    (None, (False, 100, 4, 0.5), "nothing to read yet"),
    (scrawl(), ("no", 100, 4, 0.5), "true or false"),
    (scrawl(), (False, 1_000, 4, 0.5), "1 to 800"),
    (scrawl(), (False, None, 4, 0.5), "length"),
    (scrawl(), (False, 100, 5, 0.5), "1 to 4"),
    (scrawl(), (False, 100, 4, float("nan")), "0 to 10"),
])  # fmt: skip
def test_drawings_that_cannot_be_gone_on_with(strokes, given, words):
    with pytest.raises(gr.Error, match=words):
        next(drawing_on.on_begin(strokes, *given))
