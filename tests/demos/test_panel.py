"""What the panel sends, keeps, refuses and saves."""

import base64
import io
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
import torch

from demos import theme
from demos.widgets import panel
from demos.widgets.panel import GONE, Panel, choice, panel_block, panel_cell, panel_file, span
from demos.widgets.panel.frames import BLOCK, Frames, checked_order, columns
from demos.widgets.panel.picture import MOST_LINES, flow
from demos.widgets.panel.store import Shown, Store
from lstm_core.trace import QUANTITIES, LayerTrace, Trace

T, SIZES = 150, (12, 20)
TEXT = ("Ay, $ma\\dam$ <b>\n" * T)[:T]


def made_up(sizes=SIZES, steps=T, batch=1):
    """A trace with values in the ranges of a real one, and cell states far beyond 1."""
    generator = torch.Generator().manual_seed(0)

    def layer(H):
        drawn = [torch.randn(batch, steps, H, generator=generator) for _ in range(6)]
        gates = [v.sigmoid() for v in drawn[:3]]
        c = drawn[4].cumsum(1)
        return LayerTrace(
            i=gates[0], f=gates[1], o=gates[2], g=drawn[3].tanh(), c=c, h=gates[2] * c.tanh()
        )

    return Trace([layer(H) for H in sizes])


@pytest.fixture
def value():
    return Panel.show(made_up(), TEXT, name="a run", step=70, cell=(2, 5))


def unpacked(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype)


def question(value, **more):
    return {"run": value["run"], "step": 70, "layer": 2, "cell": 5, **more}


def series_of(sent):
    """A cell's values as the script reads them."""
    values = {q: unpacked(sent[q], np.uint8) / 255 for q in "ifo"}
    values |= {q: unpacked(sent[q], np.int8) / 127 for q in "gh"}
    return values | {"c": unpacked(sent["c"], "<i2") / 32767 * sent["most"]}


def test_what_is_sent_is_small_and_close_to_the_truth(value):
    trace = made_up()
    assert "".join(value["labels"]) == TEXT
    assert (value["step"], value["sizes"], value["chips"]) == (70, list(SIZES), False)
    sent = value["series"]
    assert (sent["layer"], sent["cell"]) == (2, 5)
    half = 2**-11
    for q, read in series_of(sent).items():
        true = getattr(trace.layers[1], q)[0, :, 4].numpy()
        bound = {"c": sent["most"] / 65534}.get(q, 1 / 510 if q in "ifo" else 1 / 254)
        np.testing.assert_allclose(read, true, rtol=0, atol=bound + half * np.abs(true).max())
    assert value["block"]["from"] == BLOCK
    cells = unpacked(value["block"]["cells"], np.int8).reshape(-1, sum(SIZES)) / 127
    true = torch.cat([layer.c[0].tanh() for layer in trace.layers], 1)[BLOCK : 2 * BLOCK]
    np.testing.assert_allclose(cells, true, rtol=0, atol=1 / 254 + 1e-6)


def test_a_long_run_opens_with_little():
    trace = made_up(sizes=(512, 512), steps=1_000)
    assert len(json.dumps(Panel.show(trace, "x" * 1_000))) < 130_000


def test_arrays_may_stand_for_a_trace():
    trace = made_up(sizes=(7, 7))
    arrays = {
        q: np.stack([getattr(layer, q)[0].numpy() for layer in trace.layers], axis=1)
        for q in QUANTITIES
    }
    one, other = Frames.of(arrays, TEXT), Frames.of(trace, TEXT)
    np.testing.assert_array_equal(one.cells, other.cells)
    assert one.series(2, 3) == other.series(2, 3)


def test_a_sequence_of_a_batch():
    trace = made_up(batch=3)
    assert Frames.of(trace, TEXT, batch=2).series(1, 1) != Frames.of(trace, TEXT).series(1, 1)


def test_begins_with_the_liveliest_cell_of_the_top_layer():
    layer = made_up(sizes=(4,)).layers[0]
    still = {q: getattr(layer, q).clone() for q in QUANTITIES}
    still["c"][..., [0, 1, 3]] = 0.2
    sent = Panel.show(Trace([layer, LayerTrace(**still)]), TEXT)["series"]
    assert (sent["layer"], sent["cell"]) == (2, 3)


