"""The Translation tab without a browser: runs, what is streamed, the tree, pictures, interface."""

import io
import json
from base64 import b64decode
from itertools import pairwise
from xml.etree import ElementTree

import gradio as gr
import numpy as np
import pytest
from PIL import Image
from small_models import forget, shipped
from translation.tiny import CAPTIONS, EVERYDAY, save_translators

from demos import translation
from demos.translation import api, events, inside, runs, squeezed
from demos.translation.examples import EXAMPLES, FAMILIES
from demos.translation.files import attention_file
from demos.translation.runs import NETWORK, VECTOR, Run, follow
from demos.widgets.panel.store import RUNS
from demos.widgets.sentence_map import Place, sentence_map_value
from demos.widgets.translating.tree import tree_value
from demos.widgets.two_texts import differing
from lstm_core.translation import sampler as sampling
from lstm_core.translation.request import TranslationRequest
from lstm_core.translation.sentences import typeset

TEXT = "The dog is old. Tom's house?\n\n  Is the dog red?"
SENTENCES = ["The dog is old.", "Tom's house?", "Is the dog red?"]
USUAL = ("en_fr", 4, 1.0, 0.1, 0.3, True)


@pytest.fixture(autouse=True, scope="module")
def _translators(tmp_path_factory):
    """Two small networks are those of the tab; they write no more than a few pieces."""
    folder = tmp_path_factory.mktemp("translators")
    save_translators(folder, NETWORK, VECTOR)
    with shipped(folder, "demos.translation") as patch:
        patch.setattr(sampling, "LONGEST", 9)
        patch.setattr(runs, "STRETCH_SECONDS", 0)
        yield


@pytest.fixture
def run():
    """A text that is translated."""
    return translate()[0][1]


def translate(text=TEXT, settings=USUAL):
    """All that comes of a click."""
    return list(events.on_translate(text, *settings))


def shown(value):
    return json.loads(value["json"])


def event(run, /, **message):
    return gr.EventData(None, {"run": run.id, "sentence": 0} | message)


def wish(run, /, **message):
    return list(events.on_wish(event(run, **message), run))


def matrix(sentence):
    shape = len(sentence["words"]), len(sentence["sources"])
    return np.frombuffer(b64decode(sentence["weights"]), np.uint8).reshape(shape)


# What is written


def test_the_page_gets_what_the_network_translates(run):
    text, found = runs.sampler().translate(TranslationRequest(TEXT, *USUAL))
    value = shown(run.value())
    assert value["texts"] == [typeset(each.text, "fr") for each in found]
    assert run.translated == text
    for sentence, each in zip(value["sentences"].values(), found, strict=True):
        wanted = [each.copied[word.pieces.start : word.pieces.stop].mean() for word in each.words]
        assert sentence["copied"] == pytest.approx(wanted, abs=1e-3)
    assert (
        "".join(a + b for a, b in zip(value["between"], [*value["texts"], ""], strict=True)) == text
    )
    assert (value["done"], value["stopped"], value["draft"]) == (True, False, None)
    assert value["languages"] == ["en", "fr"]
    for n, expected in enumerate(found):
        sentence = value["sentences"][str(n)]
        assert (sentence["source"], sentence["text"]) == (SENTENCES[n], expected.text)
        np.testing.assert_allclose(matrix(sentence) / 255, expected.word_attention, atol=0.002)
        assert sentence["sources"] == [word.text for word in expected.source_words]
        assert [words for words, _, _ in sentence["words"]] == [w.text for w in expected.words]
        assert [row[0] for row in sentence["candidates"]] == [c.text for c in expected.candidates]
        best = [(a.piece, a.text, a.probability) for a in expected.alternatives[2]]
        assert [tuple(other) for other in sentence["alternatives"][2]] == [
            (piece, words, pytest.approx(p, abs=1e-4)) for piece, words, p in best
        ]


