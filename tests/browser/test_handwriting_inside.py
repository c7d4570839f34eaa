"""A visitor who looks inside what was written, shows a hand, and begins a drawing."""

import json
import re

import pytest
from small_models import save_writer, shipped

from demos import handwriting
from demos.handwriting import inside, runs, samples
from lstm_core.handwriting import hands
from lstm_core.handwriting.request import WritingRequest

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

pytestmark = pytest.mark.thorough
expect.set_options(timeout=SECONDS * 1000)

FIRST = runs.Run(WritingRequest("a quick look", seed=1))
STILL = {"reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def tab_address(tmp_path_factory, served):
    """The tab alone, with a small network and something on its stage from the beginning."""
    from demos.gallery import build

    folder = tmp_path_factory.mktemp("writers")
    save_writer(folder)
    with shipped(folder, "demos.handwriting", "demos.recognition") as patch:
        patch.setattr(hands, "STEPS", 6)
        patch.setattr(samples, "opening", lambda: (FIRST, None))
        patch.setattr(samples, "words", dict)
        with served(build([handwriting])) as address:
            yield address


@pytest.fixture
def tab(visit, tab_address):
    """Opens the tab; the first view is there."""

    def tab(**settings):
        page = visit(tab_address, **settings)
        count = len(inside.watched(FIRST, 0, 0))
        expect_point(page, count // 2, count)
        return page

    return tab


def expect_point(page, point, count):
    """Waits until all parts show a point, from 0."""
    expect(page.locator("#handwriting-window .place")).to_have_text(f"{point + 1} / {count}")
    said = page.locator("#handwriting-hairs .said")
    expect(said).to_contain_text(f"Point {point + 1} of {count},")
    expect(page.locator("#handwriting-panel input.step")).to_have_value(str(point + 1))


def picture(page, name):
    return page.locator(f"#handwriting-{name} canvas").first.evaluate("c => c.toDataURL()")


def put(page, pad, strokes):
    """Has the pad open a file of strokes."""
    content = json.dumps({"strokes": strokes}).encode()
    file = {"name": "ink.json", "mimeType": "application/json", "buffer": content}
    page.locator(f"#{pad} input[type=file]").set_input_files(file)
    expect(page.locator(f"#{pad} .hint")).to_be_hidden()


def scrawl(words):
    return [
        [[60 * word + n, 30 * (n % 4 // 2) + n % 3, 600 * word + 15 * n] for n in range(40)]
        for word in range(words)
    ]


def test_a_point_is_chosen(tab):
    page = tab()
    line = inside.watched(FIRST, 0, 0)
    view = page.locator("#handwriting-window .view")
    view.focus()
    view.press("Home")
    expect_point(page, 0, len(line))
    view.press("ArrowRight")
    expect_point(page, 1, len(line))
    view.press("PageDown")
    second = next(n for n in range(1, len(line)) if line.letters[n] != line.letters[n - 1])
    later = [n for n in range(2, len(line)) if line.letters[n] != line.letters[n - 1]]
    expect_point(page, later[0] if second <= 1 else second, len(line))
    canvas = page.locator("#handwriting-window canvas")
    box = canvas.bounding_box()
    plot = box["width"] - 30 - 12
    canvas.click(position={"x": 30 + 0.75 * plot, "y": box["height"] - 60})
    expect_point(page, int(0.75 * len(line)), len(line))
    letter = line.text[line.letters[int(0.75 * len(line))]].replace(" ", "space")
    expect(page.locator("#handwriting-window .said")).to_contain_text(letter)
    page.locator("#handwriting-panel input.step").fill("3")
    expect_point(page, 2, len(line))


def test_a_cell_colours_the_ink_and_other_futures_come(tab):
    page = tab(**STILL)
    words = page.locator("#handwriting-window .scale")
    before = picture(page, "window")
    page.locator("#handwriting-panel select.layer").select_option("1")
    page.locator("#handwriting-panel input.cell").fill("5")
    expect(words).to_contain_text("layer 1, cell 5: memory, tanh(c)")
    after = picture(page, "window")
    assert after != before
    page.get_by_label("forget gate f").check()
    expect(words).to_contain_text("layer 1, cell 5: forget gate f 0")
    assert picture(page, "window") != after
    before = picture(page, "hairs")
    page.locator("#handwriting-hairs .again").click()
    page.wait_for_function(
        "before => document.querySelector('#handwriting-hairs canvas').toDataURL() !== before",
        arg=before,
    )


def test_what_is_written_next_is_looked_into(tab):
    page = tab(**STILL)
    text = "one line and after it another line of handwriting"
    page.locator("#handwriting-text textarea").fill(text)
    page.locator("#handwriting-write").click()
    which = page.locator("#handwriting-window .which select")
    expect(which.locator("option")).to_have_count(2)
    status = page.locator("#handwriting-status").text_content()
    seed = int(re.search(r"seed (\d+)", status)[1])
    run = runs.Run(WritingRequest(text, bias=samples.OPENING.bias, seed=seed))
    count = len(inside.watched(run, 0, 0))
    expect_point(page, count // 2, count)
    which.select_option("1")
    expect_point(page, 0, len(inside.watched(run, 0, 1)))
    paper = page.locator("#handwriting-stage .paper")
    paper.focus()
    paper.press("Home")
    expect_point(page, 0, count)


def test_a_hand_is_learned_and_forgotten(tab):
    page = tab()
    put(page, "handwriting-pad", scrawl(1))
    says = page.locator("#handwriting-says").locator("textarea, input").first
    says.fill("far too many words for a bit of ink like this, by far")
    learn = page.locator("#handwriting-learn")
    learn.click()
    expect(page.get_by_text("The ink is too little for 53 characters")).to_be_visible()
    says.fill("zig zag")
    learn.click()
    expect(page.locator("#handwriting-fitting .last figcaption")).to_have_text("your hand")
    expect(page.locator("#handwriting-fitting figure")).to_have_count(3)
    hand = page.locator("#handwriting-hand input")
    expect(hand).to_have_value("Your own hand")
    page.locator("#handwriting-forget").click()
    expect(page.locator("#handwriting-fitting .empty")).to_be_visible()
    expect(hand).not_to_have_value("Your own hand")


def test_a_drawing_is_gone_on_with(tab):
    page = tab(**STILL)
    put(page, "handwriting-begin-pad", scrawl(1))
    page.locator("#handwriting-go-on").click()
    expect(page.locator("#handwriting-drawing .said")).to_have_text("400 points each.")
    before = picture(page, "drawing")
    page.locator("#handwriting-go-on").click()
    page.wait_for_function(
        "before => document.querySelector('#handwriting-drawing canvas').toDataURL() !== before",
        arg=before,
    )


def test_pens_stop(tab):
    """Within the seven seconds that 400 points take them."""
    page = tab()
    put(page, "handwriting-begin-pad", scrawl(1))
    page.locator("#handwriting-go-on").click()
    expect(page.locator("#handwriting-drawing canvas")).to_be_visible()
    page.locator("#handwriting-stop-drawing").click()
    said = page.locator("#handwriting-drawing .said")
    expect(said).to_contain_text("points each.")
    assert int(said.text_content().split()[0]) < 400


def test_on_a_phone_in_the_dark(tab):
    page = tab(**PHONE, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    line = inside.watched(FIRST, 0, 0)
    count = len(line)
    page.locator("#handwriting-window [data-move='1']").tap()
    expect_point(page, count // 2 + 1, count)
    canvas = page.locator("#handwriting-window canvas")
    box = canvas.bounding_box()
    canvas.tap(position={"x": 60, "y": box["height"] - 60})
    expect_point(page, int(30 / (box["width"] - 42) * count), count)
    page.locator("#handwriting-hairs .again").tap()
    ground = page.locator(".hairs").evaluate("n => getComputedStyle(n).backgroundColor")
    assert ground == "rgb(28, 31, 37)"
