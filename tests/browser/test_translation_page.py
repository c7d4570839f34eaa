"""A visitor on the Translation tab."""

import re
import time
from xml.etree import ElementTree

import numpy as np
import pytest
from small_models import shipped
from translation.tiny import save_translators

from demos import translation
from demos.translation import runs
from demos.translation.examples import EXAMPLES, FAMILIES
from lstm_core.translation import sampler as sampling
from lstm_core.translation.request import TranslationRequest
from lstm_core.translation.sentences import typeset

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

expect.set_options(timeout=SECONDS * 1000)

TEXT = "The dog is old. Tom's house?\n\n  Is the dog red?"
LONG = "A red dog in front of a house, an old man and a dog, and the house is red, I don't know. "


@pytest.fixture(scope="module")
def tab_address(tmp_path_factory, served):
    """The tab alone, with small networks that write no more than a few pieces."""
    from demos.gallery import build

    folder = tmp_path_factory.mktemp("translators")
    save_translators(folder, runs.NETWORK, runs.VECTOR)
    with shipped(folder, "demos.translation") as patch:
        patch.setattr(sampling, "LONGEST", 12)
        translation.prepare()
        with served(build([translation])) as address:
            yield address


@pytest.fixture
def tab(visit, tab_address):
    """Opens the tab; the first translation is there, and whatever belongs to it."""

    def tab(**settings):
        page = visit(tab_address, **settings)
        expect(page.locator("#translation-stage .text")).to_have_text(translated(EXAMPLES[0].text))
        expect(page.locator("#translation-panel input.step")).to_be_visible()
        return page

    return tab


def found(text, direction="en_fr"):
    return runs.sampler().translate(TranslationRequest(text, direction))[1]


def translated(text):
    return typeset(runs.sampler().translate(TranslationRequest(text))[0], "fr")


def translate(page, text):
    page.locator("#translation-text textarea").fill(text)
    page.locator("#translation-go").click()
    expect(page.locator("#translation-stage .text")).to_have_text(translated(text))
    expect(page.locator("#translation-stage .detail")).to_be_visible()


def words(page, row):
    return page.locator(f"#translation-stage .{row} button")


