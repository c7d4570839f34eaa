"""A data set of handwriting in small, in the format of the large one."""

import csv

import numpy as np
import pytest

TEXTS = ["abba", "bab a", "a b", "baab"]


def strokes(text, random):
    """Each letter as a stroke of its own: an "a" goes right, down and up, a "b" down and right."""
    shapes = {"a": [(0, 0), (20, 0), (20, 30), (20, 0)], "b": [(0, -40), (0, 30), (20, 30)]}
    return [
        shapes[letter] + np.array([35 * n, 0]) + random.integers(-2, 3, (len(shapes[letter]), 2))
        for n, letter in enumerate(text)
        if letter != " "
    ]


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Six lines of each part."""
    folder = tmp_path_factory.mktemp("data") / "handwriting"
    folder.mkdir()
    random = np.random.default_rng(1)
    rows, moves, offsets = [], [], [0]
    for split in ("train", "val1", "val2"):
        for n in range(6):
            text = TEXTS[n % len(TEXTS)]
            line = strokes(text, random)
            points = np.concatenate(line)
            up = np.zeros(len(points), dtype=int)
            up[np.cumsum([len(stroke) for stroke in line]) - 1] = 1
            moves.append(np.column_stack((np.diff(points, axis=0, prepend=points[:1]), up)))
            offsets.append(offsets[-1] + len(points))
            rows.append([len(rows), f"x-{n}", "x", split, 1, 0, len(points), len(line), text, text])
    with (folder / "lines.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        names = "index id form split writer flag n_points n_strokes text text_raw"
        writer.writerows([names.split(), *rows])
    points = np.concatenate(moves).astype(np.int16)
    np.savez(
        folder / "strokes.npz", points=points, dt_cs=np.ones(len(points), np.int16), offsets=offsets
    )
    return folder.parent
