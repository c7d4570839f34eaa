"""The Captions tab without a browser: photos, what is streamed, wishes, pictures, interface."""

import io
import json
from base64 import b64decode
from itertools import pairwise
from xml.etree import ElementTree

import gradio as gr
import numpy as np
import pytest
from captioning.tiny import jpeg, picture, save_captioner
from gradio.data_classes import DataWithFiles
from PIL import Image
from small_models import forget, shipped

from demos import captioning
from demos.captioning import api, events, files, runs, samples
from demos.captioning.picture import VEIL, strip, veiled
from demos.captioning.runs import RUNS, Run, Settings
from demos.captioning.store import PHOTOS, Kept, keep_photo
from demos.widgets.panel.store import RUNS as PANELS
from lstm_core.captioning.photos import WHOLE, Box, Photo
from lstm_core.captioning.request import MAX_SEED, CaptionRequest
from lstm_core.captioning.sampler import Word

USUAL = (3, 0.0, 0, "")
BOX = [0.1, 0.2, 0.7, 0.9]


@pytest.fixture(autouse=True, scope="module")
def _captioner(tmp_path_factory):
    """A small network is that of the tab."""
    folder = tmp_path_factory.mktemp("captioner")
    save_captioner(folder, runs.NETWORK)
    with shipped(folder, "demos.captioning") as patch:
        patch.setattr(runs, "STRETCH_SECONDS", 0)
        yield


@pytest.fixture(scope="module")
def photo():
    """A visitor's photo: its name, and the photo."""
    photo = Photo(jpeg(picture((200, 30, 30), 1, (300, 200))))
    return keep_photo(photo), photo


def event(**message):
    return gr.EventData(None, message)


def wish(settings=USUAL, /, **message):
    return list(events.on_wish(event(**message), *settings))


def shown(value):
    return json.loads(value["json"])


def captioned(photo, settings=USUAL):
    """The stage's last value of a photo, and the run."""
    *_, (value, run, _) = wish(settings, do="photo", photo=photo[0])
    return shown(value), RUNS.find(run)


def described(photo, **more):
    return runs.sampler().describe(CaptionRequest(photo[1], **more))


def texts(value):
    return [text for text, *_ in value["words"]]


# What is written


def test_the_page_gets_what_the_network_says(photo):
    *drafts, (value, name, panel) = wish(do="photo", photo=photo[0])
    value, expected = shown(value), described(photo)
    words = [*expected.words, expected.end]
    assert (value["run"], value["photo"], value["region"]) == (name, photo[0], list(WHOLE))
    assert texts(value) == [word.text for word in words]
    assert value["decided"] == len(words)
    for (_, packed, peak, sentinel), word in zip(value["words"], words, strict=True):
        cells = np.frombuffer(b64decode(packed), np.uint8).reshape(word.attention.shape)
        np.testing.assert_allclose(cells * peak / 255, word.attention, atol=2e-3)
        assert sentinel == pytest.approx(word.sentinel, abs=1e-4)
    np.testing.assert_allclose(value["probabilities"], expected.probabilities, atol=1e-4)
    assert [row[0][0] for row in value["alternatives"]] == [
        row[0].text for row in expected.alternatives
    ]
    assert [(row[0], row[2]) for row in value["listed"]] == [
        (each.text, pytest.approx(each.score, abs=1e-3)) for each in expected.candidates
    ]
    assert (value["chosen"], value["forced"]) == (0, 0)
    assert value["kinds"] == [
        [kind.text, pytest.approx(kind.probability, abs=1e-4)]
        for kind in runs.sampler().classes(photo[1])
    ]
    told = [shown(draft) for draft, *_ in drafts]
    assert told
    assert [each["done"] for each in told] == [False] * len(told)
    for before, after in pairwise([*told, value]):
        kept = before["decided"]
        assert texts(after)[:kept] == texts(before)[:kept]
    assert {run for _, run, _ in drafts} == {name}
    frames = PANELS.find(panel["run"]).frames
    assert panel["labels"] == [*texts(value)[:-1], "end"]
    np.testing.assert_allclose(
        frames.layers[0]["c"], expected.trace.layers[0].c[0], atol=2e-3, rtol=1e-3
    )


