"""Legibility of what is written: each way to fail, seen by a reader that reads what it is told."""

from dataclasses import replace

import numpy as np
import pytest

from lstm_core.handwriting import legibility
from lstm_core.handwriting.legibility import (
    SEEDS,
    Limits,
    Written,
    character_rates,
    failed,
    lost_words,
    measure,
    sentences,
    size,
    write,
)
from lstm_core.handwriting.recipe import trusted
from lstm_core.handwriting.request import MAX_LINE, WritingRequest
from lstm_core.ink.composition import ASCII
from lstm_core.ink.iam import read_lines


class Told:
    """Reads what it was told to, whatever the ink."""

    def __init__(self, *answers):
        self.answers, self.seen = list(answers), []

    def read_lines(self, trajectories):
        self.seen.append(trajectories)
        answer = self.answers.pop(0)
        return answer(trajectories) if callable(answer) else answer


@pytest.fixture
def lines(data):
    return trusted(read_lines("val2", data))


@pytest.mark.parametrize(
    ("reading", "lost"),
    [
        ("the quick fox", 0),
        ("thc quiek fox", 0),
        ("the fox", 1),
        ("the qxxxxk fox", 1),
        ("fox", 2),
        ("", 3),
        ("the quick fox fox", 0),
        ("quick the fox", 1),
    ],
)
def test_lost_words(reading, lost):
    assert lost_words("the quick fox", reading) == lost


def test_peoples_lines_do_not_run_away(lines):
    limits = Limits.of(lines)
    for line in lines:
        assert not limits.exceeded(line.points, line.text)
    far = lines[0].points * [3, 1, 1]
    high = lines[0].points * [1, 3, 1]
    assert limits.exceeded(far, "a")
    assert limits.exceeded(high, lines[0].text)
    assert size(np.array([[0, 0, 0], [30, 7, 1]]), "abc") == (10, 7)


def test_a_line_fails_in_each_way(lines):
    limits, line = Limits.of(lines), lines[0]
    good = Written(line.points)
    assert not failed(good, line.text, line.text, limits)
    assert failed(replace(good, given_up=True), line.text, line.text, limits)
    assert failed(Written(line.points * [9, 9, 1]), line.text, line.text, limits)
    assert failed(good, line.text, line.text.split(" ")[0], limits)


def test_sentences_are_taken_evenly_and_fit_a_line(lines):
    many = [replace(lines[0], id=str(n), text="a" * (1 + n % 60)) for n in range(600)]
    chosen = sentences(many, 100)
    assert len(chosen) == 100
    assert len({line.id for line in chosen}) == 100
    assert max(len(line.text) for line in chosen) <= MAX_LINE
    halves = [int(line.id) < 300 for line in chosen]
    assert 45 <= sum(halves) <= 55
    assert len(sentences(lines, 200)) == len(lines)


def test_lines_written_together_are_those_written_alone(sampler, monkeypatch):
    monkeypatch.setattr(legibility, "TOGETHER", 2)
    requests = [WritingRequest(text, seed=n) for n, text in enumerate(["The quick", "fox", "box"])]
    for request, found in zip(requests, write(sampler, requests), strict=True):
        alone = sampler.write(request).lines[0]
        np.testing.assert_allclose(found.points, alone, atol=0.1)
        *_, last = sampler.stream(request)
        assert found.given_up == last.given_up


def test_figures(sampler, lines, monkeypatch):
    """A reader that reads people perfectly, and one word of the network in three not at all."""
    texts = [line.text for line in lines]
    short = [text.split(" ")[0] for text in texts]
    reader = Told([*texts, *texts, *short], texts)
    monkeypatch.setattr(Limits, "exceeded", lambda self, points, text: False)
    monkeypatch.setattr(legibility, "write", lambda sampler, requests: ink_of(requests, lines))
    found = measure(sampler, reader, lines)
    assert [len(seen) for seen in reader.seen] == [len(SEEDS) * len(lines), len(lines)]
    missing = sum(len(text) - len(word) for text, word in zip(texts, short, strict=True))
    assert found["cer"] == pytest.approx(missing / (3 * sum(map(len, texts))))
    assert found["cer_real"] == found["failed_real"] == found["ran_away"] == 0
    assert found["word_lost"] == pytest.approx(1 / 3)
    assert found["given_up"] == pytest.approx(1 / 5)
    assert found["failed"] == pytest.approx(1 / 3 + 2 / 3 / 5)


def ink_of(requests, lines):
    """Somebody's ink, every fifth line given up."""
    assert {request.seed for request in requests} == set(SEEDS)
    return [Written(lines[0].points, n % 5 == 0) for n, _ in enumerate(requests)]


def test_rates_of_characters(sampler, lines, monkeypatch):
    """A reader that takes every X for an x."""
    asked = []

    def ink(sampler, requests):
        asked.extend(request.text for request in requests)
        return [Written(lines[0].points)] * len(requests)

    monkeypatch.setattr(legibility, "write", ink)
    reader = Told(lambda trajectories: [text.replace("X", "x") for text in asked])
    rates = character_rates(sampler, reader, seeds=(1,))
    assert rates == {c: float(c != "X") for c in ASCII if c != " "}
