"""The panel alone on a page: pointed at, played, typed into, saved."""

import io

import gradio as gr
import numpy as np
import pytest

from demos.widgets import panel
from demos.widgets.panel import GONE, Panel, choice
from demos.widgets.panel.store import Store
from lstm_core.trace import QUANTITIES

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

expect.set_options(timeout=SECONDS * 1000)

T, L, H = 300, 2, 64
TEXT = ("KING RICHARD II:\nLong live the memory of cells - and of letters!\n" * T)[:T]
DARK = {"color_scheme": "dark"}


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
    }
    with gr.Blocks() as page:
        buttons = {name: gr.Button(name, elem_id=name) for name in runs}
        view = Panel(elem_id="panel", empty="Nothing here yet.")
        told = gr.Textbox(elem_id="told")
        for name, run in runs.items():
            buttons[name].click(run, None, view.component, show_progress="hidden")

        def on_choice(event: gr.EventData) -> str:
            return ".".join(map(str, choice(event)))

        view.on_choice(on_choice, None, told)
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
    """Red, green and blue of a point, in CSS pixels."""
    return page.locator(f"#panel {canvas}").first.evaluate(
        """(canvas, [x, y]) => {
          const ratio = window.devicePixelRatio;
          return [...canvas.getContext('2d').getImageData(x * ratio, y * ratio, 1, 1).data];
        }""",
        [x, y],
    )[:3]


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