def test_the_form_counts(photo):
    value, run = captioned(photo, (1, 0.0, 0, "red cat"))
    assert texts(value)[:2] == ["red", "cat"]
    assert value["forced"] == 2
    assert len(value["listed"]) == 1
    *_, (value, *_) = events.on_describe(run.id, 5, 0.0, 0, "")
    assert len(shown(value)["listed"]) == 5
    assert texts(shown(value))[:-1] == [word.text for word in described(photo, beam=5).words]


def test_captions_are_drawn_by_chance(photo):
    value, _ = captioned(photo, (3, 1.5, MAX_SEED, ""))
    seeds = [MAX_SEED, 0, 1, 2, 3]
    expected = [described(photo, temperature=1.5, seed=seed) for seed in seeds]
    assert [(text, seed) for text, _, _, seed in value["listed"]] == [
        (caption.text, seed) for caption, seed in zip(expected, seeds, strict=True)
    ]
    assert {score for _, _, score, _ in value["listed"]} == {None}
    assert texts(value)[:-1] == [word.text for word in expected[0].words]


def test_another_caption_of_the_list(photo):
    before, run = captioned(photo, (5, 0.0, 0, ""))
    ((value, name, _),) = wish(run=run.id, do="list", place=3)
    value = shown(value)
    assert value["chosen"] == 3
    assert value["listed"] == before["listed"]
    assert texts(value)[:-1] == list(run.listed[3].words)
    assert name == value["run"] != run.id
    assert run.text == texts(before)[:-1]  # the former one is as it was


def test_a_caption_that_is_given_is_read_as_it_was_found(photo):
    sampler, request = runs.sampler(), CaptionRequest(photo[1], beam=4)
    found = sampler.describe(request)
    for candidate in found.candidates:
        again = sampler.read(request, candidate.words)
        (only,) = again.candidates
        assert only.text == again.text == candidate.text
        assert only.log_probability == pytest.approx(candidate.log_probability, abs=1e-4)
        assert only.score == pytest.approx(candidate.score, abs=1e-4)
    again = sampler.read(request, [word.text for word in found.words])
    for a, b in zip([*again.words, again.end], [*found.words, found.end], strict=True):
        np.testing.assert_allclose(a.attention, b.attention, atol=1e-5)
        assert a.sentinel == pytest.approx(b.sentinel, abs=1e-5)
    for wrong, words in ((["zebra"], "does not know"), (["a"] * 25, "too long")):
        with pytest.raises(ValueError, match=words):
            sampler.read(request, wrong)


def test_a_part_is_described(photo):
    _, run = captioned(photo)
    *_, (value, name, _) = wish(run=run.id, do="box", box=BOX)
    value, expected = shown(value), described(photo, box=BOX)
    assert value["region"] == BOX
    assert value["listed"][0][1] == pytest.approx(expected.log_probability, abs=1e-3)
    assert texts(value)[:-1] == [word.text for word in expected.words]
    *_, (value, again, _) = events.on_describe(name, *USUAL)  # the part stays
    assert shown(value)["region"] == BOX
    *_, (value, *_) = wish(run=again, do="box", box=list(WHOLE))
    assert shown(value)["region"] == list(WHOLE)


def test_a_word_is_forced_and_set_free(photo):
    before, run = captioned(photo)
    place = min(1, len(run.text) - 1)
    said = {"", *run.text[: place + 1]}
    word = next(text for text, _ in before["alternatives"][place] if text not in said)
    *_, (value, name, _) = wish(run=run.id, do="force", place=place, word=word)
    value = shown(value)
    assert texts(value)[: place + 1] == [*run.text[:place], word]
    assert value["forced"] == place + 1
    *_, (value, *_) = wish(run=name, do="free")
    assert texts(shown(value)) == texts(before)


