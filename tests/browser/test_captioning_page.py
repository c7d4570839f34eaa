"""A visitor on the Captions tab."""

import json
import re
from base64 import b64encode
from xml.etree import ElementTree

import httpx
import numpy as np
import pytest
from captioning.tiny import jpeg, picture, save_captioner
from small_models import shipped

from demos import captioning
from demos.captioning import runs
from demos.captioning.samples import samples
from demos.captioning.store import PHOTOS
from lstm_core.captioning.photos import Photo
from lstm_core.captioning.request import CaptionRequest

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

expect.set_options(timeout=SECONDS * 1000)

PHOTO = jpeg(picture((40, 60, 220), 7, (400, 300)))


@pytest.fixture(scope="module")
def tab_address(tmp_path_factory, served):
    """The tab alone, with a small network."""
    from demos.gallery import build

    folder = tmp_path_factory.mktemp("captioner")
    save_captioner(folder, runs.NETWORK)
    with shipped(folder, "demos.captioning"):
        captioning.prepare()
        with served(build([captioning])) as address:
            yield address


@pytest.fixture
def tab(visit, tab_address):
    """Opens the tab; the first photo is there, and whatever belongs to it."""

    def tab(**settings):
        page = visit(tab_address, **{"reduced_motion": "reduce", **settings})
        says(page, sample(0))
        expect(page.locator("#caption-panel input.step")).to_be_visible()
        return page

    return tab


def sample(n):
    return described(PHOTOS.find(samples()[n].name))


def described(photo, **more):
    return runs.sampler().describe(CaptionRequest(photo, **more))


def stage(page, selector):
    return page.locator(f"#caption-stage {selector}")


def says(page, caption):
    """The caption is on the page, all of it."""
    words = [*(word.text for word in caption.words), "end"]
    expect(stage(page, ".caption span")).to_have_text(words)
    expect(stage(page, ".listed li span:last-child").first).to_contain_text(
        f"{caption.log_probability:.2f}".replace("-", "−")
    )


def choose(page, content, name="photo.jpg"):
    file = {"name": name, "mimeType": "image/jpeg", "buffer": content}
    stage(page, "input.file").set_input_files(file)


def colour_at(page, x, y):
    """The colour of the photo on the page at a place, from 0 to 1."""
    return stage(page, "canvas").evaluate(
        """(canvas, [x, y]) => {
          const place = [Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1];
          return Array.from(canvas.getContext('2d').getImageData(...place).data).slice(0, 3);
        }""",
        [x, y],
    )


def test_a_photo_is_chosen_dropped_and_pasted(tab):
    page = tab()
    choose(page, PHOTO)
    says(page, described(Photo(PHOTO)))
    expect(stage(page, ".kinds li")).to_have_count(5)
    other = jpeg(picture((30, 180, 60), 8, (300, 400)))
    give = """(root, [data, kind]) => {
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      const all = new DataTransfer();
      all.items.add(new File([bytes], 'x.jpg', { type: 'image/jpeg' }));
      const event = kind === 'drop' ? new DragEvent('drop', { dataTransfer: all, bubbles: true })
        : new ClipboardEvent('paste', { clipboardData: all, bubbles: true });
      root.dispatchEvent(event);
    }"""
    stage(page, ".view").evaluate(give, [b64encode(other).decode(), "drop"])
    says(page, described(Photo(other)))
    stage(page, ".view").evaluate(give, [b64encode(PHOTO).decode(), "paste"])
    says(page, described(Photo(PHOTO)))
    stage(page, ".samples button").nth(1).click()
    says(page, sample(1))
    expect(stage(page, ".samples [aria-pressed=true] img")).to_have_attribute(
        "alt", samples()[1].title
    )


def test_what_is_no_photo_is_said_and_all_stays(tab):
    page = tab()
    for content, words in ((b"What?", "no photo"), (b"", "empty"), (PHOTO[:400], "cut off")):
        choose(page, content)
        expect(stage(page, ".said")).to_contain_text(words)
        says(page, sample(0))
    page.locator("#caption-beginning input, #caption-beginning textarea").fill("a zebra")
    page.locator("#caption-go").click()
    expect(page.get_by_text("The network does not know the word 'zebra'")).to_be_visible()
    says(page, sample(0))


def test_the_camera_takes_a_photo(tab):
    page = tab()
    page.evaluate("""() => {
      const film = document.createElement('canvas');
      film.width = 320; film.height = 240;
      film.getContext('2d').fillRect(0, 0, 320, 240);
      navigator.mediaDevices.getUserMedia = async () => {
        const stream = film.captureStream(10);
        window.track = stream.getTracks()[0];
        setInterval(() => film.getContext('2d').fillRect(0, 0, 320, 240), 50);
        return stream;
      };
    }""")
    stage(page, "[data-tool=camera]").click()
    page.wait_for_function("document.querySelector('#caption-stage video').videoWidth > 0")
    stage(page, "[data-tool=shoot]").click()
    expect(stage(page, ".viewfinder")).to_be_hidden()
    expect(stage(page, ".samples [aria-pressed=true]")).to_have_count(0)
    expect(stage(page, ".said")).to_contain_text("Caption:")
    assert max(colour_at(page, 0.5, 0.5)) < 10
    assert page.evaluate("window.track.readyState") == "ended"


