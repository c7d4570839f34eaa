"""The Text tab without a server: what is sent to the browser, and what becomes of wishes."""

import base64
import json
import math
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from demos import text, text_events, text_runs
from demos.gallery import TABS, build
from demos.text_runs import Run, ask, begin, follow, sampler
from demos.widgets.writing import TOP
from lstm_core.text.recipe import RECIPES
from lstm_core.text.sampler import MAX_LENGTH, TextRequest
from lstm_core.text.vocabulary import Vocabulary

pytestmark = pytest.mark.usefixtures("text_models")

SETTINGS = (0.8, 0, 1.0)  # temperature, top-k, top-p
CELL = (1, 1)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A hundredth of a second passes at each look at the clock: eight steps to a message."""
    now = SimpleNamespace(seconds=0.0)

    def monotonic():
        now.seconds += 0.01
        return now.seconds

    monkeypatch.setattr(text_runs, "time", SimpleNamespace(monotonic=monotonic))
    return now


def merge(messages):
    """The text as demos/widgets/writing/writing.js puts it together."""
    run, have = None, ""
    for message in messages:
        if message["run"] != run:
            run, have = message["run"], ""
        if "text" in message and message["from"] <= len(have):
            have += message["text"][len(have) - message["from"] :]
    return have


def unpacked(packed, kind):
    return np.frombuffer(base64.b64decode(packed), kind)


def opened(**link):
    """What a page shows whose address has these settings: the messages and the other outputs."""
    pages = list(
        text_events.on_open(SimpleNamespace(query_params={k: str(v) for k, v in link.items()}))
    )
    return [page[0] for page in pages], pages[0][1:]


def writes(model="shakespeare", prime="ROMEO:\n", length=60, seed=5, new_seed=False, cell=CELL):
    return list(text_events.on_write(None, model, prime, length, *SETTINGS, seed, new_seed, *cell))


def test_a_run_arrives_letter_by_letter_and_then_whole():
    request = TextRequest("ROMEO:\n", length=60, seed=3)
    run, note = begin("shakespeare", request)
    messages = list(follow(run, request, CELL))
    assert note == ""
    assert len(messages) == 1 + 7 + 1  # the first character, stretches of eight, the whole
    first, last = messages[0], messages[-1]
    assert (first["from"], len(first["text"])) == (0, 1)
    assert (last["from"], last["text"]) == (0, run.insight.text)
    assert [message["done"] for message in messages] == [False] * (len(messages) - 1) + [True]
    assert last == run.whole(CELL)
    assert run.insight.text == sampler("shakespeare").write(request)
    assert merge(messages) == run.insight.text


def test_any_single_message_but_the_last_may_be_skipped():
    request = TextRequest(length=60, seed=3)
    run, _ = begin("shakespeare", request)
    messages = list(follow(run, request, CELL))
    stretches = messages[:-1]  # the last holds everything
    for skipped in range(1, len(stretches) - 1):
        seen = stretches[:skipped] + stretches[skipped + 1 :]
        assert merge(seen) == merge(stretches)
    for skipped in range(len(messages) - 1):
        assert merge(messages[:skipped] + messages[skipped + 1 :]) == run.insight.text


@pytest.mark.parametrize(("model", "cell"), [("shakespeare", (2, 7)), ("c_source", (3, 32))])
def test_the_numbers_sent_are_those_of_the_network(model, cell):
    request = TextRequest("int a", length=40, seed=9, temperature=1.5)
    steps = list(sampler(model).stream(request))
    run, _ = begin(model, request)
    *_, message = follow(run, request, cell)
    top = unpacked(message["top"], "<u2").reshape(-1, TOP)
    top_p = unpacked(message["top_p"], np.uint8).reshape(-1, TOP)
    surprise = unpacked(message["surprise"], np.uint8)
    cells = unpacked(message["cells"], np.int8)
    assert message["cell"] == list(cell)
    assert message["vocabulary"] == sampler(model).vocabulary.characters
    for n, step in enumerate(steps):
        assert message["text"][n] == step.character
        assert surprise[n] / 32 == pytest.approx(min(step.surprise, 255 / 32), abs=1 / 64 + 1e-6)
        expected = step.log_probs.topk(TOP)
        assert top[n].tolist() == expected.indices.tolist()
        assert top_p[n] / 255 == pytest.approx(expected.values.exp().numpy(), abs=1 / 510 + 1e-6)
        c = step.state.c[cell[0] - 1, 0, cell[1] - 1].item()
        assert cells[n] / 127 == pytest.approx(math.tanh(c), abs=1 / 254 + 1e-6)


def test_a_run_that_has_not_begun_is_an_empty_page():
    run, _ = begin("shakespeare", TextRequest("A"))
    message = run.whole(CELL)
    assert (message["prime"], message["done"]) == ("A", True)
    assert "text" not in message


def test_texts_side_by_side_are_those_written_alone():
    columns = list(text_events.on_compare("shakespeare", "JULIET:\n", 50, 0, 1, 7, 0.2, 0.8, 1.4))
    for n, heat in enumerate((0.2, 0.8, 1.4)):
        request = TextRequest("JULIET:\n", length=50, temperature=heat, seed=7)
        assert merge([column[n] for column in columns]) == sampler("shakespeare").write(request)
    assert {len(column) for column in columns} == {3}


def test_a_run_stopped_while_it_grows_is_whole():
    request = TextRequest(length=200, seed=3)
    run, _ = begin("shakespeare", request)
    stream = follow(run, request, CELL)
    for _ in range(8):
        next(stream)
    message, stopped, status = text_events.on_stop(run, 2, 3)
    length = len(message["text"])
    assert 0 < length < 200
    assert status == f"Stopped after {length} characters."
    assert (message["done"], message["cell"]) == (True, [2, 3])
    assert stopped.request.length == stopped.length == length
    assert list(stream) == []
    assert stopped.length == run.length == length
    # Its address is that of a text of this length, and the text goes on as if nothing had been.
    assert opened(**stopped.head()["settings"]["link"])[0][-1]["text"] == message["text"]
    *_, (message, after, _) = text_events.on_continue(stopped, 200 - length, *SETTINGS, *CELL)
    assert message["text"] == sampler("shakespeare").write(request)
    assert after.request == request


def test_going_on_is_as_if_it_had_been_one_text():
    *_, (_, run, _, _) = writes(length=25)
    messages = [page[0] for page in text_events.on_continue(run, 35, *SETTINGS, *CELL)]
    *_, (whole, _, _, _) = writes(length=60)
    assert messages[-1]["text"] == whole["text"]
    assert messages[-1]["follows"] == run.id != messages[-1]["run"]
    assert messages[0]["from"] == 25  # only what is new
    assert messages[-1]["settings"]["link"]["length"] == 60
    assert run.length == 25  # the text before can be gone on with once more


def test_there_is_no_address_of_a_text_whose_settings_changed_on_the_way():
    *_, (_, run, _, _) = writes(length=25)
    *_, (message, run, _) = text_events.on_continue(run, 10, 1.9, 0, 1.0, *CELL)
    assert message["settings"]["link"] is None
    *_, (message, run, _) = text_events.on_continue(run, 10, *SETTINGS, *CELL)
    assert message["settings"]["link"] is None
    assert len(message["text"]) == 45


def after_this(run):
    """What makes another text take the place of a run."""
    return {
        "write": lambda: next(
            text_events.on_write(run, "shakespeare", "", 9, *SETTINGS, 1, False, *CELL)
        ),
        "continue": lambda: next(text_events.on_continue(run, 9, *SETTINGS, *CELL)),
        "stop": lambda: text_events.on_stop(run, *CELL),
        "model": lambda: text_events.on_model("c_source", run),
    }


@pytest.mark.parametrize("wish", ["write", "continue", "stop", "model"])
def test_a_text_ends_when_another_takes_its_place(wish):
    request = TextRequest(length=200, seed=3)
    run, _ = begin("shakespeare", request)
    stream = follow(run, request, CELL)
    for _ in range(8):
        next(stream)
    shown = after_this(run)[wish]()
    length = run.length
    assert list(stream) == []
    assert run.length == length
    assert not shown[1].ended  # what is shown now can go on


def test_a_wish_that_is_refused_does_not_end_the_text():
    request = TextRequest(length=200, seed=3)
    run, _ = begin("shakespeare", request)
    stream = follow(run, request, CELL)
    next(stream)
    for refused in (
        lambda: next(text_events.on_write(run, "shakespeare", "", 0, *SETTINGS, 1, False, *CELL)),
        lambda: next(text_events.on_write(run, "shakespeare", "", 9, *SETTINGS, 1, False, 0, 0)),
        lambda: next(text_events.on_continue(run, 0, *SETTINGS, *CELL)),
        lambda: text_events.on_model("nobody", run),
    ):
        with pytest.raises(gr.Error):
            refused()
    assert list(stream)[-1]["text"] == sampler("shakespeare").write(request)


def test_a_text_ends_somewhere(monkeypatch):
    monkeypatch.setattr(text_runs, "LONGEST_RUN", 50)
    monkeypatch.setattr(text_events, "LONGEST_RUN", 50)
    *_, (_, run, _, _) = writes(length=40)
    with pytest.raises(gr.Error, match="ends at 50 characters"):
        next(text_events.on_continue(run, 11, *SETTINGS, *CELL))
    *_, (message, _, _) = text_events.on_continue(run, 10, *SETTINGS, *CELL)
    assert len(message["text"]) == 50


@pytest.mark.parametrize("run", [None, Run("shakespeare", TextRequest(), "")])
def test_without_a_text_there_is_nothing_to_stop_or_go_on_with(run):
    for asked in (
        lambda: text_events.on_stop(run, *CELL),
        lambda: text_events.on_cell(run, *CELL),
        lambda: next(text_events.on_continue(run, 10, *SETTINGS, *CELL)),
    ):
        with pytest.raises(gr.Error, match="There is no text yet"):
            asked()


def test_a_new_seed_is_drawn_on_demand():
    (_, kept, shown, _), *later = writes(seed=5, new_seed=False)
    assert kept.request.seed == shown == 5
    assert all(page[2:] == (gr.skip(), gr.skip()) for page in later)  # it may be changed meanwhile
    seeds = {writes(length=1, new_seed=True)[0][2] for _ in range(4)}
    assert len(seeds) > 1
    assert all(0 <= seed < text_events.NEW_SEED_BELOW for seed in seeds)


def test_a_visitor_is_told_how_the_prime_was_read():
    message, _, _, status = writes(prime="ROMÉO ☃<")[0]
    assert message["prime"] == "ROMEO "
    assert "“É” as “E”" in status
    assert "“☃”" in status
    assert "“&lt;”" in status
    assert "<" not in status


def test_another_cell_leaves_the_text_alone():
    *_, (whole, run, _, _) = writes(cell=(1, 1))
    message, chosen = text_events.on_cell(run, 2, 5)
    assert not {"text", "done"} & set(message)  # it may still be growing
    assert (message["run"], message["cell"], message["mode"]) == (whole["run"], [2, 5], "cell")
    *_, (other, _, _, _) = writes(cell=(2, 5))
    assert message["cells"] == other["cells"] != whole["cells"]
    assert (chosen["chosen"]["layer"], chosen["chosen"]["cell"]) == (2, 5)


def seen(value):
    """tanh(c) of the chosen cell, as the panel shows it."""
    series = value["series"]
    return np.tanh(unpacked(series["c"], "<i2") / 32767 * series["most"])


@pytest.mark.parametrize("prime", ["", "ROMEO:\nWho is th" * 3])
def test_inside_are_the_cells_of_the_very_run_that_is_on_the_page(prime):
    *_, (whole, run, _, _) = writes(prime=prime)
    value = text_events.on_inside(run, 2, 5)
    assert "".join(value["labels"]) == whole["prime"] + whole["text"]
    assert value["step"] == len(whole["prime"])
    assert (value["series"]["layer"], value["series"]["cell"]) == (2, 5)
    written = run.insight.cells[:, 1, 4] / 127
    np.testing.assert_allclose(seen(value)[value["step"] :], written, atol=0.01)
    assert len(value["order"]) == 2


def test_inside_a_text_that_was_stopped_or_went_on():
    *_, (_, run, _, _) = writes(length=25)
    *_, (message, longer, _) = text_events.on_continue(run, 10, *SETTINGS, *CELL)
    assert "".join(text_events.on_inside(longer, *CELL)["labels"]) == "ROMEO:\n" + message["text"]
    message, stopped, _ = text_events.on_stop(longer, *CELL)
    assert "".join(text_events.on_inside(stopped, *CELL)["labels"]) == "ROMEO:\n" + message["text"]


def test_of_a_very_long_text_the_end_is_looked_into(monkeypatch):
    monkeypatch.setattr(text_runs, "MAX_TEXT", 40)
    *_, (whole, run, _, _) = writes(length=60)
    value = text_events.on_inside(run, *CELL)
    assert ("".join(value["labels"]), value["step"]) == (whole["text"][-40:], 0)


def test_inside_the_first_view_is_kept_for_every_visitor():
    model = "c_source"
    first = text_runs.first_view(model, text.opening_request(model))
    cell = text_runs.first_cell(model)
    value = text_events.on_inside(text_events.on_model(model, None)[1], *cell)
    assert value is text_runs.first_inside(model)
    assert text_events.on_inside(first, 1, 2)["series"]["cell"] == 2
    assert cell[0] == 3  # the top layer
    assert first.insight.cells[:, 2].std(axis=0).argmax() == cell[1] - 1


def test_a_cell_has_its_place_whatever_is_written():
    values = [text_events.on_inside(writes(seed=seed)[-1][1], *CELL) for seed in (1, 2)]
    assert values[0]["order"] == values[1]["order"]
    assert sorted(unpacked(values[0]["order"][0], "<u2").tolist()) == list(range(32))


def test_nothing_is_looked_into_before_it_is_written_or_once_its_place_is_taken():
    request = TextRequest(length=200, seed=3)
    run, _ = begin("shakespeare", request)
    assert text_events.on_inside(None, *CELL) == gr.skip()
    stream = follow(run, request, CELL)
    for _ in range(8):
        next(stream)
    assert text_events.on_inside(run, *CELL) == gr.skip()
    for _ in stream:
        pass
    assert text_events.on_inside(run, *CELL)["labels"]
    text_runs.end(run)
    assert text_events.on_inside(run, *CELL) == gr.skip()
    assert text_events.on_inside(run.copy(), *CELL) == gr.skip()


def test_the_panel_is_emptied_by_the_first_message_of_a_text():
    asked = (None, "shakespeare", "", 60, *SETTINGS, 1, False, *CELL)
    first, *others = text_events.emptying(text_events.on_write)(*asked)
    assert first[:-1][0]["text"] == next(text_events.on_write(*asked))[0]["text"]
    assert first[-1] is None
    assert len(others) > 5
    assert [page[-1] for page in others] == [gr.skip()] * len(others)


def pointing(value, layer, cell, **more):
    message = {"run": value["run"], "step": 3, "layer": layer, "cell": cell, **more}
    return gr.EventData(None, message)


def test_a_cell_chosen_in_the_panel_is_that_of_the_page():
    *_, (_, run, _, _) = writes()
    value = text_events.on_inside(run, *CELL)
    message, layer, cell = text_events.on_panel(pointing(value, 2, 5), run, *CELL)
    assert (layer, cell, message["cell"]) == (2, 5, [2, 5])
    assert message["cells"] == text_events.on_cell(run, 2, 5)[0]["cells"]
    assert not {"text", "done", "mode"} & set(message)  # the stage stays as it is
    assert (
        text_events.on_panel(pointing(value, 2, 5), run, 2, 5) == (gr.skip(),) * 3
    )  # another step
    for event in (pointing(value, 3, 1), gr.EventData(None, None), pointing(value, 1, 1, run="x")):
        with pytest.raises(gr.Error):
            text_events.on_panel(event, run, *CELL)


@pytest.mark.parametrize(
    ("layer", "cell"),
    [(0, 1), (3, 1), (1, 0), (1, 33), (1.5, 1), ("1", 1), (None, 1), (True, 1), (1, [1]),
     (math.nan, 1), (1, math.inf), (-(10**30), 1)],
)  # fmt: skip
def test_a_cell_must_be_one_of_the_model(layer, cell):
    with pytest.raises(gr.Error, match=r"must be a whole number from 1 to (2|32)\."):
        text_events.cell_of("shakespeare", layer, cell)


def test_a_cell_of_the_model():
    assert text_events.cell_of("c_source", 3, 32.0) == (3, 32)


@pytest.mark.parametrize("model", ["", "nobody", "../etc/passwd", None, 3, ["shakespeare"], {}])
def test_an_unknown_model(model):
    with pytest.raises(gr.Error) as error:
        sampler(model)
    assert str(error.value.message) == (
        "There is no such text model; there are: shakespeare, c_source."
    )


def test_the_address_of_a_run_repeats_it():
    *_, (whole, _, _, _) = list(
        text_events.on_write(None, "c_source", "if (é)", 50, 1.3, 20, 0.9, 123, False, *CELL)
    )
    messages, (_, status, *shown) = opened(**whole["settings"]["link"])
    assert merge(messages) == messages[-1]["text"] == whole["text"]
    assert messages[-1]["prime"] == whole["prime"] == "if (e)"
    assert "“é” as “e”" in status
    assert shown[:8] == ["c_source", "if (é)", 50, 1.3, 20, 0.9, 123, False]


def assert_all_is_there(shown):
    """Nothing but the comparison is sent: the rest is on the page."""
    *others, low, middle, high = shown
    assert others == [gr.skip()] * len(others)
    heats = [side["settings"]["link"]["temperature"] for side in (low, middle, high)]
    assert heats == [0.4, 0.8, 1.2]


def test_an_address_without_settings_shows_the_first_view():
    messages, (run, status, *shown) = opened()
    assert run.request == text.opening_request("shakespeare")
    assert run.length == run.request.length
    assert status == ""
    assert messages == [gr.skip()]  # as the page was built
    assert_all_is_there(shown)
    assert opened(tab="text", utm="x")[0] == messages  # other things are none of its business


def test_the_address_of_the_first_view():
    request = text.opening_request("c_source")
    messages, (run, status, *shown) = opened(model="c_source", seed=request.seed)
    assert len(messages) == 1  # there at once
    assert messages[0]["text"] == run.insight.text == sampler("c_source").write(request)
    assert (status, shown[0], shown[7]) == ("", "c_source", False)


def test_what_a_visitor_changes_meanwhile_stays_changed():
    query = SimpleNamespace(query_params={"length": "60", "seed": "3"})
    first, *others = text_events.on_open(query)
    assert gr.skip() not in first
    for page in others:
        assert page[3:] == [gr.skip()] * len(page[3:])


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"length": 0}, "length must be a whole number from 1 to 5,000."),
        ({"length": "<b>"}, "length must be a whole number from 1 to 5,000."),
        ({"length": ""}, "length must be a whole number from 1 to 5,000."),
        ({"length": 1.5}, "length must be a whole number from 1 to 5,000."),
        ({"temperature": "nan"}, "temperature must be a number from 0 to 2."),
        ({"temperature": "inf"}, "temperature must be a number from 0 to 2."),
        ({"top_p": 0}, "top-p must be a number above 0, and at most 1."),
        ({"top_k": -1}, "top-k must be a whole number from 0 to 1,000."),
        ({"seed": 2**32}, "seed must be a whole number from 0 to 4,294,967,295."),
        ({"prime": "x" * 20_001}, "prime has 20,001 characters"),
        ({"model": "c_source", "seed": "x"}, "seed must be a whole number"),
    ],
)
def test_an_address_that_cannot_be_followed(link, words):
    messages, (run, status, *_) = opened(**link)
    assert status.startswith("The address could not be followed: The ")
    assert words in status
    assert "<" not in status
    assert run.request == text.opening_request(link.get("model", "shakespeare"))
    if "model" in link:
        assert messages[-1]["done"]


def test_an_address_of_an_unknown_model_shows_the_first_view():
    _, (run, status, *shown) = opened(model="../../etc/passwd", seed=7)
    assert run.request == text.opening_request("shakespeare")
    assert status == "The address could not be followed: There is no such text model."
    assert_all_is_there(shown)


@pytest.fixture(scope="module")
def events(text_models):
    """The number of outputs of each event of the tab."""
    dependencies = build([text]).config["dependencies"]
    return {event["api_name"]: len(event["outputs"]) for event in dependencies}


def test_every_event_fills_its_outputs(events):
    pages = writes()
    run = pages[-1][1]
    assert {len(page) + 1 for page in pages} == {events["on_write"]}
    assert len(next(text_events.on_continue(run, 5, *SETTINGS, *CELL))) + 1 == events["on_continue"]
    assert len(text_events.on_stop(run, *CELL)) == events["on_stop"]
    assert len(text_events.on_cell(run, *CELL)) == events["on_cell"]
    *_, (_, run, _, _) = writes()
    shown = text_events.on_inside(run, *CELL)
    assert len(text_events.on_panel(pointing(shown, 2, 3), run, *CELL)) == events["on_panel"]
    assert events["on_inside"] == 1
    assert (
        len(next(text_events.on_compare("c_source", "", 5, 0, 1, 0, 0, 1, 2)))
        == events["on_compare"]
    )
    for model in text_runs.models():
        assert len(text_events.on_model(model, None)) == events["on_model"]
    for link in ({}, {"seed": 8, "length": 20}, {"seed": "x"}):
        query = SimpleNamespace(query_params={k: str(v) for k, v in link.items()})
        assert {len(page) for page in text_events.on_open(query)} == {events["on_open"]}


def test_another_model_brings_its_own_things():
    message, run, status, prime, layers, cells, lessons, card, *columns = text_events.on_model(
        "c_source", None
    )
    assert (run.model, status, prime) == ("c_source", "", text.PRIMES["c_source"])
    assert message["text"] == sampler("c_source").write(text.opening_request("c_source"))
    assert (layers.maximum, cells.maximum) == (3, 32)
    assert (
        json.loads(lessons["json"])["milestones"][-1]["sample"] == "C source code after 1000 steps"
    )
    assert "C source code, the data" in card
    assert len({column["run"] for column in columns}) == 3


def test_the_same_model_again_changes_nothing():
    *_, (_, run, _, _) = writes()
    outputs = text_events.on_model("shakespeare", run)
    assert outputs == [gr.skip()] * len(outputs)
    assert not run.ended


def test_every_model_has_a_prime_and_a_place():
    names = {recipe.name for recipe in RECIPES}
    assert set(text.PRIMES) == set(text_runs.ORDER) == names


def test_every_prime_can_be_read():
    for model, prime in text.PRIMES.items():
        reader = sampler(model).vocabulary if model in text_runs.models() else PRINTABLE
        reading = reader.read(prime)
        assert (reading.text, reading.note()) == (prime, "")
        assert text.opening_request(model).length <= MAX_LENGTH


PRINTABLE = Vocabulary(["\n", *map(chr, range(32, 127))])


def test_a_request_that_cannot_be_met_becomes_a_message():
    with pytest.raises(gr.Error, match="The length must be a whole number"):
        ask(length="5")


def test_models_stand_in_the_order_of_the_gallery():
    assert list(text_runs.models().items()) == [
        ("shakespeare", "Shakespeare"), ("c_source", "C source code"),
    ]  # fmt: skip


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.NAME)
def test_a_tab_can_be_shown_alone(tab):
    page = build([tab])
    labels = {block["props"].get("label") for block in page.config["components"]}
    assert tab.TITLE in labels


def test_a_page_without_models_says_so(monkeypatch):
    monkeypatch.setattr(text, "models", dict)
    page = build([text])
    values = [str(block["props"].get("value")) for block in page.config["components"]]
    assert any("There is no text model" in value for value in values)


def test_what_is_prepared_need_not_be_written_when_a_visitor_asks(brake, text_models):
    for cache in (text_runs.first_view, text_events.first_comparison):
        cache.cache_clear()
    brake.PAUSE = 0
    text.prepare()
    texts = brake.begun
    assert texts == 2 * len(text_models)
    for model in text_models:
        text_events.on_model(model, None)
    assert brake.begun == texts
