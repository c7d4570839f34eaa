"""Features, changes and batches of lines."""

import numpy as np
import pytest
import torch

from lstm_core.ink.composition import ASCII
from lstm_core.ink.geometry import Path, normalise, resample, trajectory
from lstm_core.ink.iam import Line
from lstm_core.recognition.augmentation import Augmentation
from lstm_core.recognition.dataset import Batches, Characters, line_features, pad
from lstm_core.recognition.features import FEATURES, STEP, features


def scrawl(seed, n=60):
    """A line of two strokes, wandering to the right."""
    random = np.random.default_rng(seed)
    xy = np.cumsum(random.normal((3, 0), (8, 10), (n, 2)), axis=0)
    return trajectory([xy[: n // 2], xy[n // 2 :]])


def lines(count):
    return [
        Line(f"a-{n}", "a", "train", -1, False, "abba"[: n % 4 + 1], points, points[:, 0])
        for n in range(count)
        for points in [scrawl(n, 40 + 7 * n)]
    ]


def test_features_of_a_small_path():
    points = np.array([[0, 0, 0], [0.125, 0, 0], [0.125, 0.125, 1], [-1, 20, 0], [-1, 20, 1]])
    made = features(Path(points, np.arange(5.0)))
    assert len(FEATURES) == made.shape[1] == 8
    assert made == pytest.approx(
        np.array(
            [
                [0, 0, 0, 0, 1, 0, 0, 0],
                [1, 0, 0, 0, 0, 0, 0, 0],
                [0, 1, 0, 0, 0, 1, 0.25, 0],
                [0, 0, -1.125, 8, 1, 0, 8, 1.125],
                [0, 0, 0, 0, 0, 1, 8, 1.125],
            ]
        )
    )


def test_features_say_where_the_pen_went():
    points = normalise(scrawl(1))
    path = resample(points, STEP)
    made = features(path)
    moves = made[:, 0:2] * STEP + made[:, 2:4]
    assert np.cumsum(moves, axis=0) == pytest.approx(
        path.points[:, :2] - path.points[0, :2], abs=1e-4
    )


def test_changes_differ_and_keep_the_strokes():
    points = normalise(scrawl(2))
    random = np.random.default_rng(1)
    made = [Augmentation()(points, random) for _ in range(20)]
    assert all(np.isfinite(each).all() for each in made)
    assert all(each[:, 2].sum() == 2 and each[-1, 2] == 1 for each in made)
    assert len({each.tobytes() for each in made}) == 20
    shorter = [len(each) < len(points) for each in made]
    assert any(shorter)
    assert not all(shorter)
    heights = [np.ptp(each[:, 1]) / np.ptp(points[:, 1]) for each in made]
    assert 0.5 < min(heights) < max(heights) < 2


def test_no_change_is_no_change():
    points = normalise(scrawl(2))
    still = Augmentation(*[0.0] * 11)
    made = still(points, np.random.default_rng(1))
    assert made == pytest.approx(points, abs=1e-9)
    assert still.stepped(STEP, np.random.default_rng(1)) == STEP


def test_a_batch_depends_on_the_seed_and_its_number_only():
    given, characters = lines(10), Characters(["a", "b"])
    one, two = (Batches(given, characters, 4, 1, Augmentation()) for _ in range(2))
    assert len(one) == 3
    one.batch(5)
    for a, b in zip(one.batch(4)[:2], two.batch(4)[:2], strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(one.batch(4).x, one.batch(7).x)


def test_every_line_comes_once_in_a_round_beside_others_of_its_length():
    given = lines(10)
    batches = Batches(given, Characters(["a", "b"]), 4, 1)
    for epoch in range(3):
        order = batches.order(epoch)
        assert sorted(np.concatenate(order).tolist()) == list(range(10))
        for chosen in order:  # but for a little chance
            between = np.sort(batches.lengths[chosen])
            assert ((batches.lengths > between[0]) & (batches.lengths < between[-1])).sum() <= 4
    batch = batches.batch(1)
    for n, row in enumerate(batches.order(0)[1]):
        expected = line_features(normalise(given[row].points))
        assert batch.lengths[n] == len(expected)
        assert batch.x[n, : len(expected)].numpy() == pytest.approx(expected)
        assert (batch.x[n, len(expected) :] == 0).all()
        assert batch.targets[n].tolist() == [[1], [1, 2], [1, 2, 2], [1, 2, 2, 1]][row % 4]


def test_rare_characters_are_put_among_the_words():
    """Two words far apart, each of four strokes."""
    word = [np.array([[x, 0], [x + 30, -100], [x + 40, 0]]) for x in (0, 60, 120, 180)]
    points = trajectory([*word, *(stroke + np.array([500, 0]) for stroke in word)])
    line = Line("a", "a", "train", -1, False, "abba baab", points, points[:, 0])
    characters = Characters(ASCII)
    plain = Batches([line] * 4, characters, 4, 1).batch(0)
    assert [characters.decode(t.tolist()) for t in plain.targets] == [line.text] * 4
    seen = set()
    for step in range(30):
        richer = Batches([line] * 4, characters, 4, 1, composed=0.5).batch(step)
        n = int(plain.lengths[0])
        for target, x in zip(richer.targets, richer.x, strict=True):
            text = characters.decode(target.tolist())
            same = len(x) >= n and torch.equal(x[:n], plain.x[0]) and not x[n:].any()
            assert (text == line.text) == same
            seen |= set(text)
    assert len(seen) > 30


def test_characters_both_ways():
    characters = Characters([" ", "b", "e", "o", "r", "t"])
    assert characters.decode(characters.encode("robot be").tolist()) == "robot be"
    assert characters.encode("xox").tolist() == [4]


def test_padding():
    x, lengths = pad([np.ones((2, 8), dtype=np.float32), np.ones((1, 8), dtype=np.float32)])
    assert x[:, :, 0].tolist() == [[1, 1], [1, 0]]
    assert lengths.tolist() == [2, 1]
