"""The music that the networks learn from, and where it is got."""

from __future__ import annotations

import shutil
from pathlib import Path

from lstm_core.data import DataSet, Fetch

RAW = "https://raw.githubusercontent.com"
JSB = "czhuang/JSB-Chorales-dataset", "9a7f733ddb4ed91f48da64ac7f0f621c34aadd4d"

CHORALES = {
    "Jsb16thSeparated.json": "79294cc374f9252e95ef4b703161524c1c53dc1f712c236f00f1c1f5d54af5a7",
    "jsb-chorales-quarter.json": "2db9329f1881a1d3f49703ec556bf1d6f84b4f6c1d702c156536e93cf31e1c91",
}


def prepare_chorales(fetch: Fetch, folder: Path) -> None:
    """The two collections as they are."""
    repository, commit = JSB
    for name in CHORALES:
        shutil.copyfile(fetch(f"{RAW}/{repository}/{commit}/{name}"), folder / name)


DATA_SETS = [
    DataSet(
        name="chorales",
        folder="music",
        files=CHORALES,
        description="JSB Chorales: 382 chorales by J. S. Bach in four voices.",
        licence="The music is in the public domain; the collection states no licence.",
        citation="N. Boulanger-Lewandowski, Y. Bengio, P. Vincent (2012). Modeling Temporal "
        "Dependencies in High-Dimensional Sequences: Application to Polyphonic Music Generation "
        "and Transcription. ICML 2012.",
        homepage=f"https://github.com/{JSB[0]}",
        prepare=prepare_chorales,
    ),
]