def test_the_search_is_asked_for_what_the_form_says():
    """Numbers, too, which a visitor may leave to the network."""
    settings = ("en_fr", 2, 0.5, 0.2, 0.1, False)
    (value, run), *_ = translate("There were 3 dogs.", settings)
    assert run.request == TranslationRequest("There were 3 dogs.", *settings)
    assert not shown(value)["done"]


def test_words_come_as_they_are_decided():
    values = [shown(value) for value, *_ in translate()]
    final = values[-1]
    assert [value["done"] for value in values] == [False] * (len(values) - 1) + [True]
    assert [value["draft"] is None for value in values] == [False] * (len(values) - 1) + [True]
    for before, after in pairwise(values[:-1]):
        assert before["at"] <= after["at"]
        if before["at"] == after["at"]:
            a, b = before["draft"], after["draft"]
            assert b["text"].startswith(a["text"][: a["decided"]])
    for value in values[:-1]:
        assert value["texts"] == final["texts"][: value["at"]]
        draft, sentence = value["draft"], final["sentences"][str(value["at"])]
        assert sentence["text"].startswith(draft["text"][: draft["decided"]])
        assert draft["sources"] == sentence["sources"]
        assert matrix(draft).shape == (len(draft["words"]), len(draft["sources"]))


def test_what_is_drafted_with_a_beam_of_one_stays():
    """Words and their attention; but the last word may still grow."""
    compared = 0
    for source in [en for en, _ in EVERYDAY + CAPTIONS]:
        values = [
            shown(value) for value, *_ in translate(source, ("en_fr", 1, 1.0, 0.1, 0.3, True))
        ]
        whole, draft = values[-1]["sentences"]["0"], values[-2]["draft"]
        assert draft["decided"] == len(draft["text"])
        count = len(draft["words"]) - 1
        compared += count
        assert draft["words"][:count] == whole["words"][:count]
        rows = [matrix(each)[:count].astype(int) for each in (draft, whole)]
        np.testing.assert_allclose(*rows, atol=1)
    assert compared >= 3


def test_a_lost_message_leaves_no_sentence_untold():
    values = [shown(value) for value, *_ in translate()][:-1]
    first = [next(v for v in values if v["at"] == n) for n in range(3)]
    assert [sorted(value["sentences"]) for value in first] == [[], ["0"], ["0", "1"]]


def test_stopping_leaves_what_is_there():
    stream = events.on_translate(TEXT, *USUAL)
    run = next(stream)[1]
    while len(run.found) < 2:
        next(stream)
    assert not run.done
    stream.close()
    assert run.done
    value = shown(events.on_stop(run))
    assert (value["stopped"], value["done"], len(value["texts"])) == (True, True, 2)
    assert sorted(value["sentences"]) == ["0", "1"]
    assert run.translated == "{} {}".format(*value["texts"])


@pytest.mark.parametrize(("place", "wrong", "words"), [
    (0, "", "empty"), (0, " \n", "empty"), (0, None, "must be text"), (0, "x" * 5_000, "at most"),
    (0, "word " * 20_000, "at most"), (0, "a\0b", r"U\+0000"), (0, "\ud800", r"U\+D800"),
    (0, "Собака 3", "Latin"), (0, "狗狗。", "Latin"),
    (0, ["a"], "must be text"), (1, "en_de", "one of"), (1, None, "one of"),
    (1, ["en_fr"], "one of"),
    (2, 0, "from 1 to 10"), (2, 11, "from 1 to 10"), (2, float("nan"), "whole"), (2, "5", "whole"),
    (3, -1, "from 0 to 2"), (3, float("nan"), "from 0 to 2"), (3, None, "from 0 to 2"),
    (4, 1.5, "from 0 to 1"), (4, float("inf"), "from 0 to 1"), (5, -0.1, "from 0 to 1"),
    (5, "a", "a number"), (6, None, "true or false"), (6, 1, "true or false"),
])  # fmt: skip
def test_what_cannot_be_translated_is_refused(place, wrong, words):
    asked = [TEXT, *USUAL]
    asked[place] = wrong
    with pytest.raises(gr.Error, match=words):
        translate(asked[0], asked[1:])
    keys = (
        "text", "direction", "beam", "length_penalty", "coverage_penalty", "back_weight",
        "keep_numbers",
    )  # fmt: skip
    with pytest.raises(gr.Error, match=words):
        api.translate(**dict(zip(keys, asked, strict=True)))


