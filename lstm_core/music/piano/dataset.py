"""Performances to learn from: two collections, their parts, and passages cut from them.

ASAP (Foscarin et al. 2020) holds performances at a piano that records; piano-midi.de (Krueger)
holds pieces entered by hand, with tempo and loudness shaped bar by bar. Which part a piece belongs
to follows from its name, so that no piece is in two: all performances of a piece in ASAP lie in one
folder. But both collections hold some compositions in common, and a few are in the training part of
one and in the test part of the other.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from rich.progress import Progress
from torch import Tensor

from lstm_core.data import NEEDS_EXTRA, DataError, locate
from lstm_core.music import midi
from lstm_core.music.piano.events import HIGHEST, LOWEST, START, events_of, on_grid, separated

DATA_SET = "piano"
ARCHIVES = {"asap": "asap_performances_max3.tar.xz", "piano_midi_de": "piano_midi_de.tar.xz"}
COLLECTIONS = tuple(ARCHIVES)
PARTS = ("train", "valid", "test")

CACHE = 1
"""Version of what is kept of the archives."""

LOWER, HIGHER = 5, 6
"""Semitones by which pieces are transposed at most while learning."""

STRETCH = 0.05
"""Share by which they are made faster or slower at most."""

BEFORE = 300
"""Notes before a passage that may still sound in it."""


@dataclass(frozen=True, eq=False)
class Piece:
    """One performance.

    Attributes:
        name: its path in the archive. collection: of `COLLECTIONS`.
        grid: (N, 4) as in `piano.events`.
    """

    name: str
    collection: str
    grid: np.ndarray


def part_of(collection: str, name: str) -> str:
    """The part a piece belongs to: by SHA-256 of its folder (ASAP; with and without repeats is one
    piece) or its file name, modulo 10, 0 is test, 1 is valid, all else train."""
    path = PurePosixPath(name)
    key = path.name
    if collection == "asap":
        key = str(path.parent).replace("_no_repeat", "")
    number = int(hashlib.sha256(key.encode()).hexdigest(), 16) % 10
    return {0: "test", 1: "valid"}.get(number, "train")


def read_pieces(part: str, folder: Path | None = None) -> list[Piece]:
    """The pieces of a part, by collection and name.

    The first reading of an archive takes about a minute; what it finds is kept in the user's cache.

    Args:
        part: of `PARTS`.
        folder: of all data sets, or of nothing but the files; the usual place when None.

    Raises:
        DataError: if the archives are not there, or hold something else than performances.
    """
    pieces = []
    for collection, file in ARCHIVES.items():
        performances = read_archive(locate(DATA_SET, folder, file))
        pieces += [
            Piece(name, collection, grid)
            for name, grid in sorted(performances.items())
            if part_of(collection, name) == part
        ]
    if not pieces:
        raise DataError(f"The archives of {DATA_SET} hold nothing of the part {part}.")
    return pieces


def read_archive(archive: Path) -> dict[str, np.ndarray]:
    """Path -> (N, 4) of all performances in an archive, from the cache where they are in it.

    Raises:
        DataError: if the archive cannot be read.
    """
    kept = cache_folder() / f"{archive.name}-{archive.stat().st_size}-{CACHE}.npz"
    if kept.is_file():
        with np.load(kept) as arrays:
            grids = np.split(arrays["notes"].astype(np.int64), arrays["ends"][:-1])
            return dict(zip(arrays["names"].tolist(), grids, strict=True))
    performances = dict(parse(archive))
    if not performances:
        raise DataError(f"{archive} holds no MIDI files.")
    temporary = kept.with_suffix(f".{os.getpid()}.tmp")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            np.savez(
                file,
                names=np.array(list(performances)),
                ends=np.cumsum([len(grid) for grid in performances.values()]),
                notes=np.concatenate(list(performances.values())).astype(np.int32),
            )
        temporary.replace(kept)
    except OSError:  # a cache that cannot be written: the archive is read again next time
        with contextlib.suppress(OSError):
            temporary.unlink()
    return performances


def cache_folder() -> Path:
    """Where performances are kept once they are read.

    Raises:
        DataError: if the training extra is not there to tell.
    """
    try:
        import platformdirs
    except ModuleNotFoundError:
        raise DataError(f"{NEEDS_EXTRA}.") from None
    return Path(platformdirs.user_cache_dir("lstm-gallery", appauthor=False)) / "piano"


def parse(archive: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Path and notes of each performance, in one pass over an archive.

    Raises:
        DataError: if the archive or one of its files is damaged.
    """
    name = archive.name
    try:
        with tarfile.open(archive, "r:xz") as tar, Progress(transient=True) as progress:
            bar = progress.add_task(f"reading {archive.name}", total=None)
            for member in tar:
                name = member.name
                if not member.isfile() or not name.endswith(".mid"):
                    continue
                content = tar.extractfile(member)
                assert content is not None
                yield name, on_grid(midi.read(content.read()))
                progress.update(bar, advance=1)
    except (OSError, EOFError, tarfile.TarError, ValueError) as error:
        raise DataError(f"{archive} cannot be read: {name}: {error}") from None


