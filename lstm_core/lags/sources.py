"""What the networks learn from: nothing that has to be fetched, as the code makes it up."""

from __future__ import annotations

from pathlib import Path

from lstm_core.data import DataSet, Fetch


def nothing(fetch: Fetch, folder: Path) -> None:
    """There is nothing to prepare."""


DATA_SETS = [
    DataSet(
        name="lags",
        folder="lags",
        files={},
        description="A symbol to recall, or two numbers to add, among others that do not matter",
        licence="Apache-2.0, as the code that makes it",
        citation="Hochreiter & Schmidhuber (1997), Long Short-Term Memory, Neural Computation 9.",
        homepage="https://doi.org/10.1162/neco.1997.9.8.1735",
        prepare=nothing,
    )
]