@pytest.mark.parametrize(("place", "wrong", "words"), [
    (0, 0, "from 1 to 10"), (0, 11, "beam"), (0, float("nan"), "beam"), (0, "3", "beam"),
    (0, None, "beam"), (1, -1, "temperature"), (1, float("inf"), "temperature"),
    (1, 0.001, "0.01"), (2, -1, "seed"), (2, 10**30, "seed"), (2, None, "seed"),
    (3, None, "must be text"), (3, "a" * 300, "too long"), (3, "a\0", r"U\+0000"),
    (3, "\ud800", r"U\+D800"), (3, "zebra", "does not know"), (3, "<b>x</b>", "does not know"),
    (3, ["a"], "must be text"), (3, "?!", "no word"),
])  # fmt: skip
def test_what_cannot_be_asked(photo, place, wrong, words):
    settings = list(USUAL)
    settings[place] = wrong
    with pytest.raises(gr.Error, match=words) as refused:
        wish(settings, do="photo", photo=photo[0])
    assert "<b>" not in str(refused.value)
    captioned(photo)  # the next visitor is served


@pytest.mark.parametrize(("message", "words"), [
    ({}, "no longer kept"), ({"run": 5}, "no longer kept"), ({"do": "photo"}, "no longer kept"),
    ({"do": "photo", "photo": "gone"}, "no longer kept"),
    ({"do": "photo", "photo": ["x"]}, "no longer kept"),
])  # fmt: skip
def test_photos_that_are_not_there(message, words):
    with pytest.raises(gr.Error, match=words):
        wish(**message)
    for data in (None, 5, [], "photo"):
        with pytest.raises(gr.Error, match="no longer kept"):
            next(events.on_wish(gr.EventData(None, data), *USUAL))
    with pytest.raises(gr.Error, match="no photo to describe yet"):
        next(events.on_describe("", *USUAL))


@pytest.mark.parametrize(("message", "words"), [
    ({"do": "dance"}, "another photo"), ({"do": None}, "another photo"),
    ({"do": "box", "box": [0, 0, 1]}, "four numbers"), ({"do": "box", "box": "x"}, "four numbers"),
    ({"do": "box", "box": [0, 0, float("nan"), 1]}, "right must be"),
    ({"do": "box", "box": [0.5, 0.5, 0.5, 0.5]}, "too small"),
    ({"do": "force", "place": 0}, "a word of up to"),
    ({"do": "force", "place": 0, "word": "a" * 61}, "a word of up to"),
    ({"do": "force", "place": 0, "word": "zebra"}, "does not know"),
    ({"do": "force", "place": 0, "word": "\0"}, r"U\+0000"),
    ({"do": "force", "place": -1, "word": "a"}, "place is"),
    ({"do": "force", "place": True, "word": "a"}, "place is"),
    ({"do": "list", "place": 3}, "from 0 to 2"), ({"do": "list"}, "place is"),
])  # fmt: skip
def test_wishes_that_cannot_be_met(photo, message, words):
    _, run = captioned(photo)
    with pytest.raises(gr.Error, match=words):
        wish(run=run.id, **message)


def test_stopping_leaves_the_photo(photo):
    stream = events.on_wish(event(do="photo", photo=photo[0]), *USUAL)
    _, name, _ = next(stream)
    stream.close()
    assert shown(events.on_stop(name)) == {"run": name, "stopped": True}
    assert files.photo_strip({"run": name, "kind": "png"})["error"].startswith(
        "There is no caption"
    )
    *_, (value, *_) = events.on_describe(name, *USUAL)
    assert shown(value)["photo"] == photo[0]
    assert events.on_stop("") == gr.skip()


# Photos


def form(*contents):
    return DataWithFiles(data={}, files=[("x.jpg", content) for content in contents])


def test_a_photo_comes_and_goes():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    answer = files.photo_taken(form(jpeg(picture((40, 60, 220), 2, (300, 200)), exif=exif)))
    assert (answer["width"], answer["height"]) == (200, 300)
    with Image.open(io.BytesIO(b64decode(answer["data"]))) as image:
        assert image.size == (200, 300)
    assert PHOTOS.find(answer["photo"]).size == (200, 300)
    assert files.photo_shown({"photo": answer["photo"]}) == answer


