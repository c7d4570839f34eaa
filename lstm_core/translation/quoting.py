"""Quotation marks, of which sentences to learn from have few.

English puts them as "so", French as « so ». A pair can be spoken by somebody; a few words of it can
be put between quotation marks on both sides; or a short pair stands between some within a sentence
of `SAYINGS`, and a word or a title, which stays as it is, within one of `WORDS`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from lstm_core.translation.copying import NAME, any_of, made_up, name, shared
from lstm_core.translation.figures import filled
from lstm_core.translation.gaps import Both

SAID = (
    ("said", "dit", "a dit"),
    ("answered", "répondit", "a répondu"),
    ("replied", "répliqua", "a répondu"),
    ("cried", "s'écria", "s'est écrié"),
    ("shouted", "cria", "a crié"),
    ("whispered", "murmura", "a murmuré"),
    ("added", "ajouta", "a ajouté"),
    ("thought", "pensa", "a pensé"),
    ("wrote", "écrivit", "a écrit"),
    ("asked", "demanda", "a demandé"),
)
"""In English, in French behind what is said, and before it; the last is for questions."""

SPEAKERS = (
    ("the old man", "le vieil homme"), ("the boy", "le garçon"), ("my mother", "ma mère"),
    ("my father", "mon père"), ("the teacher", "le professeur"), ("the doctor", "le médecin"),
    ("her brother", "son frère"), ("the woman", "la femme"), ("the girl", "la fille"),
    ("somebody", "quelqu'un"), ("the child", "l'enfant"), ("my sister", "ma sœur"),
)  # fmt: skip
"""Who says something, besides people with names."""

SAYINGS = (
    ('The sign says "{}".', "Le panneau dit « {} »."),
    ('The sign on the door said "{}".', "Le panneau sur la porte disait « {} »."),
    ('There was a note that said "{}".', "Il y avait un mot qui disait « {} »."),
    ('{she} wrote "{}" on the wall.', "{she} a écrit « {} » sur le mur."),
    ('{he} shouted "{}" and ran away.', "{he} a crié « {} » et s'est enfui."),
    ('I heard somebody say "{}".', "J'ai entendu quelqu'un dire « {} »."),
    ('{he} just said "{}" and left.', "{he} a juste dit « {} » et est parti."),
    ('Did you say "{}"?', "As-tu dit « {} » ?"),
    ('Who said "{}"?', "Qui a dit « {} » ?"),
    ('Never say "{}" to me.', "Ne me dis jamais « {} »."),
    ('My answer was "{}".', "Ma réponse était « {} »."),
    ('The message was "{}".', "Le message était « {} »."),
    ('"{}" was the answer.', "« {} » était la réponse."),
    ('They wrote "{}" on the box.', "Ils ont écrit « {} » sur la boîte."),
    ('I told {he} "{}".', "J'ai dit à {he} « {} »."),
    ('The letter ends with "{}".', "La lettre se termine par « {} »."),
    ('He always says "{}" to her.', "Il lui dit toujours « {} »."),
    ('They call it "{}".', "Ils appellent ça « {} »."),
)
"""Sentences in which something is said, in both languages; gaps for names as in `FIGURES`."""

WORDS = (
    ('What does "{}" mean?', "Que signifie « {} » ?"),
    ('The word "{}" is very old.', "Le mot « {} » est très ancien."),
    ('How do you say "{}"?', "Comment dit-on « {} » ?"),
    ('How do you pronounce "{}"?', "Comment prononce-t-on « {} » ?"),
    ('How do you spell "{}"?', "Comment écrit-on « {} » ?"),
    ('"{}" is a difficult word.', "« {} » est un mot difficile."),
    ('I don\'t know the word "{}".', "Je ne connais pas le mot « {} »."),
    ('Have you read "{}"?', "As-tu lu « {} » ?"),
    ('I have read "{}" twice.', "J'ai lu « {} » deux fois."),
    ('{she} is reading "{}".', "{she} lit « {} »."),
    ('We watched "{}" last night.', "Nous avons regardé « {} » hier soir."),
    ('My favourite song is "{}".', "Ma chanson préférée est « {} »."),
    ('The book is called "{}".', "Le livre s'appelle « {} »."),
    ('The ship was called "{}".', "Le bateau s'appelait « {} »."),
    ('They call him "{}".', "Ils l'appellent « {} »."),
    ('{he} sang "{}".', "{he} a chanté « {} »."),
    ('The film "{}" is very good.', "Le film « {} » est très bon."),
)
"""Sentences of a word, or of something that has a title, in both languages."""

LEAST, ALIKE = 8, 0.4
"""How often a word and its translation have to stand in one pair, and their coefficient of Dice."""

Span = tuple[int, int]

SHORT = 5
"""Most words of a saying on either side."""

MOST = 4
"""Most words of a pair that are put between quotation marks, on either side."""

WORD = re.compile(r"(?<![\w-])(?<!aujourd')[^\W\d_]{3,}(?![\w'-])")
MARKED = re.compile(r'["«»“”]')
STRAIGHT = re.compile(r'["“] ?([^"“”]*[^"“” ]) ?["”]')


def french_marks(text: str) -> str:
    """A French text with « » in place of pairs of straight quotation marks."""
    return STRAIGHT.sub(r"« \1 »", text)


def straight_marks(text: str) -> str:
    """A French text with straight quotation marks, as they are on a keyboard."""
    return text.replace("« ", '"').replace(" »", '"')


def spoken(en: str, fr: str, random: np.random.Generator) -> Both:
    """A sentence between quotation marks, in most cases with who says it; the same pair if it has
    quotation marks, or is none that ends with a stop of the same kind on both sides."""
    stop = en[-1:]
    if stop not in ".!?" or not stop or fr[-1:] != stop or MARKED.search(en + fr):
        return en, fr
    how = random.integers(5)
    if how == 0:
        return f'"{en}"', f"« {fr} »"
    said, after, before = SAID[-1] if stop == "?" else any_of(SAID[:-1], random)
    if how == 1:
        who = any_of((("he", "il"), ("she", "elle")), random)
    elif random.random() < 0.3:
        who = any_of(SPEAKERS, random)
    else:
        who = name(any_of(("Tom", "Mary"), random), random)
    if how == 2 and not before.startswith("s'est"):  # its ending would depend on who it is
        return (
            f'{capital(who[0])} {said}, "{en}"',
            f"{capital(who[1])} {before} : « {fr} »",
        )
    if stop == ".":
        en, fr = f'"{en[:-1]},"', f"« {fr[:-1]} »,"
    else:
        en, fr = f'"{en}"', f"« {fr} »"
    if how == 1:
        joint = "-t-" if after[-1] in "ae" else "-"
        return f"{en} {who[0]} {said}.", f"{fr} {after}{joint}{who[1]}."
    there = f"{who[0]} {said}" if how == 3 else f"{said} {who[0]}"
    return f"{en} {there}.", f"{fr} {after} {who[1]}."


def capital(text: str) -> str:
    """A text that begins with a capital."""
    return text[:1].upper() + text[1:]


def marked(en: str, fr: str, lexicon: Mapping[str, str], random: np.random.Generator) -> Both:
    """A pair with quotation marks around a few words and their translation; the same pair if none
    are known.

    What is known are names that stand on both sides, and words of the lexicon, once each. From one
    of them to the same or another goes what is marked, if all that is known and within it on one
    side is so on the other: the phrases of Koehn, Och & Marcu 2003, section 4.1.
    """
    if MARKED.search(en + fr):
        return en, fr
    known = [(each, each) for each in shared(NAME, en, fr)]
    known += [(word, lexicon[word]) for word in WORD.findall(en) if word in lexicon]
    places = [
        (there[0], here[0])
        for a, b in known
        if len(there := positions(a, en)) == 1 and len(here := positions(b, fr)) == 1
    ]
    phrases = [
        phrase
        for n, one in enumerate(places)
        for other in places[n:]
        if is_phrase(phrase := (around(one[0], other[0]), around(one[1], other[1])), places)
        and max(len(en[slice(*phrase[0])].split()), len(fr[slice(*phrase[1])].split())) <= MOST
    ]
    if not phrases:
        return en, fr
    (a, b), (c, d) = any_of(phrases, random)
    return f'{en[:a]}"{en[a:b]}"{en[b:]}', f"{fr[:c]}« {fr[c:d]} »{fr[d:]}"


def positions(word: str, text: str) -> list[Span]:
    """Where a word stands."""
    pattern = rf"(?<![\w-]){re.escape(word)}(?![\w'-])"
    return [found.span() for found in re.finditer(pattern, text)]


def around(a: Span, b: Span) -> Span:
    """From the first of two to the end of the last."""
    return min(a[0], b[0]), max(a[1], b[1])


def is_phrase(phrase: tuple[Span, Span], places: Iterable[tuple[Span, Span]]) -> bool:
    """Whether all places that are within it in one language are so in the other."""
    (a, b), (c, d) = phrase
    return all((a <= there[0] < b) == (c <= here[0] < d) for there, here in places)


def lexicon(pairs: Iterable[Both]) -> dict[str, str]:
    """English words and those French ones that stand for them, each the other's likeliest by the
    coefficient of Dice (1945): twice the pairs with both, by the pairs with either."""
    there: Counter[str] = Counter()
    here: Counter[str] = Counter()
    both: Counter[Both] = Counter()
    for en, fr in pairs:
        words, mots = set(WORD.findall(en)), set(WORD.findall(fr))
        there.update(words)
        here.update(mots)
        both.update((a, b) for a in words for b in mots)
    alike = {(a, b): 2 * n / (there[a] + here[b]) for (a, b), n in both.items() if n >= LEAST}
    best: dict[str, Both] = {}
    for pair in sorted(alike, key=lambda pair: (alike[pair], pair)):
        best[f"en {pair[0]}"] = best[f"fr {pair[1]}"] = pair
    return {
        a: b
        for (a, b), n in alike.items()
        if n >= ALIKE and best[f"en {a}"] == best[f"fr {b}"] == (a, b)
    }


def sayings(pairs: Iterable[Both]) -> list[Both]:
    """Short pairs, without the stop behind a statement."""
    found = {
        (en.removesuffix("."), fr.removesuffix("."))
        for en, fr in pairs
        if max(len(en.split()), len(fr.split())) <= SHORT
        and en[-1:] == fr[-1:]
        and not re.search(r'[\d"«»“”{}]|\.\.', en + fr)
    }
    return sorted(found)


def quoted(en: str, fr: str, random: np.random.Generator, known: Sequence[Both]) -> Both:
    """A sentence with something between quotation marks: a saying, or words of a pair.

    Args:
        en, fr: the pair. random: for what is left to chance. known: sayings.
    """
    if known and random.random() < 0.5:
        (there, here), fill = any_of(SAYINGS, random), any_of(known, random)
    else:
        (there, here), text = any_of(WORDS, random), title(any_of((en, fr), random), random)
        fill = text, text
    there, here = filled(there, here, random)
    return there.replace("{}", fill[0]), here.replace("{}", fill[1])


def title(text: str, random: np.random.Generator) -> str:
    """A word of a text, or up to three in a row with capitals, or a made-up name."""
    words = WORD.findall(text)
    how = random.integers(3)
    if how == 0 or not words:
        return made_up(random)
    first = int(random.integers(len(words)))
    if how == 1:
        return words[first].lower()
    return " ".join(map(capital, words[first : first + int(random.integers(1, 4))]))
