"""The panel alone on a page: pointed at, played, typed into, saved."""

import io
import re
import threading

import gradio as gr
import numpy as np
import pytest

from demos import theme
from demos.widgets import panel
from demos.widgets.panel import GONE, Panel, choice, span
from demos.widgets.panel.store import Store
from lstm_core.trace import QUANTITIES

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

pytestmark = pytest.mark.thorough
expect.set_options(timeout=SECONDS * 1000)

T, L, H = 300, 2, 64
TEXT = ("KING RICHARD II:\nLong live the memory of cells - and of letters!\n" * T)[:T]
DARK = {"color_scheme": "dark"}
FREE = threading.Event()
"""Whether the server has time for spans."""
FREE.set()


def waves(steps=T, cells=H):
    """Cells that swing at different speeds."""
    t = np.arange(steps)[:, None, None]
    pace = 0.02 + 0.5 * np.arange(L * cells).reshape(1, L, cells) / (L * cells)
    swing = np.sin(pace * t + pace * 30)
    return {
        "i": (1 + swing) / 2, "f": (1 - swing) / 2, "o": (1 + np.cos(pace * t)) / 2,
        "g": -swing, "c": 3 * swing, "h": np.tanh(swing),
    }  # fmt: skip


@pytest.fixture(scope="module")
def panel_address(served):
    """A page with an empty panel and what fills it."""
    words = [f"word{n}" for n in range(40)]
    runs = {
        "text": lambda: Panel.show(waves(), TEXT, name="waves", cell=(1, 1)),
        "words": lambda: Panel.show(waves(40, 6), words, breaks=[5, 9], cell=(1, 1)),
        "long": lambda: Panel.show(waves(5_000, 512), "long run, " * 500, cell=(1, 1)),
        "nothing": lambda: None,
        "point": lambda: view.choose(step=250, cell=(2, 9)),
        "mark": lambda: view.mark([(1, 3), (30, 40), (T - 1, T + 5)]),
        "unmark": lambda: view.mark([]),
        "tint": lambda: view.shade(np.arange(T) % 10 / 9, "influence"),
        "untint": lambda: view.shade(None),
        "odd": lambda: view.shade([1.0] * (T + 1)),
        "both": lambda: {**view.choose(step=2, cell=(2, 9)), **view.shade(np.ones(T))},
    }
    with gr.Blocks() as page:
        buttons = {name: gr.Button(name, elem_id=name) for name in runs}
        view = Panel(elem_id="panel", empty="Nothing here yet.")
        told = gr.Textbox(elem_id="told")
        for name, run in runs.items():
            buttons[name].click(run, None, view.component, show_progress="hidden")

        def on_choice(event: gr.EventData) -> str:
            return ".".join(map(str, choice(event)))

        def on_span(event: gr.EventData) -> str:
            FREE.wait()
            return ".".join(map(str, span(event)))

        view.on_choice(on_choice, None, told)
        view.on_span(on_span, None, gr.Textbox(elem_id="told-span"))
    with served(page) as address:
        yield address


@pytest.fixture
def opened(visit, panel_address):
    """Opens the page with a run."""

    def opened(run="text", **settings):
        page = visit(panel_address, **settings)
        page.locator(f"#{run}").click()
        expect(page.locator("#panel .body")).to_be_visible()
        settle(page)
        return page

    return opened


def settle(page):
    """Until what was asked for is drawn."""
    expect(page.locator("#panel [aria-busy=true]")).to_have_count(0)
    page.evaluate("() => new Promise((next) => requestAnimationFrame(() => setTimeout(next, 50)))")


def picture(page, canvas):
    """What a canvas shows."""
    return page.locator(f"#panel {canvas}").first.evaluate("canvas => canvas.toDataURL()")


def colour(page, canvas, x, y):
    """Red, green, blue and opacity of a point, in CSS pixels."""
    return page.locator(f"#panel {canvas}").first.evaluate(
        """(canvas, [x, y]) => {
          const ratio = window.devicePixelRatio;
          return [...canvas.getContext('2d').getImageData(x * ratio, y * ratio, 1, 1).data];
        }""",
        [x, y],
    )


def at_step(page):
    return int(page.locator("#panel .steps").get_attribute("aria-valuenow"))


def cell(page):
    return (
        int(page.locator("#panel select.layer").input_value()),
        int(page.locator("#panel input.cell").input_value()),
    )


