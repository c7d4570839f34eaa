"""A visitor on the Memory cells tab."""

import re

import pytest

from demos import gallery
from demos import memory as memory_tab
from demos.memory import meaning
from demos.memory.readings import first_view, samples

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

expect.set_options(timeout=SECONDS * 1000)

TEXT = "ROMEO:\nHow now? what says the night?\n\nJULIET:\nNothing, my lord.\n"


@pytest.fixture(scope="module")
def address(text_models, served):
    """The address of the tab, on a page of its own: it is sooner there than all of them."""
    with served(gallery.build([memory_tab])) as address:
        yield address


@pytest.fixture
def memory(visit, address):
    """Opens the tab; the first text is there."""

    def memory(**settings):
        page = visit(address, **settings)
        expect(page.locator("#memory-panel .of")).to_have_text(
            f"of {len(first_view('shakespeare', meaning.first_cell('shakespeare'))[1].text):,}"
        )
        return page

    return memory


def read(page, text=TEXT):
    page.locator("#memory-text textarea").fill(text)
    page.locator("#memory-read").click()
    expect(page.locator("#memory-panel .of")).to_have_text(f"of {len(text):,}")


def cell_of(page):
    return [
        page.locator("#memory-panel select.layer").input_value(),
        page.locator("#memory-panel input.cell").input_value(),
    ]


def choose(page, field, option):
    page.locator(f"{field} input").click()
    page.get_by_role("option", name=option, exact=True).click()


def test_the_first_text_is_there_with_all_that_is_known(memory):
    page = memory()
    assert cell_of(page) == ["2", "7"]
    expect(page.locator("#memory-findings tbody tr")).to_have_count(1)
    expect(page.locator("#memory-broken tbody tr")).to_have_count(1)
    expect(page.locator("#memory-influence section h4")).to_have_text("LSTM")
    expect(page.locator("#memory-bulk canvas")).to_have_count(6)
    expect(page.locator("#memory-context svg")).to_be_visible()


def test_a_visitors_text_is_read(memory):
    page = memory()
    read(page)
    assert cell_of(page) == ["2", "7"]
    expect(page.locator("#memory-influence .texts")).to_contain_text("what")
    choose(page, "#memory-sample", list(samples("shakespeare"))[1].replace("\n", " "))
    expect(page.locator("#memory-text textarea")).to_have_value(re.compile("^First Sailor"))


def test_the_network_writes_one(memory):
    page = memory()
    page.locator("#memory-write").click()
    expect(page.locator("#memory-panel .of")).to_have_text("of 1,207")
    assert page.locator("#memory-text textarea").input_value().startswith("ROMEO:")


def test_another_model(memory):
    page = memory()
    choose(page, "#memory-model", "C source code")
    expect(page.locator("#memory-findings .empty")).to_be_visible()
    expect(page.locator("#memory-text textarea")).to_have_value(re.compile(r"^/\* Return"))
    expect(page.locator("#memory-bulk canvas")).to_have_count(9)


def test_a_cell_is_chosen_in_a_table_and_among_the_gates(memory):
    page = memory()
    page.locator("#memory-panel input.cell").fill("3")
    page.locator("#memory-panel input.cell").press("Enter")
    expect(page.locator("#memory-where")).to_contain_text("on cell 3 of layer 2")
    page.locator("#memory-findings tbody tr").first.press("Enter")
    expect(page.locator("#memory-panel input.cell")).to_have_value("7")
    expect(page.locator("#memory-where")).to_contain_text("on cell 7 of layer 2")
    plot = page.locator("#memory-bulk canvas").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    for share in (0.5, 0.6, 0.7, 0.8, 0.9):  # along the edge, where the points are
        plot.click(position={"x": share * box["width"], "y": box["height"] - 40})
        if "gate is" in page.locator("#memory-bulk .said").inner_text():
            break
    expect(page.locator("#memory-bulk .said")).to_contain_text("Layer 1, cell")
    expect(page.locator("#memory-where")).to_contain_text("of layer 1")


def test_an_earlier_character_is_chosen_where_influence_is_shown(memory):
    page = memory()
    read(page)
    page.locator("#memory-influence s").nth(4).click()
    expect(page.locator("#memory-influence s")).to_have_count(4)
    expect(page.locator("#memory-panel input.step")).to_have_value("5")
    expect(page.locator("#memory-where")).to_contain_text("After character 5")


def test_a_stretch_is_asked_about(memory):
    page = memory()
    read(page)
    steps = page.locator("#memory-panel .steps")
    steps.focus()
    steps.press("Home")
    steps.press("Shift+ArrowRight")
    expect(page.locator("#memory-marking tbody tr").first).to_be_visible()
    expect(page.locator("#memory-passages tbody tr").first).to_be_visible()
    page.locator("#memory-marking tbody tr").first.click()
    named = page.locator("#memory-marking tbody td").first.inner_text().split(" · ")
    expect(page.locator("#memory-panel input.cell")).to_have_value(named[1])
    assert cell_of(page) == named


def test_surgery(memory):
    page = memory()
    read(page)
    page.get_by_label("number input for Length, in characters").last.fill("60")
    choose(page, "#memory-operation", "Touch nothing (a control)")
    page.locator("#memory-operate").click()
    expect(page.locator("#memory-outcome")).to_contain_text("The two are the same: 60")
    sides = [page.locator(f"#memory-{side} .text s") for side in ("untouched", "operated")]
    for side in sides:
        expect(side).to_have_count(60)
    assert sides[0].all_text_contents() == sides[1].all_text_contents()
    choose(page, "#memory-operation", "Erase all memory, once")
    page.locator("#memory-operate").click()
    expect(page.locator("#memory-outcome")).to_contain_text("The two part after")
    for side in sides:
        expect(side).to_have_count(60)
    assert sides[0].all_text_contents() != sides[1].all_text_contents()


def test_what_is_wrong_is_said(memory):
    page = memory()
    page.locator("#memory-value input").fill("500")
    page.locator("#memory-value input").press("Tab")
    page.locator("#memory-operate").click()
    expect(page.get_by_text("must be a number from -100 to 100")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_stage_is_first_and_nothing_runs_out_of_the_page(memory, scheme):
    page = memory(**PHONE, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    top = {name: page.locator(f"#memory-{name}").bounding_box()["y"] for name in ("panel", "model")}
    assert top["panel"] < top["model"]