@pytest.mark.parametrize(("content", "words"), [
    (b"", "empty"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    (b"What is this?", "no photo"), (jpeg(picture((1, 2, 3)))[:300], "cut off"),
    (jpeg(picture((1, 2, 3), size=(1, 1))), "at least 16 x 16"),
])  # fmt: skip
def test_what_is_no_photo(content, words):
    answer = files.photo_taken(form(content))
    assert set(answer) == {"error"}
    assert words in answer["error"]


def test_messages_that_bring_no_photo():
    some = jpeg(picture((1, 2, 3)))
    for message in (form(), form(some, some), None, 5, "x", {"files": [["a", "b"]]}, []):
        assert files.photo_taken(message) == {"error": "A photo is one file."}
    for message in (None, {}, {"photo": "gone"}, {"photo": ["x"]}, {"photo": "\ud800"}, []):
        assert files.photo_shown(message) == {"error": runs.GONE}


def test_what_is_kept_is_bounded():
    kept = Kept(10)
    first, second = kept.keep("a", 4), kept.keep("b", 4)
    fixed = kept.keep_for_ever("c")
    assert kept.find(first) == "a"  # so that the second is the one asked for longest ago
    third = kept.keep("d", 4)
    assert [kept.find(name) for name in (first, second, third, fixed)] == ["a", None, "d", "c"]
    with pytest.raises(ValueError, match="too large"):
        kept.keep("e", 11)
    for name in (None, 5, ["x"], ""):
        assert kept.find(name) is None


def test_a_photo_that_is_gone_is_said(photo):
    run = Run("gone", Settings())
    with pytest.raises(gr.Error, match="no longer kept"):
        next(runs.follow(run))
    assert files.photo_strip({"run": RUNS.keep(run), "kind": "png"}) == {"error": runs.GONE}


def test_samples(monkeypatch):
    found = files.photo_samples(None)["samples"]
    assert [each["title"] for each in found] == [each.title for each in samples.samples()]
    assert found[-1]["title"] == samples.DRAWN
    for each in found:
        with Image.open(io.BytesIO(b64decode(each["data"]))) as image:
            assert max(image.size) <= files.SMALL
        assert PHOTOS.find(each["photo"])
    shipped_here = [("gradio", "no/such.jpg", "x"), ("no_such_package", "x.jpg", "x")]
    monkeypatch.setattr(samples, "SHIPPED", shipped_here)
    samples.samples.cache_clear()
    assert [each.title for each in samples.samples()] == [samples.DRAWN]
    forget("demos.captioning")


# Pictures


def test_a_strip_shows_where_it_looked(photo):
    _, run = captioned(photo)
    answer = files.photo_strip({"run": run.id, "kind": "svg", "dark": True})
    assert answer["type"] == "image/svg+xml"
    text = b64decode(answer["data"]).decode()
    ElementTree.fromstring(text)
    assert "#1c1f25" in text.lower()  # the ground of the dark page
    assert text.count("<image") == len(run.words) + 1
    word = Word("$x$", np.full((7, 7), 1 / 49), 0.25)
    with Image.open(io.BytesIO(strip(photo[1], Box(*BOX), [word], "png"))) as image:
        colours = {colour for _, colour in image.convert("RGB").getcolors(image.width * 999)}
    assert {(0x4B, 0x2E, 0x83), (0xD5, 0xD1, 0xC8)} <= colours  # the bar, and the rest of it


def test_the_veil_covers_what_was_not_looked_at():
    attention = np.zeros((7, 7))
    attention[0, 0] = 0.5
    ground = np.ones(3, dtype=np.float32)
    image = veiled(np.zeros((70, 70, 3), dtype=np.float32), attention, ground)
    np.testing.assert_allclose(image[2, 2], 0, atol=1e-6)
    np.testing.assert_allclose(image[-1, -1], VEIL, atol=1e-6)


@pytest.mark.parametrize(("wrong", "words"), [
    ({"kind": "pdf"}, "png, svg"), ({"kind": None}, "png, svg"), ({"dark": 1}, "true or false"),
    ({"run": None}, "no longer kept"), ({"run": "x"}, "no longer kept"),
])  # fmt: skip
def test_strips_that_cannot_be_made(photo, wrong, words):
    _, run = captioned(photo)
    answer = files.photo_strip({"run": run.id, "kind": "svg", **wrong})
    assert set(answer) == {"error"}
    assert words in answer["error"]
    assert set(files.photo_strip(5)) == {"error"}


# The interface, and what is there beforehand


@pytest.fixture
def upload(tmp_path, monkeypatch):
    """Has a file lie where Gradio puts what clients upload, as they name it then."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    (tmp_path / "uploads").mkdir()

    def upload(content, name="uploads/a.jpg"):
        (tmp_path / name).write_bytes(content)
        return {"path": str(tmp_path / name), "meta": {"_type": "gradio.FileData"}}

    return upload


def test_captions_for_programs(photo, upload):
    content = jpeg(picture((200, 30, 30), 1, (300, 200)))
    answer = api.caption(upload(content), beam=4, beginning="a dog", box=BOX)
    expected = described(photo, beam=4, beginning="a dog", box=BOX)
    assert answer["caption"] == expected.text
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert [each["caption"] for each in answer["n_best"]] == [c.text for c in expected.candidates]
    for told, word in zip(answer["words"], expected.words, strict=True):
        assert told["word"] == word.text
        np.testing.assert_allclose(told["attention"], word.attention, atol=1e-4)
    assert answer["box"] == BOX
    assert len(answer["classes"]) == 5
    assert api.caption(upload(content))["caption"] == described(photo).text


@pytest.mark.parametrize(("more", "words"), [
    ({"beam": 0}, "beam"), ({"box": [0, 1]}, "four numbers"), ({"box": "x"}, "four numbers"),
    ({"beginning": "zebra"}, "does not know"), ({"seed": 1.5}, "seed"),
    ({"temperature": "hot"}, "temperature"),
])  # fmt: skip
def test_what_programs_cannot_ask(upload, more, words):
    with pytest.raises(gr.Error, match=words):
        api.caption(upload(jpeg(picture((1, 2, 3)))), **more)


def test_programs_name_only_files_that_were_uploaded(upload):
    elsewhere = upload(jpeg(picture((1, 2, 3))), "b.jpg")
    inside = upload(b"")["path"].removesuffix("a.jpg")
    for image in (elsewhere, {"path": f"{inside}../b.jpg"}, {"path": "/etc/passwd"}, {"path": None},
                  {"path": "a\0b"}, {}, None, 5, "a.jpg", [], {"path": ["x"]}):  # fmt: skip
        with pytest.raises(gr.Error, match="must be a file that was uploaded"):
            api.caption(image)
    with pytest.raises(gr.Error, match="empty"):
        api.caption({"path": f"{inside}a.jpg"})
    with pytest.raises(gr.Error, match="no such file"):
        api.caption({"path": f"{inside}c.jpg"})


def test_the_first_photo_is_there():
    captioning.prepare()
    value, name, panel = events.on_open()
    first = samples.samples()[0]
    caption = described((first.name, PHOTOS.find(first.name)))
    assert shown(value)["listed"][0][0] == caption.text
    assert shown(value)["photo"] == RUNS.find(name).photo == first.name
    assert PANELS.find(panel["run"])
    *_, (value, *_) = events.on_describe(name, *USUAL)
    assert shown(value)["listed"][0][0] == caption.text


def test_the_tab_is_built():
    with gr.Blocks() as page:
        captioning.build(page)
    labels = {getattr(block, "label", None) for block in page.blocks.values()}
    assert {"Beginning", "Beam", "Temperature", "Seed"} <= labels


def test_without_a_network_the_tab_says_so(tmp_path):
    with shipped(tmp_path, "demos.captioning"):
        with gr.Blocks() as page:
            captioning.build(page)
        captioning.prepare()
    assert [block.value for block in page.blocks.values()] == [
        "There is no network that describes photos in the folder `checkpoints`."
    ]
    forget("demos.captioning")
