"""How quick the page is on this machine: from the command to the page, from a click to what
it is for: a character, a sound, a word.

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
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Page

CLICKS = 9
REST = 0.5
"""Seconds from one click's end to the next."""
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Click(NamedTuple):
    """A click, and what a visitor waits for."""

    name: str  # of what is waited for
    tab: str
    ready: str  # selector of what is there when the tab can be used
    button: str  # selector
    watch: str  # JavaScript that calls `seen(ms)`, so long from now, when it is there
    after: str  # JavaScript that brings the tab back to rest


WAITS = [
    Click(
        "character", "text", "#writing .guesses li", "#write",
        """(seen) => {
          const text = document.querySelector('#writing .text');
          const observer = new MutationObserver(() => {
            const shown = text.querySelectorAll('s').length;
            if (shown > 0 && shown < 20) {  // a new run: the page was emptied before
              observer.disconnect();
              requestAnimationFrame(() => seen(0));
            }
          });
          observer.observe(text, { childList: true, subtree: true });
        }""",
        "() => { const caret = document.querySelector('#writing .caret');"
        " return !caret || !caret.offsetParent; }",
    ),
    Click(
        "sound", "music", "#music-roll .play:enabled", "#music-compose",
        """(seen) => {
          const start = AudioBufferSourceNode.prototype.start;
          AudioBufferSourceNode.prototype.start = function (when, ...more) {
            AudioBufferSourceNode.prototype.start = start;
            seen(1000 * Math.max(0, when - this.context.currentTime));
            return start.call(this, when, ...more);
          };
        }""",
        """() => {
          const play = document.querySelector('#music-roll .play');
          if (play.textContent === 'Play') return true;
          if (!window.stopped) document.querySelector('#music-stop').click();
          window.stopped = true;
          return false;
        }""",
    ),
    Click(
        "word", "translation", "#translation-stage .words button", "#translation-go",
        """(seen) => {
          const text = document.querySelector('#translation-stage .text');
          const observer = new MutationObserver(() => {
            if (!text.textContent.trim()) return;
            observer.disconnect();
            requestAnimationFrame(() => seen(0));
          });
          observer.observe(text, { childList: true, subtree: true, characterData: true });
        }""",
        "() => true",
    ),
    Click(
        "word_of_a_caption", "captions", "#caption-stage .listed:not([hidden])", "#caption-go",
        """(seen) => {
          const listed = document.querySelector('#caption-stage .listed');
          const observer = new MutationObserver(() => {
            if (!listed.hidden) return;  // it is hidden while words are written
            observer.disconnect();
            requestAnimationFrame(() => seen(0));
          });
          observer.observe(listed, { attributes: true });
        }""",
        "() => !document.querySelector('#caption-stage .listed').hidden",
    ),
]  # fmt: skip

BEGIN = """() => {
  window.waited = null;
  window.stopped = false;
  document.addEventListener('click', () => {
    const begun = performance.now();
    (WATCH)((later) => { window.waited = performance.now() - begun + later; });
  }, { capture: true, once: true });
}"""


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
    from demos.gallery import TABS, alive  # all of the page, only when it is timed

    tabs = [tab.NAME for tab in alive(TABS)]
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
            clicks = {wait.name: clicked(page, address, wait) for wait in WAITS if wait.tab in tabs}
            browser.close()
    finally:
        server.terminate()
        server.wait()
    found = {"command_to_page_seconds": served, "page_to_text_seconds": seen}
    for name, times in clicks.items():
        found |= {
            f"click_to_first_{name}_ms_median": statistics.median(times),
            f"click_to_first_{name}_ms_first": times[0],
            f"click_to_first_{name}_ms_worst": max(times),
        }
    return found


def clicked(page: Page, address: str, wait: Click) -> list[float]:
    """Milliseconds from each of some clicks to what a visitor waits for.

    The clock begins in the page, when it learns of the click; what sounds is there when it is to
    be heard.
    """
    page.goto(f"{address}/?tab={wait.tab}")
    page.wait_for_selector(wait.ready)
    times = []
    for _ in range(CLICKS):
        page.evaluate(BEGIN.replace("WATCH", wait.watch))
        page.locator(wait.button).click()
        page.wait_for_function("window.waited !== null")
        times.append(float(page.evaluate("window.waited")))
        page.wait_for_function(wait.after)
        page.wait_for_timeout(1_000 * REST)  # what was stopped takes a moment to be over
    return times


def answers(address: str) -> bool:
    """Whether a page is served there."""
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False