def saved(page, button):
    with page.expect_download() as download:
        page.locator(f"#translation-stage {button}").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_a_text_is_translated_and_taken_away(tab):
    page = tab()
    translate(page, TEXT)
    whole = translated(TEXT)
    assert page.locator("#translation-stage .text").evaluate("e => e.textContent") == whole
    name, content = saved(page, "[data-tool=txt]")
    assert (name, content.decode()) == ("translation-fr.txt", whole)
    page.locator("#translation-stage [data-tool=copy]").click()
    expect(page.locator("#translation-stage [data-tool=copy]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == whole
    first, _, third = found(TEXT)
    expect(words(page, "sources")).to_have_text([word.text for word in first.source_words])
    page.locator("#translation-stage .sentence").nth(2).click()
    expect(words(page, "sources")).to_have_text([word.text for word in third.source_words])
    expect(words(page, "targets")).to_have_text([*(word.text for word in third.words), "end"])
    beside = page.locator("#translation-beside .text")
    expect(beside.first).to_have_text(third.text)
    vector = runs.sampler(runs.VECTOR).best(third.source, TranslationRequest("..."))
    expect(beside.last).to_have_text(vector)
    page.get_by_label("French to English").check()
    page.locator("#translation-text textarea").fill("Le chien.")
    page.locator("#translation-go").click()
    (back,) = found("Le chien.", "fr_en")
    expect(page.locator("#translation-stage .text")).to_have_text(back.text)
    expect(page.locator("#translation-stage .which")).to_have_text("French to English")
    expect(page.locator("#translation-beside .words")).to_contain_text("one direction only")
    page.locator("#translation-text textarea").fill(" ")
    page.locator("#translation-go").click()
    expect(
        page.get_by_text("There is nothing to translate yet: the text is empty.")
    ).to_be_visible()


def test_the_partners_of_a_word_light_up(tab):
    page = tab()
    (first,) = found(EXAMPLES[0].text)
    weights = np.rint(255 * first.word_attention) / 255  # as they are sent
    source = int(weights.max(0).argmax())
    partners = [n for n, weight in enumerate(weights[:, source]) if weight >= 0.04]
    assert partners
    words(page, "sources").nth(source).hover()
    lit = page.locator("#translation-stage .targets button[style*=color-mix]")
    expect(lit).to_have_count(int((weights[:, source] > 0).sum()))
    lines = page.locator("#translation-stage svg path")
    assert lines.count() == int((weights >= 0.04).sum())
    strong = "paths => paths.filter((path) => Number(path.style.strokeOpacity) > 0.3).length"
    assert lines.evaluate_all(strong) == len(partners)
    page.locator("#translation-stage .bar").hover()
    expect(lit).to_have_count(0)
    words(page, "targets").first.focus()
    page.keyboard.press("ArrowRight" if weights.shape[0] > 1 else "Home")
    focused = page.locator("#translation-stage .words button:focus")
    at = int(focused.get_attribute("data-n"))
    if "across" in page.locator("#translation-stage .alignment").get_attribute("class"):
        page.keyboard.press("ArrowUp")
        expect(focused).to_have_attribute("data-side", "0")
        expect(focused).to_have_attribute("data-n", str(int(weights[at].argmax())))


def test_an_alternative_is_forced_and_taken_back(tab):
    page = tab()
    translate(page, "Tom is old.")
    (before,) = found("Tom is old.")
    words(page, "targets").first.click()
    row = page.locator("#translation-stage .others").first.locator("button")
    expect(row).to_have_count(len(before.alternatives[0]))
    place = next(n for n, other in enumerate(before.alternatives[0])
                 if other.text and other.piece != before.pieces[0])  # fmt: skip
    piece = before.alternatives[0][place].piece
    *_, beam = runs.sampler().search("Tom is old.", TranslationRequest("..."), [piece])
    after = runs.sampler().translation("Tom is old.", "en_fr", beam)
    row.nth(place).click()
    expect(page.locator("#translation-stage .text")).to_have_text(after.text)
    expect(page.locator("#translation-stage .former b")).to_have_text([before.text, after.text])
    page.get_by_role("button", name="Let it choose again").click()
    expect(page.locator("#translation-stage .text")).to_have_text(before.text)
    expect(page.get_by_role("button", name="Let it choose again")).to_be_hidden()


def test_another_word_is_put_into_the_sentence(tab):
    page = tab()
    translate(page, TEXT)
    words(page, "sources").nth(1).click()
    field = page.get_by_label("Another word in place of “dog”")
    expect(field).to_have_value("dog")
    field.fill("house")
    field.press("Enter")
    changed = TEXT.replace("The dog", "The house")
    expect(page.locator("#translation-text textarea")).to_have_value(changed)
    expect(page.locator("#translation-stage .text")).to_have_text(translated(changed))
    first, again = found(TEXT)[0], found(changed)[0]
    former = page.locator("#translation-stage .former b")
    expect(former).to_have_text([first.text, first.source, again.text])


def test_the_search_and_the_heat_map(tab):
    page = tab()
    translate(page, "Tom is old.")
    (sentence,) = found("Tom is old.")
    page.locator("#translation-stage .best summary").click()
    listed = page.locator("#translation-stage .best li span:first-child")
    expect(listed).to_have_text([candidate.text for candidate in sentence.candidates])
    page.locator("#translation-stage .search summary").click()
    lines = page.locator("#translation-stage .tree .node")
    expect(lines).to_have_count(len(sentence.pieces) + 1)  # the best and its end
    pieces = [*(runs.sampler().piece(n).replace(" ", "␣") for n in sentence.pieces), "end"]
    expect(page.locator("#translation-stage .tree .node b")).to_have_text(pieces)
    expect(page.locator("#translation-stage .tree .ranked")).to_have_text(
        re.compile("^1. by score")
    )
    while page.locator("#translation-stage .tree [aria-expanded=false]").count():
        page.locator("#translation-stage .tree [aria-expanded=false]").first.click()
    expect(lines).to_have_count(len(sentence.nodes) - 1)
    expect(page.locator("#translation-stage .tree .ranked")).to_have_count(5)
    page.locator("#translation-stage .heat summary").click()
    image = page.locator("#translation-stage .picture img")
    expect(image).to_have_attribute("src", re.compile("^data:image/svg"))
    name, content = saved(page, "[data-kind=svg]")
    assert name == "attention.svg"
    ElementTree.fromstring(content)
    assert saved(page, "[data-kind=png]")[1].startswith(b"\x89PNG")


def test_a_long_translation_is_stopped(tab, monkeypatch):
    sampler = runs.sampler()
    search = sampler.search

    def slowly(*asked):
        for beam in search(*asked):
            time.sleep(0.05)
            yield beam

    page = tab()
    monkeypatch.setattr(sampler, "search", slowly)
    page.locator("#translation-text textarea").fill(LONG * 8)
    page.locator("#translation-go").click()
    expect(page.locator("#translation-stage .sentence")).to_have_count(3)
    page.locator("#translation-stop").click()
    expect(page.locator("#translation-stage .said")).to_have_text("Stopped.")
    count = page.locator("#translation-stage .sentence").count()
    assert 3 <= count < 8
    monkeypatch.undo()
    page.locator("#translation-stage .sentence").first.click()
    expect(page.locator("#translation-stage .detail")).to_be_visible()
    (first, *_) = found(LONG)
    expect(words(page, "sources")).to_have_text([word.text for word in first.source_words])
    expect(page.locator("#translation-beside .text").first).to_have_text(first.text)


def test_the_map_and_the_cells(tab):
    page = tab()
    family = list(FAMILIES)[1]
    page.get_by_label(family).check()
    listed = page.locator("#translation-map li span")
    expect(listed).to_have_text(FAMILIES[family])
    page.locator("#translation-own textarea").fill("Tom is old.")
    page.locator("#translation-put").click()
    expect(listed).to_have_text([*FAMILIES[family], "Tom is old."])
    expect(page.locator("#translation-map svg g")).to_have_count(len(FAMILIES[family]) + 1)
    listed.last.hover()
    expect(page.locator("#translation-map g.faint")).to_have_count(len(FAMILIES[family]))
    count = len(runs.sampler().encoder.source(EXAMPLES[0].text, "en_fr"))
    page.get_by_label("Encoder, backwards").check()
    expect(page.locator("#translation-panel")).to_contain_text(f"of {count}")


def test_on_a_phone_a_long_sentence_stands_in_columns(tab):
    page = tab(**PHONE)
    translate(page, LONG)
    alignment = page.locator("#translation-stage .alignment")
    expect(alignment).to_have_class(re.compile("columns"))
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    assert alignment.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    (sentence, *_) = found(LONG)
    source = int(sentence.word_attention.max(0).argmax())
    words(page, "sources").nth(source).tap()
    expect(page.locator("#translation-stage .words .chosen")).to_have_count(1)
    expect(page.get_by_label(re.compile("^Another word in place of"))).to_be_visible()