def test_labels_of_more_than_a_letter_stand_apart():
    words = [f"word {n}" for n in range(T)]
    value = Panel.show(made_up(), words, breaks=[10, 3])
    assert (value["chips"], value["breaks"]) == (True, [3, 10])
    assert Panel.show(made_up(), "7" * T, chips=True)["chips"]


@pytest.mark.parametrize(
    ("cells", "across"), [(1, 1), (2, 2), (10, 4), (32, 8), (128, 16), (512, 32), (1024, 32)]
)
def test_columns(cells, across):
    assert columns(cells) == across


def test_order():
    order = [np.arange(12)[::-1], np.roll(np.arange(20), 3)]
    value = Panel.show(made_up(), TEXT, order=order)
    sent = [unpacked(rank, "<u2").tolist() for rank in value["order"]]
    assert sent == [rank.tolist() for rank in order]
    assert Panel.show(made_up(), TEXT)["order"] is None


@pytest.mark.parametrize("order", [[], [[0, 1, 2]], [[0, 1, 1], [0, 1]], [[0, 1, 2], [1, 2]]])
def test_an_order_that_is_none_is_refused(order):
    with pytest.raises(ValueError, match="permutation for each layer"):
        checked_order(order, [3, 2])


def broken(q, value):
    layer = made_up(sizes=(3,)).layers[0]
    getattr(layer, q)[0, 5, 1] = value
    return Trace([layer])


@pytest.mark.parametrize(
    ("trace", "labels", "words"),
    [
        (made_up(), TEXT[1:], "149 labels for"),
        (Trace([]), "", "every layer needs"),
        (broken("c", float("nan")), TEXT, "not finite"),
        (broken("c", 1e6), TEXT, "not finite"),
        (broken("i", float("inf")), TEXT, "not finite"),
        ({"i": np.zeros((3, 1, 2))}, "abc", "a trace has i, f, g, o, c, h; got i"),
        (dict.fromkeys(QUANTITIES, np.zeros((3, 2))), "abc", r"\(T, L, H\)"),
        (dict.fromkeys(QUANTITIES, np.zeros((0, 1, 2))), "", "1 to 20,000 steps, got 0"),
        (dict.fromkeys(QUANTITIES, np.zeros((20_001, 1, 1))), "x" * 20_001, "got 20,001"),
        (dict.fromkeys(QUANTITIES, np.zeros((1, 1, 5_000))), "x", "1 to 4,096 cells"),
        (dict.fromkeys(QUANTITIES, np.zeros((1, 1, 0))), "x", "1 to 4,096 cells"),
    ],
)
def test_a_trace_that_cannot_be_shown_is_refused(trace, labels, words):
    with pytest.raises(ValueError, match=words):
        Panel.show(trace, labels)


@pytest.mark.parametrize("at", [{"step": T}, {"step": -1}, {"cell": (3, 1)}, {"cell": (1, 13)}])
def test_a_place_that_is_not_in_the_run_is_refused(at):
    with pytest.raises(ValueError, match="whole number from"):
        Panel.show(made_up(), TEXT, **at)


def test_questions_are_answered(value):
    assert panel_cell(question(value)) == value["series"]
    assert panel_block(question(value)) == value["block"]
    last = panel_block(question(value, step=T - 1))
    assert last["from"] == 2 * BLOCK
    assert len(unpacked(last["cells"], np.int8)) == (T - 2 * BLOCK) * sum(SIZES)


HOSTILE = [None, [], "x", 7, {}, {"run": None}, {"run": ["a"]}, {"run": {"a": 1}}]
WRONG = [None, True, "5", 5.0, -1, 10**30, [1], {"a": 1}, float("nan")]


@pytest.mark.parametrize("ask", [panel_cell, panel_block, panel_file])
def test_hostile_questions_are_answered_by_a_sentence(value, ask):
    for message in HOSTILE:
        assert ask(message) == {"error": "A question about a run names the run."}
    assert ask(question(value, run="guessed")) == {"error": GONE}
    for name in ("step", "layer", "cell"):
        for wrong in WRONG:
            error = ask(question(value, **{name: wrong}))["error"]
            assert error.startswith(f"The {name} is a whole number from ")
    assert "from 1 to 12." in ask(question(value, layer=1, cell=13))["error"]