@pytest.mark.parametrize("text", [
    "\N{GRINNING FACE}", "Tom, Собака 狗狗。", "\u202eabc", "\N{SOFT HYPHEN}", "x" * 2_000,
    "a\u0301" * 40, "<script>alert(1)</script>", "\t.\n\n?",
])  # fmt: skip
def test_odd_text_is_translated(text):
    (*_, (value, *_)) = translate(text)
    assert shown(value)["done"]


# What a visitor may change


def test_a_piece_is_forced_and_set_free(run):
    before = run.found[1]
    place = 2
    other = next(a for a in before.alternatives[place]
                 if a.text and a.piece != before.pieces[place])  # fmt: skip
    *_, (value, after, text) = wish(run, sentence=1, do="force", place=place, piece=other.piece)
    found = after.found[1]
    assert found.pieces[: place + 1] == [*before.pieces[:place], other.piece]
    assert [after.found[n] for n in (0, 2)] == [run.found[n] for n in (0, 2)]
    assert run.found[1] is before  # the former run is as it was
    sent = shown(value)
    assert (sent["run"], sent["at"], sent["sentences"]["1"]["forced"]) == (run.id, 1, place + 1)
    former = sent["sentences"]["1"]["former"]
    assert former["source"] == ""
    for parts, words in zip(former["texts"], (before.text, found.text), strict=True):
        assert "".join(part for part, _ in parts) == words
    assert sent["sentences"]["0"]["former"] is None
    assert text == gr.skip()
    *_, (value, free, _) = wish(after, sentence=1, do="free")
    assert free.found[1].pieces == before.pieces
    assert shown(value)["sentences"]["1"]["forced"] == 0


def test_another_word_in_the_source(run):
    *drafts, (value, after, text) = wish(run, sentence=2, do="word", place=2, word=" cat ")
    assert after.sentences == [*SENTENCES[:2], "Is the cat red?"]
    expected = runs.sampler().best("Is the cat red?", run.request)
    assert after.found[2].text == expected
    assert text == "The dog is old. Tom's house?\n\n  Is the cat red?"
    assert shown(value)["sentences"]["2"]["former"]["source"] == SENTENCES[2]
    assert all(other is not after for _, other, _ in drafts)  # which a visitor may still stop
    *_, (_, without, _) = wish(after, sentence=0, do="word", place=0, word="")
    assert without.sentences[0] == "dog is old."


@pytest.mark.parametrize(("message", "words"), [
    ({"run": "gone"}, "no longer there"), ({"sentence": 3}, "from 0 to 2"),
    ({"sentence": True}, "whole number"), ({"sentence": "0"}, "whole number"), ({}, "anew"),
    ({"do": "dance"}, "anew"), ({"do": ["force"]}, "anew"), ({"do": "force"}, "place is"),
    ({"do": "force", "place": 0, "piece": 1}, "numbers of pieces"),
    ({"do": "force", "place": 0, "piece": 10**9}, "piece is"),
    ({"do": "force", "place": -1, "piece": 300}, "place is"),
    ({"do": "word", "place": 99, "word": "a"}, "place is"),
    ({"do": "word", "place": 0, "word": None}, "up to 60"),
    ({"do": "word", "place": 0, "word": "a" * 61}, "up to 60"),
    ({"do": "word", "place": 0, "word": "\ud800"}, r"U\+D800"),
    ({"do": "word", "place": 0, "word": "\x01"}, r"U\+0001"),
])  # fmt: skip
def test_wishes_that_cannot_be_met(run, message, words):
    with pytest.raises(gr.Error, match=words):
        wish(run, **message)