def stream(pieces: Sequence[Piece]) -> np.ndarray:
    """(T,) int64: the events of pieces one after the other, each after the symbol of a beginning,
    which also ends the last."""
    begin = np.array([START])
    parts = [part for piece in pieces for part in (begin, events_of(piece.grid))]
    return np.concatenate((*parts, begin))


class Passages:
    """Batches of passages from anywhere in pieces, transposed and stretched anew each time.

    The network begins each of them knowing nothing; where a piece ends within a passage, another
    one begins. Longer pieces come more often. Which passages are in batch n depends on nothing but
    the arguments: a training can be taken up again anywhere.

    Args:
        pieces: of the training part.
        batch_size: B passages.
        length: T events a passage.
        seed: of all that is random.
        vary: whether to transpose and to stretch.
    """

    def __init__(
        self, pieces: Sequence[Piece], batch_size: int, length: int, seed: int = 0,
        *, vary: bool = True,
    ) -> None:  # fmt: skip
        self.grids = [piece.grid for piece in pieces if len(piece.grid)]
        if not self.grids:
            raise ValueError("there is no note to learn from")
        self.batch_size, self.length, self.seed, self.vary = batch_size, length, seed, vary
        notes = np.array([len(grid) for grid in self.grids])
        self.chances = notes / notes.sum()

    def starts_round(self, step: int) -> bool:
        """Always: every batch starts from a state of zeros."""
        return True

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Batch number `step`: (B, T) events, and the (B, T) that follow each of them."""
        rng = np.random.default_rng((self.seed, step))
        window = torch.from_numpy(np.stack([self.passage(rng) for _ in range(self.batch_size)]))
        return window[:, :-1], window[:, 1:]

    def passage(self, rng: np.random.Generator) -> np.ndarray:
        """(T + 1,) events from the beginning of a piece or, most often, from within it."""
        grid = self.drawn(rng)
        first = max(0, int(rng.integers(-self.length // 8, len(grid))))
        events = [self.events(grid, first, rng)]
        while sum(map(len, events)) <= self.length:
            events.append(self.events(self.drawn(rng), 0, rng))
        return np.concatenate(events)[: self.length + 1]

    def drawn(self, rng: np.random.Generator) -> np.ndarray:
        """One of the pieces."""
        return self.grids[rng.choice(len(self.grids), p=self.chances)]

    def events(self, grid: np.ndarray, first: int, rng: np.random.Generator) -> np.ndarray:
        """At least T + 1 events of a piece from a note on, or all there are to its end."""
        # Each note is an event at least, and all events before the note after them are known.
        last = first + self.length + 1
        begin = grid[first, 0]
        earlier = grid[max(0, first - BEFORE) : first]
        some = np.concatenate((earlier[earlier[:, 1] > begin], grid[first:last]))
        some = some - [begin, begin, 0, 0]
        if self.vary:
            some[:, 2] += rng.integers(
                -min(LOWER, grid[:, 2].min() - LOWEST),
                min(HIGHER, HIGHEST - grid[:, 2].max()) + 1,
            )
            factor = rng.uniform(1 - STRETCH, 1 + STRETCH)
            some[:, :2] = np.rint(some[:, :2] * factor)
            some = separated(some)
        events = events_of(some)
        return events if first else np.concatenate(([START], events))