@pytest.mark.parametrize("kind", [None, 1, "pkl", "../x", ["npz"], {"npz": 1}])
def test_hostile_kinds_of_files(value, kind):
    assert panel_file(question(value, kind=kind)) == {
        "error": "There are files of the kinds npz, png, svg."
    }


def test_server_functions_are_found_by_gradio():
    component = Panel().component
    for name in ("panel_cell", "panel_block", "panel_file"):
        assert getattr(component, name)._is_server_fn
        assert getattr(component, name)(None) == {"error": "A question about a run names the run."}


def saved(value, kind, **more):
    file = panel_file(question(value, kind=kind, **more))
    return file["name"], base64.b64decode(file["data"])


def test_npz_there_and_back(value):
    trace = made_up()
    name, content = saved(value, "npz")
    assert name == "a-run.npz"
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        assert "".join(arrays["labels"]) == TEXT
        whole = trace.arrays(half=True)
        assert set(arrays) == {"README", "labels", *whole}
        for key, array in whole.items():
            np.testing.assert_array_equal(arrays[key], array)
        for word in ("labels", "layer1.i", "(T, H) float16", "forget gate"):
            assert word in str(arrays["README"])


LABELS = {
    "text": TEXT,
    "odd": ["\t", "\x00", "漢", "é", "$", "\N{GRINNING FACE}", "\u0301", " ", "", "\\"] * 15,
    "words": [f"$w_{n}$" * (1 + n % 30) for n in range(T)],
}


@pytest.mark.parametrize(("labels", "step"), [("text", 0), ("odd", 70), ("words", T - 1)])
def test_svg(labels, step):
    value = Panel.show(made_up(), LABELS[labels], name="a/run", breaks=[0, 20])
    name, svg = saved(value, "svg", step=step)
    assert name == f"a-run-layer2-cell5-step{step + 1}.svg"
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert float(root.get("height").removesuffix("pt")) < 72 * 16
    assert theme.LIGHT["gate-f"].lower() in svg.decode().lower()


def test_png(value):
    name, png = saved(value, "png", step=0)
    assert name == "a-run-layer2-cell5-step1.png"
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert png.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize("step", [0, 700, 1_999])
def test_a_picture_of_a_long_run_is_of_the_lines_around_the_step(step):
    frames = Frames.of(made_up(sizes=(2,), steps=2_000), "ab\n\n" * 500)
    shown = Shown(frames, checked_order(None, frames.sizes), "run")
    places, lines = flow(shown, step)
    assert lines == MOST_LINES
    assert step in [place[0] for place in places]
    assert {place[2] for place in places} == set(range(lines))


def test_picture_of_one_step_and_one_cell():
    value = Panel.show(made_up(sizes=(1,), steps=1), ["x"])
    assert saved(value, "png", step=0, layer=1, cell=1)[1].startswith(b"\x89PNG")


def kept(steps=10):
    frames = Frames.of(made_up(sizes=(4,), steps=steps), "x" * steps)
    return Shown(frames, checked_order(None, frames.sizes), "run")


def test_a_store_lets_go_of_what_was_asked_about_longest_ago():
    one = kept()
    store = Store(limit=3 * one.frames.nbytes)
    for_ever = store.keep(one, for_ever=True)
    first, second, third = (store.keep(kept()) for _ in range(3))
    assert store.find(first) is not None
    fourth = store.keep(kept())
    assert store.find(second) is None
    assert all(store.find(name) for name in (for_ever, first, third, fourth))
    assert len({for_ever, first, second, third, fourth}) == 5
    with pytest.raises(ValueError, match="too large"):
        store.keep(kept(steps=100))


def test_a_run_that_was_let_go_of(value, monkeypatch):
    monkeypatch.setattr(panel, "RUNS", Store(1))
    assert panel_cell(question(value)) == {"error": GONE}


def test_memory_is_counted():
    frames = kept(steps=500).frames
    assert frames.nbytes >= 500 * 4 * (6 * 2 + 1)


def test_choice(value):
    event = gr.EventData(None, question(value, step=3))
    assert choice(event) == (3, 2, 5)
    for wrong in [*HOSTILE, question(value, step="3"), question(value, run="x")]:
        with pytest.raises(gr.Error):
            choice(gr.EventData(None, wrong))