def test_messages_that_are_no_wish(run):
    for data in (None, 5, [], "free"):
        with pytest.raises(gr.Error, match="no longer there"):
            next(events.on_wish(gr.EventData(None, data), run))
    with pytest.raises(gr.Error, match="no longer there"):
        next(events.on_wish(event(run), None))


def test_nothing_is_changed_while_it_is_being_written():
    stream = events.on_translate(TEXT, *USUAL)
    run = next(stream)[1]
    while not run.found:
        next(stream)
    with pytest.raises(gr.Error, match="still being translated"):
        next(events.on_wish(event(run, do="free"), run))
    stream.close()


@pytest.mark.parametrize(("a", "b", "left", "right"), [
    ("a b c", "a x c", ["b"], ["x"]), ("a", "a", [], []), ("", "a", [], ["a"]),
    ("a b", "a", ["b"], []),
    ("un chat noir dort", "un chien dort", ["chat noir"], ["chien"]),
])  # fmt: skip
def test_differences(a, b, left, right):
    for parts, words, marked in zip(differing(a, b), (a, b), (left, right), strict=True):
        assert "".join(part for part, _ in parts) == words
        assert [part.strip() for part, changed in parts if changed] == marked


# The tree of the search


def test_the_tree_is_that_of_the_search():
    sampler = runs.sampler()
    _, (found,) = sampler.translate(TranslationRequest(SENTENCES[0], beam=4))
    tree = tree_value(found.nodes, sampler.piece)
    for node in found.nodes[1:]:
        n = node.number - 1
        assert tree["parents"][n] == node.parent.number
        assert tree["pieces"][n] == sampler.piece(node.piece)
        assert tree["sums"][n] == pytest.approx(node.log_probability, abs=0.006)
        share = np.exp(node.log_probability - node.parent.log_probability)
        assert tree["shares"][n] == pytest.approx(share, abs=1e-4)
    ended = {node.number: node for node in found.nodes if node.score is not None}
    assert tree["scores"] == {n: pytest.approx(e.score, abs=1e-3) for n, e in ended.items()}
    path, at = [], tree["next"][0]
    while at:
        path.append(found.nodes[at].piece)
        at = tree["next"][at]
    assert path[:-1] == found.pieces  # from the root, one after the other, to the best
    for node in found.nodes:
        children = [each.number for each in found.nodes if each.parent is node]
        assert (
            (tree["next"][node.number] in children) if children else tree["next"][node.number] == 0
        )


# Pictures

ASKED = {"dark": False, "sources": ["Tom", "is", "狗"], "words": ["Tom", "$x$"],
         "weights": [[1, 0, 0], [0.25, 0.5, 0.25]]}  # fmt: skip


def test_heat_maps():
    answer = attention_file(ASKED | {"kind": "png"})
    assert answer["type"] == "image/png"
    image = np.asarray(Image.open(io.BytesIO(b64decode(answer["data"]))).convert("RGB"))
    colours = {tuple(colour) for colour in image.reshape(-1, 3).tolist()}
    assert (0x4B, 0x2E, 0x83) in colours  # the weight of 1
    assert (0xFB, 0xFA, 0xF7) in colours  # the weight of 0
    dark = attention_file(ASKED | {"kind": "svg", "dark": True})
    assert dark["type"] == "image/svg+xml"
    text = b64decode(dark["data"]).decode()
    ElementTree.fromstring(text)
    assert "#1c1f25" in text.lower()  # the ground of the dark page


