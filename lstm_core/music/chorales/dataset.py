"""Chorales as grids of pitches: four voices, a frame for every sixteenth or every quarter note.

Two collections hold the same chorales (Boulanger-Lewandowski et al. 2012, with their split):
- sixteenths: the pitches of soprano, alto, tenor and bass in every frame; a pitch that stays is one
  that is held. This is what the network composes.
- quarters: the set of pitches of every frame, transposed to C major or A minor; who sings what is
  not said, and two voices on one pitch are one. This is what the published figures are measured on.

A set is written as the four places of a frame, from the highest pitch down, silence for those that
are left: one set, one frame, so that the probability of the four places is that of the set.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lstm_core.data import DataError, locate

DATA_SET = "chorales"
FILES = {"sixteenths": "Jsb16thSeparated.json", "quarters": "jsb-chorales-quarter.json"}
GRIDS = tuple(FILES)
PARTS = ("train", "valid", "test")

VOICES = 4
"""Soprano, alto, tenor, bass."""

RANGES = ((60, 81), (53, 74), (48, 69), (36, 64))
"""Lowest and highest pitch of soprano, alto, tenor and bass: C4-A5, F3-D5, C3-A4, C2-E4."""

LOWEST, HIGHEST = 30, 90
"""Pitches, as MIDI counts them, that the network knows: those of the chorales, transposed."""

SILENCE = 0
"""Number of a voice that does not sing; a pitch p has the number p - LOWEST + 1."""

SYMBOLS = HIGHEST - LOWEST + 2

SILENT = np.full(VOICES, SILENCE)
"""The frame before the first."""

OCTAVE_TOO_HIGH = 12
"""The collection of quarters stands an octave above where it is sung."""

FARTHEST = 6
"""Semitones by which chorales are transposed up or down while learning."""

QUARTER = 4
"""Frames of a quarter note, on the grid of sixteenths."""


@dataclass(frozen=True, eq=False)
class Chorale:
    """One chorale.

    Attributes:
        grid: of `GRIDS`.
        symbols: (T, 4) int64 numbers of the voices in every frame.
    """

    grid: str
    symbols: np.ndarray


def symbols_of(pitches: np.ndarray) -> np.ndarray:
    """Numbers of MIDI pitches; what is below 1 is silence.

    Raises:
        ValueError: if a pitch is too low or too high.
    """
    sung = pitches > 0
    if (sung & ((pitches < LOWEST) | (pitches > HIGHEST))).any():
        raise ValueError(f"pitches go from {LOWEST} to {HIGHEST}")
    return np.where(sung, pitches - LOWEST + 1, SILENCE).astype(np.int64)


def pitches_of(symbols: np.ndarray) -> np.ndarray:
    """MIDI pitches of numbers; silence is -1."""
    return np.where(symbols == SILENCE, -1, symbols + LOWEST - 1)


def read_chorales(grid: str, part: str, folder: Path | None = None) -> list[Chorale]:
    """The chorales of a part.

    Args:
        grid: of `GRIDS`. part: of `PARTS`.
        folder: of all data sets, or of nothing but the files; the usual place when None.

    Raises:
        DataError: if the part is not there, or the file holds something else.
    """
    path = locate(DATA_SET, folder, FILES[grid])
    try:
        pieces = json.loads(path.read_text(encoding="utf-8"))[part]
        return [Chorale(grid, frames(grid, piece)) for piece in pieces]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} does not hold chorales in {grid} ({error}).") from None


def frames(grid: str, piece: Sequence[Sequence[int]]) -> np.ndarray:
    """(T, 4) the numbers of a piece of a collection."""
    if grid == "sixteenths":
        return symbols_of(np.array(piece, dtype=np.int64))
    pitches = np.full((len(piece), VOICES), -1, dtype=np.int64)
    for row, pitch_set in zip(pitches, piece, strict=True):
        descending = sorted(set(pitch_set), reverse=True)
        row[: len(descending)] = np.array(descending, dtype=np.int64) - OCTAVE_TOO_HIGH
    return symbols_of(pitches)


def transposed(symbols: np.ndarray, semitones: int) -> np.ndarray:
    """The same music higher or lower; pitches that would leave the known ones wrap by an octave."""
    moved = symbols + semitones
    moved = np.where(moved >= SYMBOLS, moved - 12, np.where(moved < 1, moved + 12, moved))
    return np.where(symbols == SILENCE, SILENCE, moved)


@dataclass(frozen=True)
class Batch:
    """Passages side by side."""

    symbols: Tensor  # (B, T, 4) numbers of the voices
    given: Tensor  # (B, T, 4) whether the network is told
    before: Tensor  # (B, 4) numbers of the frame before the first
    beat: Tensor  # (B,) place of the first frame within its quarter note
    grid: Tensor  # (B,) number of the grid
    mask: Tensor  # (B, T) 1 for frames, 0 beyond the end

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


@dataclass(frozen=True, eq=False)
class Passage:
    """Some frames of a chorale.

    Attributes:
        symbols: (T, 4) numbers of the voices.
        given: (T, 4) whether the network is told.
        grid: of `GRIDS`.
        before: (4,) numbers of the frame before the first.
        beat: place of the first frame within its quarter note.
    """

    symbols: np.ndarray
    given: np.ndarray
    grid: str
    before: np.ndarray = field(default_factory=SILENT.copy)
    beat: int = 0


def collate(passages: Sequence[Passage]) -> Batch:
    """Passages side by side, the shorter ones filled up."""
    B, T = len(passages), max(len(passage.symbols) for passage in passages)
    symbols = np.zeros((B, T, VOICES), dtype=np.int64)
    given, mask = np.zeros((B, T, VOICES), dtype=bool), np.zeros((B, T), dtype=np.float32)
    for b, passage in enumerate(passages):
        n = len(passage.symbols)
        symbols[b, :n], given[b, :n], mask[b, :n] = passage.symbols, passage.given, 1
    return Batch(
        torch.from_numpy(symbols),
        torch.from_numpy(given),
        torch.from_numpy(np.stack([passage.before for passage in passages])),
        torch.tensor([passage.beat for passage in passages]),
        torch.tensor([GRIDS.index(passage.grid) for passage in passages]),
        torch.from_numpy(mask),
    )


PASSAGE = 96
"""Frames of a training passage on the grid of sixteenths: six bars of four quarters."""


class Batches:
    """Passages of chorales, transposed anew each time, with something given or nothing.

    A quarter of a batch are quarters, the others sixteenths; longer chorales come more often. Which
    passages are in batch n, and what is given of them, depends on nothing but the arguments: a
    training can be taken up again anywhere.

    Args:
        chorales: of the training part, in both grids.
        batch_size: B.
        free: probability that nothing is given of a passage of sixteenths; of quarters nothing ever
            is.
        seed: of all that is random.
    """

    def __init__(
        self, chorales: Sequence[Chorale], batch_size: int, free: float = 0.4, seed: int = 0
    ) -> None:
        self.by_grid = {grid: [c for c in chorales if c.grid == grid] for grid in GRIDS}
        if not all(self.by_grid.values()):
            raise ValueError(f"there are to be chorales in {' and in '.join(GRIDS)}")
        self.batch_size, self.free, self.seed = batch_size, free, seed
        self.chances = {}
        for grid, some in self.by_grid.items():
            lengths = np.array([len(c.symbols) for c in some])
            self.chances[grid] = lengths / lengths.sum()
        self.singable = [singable(c) for c in self.by_grid["sixteenths"]]

    def batch(self, step: int) -> Batch:
        """Batch number `step`."""
        rng = np.random.default_rng((self.seed, step))
        grids = ["quarters" if n % 4 == 0 else "sixteenths" for n in range(self.batch_size)]
        return collate([self.passage(grid, rng) for grid in grids])

    def passage(self, grid: str, rng: np.random.Generator) -> Passage:
        """A passage of one of the collections.

        A chorale of quarters is read whole, as it is judged, and half of the time in the key in
        which all of them are judged; one of sixteenths from its beginning or from anywhere, and
        where voices can sing it if nothing is given: what a visitor gives may be anywhere.
        """
        some = self.by_grid[grid]
        n = rng.choice(len(some), p=self.chances[grid])
        chorale, semitones = some[n], int(rng.integers(1 - FARTHEST, FARTHEST + 1))
        if grid == "quarters":
            symbols = transposed(chorale.symbols, semitones if rng.random() < 0.5 else 0)
            return Passage(symbols, np.zeros(symbols.shape, dtype=bool), grid)
        free = rng.random() < self.free
        if free:
            semitones = int(rng.choice(self.singable[n]))
        symbols = transposed(chorale.symbols, semitones)
        latest = max(1, len(symbols) - PASSAGE // 2)
        begin = max(0, int(rng.integers(-PASSAGE // 4, latest)))
        passage = symbols[begin : begin + PASSAGE]
        given = np.zeros(passage.shape, dtype=bool)
        if not free:
            given = something(len(passage), rng)
        before = symbols[begin - 1] if begin else SILENT
        return Passage(passage, given, grid, before, begin % QUARTER)


def singable(chorale: Chorale) -> np.ndarray:
    """The semitones, at most `FARTHEST`, by which a chorale can be transposed so that every voice
    stays in its range; 0 if there are none."""
    pitches = pitches_of(chorale.symbols)
    lowest = np.where(pitches > 0, pitches, HIGHEST).min(axis=0)
    down, up = (np.array(bound) for bound in zip(*RANGES, strict=True))
    least = max(1 - FARTHEST, (down - lowest).max())
    most = min(FARTHEST, (up - pitches.max(axis=0)).min())
    return np.arange(least, most + 1) if least <= most else np.zeros(1, dtype=int)


def something(frames: int, rng: np.random.Generator) -> np.ndarray:
    """(T, 4) what may be given: whole voices, or whole bars, or some bars of some voices."""
    voices = np.zeros(VOICES, dtype=bool)
    voices[rng.permutation(VOICES)[: rng.integers(1, VOICES)]] = True
    if rng.random() < 0.3:  # a melody is what visitors bring
        voices = np.arange(VOICES) == 0
    times = np.ones(frames, dtype=bool)
    kind = rng.random()
    if kind < 0.4:
        begin, end = np.sort(rng.integers(0, frames + 1, 2))
        times[begin:end] = False
        if kind < 0.2:
            voices[:] = True
    return times[:, None] & voices
