"""A visitor on the Text tab."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from demos import gallery, text, theme
from demos.text import opening_request
from demos.text_runs import first_cell, sampler
from lstm_core.text.sampler import TextRequest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

expect.set_options(timeout=20_000)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
STOPPED = re.compile(r"^Stopped after [\d,]+ characters\.$")
WRITTEN = "#writing .text s"


def written(model="shakespeare", **request):
    return sampler(model).write(TextRequest(**request))


def text_of(page, stage="#writing"):
    """What the network wrote, without the prime."""
    return page.eval_on_selector_all(
        f"{stage} .text s", "all => all.map(s => s.textContent).join('')"
    )


def until_written(page, length, stage="#writing"):
    """Waits until a text has exactly so many characters and is said to be done."""
    expect(page.locator(f"{stage} .text s")).to_have_count(length)
    expect(page.locator(f"{stage} .caret")).to_be_hidden()
    return text_of(page, stage)


def set_number(page, label, value):
    field = page.get_by_label(f"number input for {label}").first
    field.fill(str(value))
    field.press("Tab")


def set_length(page, length):
    unfold(page)
    set_number(page, "Length, in characters", length)


def unfold(page):
    if not page.get_by_label("Draw a new seed for every text").is_visible():
        page.get_by_role("button", name="More settings").click()
    expect(page.get_by_label("Draw a new seed for every text")).to_be_visible()


def write(page, length, seed=None):
    """Press Write; the text of before is gone when this returns."""
    set_length(page, length)
    if seed is not None:
        page.get_by_label("Draw a new seed for every text").uncheck()
        page.locator("#seed input").fill(str(seed))
        page.locator("#seed input").press("Tab")
    page.evaluate("document.querySelector('#writing .text s').dataset.old = 1")
    page.locator("#write").click()
    page.wait_for_selector(f"{WRITTEN}[data-old]", state="detached")


def shades(page):
    return page.eval_on_selector_all(
        WRITTEN, "all => all.slice(0, 80).map(s => s.style.backgroundColor)"
    )


def tool(page, name):
    return page.locator(f"#writing [data-tool={name}]")


def copied(page):
    expect(page.locator("#writing .tools")).to_contain_text("Copied")
    return page.evaluate("navigator.clipboard.readText()")


@pytest.fixture(scope="module")
def address(text_models, served):
    """The address of the Text tab, on a page of its own: it is sooner there than all of them."""
    with served(gallery.build([text])) as address:
        yield f"{address}/?tab=text"


@pytest.fixture
def page(visit, address):
    page = visit(address)
    until_written(page, 900)
    return page


def test_something_is_there_when_the_page_opens(page):
    assert text_of(page) == sampler("shakespeare").write(opening_request("shakespeare"))
    expect(page.locator("#writing .prime")).to_have_text("ROMEO:\n")
    expect(page.locator("#writing .question")).to_contain_text("It expected:")
    expect(page.locator("#writing .guesses li")).to_have_count(5)
    expect(page.locator("#learning svg polyline")).to_have_count(2)
    expect(page.locator("#learning svg circle")).to_have_count(4)
    expect(page.locator("#learning .sample")).to_have_text("Shakespeare after 1000 steps")
    for n in range(3):
        expect(page.locator(".compared .writing").nth(n).locator(".text s")).to_have_count(400)
    expect(page.locator("#card")).to_contain_text("Shakespeare, the data")
    expect(page.locator("#card")).to_contain_text("<Nothing> & more.")
    expect(page.locator("#status")).to_have_text("")
    expect(page.get_by_role("heading", name="What it cannot do")).to_be_visible()


def test_write_streams_exactly_what_was_asked_for(page, brake):
    write(page, 300, seed=77)
    expect(page.locator("#writing .caret")).to_be_visible()
    page.wait_for_function(f"document.querySelectorAll('{WRITTEN}').length > 100")
    so_far = text_of(page)
    text = until_written(page, 300)
    assert text.startswith(so_far)
    assert text == written(prime="ROMEO:\n", length=300, temperature=0.7, seed=77)
    expect(page.locator("#writing .announce")).to_have_text("300 characters written.")


@pytest.mark.thorough
def test_a_new_seed_is_drawn_and_shown(page):
    write(page, 30)
    text = until_written(page, 30)
    seed = int(page.locator("#seed input").input_value())
    assert text == written(prime="ROMEO:\n", length=30, temperature=0.7, seed=seed)


def test_stop_stops_and_continue_goes_on(page, brake):
    write(page, 5_000, seed=5)
    page.wait_for_function(f"document.querySelectorAll('{WRITTEN}').length > 120")
    page.locator("#stop").click()
    expect(page.locator("#status")).to_have_text(STOPPED, use_inner_text=True)
    length = int(re.sub(r"\D", "", page.locator("#status").inner_text()))
    text = until_written(page, length)
    assert length < 5_000
    assert brake.closed == 1
    assert text == written(prime="ROMEO:\n", length=length, temperature=0.7, seed=5)
    set_length(page, 40)
    page.locator("#continue").click()
    longer = until_written(page, length + 40)
    assert longer == written(prime="ROMEO:\n", length=length + 40, temperature=0.7, seed=5)
    expect(page.locator("#status")).to_have_text("")


@pytest.mark.thorough
def test_writing_anew_or_going_on_ends_what_is_being_written(page, brake):
    write(page, 5_000, seed=5)
    page.wait_for_function(f"document.querySelectorAll('{WRITTEN}').length > 120")
    set_length(page, 20)
    page.locator("#continue").click()
    expect(page.locator("#writing .caret")).to_be_hidden()
    brake.wait()
    text = text_of(page)
    assert 140 < len(text) < 5_000
    assert text == written(prime="ROMEO:\n", length=len(text), temperature=0.7, seed=5)


@pytest.mark.thorough
def test_pressing_write_while_it_writes_begins_anew(page, brake):
    write(page, 5_000, seed=5)
    page.wait_for_function(f"document.querySelectorAll('{WRITTEN}').length > 120")
    write(page, 30, seed=8)
    text = until_written(page, 30)
    assert text == written(prime="ROMEO:\n", length=30, temperature=0.7, seed=8)


@pytest.mark.thorough
def test_another_model_ends_what_is_being_written(page, brake):
    write(page, 5_000, seed=5)
    page.wait_for_function(f"document.querySelectorAll('{WRITTEN}').length > 120")
    page.locator("#model input").click()
    page.get_by_role("option", name="C source code").click()
    expect(page.locator("#card")).to_contain_text("C source code, the data")
    until_written(page, 900)
    brake.wait()
    assert until_written(page, 900) == written(
        "c_source", prime="/* Return the number of ", length=900, temperature=0.7, seed=4
    )


@pytest.mark.thorough
def test_writing_ends_the_text_of_an_address(visit, address, brake):
    page = visit(f"{address}&length=5000&seed=3")
    page.wait_for_function(f"document.querySelectorAll('{WRITTEN}').length > 120")
    write(page, 30, seed=8)
    text = until_written(page, 30)
    assert text == written(prime="ROMEO:\n", length=30, temperature=0.7, seed=8)


@pytest.mark.thorough
def test_stop_ends_the_text_of_an_address(visit, address, brake):
    page = visit(f"{address}&length=5000&seed=3")
    page.wait_for_function(f"document.querySelectorAll('{WRITTEN}').length > 120")
    page.locator("#stop").click()
    expect(page.locator("#status")).to_have_text(STOPPED, use_inner_text=True)
    length = int(re.sub(r"\D", "", page.locator("#status").inner_text()))
    until_written(page, length)
    assert length < 5_000


def test_pointing_shows_what_was_expected(page):
    likeliest = next(
        n
        for n, step in enumerate(sampler("shakespeare").stream(opening_request("shakespeare")))
        if step.log_probs.argmax() == step.id and step.character.isalpha() and n > 5
    )
    character = page.locator(WRITTEN).nth(likeliest)
    character.hover()
    expect(character).to_have_class("here")
    expect(page.locator("#writing .guesses li")).to_have_count(5)
    expect(page.locator("#writing .guesses li.taken")).to_have_count(1)
    expect(page.locator("#writing .guesses li.taken b")).to_have_text(character.inner_text())
    expect(page.locator("#writing .question")).to_contain_text(
        re.compile(r"probability <?\d+ %, surprise \d\.\d nats")
    )


def test_the_arrow_keys_go_from_character_to_character(page):
    page.locator("#writing .text").focus()
    here = "[...document.querySelectorAll('#writing .text s')].findIndex(s => s.matches('.here'))"
    for key, place in (("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1),
                       ("ArrowDown", 41), ("ArrowUp", 1), ("ArrowUp", 0), ("End", 899),
                       ("ArrowRight", 899)):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate(here) == place
    expect(page.locator("#writing .text s.here")).to_be_in_viewport()


@pytest.mark.thorough
def test_the_shading_can_be_chosen(page):
    by_surprise = shades(page)
    assert len(set(by_surprise)) > 3
    page.get_by_role("radio", name="Plain").first.click()
    assert set(shades(page)) == {"transparent"}
    page.get_by_role("radio", name="Memory cell").first.click()
    layer, cell = first_cell("shakespeare")
    expect(page.locator("#writing .scale")).to_contain_text(f"layer {layer}, cell {cell}:")
    assert len(set(shades(page))) > 3
    page.get_by_role("radio", name="Surprise").first.click()
    assert shades(page) == by_surprise
    expect(page.locator("#writing [aria-checked=true]")).to_have_text("Surprise")


@pytest.mark.thorough
def test_another_memory_cell(page):
    page.get_by_role("radio", name="Memory cell").first.click()
    first = shades(page)
    set_number(page, "Memory cell", 17)
    expect(page.locator("#writing .scale")).to_contain_text("layer 2, cell 17:")
    second = shades(page)
    set_number(page, "Layer", 1)
    expect(page.locator("#writing .scale")).to_contain_text("layer 1, cell 17:")
    expect(page.locator("#writing .caret")).to_be_hidden()
    assert first != second != shades(page)
    assert text_of(page) == sampler("shakespeare").write(opening_request("shakespeare"))


def looked_into(page, length):
    """Waits until the panel shows a run of so many steps."""
    expect(page.locator("#inside .of")).to_have_text(f"of {length:,}")
    expect(page.locator("#inside .body")).to_be_visible()


def panel_cell(page):
    return [int(page.locator(f"#inside {field}").input_value())
            for field in ("select.layer", "input.cell")]  # fmt: skip


def test_the_memory_cells_of_the_text_on_the_page_can_be_looked_into(page, brake):
    looked_into(page, 907)
    assert panel_cell(page) == list(first_cell("shakespeare"))
    expect(page.locator("#inside input.step")).to_have_value("8")  # the first that was written
    write(page, 300, seed=5)
    until_written(page, 300)
    looked_into(page, 307)
    set_length(page, 40)
    page.locator("#continue").click()
    until_written(page, 340)
    looked_into(page, 347)
    page.locator("#prime textarea").fill("")
    set_length(page, 5_000)
    page.locator("#write").click()
    page.wait_for_function(f"document.querySelectorAll('{WRITTEN}').length < 300")
    expect(page.locator("#inside .empty")).to_have_text(
        "The memory cells of a text are shown once it is written."
    )
    expect(page.locator("#inside .body")).to_be_hidden()
    page.locator("#stop").click()
    expect(page.locator("#status")).to_have_text(STOPPED, use_inner_text=True)
    length = int(re.sub(r"\D", "", page.locator("#status").inner_text()))
    looked_into(page, min(1 + length, 5_000))


@pytest.mark.thorough
def test_the_cell_of_the_stage_and_that_of_the_panel_are_one(page):
    looked_into(page, 907)
    before = shades(page)
    page.locator("#inside input.cell").fill("7")
    number = page.get_by_label("number input for Memory cell").first
    expect(number).to_have_value("7")
    assert shades(page) == before  # by surprise
    page.get_by_role("radio", name="Memory cell").first.click()
    expect(page.locator("#writing .scale")).to_contain_text("layer 2, cell 7:")
    set_number(page, "Layer", 1)
    expect(page.locator("#inside select.layer")).to_have_value("1")
    set_number(page, "Memory cell", 30)
    expect(page.locator("#inside input.cell")).to_have_value("30")
    write(page, 30, seed=5)
    until_written(page, 30)
    looked_into(page, 37)
    assert panel_cell(page) == [1, 30]


@pytest.mark.thorough
def test_a_wish_that_is_refused_leaves_the_memory_cells_of_the_text_on_the_page(page):
    looked_into(page, 907)
    unfold(page)
    page.get_by_label("Draw a new seed for every text").uncheck()
    page.locator("#seed input").fill("")
    page.locator("#seed input").press("Tab")
    page.locator("#write").click()
    expect(page.get_by_test_id("toast-body")).to_be_visible()
    looked_into(page, 907)


def test_another_model(page):
    before = text_of(page)
    page.locator("#model input").click()
    page.get_by_role("option", name="C source code").click()
    expect(page.locator("#card")).to_contain_text("C source code, the data")
    expect(page.locator("#prime textarea")).to_have_value("/* Return the number of ")
    expect(page.locator("#learning .sample")).to_have_text("C source code after 1000 steps")
    expect(page.locator("#writing .prime")).to_have_text("/* Return the number of ")
    text = until_written(page, 900)
    assert text == sampler("c_source").write(opening_request("c_source")) != before
    expect(page.get_by_label("range slider for Layer")).to_have_attribute("max", "3")
    write(page, 40, seed=6)
    assert until_written(page, 40) == written(
        "c_source", prime="/* Return the number of ", length=40, temperature=0.7, seed=6
    )
    looked_into(page, 64)
    assert panel_cell(page) == list(first_cell("c_source"))


def test_how_it_learned(page):
    slider = page.get_by_label("Milestone of the training")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowLeft")
    expect(page.locator("#learning .sample")).to_have_text("Shakespeare after 0 steps")
    expect(page.locator("#learning .at")).to_have_text("Before training")
    expect(page.locator("#learning .facts")).to_contain_text("4.20 nats a character")
    page.locator("#learning svg circle").nth(2).click()
    expect(page.locator("#learning .sample")).to_have_text("Shakespeare after 300 steps")
    expect(page.locator("#learning .at")).to_have_text("After 300 steps")
    expect(page.locator("#learning circle.now")).to_have_attribute("data-n", "2")


def test_compare_fills_three_columns(page):
    set_length(page, 50)
    page.locator("#seed input").fill("21")
    page.locator("#seed input").press("Tab")
    page.locator("#compare").click()
    for n, heat in enumerate((0.4, 0.8, 1.2)):
        column = page.locator(".compared .writing").nth(n)
        expect(column.locator(".text s")).to_have_count(50)
        expect(column.locator(".caret")).to_be_hidden()
        text = "".join(column.locator(".text s").all_text_contents())
        assert text == written(prime="ROMEO:\n", length=50, temperature=heat, seed=21)


@pytest.mark.thorough
def test_a_comparison_can_be_stopped(page, brake):
    set_length(page, 5_000)
    page.locator("#compare").click()
    column = page.locator(".compared .writing").first
    expect(column.locator(".caret")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).nth(1).click()
    expect(column.locator(".caret")).to_be_hidden()
    assert column.locator(".text s").count() < 5_000


def test_text_and_address_can_be_copied_and_the_address_repeats_the_text(page, visit):
    page.locator("#prime textarea").fill("JULIET:\nO & <what> a ☃?\n")
    write(page, 60, seed=99)
    text = until_written(page, 60)
    tool(page, "copy").click()
    assert copied(page) == "JULIET:\nO & what a ?\n" + text
    expect(tool(page, "copy")).to_have_text("Copy text")
    tool(page, "link").click()
    address = copied(page)
    other = visit(address, like=page)
    assert until_written(other, 60) == text
    expect(other.locator("#prime textarea")).to_have_value("JULIET:\nO & <what> a ☃?\n")
    expect(other.locator("#writing .prime")).to_have_text("JULIET:\nO & what a ?\n")
    unfold(other)
    expect(other.locator("#seed input")).to_have_value("99")
    expect(other.get_by_label("Draw a new seed for every text")).not_to_be_checked()


def test_the_text_can_be_taken_away(page):
    with page.expect_download() as waiting:
        tool(page, "download").click()
    download = waiting.value
    assert download.suggested_filename == "shakespeare-4.txt"
    assert Path(download.path()).read_text(encoding="utf-8") == "ROMEO:\n" + text_of(page)


@pytest.mark.thorough
def test_the_page_says_how_the_prime_was_read(page):
    page.locator("#prime textarea").fill("ROMÉO ☃")
    write(page, 20)
    expect(page.locator("#status")).to_have_text(
        "This network never saw some of these characters: it read “É” as “E” and left out “☃”."
    )
    expect(page.locator("#writing .prime")).to_have_text("ROMEO ")


def test_a_value_that_cannot_be_is_refused(page):
    before = text_of(page)
    unfold(page)
    page.get_by_label("Draw a new seed for every text").uncheck()
    page.locator("#seed input").fill("")
    page.locator("#seed input").press("Tab")
    page.locator("#write").click()
    expect(page.get_by_test_id("toast-body")).to_contain_text("The seed must be a whole number")
    assert text_of(page) == before


def test_an_address_that_cannot_be_followed(visit, address):
    page = visit(f"{address}&length=many&seed=3")
    expect(page.locator("#status")).to_have_text(
        "The address could not be followed: The length must be a whole number from 1 to 5,000."
    )
    until_written(page, 900)


def box(locator):
    return SimpleNamespace(**locator.bounding_box())


def test_on_a_phone(visit, address):
    page = visit(address, **PHONE)
    until_written(page, 900)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    stage, controls = box(page.locator("#writing")), box(page.locator(".controls:has(#prime)"))
    assert stage.y + stage.height <= controls.y
    assert stage.x == pytest.approx(controls.x, abs=1)
    assert stage.width == pytest.approx(controls.width, abs=1)
    unfold(page)
    buttons = page.locator("button:visible")
    assert buttons.count() > 15
    for n in range(buttons.count()):
        place = box(buttons.nth(n))
        assert place.x >= 0, buttons.nth(n).inner_text()
        assert place.x + place.width <= 390, buttons.nth(n).inner_text()
    for name in ("write", "stop", "continue", "compare"):
        page.locator(f"#{name}").tap(trial=True)
    page.locator(WRITTEN).nth(6).tap()
    expect(page.locator(WRITTEN).nth(6)).to_have_class("here")
    write(page, 40)
    until_written(page, 40)


@pytest.mark.parametrize(
    ("scheme", "palette"), [("light", theme.LIGHT), ("dark", theme.DARK)], ids=["light", "dark"]
)
def test_the_colours_follow_the_visitors_scheme(visit, address, scheme, palette):
    page = visit(address, color_scheme=scheme)
    until_written(page, 900)
    for selector, colour in (("gradio-app", "paper"), ("#writing .writing", "surface"),
                             ("#prime textarea", "paper"), ("#write", "accent")):  # fmt: skip
        channels = [int(palette[colour][n : n + 2], 16) for n in (1, 3, 5)]
        expect(page.locator(selector)).to_have_css(
            "background-color", "rgb({}, {}, {})".format(*channels)
        )


def test_everything_can_be_reached_by_keyboard(page):
    """Tab goes to each control of the first screen and changes nothing; Enter writes."""
    write(page, 30, seed=3)
    text = until_written(page, 30)
    page.locator("#prime textarea").fill("JULIET:\n")
    page.locator("#writing [data-mode=surprise]").focus()
    reached = set()
    while "continue" not in reached and len(reached) < 30:
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(e => e.closest('#write, #stop, #continue, #model, #prime')?.id"
                " || e.dataset.mode || e.dataset.tool || e.ariaLabel)(document.activeElement)"
            )
        )
    assert {
        *("cell", "plain", "copy", "link", "download", "model", "prime"),
        *("write", "stop", "continue", "range slider for Memory cell"),
    } <= reached
    expect(page.locator("#prime textarea")).to_have_value("JULIET:\n")
    assert text_of(page) == text
    page.locator("#write").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#writing .prime")).to_have_text("JULIET:\n")
    assert until_written(page, 30) == written(prime="JULIET:\n", length=30, temperature=0.7, seed=3)
