"""Tatoeba's pairs in parts that share no sentence.

One sentence has many translations there, and these have others: a translation in the test part of
what is in the training part would be no test. So all that hangs together stays together.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from lstm_core.translation.sentences import QUOTES, normalise

SHARES = {"test": range(0, 25), "val": range(25, 45)}
"""Parts, in thousandths; the rest is for training."""

LARGEST = 20
"""Pairs of a group; larger ones are for training, whatever their number."""


def split(rows: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """The pairs of each part, in their order.

    Args:
        rows: English, a tab, French, and whatever may follow after another.
    """
    kept = dict.fromkeys(
        (normalise(en, QUOTES), normalise(fr, QUOTES))
        for en, fr, *_ in (row.split("\t") for row in rows if row)
    )
    pairs = list(kept)
    groups = connected([(f"e:{key(en)}", f"f:{key(fr)}") for en, fr in pairs])
    parts: dict[str, list[tuple[str, str]]] = {"train": [], "val": [], "test": []}
    members: defaultdict[str, list[int]] = defaultdict(list)
    for n, group in enumerate(groups):
        members[group].append(n)
    of = {group: part(group, len(numbers)) for group, numbers in members.items()}
    for pair, group in zip(pairs, groups, strict=True):
        parts[of[group]].append(pair)
    return parts


def key(sentence: str) -> str:
    """A sentence without what may be written in two ways: letters and digits alone."""
    return "".join(c for c in sentence.casefold() if c.isalnum())


def part(group: str, size: int) -> str:
    """Where a group of so many pairs belongs, by chance."""
    chance = int(hashlib.sha256(group.encode()).hexdigest(), 16) % 1000
    return next((p for p, share in SHARES.items() if size <= LARGEST and chance in share), "train")


def connected(edges: Sequence[tuple[str, str]]) -> list[str]:
    """For each edge, the first by name of all that it hangs together with."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        above.setdefault(name, name)
        while above[name] != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for a, b in edges:
        first, second = sorted((top(a), top(b)))
        above[second] = first
    return [top(a) for a, _ in edges]