@pytest.mark.parametrize(("wrong", "words"), [
    ({"kind": "pdf"}, "png, svg"), ({"kind": None}, "png, svg"), ({"dark": 1}, "true or false"),
    ({"sources": None}, "list of texts"), ({"words": [5]}, "list of texts"),
    ({"words": []}, "1 to"),
    ({"sources": ["a"] * 401}, "1 to 400"), ({"words": ["a" * 2_001, "b"]}, "at most 2,000"),
    ({"weights": None}, "row for each word"), ({"weights": [[1, 0, 0]]}, "row for each word"),
    ({"weights": [[1, 0], [1, 0]]}, "row for each word"), ({"weights": [[1], [1, 0, 0]]}, "row"),
    ({"weights": [["a", 0, 0], [0, 0, 0]]}, "row"), ({"weights": [[2, 0, 0], [0, 0, 0]]}, "0 to 1"),
    ({"weights": [[float("nan"), 0, 0], [0, 0, 0]]}, "0 to 1"),
    ({"weights": [[10**400, 0, 0], [0, 0, 0]]}, "0 to 1"),
])  # fmt: skip
def test_pictures_that_cannot_be_made(wrong, words):
    answer = attention_file(ASKED | {"kind": "svg"} | wrong)
    assert set(answer) == {"error"}
    assert words in answer["error"]
    assert set(attention_file(5)) == {"error"}


# Inside, and squeezed


@pytest.mark.parametrize("part", inside.PARTS)
def test_the_cells_of_each_part(run, part):
    panel, beside = events.on_sentence(event(run, sentence=1), run, part)
    frames = RUNS.find(panel["run"]).frames
    found = runs.sampler().inside(run.found[1])
    if part == "decoder":
        layers, labels = found.decoder.layers, found.written
    else:
        layers, labels = found.encoder.layers["→←".index(part) :: 2], found.read
    assert len(frames.layers) == len(layers) == 2
    for shown_layer, layer in zip(frames.layers, layers, strict=True):
        np.testing.assert_allclose(shown_layer["c"], layer.c[0].numpy(), atol=2e-3, rtol=1e-3)
    assert panel["labels"] == [label.replace(" ", "␣") for label in labels]
    texts = [runs.sampler(name).best(SENTENCES[1], run.request) for name in (NETWORK, VECTOR)]
    sides = shown(beside)["sides"]
    assert ["".join(part for part, _ in side["parts"]) for side in sides] == texts


@pytest.mark.parametrize("part", [None, "up", ["→"]])
def test_parts_that_there_are_not(run, part):
    for answer in (lambda: events.on_part(run, part), lambda: events.on_ended(run, part),
                   lambda: events.on_ended(None, part), lambda: events.on_open(part)):  # fmt: skip
        with pytest.raises(gr.Error, match="encoder"):
            answer()


def test_the_other_direction_has_no_network_without_attention():
    run = translate("Le chien.", ("fr_en", 2, 1.0, 0.1, 0.3, True))[0][1]
    assert shown(squeezed.beside(run)) == {
        "sides": [], "words": "The network without attention has learned one direction only: "
        "English to French.",
    }  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_the_map_shows_the_sentences(family):
    value = shown(squeezed.on_map(family, "Tom is old.\n\n  The dog is red. "))
    texts = [place[0] for place in value["places"]]
    assert texts == [*FAMILIES[family], "Tom is old.", "The dog is red."]
    assert [place[3] for place in value["places"]] == [False] * len(FAMILIES[family]) + [True] * 2
    vectors = runs.sampler(VECTOR).vectors(texts).astype(float)
    _, sizes, axes = np.linalg.svd(vectors[:-2] - vectors[:-2].mean(0))
    expected = (vectors - vectors[:-2].mean(0)) @ axes[:2].T
    places = np.array([place[1:3] for place in value["places"]])
    signs = np.sign((expected * places).sum(0))
    np.testing.assert_allclose(places, signs * expected / np.abs(expected).max(), atol=1e-3)
    assert value["shares"] == pytest.approx((sizes[:2] ** 2 / (sizes**2).sum()).tolist(), abs=1e-3)


