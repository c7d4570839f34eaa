"""How quick the page is on this machine: from the command to the page, from a click to a character.

Needs Playwright (the test extra) and a Chromium.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

CLICKS = 9
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
FIRST_CHARACTER = """() => new Promise((resolve) => {
  const text = document.querySelector('#writing .text');
  const begun = performance.now();
  const observer = new MutationObserver(() => {
    const shown = text.querySelectorAll('s').length;
    if (shown > 0 && shown < 20) {  // a new run: the page was emptied, and there is a character
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - begun));
    }
  });
  observer.observe(text, { childList: true, subtree: true });
  document.querySelector('#write').click();
})"""


def chromium() -> str | None:
    """The Chromium of this machine, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None)


def measure() -> dict[str, float]:
    """Seconds and milliseconds, by name.

    Raises:
        ValueError: if Playwright or Chromium is missing.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise ValueError('The page is timed with Playwright: pip install -e ".[test]"') from None
    browser_path = chromium()
    if browser_path is None:
        raise ValueError("The page is timed in Chromium, and there is none on this machine.")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = Path(__file__).parent.parent
    command = [sys.executable, "app.py", "--no-browser", "--port", str(port)]
    begun = time.perf_counter()
    server = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        while not answers(address):
            if server.poll() is not None or time.perf_counter() - begun > 120:
                raise ValueError("The gallery could not be started: try python app.py.")
            time.sleep(0.02)
        served = time.perf_counter() - begun
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=CHROMIUM_FLAGS)
            page = browser.new_page()
            opened = time.perf_counter()
            page.goto(f"{address}/?tab=text")
            page.wait_for_selector("#writing .text s")
            seen = time.perf_counter() - opened
            page.wait_for_selector("#writing .guesses li")
            clicks = []
            for _ in range(CLICKS):
                clicks.append(page.evaluate(FIRST_CHARACTER))
                page.wait_for_selector("#writing .caret", state="hidden")
            browser.close()
    finally:
        server.terminate()
        server.wait()
    return {
        "command_to_page_seconds": served,
        "page_to_text_seconds": seen,
        "click_to_first_character_ms_median": statistics.median(clicks),
        "click_to_first_character_ms_first": clicks[0],
        "click_to_first_character_ms_worst": max(clicks),
    }


def answers(address: str) -> bool:
    """Whether a page is served there."""
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False
