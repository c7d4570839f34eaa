"""Times of day, prices and other figures, of which sentences to learn from have few.

English and French write them in different ways: "at 7:45 p.m." and "à 19 h 45", "$3,200" and
"3 200 $", "3.5 %" and "3,5 %". Here are short sentences with figures; others are among those
learned from, with a day, a time or a price that makes way for another (`gaps.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from lstm_core.translation.copying import any_of, made_up, name, number
from lstm_core.translation.gaps import Both

FIGURES = (
    ("It's {time}.", "Il est {time}."),
    ("It is {time} now.", "Il est maintenant {time}."),
    ("The ferry sails at {time}.", "Le ferry part à {time}."),
    ("The bus to {place} leaves at {time}.", "Le bus pour {place} part à {time}."),
    ("We arrived in {place} at {time}.", "Nous sommes arrivés à {place} à {time}."),
    ("{he} left at {time}.", "{he} est parti à {time}."),
    ("{she} came home at {time}.", "{she} est rentrée à {time}."),
    ("I get up at {time} every day.", "Je me lève à {time} tous les jours."),
    ("See you at {time}.", "On se voit à {time}."),
    ("The meeting begins at {time}.", "La réunion commence à {time}."),
    ("The shop closes at {time}.", "Le magasin ferme à {time}."),
    ("It is open from {time} to {time}.", "C'est ouvert de {time} à {time}."),
    ("The zoo is open from {time} to {time}.", "Le zoo est ouvert de {time} à {time}."),
    ("It costs {price}.", "Cela coûte {price}."),
    ("This book costs {price}.", "Ce livre coûte {price}."),
    ("The ticket costs {price}.", "Le billet coûte {price}."),
    ("I paid {price} for it.", "Je l'ai payé {price}."),
    ("{he} owes me {price}.", "{he} me doit {price}."),
    ("{she} earns {price} a month.", "{she} gagne {price} par mois."),
    ("They sold the house for {price}.", "Ils ont vendu la maison pour {price}."),
    ("I was born in {year}.", "Je suis né en {year}."),
    ("{he} was born in {place} in {year}.", "{he} est né à {place} en {year}."),
    ("{she} died in {year}.", "{she} est morte en {year}."),
    ("We have lived here since {year}.", "Nous vivons ici depuis {year}."),
    ("It was built in {year}.", "Il a été construit en {year}."),
    ("{he} is {two} years old.", "{he} a {two} ans."),
    ("{she} is {two} years old.", "{she} a {two} ans."),
    ("{he} has {one} dogs and {one} cats.", "{he} a {one} chiens et {one} chats."),
    ("There were {two} people there.", "Il y avait {two} personnes."),
    ("The town has {count} inhabitants.", "La ville compte {count} habitants."),
    ("My room number is {two}.", "Mon numéro de chambre est le {two}."),
    ("{he} lives at {two} Station Street.", "{he} habite au {two} rue de la Gare."),
    ("It is {two} kilometres from here.", "C'est à {two} kilomètres d'ici."),
    ("It weighs {decimal} kilos.", "Il pèse {decimal} kilos."),
    ("It is {decimal} metres long.", "Il fait {decimal} mètres de long."),
    ("Prices rose by {percent}.", "Les prix ont augmenté de {percent}."),
    ("Only {percent} agree.", "Seuls {percent} sont d'accord."),
    ("They sell {percent} less than before.", "Ils vendent {percent} de moins qu'avant."),
    ("My telephone number is {phone}.", "Mon numéro de téléphone est le {phone}."),
    ("Today is {date}.", "Nous sommes le {date}."),
    ("{she} is coming on {date}.", "{she} vient le {date}."),
    ("The party is on {date}.", "La fête est le {date}."),
    ("We leave for {place} on {date}.", "Nous partons pour {place} le {date}."),
    ("I have an appointment on {date} at {time}.", "J'ai rendez-vous le {date} à {time}."),
    ("The exhibition lasts until {date}.", "L'exposition dure jusqu'au {date}."),
    ("The war began on {date}, {year}.", "La guerre a commencé le {date} {year}."),
    ("It often rains in {month}.", "Il pleut souvent en {month}."),
    (
        "{he} moved to {place} in {month} {year}.",
        "{he} s'est installé à {place} en {month} {year}.",
    ),
    ("They have sold {count} tickets.", "Ils ont vendu {count} billets."),
    ("The letter is dated {date}, {year}.", "La lettre est datée du {date} {year}."),
    ("{he} and {she} live in {place}.", "{he} et {she} habitent à {place}."),
    ("{he} is a friend of mine.", "{he} est un de mes amis."),
    ("Do you know {she}?", "Connaissez-vous {she} ?"),
    ("My name is {she}.", "Je m'appelle {she}."),
    ("This is {he}.", "Voici {he}."),
)  # fmt: skip
"""Sentences with a figure or a name, in both languages."""

MONTHS = (
    ("January", "janvier"), ("February", "février"), ("March", "mars"), ("April", "avril"),
    ("May", "mai"), ("June", "juin"), ("July", "juillet"), ("August", "août"),
    ("September", "septembre"), ("October", "octobre"), ("November", "novembre"),
    ("December", "décembre"),
)  # fmt: skip

CURRENCIES = (("$", "dollars"), ("€", "euros"), ("£", "pounds"))

PLACES = (
    "Amsterdam", "Berlin", "Bordeaux", "Boston", "Brest", "Calais", "Cardiff", "Chicago", "Dijon",
    "Dublin", "Grenoble", "Lausanne", "Leeds", "Lille", "Madrid", "Manchester", "Montpellier",
    "Nancy", "Nantes", "Oslo", "Oxford", "Paris", "Prague", "Quimper", "Rennes", "Rouen",
    "Stockholm", "Metz", "Tokyo", "Toronto", "Toulouse", "Tours", "Valence", "Zurich",
)  # fmt: skip
"""Towns that have one name in both languages."""


def figure(random: np.random.Generator, found: Sequence[Sequence[Both]] = ()) -> Both:
    """A sentence with a figure.

    Args:
        random: for what is left to chance.
        found: such sentences by their kind (`gaps.frames`), to choose from besides `FIGURES`, in
            one of two cases.
    """
    there, here = any_of(
        any_of(found, random) if found and random.random() < 0.5 else FIGURES, random
    )
    there, here = filled(there, here, random)
    return there.replace(".m..", ".m."), here  # the stop of an abbreviation ends it, too


def filled(there: str, here: str, random: np.random.Generator) -> Both:
    """A sentence in both languages with something in place of each of its gaps, of `KINDS`."""
    for kind in re.findall(r"{(\w+)}", there):
        a, b = KINDS[kind](random)
        there, here = there.replace(f"{{{kind}}}", a, 1), here.replace(f"{{{kind}}}", b, 1)
    return there, here


def time(random: np.random.Generator) -> Both:
    """A time of day: by twelve hours with a.m. or p.m. or without, or by twenty-four."""
    hour, minute = int(random.integers(24)), int(random.integers(60)) * (random.random() < 0.75)
    here = f"{hour} h {minute:02}" if minute else f"{hour} h"
    how = random.integers(4)
    if how < 2:
        return f"{hour}:{minute:02}", here
    half = "a.m." if hour < 12 else "p.m."
    twelve = (hour + 11) % 12 + 1
    return f"{twelve}:{minute:02} {half}" if minute or how == 2 else f"{twelve} {half}", here


def amount(random: np.random.Generator) -> Both:
    """A whole number of one to six digits, in groups of three; half of them round."""
    size = int(random.integers(1, 7))
    known = int(random.integers(1, size + 1)) if random.random() < 0.5 else size
    digits = number(known, random).ljust(size, "0")
    there = f"{int(digits):,}"
    return there, there.replace(",", " ")


def decimal(random: np.random.Generator) -> Both:
    """A number with one or two decimals."""
    whole, rest = (number(int(random.integers(1, 3)), random) for _ in range(2))
    there = f"{whole}.{rest}"
    return there, there.replace(".", ",")


def price(random: np.random.Generator) -> Both:
    """A price in dollars, euros or pounds, by the sign, or by the word in one of four."""
    sign, word = any_of(CURRENCIES, random)
    there, here = amount(random)
    if random.random() < 1 / 3:
        cents = f"{random.integers(100):02}"
        there, here = f"{there}.{cents}", f"{here},{cents}"
    if word != "pounds" and there != "1" and random.random() < 0.25:
        return f"{there} {word}", f"{here} {word}"
    return f"{sign}{there}", f"{here} {sign}"


def percent(random: np.random.Generator) -> Both:
    """A share."""
    there, here = (numbers(2), decimal)[random.integers(2)](random)
    return f"{there}{any_of(('%', ' %'), random)}", f"{here} %"


def phone(random: np.random.Generator) -> Both:
    """A telephone number, of five pairs of digits or of three and four digits."""
    sizes, between = any_of(((5 * (2,), " "), ((3, 4), "-")), random)
    there = between.join(number(size, random) for size in sizes)
    return there, there


def date(random: np.random.Generator) -> Both:
    """A day of the year."""
    day, (month, mois) = int(random.integers(1, 32)), any_of(MONTHS, random)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(0 if 10 < day < 20 else day % 10, "th")
    there = f"{month} {day}{ending if random.random() < 0.7 else ''}"
    return there, f"{'1er' if day == 1 else day} {mois}"


def day(random: np.random.Generator) -> Both:
    """A day, in one of three cases with its year."""
    (there, here), (y, _) = date(random), year(random)
    return (f"{there}, {y}", f"{here} {y}") if random.random() < 1 / 3 else (there, here)


def month(random: np.random.Generator) -> Both:
    """The name of a month."""
    return any_of(MONTHS, random)


def year(random: np.random.Generator) -> Both:
    """A year, more often than not of the last century or this one."""
    there = str(
        random.integers(1900, 2040) if random.random() < 0.7 else random.integers(800, 1900)
    )
    return there, there


def place(random: np.random.Generator) -> Both:
    """A town, in one of two cases a made-up one."""
    there = any_of(PLACES, random) if random.random() < 0.5 else made_up(random)
    return there, there


def numbers(most: int) -> Callable[[np.random.Generator], Both]:
    """Whole numbers from 2 on, of at most so many digits."""

    def make(random: np.random.Generator) -> Both:
        there = str(random.integers(2, 10 ** int(random.integers(1, most + 1))))
        return there, there

    return make


KINDS: dict[str, Callable[[np.random.Generator], Both]] = {
    "time": time, "price": price, "count": amount, "decimal": decimal, "percent": percent,
    "phone": phone, "date": date, "day": day, "month": month, "year": year, "place": place,
    "one": numbers(1), "two": numbers(2), "he": lambda random: name("Tom", random),
    "she": lambda random: name("Mary", random),
}  # fmt: skip
"""What a sentence of `FIGURES` leaves open."""
