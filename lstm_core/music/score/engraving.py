"""A score is laid out: bars in systems of a width, columns in bars, and all that stands there.

Lengths are in staff spaces. A column is what begins at one time; after it there is the more room
the longer it takes until the next, but less than in proportion. Bars are put into a system as long
as there is room, and then share what is left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from lstm_core.music.score.glyphs import ACCIDENTALS, WIDTHS, brace
from lstm_core.music.score.marks import Mark, Page, System, line
from lstm_core.music.score.notation import BAR, Score, Symbol, stave_of
from lstm_core.music.score.spelling import fifths
from lstm_core.music.score.stave import (
    Head,
    accidentals,
    beams,
    head_marks,
    height,
    place,
    rests,
    room,
    ties,
)

CLEFS = (("treble", 3), ("bass", 1))
"""Of both staves, with the line that they stand on, counted from the upper one."""

SIGNATURE = {
    "sharp": (38, 35, 39, 36, 33, 37, 34), "flat": (34, 37, 33, 36, 32, 35, 31),
}  # fmt: skip
"""Steps above C0 at which the signs of a key signature stand on the upper stave."""

OCTAVES_BELOW = 14
"""Steps from there to where they stand on the lower stave: two octaves."""

MARGIN = 1.2
BEFORE_FIRST = 1.6
"""From a bar line to the first head."""

SHORTEST, LONGER = 2.0, 0.8
"""Room after a column of a sixteenth, and what is added each time it is twice as long."""

WIDEST = 1.35
"""How much the last system may be stretched."""

NEAREST, APART = 5.5, 0.8
"""Between the staves of a system at least; and between what stands on them."""

BETWEEN_SYSTEMS = 3.0


class Column(NamedTuple):
    """What begins at one time of a bar."""

    start: int  # sixteenths from the beginning of the piece
    x: float  # from the bar line, before the bar is stretched


class Measured(NamedTuple):
    """A bar with the room that it needs."""

    start: int
    symbols: list[Symbol]
    columns: list[Column]
    width: float


def engrave(score: Score, width: float) -> Page:
    """Lay out a score.

    Args:
        score: what is written.
        width: of the page; where a bar needs more, it is narrowed.
    """
    bars = [measured(bar, n * BAR) for n, bar in enumerate(score.bars)]
    systems, y, n = [], MARGIN, 0
    while n < len(bars):
        before = opening_width(score.key, n == 0)
        count, used = 1, bars[n].width
        while n + count < len(bars) and used + bars[n + count].width <= width - 2 * MARGIN - before:
            used += bars[n + count].width
            count += 1
        stretch = (width - 2 * MARGIN - before) / used
        last = n + count == len(bars)
        system, y = set_out(
            score.key, bars[n : n + count], min(stretch, WIDEST) if last else stretch, y, last
        )
        systems.append(system)
        n += count
    return Page(width, max(y - BETWEEN_SYSTEMS, 0) + MARGIN, systems)


def measured(bar: list[Symbol], start: int) -> Measured:
    """A bar with its columns."""
    starts = sorted({symbol.start for symbol in bar})
    columns, x = [], BEFORE_FIRST
    for this, following in zip(starts, [*starts[1:], start + BAR], strict=True):
        chord = [symbol for symbol in bar if symbol.start == this and symbol.note is not None]
        sides = [room([s for s in chord if stave_of(s.voice) == stave], stave) for stave in (0, 1)]
        x += max(left for left, _ in sides)
        columns.append(Column(this, x))
        x += SHORTEST + LONGER * math.log2(following - this) + max(right for _, right in sides)
    return Measured(start, bar, columns, x)


def opening_width(key: str, first: bool) -> float:
    """From the left edge of a system to its first bar."""
    return 5.0 + signs_width(key) + (2.4 if first else 0)


def signs_width(key: str) -> float:
    """Of a key signature."""
    count = fifths(key)
    return abs(count) * (WIDTHS[1 if count > 0 else -1] + 0.05)


def set_out(
    key: str, bars: Sequence[Measured], stretch: float, y: float, last: bool
) -> tuple[System, float]:
    """A system.

    Args:
        key: of the signature.
        bars: that it holds.
        stretch: how much wider they are than they need to be.
        y: how far down it begins.
        last: of the piece.

    Returns:
        the system, and how far down the next one begins.
    """
    first = bars[0].start == 0
    left = MARGIN + opening_width(key, first)
    column, middles, lines, x = dict[int, float](), dict[int, float](), [], left
    for bar in bars:
        column |= {start: x + stretch * at for start, at in bar.columns}
        middles[bar.start] = x + stretch * bar.width / 2
        x += stretch * bar.width
        lines.append(x)
    symbols = [symbol for bar in bars for symbol in bar.symbols]
    staves, reach = [], []
    for stave in (0, 1):
        own = [symbol for symbol in symbols if stave_of(symbol.voice) == stave]
        marks, extents = filled(own, stave, column, middles, left - 1, x)
        staves.append([*opening(key, stave, first, x), *marks])
        reach.append(extents)

    above = max(2.0, -min((high for high, _ in reach[0].values()), default=0.0))
    gap = max(
        NEAREST,
        *(reach[0].get(s, (0, 4))[1] - 4 - reach[1].get(s, (0, 4))[0] + APART for s in column),
    )
    below = max(0.5, max((low - 4 for _, low in reach[1].values()), default=0.0))
    top = y + above
    second = top + 4 + gap
    bottom = second + 4
    frame = [line(MARGIN + 1.1, top, MARGIN + 1.25, bottom)]
    frame += [line(at - 0.13, top, at, bottom) for at in lines[: -1 if last else None]]
    if last:
        frame += [line(x - 1.05, top, x - 0.92, bottom), line(x - 0.5, top, x, bottom)]
    frame.append(Mark(MARGIN, top, outline=brace(bottom - top)))
    if not first:
        frame.append(Mark(MARGIN - 0.3, top - 0.9, words=str(bars[0].start // BAR + 1)))
    marks = [
        mark.moved(at) for at, some in zip((top, second), staves, strict=True) for mark in some
    ]
    return System(bars[0].start, frame + marks), bottom + below + BETWEEN_SYSTEMS


def opening(key: str, stave: int, first: bool, right: float) -> list[Mark]:
    """The lines of a stave, its clef and its signatures."""
    x = MARGIN + 1.1
    marks = [line(x, n - 0.06, right, n + 0.06) for n in range(5)]
    clef, at = CLEFS[stave]
    marks.append(Mark(x + 0.7, at, clef))
    x += 3.9
    count = fifths(key)
    sign = ACCIDENTALS[1 if count > 0 else -1]
    for step in SIGNATURE[sign][: abs(count)] if count else ():
        marks.append(Mark(x + 0.2, height(step - OCTAVES_BELOW * stave, stave), sign))
        x += signs_width(key) / abs(count)
    if first:
        marks.append(Mark(x + 1.0, 2, "common_time"))
    return marks


def filled(
    symbols: Sequence[Symbol], stave: int, column: dict[int, float], middles: dict[int, float],
    left: float, right: float,
) -> tuple[list[Mark], dict[int, tuple[float, float]]]:  # fmt: skip
    """What stands on a stave.

    Args:
        symbols: of both voices, by start and voice.
        stave: 0 is the upper one.
        column, middles: as for `stave.rests`.
        left, right: as for `stave.ties`.

    Returns:
        marks; and how high and how low they reach in every column.
    """
    silent = [symbol for symbol in symbols if symbol.note is None]
    marks = rests(silent, column, middles)
    extents: dict[int, tuple[float, float]] = {}
    voices: tuple[list[Head], list[Head]] = ([], [])
    halos: list[Mark] = []
    signs: list[Mark] = []
    for start, together in groupby(symbols, key=lambda symbol: symbol.start):
        heads = place([s for s in together if s.note is not None], column[start], stave)
        signs += accidentals(heads, column[start])
        for head in heads:
            voices[head.symbol.voice % 2].append(head)
    for heads in voices:
        ends, joined = beams(heads)
        for head in heads:
            own = head_marks(head, ends.get(head.symbol.start))
            halos.append(Mark(head.x, head.y, "halo", note=head.symbol.note))
            marks += own
            high, low = extents.get(head.symbol.start, (0.0, 4.0))
            ys = [mark.y + y for mark in own for _, y in mark.outline or ((0, 0),)]
            extents[head.symbol.start] = min(high, *ys) - 0.6, max(low, *ys) + 0.6
        marks += joined
        marks += ties(heads, left, right)
    return [*halos, *marks, *signs], extents
