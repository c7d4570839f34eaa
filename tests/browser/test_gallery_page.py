"""A visitor who goes from tab to tab: all of them are on one page."""

from types import SimpleNamespace

import gradio as gr
import pytest
from small_models import TABS_OF_OTHERS, shipped

from demos.gallery import TABS, build
from demos.handwriting import samples
from demos.memory import meaning
from demos.memory.readings import first_view
from demos.recognition import readings

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

expect.set_options(timeout=SECONDS * 1000)


def test_each_tab_is_alive(visit, small_networks):
    with shipped(small_networks, *TABS_OF_OTHERS):
        look_at_each_tab(visit())


def look_at_each_tab(page):
    bar = page.get_by_role("tab")
    expect(bar).to_have_text([tab.TITLE for tab in TABS])
    expect(bar.nth(0)).to_have_attribute("aria-selected", "true")
    bar.filter(has_text="Text").click()
    expect(page.locator("#writing .text s").nth(899)).to_be_visible()
    page.get_by_role("tab", name="Handwriting", exact=True).click()
    expect(page.locator("#handwriting-stage .text")).to_have_text(samples.OPENING.text)
    bar.filter(has_text="Reading handwriting").click()
    first = next(iter(readings.samples().values()))
    read = readings.read(first).lines[0].text
    expect(page.locator("#reading-text .line").first).to_have_text(read)
    expect(page.locator("#reading-rows .whole")).to_have_text(read)
    bar.filter(has_text="Music").click()
    expect(page.locator("#music-roll .play")).to_be_enabled()
    bar.filter(has_text="Translation").click()
    expect(page.locator("#translation-stage .text")).not_to_be_empty()
    bar.filter(has_text="Captions").click()
    expect(page.locator("#caption-panel input.step")).to_be_visible()
    bar.filter(has_text="Memory cells").click()
    text = first_view("shakespeare", meaning.first_cell("shakespeare"))[1].text
    expect(page.locator("#memory-panel .of")).to_have_text(f"of {len(text):,}")


def test_an_address_opens_a_tab_and_a_text_can_be_stopped_there(visit, gallery, brake):
    page = visit(f"{gallery}/?tab=text")
    expect(page.get_by_role("tab", name="Text")).to_have_attribute("aria-selected", "true")
    page.locator("#write").click()
    expect(page.locator("#writing .caret")).to_be_visible()
    page.locator("#stop").click()
    expect(page.locator("#status")).to_contain_text("Stopped after")
    brake.wait()
    expect(page.locator("#writing .caret")).to_be_hidden()
    length = page.locator("#writing .text s").count()
    expect(page.locator("#inside .of")).to_have_text(f"of {length + len('ROMEO:') + 1:,}")


@pytest.fixture(scope="module")
def three_tabs(served):
    """A gallery of three tabs that note when they are opened, and its address."""
    opened = []

    def tab(name):
        def fill(page):
            said = gr.Textbox(label=name)

            def on_open():
                opened.append(name)
                return f"{name} is open"

            page.load(on_open, None, said)

        return SimpleNamespace(NAME=name, TITLE=name, build=fill)

    with served(build([tab("one"), tab("two"), tab("three")])) as address:
        yield address, opened


@pytest.mark.parametrize(
    ("asked", "then", "order"),
    [
        ("", ["three", "one", "three"], ["one", "three"]),
        ("?tab=two", ["one", "two", "one"], ["two", "one"]),
        ("?tab=unknown", ["two"], ["one", "two"]),
    ],
)
def test_a_tab_is_opened_when_it_is_first_looked_at(visit, three_tabs, asked, then, order):
    address, opened = three_tabs
    opened.clear()
    page = visit(f"{address}/{asked}")
    said = page.get_by_role("textbox")
    expect(said).to_have_value(f"{order[0]} is open")
    for name in then:
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("textbox", name=name)).to_have_value(f"{name} is open")
    assert opened == order


def test_no_tab_is_hidden_where_there_is_little_room(visit, three_tabs):
    page = visit(three_tabs[0], viewport={"width": 160, "height": 600})
    for name in ("one", "two", "three"):
        expect(page.get_by_role("tab", name=name)).to_be_in_viewport(ratio=1)


def test_on_a_phone_a_button_brings_what_it_acts_upon_into_view(visit, gallery):
    page = visit(f"{gallery}/?tab=text", reduced_motion="reduce", **PHONE)
    view, write = page.locator("#writing"), page.locator("#write")
    expect(view.locator(".text s").first).to_be_visible()
    write.evaluate("button => button.scrollIntoView({ block: 'end' })")
    page.evaluate("scrollBy(0, 300)")
    expect(view).not_to_be_in_viewport()
    write.click()
    expect(view).to_be_in_viewport(ratio=0.5)
    page.locator("#stop").click()


def test_what_is_in_view_stays_where_it_is(visit, gallery):
    page = visit(f"{gallery}/?tab=text", reduced_motion="reduce")
    write = page.locator("#write")
    write.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 50)")
    before = page.evaluate("scrollY")
    write.click()
    expect(page.locator("#writing .caret")).to_be_visible()
    assert page.evaluate("scrollY") == before > 0
    page.locator("#stop").click()
