"""What the networks learn from. Nothing is fetched: `lstm_core.lags.tasks` makes it up as it is
needed. `lstm-gallery download lags` writes a few sequences out, to be looked at."""

from __future__ import annotations

from pathlib import Path

from lstm_core.data import DataSet, Fetch
from lstm_core.lags.tasks import LETTERS, sequences

EXAMPLES, LAG = 20, 10


def write_examples(fetch: Fetch, folder: Path) -> None:
    """The first test sequences of both tasks at a lag of 10, one a line, with what is right."""
    lines = []
    x, y = sequences("recall", LAG, EXAMPLES, "test")
    for ids, symbol in zip(x.argmax(dim=-1).tolist(), y.tolist(), strict=True):
        lines.append(" ".join(LETTERS[n] for n in ids) + f" -> {LETTERS[symbol]}\n")
    x, y = sequences("adding", LAG, EXAMPLES, "test")
    for row, total in zip(x.tolist(), y.tolist(), strict=True):
        numbers = " ".join(f"{value:.3f}" + "*" * int(mark) for value, mark in row)
        lines.append(f"{numbers} -> {total:.3f}\n")
    (folder / "lags.txt").write_bytes("".join(lines).encode())


DATA_SETS = [
    DataSet(
        name="lags",
        folder="lags",
        files={"lags.txt": "d3eafddd0c74c0d6341524b451e2a76f36303efc54284bdc159a6ee1bb93065c"},
        description="A symbol to recall, or two numbers to add, among others that do not matter",
        licence="Apache-2.0, as the code that makes it",
        citation="Hochreiter & Schmidhuber (1997), Long Short-Term Memory, Neural Computation 9.",
        homepage="https://doi.org/10.1162/neco.1997.9.8.1735",
        prepare=write_examples,
    )
]
