"""Takes the README's pictures from a gallery that runs: python docs/take_pictures.py ADDRESS"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from demos.bench import CHROMIUM_FLAGS, chromium

HERE = Path(__file__).parent


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1240, "height": 800})
        page.goto(address)
        page.wait_for_selector("#writing .guesses li")
        page.wait_for_timeout(2000)  # the page sets its controls after it has opened
        page.screenshot(path=HERE / "text.png")

        page.set_viewport_size({"width": 900, "height": 800})
        page.locator("#learning input").fill("3")
        page.locator("#learning").screenshot(path=HERE / "learning.png")

        page.get_by_label("number input for Layer").fill("2")
        page.keyboard.press("Tab")
        page.get_by_label("number input for Memory cell").fill("7")
        page.keyboard.press("Tab")
        page.wait_for_function(
            "document.querySelector('#writing .scale').textContent.includes('layer 2, cell 7')"
        )
        page.locator("#writing").screenshot(path=HERE / "cell.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
