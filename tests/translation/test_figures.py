"""Times of day, prices and other figures, as each language writes them."""

import re

import numpy as np
import pytest

from lstm_core.translation.figures import FIGURES, KINDS, figure


def many(kind, times=400, seed=1):
    random = np.random.default_rng(seed)
    return {KINDS[kind](random) for _ in range(times)}


def test_sentences_leave_the_same_open_in_the_same_order():
    for there, here in FIGURES:
        assert re.findall(r"{(.*?)}", there) == re.findall(r"{(.*?)}", here)
        assert set(re.findall(r"{(.*?)}", there)) <= KINDS.keys()


def test_times_of_day():
    seen = set()
    for there, here in many("time"):
        hour, minute, half = re.fullmatch(r"(\d+)(?::(\d\d))?(?: ([ap])\.m\.)?", there).groups()
        if half:
            assert 1 <= int(hour) <= 12
            hour = int(hour) % 12 + 12 * (half == "p")
        wanted = f"{hour} h" if minute in (None, "00") else f"{hour} h {minute}"
        assert here == wanted
        seen.add((half, minute is None))
    assert seen == {(None, False), ("a", False), ("p", False), ("a", True), ("p", True)}
    hours = {int(here.split()[0]) for _, here in many("time")}
    assert hours == set(range(24))


def test_prices():
    made = many("price")
    for there, here in made:
        sign, amount, word = re.fullmatch(r"([$€£]?)([\d.,]+)((?: \w+)?)", there).groups()
        french = amount.replace(",", " ").replace(".", ",")
        assert here == f"{french}{word or f' {sign}'}"
        assert bool(sign) != bool(word)
    assert any("," in there for there, _ in made)
    assert any("." in there for there, _ in made)


def test_half_of_the_large_amounts_are_round():
    amounts = [there for there, _ in many("count", 2_000) if len(there) > 5]
    assert 0.2 < sum(there.endswith("00") for there in amounts) / len(amounts) < 0.5


def test_sentences_found_are_used_too():
    random = np.random.default_rng(6)
    made = {figure(random, [[("Found {year}", "Trouvé {year}")]]) for _ in range(200)}
    found = [(en, fr) for en, fr in made if "Found" in en]
    assert 50 < len(found) < 150
    assert all(en.removeprefix("Found ") == fr.removeprefix("Trouvé ") for en, fr in found)


@pytest.mark.parametrize(
    ("kind", "there", "here"),
    [
        ("count", r"\d{1,3}(,\d{3})?", r"\d{1,3}( \d{3})?"),
        ("decimal", r"\d+\.\d+", r"\d+,\d+"),
        ("percent", r"\d+(\.\d+)? ?%", r"\d+(,\d+)? %"),
        ("year", r"\d{3,4}", r"\d{3,4}"),
        ("phone", r"(\d\d ){4}\d\d|\d{3}-\d{4}", r"(\d\d ){4}\d\d|\d{3}-\d{4}"),
        ("one", r"[2-9]", r"[2-9]"),
        ("two", r"\d\d?", r"\d\d?"),
    ],
)
def test_figures_have_the_same_digits(kind, there, here):
    made = many(kind)
    assert len(made) > 5
    for a, b in made:
        assert re.fullmatch(there, a)
        assert re.fullmatch(here, b)
        assert re.findall(r"\d", a) == re.findall(r"\d", b)


def test_days_of_the_year():
    days = dict(many("date", 3_000))
    assert days["March 1st"] == "1er mars"
    assert days["August 22nd"] == "22 août"
    assert days["December 3rd"] == "3 décembre"
    assert days["May 11th"] == "11 mai"
    assert days["July 13"] == "13 juillet"


def test_some_days_have_a_year():
    made = many("day")
    with_year = [(en, fr) for en, fr in made if ", " in en]
    assert 0.2 < len(with_year) / len(made) < 0.5
    assert all(en.split(", ")[1] == fr.split()[-1] for en, fr in with_year)


def test_each_sentence_with_a_figure_comes():
    random, gap = np.random.default_rng(5), re.compile(r"{\w+}")
    made = [figure(random) for _ in range(2_000)]
    for there, _ in FIGURES:
        plain = gap.sub("(.+)", re.escape(there).replace(r"\{", "{").replace(r"\}", "}"))
        assert any(re.fullmatch(plain.removesuffix(r"\.") + r"\.?", en) for en, _ in made), there
    assert not any("{" in text or ".." in text for pair in made for text in pair)