def test_says_so_when_there_is_nothing(visit, panel_address):
    page = visit(panel_address)
    expect(page.get_by_text("Nothing here yet.")).to_be_visible()
    expect(page.locator("#panel .play")).to_be_hidden()


def test_a_click_on_a_cell_shades_the_steps_by_it(opened):
    page = opened()
    before = [picture(page, canvas) for canvas in (".steps canvas", ".lines", ".strip")]
    page.locator("#panel .grid canvas").nth(1).click(position={"x": 30, "y": 60})
    settle(page)
    after = [picture(page, canvas) for canvas in (".steps canvas", ".lines", ".strip")]
    assert all(one != other for one, other in zip(before, after, strict=True))
    layer, number = cell(page)
    assert layer == 2
    assert number > 1
    expect(page.locator("#told textarea")).to_have_value(f"0.2.{number}")
    page.locator("#panel select.layer").select_option("1")
    page.locator("#panel input.cell").fill("1")
    settle(page)
    page.mouse.move(0, 0)
    settle(page)
    assert picture(page, ".strip") == before[2]


def test_the_colours_are_those_of_the_cells(opened):
    page = opened()
    side = page.locator("#panel .grid canvas").first.evaluate("c => c.clientWidth / 8")
    values = np.tanh(waves()["c"][0, 0])
    strong = [int(np.argmin(values)), int(np.argmax(values))]
    red, blue = (
        colour(page, ".grid canvas", (n % 8 + 0.3) * side, (n // 8 + 0.3) * side) for n in strong
    )
    assert red[0] > red[2] + 50
    assert blue[2] > blue[0] + 50


def test_a_click_on_a_step_changes_the_grid(opened):
    page = opened()
    before = picture(page, ".grid canvas")
    page.locator("#panel .steps").click(position={"x": 120, "y": 60})
    settle(page)
    assert at_step(page) > 17  # on the second line
    assert picture(page, ".grid canvas") != before
    assert page.locator("#panel input.step").input_value() == str(at_step(page))
    expect(page.locator("#told textarea")).to_have_value(f"{at_step(page) - 1}.1.1")
    page.locator("#panel .strip").click(position={"x": 400, "y": 10})
    settle(page)
    assert at_step(page) > 100
    page.locator("#panel .lines").click(position={"x": 200, "y": 100})


def test_play_and_stop(opened):
    page = opened()
    page.locator("#panel .speed").select_option("90")
    play = page.locator("#panel .play")
    play.click()
    expect(play).to_have_text("Stop")
    page.wait_for_function(
        "() => document.querySelector('#panel .steps').getAttribute('aria-valuenow') > 70"
    )
    play.click()
    expect(play).to_have_text("Play")
    stopped = at_step(page)
    page.wait_for_timeout(300)
    assert at_step(page) == stopped
    page.locator("#panel .steps").press("End")
    assert at_step(page) == T
    play.click()  # begins again
    expect(play).to_have_text("Stop")
    page.locator("#panel .steps").press("Home")
    expect(play).to_have_text("Play")
    page.locator("#panel .steps").press("End")
    page.locator("#panel .steps").press("ArrowLeft")
    page.locator("#panel .steps").press("Space")
    expect(play).to_have_text("Play")  # at the end it stops by itself
    assert at_step(page) == T


def test_keys(opened):
    page = opened()
    steps = page.locator("#panel .steps")
    steps.focus()
    for key, place in [("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("ArrowDown", 19),
                       ("ArrowUp", 2), ("Home", 1), ("ArrowLeft", 1), ("End", T)]:  # fmt: skip
        steps.press(key)
        assert at_step(page) == place, key
    assert "step 300" in steps.get_attribute("aria-valuetext")
    grid = page.locator("#panel .grid canvas").nth(1)
    grid.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowDown", "ArrowUp"):
        grid.press(key)
    expect(page.locator("#panel .said")).to_have_text(r"layer 2, cell 9: " + value(T - 1, 2, 9))
    grid.press("Enter")
    settle(page)
    assert cell(page) == (2, 9)
    outline = "c => getComputedStyle(c).outlineStyle"
    assert grid.evaluate(outline) == "solid"


def value(step, layer, cell):
    """A cell's value in the words of the page."""
    return f"{np.tanh(waves()['c'][step, layer - 1, cell - 1]):.2f}".replace("-", "−")


def test_fields_and_what_is_not_there(opened):
    page = opened()
    page.locator("#panel input.step").fill("123")
    assert at_step(page) == 123
    for odd in ("0", "301", "1.5", ""):
        page.locator("#panel input.step").fill(odd)
        expect(page.locator("#panel input.step")).to_have_attribute("aria-invalid", "true")
    page.locator("#panel input.step").blur()
    expect(page.locator("#panel input.step")).to_have_value("123")
    assert at_step(page) == 123


def test_lines_are_switched_off_and_zoomed(opened):
    page = opened()
    seen = [picture(page, ".lines")]
    for button in ("[data-line=f]", "[data-zoom='2']", "[data-zoom='0.5']", "[data-zoom='0.5']"):
        page.locator(f"#panel {button}").click()
        settle(page)
        assert picture(page, ".lines") != seen[-1]
        seen.append(picture(page, ".lines"))
    expect(page.locator("#panel [data-line=f]")).to_have_attribute("aria-pressed", "false")


def test_an_event_of_the_page_points_at_a_step_and_a_cell(opened):
    page = opened()
    for _ in range(2):
        page.locator("#point").click()
        expect(page.locator("#panel .steps")).to_have_attribute("aria-valuenow", "251")
        expect(page.locator("#panel input.cell")).to_have_value("9")
        page.locator("#panel .steps").press("Home")
    assert cell(page) == (2, 9)


def where(page, step):
    """The middle of a step in `.steps`, of running text that fits into its lines."""
    line = TEXT[:step].count("\n")
    column = step - (TEXT.rfind("\n", 0, step) + 1)
    advance = page.evaluate(
        """() => {
          const pen = document.createElement('canvas').getContext('2d');
          const panel = document.querySelector('#panel .panel');
          pen.font = `15px ${getComputedStyle(panel).getPropertyValue('--font-mono')}`;
          return pen.measureText('x').width;
        }"""
    )
    return 14 + (column + 0.5) * advance, 14 + (line + 0.4) * 24


def drag(page, first, last):
    page.locator("#panel .steps").scroll_into_view_if_needed()
    frame = page.locator("#panel .steps").bounding_box()
    points = [where(page, step) for step in (first, last)]
    (x0, y0), (x1, y1) = [(frame["x"] + x, frame["y"] + y) for x, y in points]
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move((x0 + x1) / 2, (y0 + y1) / 2)
    page.mouse.move(x1, y1)
    page.mouse.up()


def told_span(page):
    return page.locator("#told-span textarea")


def said(page):
    return page.locator("#panel .said")


@pytest.mark.parametrize(("first", "last"), [(3, 9), (25, 20), (40, 5)])
def test_a_stretch_that_is_dragged_over_is_selected(opened, first, last):
    page = opened()
    page.locator("#panel .steps").press("End")
    page.locator("#panel .steps").press("Home")
    before = picture(page, ".steps canvas")
    drag(page, first, last)
    low, high = sorted((first, last))
    expect(told_span(page)).to_have_value(f"{low}.{high}.1.1")
    expect(said(page)).to_have_text(f"Steps {low + 1} to {high + 1} are selected; Escape lets go.")
    page.mouse.move(0, 0)
    settle(page)
    assert picture(page, ".steps canvas") != before
    assert at_step(page) == 1  # a drag chooses no step
    page.keyboard.press("Escape")
    settle(page)
    assert picture(page, ".steps canvas") == before


def test_a_click_elsewhere_lets_a_span_go_and_chooses_a_step(opened):
    page = opened()
    drag(page, 20, 28)
    expect(told_span(page)).to_have_value("20.28.1.1")
    x, y = where(page, 4)
    page.locator("#panel .steps").click(position={"x": x, "y": y})
    expect(page.locator("#told textarea")).to_have_value("4.1.1")
    page.locator("#panel .steps").press("Shift+ArrowRight")  # begins anew
    expect(told_span(page)).to_have_value("4.5.1.1")


def test_keys_select_a_span(opened):
    page = opened()
    steps = page.locator("#panel .steps")
    steps.focus()
    steps.press("ArrowRight")
    for key, ends in [("ArrowRight", "1.2"), ("ArrowRight", "1.3"), ("ArrowDown", "1.20"),
                      ("Home", "0.1"), ("End", f"1.{T - 1}"), ("ArrowUp", None)]:  # fmt: skip
        steps.press(f"Shift+{key}")
        if ends:
            expect(told_span(page)).to_have_value(f"{ends}.1.1")
    assert at_step(page) == 2  # the step stays where the span began
    page.locator("#panel .grid canvas").first.click(position={"x": 30, "y": 60})
    settle(page)  # another cell lets no span go
    steps.press("Shift+ArrowUp")
    expect(told_span(page)).to_have_value(re.compile(rf"^1\.\d+\.1\.{cell(page)[1]}$"))


def test_a_busy_server_is_told_the_last_span(opened):
    page = opened()
    steps = page.locator("#panel .steps")
    FREE.clear()
    try:
        for last in range(1, 4):
            steps.press("Shift+ArrowRight")
            expect(said(page)).to_have_text(f"Steps 1 to {last + 1} are selected; Escape lets go.")
        expect(told_span(page)).to_have_value("")
    finally:
        FREE.set()
    expect(told_span(page)).to_have_value("0.3.1.1")


def test_a_button_and_two_clicks_select_a_span(opened):
    page = opened()
    button = page.get_by_role("button", name="Select a span")
    for first, last in [(3, 9), (22, 20), (5, 5)]:
        button.click()
        expect(said(page)).to_have_text("Click the first step of the span.")
        for step in (first, last):
            x, y = where(page, step)
            page.locator("#panel .steps").click(position={"x": x, "y": y})
        low, high = sorted((first, last))
        expect(told_span(page)).to_have_value(f"{low}.{high}.1.1")
        expect(button).to_have_attribute("aria-pressed", "false")
    assert at_step(page) == 1


def touch(page, points):
    """A finger that goes from point to point of `.steps`."""
    frame = page.locator("#panel .steps").bounding_box()
    places = [{"x": frame["x"] + x, "y": frame["y"] + y} for x, y in points]
    session = page.context.new_cdp_session(page)
    for n, place in enumerate(places):
        kind = "touchMove" if n else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
        page.wait_for_timeout(20)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_scrolls_up_and_down_and_selects_sideways(opened):
    page = opened(**PHONE)
    steps = page.locator("#panel .steps")
    steps.scroll_into_view_if_needed()
    touch(page, [(40 + 20 * n, 30) for n in range(8)])
    expect(said(page)).to_have_text(re.compile(r"^Steps \d+ to \d+ are selected"))
    expect(told_span(page)).not_to_have_value("")
    before = told_span(page).input_value()
    assert steps.evaluate("host => host.scrollTop") == 0
    touch(page, [(100, 150 - 12 * n) for n in range(10)])
    page.wait_for_function("() => document.querySelector('#panel .steps').scrollTop > 20")
    settle(page)
    assert told_span(page).input_value() == before


def test_marks_are_underlined_until_others_are(opened):
    page = opened()
    before = [picture(page, canvas) for canvas in (".steps canvas", ".strip")]
    page.locator("#mark").click()
    settle(page)
    assert picture(page, ".strip") != before[1]
    for step, marked in [(2, True), (35, True), (10, False), (T - 1, False)]:
        x, y = where(page, step)
        *_, opacity = colour(page, ".steps canvas", x, 14 + (y - 14) // 24 * 24 + 22)
        assert (opacity > 200) == marked, step  # between the lines
    page.locator("#unmark").click()
    settle(page)
    assert [picture(page, canvas) for canvas in (".steps canvas", ".strip")] == before
    page.locator("#mark").click()
    settle(page)
    page.locator("#words").click()  # another run has no marks
    page.locator("#text").click()
    expect(page.locator("#panel .of")).to_have_text("of 300")
    settle(page)
    assert picture(page, ".steps canvas") == before[0]


def test_steps_are_shaded_by_other_values_for_a_while(opened):
    page = opened()
    before = picture(page, ".steps canvas")
    page.locator("#tint").click()
    expect(page.locator("#panel .scale")).to_have_text("influence 0 1", use_inner_text=True)
    settle(page)
    violet = [int(theme.LIGHT["surprise"][n : n + 2], 16) for n in (1, 3, 5)]
    for step in (4, 7, 9):
        x, _ = where(page, step)
        *drawn, _ = colour(page, ".steps canvas", x, 14 + 2)
        share = 0.62 * (step % 10) / 9
        want = [share * v + (1 - share) * 255 for v in violet]
        assert drawn == pytest.approx(want, abs=3), step
    tinted = picture(page, ".steps canvas")
    page.locator("#panel .steps").press("ArrowRight")
    expect(page.locator("#panel .steps")).to_have_attribute("aria-valuetext", "step 2, I, 0.11")
    page.locator("#panel .steps").press("Home")
    page.locator("#untint").click()
    expect(page.locator("#panel .scale")).to_have_text("−1 +1", use_inner_text=True)
    settle(page)
    assert picture(page, ".steps canvas") == before != tinted
    page.locator("#odd").click()  # of another run
    settle(page)
    page.wait_for_timeout(300)
    assert picture(page, ".steps canvas") == before
    page.locator("#tint").click()
    expect(page.locator("#panel .tinted")).to_be_visible()
    page.locator("#panel input.cell").fill("2")  # the visitor chooses a cell
    expect(page.locator("#panel .tinted")).to_have_count(0)
    page.locator("#both").click()
    expect(page.locator("#panel .tinted")).to_be_visible()
    expect(page.locator("#panel input.cell")).to_have_value("9")


def test_another_run_takes_the_place_of_the_first(opened):
    page = opened()
    page.locator("#panel .steps").press("End")
    page.locator("#words").click()
    expect(page.locator("#panel .of")).to_have_text("of 40")
    assert at_step(page) == 1
    expect(page.locator("#panel .grid canvas")).to_have_count(2)
    page.locator("#nothing").click()
    expect(page.get_by_text("Nothing here yet.")).to_be_visible()
    page.locator("#text").click()
    expect(page.locator("#panel .of")).to_have_text("of 300")


@pytest.mark.parametrize("kind", ["npz", "png", "svg"])
def test_downloads(opened, kind):
    page = opened()
    with page.expect_download() as download:
        page.locator(f"#panel [data-kind={kind}]").click()
    name = "waves.npz" if kind == "npz" else f"waves-layer1-cell1-step1.{kind}"
    assert download.value.suggested_filename == name
    content = download.value.path().read_bytes()
    if kind == "npz":
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            for layer in range(L):
                for q in QUANTITIES:
                    want = waves()[q][:, layer].astype(np.float32).astype(np.float16)
                    np.testing.assert_array_equal(arrays[f"layer{layer + 1}.{q}"], want)
    else:
        assert content.startswith(b"\x89PNG" if kind == "png" else b"<?xml")
    expect(page.locator("#panel .said")).to_have_text(f"{name} is saved.")


def test_a_run_that_was_let_go_of_says_so(opened, monkeypatch):
    page = opened()
    monkeypatch.setattr(panel, "RUNS", Store(1))
    page.locator("#panel input.cell").fill("7")
    expect(page.locator("#panel .said")).to_have_text(GONE)


def test_a_long_run_of_many_cells(opened):
    page = opened("long")
    page.locator("#panel .steps").press("End")
    settle(page)
    before = picture(page, ".steps canvas")
    page.locator("#panel .grid canvas").nth(1).click(position={"x": 100, "y": 100})
    settle(page)
    assert at_step(page) == 5_000
    assert picture(page, ".steps canvas") != before


@pytest.mark.parametrize("run", ["text", "words"])
def test_on_a_phone_in_the_dark(opened, run):
    page = opened(run, **PHONE, **DARK)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for part in (".bar", ".legend", ".foot", ".grid"):
        inside = "part => part.scrollWidth <= part.clientWidth"
        assert page.locator(f"#panel {part}").evaluate(inside), part
    before = picture(page, ".steps canvas")
    page.locator("#panel .grid canvas").nth(1).tap(position={"x": 40, "y": 20})
    settle(page)
    assert cell(page)[0] == 2
    assert picture(page, ".steps canvas") != before
    page.locator("#panel .steps").tap(position={"x": 90, "y": 40})
    assert at_step(page) > 1


def test_light_and_dark_are_drawn_in_their_own_colours(opened):
    page = opened()
    light = picture(page, ".steps canvas")
    page.evaluate("document.body.classList.add('dark')")
    settle(page)
    assert picture(page, ".steps canvas") != light
