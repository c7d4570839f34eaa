"""Whether what the network writes can be read: by the project's own reader, beside real ink.

A line has failed if
- it was given up: the window did not leave its text;
- the pen ran away: the line is far wider or higher than any that people wrote; or
- a word is lost: fewer than half of its characters are found where they should be in what is read.

The same is asked of the ink of people who wrote the same texts, for the reader errs, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.handwriting.request import MAX_LINE, WritingRequest
from lstm_core.handwriting.sampler import WritingSampler
from lstm_core.ink.composition import ASCII
from lstm_core.ink.iam import Line
from lstm_core.recognition.metrics import cer, found
from lstm_core.recognition.sampler import ReadingSampler

SENTENCES = 200
SEEDS = (1, 2, 3)

TOGETHER = 24
"""Lines that are written side by side."""

AWAY = 1.5
"""How many times wider or higher than the widest or highest of people's lines is too far."""

FRAMES = "{0}", "on {0} side", "{0}{0} is in", "the {0}", "{0} or a", "what{0}", "{0}one", "in{0}to"
"""What a character is written in to see whether it can be read."""


@dataclass(frozen=True, eq=False)
class Written:
    """One line as it was written.

    Attributes:
        points: (N, 3) x, y, pen_up.
        given_up: whether the window had not left the text.
    """

    points: np.ndarray
    given_up: bool = False


def sentences(lines: Sequence[Line], count: int = SENTENCES) -> list[Line]:
    """So many of some lines, evenly; none that would be broken in two."""
    fitting = [line for line in lines if len(line.text) <= MAX_LINE]
    places = np.linspace(0, len(fitting), count, endpoint=False).astype(int)
    return [fitting[n] for n in np.unique(places)]


def write(sampler: WritingSampler, requests: Sequence[WritingRequest]) -> list[Written]:
    """The first line of each request; long ones beside long ones."""
    written: list[Written] = [Written(np.zeros((0, 3)))] * len(requests)
    order = sorted(range(len(requests)), key=lambda n: len(requests[n].text))
    for begin in range(0, len(order), TOGETHER):
        chosen = order[begin : begin + TOGETHER]
        moves: list[list[tuple[float, float, bool]]] = [[(0.0, 0.0, False)] for _ in chosen]
        for steps in sampler.stream_many([requests[n] for n in chosen]):
            for n, line, step in zip(chosen, moves, steps, strict=True):
                if step is not None and step.line == 0:
                    line.append((step.dx, step.dy, step.pen_up))
                    if step.last:
                        made = np.array(line, dtype=np.float64)
                        made[:, :2] = made[:, :2].cumsum(axis=0)
                        written[n] = Written(made, step.given_up)
    return written


@dataclass(frozen=True)
class Limits:
    """How wide and high lines are that people write, in units of the whiteboard."""

    width: float  # for each character
    height: float

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Limits:
        """The widest and the highest of some lines."""
        sizes = np.array([size(line.points, line.text) for line in lines])
        return cls(*sizes.max(axis=0).tolist())

    def exceeded(self, points: np.ndarray, text: str) -> bool:
        """Whether the pen ran away from a text."""
        width, height = size(points, text)
        return width > AWAY * self.width or height > AWAY * self.height


def size(points: np.ndarray, text: str) -> tuple[float, float]:
    """Width for each character, and height."""
    width, height = np.ptp(points[:, :2], axis=0)
    return float(width) / len(text), float(height)


def lost_words(text: str, reading: str) -> int:
    """Words of a text of which fewer than half of the characters were found in what was read."""
    kept, begin, lost = found(text, reading), 0, 0
    for word in text.split(" "):
        lost += sum(kept[begin : begin + len(word)]) < len(word) / 2
        begin += len(word) + 1
    return lost


def failed(line: Written, text: str, reading: str, limits: Limits) -> bool:
    """Whether a line has failed."""
    away = limits.exceeded(line.points, text)
    return line.given_up or away or lost_words(text, reading) > 0


def measure(
    sampler: WritingSampler, reader: ReadingSampler, lines: Sequence[Line]
) -> dict[str, float]:
    """Figures of the lines' texts, each written with several seeds, and of their real ink.

    Args:
        sampler: writes, with its default settings, in any hand.
        reader: reads, without a language model.
        lines: by people.

    Returns:
        `cer`, of what the network wrote; `cer_real`, of what people wrote; `failed` and
        `failed_real`, shares of the lines; and what the failed ones of the network failed by:
        `given_up`, `ran_away`, `word_lost`.
    """
    limits = Limits.of(lines)
    real = [Written(line.points) for line in lines]
    texts = [line.text for line in lines]
    requests = [WritingRequest(text, seed=seed) for seed in SEEDS for text in texts]
    written = write(sampler, requests)
    readings, real_readings = (
        reader.read_lines([line.points for line in some]) for some in (written, real)
    )
    references = [request.text for request in requests]

    def share(some: Sequence[bool]) -> float:
        return sum(some) / len(some)

    pairs = list(zip(written, references, readings, strict=True))
    return {
        "cer": cer(references, readings),
        "cer_real": cer(texts, real_readings),
        "failed": share([failed(*pair, limits) for pair in pairs]),
        "failed_real": share(
            [failed(*pair, limits) for pair in zip(real, texts, real_readings, strict=True)]
        ),
        "given_up": share([line.given_up for line, _, _ in pairs]),
        "ran_away": share([limits.exceeded(line.points, text) for line, text, _ in pairs]),
        "word_lost": share([lost_words(text, reading) > 0 for _, text, reading in pairs]),
    }


def character_rates(
    sampler: WritingSampler, reader: ReadingSampler, seeds: Sequence[int] = SEEDS
) -> dict[str, float]:
    """How often each character that the network writes is read as itself, in several frames."""
    requests = [
        WritingRequest(frame.format(character), seed=seed)
        for character in ASCII[1:]
        for frame in FRAMES
        for seed in seeds
    ]
    written = write(sampler, requests)
    readings = reader.read_lines([line.points for line in written])
    asked: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for n, (request, reading) in enumerate(zip(requests, readings, strict=True)):
        character = ASCII[1 + n // (len(FRAMES) * len(seeds))]
        for c, kept in zip(request.text, found(request.text, reading), strict=True):
            asked[c] += c == character
            read[c] += kept and c == character
    return {character: read[character] / asked[character] for character in ASCII[1:]}