@pytest.mark.parametrize(("own", "words"), [
    ("a\n" * 13, "up to 12"), ("a" * 201, "200 characters"), ("a\0", r"U\+0000"), (5, "text"),
])  # fmt: skip
def test_sentences_that_are_not_put_on_the_map(own, words):
    with pytest.raises(gr.Error, match=words):
        squeezed.on_map(next(iter(FAMILIES)), own)


def test_lists_that_there_are_not():
    for family in (None, "x", ["Who does what"]):
        with pytest.raises(gr.Error, match="There are the lists"):
            squeezed.on_map(family, "")


def test_a_map_of_one_place_can_be_drawn():
    value = shown(sentence_map_value([Place("a", 0.0, 0.0, False)], (0.0, 0.0), "x"))
    assert value["places"] == [["a", 0.0, 0.0, False]]


def test_bleu_against_length_is_what_the_checkpoints_record(tmp_path):
    assert squeezed.lengths() is None
    rows = [
        {"from": 1, "to": 5, "n": 20, "bleu": 50.04},
        {"from": 31, "to": 1000, "n": 30, "bleu": 9},
    ]
    save_translators(tmp_path, NETWORK, bleu_by_length_tatoeba_val=rows, bleu_by_length_x=rows)
    save_translators(tmp_path, VECTOR, bleu_by_length_tatoeba_val=rows[:1])
    with shipped(tmp_path, "demos.translation"):
        curves = squeezed.lengths()
    assert [list(each.points) for each in curves.series] == [[(3, 50.0), (35.5, 9)], [(3, 50.0)]]
    assert "Tatoeba val" in curves.title


# The interface, and what is there beforehand


def test_translating_for_programs():
    answer = api.translate(TEXT, beam=3)
    text, found = runs.sampler().translate(TranslationRequest(TEXT, beam=3))
    assert answer["translation"] == text
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    for told, expected in zip(answer["sentences"], found, strict=True):
        assert (told["source"], told["translation"]) == (expected.source, expected.text)
        assert [each["translation"] for each in told["n_best"]] == [
            c.text for c in expected.candidates
        ]
        np.testing.assert_allclose(told["attention"], expected.word_attention, atol=1e-4)
        assert len(told["words"]) == len(told["attention"])


def test_examples():
    assert len({example.text for example in EXAMPLES}) == len(EXAMPLES)
    for n, example in enumerate(EXAMPLES):
        assert events.on_example(n) == (example.text, example.direction)
        TranslationRequest(example.text, example.direction)
    assert len(events.choices()) == len(EXAMPLES)
    for wrong in (-1, len(EXAMPLES), None, "0", True, [0], float("nan")):
        with pytest.raises(gr.Error):
            events.on_example(wrong)


def test_the_first_view_is_the_first_example():
    value, run, panel, beside = events.on_open(inside.FIRST)
    best = runs.sampler().best(EXAMPLES[0].text, run.request)
    assert shown(value)["texts"] == [typeset(best, "fr")]
    assert RUNS.find(panel["run"])
    assert len(shown(beside)["sides"]) == 2
    assert events.on_ended(run, inside.FIRST) == (panel, beside)


def test_one_network_may_be_missing(tmp_path):
    save_translators(tmp_path, NETWORK)
    with shipped(tmp_path, "demos.translation"):
        with gr.Blocks() as page:
            translation.build(page)
        translation.prepare()
        run = list(follow(Run.of(TranslationRequest(SENTENCES[0])), [0]))
        assert run
        assert events.on_open("→")[3] is None
        assert squeezed.map_network() == NETWORK
        texts = [b.value for b in page.blocks.values() if isinstance(b, gr.Markdown)]
        assert any("each when it has read" in text for text in texts)


def test_without_a_network_the_tab_says_so(tmp_path):
    with shipped(tmp_path, "demos.translation"):
        with gr.Blocks() as page:
            translation.build(page)
        translation.prepare()
    assert [block.value for block in page.blocks.values()] == [
        "There is no network that translates in the folder `checkpoints`."
    ]
    forget("demos.translation")
