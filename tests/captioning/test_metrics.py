"""The metrics, beside sacrebleu and examples worked out by hand from the papers' equations."""

import math

import pytest
from sacrebleu.metrics import BLEU

from lstm_core.captioning.metrics import Cider, bleu, diversity, repeats, scores

CAPTIONS = ["a dog runs in the grass", "two men on a bench", "a a a a", "a cat"]
REFERENCES = [
    ["a dog runs through the green grass", "the dog is in the grass", "dog in grass"],
    ["two men sit on a bench", "men on a bench in a park"],
    ["a dog and a cat", "the cat"],
    ["a small cat sits", "a cat that sleeps on a mat"],
]


def cut(rows):
    return [cut(row) if isinstance(row, list) else row.split() for row in rows]


@pytest.mark.parametrize("chosen", [slice(0, 4), slice(0, 2), slice(1, 2)])
def test_bleu_is_that_of_sacrebleu(chosen):
    captions, references = CAPTIONS[chosen], REFERENCES[chosen]
    found = bleu(cut(captions), cut(references))
    most = max(map(len, references))
    columns = [[r[n] if n < len(r) else None for r in references] for n in range(most)]
    for n, value in enumerate(found, start=1):
        theirs = BLEU(tokenize="none", smooth_method="none", max_ngram_order=n, force=True)
        assert 100 * value == pytest.approx(theirs.corpus_score(captions, columns).score, abs=1e-6)
    assert found[0] > 0


def test_bleu_by_hand():
    """Papineni et al., examples 1 and 2: "the the the the the the the" has 2 of 7 words right."""
    references = cut([["the cat is on the mat", "there is a cat on the mat"]])
    assert bleu(cut(["the the the the the the the"]), references) == [2 / 7, 0, 0, 0]
    # Three words where the nearest reference has six: all right, but too short.
    assert bleu(cut(["the cat is"]), references)[2] == pytest.approx(math.exp(1 - 6 / 3))
    assert bleu([[]], references) == [0, 0, 0, 0]
    # Between references of 2 and 4 words, the shorter counts as nearest to 3.
    assert bleu(cut(["a b c"]), cut([["a b", "a b c d"]]))[0] == pytest.approx(1)


def test_cider_by_hand():
    """Two photos; every n-gram of the first is in no reference of the second, so each weighs
    log 2."""
    cider = Cider(cut([["a b c d"], ["e f g h"]]))
    assert cider.score(0, ["a", "b", "c", "d"]) == pytest.approx(10)
    assert cider.score(1, ["a", "b", "c", "d"]) == 0
    # "a b": of words, 2 weights log 2 beside 4 make a cosine of 2 / sqrt(2 * 4); of pairs, 1 beside
    # 3 make 1 / sqrt(3); nothing of three or four words. Two words fewer: exp(-4 / 72).
    expected = 10 / 4 * (2 / math.sqrt(8) + 1 / math.sqrt(3)) * math.exp(-4 / 72)
    assert cider.score(0, ["a", "b"]) == pytest.approx(expected)
    # "a a b": said twice, a word counts no more than it does in the reference, but makes the
    # caption longer: 2 / sqrt(5 * 4); of pairs, 1 of 2 beside 3; of three words none. One fewer.
    expected = 10 / 4 * (2 / math.sqrt(20) + 1 / math.sqrt(6)) * math.exp(-1 / 72)
    assert cider.score(0, ["a", "a", "b"]) == pytest.approx(expected)


def test_what_every_photo_has_counts_for_nothing():
    cider = Cider(cut([["a dog"], ["a cat"], ["a hat"]]))
    assert cider.score(0, ["a"]) == 0
    assert cider.score(0, ["dog"]) > 0
    other = Cider(cut([["a dog"]]), corpus=cut([["a dog"], ["b cat"]]))
    assert other.score(0, ["a"]) == pytest.approx(10 / 4 / math.sqrt(2) * math.exp(-1 / 72))


def test_cider_is_the_mean_over_references_and_photos():
    one, two = Cider(cut([["a b"], ["c d"]])), Cider(cut([["x y"], ["c d"]]))
    both = Cider(cut([["a b", "x y"], ["c d"]]))
    said = ["a", "b"]
    assert both.score(0, said) == pytest.approx((one.score(0, said) + two.score(0, said)) / 2)
    assert both.mean([said, ["c", "d"]]) == pytest.approx((both.score(0, said) + 5) / 2)


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("a man in a white shirt and a white hat", False),
        ("a white shirt and a white shirt", True),
        ("a man man sits", True),
        ("a b a b", False),
        ("", False),
    ],
)
def test_repetition(caption, expected):
    assert repeats(caption.split()) == expected


def test_diversity_and_all_figures():
    captions = cut(["a dog", "a dog", "a cat", "a cat cat"])
    assert diversity(captions) == {"different": 3, "repeated_phrase": 0.25, "commonest": 0.5}
    found = scores(captions, cut([["a dog"]] * 4))
    assert list(found) == [
        "bleu1", "bleu2", "bleu3", "bleu4", "cider", "different", "repeated_phrase", "commonest",
    ]  # fmt: skip
    assert found["bleu1"] == pytest.approx(100 * 6 / 9)
