"""Texts from the outputs of each frame, against sums over every path."""

import itertools
from collections import defaultdict

import numpy as np
import pytest

from lstm_core.recognition.decoding import align, beam_search, best_path


def outputs(path, sure, V=3):
    """(T, V + 1) log probabilities with the given likeliest outputs, and how likely they are."""
    made = np.full((len(path), V + 1), 0.0)
    for row, label, p in zip(made, path, sure, strict=True):
        row[:] = (1 - p) / V
        row[label] = p
    return np.log(made)


def by_chance(seed, T, V, sharpness=2.0):
    logits = sharpness * np.random.default_rng(seed).normal(size=(T, V + 1))
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def spelled(path):
    return tuple(label for label, _ in itertools.groupby(path) if label != 0)


def every_path(values):
    """For each text the paths that spell it, with their log probabilities."""
    T, outputs = values.shape
    found = defaultdict(list)
    for path in itertools.product(range(outputs), repeat=T):
        found[spelled(path)].append((sum(values[t, label] for t, label in enumerate(path)), path))
    return found


class Bigrams:
    """A language model that knows one character back, and remembers what it was asked."""

    def __init__(self, V, weight, bonus, seed=0):
        self.weight, self.bonus, self.asked = weight, bonus, []
        self.table = by_chance(seed, V + 1, V)  # [before, next]; 0: the line's begin and end

    def begin(self):
        return (), self.table[0]

    def extend(self, known, labels):
        texts = [(*text, label) for text, label in zip(known, labels, strict=True)]
        self.asked += texts
        return texts, self.table[labels]

    def score(self, text):
        ends = zip((0, *text), (*text, 0), strict=True)
        return self.weight * sum(self.table[way] for way in ends) + self.bonus * len(text)


def test_repetitions_are_merged_and_blanks_dropped():
    path = [0, 2, 2, 0, 2, 1, 1, 3, 0, 0]
    sure = [0.9, 0.5, 0.8, 0.9, 0.7, 0.6, 0.4, 0.9, 0.9, 0.9]
    reading = best_path(outputs(path, sure))
    assert reading.labels == [2, 2, 1, 3]
    assert reading.frames == [2, 4, 5, 7]
    assert reading.log_probability == np.log(sure).sum()


def test_nothing_but_blanks():
    values = outputs([0, 0], [0.9, 0.9])
    reading = best_path(values)
    assert (reading.labels, reading.frames) == ([], [])
    assert beam_search(values)[0].labels == []
    assert align(values, []) == []


@pytest.mark.parametrize("seed", range(4))
def test_a_wide_beam_finds_every_text_and_sums_over_its_paths(seed):
    values = by_chance(seed, T=5, V=2)
    expected = every_path(values)
    found = beam_search(values, beam=1_000, negligible=-np.inf)
    assert {tuple(each.labels) for each in found} == set(expected)
    for each in found:
        paths = [p for p, _ in expected[tuple(each.labels)]]
        assert each.log_probability == pytest.approx(np.logaddexp.reduce(paths))
        assert each.score == each.log_probability
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("seed", range(4))
def test_a_language_model_is_weighed_in(seed):
    values, language = by_chance(seed, T=5, V=2), Bigrams(2, weight=0.8, bonus=0.5, seed=seed + 9)
    expected = {
        text: np.logaddexp.reduce([p for p, _ in paths]) + language.score(text)
        for text, paths in every_path(values).items()
    }
    found = beam_search(values, language, beam=1_000, negligible=-np.inf)
    assert {tuple(each.labels): each.score for each in found} == pytest.approx(expected)
    assert tuple(found[0].labels) == max(expected, key=expected.get)
    assert len(set(language.asked)) == len(language.asked)  # nothing is asked twice


def test_a_narrow_beam_goes_on_with_the_best():
    values = by_chance(1, T=30, V=5, sharpness=10)
    wide, narrow = (beam_search(values, beam=beam) for beam in (300, 6))
    assert len(narrow) == 6
    assert narrow[0].labels == wide[0].labels
    assert narrow[0].log_probability <= wide[0].log_probability
    assert narrow[0].log_probability == pytest.approx(wide[0].log_probability, abs=0.01)
    assert best_path(values).log_probability < narrow[0].log_probability


def test_what_is_unlikely_starts_no_character():
    values = outputs([0, 1, 0, 2, 0], [0.9999, 0.9, 0.9999, 0.9, 0.9999], V=2)
    allowed = beam_search(values, beam=100, negligible=np.log(0.01))
    # Of the two frames with something in them, each has one of two characters or none.
    assert {tuple(each.labels) for each in allowed} == {
        (), (1,), (2,), (1, 1), (1, 2), (2, 1), (2, 2)
    }  # fmt: skip
    assert allowed[0].labels == [1, 2]


@pytest.mark.parametrize("seed", range(6))
def test_characters_lie_on_the_likeliest_path_of_their_text(seed):
    values = by_chance(seed, T=5, V=2)
    for text, paths in every_path(values).items():
        path = max(paths)[1]
        frames = align(values, list(text))
        runs, t = [], 0
        for label, run in itertools.groupby(path):
            length = len(list(run))
            if label != 0:
                runs.append(max(range(t, t + length), key=lambda t, n=label: values[t, n]))
            t += length
        assert frames == runs


@pytest.mark.parametrize("seed", range(3))
def test_the_best_path_is_the_alignment_of_its_text(seed):
    values = by_chance(seed, T=40, V=6)
    reading = best_path(values)
    assert align(values, reading.labels) == reading.frames


@pytest.mark.parametrize("labels", [[1, 1], [1, 2, 1]])
def test_too_few_frames_for_a_text(labels):
    with pytest.raises(ValueError, match="2 frames are too few"):
        align(by_chance(0, T=2, V=2), labels)
