"""How good captions are: BLEU and CIDEr-D as the reference implementation computes them.

Both are computed as in coco-caption (github.com/tylin/coco-caption; Chen et al. 2015,
arXiv:1504.00325), over words as `words.py` cuts them:

- BLEU-n (Papineni, Roukos, Ward & Zhu 2002), eq. 2 and the brevity penalty of section 2.3: over all
  captions together, with the reference nearest in length;
- CIDEr-D (Vedantam, Zitnick & Parikh 2015, arXiv:1411.5726), eq. 4 and section 6: the mean over the
  photos, each n-gram weighted by how few photos have it in a reference. In coco-caption's unit: 10
  is the most, and good captions reach about 1. Papers multiply by 100.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

LONGEST = 4
"""Words of the longest n-grams."""

SIGMA = 6.0
"""Of the Gaussian by which CIDEr-D punishes a difference in length."""

REPEATED = 3
"""Words in a row that make up a phrase; a caption that has one twice repeats itself."""

Words = Sequence[Hashable]


def ngrams(caption: Words) -> Counter[tuple]:
    """How often each row of 1 to 4 words comes."""
    return Counter(
        tuple(caption[k : k + n])
        for n in range(1, LONGEST + 1)
        for k in range(len(caption) - n + 1)
    )


def bleu(captions: Sequence[Words], references: Sequence[Sequence[Words]]) -> list[float]:
    """BLEU-1 to BLEU-4, from 0 to 1.

    Args:
        captions: one a photo. references: one or more for each.
    """
    right, made = [0] * LONGEST, [0] * LONGEST
    length = wanted = 0
    for caption, given in zip(captions, references, strict=True):
        most: Counter[tuple] = Counter()
        for reference in given:
            most |= ngrams(reference)
        for gram, count in ngrams(caption).items():
            right[len(gram) - 1] += min(count, most[gram])
            made[len(gram) - 1] += count
        length += len(caption)
        wanted += min((abs(len(r) - len(caption)), len(r)) for r in given)[1]
    brevity = 1.0 if length >= wanted else math.exp(1 - wanted / max(length, 1e-9))
    scores, product = [], 1.0
    for n in range(LONGEST):
        product *= right[n] / made[n] if made[n] else 0.0
        scores.append(brevity * product ** (1 / (n + 1)))
    return scores


@dataclass(frozen=True)
class _Vector:
    """The weighted n-grams of a caption, by their length less 1."""

    values: list[dict[tuple, float]]
    norms: list[float]
    length: int


class Cider:
    """CIDEr-D of captions beside the references of some photos.

    Args:
        references: of each photo, one or more.
        corpus: references of the photos by which n-grams are weighted; the same when None, as
            coco-caption does.
    """

    def __init__(
        self,
        references: Sequence[Sequence[Words]],
        corpus: Sequence[Sequence[Words]] | None = None,
    ) -> None:
        corpus = references if corpus is None else corpus
        self.photos_with: Counter[tuple] = Counter()
        for given in corpus:
            self.photos_with.update({gram for reference in given for gram in ngrams(reference)})
        self.log_photos = math.log(len(corpus))
        self.references = [[self._vector(r) for r in given] for given in references]

    def _vector(self, caption: Words) -> _Vector:
        values: list[dict[tuple, float]] = [{} for _ in range(LONGEST)]
        for gram, count in ngrams(caption).items():
            rarity = self.log_photos - math.log(max(1, self.photos_with[gram]))
            values[len(gram) - 1][gram] = count * rarity
        norms = [math.sqrt(sum(v * v for v in row.values())) for row in values]
        # As in coco-caption, the length is that in pairs of words.
        return _Vector(values, norms, max(len(caption) - 1, 0))

    def score(self, photo: int, caption: Words) -> float:
        """CIDEr-D of a caption of a photo, from 0 to 10."""
        said, given = self._vector(caption), self.references[photo]
        total = 0.0
        for reference in given:
            difference = said.length - reference.length
            gauss = math.exp(-(difference**2) / (2 * SIGMA**2))
            for n in range(LONGEST):
                known = reference.values[n]
                product = sum(
                    min(value, known[gram]) * known[gram]
                    for gram, value in said.values[n].items()
                    if gram in known
                )
                if norm := said.norms[n] * reference.norms[n]:
                    total += gauss * product / norm
        return 10 * total / (LONGEST * len(given))

    def mean(self, captions: Iterable[Words]) -> float:
        """The mean over one caption for each photo, in their order."""
        scores = [self.score(n, caption) for n, caption in enumerate(captions)]
        return sum(scores) / len(scores)


def repeats(caption: Words) -> bool:
    """Whether a phrase of three words comes twice in it, or a word twice in a row."""
    if any(a == b for a, b in pairwise(caption)):
        return True
    phrases = [tuple(caption[k : k + REPEATED]) for k in range(len(caption) - REPEATED + 1)]
    return len(set(phrases)) < len(phrases)


def diversity(captions: Sequence[Words]) -> dict[str, float]:
    """How varied captions are over photos.

    Returns:
        ``different``, how many different ones there are; ``repeated_phrase``, the share of those
        that repeat themselves; ``commonest``, the share of the one that comes most often.
    """
    counts = Counter(tuple(caption) for caption in captions)
    return {
        "different": len(counts),
        "repeated_phrase": sum(map(repeats, captions)) / len(captions),
        "commonest": max(counts.values()) / len(captions),
    }


def scores(captions: Sequence[Words], references: Sequence[Sequence[Words]]) -> dict[str, float]:
    """All figures: BLEU in per cent, CIDEr-D in coco-caption's unit, and the diversity."""
    found = {f"bleu{n}": 100 * value for n, value in enumerate(bleu(captions, references), start=1)}
    return {**found, "cider": Cider(references).mean(captions), **diversity(captions)}
