"""The real page in Chromium. Without Playwright or Chromium these tests are skipped."""

import os
from urllib.parse import urlsplit

import pytest

from demos.bench import CHROMIUM_FLAGS, chromium

SECONDS = 20  # until something that should come at once has failed to come

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def browser(gallery):
    """Chromium: the one that is installed, or else Playwright's own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as driver:
        path = os.environ.get("CHROMIUM") or chromium() or driver.chromium.executable_path
        if not os.path.exists(path):
            pytest.skip("Chromium is not installed")
        browser = driver.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, gallery):
    """Opens the page; whatever happens there, nothing is asked of another machine, and nothing
    goes wrong in the browser."""
    contexts, visited, requested, complaints = [], set(), [], []

    def open_page(address=gallery, *, like=None, **settings):
        if like is None:
            contexts.append(browser.new_context(**{**DESKTOP, **settings}))
            contexts[-1].grant_permissions(["clipboard-read", "clipboard-write"])
            contexts[-1].set_default_timeout(SECONDS * 1000)
        page = contexts[-1].new_page()
        page.on("request", lambda request: requested.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        visited.add(urlsplit(address).netloc)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    hosts = {urlsplit(url).netloc for url in requested if not url.startswith(("blob:", "data:"))}
    assert hosts <= visited
    assert complaints == []
