"""Legibility of what is written: each way to fail, seen by a reader that reads what it is told."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from lstm_core.handwriting import legibility
from lstm_core.handwriting.checking import (
    AT_ONCE,
    MOST_ROUNDS,
    ROUNDS,
    Checker,
    WrittenLine,
    lost_words,
)
from lstm_core.handwriting.legibility import SEEDS, character_rates, measure, sentences, write
from lstm_core.handwriting.recipe import trusted
from lstm_core.handwriting.request import MAX_LINE, Ink, WritingRequest
from lstm_core.handwriting.sampler import WritingSampler, rounds_for
from lstm_core.handwriting.stepper import PenState
from lstm_core.handwriting.steps import AT_LEAST, FLAWLESS, SLOWEST
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


def test_lines_are_compared_by_their_faults_then_by_their_errors(lines):
    good = as_written(lines[0])
    given_up = replace(good, given_up=True)
    away = replace(good, points=good.points * [99, 99, 1])
    wrong = good.text.replace("e", "c")
    assert wrong != good.text
    reader = Told([wrong, good.text, ""])
    found = Checker(reader)([given_up, good, good, away, good])
    assert [len(seen) for seen in reader.seen] == [3]  # what is faulty anyway is not read
    assert found[1] == (False, good.text.count("e"))
    assert found[2] == (False, 0)
    assert found[4] == (True, len(good.text))
    assert sorted(range(5), key=lambda n: found[n]) == [2, 1, 4, 0, 3]
    assert Checker(Told())([given_up]) == [found[0]]


class Choice:
    """Likes best the attempt of a number, and remembers all it was shown."""

    def __init__(self, number):
        self.number, self.seen = number, []

    def __call__(self, lines):
        self.seen.append(lines)
        if self.number == 0:
            return [FLAWLESS] * len(lines)
        if len(self.seen) % 2:  # the first attempts
            return [(False, 0.5)] * len(lines)
        return [(False, float(n % AT_ONCE != self.number - 1)) for n in range(len(lines))]

    @property
    def attempts(self):
        """For each word of a text all attempts at it: the line so far."""
        if self.number == 0:
            return self.seen
        return [one + more for one, more in zip(self.seen[::2], self.seen[1::2], strict=True)]


@pytest.fixture
def choose(sampler):
    """A sampler with the same weights that writes what somebody chooses."""
    return lambda checker: WritingSampler(sampler.model, sampler.alphabet, checker=checker)


@pytest.mark.parametrize("hand", ["", "7"])
@pytest.mark.parametrize("number", [0, AT_ONCE])
def test_the_attempt_that_is_liked_best_is_kept(sampler, choose, hand, number):
    request = WritingRequest("The quick brown fox had a quicker one near a box", seed=2, hand=hand)
    plain, checker = sampler.write(request), Choice(number)
    found = choose(checker).write(request)
    assert found.texts == plain.texts
    assert len(found.texts) == 2
    attempts = list(checker.attempts)
    for line, text in zip(found.lines, found.texts, strict=True):
        words, count = text.split(" "), 0
        while True:  # until the line's last point: after its last word, or if it was given up
            shown, count = attempts.pop(0), count + 1
            assert len(shown) == (1 + AT_ONCE if number else 1)
            assert {so_far.text for so_far in shown} == {" ".join(words[:count])}
            for one, other in pairwise(sorted(shown, key=lambda line: len(line.points))):
                assert len(one.points) < len(other.points) or (one.points != other.points).any()
            liked = shown[number].points
            np.testing.assert_array_equal(line[: len(liked), :2], liked[:, :2])
            np.testing.assert_array_equal(line[: len(liked) - 1, 2], liked[:-1, 2])
            if len(liked) == len(line):
                break
    assert not attempts
    # The first attempt at a word is what comes without a choice, as far as sums come out alike.
    np.testing.assert_allclose(checker.seen[0][0].points[:20], plain.lines[0][:20], atol=1e-2)


@pytest.mark.parametrize("hand", ["", "7"])
def test_words_end_where_the_pen_is_lifted_after_them(sampler, choose, hand):
    checker = Choice(0)
    text = "a fox had a quick one near a box"
    steps = list(choose(checker).stream(WritingRequest(text, seed=4, hand=hand)))
    begin = ends = 0
    for (shown,) in checker.seen:
        if begin and len(shown.points) - 1 <= begin:
            break  # another line
        word, end = steps[begin : len(shown.points) - 1], len(shown.text)
        after = [step.attention.argmax() >= end for step in word]
        if not word[-1].last:
            assert steps[begin + len(word)].attention.argmax() <= end + 1
            lifted = [n for n, step in enumerate(word) if step.pen_up and after[n]]
            assert lifted == [] or lifted[-1] == len(word) - 1
            ends += bool(lifted)
        begin += len(word)
    assert ends >= 3


def test_how_many_attempts_are_made(sampler, choose):
    """One character of the first word is misread at best, and as long as the second word is lost,
    more attempts are made at it."""
    shown = []
    errors = {
        "a": [3, 2, 2, 4, 1, 9, 9, 1, 1, 1],
        "a fox": [9] + [9] * (AT_ONCE * MOST_ROUNDS - 1) + [8],
        "a fox had": [9, 9, 9, 4],
    }

    def checker(lines):
        shown.append(lines)
        left = errors[lines[0].text]
        return [(n > 7, float(n)) for n in (left.pop(0) for _ in lines)]

    steps = list(choose(checker).stream(WritingRequest("a fox had", seed=4, hand="7")))
    rounds = [1, *[AT_ONCE] * ROUNDS, 1, *[AT_ONCE] * MOST_ROUNDS, 1, AT_ONCE]
    assert [len(lines) for lines in shown] == rounds
    assert not any(errors.values())
    written = np.cumsum([(step.dx, step.dy) for step in steps], axis=0)
    for liked in (shown[2][0], shown[4 + MOST_ROUNDS][2], shown[-1][2]):
        np.testing.assert_allclose(written[: len(liked.points) - 1], liked.points[1:, :2])


def test_long_words_have_fewer_attempts(sampler, choose):
    assert rounds_for(1) == rounds_for(16) == MOST_ROUNDS
    shown = []
    checker = lambda lines: shown.append(lines) or [(True, 9.0)] * len(lines)  # noqa: E731
    for _ in choose(checker).stream(WritingRequest("quick" * 9, seed=1, hand="7")):
        pass
    assert [len(lines) for lines in shown] == [1, AT_ONCE, AT_ONCE]


def test_a_word_is_given_up_before_a_line_is(sampler, choose):
    """A window that stands still in the first word: the line is given up with it."""
    checker = Choice(0)
    careful = choose(checker)
    weight, bias = careful.stepper.window
    careful.stepper.window = weight, np.where(np.arange(len(bias)) < 2 * len(bias) // 3, bias, -99)
    steps = list(careful.stream(WritingRequest("The fox had a box", seed=1, hand="7")))
    assert len(steps) == AT_LEAST + SLOWEST * len("The")
    assert [step.given_up for step in steps[-2:]] == [False, True]
    ((line,),) = checker.seen
    assert line.text == "The"
    assert line.given_up


def test_what_is_liked_is_gone_on_from(sampler, choose):
    """The second line is that of the network which has written the chosen first one: read by the
    network itself, it comes to the same state."""
    request = WritingRequest("The quick brown fox had a quicker one near a box", seed=2)
    steps = list(choose(Choice(2)).stream(request))
    first = [step for step in steps if step.line == 0]
    begun = next(step for step in steps if step.line == 1)
    moves = np.array([[step.dx, step.dy, step.pen_up] for step in first[:-1]])
    points = sampler.scale.normalise(np.concatenate(([[0, 0, 0]], moves)))
    ids = torch.from_numpy(sampler.alphabet.encode(first[0].text))[None]
    _, state = sampler.model(
        torch.from_numpy(points)[None].float(), ids, sampler.model.styles.weight[:1]
    )
    expected = PenState.of(state)
    last = first[-1].thought.state.rows([first[-1].row])
    np.testing.assert_allclose(last.h, expected.h, atol=1e-4)
    assert begun.prefix == len(first[0].text) + 1


def test_several_texts_and_their_attempts(sampler, choose):
    """Side by side as alone; one that is finished has nothing new."""
    requests = [WritingRequest(text, seed=n) for n, text in enumerate(["a box", "a fox had a box"])]
    both = [[step for step in steps if step] for steps in
            zip(*choose(Choice(1)).stream_many(requests), strict=True)]  # fmt: skip
    for request, together in zip(requests, both, strict=True):
        alone = list(choose(Choice(1)).stream(request))
        assert {step.text for step in together} == {request.text}
        np.testing.assert_allclose(
            [(s.dx, s.dy) for s in together[:20]], [(s.dx, s.dy) for s in alone[:20]], atol=1e-2
        )
    assert len(both[0]) != len(both[1])


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


def test_the_way_from_a_visitors_ink_to_the_first_word_is_not_read(sampler, choose):
    """It is made with the pen up; the line begins with the first point that the network writes."""
    ink = Ink("fox", np.array([[0, 0, 0], [30, 40, 0], [60, 0, 1]]))
    checker = Choice(0)
    steps = list(choose(checker).stream(WritingRequest("a box", seed=1), ink))
    first = checker.seen[0][0].points
    np.testing.assert_allclose(first[0, :2], (steps[0].dx, steps[0].dy))
    whole = checker.seen[-1][0].points
    assert len(whole) == len(steps)
