"""A visitor who goes from tab to tab: all of them are on one page."""

import pytest

from demos.gallery import TABS
from demos.memory import meaning
from demos.memory.readings import first_view
from demos.recognition import readings

from .conftest import SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

expect.set_options(timeout=SECONDS * 1000)


def test_each_tab_is_alive(visit):
    page = visit()
    bar = page.get_by_role("tab")
    expect(bar).to_have_text([tab.TITLE for tab in TABS])
    expect(bar.nth(0)).to_have_attribute("aria-selected", "true")
    bar.filter(has_text="Text").click()
    expect(page.locator("#writing .text s").nth(899)).to_be_visible()
    bar.filter(has_text="Reading handwriting").click()
    lines = readings.read(next(iter(readings.samples().values()))).lines
    expect(page.locator("#reading-rows .whole")).to_have_text(lines[0].text)
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