def test_choose_is_an_update_each_time():
    view = Panel()
    one, other = view.choose(step=3), view.choose(step=3)
    assert one["chosen"]["step"] == 3
    assert one["chosen"]["cell"] is None
    assert one != other


def selected(value, **message):
    return gr.EventData(None, {**question(value), **message})


def test_span(value):
    assert span(selected(value, first=3, last=9)) == (3, 9, 2, 5)
    assert span(selected(value, first=T - 1, last=T - 1)).last == T - 1
    assert span(selected(value, first=0, last=T - 1, step="not asked about")).first == 0


@pytest.mark.parametrize(
    ("message", "words"),
    [
        *(({"first": wrong, "last": 9}, "The first is a whole number from 0 to 149.")
          for wrong in [*WRONG, T]),
        *(({"first": 3, "last": wrong}, "The last is a whole number from 3 to 149.")
          for wrong in [*WRONG, 2, T]),
        ({"first": 3}, "The last is a whole number"),
        ({"first": 3, "last": 9, "layer": 3}, "The layer is a whole number from 1 to 2."),
        ({"first": 3, "last": 9, "layer": 1, "cell": 13}, "The cell is a whole number from 1 to"),
        ({"first": 3, "last": 9, "run": "guessed"}, "no longer kept"),
    ],
    ids=str,
)  # fmt: skip
def test_a_span_that_is_not_in_the_run_is_refused(value, message, words):
    with pytest.raises(gr.Error, match=words):
        span(selected(value, **message))


@pytest.mark.parametrize("message", HOSTILE)
def test_a_hostile_span_is_refused(message):
    with pytest.raises(gr.Error, match="names the run"):
        span(gr.EventData(None, message))


def test_spans_can_be_selected_where_a_page_listens():
    with gr.Blocks():
        view, other = Panel(), Panel()
        view.on_span(lambda: None)
        assert (view.component.get_config()["props"]["spans"], other.component.props["spans"]) == (
            True, False,
        )  # fmt: skip


@pytest.mark.parametrize(
    "spans", [[], [(0, 0)], [(3, 7), (5, 9), (5, 5)], [[0, 19_999]], np.array([[1, 2], [4, 9]])]
)
def test_marks(spans):
    sent = unpacked(Panel().mark(spans)["marks"]["spans"], "<u2").reshape(-1, 2)
    assert sent.tolist() == [list(span) for span in spans]


@pytest.mark.parametrize(
    "spans", [[(3, 2)], [(-1, 2)], [(0, 20_000)], [(0, 2**70)], [(1, 2, 3)], [1, 2], [("a", 2)]]
)
def test_marks_that_are_no_spans_are_refused(spans):
    with pytest.raises((ValueError, OverflowError)):
        Panel().mark(spans)


def test_shades():
    values = np.linspace(0, 1, 37)
    sent = Panel().shade(values, "influence")["shades"]
    assert sent["words"] == "influence"
    np.testing.assert_allclose(unpacked(sent["values"], np.uint8) / 255, values, atol=1 / 510)
    assert unpacked(Panel().shade([-3, 1.5])["shades"]["values"], np.uint8).tolist() == [0, 255]
    assert Panel().shade(None)["shades"]["values"] is None


@pytest.mark.parametrize("values", [[float("nan")], [0, float("inf")], [[0.5]], 0.5, "abc"])
def test_shades_that_are_no_numbers_are_refused(values):
    with pytest.raises(ValueError, match=r"finite numbers|could not convert"):
        Panel().shade(values)


def test_updates_are_new_each_time_and_can_be_merged():
    view = Panel()
    assert view.mark([(1, 2)]) != view.mark([(1, 2)])
    assert view.shade(None) != view.shade(None)
    merged = {**view.choose(step=3), **view.mark([(1, 2)]), **view.shade([0.5])}
    assert {"chosen", "marks", "shades"} < set(merged)
    assert "value" not in merged  # the run is not sent again


def test_shading_is_as_dark_as_words_allow():
    """As in demos/widgets/writing/writing.js, whose contrast is tested."""
    script = (Path(panel.__file__).parents[1] / "shared" / "palette.js").read_text(encoding="utf-8")
    assert "scale(0.8, palette.surface)" in script
    assert "mixed(palette.surprise, 0.62 * n / 255, palette.surface)" in script
