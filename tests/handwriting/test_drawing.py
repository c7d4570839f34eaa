"""Lines on a page, a pen that presses, and pictures."""

import io
import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from lstm_core.handwriting.drawing import CURVE_STEPS, USUAL_SPEED, Pen, Writing, press, smooth
from lstm_core.handwriting.picture import MARGIN, picture

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def writing():
    """Two lines: two strokes and a dot, and a long stroke."""
    t = np.linspace(0, 6, 40) ** 1.5
    first = [(0, 0, 0), (100, -150, 0), (200, 50, 1), (300, 0, 0), (310, 80, 1), (400, -100, 1)]
    second = np.column_stack((50 * t, 120 * np.sin(t / 2), np.zeros(40)))
    second[-1, 2] = 1
    return Writing([np.array(first, dtype=float), second], ["ab.", "cd"])


def paths(content):
    """For each path of an SVG file its points and its style."""
    found = []
    for node in ElementTree.fromstring(content).iter(f"{SVG}path"):
        numbers = [float(v) for v in re.findall(r"-?[\d.]+", node.get("d"))]
        style = dict(part.split(": ") for part in node.get("style").split("; "))
        found.append((np.array(numbers).reshape(-1, 2), style))
    return found


def printed(writing, pen, points):
    """Places on the page, in points of the printer."""
    low = np.concatenate(writing.strokes()).min(axis=0) - MARGIN - 2 * pen.width
    return (points - low) * 72 / 1000


def pixels(content):
    image = Image.open(io.BytesIO(content))
    assert image.format == "PNG"
    return np.asarray(image.convert("RGB")).astype(int)


# Lines and strokes


def test_lines_stand_one_below_the_other(writing):
    strokes = writing.strokes()
    assert [len(stroke) for stroke in strokes] == [3, 2, 1, 40]
    np.testing.assert_allclose(np.diff(strokes[0], axis=0), [(100, -150), (100, 200)])
    for n, part in enumerate((np.concatenate(strokes[:3]), strokes[3])):
        assert np.quantile(part[:, 1], 0.85) == pytest.approx(600 * n)


def test_a_curve_goes_through_the_points_and_is_a_parabola_where_they_are():
    """Catmull and Rom: a cubic with the slopes of the chords, exact for quadratic functions."""
    n = np.arange(8.0)
    curve = smooth(np.column_stack((10 * n, n**2)))
    assert len(curve) == 7 * CURVE_STEPS + 1
    np.testing.assert_allclose(curve[::CURVE_STEPS], np.column_stack((10 * n, n**2)), atol=1e-12)
    t = np.arange(len(curve)) / CURVE_STEPS
    inner = slice(CURVE_STEPS, -CURVE_STEPS)
    np.testing.assert_allclose(
        curve[inner], np.column_stack((10 * t, t**2))[inner], atol=1e-12
    )  # fmt: skip


def test_two_points_are_a_straight_line():
    curve = smooth(np.array([(0.0, 0.0), (8.0, 4.0)]))
    np.testing.assert_allclose(curve, np.linspace(0, 1, 5)[:, None] * (8, 4), atol=1e-12)


def test_the_quicker_the_pen_the_thinner_the_line():
    def width(speed):
        steps = speed * np.arange(6.0)
        ((_, width),) = press(np.column_stack((steps, 0 * steps)), 10)
        return width

    assert width(USUAL_SPEED) == pytest.approx(10)
    assert width(0) == pytest.approx(13.5, abs=0.6)  # to the nearest tenth of the width
    assert width(1e6) == pytest.approx(6.5, abs=0.6)
    widths = [width(speed) for speed in (1, 9, 18, 60, 500)]
    assert widths == sorted(set(widths), reverse=True)


