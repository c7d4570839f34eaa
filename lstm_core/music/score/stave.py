"""What stands on one stave of a system: heads with all that belongs to them, rests, beams, ties.

A stave has two voices: the stems of the upper one go up, those of the lower one down. Heights are
counted downwards from its upper line, in staff spaces.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from lstm_core.music.score.glyphs import ACCIDENTALS, HEAD, WIDTHS
from lstm_core.music.score.marks import Mark, bow, line
from lstm_core.music.score.notation import BAR, BEAT, Symbol

LOWEST_LINES = (30, 18)
"""Steps above C0 of the lowest line: E4 with a treble clef, G2 with a bass clef."""

STEM = 3.3
SHORTEST_STEM = 2.6
"""Of those that meet a beam."""

THIN, BEAM, BETWEEN = 0.13, 0.5, 0.78
"""Width of a stem; height of a beam, and from one beam to the next."""

STEEPEST = 1.0
"""Spaces that a beam rises or falls at most."""

ASIDE = 2 * HEAD - 0.08
"""How far a head is moved that has no room in its column."""

DOTTED = (3, 6, 12)


class Head(NamedTuple):
    """A head at its place."""

    symbol: Symbol
    x: float
    y: float
    up: bool  # its stem
    shared: bool  # the other voice has drawn it


def height(step: int, stave: int) -> float:
    """Where a step of the scale stands; a line is a whole number from 0 to 4."""
    return 4 - (step - LOWEST_LINES[stave]) / 2


def glyph(length: int) -> str:
    """The head of a value."""
    return "whole" if length == 16 else "half" if length >= 8 else "black"


def place(chord: Sequence[Symbol], x: float, stave: int) -> list[Head]:
    """The heads of one column, the upper voice first.

    Args:
        chord: what both voices begin to sing at a time.
        x: of the column.
    """
    heads = [
        Head(symbol, x, height(symbol.step, stave), symbol.voice % 2 == 0, False)
        for symbol in chord
    ]
    if len(heads) == 2:
        upper, lower = heads
        below = lower.y - upper.y
        same = glyph(upper.symbol.length) == glyph(lower.symbol.length) != "whole"
        dots = [head.symbol.length in DOTTED for head in heads]
        if below == 0 and same and dots[0] == dots[1]:
            heads[1] = lower._replace(shared=True)
        elif below <= 0.5:
            crossed = 0.2 if below < 0 else 0
            heads[1] = lower._replace(x=x + ASIDE + crossed)
    return heads


def accidentals(heads: Sequence[Head], x: float) -> list[Mark]:
    """Those of one column, from its heads to the left, the highest first."""
    marks: list[Mark] = []
    left, before = x - HEAD - 0.2, None
    for head in sorted(heads, key=lambda head: head.y):
        if (alter := head.symbol.accidental) is None:
            continue
        if before is not None and head.y - before >= 3:
            left = x - HEAD - 0.2
        left -= WIDTHS[alter]
        centre = left + WIDTHS[alter] / 2
        marks.append(Mark(centre, head.y, ACCIDENTALS[alter], note=head.symbol.note))
        left, before = left - 0.1, head.y
    return marks


def room(chord: Sequence[Symbol], stave: int) -> tuple[float, float]:
    """How much a column needs beside the usual, to the left and to the right."""
    heads = place(chord, 0, stave)
    marks = accidentals(heads, 0)
    left = max((-mark.x - HEAD for mark in marks), default=0)
    return (left + 0.5 if marks else 0), max((head.x for head in heads), default=0)


def rests(
    symbols: Sequence[Symbol], column: dict[int, float], middles: dict[int, float]
) -> list[Mark]:
    """The rests of a stave; one that both voices have is written once, in the middle.

    Args:
        symbols: of both voices.
        column: where each column stands.
        middles: where the middle of each bar is, by its first sixteenth.
    """
    found = {(symbol.start, symbol.length, symbol.voice % 2) for symbol in symbols}
    marks = []
    for start, length, lower in sorted(found):
        both = (start, length, 1 - lower) in found
        if both and lower:
            continue
        y = 2 if both else 4 if lower else 0
        x = middles[start] if length == BAR else column[start]
        if length == BAR:
            y -= 1 if both else 0
        marks.append(Mark(x, y, f"rest_{length}"))
    return marks


def beams(heads: Sequence[Head]) -> tuple[dict[int, float], list[Mark]]:
    """Beams of one voice: where its stems end, by their columns; and the beams.

    Args:
        heads: of one voice, by start.
    """
    ends, marks = {}, []
    for _, some in groupby(heads, key=lambda head: head.symbol.start // BEAT):
        for joined, several in groupby(some, key=lambda head: head.symbol.length < BEAT):
            group = list(several)
            if not joined or len(group) < 2 or not follow(group):
                continue
            sign = -1 if group[0].up else 1
            xs = [stem_x(head) for head in group]
            rise = max(-STEEPEST, min(STEEPEST, (group[-1].y - group[0].y) / 2))
            slope = rise / (xs[-1] - xs[0])
            reach = [head.y - slope * (x - xs[0]) for head, x in zip(group, xs, strict=True)]
            outermost = min(reach) if sign < 0 else max(reach)
            first = outermost + sign * (SHORTEST_STEM + (group[0].y == group[-1].y) * 0.3)
            for head, x in zip(group, xs, strict=True):
                ends[head.symbol.start] = first + slope * (x - xs[0])
            marks += [
                beam(a, b, first + slope * (a - xs[0]) - sign * BETWEEN * level, slope, sign)
                for level, a, b in spans([head.symbol.length for head in group], xs)
            ]
    return ends, marks


def follow(group: Sequence[Head]) -> bool:
    """Whether each begins where the one before it ends: no rest is between them."""
    return all(
        one.symbol.start + one.symbol.length == other.symbol.start for one, other in pairwise(group)
    )


def spans(lengths: Sequence[int], xs: Sequence[float]) -> list[tuple[int, float, float]]:
    """Beams of a group: level, from where, to where. The second level joins sixteenths; one that is
    alone has a stub towards its neighbour."""
    found = [(0, xs[0], xs[-1])]
    short = [length == 1 for length in lengths]
    for n, (x, this) in enumerate(zip(xs, short, strict=True)):
        if not this:
            continue
        if n + 1 < len(xs) and short[n + 1]:
            found.append((1, x, xs[n + 1]))
        elif n == 0:
            found.append((1, x, x + HEAD * 1.8))
        elif not short[n - 1]:
            found.append((1, x - HEAD * 1.8, x))
    return found


def beam(x: float, right: float, y: float, slope: float, sign: int) -> Mark:
    """A beam; its edge at the ends of the stems is at y on the left."""
    x, right = x - THIN / 2, right + THIN / 2
    wide, high = right - x, -sign * BEAM
    fall = slope * wide
    return Mark(x, y, outline=((0, 0), (wide, fall), (wide, fall + high), (0, high)))


def stem_x(head: Head) -> float:
    """The middle of a stem."""
    return head.x + (HEAD - 0.04 - THIN / 2) * (1 if head.up else -1)


def head_marks(head: Head, end: float | None) -> list[Mark]:
    """A head, its ledger lines, dots, stem and flag.

    Args:
        head: at its place.
        end: of the stem, if a beam is there; it has flags otherwise.
    """
    symbol, x, y, up, shared = head
    note, marks = symbol.note, []
    if not shared:
        wide = HEAD + 0.35 + (0.2 if symbol.length == BAR else 0)
        levels = (*range(-1, math.ceil(y) - 1, -1), *range(5, math.floor(y) + 1))
        marks += [line(x - wide, n - 0.07, x + wide, n + 0.07, note) for n in levels]
        marks.append(Mark(x, y, glyph(symbol.length), note=note))
        if symbol.length in DOTTED:
            between = y - 0.5 if y % 1 == 0 else y
            marks.append(Mark(x + HEAD + 0.5, between, "dot", note=note))
    if symbol.length < BAR:
        flags = {1: "flags", 2: "flag", 3: "flag"}.get(symbol.length, "") if end is None else ""
        sign = -1 if up else 1
        if end is None:
            end = y + sign * (STEM + (0.6 if symbol.length == 1 else 0))
        middle = stem_x(head)
        top, bottom = sorted((y + sign * 0.16, end))
        marks.append(line(middle - THIN / 2, top, middle + THIN / 2, bottom, note))
        if flags:
            marks.append(Mark(middle, end, flags if up else f"{flags}_down", note=note))
    return marks


def ties(heads: Sequence[Head], left: float, right: float) -> list[Mark]:
    """The ties of one voice within a system, also those that come from and go to another.

    Args:
        heads: by start.
        left, right: where such ties begin and end.
    """
    marks = []
    for n, head in enumerate(heads):
        flip = -1 if head.up else 1
        y = head.y + flip * 0.62
        if head.symbol.goes_on and n == 0:
            marks.append(bow(left, y, head.x - 0.3, flip, head.symbol.note))
        if head.symbol.tied:
            end = heads[n + 1].x - 0.3 if n + 1 < len(heads) else right
            marks.append(bow(head.x + 0.3, y, end, flip, head.symbol.note))
    return marks
