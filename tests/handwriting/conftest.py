"""A data set of handwriting in small, in the format of the large one; and an untrained network."""

import csv

import numpy as np
import pytest
import torch

from lstm_core.handwriting.characters import Alphabet
from lstm_core.handwriting.model import WritingConfig, WritingModel
from lstm_core.handwriting.sampler import WritingSampler

TEXTS = ["The quick", "brown fox", "jumps over", "a lazy dog.", "Then it", "box & cow"]
WRITERS = [7, 7, -1, 12, 12, 12]


def ink(text, random):
    """(N, 3) dx, dy, pen_up: each letter a stroke of four points, wider with its code point."""
    points, up = [], []
    for n, letter in enumerate(text):
        if letter != " ":
            size = 10 + ord(letter) % 32
            x = 60 * n + np.array([0, size, size, 0]) + random.integers(-3, 4, 4)
            y = np.array([0, -size, size, size]) + random.integers(-3, 4, 4)
            points += zip(x, y, strict=True)
            up += [0, 0, 0, 1]
    xy = np.array(points)
    return np.column_stack((np.diff(xy, axis=0, prepend=xy[:1]), up))


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Six lines of each part; the last of each is flagged, and of no other writer's text."""
    folder = tmp_path_factory.mktemp("data") / "handwriting"
    folder.mkdir()
    random = np.random.default_rng(1)
    rows, moves = [], []
    for split in ("train", "val1", "val2"):
        for n, (text, writer) in enumerate(zip(TEXTS, WRITERS, strict=True)):
            line = ink(text, random)
            moves.append(line)
            flag = int(n == len(TEXTS) - 1)
            facts = [len(rows), f"{split}-{n}", split, split, writer, flag]
            rows.append([*facts, len(line), line[:, 2].sum(), text, text])
    names = "index id form split writer flag n_points n_strokes text text_raw"
    with (folder / "lines.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(
            file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None
        )
        writer.writerows([names.split(), *rows])
    np.savez(
        folder / "strokes.npz",
        points=np.concatenate(moves).astype(np.int16),
        dt_cs=np.ones(sum(map(len, moves)), np.int16),
        offsets=np.cumsum([0, *map(len, moves)]),
    )
    return folder.parent


@pytest.fixture
def sampler():
    """A network with random weights, large enough that what it reads makes a difference."""
    alphabet = Alphabet(" .Tabcdefhiknoqruwxy")
    config = WritingConfig(
        len(alphabet), ("7", "12"), (8.0, 0.5), (40.0, 30.0),
        hidden_size=12, num_layers=3, style_size=4, curves=3, gaussians=4,
    )  # fmt: skip
    model = WritingModel(config)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if not name.startswith("first.window"):  # or the window would jump
                p.copy_(0.5 * torch.randn(p.shape, generator=generator))
    return WritingSampler(model, alphabet)
