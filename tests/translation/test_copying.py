"""Names, numbers and signs that stand on both sides make way for others."""

import re

import numpy as np

from lstm_core.translation.copying import FIRST_NAMES, SURNAMES, copied, counted, number, put

HERE = "Tom a 42 ans."


def many(en, fr, times=300, seed=1):
    random = np.random.default_rng(seed)
    return [copied(en, fr, random) for _ in range(times)]


def test_numbers_and_signs_change_on_both_sides():
    numbers, signs = set(), set()
    for en, fr in many("Tom is 42.", HERE):
        if found := re.fullmatch(r"Tom is (\d\d)\.", en):
            assert fr == f"Tom a {found[1]} ans."
            numbers.add(found[1])
        else:
            sign = en.removeprefix("Tom is 42. ")
            assert fr == f"{HERE} {sign}"
            signs.add(sign)
    assert min(len(numbers), len(signs)) > 5
    assert all(number[0] != "0" for number in numbers)


def test_numbers_have_as_many_digits():
    random = np.random.default_rng(2)
    made = {(digits, len(number(digits, random))) for digits in (1, 2, 5) for _ in range(50)}
    assert made == {(1, 1), (2, 2), (5, 5)}


def test_numbers_in_words_are_put_into_digits():
    made = set(many("Three cats.", "Trois chats."))
    changed = [(re.fullmatch(r"(\d+) cats\.", en), fr) for en, fr in made]
    digits = {found[1]: fr for found, fr in changed if found}
    assert all(fr == f"{number} chats." for number, fr in digits.items())
    assert len(digits) > 30
    assert ("Three cats.", "Trois chats.") in made


def test_which_numbers_are_meant():
    assert counted("He is eight.", "Il a huit ans.") == ("eight", "huit")
    assert counted("at six o'clock", "à six heures") is None
    assert counted("ten of ten", "dix de dix") is None
    assert counted("thirty-five", "trente-cinq") is None
    assert counted("He is eight.", "Il est petit.") is None


def test_names_change_on_both_sides():
    plain, full, titled = set(), set(), set()
    for en, fr in many("Is Tom there?", "Tom est-il là ?", 600):
        if en == "Is Tom there?" or not en.endswith("?"):  # with a sign behind
            continue
        new = re.fullmatch(r"Is (.+) there\?", en)[1]
        title, _, rest = new.partition(" ")
        if title in ("Mr.", "Dr."):
            assert fr == f"{'M.' if title == 'Mr.' else 'Dr'} {rest} est-il là ?"
            titled.add(rest)
        else:
            assert fr == f"{new} est-il là ?"
            (full if rest else plain).add(new)
    assert min(map(len, (plain, full, titled))) > 30
    assert plain & set(FIRST_NAMES["Tom"])
    assert plain - set(FIRST_NAMES["Tom"])
    assert titled & set(SURNAMES)


def test_women_bear_names_of_women():
    names = {
        fr.removesuffix(" est fatiguée.") for _, fr in many("Mary is tired.", "Mary est fatiguée.")
    }
    assert names & set(FIRST_NAMES["Mary"])
    assert not names & set(FIRST_NAMES["Tom"])
    assert any(name.startswith("Mme ") for name in names)


def test_a_place_is_not_a_mister():
    assert not any("Mr." in en or "M." in fr for en, fr in many("in Boston", "à Boston"))


def test_french_leaves_out_a_vowel_before_another():
    assert put("Tom", "Éric", "le chien de Tom") == "le chien d'Éric"
    assert put("Tom", "Anna", "Que Tom vienne, plus que Tom") == "Qu'Anna vienne, plus qu'Anna"
    assert put("Alice", "Marie", "le chien d'Alice") == "le chien de Marie"
    assert put("Alice", "Odile", "le chien d'Alice") == "le chien d'Odile"
    assert put("Tom", "Zoé", "le chien de Tom") == "le chien de Zoé"
    assert put("Tom", "Ana", "Tomate, Tom.") == "Tomate, Ana."


def test_nothing_else_changes():
    pair = ("The cat is here on the 5th.", "Le chat est ici le 5.")
    assert all(en.startswith(pair[0]) and fr.startswith(pair[1]) for en, fr in many(*pair, 50))
