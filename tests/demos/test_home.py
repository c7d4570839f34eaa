"""The tab How it works: numbers, counter and pictures, and their interface over the wire."""

import json
import math
import re
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import gradio_client
import httpx
import numpy as np
import pytest
import torch
from gradio_client.exceptions import AppError
from music_models import save_piano
from small_models import save_writer

import lstm_core
from demos import gallery, home
from demos.home import counter, numbers, pictures
from demos.widgets.panel.store import RUNS
from lstm_core import checkpoint
from lstm_core.recipe import recipes
from lstm_core.sequences.counting import LONGEST_TRAINED, MOST_READ, balance, string
from lstm_core.sequences.progressions import KINDS, RATIOS, progressions
from lstm_core.sequences.recipe import fourth_right

SHIPPED = Path(lstm_core.__file__).parents[1] / "checkpoints"
INTERNALS = re.compile(r"Traceback|File \"|\.py\b|site-packages|<[a-z/]", re.IGNORECASE)


@pytest.fixture(scope="module", autouse=True)
def _shipped():
    """The networks that are shipped, whatever other tests put in their place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSTM_GALLERY_CHECKPOINTS", str(SHIPPED))
        yield


@pytest.fixture(scope="module")
def address(_shipped, served):
    """A page with these three sections."""

    def build(page):
        for section in (numbers, counter, pictures):
            section.build(page)

    tab = SimpleNamespace(NAME="home", TITLE="How it works", build=build)
    with served(gallery.build([tab])) as address:
        yield address


@pytest.fixture(scope="module")
def client(address):
    client = gradio_client.Client(address, verbose=False, analytics_enabled=False)
    yield client
    client.close()


# Context decides


def test_both_examples_come_out_right_and_were_never_shown():
    one, other = (numbers.explain_sequence(sequence) for sequence in numbers.EXAMPLES)
    assert (one["numbers"], one["predicted"]) == ([6, 7, 8], 9)
    assert (other["numbers"], other["predicted"]) == ([2, 4, 8], 16)
    assert one["feedforward"] == other["feedforward"]
    assert one["held_out"] is other["held_out"] is True
    assert min(one["probability"], other["probability"]) > 0.5


def test_examples_are_what_their_headings_say():
    for sequence in (*numbers.EXAMPLES, numbers.OWN, *numbers.INSIDE):
        found = numbers.explain_sequence(sequence)
        assert found["in_range"], sequence
        assert str(found["predicted"]) == found["by_formula"], sequence
    for sequence in numbers.WRONG:
        found = numbers.explain_sequence(sequence)
        assert found["in_range"]
        assert found["held_out"]
        assert str(found["predicted"]) != found["by_formula"]
    for sequence in numbers.OUTSIDE:
        assert not numbers.explain_sequence(sequence)["in_range"], sequence


def test_an_answer_is_the_network_s():
    found = numbers.explain_sequence("5 10  20,40")
    model = numbers.reader().model
    with torch.no_grad():
        lstm, feedforward = model(torch.tensor([[5, 10, 20, 40]]))
    for logits, said in ((lstm, found), (feedforward, found["feedforward"])):
        p = logits[0, -1].softmax(dim=-1)
        digits = p.argmax(dim=-1).tolist()
        assert said["predicted"] == int("".join(map(str, digits)))
        assert said["probability"] == pytest.approx(p.max(dim=-1).values.prod().item(), abs=1e-4)
    assert (found["kind"], found["by_formula"]) == ("geometric, rising", "80")
    assert json.loads(json.dumps(found)) == found


def test_the_page_shows_the_same_as_the_interface():
    shown, cells = numbers.on_sequence("81, 27, 9")
    found = numbers.explain_sequence("81, 27, 9")
    assert shown["numbers"] == found["numbers"]
    assert shown["lstm"]["likeliest"][0] == [found["predicted"], found["probability"]]
    assert shown["formula"] == found["by_formula"] == "3"
    assert shown["rule"] == "geometric, ÷ 3"
    assert np.array(shown["feedforward"]["digits"]).sum(axis=1) == pytest.approx(1, abs=0.01)
    assert cells["labels"] == ["81", "27", "9"]
    frames = RUNS.find(cells["run"]).frames
    trace = numbers.read("81, 27, 9").trace.arrays(half=True)
    assert (frames.layers[0]["c"] == trace["layer1.c"]).all()
    text, shown, _ = numbers.on_example("81,27,9")
    assert (text, shown["formula"]) == ("81, 27, 9", "3")


@pytest.mark.parametrize(
    ("sequence", "words"),
    [
        ("6, 7, 8", "In the range of the training, but held out"),
        ("1, 4, 9", "Outside the range of the training: no arithmetic or geometric progression."),
        ("1, 7, 49", "Outside the range of the training: a ratio other than 2, 3, 4, 5 or 10."),
    ],
)
def test_what_is_said_of_the_training(sequence, words):
    assert numbers.on_sequence(sequence)[0]["note"].startswith(words)


def test_the_table_s_figures_hold_for_the_shipped_network():
    """On a sample of what was held out: within four standard errors of the card's figure."""
    card = numbers.reader().card
    (result,) = [r for r in card.results if r["split"] == "held_out"]
    table = numbers.measured(card)
    assert f"{result['n']:,} stretches" in table
    rng = np.random.default_rng(0)
    for kind in KINDS:
        rows = progressions(kind).held_out
        sample = rows[rng.choice(len(rows), min(600, len(rows)), replace=False)]
        right = fourth_right(numbers.reader().model, torch.from_numpy(sample)).double().mean(dim=0)
        for share, net in zip(right.tolist(), ("lstm", "feedforward"), strict=True):
            quoted = result["metrics"][f"{kind.replace(', ', '_')}_{net}"]
            assert f"<td>{100 * quoted:.2f} %</td>" in table
            error = math.sqrt(max(quoted * (1 - quoted), 0.002) / len(sample))
            assert share == pytest.approx(quoted, abs=4 * error), (kind, net)
    rows = np.concatenate([progressions(kind).held_out for kind in KINDS[1:]])
    for ratio in RATIOS:
        quoted = result["metrics"][f"ratio_{ratio}_lstm"]
        these = rows[(rows[:, 1] == ratio * rows[:, 0]) | (rows[:, 0] == ratio * rows[:, 1])]
        right = fourth_right(numbers.reader().model, torch.from_numpy(these))[:, 0]
        assert right.double().mean().item() == pytest.approx(quoted, abs=1e-4)
        assert f"{ratio}: {100 * quoted:.1f} %" in table


