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
        page = browser.new_page()
        how_it_works(page, address)
        text(page, address)
        handwriting(page, address)
        reading(page, address)
        music(page, address)
        translation(page, address)
        captions(page, address)
        memory(page, address)
        browser.close()


def opened(page: Page, address: str, ready: str, height: int = 800) -> None:
    """Open a page of this height, and wait until there is something that a selector finds."""
    page.set_viewport_size({"width": 1240, "height": height})
    page.goto(address)
    page.wait_for_selector(ready)
    page.wait_for_timeout(3000)  # the page sets its controls after it has opened


def how_it_works(page: Page, address: str) -> None:
    """Three exhibits of the tab How it works."""
    opened(page, f"{address}/?tab=home", "#numbers")
    page.screenshot(path=HERE / "numbers.png")
    for name, widget in (("one_cell", "#one-cell"), ("lags", "#accuracy")):
        page.locator(widget).scroll_into_view_if_needed()
        page.wait_for_timeout(1000)
        page.locator(widget).screenshot(path=HERE / f"{name}.png")


def text(page: Page, address: str) -> None:
    """The tab Text: the stage, a cell, the record of a training."""
    opened(page, f"{address}/?tab=text", "#writing .guesses li")
    page.screenshot(path=HERE / "text.png")

    page.set_viewport_size({"width": 900, "height": 800})
    page.locator("#learning input").fill("3")
    page.locator("#learning").screenshot(path=HERE / "learning.png")

    page.locator("#writing [data-mode=cell]").click()
    page.locator("#writing").screenshot(path=HERE / "cell.png")


def handwriting(page: Page, address: str) -> None:
    """The tab Handwriting: what was written, all of it."""
    opened(page, f"{address}/?tab=handwriting", "#handwriting-stage canvas")
    page.locator("#handwriting-stage .play").click()  # skips to the end
    page.wait_for_timeout(1000)
    page.screenshot(path=HERE / "handwriting.png")


def reading(page: Page, address: str) -> None:
    """The tab Reading handwriting: the pad, the text and the four rows."""
    opened(page, f"{address}/?tab=reading", "#reading-rows canvas", 1080)
    page.screenshot(path=HERE / "reading.png")


def music(page: Page, address: str) -> None:
    """The tab Music: what was composed beforehand, as it is played."""
    opened(page, f"{address}/?tab=music", "#music-roll canvas")
    page.locator("#music-roll .play").click()
    page.wait_for_timeout(12_000)
    page.screenshot(path=HERE / "music.png")


def translation(page: Page, address: str) -> None:
    """The tab Translation: a sentence, and what was looked at."""
    opened(page, f"{address}/?tab=translation", "#translation-stage .words button", 1000)
    page.screenshot(path=HERE / "translation.png")


def captions(page: Page, address: str) -> None:
    """The tab Captions: a photo, and where one of the words was read off it."""
    opened(page, f"{address}/?tab=captions", "#caption-stage .caption button", 900)
    page.locator("#caption-stage .caption button").nth(1).hover()
    page.wait_for_timeout(1000)
    page.screenshot(path=HERE / "captions.png")


def memory(page: Page, address: str) -> None:
    """The tab Memory cells: the panel."""
    opened(page, f"{address}/?tab=memory", "#memory-panel .steps canvas")
    page.locator("#memory-panel").screenshot(path=HERE / "memory.png")


if __name__ == "__main__":
    main(sys.argv[1])
