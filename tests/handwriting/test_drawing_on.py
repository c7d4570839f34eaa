"""Going on with a drawing: the numbers of the network as it is trained without a text."""

import numpy as np
import pytest
import torch

from lstm_core.handwriting.dataset import offsets
from lstm_core.handwriting.drawing_on import DrawingRequest, draw_on
from lstm_core.handwriting.mixture import draw

POINTS = [[5, 5, 0], [25, -25, 0], [30, 8, 1], [65, 5, 0], [86, -17, 0], [88, 6, 1]]


@pytest.mark.parametrize("lifted", [False, True])
def test_it_is_the_network_without_a_text(sampler, lifted):
    """Read teacher-forced, with the ids of a withheld text, as in training."""
    request = DrawingRequest(POINTS, lifted=lifted, ways=3, length=12, bias=0.8, seed=2)
    moves = np.stack(list(draw_on(sampler, request)), axis=1)  # (B, T, 3)
    assert moves.shape == (3, 12, 3)
    begun = offsets(np.array(POINTS, dtype=np.float32))
    begun[-1, 2] = lifted
    for b, drawn in enumerate(moves):
        read = sampler.scale.normalise(np.concatenate((begun, drawn[:-1])))
        with torch.no_grad():
            outputs, _ = sampler.model(
                torch.from_numpy(read)[None],
                torch.full((1, 7), -1),
                sampler.model.styles.weight[:1],
            )
        random = np.random.Generator(np.random.PCG64((2, b)))
        luck = [np.concatenate((random.random(2), random.standard_normal(2))) for _ in drawn]
        said = outputs[0, len(POINTS) - 1 :].numpy()
        expected = sampler.scale.denormalise(draw(said, np.full(12, 0.8), np.stack(luck)))
        np.testing.assert_allclose(drawn, expected, rtol=1e-3, atol=2e-2)


def test_a_way_is_the_same_however_many_there_are(sampler):
    one = np.stack(list(draw_on(sampler, DrawingRequest(POINTS, ways=1, length=20))))
    four = np.stack(list(draw_on(sampler, DrawingRequest(POINTS, ways=4, length=20))))
    np.testing.assert_allclose(one[:, 0], four[:, 0], rtol=1e-3, atol=1e-1)
    assert not np.allclose(four[:, 0], four[:, 1])
    again = np.stack(list(draw_on(sampler, DrawingRequest(POINTS, ways=4, length=20))))
    np.testing.assert_array_equal(four, again)
    other = np.stack(list(draw_on(sampler, DrawingRequest(POINTS, ways=4, length=20, seed=1))))
    assert not np.allclose(four, other)


@pytest.mark.parametrize(("changes", "words"), [
    ({"points": [[0, 0, 0]]}, "2 to 3,000 points"),
    ({"points": [[0, 0, 0], [float("nan"), 0, 1]]}, "three numbers"),
    ({"points": "drawing"}, "2 to 3,000 points"),
    ({"lifted": 1}, "true or false"),
    ({"ways": 5}, "1 to 4"),
    ({"ways": 0}, "1 to 4"),
    ({"length": 801}, "1 to 800"),
    ({"length": 2.5}, "whole number"),
    ({"bias": float("nan")}, "0 to 10"),
    ({"seed": -1}, "0 to 4,294,967,295"),
    ({"seed": None}, "seed"),
])  # fmt: skip
def test_what_cannot_be_asked(changes, words):
    with pytest.raises(ValueError, match=words):
        DrawingRequest(**{"points": POINTS, **changes})
