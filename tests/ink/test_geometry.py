"""Even steps, and one size, slope and place for every line."""

import numpy as np
import pytest

from lstm_core.ink.geometry import normalise, resample, sweep, trajectory


def zigzag(sweeps=20, points=8):
    """A line of n's without curves: up and down by 1, 0.5 to the right; then a far dot."""
    corners = np.array([(0.5 * n, n % 2) for n in range(sweeps + 1)], dtype=float)
    along = np.linspace(0, sweeps, sweeps * points + 1)
    places = np.arange(sweeps + 1)
    zigzag = np.column_stack([np.interp(along, places, c) for c in corners.T])
    return [zigzag, np.array([[3.0, -1.5]])]


def test_a_trajectory_of_strokes():
    points = trajectory([np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([[5.0, 5.0]])])
    assert points.tolist() == [[0, 1, 0], [2, 3, 1], [5, 5, 1]]


def test_points_at_equal_distances():
    corner = np.array([[0.0, 0.0], [0.3, 0.0], [3.0, 0.0], [3.0, 1.0]])
    path = resample(trajectory([corner, corner + 10]), 0.5)
    assert path.points[:9, :2] == pytest.approx(
        np.array([[0.5 * n, 0] for n in range(7)] + [[3, 0.5], [3, 1]]), abs=1e-6
    )
    assert path.points[9:, :2] == pytest.approx(path.points[:9, :2] + 10, abs=1e-6)
    assert np.flatnonzero(path.points[:, 2]).tolist() == [8, 17]
    assert path.source[[0, 6, 7, 8, 9]] == pytest.approx([0, 2, 2.5, 3, 4], abs=1e-6)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_dot_is_two_points(n):
    path = resample(trajectory([np.full((n, 2), 7.0), np.array([[0.0, 0.0], [0.0, 0.2]])]), 0.5)
    expected = np.array([[7, 7, 0], [7, 7, 1], [0, 0, 0], [0, 0.2, 1]])
    assert path.points == pytest.approx(expected)
    assert path.source[-1] == n + 1


def test_neither_speed_nor_resting_leaves_a_trace():
    strokes = zigzag()
    random = np.random.default_rng(1)
    places = np.sort(np.concatenate((random.uniform(0, 160, 900), np.arange(161))))
    hasty = [
        np.column_stack([np.interp(places, np.arange(161), c) for c in strokes[0].T]),
        np.repeat(strokes[1], 9, axis=0),
    ]
    paths = [resample(trajectory(each), 0.125).points for each in (strokes, hasty)]
    assert paths[0] == pytest.approx(paths[1], abs=1e-5)
    lines = [resample(normalise(trajectory(each)), 0.125).points for each in (strokes, hasty)]
    assert lines[0] == pytest.approx(lines[1], abs=1e-4)


def test_size_place_and_slope_leave_no_trace():
    plain = normalise(trajectory(zigzag(sweeps=60)))
    turn = np.array([[np.cos(0.1), np.sin(0.1)], [-np.sin(0.1), np.cos(0.1)]])
    other = [700 * stroke @ turn + (50_000, -300) for stroke in zigzag(sweeps=60)]
    assert normalise(trajectory(other)) == pytest.approx(plain, abs=0.05)
    moved = [0.01 * stroke - (7, 9) for stroke in zigzag(sweeps=60)]
    assert normalise(trajectory(moved)) == pytest.approx(plain, abs=1e-6)


def test_height_is_that_of_the_sweeps():
    made = normalise(trajectory(zigzag(sweeps=60)))
    assert np.ptp(made[:-1, 1]) == pytest.approx(1, rel=0.05)
    assert np.ptp(made[:-1, 0]) == pytest.approx(30, rel=0.05)
    assert made[:, 0].min() == 0
    assert made[:-1, 1].mean() == pytest.approx(0, abs=0.05)


def test_sweeps_weigh_by_their_size_and_end_with_the_stroke():
    strokes = [np.array([[0.0, y] for y in (0, 2, 2, 4, 3)]), np.array([[0.0, 9.0], [1.0, 12.0]])]
    assert sweep(trajectory(strokes)) == pytest.approx((16 + 1 + 9) / (4 + 1 + 3))
    assert sweep(trajectory([np.array([[0.0, 0.0], [1.0, 0.0]])])) == 0


@pytest.mark.parametrize("strokes", [
    [[[0, 0], [100, 0]]], [[[0, 0], [0, 100]]], [[[5, 5]], [[9, 5]]], [[[5, 5], [5, 5]], [[5, 6]]],
    [[[0, 0], [1e6, 1e6]], [[-1e6, 1e6]]], [[[1e-6, 0], [0, 1e-6]]],
])  # fmt: skip
def test_odd_ink_stays_finite_and_short(strokes):
    made = normalise(trajectory([np.array(stroke, dtype=float) for stroke in strokes]))
    assert np.isfinite(made).all()
    assert 2 <= len(resample(made, 0.125).points) < 5_000