# The counter


def test_the_counter_copies_what_it_is_said_to_copy():
    trained, longer = (
        recipes()["counter"].evaluate(split, None, SHIPPED / "counter.safetensors")
        for split in ("trained", "longer")
    )
    by_split = {r["split"]: r for r in counter.counter().card.results}
    for result in (trained, longer):
        quoted = by_split[result.split]
        assert quoted["n"] == result.n
        assert quoted["metrics"] == pytest.approx(result.metrics, abs=1e-4)
    words = counter.measured(counter.counter().card)
    assert f"Every count up to {longer.metrics['all_right_up_to']:.0f} is" in words
    assert f"{100 * trained.metrics['right']:.0f} %" in words
    assert trained.metrics["right"] == 1
    # As a visitor would find out, by letting it write.
    last = min(int(longer.metrics["all_right_up_to"]), counter.HIGHEST - 1)
    assert counter.count("a" * last + "x")["right"] is True
    assert counter.count("a" * (last + 1) + "x")["right"] is False
    assert abs(longer.metrics["correlation"]) > 0.95


def test_what_is_shown_of_a_string():
    text, shown = counter.on_count(5)
    assert text == "aaaaax"
    assert (shown["text"], shown["read"]) == (string(5), 6)
    assert shown["count"] == balance(string(5)).tolist()
    assert shown["note"] == "The network went on with 5 letters and ended: right."
    found = counter.count("aaaaax")
    assert (found["read"], found["written"], found["right"]) == ("aaaaax", "bbbbb", True)
    cell = found["counting_cell"] - 1
    assert len(found["state"]) == len(string(5))
    assert np.argmax(np.abs(shown["correlations"])) == cell
    cells = np.frombuffer(__import__("base64").b64decode(shown["cells"]), "<f4").reshape(10, -1)
    assert cells[cell].tolist() == pytest.approx(found["state"], abs=1e-6)
    moved = np.diff(cells, axis=1, prepend=0)
    assert shown["changes"]["a"] == pytest.approx(moved[:, :5].mean(axis=1), abs=1e-3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("aaa", "There is no x in it, so the network has only read it."),
        ("aaxb", "The network went on with 1 letter and ended: right."),
        ("abax", "nothing is right or wrong."),
        ("a" * 40 + "x", f"right, beyond the training's {LONGEST_TRAINED}."),
        ("a" * (MOST_READ - 1) + "x", f"wrong, as {MOST_READ - 1} times b was due, beyond"),
    ],
)
def test_what_is_said_of_a_string(text, words):
    assert words in counter.on_string(text)["note"]


