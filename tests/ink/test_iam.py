"""Lines of handwriting from files in the data set's own format."""

import csv

import numpy as np
import pytest

from lstm_core.data import DataError
from lstm_core.ink.iam import read_lines

COLUMNS = [
    "index", "id", "form", "split", "writer", "flag", "n_points", "n_strokes", "text", "text_raw"
]  # fmt: skip
MOVES = [
    [[0, 0, 0], [3, -2, 0], [1, 1, 1], [10, 0, 1]],
    [[0, 0, 0], [20_000, 5, 0], [20_000, 0, 1]],
    [[0, 0, 1]],
]
PAUSES = [[0, 1, 2, 50], [0, 100, 1], [0]]


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "handwriting")


def write(folder, splits=("train", "val1", "train")):
    folder.mkdir(exist_ok=True)
    rows = [
        ["0", "a-1-01", "a-1", splits[0], "10", "0", "4", "2", 'say "a', "say"],
        ["1", "a-2-01", "a-2", splits[1], "-1", "1", "3", "1", "b", "b"],
        ["2", "a-3-01", "a-3", splits[2], "11", "1", "1", "1", "'c' ", "c"],
    ]
    with (folder / "lines.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(
            file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n"
        )
        writer.writerows([COLUMNS, *rows])
    np.savez(
        folder / "strokes.npz",
        points=np.concatenate([np.array(moves, dtype=np.int16) for moves in MOVES]),
        dt_cs=np.concatenate([np.array(pauses, dtype=np.int16) for pauses in PAUSES]),
        offsets=np.array([0, 4, 7, 8]),
    )
    return folder


def test_lines_of_a_part(folder):
    first, third = read_lines("train", folder.parent)
    assert (first.id, first.form, first.split) == ("a-1-01", "a-1", "train")
    assert (first.writer, first.flag, first.text) == (10, False, 'say "a')
    assert first.points.tolist() == [[0, 0, 0], [3, -2, 0], [4, -1, 1], [14, -1, 1]]
    assert first.times.tolist() == pytest.approx([0, 0.01, 0.03, 0.53])
    assert first.points.dtype == first.times.dtype == np.float32
    assert (third.flag, third.text) == (True, "'c' ")
    (second,) = read_lines("val1", folder.parent)
    assert (second.writer, second.flag) == (-1, True)
    assert second.points[-1].tolist() == [40_000, 5, 1]  # beyond what 16 bits hold


def test_a_folder_with_nothing_but_the_test_part(tmp_path):
    folder = write(tmp_path / "kept", splits=("test", "test", "test"))
    assert [line.text for line in read_lines("test", folder)] == ['say "a', "b", "'c' "]
    with pytest.raises(DataError, match="no lines of the part val2"):
        read_lines("val2", folder)


def test_what_is_not_there(tmp_path, folder):
    with pytest.raises(DataError, match="the parts train, val1, val2, test"):
        read_lines("validation", folder)
    with pytest.raises(DataError, match=r"needs lines\.tsv"):
        read_lines("train", tmp_path / "elsewhere")


def test_files_that_do_not_fit_together(folder):
    table = folder / "lines.tsv"
    rows = table.read_text().splitlines(keepends=True)
    table.write_text("".join(rows[:-1]))
    with pytest.raises(DataError, match="3 lines of strokes, 2 of text"):
        read_lines("train", folder)
    table.write_text("".join(rows))
    (folder / "strokes.npz").write_bytes(b"not an archive")
    with pytest.raises(DataError, match="cannot be read together"):
        read_lines("train", folder)
