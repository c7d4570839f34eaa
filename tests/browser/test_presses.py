"""A button that is pressed again while what it asked for is still being made."""

import re
import time

import gradio as gr
import pytest

from demos.presses import anew
from demos.refusals import refusal

from .conftest import SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

expect.set_options(timeout=SECONDS * 1000)

ENDLESS = 10_000


@pytest.fixture
def counting(served):
    """A page that counts, up to `ENDLESS`, or once for a name with an exclamation mark; and what it
    did."""
    did = []

    def count(name):
        if name == "wrong":
            raise refusal("That cannot be counted.")
        try:
            for n in range(1 if name.endswith("!") else ENDLESS):
                did.append(name)
                yield f"{name} {n}"
                time.sleep(0.02)
            did.append(f"{name} whole")
        finally:
            did.append(f"{name} closed")

    with gr.Blocks() as page:
        name, shown = gr.Textbox(label="Name"), gr.Textbox(label="Shown")
        go, stop = gr.Button("Go"), gr.Button("Stop")
        event = anew(
            [go.click], count, name, shown, stop=(lambda name: f"{name} ends", name, shown),
            api_visibility="private", show_progress="hidden",
        )  # fmt: skip
        stop.click(None, cancels=[event])
    with served(page) as address:
        yield address, did


def ask(page, name):
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Go", exact=True).click()


def wait_for(deed, did):
    deadline = time.monotonic() + SECONDS
    while deed not in did and time.monotonic() < deadline:
        time.sleep(0.05)


def test_what_was_being_made_ends_and_the_new_begins(visit, counting):
    address, did = counting
    page = visit(address)
    shown = page.get_by_label("Shown")
    for name in ("first", "second", "third"):
        ask(page, name)
        expect(shown).to_have_value(re.compile(f"^{name} "))
    ask(page, "last!")
    expect(shown).to_have_value("last! 0")
    wait_for("last! closed", did)
    begun = list(dict.fromkeys(did))
    assert begun == [
        "first", "first closed", "second", "second closed", "third", "third closed",
        "last!", "last! whole", "last! closed",
    ]  # fmt: skip


def test_what_was_begun_anew_can_be_stopped(visit, counting):
    address, did = counting
    page = visit(address)
    for name in ("first", "second"):
        ask(page, name)
        expect(page.get_by_label("Shown")).to_have_value(re.compile(f"^{name} "))
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_for("second closed", did)
    assert did[-1] == "second closed"
    ask(page, "third!")
    expect(page.get_by_label("Shown")).to_have_value("third! 0")


def test_a_wish_that_is_refused_ends_it_too(visit, counting):
    address, did = counting
    page = visit(address)
    ask(page, "first")
    expect(page.get_by_label("Shown")).to_have_value(re.compile("^first "))
    ask(page, "wrong")
    expect(page.get_by_text("That cannot be counted.")).to_be_visible()
    assert did[-1] == "first closed"
    ask(page, "third!")
    expect(page.get_by_label("Shown")).to_have_value("third! 0")


def test_visitors_do_not_end_what_is_made_for_others(visit, counting):
    address, did = counting
    one = visit(address)
    ask(one, "first")
    expect(one.get_by_label("Shown")).to_have_value(re.compile("^first "))
    other = visit(address)
    ask(other, "second!")  # waits until there is room for it
    expect(one.get_by_label("Shown")).to_have_value(re.compile(r"^first \d\d\d"))
    assert "first closed" not in did
    ask(one, "third!")
    expect(one.get_by_label("Shown")).to_have_value("third! 0")
    expect(other.get_by_label("Shown")).to_have_value("second! 0")
