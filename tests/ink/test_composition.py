"""Rare characters among words: what is there stays, what is new is where it belongs."""

import numpy as np
import pytest

from lstm_core.handwriting.characters import Alphabet
from lstm_core.ink.composition import Hand, baseline, composed, tokens, words_of, written
from lstm_core.ink.glyphs import DRAWINGS, glyphs, handwritten, paced, rounded


def rng(seed=0):
    return np.random.default_rng(seed)


def strokes_of(points):
    return np.split(points, np.flatnonzero(points[:-1, 2]) + 1)


def line(text, letter=60, gap=80, height=100):
    """(N, 3) a zigzag for each letter, and the gap between words."""
    points, x = [], 0
    for word in text.split(" "):
        for _ in word:
            zigzag = x + np.linspace(0, letter, 9)
            up_and_down = height * np.array([0, -0.5, -1, -0.5, 0, -0.5, -1, -0.5, 0])
            points.append(np.column_stack((zigzag, up_and_down, np.zeros(9))))
            points[-1][-1, 2] = 1
            x += letter + 10
        x += gap - 10
    return np.concatenate(points)


TEXT = "some words on a line"


@pytest.fixture
def words():
    return words_of(TEXT, line(TEXT))


# Drawings


@pytest.mark.parametrize("character", DRAWINGS)
def test_drawings_stand_on_the_baseline_and_are_no_higher_than_they_should_be(character):
    for strokes in glyphs(character):
        xy = np.concatenate(strokes)
        assert all(stroke.shape[1] == 2 and len(stroke) >= 2 for stroke in strokes)
        assert xy[:, 0].min() >= 0
        assert xy[:, 0].max() <= 1
        assert -1.1 <= xy[:, 1].min() <= xy[:, 1].max() <= 0.4
        if character.isalnum():
            assert xy[:, 1].min() == pytest.approx(-0.6 if character.islower() else -1)
            depth = 0.4 if character == "q" else 0
            assert xy[:, 1].max() == pytest.approx(depth, abs=0.11)


def test_a_curve_goes_through_its_points_and_keeps_corners():
    corner = np.array([[0.0, 0], [1, 0], [1, 1]])
    found = rounded(corner)
    for point in corner:
        assert np.abs(found - point).sum(1).min() < 1e-9
    # Two straight sides: nothing is cut off at the corner.
    assert np.minimum(np.abs(found[:, 1]), np.abs(found[:, 0] - 1)).max() < 1e-9

    angles = np.linspace(0, np.pi, 7)
    circle = rounded(np.column_stack((np.cos(angles), np.sin(angles))))
    np.testing.assert_allclose(np.hypot(*circle.T), 1, atol=0.025)


def test_the_pen_is_slow_at_the_ends_and_in_bends():
    straight = paced(rounded(np.array([[0.0, 0], [1, 0]])), 0.02, rng())
    steps = np.diff(straight[:, 0])
    assert straight[0].tolist() == [0, 0]
    assert straight[-1].tolist() == [1, 0]
    assert len(straight) == pytest.approx(50, rel=0.11)
    assert steps[0] < 0.6 * steps[len(steps) // 2] > steps[-1]

    half = np.linspace(0, np.pi, 15)[:, None]
    turn = 0.05 * np.hstack((np.sin(half), -np.cos(half)))
    hairpin = np.concatenate((np.array([[-1.0, -0.05]]), turn, np.array([[-1.0, 0.05]])))
    found = paced(rounded(hairpin), 0.02, rng())
    steps = np.hypot(*np.diff(found, axis=0).T)
    bending = found[:-1, 0] > 0
    assert steps[bending].mean() < 0.7 * steps[~bending].mean()


def test_no_two_are_alike_and_all_are_similar():
    (strokes,) = glyphs("X")
    one, other = (handwritten(strokes, 0.07, rng(seed)) for seed in (1, 2))
    assert len(one) == len(other) == 2
    for a, b, drawn in zip(one, other, strokes, strict=True):
        assert 0.005 < np.abs(a[0] - b[0]).max() < 0.6
        for written_stroke in (a, b):
            assert np.abs(written_stroke[[0, -1]] - drawn[[0, -1]]).max() < 0.5


# Lines taken apart


def test_a_line_comes_apart_at_its_spaces(words):
    assert words.texts == TEXT.split()
    assert words.gaps.tolist() == [80] * 4
    for text, ink in zip(words.texts, words.inks, strict=True):
        assert ink[:, 2].sum() == len(text)
    np.testing.assert_array_equal(np.concatenate(words.inks), line(TEXT))


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("one", line("one")),  # no gap
        ("two words", line("twowords")),  # none that is seen
        (TEXT, line(TEXT, gap=14)),  # none that is wide enough
        ("two words", line("t wowords")),  # not where they should be
    ],
)
def test_a_line_whose_words_are_not_certain_is_left_whole(text, points):
    assert words_of(text, points) is None


# Lines put together


def test_what_was_written_is_still_there(words):
    for seed in range(60):
        text, points = composed(words, rng(seed))
        assert points.shape[1] == 3
        assert points[-1, 2] == 1
        old = [stroke - stroke[0] for ink in words.inks for stroke in strokes_of(ink)]
        new = [stroke - stroke[0] for stroke in strokes_of(points)]
        kept = sum(any(len(a) == len(b) and np.allclose(a, b) for b in new) for a in old)
        assert kept == len(old)
        assert len(new) > len(old)
        position = 0
        for word in words.texts:
            position = text.index(word, position) + len(word)
        assert text == " ".join(text.split())


def test_strokes_stand_in_the_order_of_the_text(words):
    """What is put in lies between its neighbours: the line is told apart again by its gaps."""
    found = 0
    for seed in range(60):
        text, points = composed(words, rng(seed))
        again = words_of(text, points)
        if again:
            found += 1
            for word, ink in zip(again.texts, again.inks, strict=True):
                if word in words.texts:
                    assert ink[:, 2].sum() == len(word)
    assert found > 15


def test_tokens_fit_a_line():
    every = set()
    for seed in range(3_000):
        for token in tokens(2, rng(seed)):
            assert 0 <= token.before <= 2
            assert not (token.joined_left and token.before == 0)
            assert not (token.joined_right and token.before == 2)
            every |= set(token.text)
    assert every == set(DRAWINGS)
    Alphabet.ascii().encode("".join(every))


def test_ink_has_the_size_slant_and_pace_of_the_hand():
    points = line(TEXT)
    points[:, 0] -= 0.3 * points[:, 1]
    hand = Hand.of(points)
    assert hand.capital == pytest.approx(160)
    upright = Hand(hand.capital, 0.0, hand.step)
    for seed in range(20):
        ink = written("X", hand, 40.0, rng(seed))
        assert 110 < np.ptp(ink[:, 1]) < 250
        assert ink[:, 1].max() == pytest.approx(40, abs=25)
        plain = written("X", upright, 40.0, rng(seed))
        sheared = plain[:, 0] + hand.slant * (plain[:, 1] - 40)
        np.testing.assert_allclose(ink[:, 0], sheared, atol=1.5)
    steps = [np.hypot(*np.diff(s[:, :2], axis=0).T).mean() for s in strokes_of(ink)]
    assert np.mean(steps) == pytest.approx(hand.step, rel=0.3)


def test_the_baseline_is_that_of_the_neighbours(words):
    words.inks[3][:, 1] += 50
    assert baseline(words.inks, 0) == 0
    assert baseline(words.inks, 4) == pytest.approx(50, abs=51)
    assert baseline([words.inks[3]], 0) == 50
