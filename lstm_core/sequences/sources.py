"""What the small networks learn from. Nothing is fetched: a formula makes all of it, and training
does so by itself. `lstm-gallery download` writes it out for whoever wants to look at it."""

from __future__ import annotations

from pathlib import Path

from lstm_core.data import DataSet, Fetch
from lstm_core.sequences.counting import LONGEST_TRAINED, string
from lstm_core.sequences.progressions import KINDS, progressions

LICENCE = "Apache-2.0, as the code that makes it"


def write_progressions(fetch: Fetch, folder: Path) -> None:
    """The held-out stretches of four numbers, one a line."""
    rows = [row for kind in KINDS for row in progressions(kind).held_out.tolist()]
    text = "".join(", ".join(map(str, row)) + "\n" for row in rows)
    (folder / "held_out_progressions.txt").write_bytes(text.encode())


def write_counts(fetch: Fetch, folder: Path) -> None:
    """The strings of the training, one a line."""
    text = "".join(string(n) for n in range(LONGEST_TRAINED + 1))
    (folder / "counts.txt").write_bytes(text.encode())


DATA_SETS = [
    DataSet(
        name="progressions",
        folder="sequences",
        files={
            "held_out_progressions.txt": (
                "f5a872368459a72d5c53e4bce06697c43be077e04b47214ac16569f8fe1e9dda"
            )
        },
        description="Arithmetic and geometric progressions of whole numbers, made by a formula",
        licence=LICENCE,
        citation="Made by lstm_core/sequences/progressions.py.",
        homepage="https://en.wikipedia.org/wiki/Geometric_progression",
        prepare=write_progressions,
    ),
    DataSet(
        name="counts",
        folder="sequences",
        files={"counts.txt": "b93d9a0811d29cf221b890933fbf409f4eb2610f45d4aa547a724eaf034656b4"},
        description="Strings of n times a, an x, and n times b, made by a formula",
        licence=LICENCE,
        citation="Gers & Schmidhuber (2001). LSTM Recurrent Networks Learn Simple Context-Free and "
        "Context-Sensitive Languages. IEEE Transactions on Neural Networks 12(6), 1333-1340.",
        homepage="https://doi.org/10.1109/72.963769",
        prepare=write_counts,
    ),
]
