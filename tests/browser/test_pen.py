"""The writing pad alone on a page: written on by mouse and by touch, undone, saved, filled."""

import json

import gradio as gr
import pytest

from demos.widgets.pen import pen_value, pen_view

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

pytestmark = pytest.mark.thorough
expect.set_options(timeout=SECONDS * 1000)

PATH = [(120, 90), (160, 60), (200, 120), (240, 90)]
FOREIGN = [[[0, 0], [10_000, 0]], [[10_000, 1_000]]]


@pytest.fixture(scope="module")
def pad_address(served):
    """A page with a pad that says what it sends, and a button that fills it."""
    with gr.Blocks() as page:
        fill, take = gr.Button("fill", elem_id="fill"), gr.Button("take", elem_id="take")
        pad = pen_view(hint="Write here.", elem_id="pad")
        sent = gr.Textbox(elem_id="sent")
        count = gr.Number(0, elem_id="count")
        gr.HTML("<div style='height: 1500px'></div>")
        pad.input(
            lambda value, n: (value, n + 1), [pad, count], [sent, count],
            show_progress="hidden", trigger_mode="always_last",
        )  # fmt: skip
        taken = gr.Textbox(elem_id="taken")
        take.click(lambda value: value or "[]", pad, taken, show_progress="hidden")
        fill.click(lambda: pen_value(FOREIGN), None, pad, show_progress="hidden")
    with served(page) as address:
        yield address


@pytest.fixture
def opened(visit, pad_address):
    def opened(**settings):
        page = visit(pad_address, **settings)
        expect(page.locator("#pad .hint")).to_be_visible()
        return page

    return opened


def box(page):
    return page.locator("#pad canvas").bounding_box()


def write(page, path):
    """A stroke by mouse, relative to the pad."""
    at = box(page)
    places = [(at["x"] + x, at["y"] + y) for x, y in path]
    page.mouse.move(*places[0])
    page.mouse.down()
    for x, y in places[1:]:
        page.mouse.move(x, y, steps=3)
    page.mouse.up()


def received(page, strokes):
    """What Python was sent, once it has so many strokes."""
    page.wait_for_function(
        "n => JSON.parse(document.querySelector('#sent textarea').value || '{}').length === n",
        arg=strokes,
    )
    return json.loads(page.locator("#sent textarea").input_value())


def dark_pixels(page):
    """Pixels of ink on the pad."""
    return page.locator("#pad canvas").evaluate(
        """canvas => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let n = 0;
          for (let k = 0; k < data.length; k += 4) n += data[k + 3] > 200 && data[k] < 80;
          return n;
        }"""
    )


def test_strokes_by_mouse_come_in_the_order_of_time(opened):
    page = opened()
    write(page, PATH)
    write(page, [(300, 100), (300, 101)])
    first, second = received(page, 2)
    assert first[0] == [120, 90, 0]
    assert first[-1][:2] == [240, 90]
    assert [200, 120] in [point[:2] for point in first]
    assert [second[0][:2], second[-1][:2]] == [[300, 100], [300, 101]]
    times = [point[2] for point in first + second]
    assert times == sorted(times)
    assert second[0][2] > first[-1][2]
    assert dark_pixels(page) > 200


def test_a_button_pressed_at_once_has_all_of_the_ink(opened):
    """Strokes are sent a while after the pen was lifted, but before a press on a button is."""
    page = opened()
    place = page.locator("#take").bounding_box()
    write(page, PATH)
    page.mouse.click(place["x"] + 5, place["y"] + 5)
    expect(page.locator("#taken textarea")).not_to_have_value("")
    assert len(json.loads(page.locator("#taken textarea").input_value())) == 1


def test_undo_clear_and_what_was_cleared_comes_back(opened):
    page = opened()
    undo, clear = page.locator("[data-tool=undo]"), page.locator("[data-tool=clear]")
    expect(undo).to_have_attribute("aria-disabled", "true")
    for x in (100, 200, 300):
        write(page, [(x, 80), (x, 120)])
    received(page, 3)
    undo.click()
    assert [stroke[0][0] for stroke in received(page, 2)] == [100, 200]
    page.locator("#pad canvas").press("Control+z")
    assert [stroke[0][0] for stroke in received(page, 1)] == [100]
    clear.focus()
    clear.press("Enter")
    assert received(page, 0) == []
    expect(page.locator("#pad .hint")).to_be_visible()
    assert dark_pixels(page) == 0
    undo.click()
    assert [stroke[0][0] for stroke in received(page, 1)] == [100]
    page.locator("#pad canvas").press("Delete")
    assert received(page, 0) == []


def test_a_finger_writes_and_the_page_stays_where_it_is(opened):
    page = opened(**PHONE)
    at = box(page)
    session = page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [{"x": at["x"] + x, "y": at["y"] + y} for x, y in places]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (40, 200))
    for y in range(190, 40, -10):
        touch("touchMove", (40 + y % 7, y))
    touch("touchMove", (50, 40), (200, 200))  # a second finger draws nothing
    touch("touchEnd")
    (stroke,) = received(page, 1)
    assert stroke[0] == [40, 200, 0]
    assert len(stroke) > 8
    assert all(point[0] < 60 for point in stroke)
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_ink_from_python_is_made_to_fit_and_is_not_sent_back(opened):
    page = opened()
    page.locator("#fill").click()
    expect(page.locator("#pad .hint")).to_be_hidden()
    assert dark_pixels(page) > 1_000
    expect(page.locator("#count input")).to_have_value("0")
    write(page, [(30, 20), (30, 40)])
    line, dot, own = received(page, 3)
    width, height = box(page)["width"], box(page)["height"]
    assert [point[0] for point in line] == pytest.approx([24, width - 24], abs=0.2)
    assert [len(line), len(dot)] == [2, 1]
    assert dot[0][1] - line[0][1] == pytest.approx((width - 48) / 10, abs=0.2)
    assert (line[0][1] + dot[0][1]) / 2 == pytest.approx(height / 2, abs=0.2)
    assert own[0][:2] == [30, 20]


def test_files(opened, tmp_path):
    page = opened()
    write(page, PATH)
    written = received(page, 1)
    with page.expect_download() as download:
        page.locator("[data-tool=save]").click()
    assert download.value.suggested_filename == "handwriting.json"
    path = tmp_path / "saved.json"
    download.value.save_as(path)
    assert json.loads(path.read_text()) == {"strokes": written}
    ink = tmp_path / "a.inkml"
    ink.write_text("<ink><trace>0 0, 10 0</trace><trace>10 1</trace><trace>5 5</trace></ink>")
    page.locator("#pad input[type=file]").set_input_files(ink)
    strokes = received(page, 3)
    assert [len(stroke) for stroke in strokes] == [2, 1, 1]
    assert strokes[1][0][0] == strokes[0][1][0] > strokes[2][0][0] > strokes[0][0][0]
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    page.locator("#pad input[type=file]").set_input_files(bad)
    expect(page.locator("#pad .said")).to_contain_text("strokes are a list of strokes")
    page.locator("[data-tool=undo]").click()  # the last stroke of the file
    assert len(received(page, 2)) == 2


def test_ink_is_seen_in_the_dark(opened):
    page = opened(color_scheme="dark")
    write(page, PATH)
    received(page, 1)
    light = page.locator("#pad canvas").evaluate(
        """canvas => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let n = 0;
          for (let k = 0; k < data.length; k += 4) n += data[k + 3] > 200 && data[k] > 180;
          return n;
        }"""
    )
    assert light > 200
