"""Sentences in which a day, a time or a price can make way for another."""

import pytest

from lstm_core.translation.gaps import frames


@pytest.mark.parametrize(
    ("pair", "frame"),
    [
        (("I leave on Monday.", "Je pars lundi."), ("I leave on {day}.", "Je pars le {day}.")),
        (("On Sunday?", "Le dimanche ?"), ("On {day}?", "Le {day} ?")),
        (("It's 2:30.", "Il est 2 h 30."), ("It's {time}.", "Il est {time}.")),
        (("It's 2:30 p.m.!", "Il est 14h30 !"), ("It's {time}!", "Il est {time} !")),
        (("at six o'clock", "à six heures et demie"), ("at {time}", "à {time}")),
        (("I paid $1,500.", "J'ai payé 1 500 $."), ("I paid {price}.", "J'ai payé {price}.")),
        (
            ("For three hundred dollars!", "Pour trois cents dollars !"),
            ("For {price}!", "Pour {price} !"),
        ),
        (("See you tomorrow!", "À demain !"), None),
        (
            ("I'll see you tomorrow!", "Je te vois demain !"),
            ("I'll see you on {day}!", "Je te vois le {day} !"),
        ),
        (("Tomorrow is fine.", "Demain me va."), None),
        (
            ("It rains today.", "Aujourd’hui il pleut."),
            ("It rains on {day}.", "Le {day} il pleut."),
        ),
        (("It's tomorrow evening.", "C'est demain soir."), None),
        (("on Monday morning", "lundi matin"), None),
        (("until two o'clock", "toujours"), None),
        (("at 2:30 or 3:30", "à 2 h 30 ou 3 h 30"), None),
        (("{on Monday}", "{lundi}"), None),
        (("on Mondays", "le lundi"), None),
    ],
)
def test_sentences_with_a_gap(pair, frame):
    assert frames([pair, pair]) == ([] if frame is None else [[frame]])


def test_sentences_are_kept_by_kind():
    pairs = [("It's 2:30.", "Il est 2 h 30."), ("on Monday", "lundi"), ("at 1:05", "à 1 h 05")]
    assert frames(pairs) == [
        [("on {day}", "le {day}")],
        [("It's {time}.", "Il est {time}."), ("at {time}", "à {time}")],
    ]
