"""Legibility of what is written: each way to fail, seen by a reader that reads what it is told."""

from dataclasses import replace

import numpy as np
import pytest

from lstm_core.handwriting import legibility
from lstm_core.handwriting.checking import Checker, WrittenLine, lost_words
from lstm_core.handwriting.legibility import SEEDS, character_rates, measure, sentences, write
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


def as_written(line):
    return WrittenLine(line.text, line.points)


def test_peoples_lines_do_not_run_away(lines):
    for line in map(as_written, lines):
        assert not line.ran_away
        assert replace(line, points=line.points * [40, 1, 1]).ran_away
        assert replace(line, points=line.points * [1, 60, 1]).ran_away


def test_a_line_fails_in_each_way(lines):
    line = as_written(lines[0])
    assert not line.failed(line.text)
    assert replace(line, given_up=True).failed(line.text)
    assert replace(line, points=line.points * [99, 99, 1]).failed(line.text)
    assert line.failed(line.text.split(" ")[0])


def test_a_checker_has_read_what_is_not_faulty_anyway(lines):
    line = as_written(lines[0])
    for answer, good in ((line.text, True), ("", False)):
        reader = Told([answer])
        assert Checker(reader)(line) == good
        assert len(reader.seen) == 1
    assert not Checker(Told())(replace(line, given_up=True))
    assert not Checker(Told())(replace(line, points=line.points * [99, 99, 1]))


class Strict:
    """Finds fault with so many lines, and remembers all it was shown."""

    def __init__(self, faults):
        self.faults, self.seen = faults, []

    def __call__(self, line):
        self.seen.append(line)
        self.faults -= 1
        return self.faults < 0


@pytest.mark.parametrize("hand", ["", "7"])
def test_a_line_that_cannot_be_read_is_begun_again(sampler, hand):
    request = WritingRequest("The quick brown fox had a quicker one near a box", seed=2, hand=hand)
    plain = sampler.write(request)
    sampler.checker = Strict(2)
    steps = list(sampler.stream(request))
    begun = [(step.line, step.text) for step in steps if step.position == 0]
    first, second = plain.texts
    assert begun == [(0, first)] * 3 + [(1, second)]
    assert [line.text for line in sampler.checker.seen] == [first] * 2 + [second]

    # The first try is what is written without a checker; the others are not.
    tries = [line.points for line in sampler.checker.seen]
    np.testing.assert_allclose(tries[0], plain.lines[0], atol=1e-6)
    assert len(tries[1]) != len(tries[0]) or np.abs(tries[1] - tries[0]).max() > 1

    # What is left is the last try, and the lines after it.
    sampler.checker = Strict(2)
    again = sampler.write(request)
    assert again.texts == plain.texts
    np.testing.assert_allclose(again.lines[1], tries[2], atol=1e-6)
    ends = [n for n, step in enumerate(steps) if step.last]
    assert len(again.lines[0]) == 1 + ends[2] - ends[1]


def test_a_line_without_fault_is_written_once(sampler):
    request = WritingRequest("The quick brown fox", seed=2)
    plain = sampler.write(request)
    sampler.checker = Strict(0)
    np.testing.assert_array_equal(sampler.write(request).lines[0], plain.lines[0])


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
        alone = sampler.write(request)
        assert found.text == alone.texts[0]
        np.testing.assert_allclose(found.points, alone.lines[0], atol=0.1)
        *_, last = sampler.stream(request)
        assert found.given_up == last.given_up


def test_figures(sampler, lines, monkeypatch):
    """A reader that reads people perfectly, and one word of the network in three not at all."""
    texts = [line.text for line in lines]
    short = [text.split(" ")[0] for text in texts]
    reader = Told([*texts, *texts, *short], texts)
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
    return [WrittenLine(r.text, lines[0].points, n % 5 == 0) for n, r in enumerate(requests)]


def test_rates_of_characters(sampler, lines, monkeypatch):
    """A reader that takes every X for an x."""
    asked = []

    def ink(sampler, requests):
        asked.extend(request.text for request in requests)
        return [WrittenLine(r.text, lines[0].points) for r in requests]

    monkeypatch.setattr(legibility, "write", ink)
    reader = Told(lambda trajectories: [text.replace("X", "x") for text in asked])
    rates = character_rates(sampler, reader, seeds=(1,))
    assert rates == {c: float(c != "X") for c in ASCII if c != " "}
