"""Curves to be pointed at: a plot whose values are read out at any place, by pointer or by key."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import gradio as gr

from demos.widgets import widget

SCRIPTS = ("../shared/svg.js", "../shared/files.js", "curves.js")

Point = tuple[float, float | None]


@dataclass(frozen=True)
class Axis:
    """One axis of a plot."""

    low: float
    high: float
    label: str = ""
    name: str = "n"  # of what is along it, in the readout
    log: bool = False  # along: begin with a logarithmic scale
    toggle: bool = False  # along: the visitor may change the scale
    ticks: Sequence[float] | None = None  # along: where the scale is written
    percent: bool = False  # upwards: shares
    exponent: bool = False  # upwards: the values are logarithms to base 10


@dataclass(frozen=True)
class Series:
    """One curve, in a colour of `demos.theme`.

    `points` are places and values, with None for what is not there or, where values are logarithms,
    for zero. `range` has the lowest and highest value around each point: bars at dots, else a band.
    """

    name: str
    colour: str
    points: Sequence[Point]
    range: Sequence[tuple[float | None, float | None]] | None = None
    dots: bool = False
    apart: bool = False  # dots without a line between them
    dash: bool = False
    thin: bool = False


@dataclass(frozen=True)
class Curves:
    """A plot.

    Attributes:
        title: above it. file: name of the files to take away.
        across, up: its axes.
        at: the place that is read out at first.
        lines: `{"y": value, "text": ...}` or `{"x": ...}`, across the whole plot.
        marks: `{"x": ..., "y": ..., "text": ...}`, points that are named.
    """

    title: str
    file: str
    across: Axis
    up: Axis
    series: Sequence[Series]
    at: float = 0
    lines: Sequence[dict[str, Any]] = field(default_factory=list)
    marks: Sequence[dict[str, Any]] = field(default_factory=list)

    def sent(self) -> dict[str, str]:
        """The component's value: one text, as Gradio copies the values of all components each time
        that one of them changes, and a thousand points as they are take long to copy."""
        return {"json": json.dumps(self.value())}

    def value(self) -> dict[str, Any]:
        """What the script reads."""
        sent = asdict(self)
        for name, axis in (("x", sent.pop("across")), ("y", sent.pop("up"))):
            sent[name] = {**axis, "min": axis.pop("low"), "max": axis.pop("high")}
        return sent


def curves_view(value: Curves | None = None, **props: Any) -> gr.HTML:
    """Shows a plot; as the output of an event, return `Curves.sent()`."""
    return widget("curves", None if value is None else value.sent(), scripts=SCRIPTS, **props)


def finite(value: float, digits: int = 4) -> float | None:
    """A value as JSON can hold it, rounded; None for what is not finite."""
    return round(value, digits) if math.isfinite(value) else None
