"""Lines as other pens would have recorded them."""

import numpy as np
import pytest

from lstm_core.ink.iam import Line
from lstm_core.recognition.pens import PENS, every, sampled, shaped

POINTS = np.array(
    [[0, 0, 0], [10, 0, 0], [10, 0, 0], [30, 20, 1], [50, 5, 1], [60, 0, 0], [62, 4, 0], [70, 0, 1]]
)
TIMES = np.array([0, 0.1, 0.2, 0.3, 1.0, 2.0, 2.05, 2.1])


@pytest.fixture
def line():
    return Line("a-1", "a", "val1", -1, False, "ab", POINTS.astype(np.float32),
                TIMES.astype(np.float32))  # fmt: skip


def test_looked_at_less_often(line):
    made = sampled(10 / 3)(line)  # every 0.3 s: the ends of strokes, and no more
    assert made == pytest.approx(POINTS[[0, 3, 4, 5, 7]], abs=1e-3)


def test_looked_at_more_often(line):
    made = sampled(20)(line)
    assert made[:7, :2] == pytest.approx(
        np.array([[0, 0], [5, 0], [10, 0], [10, 0], [10, 0], [20, 10], [30, 20]]), abs=0.01
    )
    assert np.flatnonzero(made[:, 2]).tolist() == [6, 7, 10]


def test_points_with_one_time_stamp_stay_in_order():
    times = np.array([0, 0, 0, 0, 1, 2, 2, 2], dtype=np.float32)
    line = Line("a-1", "a", "val1", -1, False, "ab", POINTS.astype(np.float32), times)
    made = sampled(30)(line)
    assert made[:, 2].sum() == 3
    assert made[0].tolist() == [0, 0, 0]
    assert made[-1] == pytest.approx([70, 0, 1])


def test_every_other_point(line):
    assert every(2)(line) == pytest.approx(POINTS[[0, 2, 3, 4, 5, 7]])
    assert every(3)(line) == pytest.approx(POINTS[[0, 3, 4, 5, 7]])


def test_shapes(line):
    assert shaped(xx=0.1, yy=10)(line) == pytest.approx(POINTS * (0.1, 10, 1), abs=1e-4)
    leaning = shaped(xy=-0.25)(line)  # y grows down: what is below goes left
    assert leaning[:, 0] == pytest.approx(POINTS[:, 0] - 0.25 * POINTS[:, 1])
    assert leaning[:, 1:] == pytest.approx(POINTS[:, 1:])
    uphill = PENS["uphill"](line)
    assert uphill[-1, 1] == pytest.approx(-70 * np.sin(np.radians(5)), abs=0.01)


def test_no_pen_loses_a_stroke_or_its_place(line):
    for name, pen in PENS.items():
        made = pen(line)
        assert np.isfinite(made).all(), name
        assert (made[:, 2].sum(), made[-1, 2]) == (3, 1), name
