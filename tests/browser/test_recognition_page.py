"""A visitor on the Reading handwriting tab."""

import json
import re
from xml.etree import ElementTree

import pytest
from small_models import save_readers, shipped

from demos import recognition
from demos.recognition import readings, replays

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

expect.set_options(timeout=SECONDS * 1000)

FIRST, TWO_LINES = "long short term memory", "two lines of ink"


@pytest.fixture(scope="module")
def tab_address(tmp_path_factory, served):
    """The tab alone, with two small readers."""
    from demos.gallery import build

    folder = tmp_path_factory.mktemp("readers")
    save_readers(folder)
    with shipped(folder, "demos.recognition"), served(build([recognition])) as address:
        yield address


@pytest.fixture
def tab(visit, tab_address):
    """Opens the tab; the first ink is there, and read."""

    def tab(**settings):
        page = visit(tab_address, **settings)
        expect_text(page, text_of(FIRST))
        expect(page.locator("#reading-rows .whole")).to_have_text(text_of(FIRST)[0])
        return page

    return tab


def text_of(title):
    return [line.text for line in readings.read(readings.samples()[title]).lines]


def expect_text(page, lines):
    """Waits until these lines are what was read."""
    page.wait_for_function(
        """lines => JSON.stringify(lines) === JSON.stringify(
          [...document.querySelectorAll('#reading-text .line')].map(line => line.textContent))""",
        arg=lines,
    )


def letter_places(page):
    """Where the letters of row 1 stand, in CSS pixels; the drawing's own reckoning."""
    sent = json.loads(replays.replay_of(readings.samples()[FIRST], 0, 0)["json"])
    wide = page.locator("#reading-rows .rows").evaluate("host => host.clientWidth")
    left = 10 if wide < 560 else 76
    plot = max(wide, left + 14 + 11 * len(sent["characters"])) - left - 14
    return [left + plot * c[1] / (len(sent["points"]) - 1) for c in sent["characters"]]


def write(page, strokes):
    at = page.locator("#reading-pad canvas").bounding_box()
    for stroke in strokes:
        page.mouse.move(at["x"] + stroke[0][0], at["y"] + stroke[0][1])
        page.mouse.down()
        for x, y in stroke[1:]:
            page.mouse.move(at["x"] + x, at["y"] + y)
        page.mouse.up()


