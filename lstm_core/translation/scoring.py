"""How good translations are: BLEU and chrF, by sacrebleu, beside translations by people.

BLEU is that of Papineni et al. (2002), chrF that of Popović (2015); the signature says how they
were computed (Post 2018, "A Call for Clarity in Reporting BLEU Scores", arXiv:1804.08771).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lstm_core.data import DataError
from lstm_core.translation.dataset import DIRECTIONS, Pair
from lstm_core.translation.moses import tokenised

LENGTHS = ((1, 5), (6, 8), (9, 11), (12, 15), (16, 20), (21, 30), (31, 1_000))
"""Words of sentences that are judged together, the first and the last number."""

FEWEST = 20
"""Sentences of about one length that there must be to be judged."""


class Judged(NamedTuple):
    """A sentence to be translated, and how people did."""

    source: str
    references: list[str]


@dataclass(frozen=True)
class Scores:
    """BLEU and chrF in per cent, and how both were computed."""

    bleu: float
    chrf: float
    signature: str
    chrf_signature: str


def judged(pairs: Sequence[Pair], direction: str) -> list[Judged]:
    """Each different sentence once, in the order in which they come, with all its translations."""
    a, b = DIRECTIONS[direction]
    found: dict[str, dict[str, None]] = {}
    for pair in pairs:
        found.setdefault(getattr(pair, a), {})[getattr(pair, b)] = None
    return [Judged(source, list(references)) for source, references in found.items()]


def score(translations: Sequence[str], references: Sequence[Sequence[str]], tok: bool) -> Scores:
    """Judge translations of a whole part.

    Args:
        translations: N of them.
        references: for each, one or more translations by people.
        tok: whether all are cut into words already; otherwise sacrebleu does it (13a).

    Raises:
        DataError: if sacrebleu is not there.
    """
    try:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF
    except ModuleNotFoundError:
        raise DataError('Scores need the training extra: pip install -e ".[train]"') from None
    # `force` keeps it from suspecting what was cut into words on purpose.
    bleu, chrf = BLEU(tokenize="none" if tok else "13a", force=True), CHRF()
    most = max(map(len, references))
    # Whoever has fewer has none in the last columns, which the types of sacrebleu do not foresee.
    columns: list[list[Any]] = [
        [row[n] if n < len(row) else None for row in references] for n in range(most)
    ]
    found = bleu.corpus_score(translations, columns), chrf.corpus_score(translations, columns)
    return Scores(
        found[0].score, found[1].score, str(bleu.get_signature()), str(chrf.get_signature())
    )


def prepared(text: str, language: str, tok: bool) -> str:
    """A translation as it is judged: as it stands, or as Multi30k's captions are (`moses.py`)."""
    return tokenised(text, language) if tok else text


def by_length(
    sentences: Sequence[Judged], translations: Sequence[str], language: str, tok: bool
) -> list[dict[str, float]]:
    """Scores of sentences of like length, in words between blanks: BLEU against length."""
    found = []
    for first, last in LENGTHS:
        chosen = [n for n, s in enumerate(sentences) if first <= len(s.source.split()) <= last]
        if len(chosen) >= FEWEST:
            made = [prepared(translations[n], language, tok) for n in chosen]
            rows = [[prepared(r, language, tok) for r in sentences[n].references] for n in chosen]
            bleu = score(made, rows, tok).bleu
            found.append({"from": first, "to": last, "n": len(chosen), "bleu": bleu})
    return found
