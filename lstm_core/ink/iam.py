"""Lines of the IAM On-Line Handwriting Database (Liwicki & Bunke 2005), as strokes and text.

The parts are those of the official task IAM-OnDB-t1. No writer of one part is in another.
"""

from __future__ import annotations

import csv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstm_core.data import DataError, locate

DATA_SET = "handwriting"
SPLITS = ("train", "val1", "val2", "test")


@dataclass(frozen=True, eq=False)
class Line:
    """One line of handwriting, as the whiteboard recorded it.

    Attributes:
        id: form and number of the line, such as "a01-000u-01".
        form: the sheet it is from.
        split: of `SPLITS`.
        writer: number of who wrote it; -1 where that is not known.
        flag: whether it is on the published list of low-quality lines.
        text: what is written.
        points: (N, 3) x, y, pen_up. Positions in units of the whiteboard, the first at 0, 0; x
            grows to the right, y DOWN. pen_up is 1 at the last point of each stroke. There are no
            points while the pen is up.
        times: (N,) seconds since the first point.
    """

    id: str
    form: str
    split: str
    writer: int
    flag: bool
    text: str
    points: np.ndarray
    times: np.ndarray


def read_lines(split: str, folder: Path | None = None) -> list[Line]:
    """All lines of a part.

    Args:
        split: of `SPLITS`.
        folder: of all data sets, or one that holds strokes.npz and lines.tsv; the usual place when
            None. It need not hold the other parts.

    Raises:
        DataError: if there is no such part, or it is not there, or the files do not fit together.
    """
    if split not in SPLITS:
        raise DataError(f"The handwriting has the parts {', '.join(SPLITS)}; not {split!r}.")
    table = locate(DATA_SET, folder, "lines.tsv")
    strokes = locate(DATA_SET, folder, "strokes.npz")
    with table.open(encoding="utf-8", newline="") as file:
        # Texts hold quotation marks that quote nothing.
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    try:
        with np.load(strokes, allow_pickle=False) as arrays:
            points, pauses = arrays["points"], arrays["dt_cs"]
            offsets = arrays["offsets"].tolist()
        if len(offsets) != len(rows) + 1:
            raise ValueError(f"{len(offsets) - 1} lines of strokes, {len(rows)} of text")
        lines = [
            line(row, points[begin:end], pauses[begin:end])
            for row, begin, end in zip(rows, offsets, offsets[1:], strict=False)
            if row["split"] == split
        ]
    except (KeyError, ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{strokes} and {table} cannot be read together ({error}).") from None
    if not lines:
        raise DataError(f"{table} has no lines of the part {split}.")
    return lines


def line(row: dict[str, str], moves: np.ndarray, pauses: np.ndarray) -> Line:
    """One line.

    Args:
        row: of the table.
        moves: (N, 3) dx, dy, pen_up; each from the point before, the first from itself.
        pauses: (N,) hundredths of a second since the point before.
    """
    points = moves.astype(np.float32)
    points[:, :2] = np.cumsum(moves[:, :2], axis=0, dtype=np.int64)
    return Line(
        id=row["id"],
        form=row["form"],
        split=row["split"],
        writer=int(row["writer"]),
        flag=row["flag"] == "1",
        text=row["text"],
        points=points,
        times=(np.cumsum(pauses, dtype=np.int64) / 100).astype(np.float32),
    )
