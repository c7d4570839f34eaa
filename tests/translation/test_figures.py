"""Speech, times of day, prices and other figures, as each language writes them."""

import re

import numpy as np
import pytest

from lstm_core.translation import figures
from lstm_core.translation.figures import FIGURES, KINDS, dressed, spoken

PAIR = ("It snows.", "Il neige.")


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
    made = {dressed(*PAIR, random, [[("Found {year}", "Trouvé {year}")]]) for _ in range(200)}
    assert any(re.search(r"Found \d+$", en) and re.search(r"Trouvé \d+$", fr) for en, fr in made)
    assert any("Found" not in en and '"' not in en for en, _ in made)


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


def test_spoken():
    random = np.random.default_rng(1)
    made = {spoken(*PAIR, random) for _ in range(400)}
    assert ('"It snows."', "« Il neige. »") in made
    assert ('"It snows," she said.', "« Il neige », dit-elle.") in made
    assert ('"It snows," he replied.', "« Il neige », répliqua-t-il.") in made
    assert any(
        en.startswith("Mr. ") and en.endswith(' said, "It snows."')
        and fr.startswith("M. ") and fr.endswith(" a dit : « Il neige. »") for en, fr in made
    )  # fmt: skip
    for en, fr in made:
        assert en.count('"') == 2
        assert (fr.count("« "), fr.count(" »")) == (1, 1)


def test_questions_are_asked():
    random = np.random.default_rng(2)
    made = {spoken("Is it?", "Vraiment ?", random) for _ in range(100)}
    assert ('"Is it?" he asked.', "« Vraiment ? » demanda-t-il.") in made
    assert not any("said" in en for en, _ in made)


@pytest.mark.parametrize(
    "pair",
    [("", ""), ("No stop", "Sans point"), ("One.", "Deux !"), ('"So."', "« Si. »"), ("It.", "")],
)
def test_what_cannot_be_spoken_stays(pair):
    random = np.random.default_rng(3)
    assert {spoken(*pair, random) for _ in range(50)} == {pair}


def test_dressed():
    random = np.random.default_rng(4)
    made = [dressed(*PAIR, random) for _ in range(1_000)]
    behind = [
        en for en, fr in made if en.startswith(f"{PAIR[0]} ") and fr.startswith(f"{PAIR[1]} ")
    ]
    alone = [en for en, _ in made if "snows" not in en]
    said = [en for en, _ in made if '"' in en]
    assert len(behind) + len(alone) + len(said) == 1_000
    assert min(map(len, (behind, alone, said))) > 150
    assert not any("{" in text or ".." in text for pair in made for text in pair)


def test_each_sentence_with_a_figure_comes():
    random, figure = np.random.default_rng(5), re.compile(r"{\w+}")
    made = [dressed(*PAIR, random)[0] for _ in range(2_000)]
    for there, _ in figures.FIGURES:
        plain = figure.sub("(.+)", re.escape(there).replace(r"\{", "{").replace(r"\}", "}"))
        assert any(re.search(plain.removesuffix(r"\."), en) for en in made), there
