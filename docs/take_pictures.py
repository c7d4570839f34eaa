"""Takes the README's pictures from a gallery that runs: python docs/take_pictures.py ADDRESS"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from demos.bench import CHROMIUM_FLAGS, chromium

HERE = Path(__file__).parent


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1240, "height": 800})
        how_it_works(page, address)
        text(page, address)
        handwriting(page, address)
        reading(page, address)
        music(page, address)
        translation(page, address)
        memory(page, address)
        browser.close()


def how_it_works(page: Page, address: str) -> None:
    """Three exhibits of the tab How it works."""
    page.goto(f"{address}/?tab=home")
    page.wait_for_selector("#numbers")
    page.wait_for_timeout(3000)  # the page sets its controls after it has opened
    page.screenshot(path=HERE / "numbers.png")
    for name, widget in (("one_cell", "#one-cell"), ("lags", "#accuracy")):
        page.locator(widget).scroll_into_view_if_needed()
        page.wait_for_timeout(1000)
        page.locator(widget).screenshot(path=HERE / f"{name}.png")


def text(page: Page, address: str) -> None:
    """The tab Text: the stage, a cell, the record of a training."""
    page.goto(f"{address}/?tab=text")
    page.wait_for_selector("#writing .guesses li")
    page.wait_for_timeout(3000)
    page.screenshot(path=HERE / "text.png")

    page.set_viewport_size({"width": 900, "height": 800})
    page.locator("#learning input").fill("3")
    page.locator("#learning").screenshot(path=HERE / "learning.png")

    page.locator("#writing [data-mode=cell]").click()
    page.locator("#writing").screenshot(path=HERE / "cell.png")


def handwriting(page: Page, address: str) -> None:
    """The tab Handwriting: what was written, all of it."""
    page.set_viewport_size({"width": 1240, "height": 800})
    page.goto(f"{address}/?tab=handwriting")
    page.wait_for_selector("#handwriting-stage canvas")
    page.wait_for_timeout(3000)
    page.locator("#handwriting-stage .play").click()  # skips to the end
    page.wait_for_timeout(1000)
    page.screenshot(path=HERE / "handwriting.png")


def reading(page: Page, address: str) -> None:
    """The tab Reading handwriting: the pad, the text and the four rows."""
    page.set_viewport_size({"width": 1240, "height": 1080})
    page.goto(f"{address}/?tab=reading")
    page.wait_for_selector("#reading-rows canvas")
    page.wait_for_timeout(3000)
    page.screenshot(path=HERE / "reading.png")


def music(page: Page, address: str) -> None:
    """The tab Music: what was composed beforehand, as it is played."""
    page.set_viewport_size({"width": 1240, "height": 800})
    page.goto(f"{address}/?tab=music")
    page.wait_for_selector("#music-roll canvas")
    page.wait_for_timeout(3000)
    page.locator("#music-roll .play").click()
    page.wait_for_timeout(12_000)
    page.screenshot(path=HERE / "music.png")


def translation(page: Page, address: str) -> None:
    """The tab Translation: a sentence, and what was looked at."""
    page.set_viewport_size({"width": 1240, "height": 1000})
    page.goto(f"{address}/?tab=translation")
    page.wait_for_selector("#translation-stage .words button")
    page.wait_for_timeout(3000)
    page.screenshot(path=HERE / "translation.png")


def memory(page: Page, address: str) -> None:
    """The tab Memory cells: the panel."""
    page.set_viewport_size({"width": 1240, "height": 800})
    page.goto(f"{address}/?tab=memory")
    page.wait_for_selector("#memory-panel .steps canvas")
    page.wait_for_timeout(3000)
    page.locator("#memory-panel").screenshot(path=HERE / "memory.png")


if __name__ == "__main__":
    main(sys.argv[1])
