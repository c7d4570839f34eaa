"""The Memory cells tab without a browser: texts, tables, spans, influence, surgery, interface."""

import json
from base64 import b64decode
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest

from demos.memory import api, bulk, events, meaning, reach, readings, similar, surgery
from demos.memory.readings import SAMPLES, Now, first_view, own_text, samples, show
from demos.text_runs import models, sampler
from demos.widgets.influence import influences, shades
from demos.widgets.rows import chosen, rows
from demos.widgets.saturation import shares
from lstm_core import checkpoint
from lstm_core.memory.features import FEATURES
from lstm_core.memory.influence import Influence, influence
from lstm_core.memory.network import Network
from lstm_core.memory.operations import Clamp
from lstm_core.memory.reading import read
from lstm_core.memory.surgery import operate
from lstm_core.text.sampler import TextRequest
from lstm_core.text.vocabulary import Vocabulary

TEXT = "ROMEO:\nHow now? what says the night, that it is late?\n\nJULIET:\nNothing.\n"


@pytest.fixture(autouse=True)
def _models(text_models):
    """The two small models are those of the page."""


@pytest.fixture(autouse=True)
def _no_data(monkeypatch, tmp_path):
    monkeypatch.setenv("LSTM_GALLERY_DATA", str(tmp_path))
    similar.library.cache_clear()  # another test may have had the data


def event(**message):
    return gr.EventData(None, message)


def on_page(text=TEXT, model="shakespeare"):
    return show(model, text)


# Texts


def test_a_text_typed_while_the_tab_opens_stays(monkeypatch):
    sample, text, *rest = events.on_open()
    assert sample == text == gr.skip()
    assert rest[0] == events.first_page("shakespeare")[2]
    monkeypatch.setattr(events, "samples", lambda model: {})
    assert events.on_open()[1] == events.first_page("shakespeare")[1]  # there is none to begin with


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.txt")), ids=lambda file: file.stem)
def test_shipped_texts_can_be_read_as_they_are(file, monkeypatch):
    monkeypatch.delenv("LSTM_GALLERY_CHECKPOINTS", raising=False)
    model = file.stem.rsplit("-", 1)[0]
    text = file.read_text(encoding="utf-8")
    assert 300 <= len(text) <= readings.MAX_TEXT
    if model not in checkpoint.names():
        pytest.skip(f"{model} is not shipped")
    reading = Vocabulary(checkpoint.read_card(model)[0].vocabulary).read(text)
    assert (reading.text, reading.note()) == (text, "")


def test_every_model_of_the_page_has_texts():
    assert all(len(samples(model)) == 2 for model in models())
    assert samples("of nobody") == {}


def test_a_text_of_its_own_begins_with_the_prime():
    text = own_text("c_source", seed=3)
    assert text.startswith("/* Return the number of ")
    assert text == own_text("c_source", seed=3)
    assert len(text) == len("/* Return the number of ") + readings.WRITTEN


