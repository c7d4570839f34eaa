"""The stage of a text, sent messages in every order in which a busy server may send them."""

import json

import gradio as gr
import pytest

from demos.text_runs import Run, begin, follow
from demos.widgets.writing import ENDED, writing_view
from lstm_core.text.sampler import TextRequest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

pytestmark = pytest.mark.thorough
CELL = (1, 1)


@pytest.fixture(scope="module")
def stage_address(text_models, served):
    """A page with nothing but the stage and a line for messages to it."""
    with gr.Blocks() as page:
        view = writing_view(elem_id="writing")
        line = gr.Textbox(elem_id="line")
        line.submit(json.loads, line, view)
    with served(page) as address:
        yield address


@pytest.fixture
def send(visit, stage_address):
    page = visit(stage_address)

    def send(*messages):
        for message in messages:
            page.locator("#line textarea").fill(json.dumps(message))
            with page.expect_response(lambda answer: "/queue/data" in answer.url):
                page.locator("#line textarea").press("Enter")
            page.wait_for_timeout(250)  # until the page has drawn it
        return page

    return send


def messages(run, length, seed=1):
    """All messages of a run, a text of so many characters."""
    return list(follow(run, TextRequest(length=length, seed=seed), CELL))


@pytest.fixture
def run(text_models) -> Run:
    return begin("shakespeare", TextRequest())[0]


def until_shown(page, text):
    """Waits until this text is on the page, and is said to be done."""
    page.wait_for_function(
        "text => text === [...document.querySelectorAll('#writing .text s')]"
        ".map(s => s.textContent).join('')",
        arg=text,
    )
    expect(page.locator("#writing .caret")).to_be_hidden()


def test_what_comes_late_of_a_run_that_another_goes_on_from_is_not_shown(send, run):
    first = messages(run, 30)
    after = run.copy()
    whole = messages(after, 20, seed=2)[-1]
    late = {**first[0], "from": 30, "text": "late", "done": False}
    page = send(first[-1], {**whole, "done": False}, whole, late)
    until_shown(page, after.insight.text)


def test_a_run_that_goes_on_takes_back_what_came_of_the_one_before(send, run):
    messages(run, 30)
    before, after = run.whole(CELL), run.copy()
    messages(run, 30, seed=2)  # the run before grows once more, and this still reaches the page
    messages(after, 40, seed=3)
    assert run.insight.text != after.insight.text[:60]
    page = send(before, {**run.whole(CELL), "done": False}, after.whole(CELL))
    until_shown(page, after.insight.text)


def test_a_run_ended_on_the_page_stays_ended(send, run):
    first = messages(run, 30)[-1]
    page = send({**first, "done": False})
    expect(page.locator("#writing .caret")).to_be_visible()
    send(ENDED, {**first, "done": False})
    until_shown(page, run.insight.text)


def test_what_comes_late_of_a_run_whose_place_was_taken_is_not_shown(send, run):
    first = messages(run, 30)
    other = begin("shakespeare", TextRequest())[0]
    second = messages(other, 25, seed=2)
    page = send({**first[-1], "done": False}, second[-1], first[-1])
    until_shown(page, other.insight.text)
