"""The sections on one cell, on forgetting and on the plain RNN, in the browser."""

import math
import re

import gradio as gr
import pytest

from demos.home import forgetting, one_cell, reach, reach_plots
from lstm_core import checkpoint
from lstm_core.sequences.cell import run_cell

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

pytestmark = pytest.mark.thorough
expect.set_options(timeout=SECONDS * 1000)

INPUTS = one_cell.PRESETS["a one, and later a minus one"]


@pytest.fixture(scope="module")
def sections(served):
    """A page of the three sections, with the checkpoint that is shipped."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LSTM_GALLERY_CHECKPOINTS", raising=False)
        has_networks = "lags" in checkpoint.names()
        with gr.Blocks() as page:
            for section in (one_cell, forgetting, reach):
                section.build(page)
        if has_networks:
            reach_plots.networks()
    with served(page) as address:
        yield address, has_networks


@pytest.fixture
def opened(visit, sections):
    def opened(**settings):
        page = visit(sections[0], **settings)
        expect(page.locator("#one-cell .where")).to_have_text("step 1 of 8")
        return page

    return opened


@pytest.fixture
def with_networks(sections, opened):
    if not sections[1]:
        pytest.skip("no such checkpoint is shipped yet")
    page = opened()
    expect(page.locator("#reach polyline.curve").first).to_be_attached()
    return page


def move(page, slider, value):
    """Puts a range input where a visitor would drag it."""
    page.locator(slider).evaluate(
        """(input, value) => {
          input.value = value;
          input.dispatchEvent(new Event('input', { bubbles: true }));
          input.dispatchEvent(new Event('change', { bubbles: true }));
        }""",
        value,
    )


def fixed(value):
    return f"{value if abs(value) >= 0.005 else 0:.2f}".replace("-", "−")


def expect_step(page, step):
    """The drawing and the equations show the numbers of a step."""
    cell = page.locator("#one-cell")
    expect(cell.locator(".memory .value")).to_have_text(fixed(step.c))
    expect(cell.locator(".port .value").last).to_have_text(fixed(step.h))
    expect(cell.locator("li[data-eq=h] .filled")).to_have_text(
        f"{fixed(step.o)} · tanh({fixed(step.c)}) = {fixed(step.h)}"
    )
    expect(cell.locator("li[data-eq=f] .filled")).to_contain_text(f"f = {fixed(step.f)} is kept")


def test_sliders_and_gates(opened):
    page = opened()
    expect_step(page, run_cell(INPUTS, 0.5, 0.25, 0.75)[0])
    move(page, "#one-cell [data-gate=write] input", 100)
    move(page, "#one-cell [data-gate=forget] input", 60)
    move(page, "#one-cell [data-gate=read] input", 30)
    expect(page.locator("#one-cell [data-gate=forget] b")).to_have_text("forget 60 %")
    expect(page.locator("#one-cell [data-gate=forget] span")).to_have_text(
        "forget gate f = 0.40: keeps 40 %"
    )
    expect_step(page, run_cell(INPUTS, 1, 0.6, 0.3)[0])
    page.get_by_role("radio", name="binary gates").click()
    expect_step(page, run_cell(INPUTS, 1, 0.6, 0.3, binary=True)[0])
    expect(page.locator("#one-cell [data-gate=forget] span")).to_contain_text("keeps 0 %")
    page.get_by_role("radio", name="sigmoid gates").click()
    expect_step(page, run_cell(INPUTS, 1, 0.6, 0.3)[0])


def test_steps_light_up_the_equations(opened):
    page = opened()
    steps = run_cell(INPUTS, 0.5, 0.25, 0.75)
    lit = page.evaluate_handle(
        """() => {
          const seen = [];
          const watch = (changes) => changes.forEach(({ target }) => {
            const { eq } = target.dataset;
            if (target.matches('li.lit') && seen[seen.length - 1] !== eq) seen.push(eq);
          });
          new MutationObserver(watch).observe(document.querySelector('#one-cell .equations'),
            { attributes: true, subtree: true, attributeFilter: ['class'] });
          return seen;
        }"""
    )
    page.locator("#one-cell .next").click()
    expect_step(page, steps[1])
    assert lit.json_value() == ["i", "f", "g", "c", "o", "h"]
    expect(page.locator("#one-cell li.lit")).to_have_count(0)
    expect(page.locator("#one-cell .chart circle.c")).to_have_count(2)
    page.locator("#one-cell .chart").press("End")
    expect_step(page, steps[-1])
    page.locator("#one-cell .chart").press("ArrowLeft")
    expect_step(page, steps[-2])
    expect(page.locator("#one-cell .where")).to_have_text("step 7 of 8")
    page.locator("#one-cell li[data-eq=f]").hover()
    expect(page.locator("#one-cell .valve[data-eq=f]")).to_have_class(re.compile("lit"))


def test_play_and_reset(opened):
    page = opened()
    page.locator("#one-cell .presets").select_option("a one, and later a minus one")
    expect(page.locator("#one-cell .where")).to_have_text("8 steps to go")
    page.locator("#one-cell .numbers").fill("1, -.5")
    page.locator("#one-cell .numbers").press("Enter")
    expect(page.locator("#one-cell .where")).to_have_text("2 steps to go")
    page.locator("#one-cell .play").click()
    expect(page.locator("#one-cell .play")).to_have_text("Pause")
    expect_step(page, run_cell([1, -0.5], 0.5, 0.25, 0.75)[1])
    expect(page.locator("#one-cell .play")).to_have_text("Play")
    page.locator("#one-cell .reset").click()
    expect(page.locator("#one-cell .where")).to_have_text("2 steps to go")
    expect(page.locator("#one-cell .chart circle")).to_have_count(0)


def test_gates_moved_from_the_next_step_on(opened):
    page = opened()
    page.locator("#one-cell .later input").check()
    move(page, "#one-cell [data-gate=write] input", 0)
    expect(page.locator("#one-cell [data-gate=write] span")).to_have_text("input gate i = 0.00")
    expect_step(page, run_cell(INPUTS, 0.5, 0.25, 0.75)[0])
    page.locator("#one-cell .chart").press("End")
    expect_step(page, run_cell(INPUTS, [0.5] + [0] * 7, 0.25, 0.75)[-1])


def test_inputs_that_cannot_be_read(opened):
    page = opened()
    typed, said = page.locator("#one-cell .numbers"), page.locator("#one-cell .said")
    for words, sentence in [
        ("1, x", "from -1 to 1"), ("2", "from -1 to 1"), ("1e999", "from -1 to 1"),
        ("", "1 to 12"), ("1," * 13, "1 to 12"),
    ]:  # fmt: skip
        typed.fill(words)
        typed.press("Enter")
        expect(said).to_contain_text(sentence)
    page.locator("#one-cell .next").click()  # goes on with what there was
    expect(page.locator("#one-cell .where")).to_have_text("step 1 of 8")
    typed.fill("0.5")
    typed.press("Enter")
    expect(said).to_be_hidden()
    expect(page.locator("#one-cell .where")).to_have_text("1 step to go")


def readout(page, plot):
    return page.locator(f"#{plot} .readout")


def test_forgetting(opened):
    page = opened()
    expect(readout(page, "forgetting")).to_contain_text("n = 10")
    expect(readout(page, "forgetting")).to_contain_text("f = 0.9 34.9 %")
    page.locator("#forgetting .plot").press("End")
    expect(readout(page, "forgetting")).to_contain_text("f = 0.9 4.2 %")
    page.locator("#forgetting .plot").hover(position={"x": 54, "y": 100})
    expect(readout(page, "forgetting")).to_contain_text("n = 0")
    move(page, "#forget-bias input[type=range]", 6.9)
    expect(page.locator("#forgetting-said")).to_contain_text("f = 0.99899")
    expect(page.locator("#forget-gate input[type=number]")).to_have_value("0.999")
    expect(page.locator("#forgetting svg .word").last).to_contain_text("half-life 688 steps")
    move(page, "#forget-gate input[type=range]", 0.5)
    expect(page.locator("#forgetting-said")).to_contain_text("bias of b = ln(f / (1 − f)) = 0.00")
    page.locator("#forgetting .scale").click()
    expect(page.locator("#forgetting .scale")).to_have_attribute("aria-pressed", "true")
    for kind in ("csv", "svg"):
        with page.expect_download() as download:
            page.locator(f"#forgetting [data-kind={kind}]").click()
        content = download.value.path().read_text(encoding="utf-8")
        assert download.value.suggested_filename == f"forgetting-0.5.{kind}"
        assert content.startswith("n,") if kind == "csv" else "<svg" in content
        assert "var(" not in content


def test_trials_and_lags(with_networks):
    page = with_networks
    first = page.locator("#trial .task").inner_text()
    expect(page.locator("#trial tbody tr")).to_have_count(3)
    page.locator("#another").click()
    expect(page.locator("#lag-seed input")).to_have_value("4")
    expected = reach.on_seed("adding", 1000, 4)
    said = [answer["said"] for answer in expected["answers"]]
    expect(page.locator("#trial td.said")).to_have_text(said)
    page.get_by_role("radio", name="Recall").check()
    expect(page.locator("#trial .task")).to_contain_text("Recall: the first symbol")
    expect(page.locator("#accuracy .title")).to_contain_text("recall")
    page.get_by_role("radio", name="Adding").check()
    expect(page.locator("#accuracy .title")).to_contain_text("adding")
    page.locator("#lag").get_by_role("radio", name="30", exact=True).check()
    expect(page.locator("#trial .task")).to_contain_text("Adding: 30 numbers")
    expect(page.locator("#lag-said")).to_contain_text("lag 30")
    page.locator("#trial .strip").press("End")
    expect(page.locator("#trial .at")).to_contain_text("step 30 of 30")
    page.locator("#trial .strip").hover(position={"x": 16, "y": 60})
    expect(page.locator("#trial .at")).to_contain_text("step 1 of 30")
    assert first.startswith("Adding: 1,000 numbers")


def test_gradients_and_clipping(with_networks):
    page = with_networks
    expect(page.locator("#clipping-said")).to_contain_text("gradients are longer than 1")
    page.locator("#reach .plot").press("Home")
    expect(readout(page, "reach")).to_contain_text("LSTM 1")
    page.locator("#reach .plot").press("End")
    expect(readout(page, "reach")).to_contain_text("n = 1,000")
    for factor in (1.5, 0.8):
        move(page, "#factor input[type=range]", factor)
        expect(page.locator("#clipping .title")).to_contain_text(f"× {factor}:")
        found = reach_plots.followed_fresh("adding", factor).middle[-1]
        assert (found > 4) == (factor == 1.5)  # explodes, or vanishes
        power = str(math.floor(found)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        expect(readout(page, "reach")).to_contain_text(f"weights × {factor}")
        expect(readout(page, "reach")).to_contain_text(f"× 10{power}")


def test_phone(opened):
    page = opened(**PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    page.locator("#one-cell .next").tap()
    expect_step(page, run_cell(INPUTS, 0.5, 0.25, 0.75)[1])
    page.locator("#forgetting .plot").tap(position={"x": 320, "y": 100})
    expect(readout(page, "forgetting")).to_contain_text("n = 2")
