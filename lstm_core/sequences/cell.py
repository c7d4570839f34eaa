"""One memory cell, by hand: its gates held where a visitor puts them.

In a network each gate is worked out from the input and from what was said before. Here a hand sets
them, so that one can see what they do. Everything else is as in `lstm_core.lstm`, with one cell, an
input weight of 1 for the candidate and no other weights::

    i = write        f = 1 - forget        g = tanh(x)        o = read
    c = f * c + i * g                      (Graves 2013, arXiv:1308.0850, eq. 9)
    h = o * tanh(c)                        (eq. 11)
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

MAX_STEPS = 12

Share = float | Sequence[float]
"""From 0 to 1: one for all steps, or one for each."""


@dataclass(frozen=True)
class CellStep:
    """One time step of the cell; the names are those of the equations."""

    x: float  # input
    i: float  # input gate
    f: float  # forget gate: the share that is kept
    g: float  # candidate
    o: float  # output gate
    before: float  # cell state of the step before
    kept: float  # f * before
    written: float  # i * g
    c: float  # cell state
    tanh_c: float  # what there is to be read
    h: float  # output


def run_cell(
    inputs: Sequence[float], write: Share, forget: Share, read: Share, binary: bool = False
) -> list[CellStep]:
    """What the cell does with a sequence, from an empty memory.

    Args:
        inputs: 1 to 12 numbers from -1 to 1.
        write: share of the candidate that goes into the memory: the input gate i.
        forget: share of the memory that is lost at a step: 1 - f, where f is the forget gate,
            which by its equation says how much is kept.
        read: share of the memory that is said: the output gate o.
        binary: the gates are open or shut, open from 0.5 on.

    Raises:
        ValueError: a sentence that says what is accepted.
    """
    xs = checked(inputs)
    # To ten decimals, as 1 - 0.9 is not quite 0.1.
    keep = [round(1 - share, 10) for share in shares("forget", forget, len(xs))]
    gates = [shares("write", write, len(xs)), keep, shares("read", read, len(xs))]
    if type(binary) is not bool:
        raise ValueError("Gates are binary or not: true or false.")
    if binary:
        gates = [[float(gate >= 0.5) for gate in values] for values in gates]
    steps, c = [], 0.0
    for x, i, f, o in zip(xs, *gates, strict=True):
        before, g = c, math.tanh(x)
        kept, written = f * before, i * g
        c = kept + written
        tanh_c = math.tanh(c)
        steps.append(CellStep(x, i, f, g, o, before, kept, written, c, tanh_c, o * tanh_c))
    return steps


def checked(inputs: Sequence[float]) -> list[float]:
    """A sequence that the cell can read.

    Raises:
        ValueError: a sentence that says what is accepted.
    """
    if isinstance(inputs, (str, bytes)) or not isinstance(inputs, Sequence):
        raise ValueError(f"The inputs are a list of 1 to {MAX_STEPS} numbers.")
    if not 1 <= len(inputs) <= MAX_STEPS:
        raise ValueError(f"Give 1 to {MAX_STEPS} inputs; there are {len(inputs):,}.")
    if not all(is_number(x) and -1 <= x <= 1 for x in inputs):
        raise ValueError("Each input is a number from -1 to 1.")
    return [float(x) for x in inputs]


def shares(name: str, given: Share, steps: int) -> list[float]:
    """A gate's setting at each step.

    Raises:
        ValueError: a sentence that says what is accepted.
    """
    each: Any = [given] * steps if is_number(given) else given
    if isinstance(each, (str, bytes)) or not isinstance(each, Sequence) or len(each) != steps:
        raise ValueError(f"{name} is a number from 0 to 1, or one for each of the inputs.")
    if not all(is_number(share) and 0 <= share <= 1 for share in each):
        raise ValueError(f"{name} is from 0 to 1.")
    return [float(share) for share in each]


def is_number(value: object) -> TypeGuard[float]:
    """Whether something is a number, and finite."""
    if not isinstance(value, (int, float)) or type(value) is bool:
        return False
    return abs(value) <= sys.float_info.max  # not so nan, infinity and integers past all floats
