"""A visitor on the Handwriting tab, and the sheet of paper by itself."""

import json
import re
import time
from xml.etree import ElementTree

import gradio as gr
import numpy as np
import pytest
from small_models import HANDS, save_writer, shipped

from demos import handwriting
from demos.handwriting import runs, samples
from demos.handwriting.api import strokes_of
from demos.handwriting.files import ink_file
from demos.widgets.ink_stage import (
    LAST,
    ORIGIN,
    PEN_UP,
    Sheet,
    Stretch,
    ink_stage_choose,
    ink_stage_stop,
    ink_stage_value,
    ink_stage_view,
)
from lstm_core.handwriting.request import WritingRequest

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

expect.set_options(timeout=SECONDS * 1000)

STILL = {"reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def tab_address(tmp_path_factory, served):
    """The tab alone, with a small network; a word in every hand is there, but no first view."""
    from demos.gallery import build

    folder = tmp_path_factory.mktemp("writer")
    save_writer(folder)
    with shipped(folder, "demos.handwriting", "demos.recognition") as patch:
        patch.setattr(samples, "FOLDER", folder / "samples")
        samples.make()
        (folder / "samples" / "opening.json").unlink()
        with served(build([handwriting])) as address:
            yield address


# A line of 100 points and one of 60, twice: waves on a slope, lifted after every 20 points.
TEXTS, LENGTHS = ["abcde", "fgh"], (100, 60)
SHEET = Sheet("one", TEXTS, 2, {"text": "abcde fgh", "hand": "", "bias": 0.5, "seed": 7})
TOTAL = sum(LENGTHS)


def waves(variant):
    rows = []
    for n, length in enumerate(LENGTHS):
        k = np.arange(length)
        marks = np.where(k % 20 == 19, PEN_UP, 0)
        marks[0], marks[-1] = ORIGIN, PEN_UP | LAST
        y = 100 * np.sin(k / (3 + variant)) - k
        rows.append(np.column_stack((10 * k, y - y[0], marks, k * len(TEXTS[n]) // length)))
    return np.concatenate(rows)


def stretches(first=0, last=TOTAL):
    tables = [waves(v)[first:last] for v in range(SHEET.variants)]
    return [Stretch(first, t[:, :2], t[:, 2], t[:, 3]) for t in tables]


def strokes(variant, last=TOTAL):
    """Strokes of the first points of a variant, line by line."""
    table = waves(variant)[:last]
    lines = np.split(table, [LENGTHS[0]])
    return [strokes_of(np.column_stack((t[:, :2], t[:, 2].astype(int) & 1))) for t in lines
            if len(t)]  # fmt: skip


@pytest.fixture(scope="module")
def sheet_address(served):
    """The paper, buttons that send it this and that, and what it tells."""
    with gr.Blocks(analytics_enabled=False) as page:
        stage = ink_stage_view(None, ask=ink_file, empty="Nothing yet.", elem_id="stage")
        told = gr.Textbox(elem_id="told")
        for title, value in {
            "all": ink_stage_value(SHEET, stretches(), done=True),
            "first": ink_stage_value(SHEET, stretches(0, 40), done=False),
            "third": ink_stage_value(SHEET, stretches(80, 120), done=False),
            "stop": ink_stage_stop(),
            "choose": ink_stage_choose(1, 1, 5),
        }.items():
            gr.Button(title, elem_id=title).click(
                lambda value=value: value, None, stage, show_progress="hidden"
            )

        def tell(event: gr.EventData) -> str:
            return json.dumps(event._data)

        stage.select(tell, None, told, show_progress="hidden")
    with served(page) as address:
        yield address


@pytest.fixture
def paper(visit, sheet_address):
    """Opens the page of the paper, and says what is on it."""

    def open_paper(**settings):
        page = visit(sheet_address, **settings)
        expect(page.locator("#stage .empty")).to_have_text("Nothing yet.")
        return page

    return open_paper


def drawn(page):
    return int(page.locator(".ink-stage .paper").get_attribute("aria-valuemax"))


def expect_finished(page):
    expect(page.locator(".ink-stage .said")).to_contain_text("Click the ink")
    expect(page.locator(".ink-stage .play")).to_have_text("Play again")


def strokes_saved(page):
    with page.expect_download() as download:
        page.locator(".ink-stage [data-kind=json]").click()
    return download.value.suggested_filename, json.loads(download.value.path().read_text())


def ink_on(page, x, y):
    """Whether there is ink at a place of the canvas, in CSS pixels."""
    return page.locator(".ink-stage canvas").evaluate(
        """(canvas, [x, y]) => canvas.getContext('2d')
          .getImageData(x * devicePixelRatio - 2, y * devicePixelRatio - 2, 4, 4)
          .data.some((v, n) => n % 4 === 3 && v > 128)""",
        [x, y],
    )


def place(page, variant, point):
    """Where a point of the first line stands on the canvas: the drawing's own reckoning."""
    width = page.locator(".ink-stage .paper").evaluate("host => host.clientWidth")
    columns = 2 if width >= 620 else 1
    wide = (width - 14 * (columns + 1)) / columns
    tables = [waves(v) for v in range(2)]
    firsts = [t[: LENGTHS[0]] for t in tables]
    scale = min(0.3, wide / (max(t[:, 0].max() for t in tables) + 340))
    bases = [np.sort(t[:, 1])[round(0.85 * (LENGTHS[0] - 1))] for t in firsts]
    above = max(460, *(b - t[:, 1].min() + 40 for b, t in zip(bases, firsts, strict=True)))
    high = (above + 600 + 340) * scale + 22
    x, y = firsts[variant][point, :2]
    left, top = 14 + (variant % columns) * (wide + 14), 14 + (variant // columns) * (high + 14)
    return left + (x + 170) * scale, top + 22 + (y - bases[variant] + above) * scale


# The paper


def run_until(page, is_so):
    """Lets the page's clock run, by which Gradio lives, too, until something is so."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        page.clock.run_for(20)


def pens_clock(page, speed):
    """Sends all ink to the page, whose clock stands still from then on."""
    page.locator(".ink-stage .speed").select_option(speed)
    page.clock.install()
    page.clock.pause_at(time.time() + 3600)
    page.locator("#all").click()
    run_until(page, page.locator("#stage .empty").is_hidden)


def written_after(points):
    """Points of the first variant that are written in the time of so many: the pen also flies from
    stroke to stroke, at 25 units a point."""
    now, count = 0.0, 0
    table = waves(0)[: LENGTHS[0]]
    for n, (x, y, _, _) in enumerate(table):
        lifted = n > 0 and int(table[n - 1, 2]) & PEN_UP
        far = np.hypot(x - table[n - 1, 0], y - table[n - 1, 1]) if lifted else 0
        now += 1 + min(30, far / 25)
        count += now <= points
    return count


def test_the_pen_writes_at_its_pace_and_catches_up(paper):
    page = paper()
    pens_clock(page, "0.5")
    page.clock.run_for(1000)
    early = drawn(page)
    assert early == pytest.approx(written_after(30), abs=2)
    expect(page.locator("#stage .tip").first).to_be_visible()
    expect(page.locator("#stage .play")).to_have_text("Skip to the end")
    expect(page.locator("#stage .text s.here")).to_have_text(TEXTS[0][int(waves(0)[early - 1, 3])])
    page.clock.run_for(1000)
    assert drawn(page) == pytest.approx(written_after(60), abs=2)
    page.clock.fast_forward(60_000)  # the page was hidden
    page.clock.run_for(100)
    assert drawn(page) == TOTAL
    expect(page.locator("#stage .play")).to_have_text("Play again")
    expect(page.locator("#stage .tip").first).to_be_hidden()


def test_what_is_skipped_is_made_good_and_stop_keeps_what_is_written(paper):
    page = paper(**STILL)
    page.locator("#first").click()
    expect(page.locator("#stage .play")).to_be_enabled()
    assert drawn(page) == 1  # it is not known yet what the line stands on
    page.locator("#third").click()
    page.locator("#all").click()
    expect_finished(page)
    name, saved = strokes_saved(page)
    assert name == "abcde-fgh.json"
    assert saved == SHEET.about | {
        "lines": [{"text": t, "strokes": s} for t, s in zip(TEXTS, strokes(0), strict=True)]
    }


def test_stop_keeps_what_is_written(paper):
    page = paper()
    pens_clock(page, "0.25")
    page.clock.run_for(3000)
    page.locator("#stop").click()
    run_until(page, lambda: page.locator("#stage .play").text_content() == "Play again")
    count = drawn(page)
    assert written_after(45) - 1 <= count < TOTAL
    _, saved = strokes_saved(page)
    assert [line["strokes"] for line in saved["lines"]] == strokes(0, count)
    page.locator("#stage .play").click()
    page.clock.run_for(100)
    assert 0 < drawn(page) < count
    page.locator("#stage .play").click()
    page.clock.run_for(100)
    assert drawn(page) == count


def test_ink_is_where_it_belongs_and_tells_where_it_is_clicked(paper):
    page = paper(**STILL)
    page.locator("#all").click()
    expect_finished(page)
    for variant in range(2):
        for point in (0, 10, 47, 99):
            assert ink_on(page, *place(page, variant, point)), (variant, point)
        assert not ink_on(page, place(page, variant, 10)[0], place(page, variant, 10)[1] + 30)
    x, y = place(page, 1, 47)
    page.locator(".ink-stage canvas").click(position={"x": x, "y": y})
    told = page.locator("#told textarea")
    expect(told).to_have_value(json.dumps({"variant": 1, "line": 0, "point": 46}))
    expect(page.locator("#stage .said")).to_have_text("Point 47 of line 1, at “c”.")
    expect(page.locator("#stage .text s.here")).to_have_text("c")
    _, saved = strokes_saved(page)  # of the variant that was clicked
    assert saved["seed"] == 8
    assert [line["strokes"] for line in saved["lines"]] == strokes(1)
    host = page.locator("#stage .paper")
    host.focus()
    host.press("ArrowRight")
    host.press("ArrowRight")
    expect(told).to_have_value(json.dumps({"variant": 1, "line": 0, "point": 48}))
    host.press("ArrowUp")
    host.press("Home")
    expect(told).to_have_value(json.dumps({"variant": 0, "line": 0, "point": 0}))
    page.locator("#choose").click()
    expect(page.locator("#stage .said")).to_have_text("Point 6 of line 2, at “f”.")
    expect(page.locator("#stage .mark")).to_be_visible()


# The tab


@pytest.fixture
def tab(visit, tab_address):
    def open_tab(**settings):
        page = visit(tab_address, **settings)
        expect(page.locator("#handwriting-stage .empty")).to_contain_text("press Write")
        return page

    return open_tab


def ask_for(page, text):
    page.locator("#handwriting-text textarea").fill(text)
    page.locator("#handwriting-write").click()


def test_a_text_is_written_by_hand(tab):
    page = tab(**STILL)
    page.locator("#handwriting-more > button").click()
    page.get_by_role("button", name="See the hands").click()
    expect(page.locator("#handwriting-hands button")).to_have_count(len(HANDS))
    page.locator("#handwriting-hands button").nth(1).click()
    expect(page.locator("#handwriting-hand input")).to_have_value("Hand 2")
    ask_for(page, "Dear reader")
    expect_finished(page)
    status = page.locator("#handwriting-status")
    expect(status).to_contain_text("Hand 2, seed ")
    seed = int(re.search(r"seed (\d+)", status.text_content()).group(1))
    expect(page.locator("#handwriting-seed input")).to_have_value(str(seed))
    name, saved = strokes_saved(page)
    bias = samples.OPENING.bias
    request = WritingRequest("Dear reader", seed=seed, hand="10023", bias=bias)
    (expected,) = runs.sampler().write(request).lines
    assert name == "Dear-reader.json"
    assert {k: saved[k] for k in ("text", "hand", "bias", "seed")} == {
        "text": "Dear reader", "hand": "10023", "bias": bias, "seed": seed,
    }  # fmt: skip
    (line,) = saved["lines"]
    xy = np.array([point for stroke in line["strokes"] for point in stroke])
    np.testing.assert_allclose(xy, expected[:, :2], atol=0.006)
    with page.expect_download() as download:
        page.locator(".ink-stage [data-kind=plotter]").click()
    assert download.value.suggested_filename == "Dear-reader-plotter.svg"
    paths = list(ElementTree.parse(download.value.path()).iter("{http://www.w3.org/2000/svg}path"))
    assert len(paths) == len(line["strokes"])
    with page.expect_download() as download:
        page.locator(".ink-stage [data-kind=png]").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_written_loses_nothing(tab):
    page = tab(**STILL)
    ask_for(page, "abc")
    expect_finished(page)
    ask_for(page, "λόγος <b>")
    expect(page.locator(".toast-body")).to_contain_text("never seen anyone write λ, ό, γ, ο, ς")
    expect(page.locator("#handwriting-text textarea")).to_have_value("λόγος <b>")
    assert strokes_saved(page)[1]["text"] == "abc"


def test_on_a_phone_in_the_dark(tab):
    page = tab(**PHONE, **STILL, color_scheme="dark")
    ask_for(page, "Good evening")
    expect_finished(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".ink-stage summary").tap()
    colour = page.locator(".ink-stage .colour")
    expect(colour).to_have_value("#ecebe7")  # the ink of the dark page
    before = page.locator(".ink-stage canvas").evaluate("canvas => canvas.toDataURL()")
    page.locator(".ink-stage .ruled").tap()
    assert before != page.locator(".ink-stage canvas").evaluate("canvas => canvas.toDataURL()")
    colour.fill("#c8452b")
    page.evaluate("document.body.classList.remove('dark')")
    expect(colour).to_have_value("#c8452b")
    page.locator(".ink-stage .plain").tap()
    expect(colour).to_have_value("#1b1d22")