def test_what_is_written_is_read(tab):
    page = tab()
    page.locator("#reading-pad [data-tool=clear]").click()
    expect(page.locator("#reading-text .note")).to_contain_text("nothing to read yet")
    expect(page.locator("#reading-rows .empty")).to_be_visible()
    expect(page.locator("#reading-panel .empty")).to_be_visible()
    write(page, [[(x, 150 + 40 * (n % 2)) for n, x in enumerate(range(60, 700, 20))]])
    expect(page.locator("#reading-rows .body")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#reading-pad [data-tool=save]").click()
    strokes = json.loads(download.value.path().read_text())["strokes"]
    expect_text(page, [line.text for line in readings.read(json.dumps(strokes)).lines])
    frames = len(readings.read(json.dumps(strokes)).lines[0].frame_points)
    expect(page.locator("#reading-panel .of")).to_have_text(f"of {frames}")


def test_a_sample_of_two_lines(tab):
    page = tab()
    page.get_by_role("button", name=TWO_LINES).click()
    lines = text_of(TWO_LINES)
    expect_text(page, lines)
    expect(page.locator("#reading-rows .whole")).to_have_text(lines[1])
    page.locator("#reading-text .line").first.locator("s").first.click()
    expect(page.locator("#reading-rows .whole")).to_have_text(lines[0])
    expect(page.locator("#reading-rows .said")).to_contain_text("stays until")


def test_a_letter_is_looked_at_and_chosen_by_keys(tab):
    page = tab()
    text = page.locator("#reading-text .text")
    text.focus()
    text.press("Home")
    text.press("ArrowRight")
    (line,) = readings.read(readings.samples()[FIRST]).lines
    second = line.characters[1]
    expect(page.locator("#reading-text s").nth(1)).to_have_class("here")
    expect(page.locator("#reading-text .question")).to_contain_text(f"point {second.point + 1} of")
    expect(page.locator("#reading-text ul li")).to_have_count(4)
    expect(page.locator("#reading-text ol li")).to_have_count(5)
    text.press("Enter")
    expect(page.locator("#reading-panel input.step")).to_have_value(str(second.frame + 1))
    expect(page.locator("#reading-rows .said")).to_contain_text("stays until")


def test_a_letter_is_chosen_in_the_rows(tab):
    page = tab()
    rows = page.locator("#reading-rows .rows")
    before = page.locator("#reading-rows canvas").evaluate("canvas => canvas.toDataURL()")
    rows.focus()
    rows.press("PageDown")
    rows.press("PageDown")
    expect(page.locator("#reading-rows .four-rows")).to_have_attribute("aria-busy", "false")
    after = page.locator("#reading-rows canvas").evaluate("canvas => canvas.toDataURL()")
    assert before != after
    n = page.locator("#reading-text s.here").evaluate("node => Number(node.dataset.at)")
    (line,) = readings.read(readings.samples()[FIRST]).lines
    step = page.locator("#reading-panel input.step")
    expect(step).to_have_value(str(line.characters[n].frame + 1))
    page.locator("#reading-rows canvas").click(position={"x": letter_places(page)[0], "y": 30})
    expect(page.locator("#reading-text s").first).to_have_class("here")
    expect(step).to_have_value(str(line.characters[0].frame + 1))


def test_the_replay_and_what_was_known_when(tab):
    page = tab()
    rows = page.locator("#reading-rows .rows")
    points = int(rows.get_attribute("aria-valuemax"))
    assert rows.get_attribute("aria-valuenow") == str(points)
    known = readings.sampler("reading_causal").so_far(
        readings.read(readings.samples()[FIRST]).request
    )
    so_far = page.locator("#reading-rows .so-far")
    expect(so_far).to_have_text(known[-1][1])
    rows.focus()
    rows.press("Home")
    expect(rows).to_have_attribute("aria-valuenow", "1")
    page.locator("#reading-rows .speed").select_option("500")
    rows.press(" ")
    expect(rows).to_have_attribute("aria-valuenow", str(points))
    expect(page.locator("#reading-rows .play")).to_have_text("Play")
    middle = page.locator("#reading-rows canvas").bounding_box()
    page.locator("#reading-rows canvas").click(position={"x": middle["width"] / 2, "y": 120})
    now = int(rows.get_attribute("aria-valuenow"))
    assert 0.4 * points < now < 0.6 * points
    expect(so_far).to_have_text([text for point, text in known if point <= now - 1][-1])


def test_pictures_to_take_away(tab):
    page = tab()
    with page.expect_download() as download:
        page.locator("#reading-rows [data-kind=svg]").click()
    assert download.value.suggested_filename == "handwriting.svg"
    svg = download.value.path().read_text()
    letters = [
        node.text for node in ElementTree.fromstring(svg).iter() if node.tag.endswith("text")
    ]
    assert all(c.replace(" ", "␣") in letters for c in text_of(FIRST)[0])
    with page.expect_download() as download:
        page.locator("#reading-rows [data-kind=png]").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_on_a_phone_in_the_dark(tab):
    page = tab(**PHONE, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#reading-rows canvas").tap(position={"x": letter_places(page)[1], "y": 30})
    expect(page.locator("#reading-rows .said")).to_contain_text("stays until")
    (line,) = readings.read(readings.samples()[FIRST]).lines
    step = int(page.locator("#reading-panel input.step").input_value())
    assert step - 1 in [c.frame for c in line.characters]
    page.get_by_role("radio", name="Backwards").tap()
    expect(page.locator("#reading-panel .body")).to_be_visible()
    ground = page.locator("#reading-pad .pen").evaluate("n => getComputedStyle(n).backgroundColor")
    assert re.findall(r"\d+", ground) == ["28", "31", "37"]
