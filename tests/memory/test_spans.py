"""Cells that mark a stretch of text, on matrices where they can be seen."""

import numpy as np
import pytest

from lstm_core.memory.cells import read_cells
from lstm_core.memory.reading import read
from lstm_core.memory.spans import Marker, Span, markers, matches, stretches

#                  column: 0    1     2    3    4     5
CELLS = np.array([
    [0, 100, 127, 0, 10, -127],
    [90, -100, 127, 0, 50, 127],
    [127, -127, 127, 0, 60, 127],
    [20, 0, 127, 0, 10, 127],
    [0, 0, 0, 127, 0, -10],
], dtype=np.int8)  # fmt: skip


def test_markers_are_on_within_and_off_beside():
    found = markers(CELLS, 1, 3, 0.3, hidden_size=4)
    assert [(m.layer, m.cell, m.sign, m.column) for m in found] == [
        (1, 2, -1, 1),  # low within, at zero or high beside
        (1, 1, 1, 0),
        (2, 1, 1, 4),
    ]
    assert [m.contrast for m in found] == pytest.approx([100 / 127, 70 / 127, 40 / 127])
    assert [m.column for m in markers(CELLS, 1, 3, 0.6, 4)] == [1, 0]
    assert markers(CELLS, 1, 3, 0.3, 4, most=1) == found[:1]


@pytest.mark.parametrize(
    ("start", "end", "columns"), [(0, 4, [2]), (4, 5, [3]), (1, 4, [5]), (0, 1, [5, 1])]
)
def test_markers_at_the_ends_of_a_text(start, end, columns):
    """Where the text ends, nothing is asked."""
    assert [m.column for m in markers(CELLS, start, end, 0.5, 6)] == columns


def test_markers_of_the_whole_text():
    cells = np.array([[50, 127, -60], [60, 0, -70]], dtype=np.int8)
    found = markers(cells, 0, 2, 0.3, 3)
    assert [(m.cell, m.sign) for m in found] == [(3, -1), (1, 1)]
    assert [m.contrast for m in found] == pytest.approx([60 / 127, 50 / 127])


def test_the_planted_cell_marks_a_quotation(planted):
    text = 'abc "dab hag" cab.'
    found = markers(read(planted, text).cells, text.index('"'), text.rindex('"'), 0.5, 8)
    assert (2, 4, 1) in [(m.layer, m.cell, m.sign) for m in found]
    assert found[0].contrast > 0.7


def chosen(*columns):
    return [Marker(1, c + 1, sign, 1.0, c) for c, sign in columns]


def test_matches_are_ranked_by_cells_and_length():
    a = "0011100000110000011110"
    b = "0011100000100000000110"
    c = "0000000000001000111100"
    cells = np.array([[100 * int(v) for v in row] for row in (a, b, c)], dtype=np.int8).T
    cells[:, 1] *= -1
    found = matches(cells, chosen((0, 1), (1, -1), (2, 1)), 0.5)
    assert found == [
        Span(19, 20, 3, 1.0),
        Span(2, 5, 2, 2 / 3),
        Span(10, 11, 2, 2 / 3),
    ]
    assert matches(cells, chosen((0, 1)), 0.5, most=2) == [Span(17, 21, 1, 1.0), Span(2, 5, 1, 1.0)]


def test_matches_where_the_cells_change_on_the_way():
    """At each character two of the three are on, but none of them all the way."""
    cells = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=np.int8) * 127
    assert matches(cells, chosen((0, 1), (1, 1), (2, 1)), 0.5) == []


def test_matches_in_another_text(planted, prose, feature):
    """Quotations, and nothing else."""
    held_out = prose(2_000, 3)
    text = 'abc "dab hag" cab.'
    selected = [
        m for m in markers(read(planted, text).cells, 4, 12, 0.5, 8) if (m.layer, m.cell) == (2, 4)
    ]
    cells = read_cells(planted.model, planted.vocabulary.encode(held_out), lanes=1)
    found = matches(cells, selected, 0.5, most=1_000)
    quotes = stretches(feature["double_quotes"](held_out))
    assert sorted((span.start, span.end) for span in found) == quotes
    lengths = [span.end - span.start for span in found]
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ([], []),
        ([0, 0], []),
        ([1, 1], [(0, 2)]),
        ([1, 0, 1, 1, 0], [(0, 1), (2, 4)]),
        ([0, 1], [(1, 2)]),
    ],
)
def test_stretches(mask, expected):
    assert stretches(np.array(mask, dtype=bool)) == expected


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (0, 6), (5, 6)])
def test_a_stretch_that_is_none(start, end):
    with pytest.raises(ValueError, match=r"^The stretch must lie within the 5 characters, and not"):
        markers(CELLS, start, end, 0.5, 6)


@pytest.mark.parametrize("threshold", [0, 1, -0.5, float("nan")])
def test_a_threshold_that_is_none(threshold):
    with pytest.raises(ValueError, match=r"^The threshold must be a number above 0 and below 1\.$"):
        markers(CELLS, 0, 1, threshold, 6)
    with pytest.raises(ValueError, match=r"^The threshold must be"):
        matches(CELLS, chosen((0, 1)), threshold)


def test_no_cell_selected():
    with pytest.raises(ValueError, match=r"^No cell is selected: choose another stretch"):
        matches(CELLS, [], 0.5)