@pytest.mark.parametrize("n", [0, MOST_READ, 1.5, -1, None, True, "3", math.nan, math.inf, [1], {}])
def test_a_count_must_be_one_that_there_is(n):
    with pytest.raises(gr.Error, match=r"^'The number of letters a must be a whole number from 1"):
        counter.on_count(n)


# The pictures


def test_a_tab_is_named_only_if_there_is_one():
    titles = {"text": "Text", "translation": "Translation"}
    said = {p.name: pictures.caption(p, titles) for p in pictures.PICTURES}
    assert "At work in the tab Text." in said["unrolled"]
    assert "At work in the tab Translation." in said["pair"]
    assert "tab" not in said["both"]


def test_a_tab_is_there_if_its_network_is(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(tmp_path))
    always = ["home", "text", "memory"]
    assert list(pictures.tab_titles()) == always
    save_writer(tmp_path)
    save_piano(tmp_path)  # one of two is enough for music
    assert list(pictures.tab_titles()) == ["home", "text", "handwriting", "music", "memory"]
    assert pictures.tab_titles()["music"] == "Music"
    assert [tab.NAME for tab in gallery.alive(gallery.TABS[2:4])] == ["handwriting"]


def test_each_picture_has_two_sentences_and_a_paper():
    for picture in pictures.PICTURES:
        assert len(re.findall(r"\w[.](?= |$)", picture.text)) == 2, picture.name
        assert re.search(r"\((19|20)\d\d\), \*", picture.papers)


# The tab


def test_the_order_of_the_sections():
    names = [section.__name__.split(".")[-1] for section in home.SECTIONS]
    assert names == ["numbers", "one_cell", "forgetting", "reach", "counter", "pictures"]


def test_without_the_networks_the_page_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(tmp_path))
    with gr.Blocks() as page:
        numbers.build(page)
        counter.build(page)
    said = [b.value for b in page.blocks.values() if isinstance(b, gr.Markdown)]
    for name in ("numbers", "counter"):
        assert f"There is no model `{name}` in the folder `checkpoints`." in said
    with pytest.raises(gr.Error, match="There is no checkpoint"):
        numbers.explain_sequence("1, 2, 3")
    with pytest.raises(gr.Error, match="There is no checkpoint"):
        counter.count("aax")
    assert not checkpoint.names()


# Over the wire


def test_what_is_offered(client):
    offered = client.view_api(return_format="dict", print_info=False)
    assert {"/explain_sequence", "/count"} == set(offered["named_endpoints"])
    for name, start in (("explain_sequence", "Go on with a sequence"), ("count", "Let the ten")):
        assert offered["named_endpoints"][f"/{name}"]["description"].startswith(start)


def test_answers_over_the_wire(client):
    found = client.predict("6, 7, 8", api_name="/explain_sequence")
    assert found == numbers.explain_sequence("6, 7, 8")
    found = client.predict("aaax", api_name="/count")
    assert (found["written"], found["right"]) == ("bbb", True)


@pytest.mark.parametrize("name", ["explain_sequence", "count"])
@pytest.mark.parametrize(
    "value",
    [None, 5, -1, True, [], {}, "", "wxyz<b>", "\0", "a" * 300, "9" * 500, ["6, 7, 8"],
     {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}],
    ids=lambda value: ascii(value)[:16],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_a_sentence(client, name, value):
    with pytest.raises(AppError) as refused:
        client.predict(value, api_name=f"/{name}")
    words = str(refused.value)
    assert re.fullmatch(r"(Give|The) [^\n]{9,200}\.", words), words
    assert not INTERNALS.search(words)
    assert "wxyz" not in words


@pytest.mark.parametrize("body", ['{"data": ["\\ud800"]}', '{"data": [NaN]}', '{"data": []}',
                                  '{"data": [1e999]}', "{}", "x"])  # fmt: skip
def test_malformed_calls(address, client, body):
    for name in ("explain_sequence", "count"):
        with httpx.Client(base_url=f"{address}/gradio_api", timeout=20) as http:
            sent = http.post(
                f"/call/{name}", content=body, headers={"content-type": "application/json"}
            )
            answer = sent.text
            if sent.status_code == 200:
                answer = http.get(f"/call/{name}/{sent.json()['event_id']}").text
        assert not re.search('Traceback|File "|site-packages', answer)
    assert client.predict("2, 4, 8", api_name="/explain_sequence")["predicted"] == 16
