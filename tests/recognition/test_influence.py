"""The gradient with respect to the pen, against small changes of the ink."""

import itertools

import numpy as np
import pytest
import torch

from lstm_core.ink.geometry import normalise, trajectory
from lstm_core.recognition.dataset import line_features, pad
from lstm_core.recognition.influence import path_features, pen_gradient
from lstm_core.recognition.model import ReaderConfig, ReaderModel


def ink(seed=1):
    """Two strokes, a dot, and a stroke that goes back over the others; a pen that rests."""
    random = np.random.default_rng(seed)
    wander = np.cumsum(random.normal((3, 0), (8, 10), (30, 2)), axis=0)
    back = wander[10:14] + np.array([0.3, -5])
    dots = np.array([[40.0, -30.0]]), back[-1:] + 9
    strokes = [wander[:14], wander[14:], dots[0], back, dots[1]]
    strokes[1][5] = strokes[1][4]
    return normalise(trajectory(strokes))


@pytest.mark.parametrize("seed", range(3))
def test_features_are_those_of_the_reader(seed):
    points = ink(seed)
    made = path_features(torch.tensor(points[:, :2]), points[:, 2] > 0)
    assert made.numpy() == pytest.approx(line_features(points), abs=1e-5)


@pytest.mark.parametrize("bidirectional", [True, False])
def test_the_gradient_is_that_of_small_changes(bidirectional):
    config = ReaderConfig(3, bidirectional, lower_size=6, hidden_size=8, num_layers=3)
    model = ReaderModel(config).double().eval().requires_grad_(False)
    points, frame, label = ink(), 9, 2

    def log_probability(points):
        # As the reader does it, but for the precision of the network.
        x, lengths = pad([line_features(points)])
        return model(x.double(), lengths)[0][0, frame].log_softmax(-1)[label].item()

    gradient = pen_gradient(model, points, frame, label)
    assert gradient.shape == (len(points), 2)
    assert np.abs(gradient).max() > 1e-3
    small = 1e-4
    for n, axis in itertools.product([*range(0, 28, 4), 30, 32, 35], [0, 1]):
        values = []
        for way in (-1, 1):
            moved = points.copy()
            moved[n, axis] += way * small
            values.append(log_probability(moved))
        slope = (values[1] - values[0]) / (2 * small)
        assert gradient[n, axis] == pytest.approx(slope, abs=0.002 * np.abs(gradient).max())


def test_a_network_of_one_direction_owes_nothing_to_what_comes_later():
    model = ReaderModel(ReaderConfig(3, False, lower_size=6, hidden_size=8, num_layers=2)).eval()
    points = ink()
    gradient = pen_gradient(model.requires_grad_(False), points, frame=2, label=1)
    first = np.abs(gradient).sum(axis=1) > 0
    assert first[0]
    assert not first[20:].any()