def test_attention_follows_the_words(tab):
    page = tab()
    choose(page, PHOTO)
    caption = described(Photo(PHOTO))
    says(page, caption)
    plain = [colour_at(page, (n % 7 + 0.5) / 7, (n // 7 + 0.5) / 7) for n in range(49)]
    word = caption.words[0]
    stage(page, ".caption button").first.hover()
    looked = 1 - word.sentinel
    share = "100 %" if looked >= 0.995 else f"{100 * looked:.0f} %"
    if looked >= 0.1:
        expect(stage(page, ".told")).to_contain_text(f"{share} read off the photo")
    page.wait_for_timeout(60)
    veiled = [colour_at(page, (n % 7 + 0.5) / 7, (n // 7 + 0.5) / 7) for n in range(49)]
    covered = np.abs(np.array(veiled) - np.array(plain)).sum(1)
    order = word.attention.ravel()
    assert covered[order.argmax()] < covered[order.argmin()]
    stage(page, ".caption button").nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(stage(page, ".caption button").nth(1)).to_be_focused()
    expect(stage(page, ".caption button").nth(1)).to_have_class(re.compile("here"))
    stage(page, ".play").click()
    expect(stage(page, ".caption .ahead")).to_have_count(len(caption.words))
    stage(page, ".play").click()
    expect(stage(page, ".caption .ahead")).to_have_count(0)


def test_a_word_is_changed_and_another_caption_is_shown(tab):
    page = tab()
    choose(page, PHOTO)
    before = described(Photo(PHOTO))
    says(page, before)
    stage(page, ".caption button").first.click()
    others = stage(page, ".others button")
    expect(others).to_have_count(len(before.alternatives[0]))
    place = next(n for n, other in enumerate(before.alternatives[0])
                 if other.text not in ("", before.words[0].text))  # fmt: skip
    others.nth(place).click()
    says(page, described(Photo(PHOTO), beginning=before.alternatives[0][place].text))
    stage(page, ".back button").click()
    says(page, before)
    stage(page, ".listed summary").click()
    stage(page, ".listed button").nth(2).click()
    words = [*before.candidates[2].words, "end"]
    expect(stage(page, ".caption span")).to_have_text(words)
    expect(stage(page, ".listed button").nth(2)).to_have_attribute("aria-pressed", "true")
    page.locator("#caption-beginning input, #caption-beginning textarea").fill("red cat")
    page.locator("#caption-go").click()
    says(page, described(Photo(PHOTO), beginning="red cat"))
    expect(stage(page, ".caption .yours")).to_have_count(2)


def test_a_part_is_drawn_by_pointer_and_by_keys(tab):
    page = tab()
    choose(page, PHOTO)
    says(page, described(Photo(PHOTO)))
    canvas = stage(page, "canvas")
    canvas.scroll_into_view_if_needed()
    edge = canvas.bounding_box()
    page.mouse.move(edge["x"] + 0.1 * edge["width"], edge["y"] + 0.2 * edge["height"])
    page.mouse.down()
    page.mouse.move(edge["x"] + 0.6 * edge["width"], edge["y"] + 0.9 * edge["height"], steps=3)
    page.mouse.up()
    expect(stage(page, "[data-tool=whole]")).to_be_visible()
    says(page, described(Photo(PHOTO), box=(0.1, 0.2, 0.6, 0.9)))
    stage(page, "[data-tool=whole]").click()
    says(page, described(Photo(PHOTO)))
    stage(page, "[data-tool=part]").click()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    expect(stage(page, "[data-tool=whole]")).to_be_visible()
    says(page, described(Photo(PHOTO), box=(0.22, 0.25, 0.72, 0.78)))


@pytest.mark.thorough
def test_the_strip_is_taken_away(tab):
    page = tab()
    stage(page, ".strip summary").click()
    expect(stage(page, ".picture img")).to_have_attribute("src", re.compile("^data:image/png"))
    with page.expect_download() as download:
        stage(page, "[data-kind=svg]").click()
    assert download.value.suggested_filename == "caption.svg"
    ElementTree.fromstring(download.value.path().read_bytes())


def test_on_a_phone(tab):
    page = tab(**PHONE)
    choose(page, PHOTO)
    says(page, described(Photo(PHOTO)))
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    stage(page, ".caption button").first.tap()
    expect(stage(page, ".caption .chosen")).to_have_count(1)
    expect(stage(page, ".others button").first).to_be_visible()


def test_programs_send_files(tab_address):
    with httpx.Client(base_url=f"{tab_address}/gradio_api", timeout=SECONDS) as http:

        def ask(content):
            (path,) = http.post("/upload", files={"files": ("a.jpg", content)}).json()
            image = {"path": path, "meta": {"_type": "gradio.FileData"}}
            sent = http.post("/call/caption", json={"data": [image, 3, "", None, 0, 0]})
            told = http.get(f"/call/caption/{sent.json()['event_id']}").text
            return re.findall(r"event: (\w+)\ndata: (.*)\n", told)[-1]

        kind, data = ask(b"no photo at all")
        assert (kind, "no photo" in data) == ("error", True)
        kind, data = ask(PHOTO)
        assert kind == "complete"
        assert json.loads(data)[0]["caption"] == described(Photo(PHOTO)).text
