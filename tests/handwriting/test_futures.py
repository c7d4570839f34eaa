"""A line looked into: what was thought is what the stream said, and a future drawn with the random
numbers of the line is the line."""

import numpy as np
import pytest
import torch

from lstm_core.handwriting.futures import curves_that_count, density, futures, luck_of
from lstm_core.handwriting.request import Ink, WritingRequest
from lstm_core.handwriting.steps import Expectation
from lstm_core.handwriting.watching import WatchedLine, watch
from lstm_core.trace import QUANTITIES, Trace

LONG = "The brown fox and a quick cow or a box of fur and ice"  # two lines
INK = Ink("a cow", [[0, 0, 0], [20, -30, 0], [25, 3, 1], [60, 0, 0], [81, -22, 0], [83, 1, 1]])
STYLE = np.array([0.3, -0.5, 0.1, 0.8], dtype=np.float32)

CASES = {
    "alone": (WritingRequest("quick box", seed=1), None, None, 0),
    "in a named hand": (WritingRequest(LONG, seed=2, hand="12", bias=1), None, None, 1),
    "going on from the first line": (WritingRequest(LONG, seed=3), None, None, 1),
    "going on from ink": (WritingRequest("quick box", seed=4), INK, None, 0),
    "from ink, in a hand": (WritingRequest(LONG, seed=5), INK, STYLE, 1),
}


@pytest.fixture(scope="module")
def cases():
    """What `case` has made already."""
    return {}


@pytest.fixture(params=CASES)
def case(request, sampler, cases):
    """A request, its style, the line, its steps and all their random numbers."""
    if request.param not in cases:
        cases[request.param] = written(sampler, *CASES[request.param])
    return cases[request.param]


def written(sampler, asked, prime, style, number):
    steps = list(sampler.stream(asked, prime, style, trace=True))
    line = watch(sampler, iter(steps), number, prime)
    random = np.random.Generator(np.random.PCG64(asked.seed))
    luck = [np.concatenate((random.random(2), random.standard_normal(2))) for _ in steps]
    of_line = [fortune for fortune, step in zip(luck, steps, strict=True) if step.line == number]
    own = [step for step in steps if step.line == number]
    return asked, style, line, own, np.array(of_line)


def test_a_line_is_what_its_steps_say(case):
    _, _, line, steps, _ = case
    assert len(line) == len(steps) > 5
    np.testing.assert_allclose(line.points[0, :2], 0)
    moves = np.diff(line.points[:, :2], axis=0)
    np.testing.assert_allclose(moves, [(s.dx, s.dy) for s in steps], atol=1e-6)
    assert line.points[1:, 2].tolist() == [s.pen_up for s in steps]
    np.testing.assert_array_equal(line.attention, [s.attention for s in steps])
    assert line.letters.tolist() == [int(s.attention.argmax()) for s in steps]
    whole = Trace.join([step.cells for step in steps])
    for mine, its in zip(line.trace.layers, whole.layers, strict=True):
        for q in QUANTITIES:
            torch.testing.assert_close(getattr(mine, q), getattr(its, q), rtol=0, atol=0)
    for n, layer in enumerate(whole.layers, start=1):
        for q in QUANTITIES:
            expected = getattr(layer, q)[0, :, 4]
            expected = expected.tanh() if q == "c" else expected
            np.testing.assert_allclose(line.cell(q, n, 5), expected, rtol=1e-5)
    for wrong in (("c", 0, 1), ("c", 4, 1), ("c", 1, 13), ("x", 1, 1)):
        with pytest.raises(ValueError, match="cell"):
            line.cell(*wrong)


@pytest.mark.parametrize("point", [0, 3])
def test_the_future_that_came_is_what_was_written(case, sampler, point):
    """To the last point, at which it ends."""
    asked, style, line, _, luck = case
    more = np.concatenate((luck[point:], luck[:4]))[None]
    found = futures(sampler, line, point, asked, style, more)
    assert found.lengths.tolist() == [len(line) - point]
    written = line.points[point + 1 :] - line.points[point] * (1, 1, 0)
    np.testing.assert_allclose(found.points[0, : len(written)], written, rtol=1e-4, atol=1e-2)


def test_futures_side_by_side_are_those_alone(case, sampler):
    asked, style, line, _, _ = case
    luck = luck_of(7, 6, 9)
    together = futures(sampler, line, 4, asked, style, luck)
    assert len({round(float(x), 3) for x in together.points[:, 0, 0]}) == 6
    for b in range(6):
        alone = futures(sampler, line, 4, asked, style, luck[b : b + 1])
        length = alone.lengths[0]
        assert together.lengths[b] == length
        np.testing.assert_allclose(
            together.points[b, :length], alone.points[0, :length], rtol=1e-3, atol=1e-1
        )


