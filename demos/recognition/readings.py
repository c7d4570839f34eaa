"""Ink that the networks have read, for the page: samples, what is kept of a reading, letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from demos.refusals import refused
from demos.widgets.pen import pen_value
from demos.widgets.pen.files import strokes_of_file
from demos.widgets.reading import Letter, Line
from lstm_core import checkpoint
from lstm_core.ink.strokes import Strokes
from lstm_core.recognition.model import BLANK
from lstm_core.recognition.request import ReadingRequest
from lstm_core.recognition.sampler import LineReading, ReadingSampler
from lstm_core.trace import Trace

BOTH_WAYS, FORWARDS = "reading", "reading_causal"
"""The network that reads, and the one that says what is known while somebody writes."""

LANGUAGE = "reading_language"
"""What the network that reads has to say of English weighs with what it sees."""

WAYS = {"→": "Forwards", "←": "Backwards"}
"""The directions of a reader, as the names of its layers end."""

SAMPLES = Path(__file__).with_name("samples")
LIKELIEST = 4  # letters that are shown as what another might be
CANDIDATES = 5  # texts that are shown as what a line might be
KEPT = 16
"""Readings that the server remembers, of all visitors."""

TRACES = 2
"""Traces that it remembers: 4 MB each for a line, 150 MB for all the ink that is read at once."""


@dataclass(frozen=True)
class Now:
    """What a visitor has on the page. The reading itself is not kept for each visitor: it can be
    made again from this."""

    strokes: str  # as the pad has them
    line: int  # that is replayed, from 0
    letter: int  # whose gradient is shown, from 0; -1 if there is none


@dataclass(frozen=True, eq=False)
class Whole:
    """Ink and how it was read."""

    request: ReadingRequest
    lines: list[LineReading]

    @property
    def latest(self) -> int:
        """The line that was written last."""
        return max(range(len(self.lines)), key=lambda n: self.lines[n].ink[-1])

    def letter(self, line: object, letter: object) -> tuple[int, int]:
        """A line and a letter of it, from 0, as a browser names them.

        Raises:
            ValueError: a sentence, if there is no such line or letter.
        """
        if type(line) is not int or not 0 <= line < len(self.lines):
            raise ValueError("There is no such line on the pad.")
        if type(letter) is not int or not 0 <= letter < len(self.lines[line].characters):
            raise ValueError("There is no such letter in that line.")
        return line, letter


@cache
def shipped(name: str) -> bool:
    """Whether there is a reader of this name."""
    return name in checkpoint.names()


@cache
def sampler(name: str = BOTH_WAYS) -> ReadingSampler:
    """A shipped reader.

    Raises:
        gr.Error: a sentence, if its file is missing or cannot be used.
    """
    language = LANGUAGE if name == BOTH_WAYS and shipped(LANGUAGE) else None
    with refused():
        return ReadingSampler.from_checkpoint(name, language)


@cache
def samples() -> dict[str, str]:
    """Shipped ink, as the pad takes it, by title: the name of its file without the number."""
    found = {}
    for path in sorted(SAMPLES.glob("*.json")):
        title = " ".join(path.stem.split("-")[1:])
        found[title] = pen_value(strokes_of_file(path.name, path.read_text(encoding="utf-8")))
    return found


def read(strokes: object) -> Whole:
    """Ink as it is read.

    Args:
        strokes: as the pad sends them: JSON text; None is nothing.

    Raises:
        ValueError: a sentence, if it cannot be read.
    """
    text = "[]" if strokes is None else strokes
    if not isinstance(text, str):
        raise ValueError("The strokes of the pad come as one text.")
    return read_by(text)


@lru_cache(maxsize=KEPT)
def read_by(strokes: str) -> Whole:
    """`read`, remembered."""
    request = ReadingRequest(Strokes(strokes))
    return Whole(request, sampler().read(request))


@lru_cache(maxsize=TRACES)
def trace_of(strokes: str, line: int) -> Trace:
    """What the memory cells did while a line was read."""
    return sampler().trace(read_by(strokes).request, line)


def one_way(trace: Trace, way: str) -> Trace:
    """The layers of a trace that read in a direction, bottom first."""
    names = zip(sampler().layer_names, trace.layers, strict=True)
    return Trace([layer for name, layer in names if name.endswith(way)])


def line_of(whole: Whole, line: int) -> Line:
    """A line for the page."""
    reading = whole.lines[line]
    places = np.searchsorted(reading.ink, [c.point for c in reading.characters])
    letters = [
        Letter(c.character, c.probability, int(place), likeliest(reading, c.frame))
        for c, place in zip(reading.characters, places, strict=True)
    ]
    candidates = [(c.text, c.log_probability) for c in reading.candidates[:CANDIDATES]]
    return Line(reading.text, letters, len(reading.ink), candidates)


def likeliest(reading: LineReading, frame: int) -> list[tuple[str, float]]:
    """What the network held likeliest in a frame; "" is no letter."""
    row = reading.probabilities[frame]
    names = ["", *sampler().characters.characters]
    return [(names[n], float(row[n])) for n in np.argsort(-row)[:LIKELIEST]]


def most_active(reading: LineReading) -> int:
    """The letter that the network was surest of, from 0; spaces only if there is nothing else, -1
    if nothing was recognised."""
    letters = reading.characters
    if not letters:
        return -1
    return max(
        range(len(letters)),
        key=lambda n: (letters[n].character != " ", letters[n].probability),
    )


def labels(reading: LineReading) -> list[str]:
    """For each frame the character that was recognised there, or "·"."""
    named = ["·"] * len(reading.frame_points)
    for character in reading.characters:
        named[character.frame] = "␣" if character.character == " " else character.character
    return named


def peaks(reading: LineReading) -> np.ndarray:
    """(T,) the probability of the likeliest character in each frame."""
    return reading.probabilities[:, BLANK + 1 :].max(axis=1)
