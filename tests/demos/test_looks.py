"""Palette, style sheets, scripts and the card of a model."""

import re
from pathlib import Path

import pytest

import demos
from demos import theme
from demos.card import card_table, listed
from lstm_core.checkpoint import Card

FOLDER = Path(demos.__file__).parent
SHEETS = sorted(p for p in FOLDER.rglob("*") if p.suffix in (".css", ".js", ".html"))
OF_GRADIO = {"font", "font-mono"}
PALETTES = {"light": theme.LIGHT, "dark": theme.DARK}


def luminance(colour):
    """Relative luminance of #RRGGBB, WCAG 2.2."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    """Contrast ratio of two colours, 1 to 21, WCAG 2.2."""
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def mixed(colour, share, ground):
    """A colour laid over another in part, as the shading of the text is."""
    pairs = [(int(colour[n : n + 2], 16), int(ground[n : n + 2], 16)) for n in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02X}" for a, b in pairs)


def test_contrast_of_black_and_white():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_light_and_dark_have_the_same_colours():
    assert list(theme.LIGHT) == list(theme.DARK)
    for palette in PALETTES.values():
        assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in palette.values())


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize("words", ["ink", "muted", "accent"])
@pytest.mark.parametrize("ground", ["paper", "surface"])
def test_words_can_be_read(palette, words, ground):
    assert contrast(palette[words], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_words_on_buttons_can_be_read(palette):
    assert contrast(palette["accent-ink"], palette["accent"]) >= 4.5
    assert contrast(palette["surface"], palette["ink"]) >= 4.5  # the shading that is chosen


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize(("shade", "share"), [("surprise", 0.62), ("minus", 0.8), ("plus", 0.8)])
def test_shaded_text_can_be_read(palette, shade, share):
    """At the fullest shading of demos/widgets/writing/writing.js."""
    script = (FOLDER / "widgets/writing/writing.js").read_text(encoding="utf-8")
    assert f"{share} *" in script
    ground = mixed(palette[shade], share, palette["surface"])
    assert contrast(palette["ink"], ground) >= 3


def test_the_style_sheet_sets_every_variable_that_is_used():
    css = theme.css()
    for name in theme.LIGHT:
        assert css.count(f"--{name}: ") == 2
    texts = [sheet.read_text(encoding="utf-8") for sheet in SHEETS]
    used = {name for text in texts for name in re.findall(r"var\(--([a-z-]+)", text)}
    scripts = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.js"))
    by_scripts = set(re.findall(r"setProperty\('--([a-z-]+)'", scripts))
    assert used <= set(theme.LIGHT) | OF_GRADIO | by_scripts
    theme.theme()


def test_nothing_is_fetched_from_elsewhere():
    assert SHEETS
    for sheet in SHEETS:
        text = sheet.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|[\"'(]//|@import|url\(", text), sheet.name


CARD = Card(
    name="x",
    task="text",
    title="<script>alert(1)</script>",
    description='"quoted" & more',
    config={"hidden_size": 32, "<i>": 1},
    data={"name": "<b>", "source": "https://example.org/?a=1&b=2", "licence": "", "split": "90 %"},
    training={"parameters": 1234567, "seconds": 90, "steps": 7500, "dropout": {"layers": 0.4},
              "hardware": "<u>", "learning_rate": 0.003, "amsgrad": False},
    results=[{"command": "a <b> c", "split": "<val>", "n": 1000, "metrics": {"nats<": 1.5}}],
    date="2026-01-31",
)  # fmt: skip


def test_a_card_is_a_table_of_plain_words():
    table = card_table(CARD)
    tags = set(re.findall(r"<(/?[a-z]+)", table))
    assert tags == {t for tag in ("table", "tr", "th", "td", "code") for t in (tag, f"/{tag}")} | {
        "br"
    }
    assert "1,234,567 weights; hidden size 32" in table
    assert "2 minutes; steps 7,500, dropout (layers 0.4)" in table
    assert "learning rate 0.003" in table
    assert "Licence" not in table  # what is not known is not shown
    assert "n 1,000" in table


def test_no_card_no_table():
    assert card_table(None) == ""


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, ""),
        ({"hidden_size": 512, "num_layers": 2}, "hidden size 512, layers 2"),
        ({"mean": [8.12345, 0.5], "hands": list("abcde")}, "mean 8.123 and 0.5, 5 hands"),
        ({"nats_per_char": 1.5, "hardware": "a"}, "nats per character 1.5, hardware a"),
        ({"locked": False, "attention": True}, "locked: no, attention: yes"),
        ({"steps": 12000, "dropout": {"a": 1, "b": 2.5}}, "steps 12,000, dropout (a 1, b 2.5)"),
    ],
)
def test_facts_of_a_card_in_words(facts, words):
    assert listed(facts) == words