def test_a_line_that_was_written_beside_others(sampler):
    """And nothing of theirs is kept."""
    asked = [WritingRequest("quick box", seed=seed) for seed in (1, 2)]
    rows = [steps[1] for steps in sampler.stream_many(asked) if steps[1] is not None]
    line, own = watch(sampler, rows, 0), watch(sampler, sampler.stream(asked[1]), 0)
    np.testing.assert_allclose(line.points, own.points, rtol=1e-3, atol=1e-1)
    luck = luck_of(1, 3, 8)
    found, its = (futures(sampler, each, 5, asked[1], None, luck) for each in (line, own))
    np.testing.assert_allclose(found.points, its.points, rtol=1e-3, atol=1e-1)
    np.testing.assert_array_equal(line.attention, [row.attention for row in rows])
    assert line.outputs(5).shape == own.outputs(5).shape
    assert line.outputs(5).base is None
    np.testing.assert_allclose(line.expectation(5).mean, rows[5].expectation.mean)


def test_only_what_is_asked_for_is_written(sampler):
    asked, read = WritingRequest(LONG, seed=1), []

    def steps():
        for step in sampler.stream(asked):
            read.append(step.line)
            yield step

    watch(sampler, steps(), 1)
    assert set(read) == {0, 1}


def test_what_there_is_not(sampler):
    asked = WritingRequest("a box", seed=1)
    line = watch(sampler, sampler.stream(asked), 0)
    with pytest.raises(ValueError, match="no such line"):
        watch(sampler, sampler.stream(asked), 1)
    with pytest.raises(ValueError, match="no such line"):
        WatchedLine([], "")
    for point in (-1, len(line)):
        with pytest.raises(ValueError, match="has the points 0 to"):
            futures(sampler, line, point, asked, None, luck_of(0, 1, 1))


# The density

CURVES = Expectation(
    pi=np.array([0.7, 0.3]),
    mean=np.array([[12.0, -5.0], [-40.0, 25.0]]),
    deviation=np.array([[6.0, 9.0], [15.0, 4.0]]),
    rho=np.array([0.6, -0.9]),
    pen_up=0.2,
)


def mixture_of(expectation):
    """By PyTorch."""
    deviation, rho = torch.from_numpy(expectation.deviation), torch.from_numpy(expectation.rho)
    across = rho * deviation.prod(1)
    covariance = torch.diag_embed(deviation.square())
    covariance[:, 0, 1] = covariance[:, 1, 0] = across
    parts = torch.distributions.MultivariateNormal(torch.from_numpy(expectation.mean), covariance)
    weights = torch.distributions.Categorical(torch.from_numpy(expectation.pi))
    return torch.distributions.MixtureSameFamily(weights, parts)


def test_the_density_is_that_of_the_distribution():
    x, y = np.linspace(-90, 60, 31), np.linspace(-50, 60, 23)
    places = torch.from_numpy(np.stack(np.meshgrid(x, y), -1))
    expected = mixture_of(CURVES).log_prob(places).exp()
    np.testing.assert_allclose(density(CURVES, x, y), expected, rtol=1e-8, atol=1e-15)


@pytest.mark.parametrize("sharpness", [1, 1e-3])
def test_all_of_the_density_is_on_the_grid(sharpness):
    """However sharp the curves are, and so lie between its places."""
    curves = Expectation(
        CURVES.pi, CURVES.mean + 1.3, CURVES.deviation * sharpness, CURVES.rho, 0.2
    )
    x, y = np.arange(-200, 200, 4), np.arange(-150, 150, 4)
    assert density(curves, x, y, cell=4).sum() * 16 == pytest.approx(1, abs=0.05)


def test_the_curves_of_a_line(sampler):
    line = watch(sampler, sampler.stream(WritingRequest("quick box", seed=1)), 0)
    x = np.arange(-1500, 1500, 5.0)
    whole = density(line.expectation(5), x, x, cell=5)
    assert whole.sum() * 25 == pytest.approx(1, abs=0.02)
    middle = (whole.sum(0) * x).sum() / whole.sum()
    seen = line.expectation(5)
    assert middle == pytest.approx((seen.pi * seen.mean[:, 0]).sum(), abs=1)


def test_curves_that_count():
    assert curves_that_count(CURVES) == 2
    assert curves_that_count(CURVES, share=0.7) == 1
    alike = Expectation(np.full(20, 0.05), *[np.zeros((20, 2))] * 2, np.zeros(20), 0.5)
    assert curves_that_count(alike, share=0.88) == 18
