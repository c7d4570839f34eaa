"""The archives of IAM-OnDB, as its owners hand them out, made into two small files."""

from __future__ import annotations

import csv
import io
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from lstm_core.data import DataError

STROKES, TEXTS, WRITERS = "lineStrokes-all.tar.gz", "ascii-all.tar.gz", "original-xml-all.tar.gz"
TASK = {
    "train": "trainset.txt", "val1": "testset_v.txt", "val2": "testset_t.txt",
    "test": "testset_f.txt",
}  # fmt: skip
"""The lists of forms of the task IAM-OnDB-t1."""

NEEDED = (STROKES, TEXTS, *TASK.values())
COLUMNS = ("index", "id", "form", "split", "writer", "flag", "n_points", "n_strokes", "text",
           "text_raw")  # fmt: skip

CLITIC = re.compile(r"(?<=\w) ?' ?(?=(?:s|t|m|d|ll|ve|re)\b)", re.IGNORECASE)
BEFORE = re.compile(r"\s+([.,;:?!)\]])")
AFTER = re.compile(r"([(\[])\s+")
BOTH = re.compile(r'(\S) " " ')  # one quotation ends and the next begins
DITTO = re.compile(r'([.?!]) ""')
ALONE = re.compile(r'(^| )"( |$)')  # a quotation mark between blanks


@dataclass(frozen=True, eq=False)
class Recorded:
    """A line as it is kept: differences of positions, in units of the whiteboard."""

    id: str
    moves: np.ndarray  # (N, 3) int16 dx, dy, pen_up; the first dx and dy are 0
    pauses: np.ndarray  # (N,) int16 hundredths of a second since the point before
    origin: tuple[int, int]  # x and y of the first point


def make(source: Path, target: Path) -> None:
    """Write strokes.npz, lines.tsv and charset.txt.

    What is not in the archives is left open: no line is flagged as of low quality, and writers are
    known only where `WRITERS` lies beside the others.

    Args:
        source: folder with the files of `NEEDED`.
        target: folder to write into.

    Raises:
        DataError: if a file is missing, or holds something else than it should.
    """
    if missing := [name for name in NEEDED if not (source / name).is_file()]:
        raise DataError(f"{source} lacks {', '.join(missing)}.")
    try:
        texts, writers = read_texts(source / TEXTS), read_writers(source / WRITERS)
        splits = {
            form: split
            for split, name in TASK.items()
            for form in (source / name).read_text(encoding="utf-8").split()
        }
        lines = sorted(read_strokes(source / STROKES), key=lambda line: line.id)
    except (OSError, EOFError, tarfile.TarError, ElementTree.ParseError, ValueError) as error:
        raise DataError(f"The archives in {source} cannot be read ({error}).") from None
    rows: list[list] = []
    kept: list[Recorded] = []
    for line in lines:
        form, _, number = line.id.rpartition("-")
        written = texts.get(form, [])
        if not 0 < int(number) <= len(written):
            continue  # its text was never entered
        up = line.moves[:, 2]
        raw = written[int(number) - 1]
        rows.append([len(rows), line.id, form, splits.get(form, "none"), writers.get(form, -1), 0,
                     len(up), int(up.sum()), plain(raw), raw])  # fmt: skip
        kept.append(line)
    if not kept:
        raise DataError(f"No line in the archives in {source} has a text.")
    write(target, rows, kept)


def read_strokes(archive: Path) -> Iterator[Recorded]:
    """The lines of the archive of strokes, each an XML file named after the line."""
    for name, content in files(archive, ".xml"):
        root = ElementTree.fromstring(content)
        strokes = [
            [(float(p.get("x", "")), float(p.get("y", "")), float(p.get("time", "")))
             for p in stroke.iter("Point")]
            for stroke in root.iter("Stroke")
        ]  # fmt: skip
        strokes = [stroke for stroke in strokes if stroke]
        if not strokes:
            continue
        points = np.array([point for stroke in strokes for point in stroke])
        moves = np.zeros((len(points), 3), dtype=np.int16)
        moves[1:, :2] = np.diff(points[:, :2], axis=0)
        moves[np.cumsum([len(stroke) for stroke in strokes]) - 1, 2] = 1
        pauses = np.rint(100 * np.diff(points[:, 2], prepend=points[0, 2])).clip(-1, 2**15 - 1)
        origin = int(points[0, 0]), int(points[0, 1])
        yield Recorded(Path(name).stem, moves, pauses.astype(np.int16), origin)


def read_texts(archive: Path) -> dict[str, list[str]]:
    """The lines of each form, as transcribed: what comes after CSR in its file."""
    found = {}
    for name, content in files(archive, ".txt"):
        _, _, text = content.decode("utf-8", "replace").partition("CSR:")
        found[Path(name).stem] = [line.strip() for line in text.splitlines() if line.strip()]
    return found


def read_writers(archive: Path) -> dict[str, int]:
    """Who wrote each form, by the form; nobody is known if there is no such archive."""
    found = {}
    if archive.is_file():
        for name, content in files(archive, ".xml"):
            # .../a01-000/strokesu.xml is form a01-000u
            form = Path(name).parent.name + Path(name).stem.removeprefix("strokes")
            if written := re.search(rb'writerID="(\d+)"', content[:4_000]):
                found[form] = int(written[1])
    return found


def files(archive: Path, suffix: str) -> Iterator[tuple[str, bytes]]:
    """Path and content of each file in an archive whose name ends so."""
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            if member.isfile() and member.name.endswith(suffix):
                content = tar.extractfile(member)
                assert content is not None
                yield member.name, content.read()


def plain(text: str) -> str:
    """A transcription without the blanks that the ink has not: before punctuation, inside quotes
    and contractions."""
    text = CLITIC.sub("'", BEFORE.sub(r"\1", AFTER.sub(r"\1", " ".join(text.split()))))
    text = DITTO.sub(r'\1""', BOTH.sub(r'\1" "', text))
    opened = 0

    def quote(found: re.Match) -> str:
        nonlocal opened
        opened += 1
        before, after = found.groups()
        if not after:
            return '"'
        return f'{before}"' if opened % 2 or not before else f'"{after}'

    return ALONE.sub(quote, text)


def write(target: Path, rows: list[list], lines: list[Recorded]) -> None:
    """The table, the arrays and the characters."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None,
                        lineterminator="\n")  # fmt: skip
    writer.writerows([COLUMNS, *rows])
    (target / "lines.tsv").write_text(table.getvalue(), encoding="utf-8", newline="")
    characters = "".join(sorted(set("".join(row[8] for row in rows))))
    (target / "charset.txt").write_text(characters + "\n", encoding="utf-8", newline="")
    order = [*TASK, "none"]
    np.savez_compressed(
        target / "strokes.npz",
        points=np.concatenate([line.moves for line in lines]),
        dt_cs=np.concatenate([line.pauses for line in lines]),
        offsets=np.cumsum([0, *(len(line.moves) for line in lines)], dtype=np.int64),
        origin=np.array([line.origin for line in lines], dtype=np.int16),
        writer=np.array([row[4] for row in rows], dtype=np.int32),
        split=np.array([order.index(row[3]) for row in rows], dtype=np.uint8),
        flag=np.zeros(len(rows), dtype=np.uint8),
    )