def test_the_pieces_of_a_pressed_stroke_are_its_curve():
    x = np.cumsum([0, 2, 2, 2, 60, 60, 60, 60, 5, 5])
    stroke = np.column_stack((x, np.sin(x)))
    pieces = press(stroke, 10)
    assert len(pieces) > 2
    for (before, a), (after, b) in pairwise(pieces):
        assert before[-1].tolist() == after[0].tolist()
        assert a != b
    joined = np.concatenate([pieces[0][0], *(piece[1:] for piece, _ in pieces[1:])])
    np.testing.assert_array_equal(joined, smooth(stroke))
    ((dot, width),) = press(stroke[:1], 10)
    assert (dot.tolist(), width) == (stroke[:1].tolist(), 10)


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"colour": "red"}, "as #RRGGBB"), ({"colour": "#12345"}, "as #RRGGBB"),
    ({"colour": "#123456\n"}, "as #RRGGBB"), ({"colour": None}, "as #RRGGBB"),
    ({"width": 0}, "width must be a number from 1 to 60"), ({"width": float("nan")}, "width must"),
    ({"width": "5"}, "width must"), ({"width": True}, "width must"), ({"width": 61}, "width must"),
    ({"pressed": 1}, "pressed is true or false"), ({"ruled": None}, "ruled is true or false"),
])  # fmt: skip
def test_pens_that_there_are_not(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        Pen(**wrong)


# Pictures


@pytest.mark.parametrize("ruled", [False, True])
def test_a_plotter_gets_the_strokes_and_nothing_else(writing, ruled):
    pen = Pen(colour="#2F4BD8", width=10, ruled=ruled)
    content = picture(writing, "svg", pen)
    drawn = paths(content)
    assert len(drawn) == 4
    for (points, style), stroke in zip(drawn, writing.strokes(), strict=True):
        np.testing.assert_allclose(
            points[: len(stroke)], printed(writing, pen, stroke), atol=1e-3
        )  # fmt: skip
        assert style["stroke"] == "#2f4bd8"
        assert (style["fill"], float(style["stroke-width"])) == ("none", pytest.approx(0.72))
        assert style["stroke-linecap"] == "round"
    assert np.ptp(drawn[2][0], axis=0).max() < 0.01  # the dot
    assert b"<text" not in content


def test_a_pressed_picture_to_be_scaled(writing):
    pen = Pen(width=10, pressed=True)
    drawn = paths(picture(writing, "svg", pen))
    pieces = [piece for stroke in writing.strokes() for piece in press(stroke, 10)]
    assert len(drawn) == len(pieces) > 4
    for (points, style), (piece, width) in zip(drawn, pieces, strict=True):
        np.testing.assert_allclose(points[: len(piece)], printed(writing, pen, piece), atol=1e-3)
        assert float(style["stroke-width"]) == pytest.approx(0.072 * width, abs=1e-6)
    ruled = paths(picture(writing, "svg", Pen(width=10, pressed=True, ruled=True)))
    rules = [points for points, style in ruled if style["stroke"] == "#d5d1c8"]
    assert len(ruled) == len(drawn) + 2
    heights = printed(writing, pen, np.array([(0, 0), (0, 600)]))[:, 1]
    np.testing.assert_allclose([rule[:, 1] for rule in rules], heights[:, None] + (0, 0), atol=1e-3)


@pytest.mark.parametrize("pressed", [False, True])
def test_ink_is_where_the_pen_was_and_nowhere_else(writing, pressed):
    pen = Pen(colour="#C8452B", width=20, pressed=pressed)
    image = pixels(picture(writing, "png", pen))
    places = np.concatenate([printed(writing, pen, s) for s in writing.strokes()]) * 300 / 72
    for x, y in places.astype(int):
        assert image[y, x].tolist() == [0xC8, 0x45, 0x2B]
    rows, columns = np.nonzero((image != 255).any(axis=2))
    apart = np.hypot(columns[:, None] - places[:, 0], rows[:, None] - places[:, 1]).min(axis=1)
    longest = max(np.hypot(*np.diff(s, axis=0).T).max() for s in writing.strokes() if len(s) > 1)
    assert apart.max() < 0.3 * (longest / 2 + 40)  # the middle of the longest way, and the margin
    assert not (image[0] != 255).any()
    assert 0.002 < len(rows) / image[..., 0].size < 0.1


def test_ruled_paper(writing):
    pen = Pen(ruled=True)
    image = pixels(picture(writing, "png", pen))
    heights = printed(writing, pen, np.array([(0, 0), (0, 600)]))[:, 1] * 300 / 72
    left = image[:, 2].sum(axis=1)
    assert np.flatnonzero(left == left.min()) == pytest.approx(np.repeat(heights, 2), abs=2)


def test_ink_without_end_makes_no_picture_without_end():
    far = Writing([np.array([(0, 0, 0), (1e6, 10, 0), (1e6, 1e6, 1)])], ["a"])
    image = pixels(picture(far, "png"))
    assert 4_000 < max(image.shape) <= 5_001
    dot = Writing([np.array([(0.0, 0.0, 1.0)])], ["."])
    assert 100 < min(pixels(picture(dot, "png")).shape[:2]) < 200


def test_kinds_of_pictures_that_there_are_not(writing):
    with pytest.raises(ValueError, match="of the kinds png, svg"):
        picture(writing, "pdf")
