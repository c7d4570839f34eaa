"""How legible the network's writing is: what the project's own reader makes of it, beside what it
makes of the ink of people who wrote the same texts; for the reader errs, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from lstm_core.handwriting.checking import WrittenLine, lost_words
from lstm_core.handwriting.request import MAX_LINE, WritingRequest
from lstm_core.handwriting.sampler import WritingSampler
from lstm_core.ink.composition import ASCII
from lstm_core.ink.iam import Line
from lstm_core.recognition.metrics import cer, found
from lstm_core.recognition.sampler import ReadingSampler

SENTENCES = 200
SEEDS = (1, 2, 3)

OF_THE_NETWORK = "cer", "failed", "given_up", "ran_away", "word_lost"
"""What `measure` says of the network's lines, and not of people's."""

TOGETHER = 24
"""Lines that are written side by side."""

FRAMES = "{0}", "on {0} side", "{0}{0} is in", "the {0}", "{0} or a", "what{0}", "{0}one", "in{0}to"
"""What a character is written in to see whether it can be read."""


def sentences(lines: Sequence[Line], count: int = SENTENCES) -> list[Line]:
    """So many of some lines, evenly; none that would be broken in two."""
    fitting = [line for line in lines if len(line.text) <= MAX_LINE]
    places = np.linspace(0, len(fitting), count, endpoint=False).astype(int)
    return [fitting[n] for n in np.unique(places)]


def write(sampler: WritingSampler, requests: Sequence[WritingRequest]) -> list[WrittenLine]:
    """The first line of each request; long ones beside long ones."""
    written: dict[int, WrittenLine] = {}
    order = sorted(range(len(requests)), key=lambda n: len(requests[n].text))
    for begin in range(0, len(order), TOGETHER):
        chosen = order[begin : begin + TOGETHER]
        moves: list[list[tuple[float, float, bool]]] = [[] for _ in chosen]
        for steps in sampler.stream_many([requests[n] for n in chosen]):
            for n, line, step in zip(chosen, moves, steps, strict=True):
                if step is not None and step.line == 0:
                    if step.position == 0:
                        line[:] = [(0.0, 0.0, False)]
                    line.append((step.dx, step.dy, step.pen_up))
                    if step.last:
                        points = np.array(line, dtype=np.float64)
                        points[:, :2] = points[:, :2].cumsum(axis=0)
                        written[n] = WrittenLine(step.text, points, step.given_up)
    return [written[n] for n in range(len(requests))]


def measure(
    sampler: WritingSampler, reader: ReadingSampler, lines: Sequence[Line]
) -> dict[str, float]:
    """Figures of the lines' texts, each written with several seeds, and of their real ink.

    Args:
        sampler: writes, with the default settings of a request, in any hand.
        reader: reads, without a language model.
        lines: by people.

    Returns:
        `cer`, of what the network wrote; `cer_real`, of what people wrote; `failed` and
        `failed_real`, shares of the lines; and what the failed ones of the network failed by:
        `given_up`, `ran_away`, `word_lost`.
    """
    real = [WrittenLine(line.text, line.points) for line in lines]
    requests = [WritingRequest(line.text, seed=seed) for seed in SEEDS for line in lines]
    written = write(sampler, requests)
    readings, real_readings = (
        reader.read_lines([line.points for line in some]) for some in (written, real)
    )

    def share(some: Sequence[bool]) -> float:
        return sum(some) / len(some)

    pairs = list(zip(written, readings, strict=True))
    return {
        "cer": cer([line.text for line in written], readings),
        "cer_real": cer([line.text for line in real], real_readings),
        "failed": share([line.failed(reading) for line, reading in pairs]),
        "failed_real": share(
            [line.failed(reading) for line, reading in zip(real, real_readings, strict=True)]
        ),
        "given_up": share([line.given_up for line in written]),
        "ran_away": share([line.ran_away for line in written]),
        "word_lost": share([lost_words(line.text, reading) > 0 for line, reading in pairs]),
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