def test_what_is_shown_is_what_the_network_did():
    value, now = on_page()
    reading = read(sampler("shakespeare"), TEXT)
    assert "".join(value["labels"]) == TEXT
    assert now.reading.text == TEXT
    np.testing.assert_array_equal(now.reading.cells, reading.cells)
    assert (now.at.step, now.run) == (len(TEXT) // 2, value["run"])


def test_the_grid_has_one_order_for_all_texts():
    first, _ = on_page()
    second, _ = on_page("Another text, shorter.")
    assert first["order"] == second["order"]
    order = readings.order("shakespeare")
    assert [sorted(layer) for layer in order] == [list(range(32))] * 2


@pytest.mark.parametrize("text", ["", None, 7, ["a"], "x" * 5_001, {"a": 1}])
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(gr.Error, match=r"5,000"):
        next(events.on_read("shakespeare", text, None))
    with pytest.raises(gr.Error, match="no such text model"):
        next(events.on_read(text, TEXT, None))


def test_the_panel_comes_first_and_then_what_takes_longer():
    for messages, first in (
        (events.on_read("shakespeare", TEXT, None), []),
        (events.on_sample("shakespeare", events.choices("shakespeare")[0], None), ["text"]),
        (events.on_write("c_source", None), [events.OWN, "text"]),
    ):
        at_once, later = messages
        assert len(at_once) == len(later) == len(first) + 9
        panel, now = at_once[len(first) : len(first) + 2]
        assert "".join(panel["labels"]) == now.text
        assert at_once[-2:] == [gr.skip()] * 2
        assert later == [
            *[gr.skip()] * (len(first) + 7),
            reach.shaded(now),
            bulk.saturation_of(now),
        ]
    assert list(events.on_sample("shakespeare", events.OWN, None)) == [[gr.skip()] * 10]


def test_the_first_view_has_the_most_telling_cell():
    assert meaning.first_cell("shakespeare") == (2, 7)
    assert meaning.first_cell("c_source") is None
    _, now = first_view("shakespeare", (2, 7))
    assert (now.at.layer, now.at.cell) == (2, 7)


# Tables


def test_findings_as_a_table():
    table = meaning.findings_table("shakespeare")
    (row,) = table["rows"]
    feature = next(f for f in FEATURES if f.name == "heading")
    assert row[0] == {"text": feature.title, "note": feature.description}
    assert row[1:] == ["2 · 7", "0.980 AUC", "0.610", "0.700"]
    assert "2 features were looked for in 200,000 characters" in meaning.findings_note(
        "shakespeare"
    )
    assert meaning.findings_table("c_source")["rows"] == []
    assert meaning.findings_note("c_source") == meaning.worth_note("c_source") == ""


def test_worth_as_tables():
    assert meaning.worst_table("shakespeare")["rows"] == [["2 · 7", "+0.0100"]]
    (row,) = meaning.broken_table("shakespeare")["rows"]
    assert row == ["Speaker's name", "2 · 7", "0.400", "+0.2000", "+0.0010", "2 · 7 (+0.2000)"]
    assert meaning.nats(-0.25) == "−0.2500"
    assert "1.500 nats a character" in meaning.worth_note("shakespeare")


def test_a_row_that_is_not_there():
    assert chosen(event(index=1), 2) == 1
    for index in (2, -1, None, "0", True, 1.0):
        with pytest.raises(gr.Error, match="no such row"):
            chosen(event(index=index), 2)
    with pytest.raises(gr.Error, match="no such row"):
        chosen(gr.EventData(None, None), 2)
    with pytest.raises(AssertionError):
        rows([("Title", "picture")], [], "")


def test_a_known_cell_is_pointed_at():
    _, now = on_page()
    update, after, where = events.on_known(meaning.confirmed)(event(index=0), now)
    assert (update["chosen"]["layer"], update["chosen"]["cell"]) == (2, 7)
    assert (after.at.layer, after.at.cell) == (2, 7)
    assert "cell 7 of layer 2" in where


# Spans


def test_cells_that_mark_a_stretch_and_where_else_they_do():
    _, now = on_page()
    start = TEXT.index("night")
    selected = event(run=now.run, first=start, last=start + 1, layer=1, cell=1)
    (after, *others), (unchanged, *answer) = events.on_span(selected, now, 0.1)
    assert after.span == (start, start + 1)
    assert [*others, unchanged] == [gr.skip()] * 4
    cells, passages, searched = answer
    assert cells["rows"]
    assert "what the network writes itself" in searched
    values = now.reading.cells / 127
    for row in cells["rows"]:
        layer, cell = (int(part) for part in row[0].split(" · "))
        of = values[:, (layer - 1) * 32 + cell - 1] * (1 if row[1] == "high" else -1)
        assert of[start : start + 2].min() >= 0.1 - 1 / 127
        assert max(of[start - 1], of[start + 2]) < 0.1 + 1 / 127
    for passage, _ in passages["rows"]:
        a, b = passage["mark"]
        assert passage["text"][a:b]
    update, *_ = events.on_marker(event(index=0), after, 0.1)
    layer, cell = (int(part) for part in cells["rows"][0][0].split(" · "))
    assert (update["chosen"]["layer"], update["chosen"]["cell"]) == (layer, cell)


def test_held_out_text_is_searched_where_it_is(monkeypatch, tmp_path):
    (tmp_path / "text").mkdir()
    text = "".join(f"KING {n}:\nNumber none of these are known.\n\n" for n in range(300))
    (tmp_path / "text" / "tinyshakespeare.txt").write_text(text)
    similar.library.cache_clear()
    found = similar.library("shakespeare")
    assert found.origin == "held-out text"
    assert found.text == sampler("shakespeare").read(text[len(text) * 9 // 10 :]).text
    assert len(found.cells) == len(found.text)
    similar.library.cache_clear()


def test_a_threshold_that_is_none():
    _, now = on_page()
    with pytest.raises(gr.Error, match="Select a stretch"):
        events.on_threshold(now, 0.3)
    selected = replace(now, span=(3, 5))
    for threshold in (0, 1, float("nan"), None, "half"):
        with pytest.raises(gr.Error, match=r"threshold must be a number from 0.05 to 0.95"):
            events.on_threshold(selected, threshold)


def test_an_excerpt_is_cut_at_the_ends_of_the_text():
    assert similar.excerpt("abcdef", 0, 2) == {"text": "abcdef", "mark": [0, 2]}
    long = similar.excerpt("x" * 1_000, 400, 900)
    assert long["mark"] == [similar.AROUND, similar.AROUND + similar.LONGEST]


# Influence


def test_influence_of_what_came_before():
    _, now = on_page()
    at = now.at.step
    shown = reach.shaded(now)
    exact = influence(Network.of(sampler("shakespeare").model), now.reading.ids, at)
    (network,) = shown["networks"]
    assert shown["before"] + shown["character"] == TEXT[: at + 1]
    assert network["title"] == "LSTM"
    assert f"{100 * np.exp(exact.log_prob):.1f} %" in network["note"]
    deepest = np.frombuffer(b64decode(network["shades"]), np.uint8)
    assert deepest.argmax() == exact.values.argmax()


def test_shades_and_the_last_nine_tenths():
    np.testing.assert_array_equal(shades(np.array([0, 1, 4.0])), [0, 128, 255])
    np.testing.assert_array_equal(shades(np.zeros(2)), [0, 0])
    assert reach.last(np.array([1.0, 2, 7, 90])) == 1
    assert reach.last(np.array([1.0, 2, 8, 89])) == 2
    assert reach.last(np.zeros(4)) == 1


def test_an_earlier_character_is_chosen():
    _, now = on_page()
    update, after, shown, where = events.on_earlier(event(step=4), now)
    assert update["chosen"]["step"] == after.at.step == 4
    assert shown["before"] == TEXT[:4]
    assert "After character 5" in where
    for step in (-1, len(TEXT), "4", None, True):
        with pytest.raises(gr.Error, match="no such character"):
            events.on_earlier(event(step=step), now)


def test_what_is_chosen_in_the_panel_is_remembered_and_looked_back_from():
    _, now = on_page()
    same = event(run=now.run, step=now.at.step, layer=1, cell=3)
    after, where = events.on_choice(same, now)
    assert after.at == (now.at.step, 1, 3)
    assert where == events.place_of(after)
    shown = events.on_character(event(run=now.run, step=9, layer=1, cell=3), now)
    assert shown["before"] == TEXT[:9]


def test_curves_of_context():
    curves = json.loads(reach.context_curves("shakespeare")["json"])
    (series,) = curves["series"]
    assert [tuple(point) for point in series["points"]] == [(1, 2.5), (2, 2.1), (4, 1.9)]
    assert series["range"][0] == pytest.approx((2.3, 2.7))
    assert reach.context_curves("c_source") is None
    assert "was not measured" in reach.context_note("c_source")


def test_influences_of_a_short_text():
    found = Influence(1, 0, np.array([2.0]), 0, -1.0)
    sent = influences("run", "ab", [reach.Shading("LSTM", "", found)])
    assert (sent["before"], sent["character"], sent["after"]) == ("a", "b", "")


# Surgery


def operated(now, kind="clamp", value=3, length=40, temperature=0.7, seed=1):
    *_, last = events.on_operate(now, None, kind, value, length, temperature, seed)
    return last


def test_both_sides_are_those_of_the_core():
    _, now = on_page()
    _, _, runs, outcome = operated(now)
    reading = read(sampler("shakespeare"), TEXT)
    request = TextRequest(length=40, temperature=0.7, seed=1)
    done = [Clamp(layer=now.at.layer, cell=now.at.cell, value=3.0)]
    steps = list(operate(sampler("shakespeare"), reading, now.at.step, done, request))
    untouched = "".join(pair.untouched.character for pair in steps)
    changed = "".join(pair.operated.character for pair in steps)
    assert [run.insight.text for run in runs] == [untouched, changed]
    parted = next(n for n, (a, b) in enumerate(zip(untouched, changed, strict=True)) if a != b)
    assert outcome == f"The two part after {parted} characters."


def test_touching_nothing_changes_nothing():
    _, now = on_page()
    _, _, runs, outcome = operated(now, kind="nothing")
    assert runs[0].insight.text == runs[1].insight.text
    assert outcome == "The two are the same: 40 characters."


@pytest.mark.parametrize("kind", surgery.OPERATIONS)
def test_every_operation_can_be_done(kind):
    _, now = on_page()
    assert len(operated(now, kind, value=0.5)[2][1].insight.text) == 40


@pytest.mark.parametrize(
    ("wish", "answer"),
    [
        ({"kind": "bless"}, "no such operation"),
        ({"kind": None}, "no such operation"),
        ({"value": 101}, "from -100 to 100"),
        ({"value": float("nan")}, "from -100 to 100"),
        ({"value": None}, "from -100 to 100"),
        ({"kind": "hold_forget", "value": 2}, "from 0 to 1"),
        ({"length": 1_001}, "1,000"),
        ({"length": 0}, "length"),
        ({"temperature": -1}, "temperature"),
        ({"seed": "luck"}, "seed"),
    ],
)
def test_wishes_that_cannot_be_met(wish, answer):
    _, now = on_page()
    with pytest.raises(gr.Error, match=answer):
        operated(now, **wish)


def test_nothing_can_be_done_before_anything_is_read():
    with pytest.raises(gr.Error, match="Nothing has been read yet"):
        next(events.on_operate(None, None, "clamp", 0, 10, 1, 1))
    with pytest.raises(gr.Error, match="Nothing has been read yet"):
        events.on_point(event(layer=1, cell=1), None)


def test_a_new_operation_ends_the_one_before():
    _, now = on_page()
    _, _, runs, _ = operated(now, length=5)
    list(events.on_operate(now, runs, "nothing", 0, 5, 1, 1))
    assert all(run.ended for run in runs)
    *_, verdict = events.on_stop(runs)
    assert verdict.startswith("The two")


def test_an_operation_is_there_before_anything_is_asked():
    for model in ("shakespeare", "c_source"):
        shown = events.on_model(model)
        now = next(part for part in shown if isinstance(part, Now))
        asked = surgery.FIRST_REQUEST
        value, settings = surgery.FIRST_VALUE, (asked.length, asked.temperature, asked.seed)
        messages = list(events.on_operate(now, None, "clamp", value, *settings))
        texts = [side["text"] for side in messages[-2][:2]]
        assert [side["text"] for side in shown[9:11]] == texts
        assert texts[0] != texts[1]
        assert shown[11] == messages[-1][-1]


def test_another_model_ends_an_operation():
    _, now = on_page()
    _, _, runs, _ = operated(now, length=5)
    events.on_model("c_source", runs)
    assert all(run.ended for run in runs)


# Gates in bulk


def test_gates_in_bulk():
    _, now = on_page()
    layers = bulk.saturation_of(now)["layers"]
    assert len(layers) == 2
    left = np.frombuffer(b64decode(layers[1]["f"]["left"]), np.uint8)
    exact = (now.reading.trace.layers[1].f[0] < 0.1).float().mean(dim=0).numpy()
    np.testing.assert_allclose(left / 255, exact, atol=1 / 255)
    assert shares(np.array([0, 1.0])) == "AP8="


def test_a_point_is_a_cell():
    _, now = on_page()
    update, after, _ = events.on_point(event(layer=2, cell=30), now)
    assert update["chosen"]["cell"] == after.at.cell == 30
    for message in ({"layer": 3, "cell": 1}, {"layer": 1, "cell": 33}, {"layer": None}, {}):
        with pytest.raises(gr.Error, match="must be a whole number"):
            events.on_point(event(**message), now)


# The interface


def test_read_cells_is_the_reading():
    found = api.read_cells("shakespeare", TEXT, 2, 5)
    reading = read(sampler("shakespeare"), TEXT)
    assert found["text"] == TEXT
    np.testing.assert_allclose(found["c"], reading.cell(2, 5)["c"], rtol=1e-5)
    assert found["surprise"][0] is None
    np.testing.assert_allclose(found["surprise"][1:], reading.surprise[1:], rtol=1e-5)


def test_find_cells_is_the_record():
    assert api.find_cells("shakespeare")["findings"]["confirmed"][0]["cell"] == 7
    assert api.find_cells("c_source") == {"findings": None, "worth": None}


def test_influence_is_the_gradient():
    found = api.influence("shakespeare", TEXT, 20)["LSTM"]
    ids = sampler("shakespeare").vocabulary.encode(TEXT)
    exact = influence(Network.of(sampler("shakespeare").model), ids, 20)
    assert found["start"] == 0
    np.testing.assert_allclose(found["values"], exact.values, rtol=1e-4)


def test_operate_is_the_page():
    _, now = on_page()
    _, _, runs, _ = operated(now)
    asked = {"layer": now.at.layer, "cell": now.at.cell, "value": 3, "length": 40}
    *_, last = api.operate("shakespeare", TEXT, now.at.step, **asked, temperature=0.7, seed=1)
    assert [last["untouched"], last["operated"]] == [run.insight.text for run in runs]
