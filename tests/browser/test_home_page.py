"""A visitor on the tab How it works: types numbers, clicks cells, watches the pictures."""

from pathlib import Path
from types import SimpleNamespace

import pytest

import lstm_core
from demos import gallery
from demos.home import counter, numbers, pictures

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

expect.set_options(timeout=SECONDS * 1000)

SHIPPED = Path(lstm_core.__file__).parents[1] / "checkpoints"


@pytest.fixture(scope="module")
def home_address(served):
    """A page with the numbers, the counter and the pictures, by the networks that are shipped."""

    def build(page):
        for section in (numbers, counter, pictures):
            section.build(page)

    tab = SimpleNamespace(NAME="home", TITLE="How it works", build=build)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSTM_GALLERY_CHECKPOINTS", str(SHIPPED))
        with served(gallery.build([tab])) as address:
            yield address


@pytest.fixture
def opened(visit, home_address):
    """Opens the page."""

    def opened(**settings):
        page = visit(home_address, **settings)
        expect(page.locator("#counting .cells button")).to_have_count(10)
        return page

    return opened


def answer(page, net="lstm", where="#numbers"):
    return page.locator(f"{where} [data-net={net}] .answer b")


def pixels(page, canvas):
    return page.locator(canvas).first.evaluate("canvas => canvas.toDataURL()")


def frame(page, picture):
    return int(page.locator(f"#picture-{picture} .unrolled").get_attribute("data-frame"))


def test_both_examples_are_there_when_the_page_opens(opened):
    page = opened()
    for n, right in enumerate(("9", "16")):
        example = page.locator(".example .numbers").nth(n)
        expect(example.locator("[data-net=lstm] .answer")).to_have_text(f"{right} ✓ right")
    sides = page.locator(".example [data-net=feedforward] .answer b").all_inner_texts()
    assert sides[0] == sides[1]  # both end in 8
    boxes = [page.locator(".example .numbers").nth(n).bounding_box() for n in (0, 1)]
    assert boxes[0]["y"] == boxes[1]["y"]
    expect(page.locator("#numbers-measured")).to_contain_text("held-out progressions")


def test_numbers_typed_and_clicked(opened):
    page = opened()
    field = page.locator("#sequence textarea, #sequence input").first
    field.fill("10, 100, 1000")
    page.locator("#go-on").click()
    expected = numbers.explain_sequence("10, 100, 1000")
    expect(answer(page)).to_have_text(str(expected["predicted"]))
    expect(answer(page, "feedforward")).to_have_text(str(expected["feedforward"]["predicted"]))
    expect(page.locator("#numbers .formula")).to_have_text("By formula: 10000 (geometric, × 10).")
    expect(page.locator("#numbers .digits").first.locator("rect")).to_have_count(50)
    expect(page.locator("#numbers-cells .of")).to_have_text("of 3")
    field.fill("3, 3, 3, 3")
    field.press("Enter")
    expect(page.locator("#numbers .formula")).to_have_text("By formula: 3 (arithmetic, +0).")
    expect(page.locator("#numbers-cells .of")).to_have_text("of 4")
    page.get_by_role("button", name="1, 4, 9, 16").click()
    expect(field).to_have_value("1, 4, 9, 16")
    expect(page.locator("#numbers .note")).to_contain_text("Outside the range of the training")
    expect(page.locator("#numbers .announce")).to_contain_text("After 1, 4, 9, 16 the LSTM expects")
    page.get_by_role("button", name="3, 9, 27").click()
    expect(page.locator("#numbers .note")).to_contain_text("In the range of the training")
    expect(answer(page)).to_have_text("81")


def test_numbers_that_make_no_sense(opened):
    page = opened()
    before = answer(page).inner_text()
    page.locator("#sequence textarea, #sequence input").first.fill("one, two")
    page.locator("#go-on").click()
    expect(page.get_by_text("Give whole numbers from 0 to 99,999").first).to_be_visible()
    expect(answer(page)).to_have_text(before)


def test_a_cell_is_shown_by_a_click_on_it(opened):
    page = opened()
    cell = counter.counter().counting_cell + 1
    title = page.locator("#counting .title")
    expect(title).to_contain_text(f"Cell {cell}: its state c.")
    r = counter.counter().correlations[cell - 1]
    signed = f"{r:.3f}".replace("-", "−")
    expect(page.locator("#counting .counts")).to_have_text(f"cell {cell}: {signed}")
    before = pixels(page, "#counting .large canvas")
    other = page.locator("#counting .cells button").nth(cell % 10)
    other.click()
    expect(title).to_contain_text(f"Cell {cell % 10 + 1}: its state c.")
    expect(other).to_have_attribute("aria-pressed", "true")
    assert pixels(page, "#counting .large canvas") != before
    page.locator("#counting .cells button").nth(cell - 1).press("Enter")
    expect(title).to_contain_text(f"Cell {cell}: its state c.")
    page.locator("#counting .large canvas").hover()
    expect(page.locator("#counting .change")).to_contain_text("tanh(c) =")


def test_a_string_and_a_count(opened):
    page = opened()
    string = page.locator("#string textarea, #string input").first
    string.fill("aaaax")
    page.locator("#read-string").click()
    expect(page.locator("#counting .string")).to_have_text("aaaaxbbbb↵")
    expect(page.locator("#counting .string b")).to_have_text("bbbb↵")
    string.fill("hello")
    string.press("Enter")
    expect(page.get_by_text("Give the letters a, b and x only").first).to_be_visible()
    field = page.locator("#count input[type=number]")
    field.fill("7")
    field.press("Tab")
    expect(string).to_have_value("aaaaaaax")
    expect(page.locator("#counting .note")).to_have_text(
        "The network went on with 7 letters and ended: right."
    )


@pytest.mark.thorough
def test_pictures_play_pause_and_step(opened):
    page = opened()
    root = page.locator("#picture-both")
    root.scroll_into_view_if_needed()
    play = root.locator(".play")
    expect(play).to_have_text("Pause")
    begun = frame(page, "both")
    page.wait_for_function(
        "n => document.querySelector('#picture-both .unrolled').dataset.frame != n", arg=begun
    )
    play.click()
    expect(play).to_have_text("Play")
    stopped = frame(page, "both")
    page.wait_for_timeout(1500)
    assert frame(page, "both") == stopped
    root.locator(".next").click()
    assert frame(page, "both") == (stopped + 1) % 10
    play.click()
    expect(play).to_have_text("Pause")


@pytest.mark.thorough
def test_pictures_keep_still_for_those_who_ask_for_it(opened):
    page = opened(reduced_motion="reduce")
    for picture, frames in (("unrolled", 8), ("both", 9), ("pair", 7)):
        root = page.locator(f"#picture-{picture}")
        root.scroll_into_view_if_needed()
        expect(root.locator(".play")).to_have_text("Play")
        assert frame(page, picture) == frames  # all of it is there
        root.locator(".next").click()
        assert frame(page, picture) == 0
        assert root.locator("g.now").count() > 0
        assert root.locator(".said").inner_text()
        root.locator(".next").click()
        assert frame(page, picture) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(opened, scheme):
    page = opened(**PHONE, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#counting .cells button").nth(2).tap()
    expect(page.locator("#counting .title")).to_contain_text("Cell 3")
    page.get_by_role("button", name="500, 350, 200").tap()
    expect(answer(page)).to_have_text("50")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
