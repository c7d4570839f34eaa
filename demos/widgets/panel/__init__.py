"""Look inside: the steps of a run shaded by a memory cell, all cells at a step, a cell's gates.

`Panel.show` sends the labels, one cell and the grid around one step. Whatever else a visitor points
at is asked for by the script through the component's server functions, which take the place of
events: an answer goes to the one who asked and past the queue, within a few milliseconds, however
many texts are being written meanwhile.
"""

from __future__ import annotations

import base64
import io
import re
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from demos.widgets import packed, widget
from demos.widgets.panel.frames import BLOCK, MOST_STEPS, Frames, checked_order, columns
from demos.widgets.panel.store import RUNS, Shown
from lstm_core.trace import Trace

SCRIPTS = (
    "../shared/palette.js", "../shared/changes.js", "../shared/files.js", "steps.js",
    "spans.js", "grid.js", "gates.js", "panel.js",
)  # fmt: skip

KINDS = {"npz": "application/octet-stream", "png": "image/png", "svg": "image/svg+xml"}
FILES = threading.Lock()
"""One file at a time: making one takes a second of one core and twice its size in memory."""

TOLD = {"show_progress": "hidden", "trigger_mode": "always_last"}
"""A visitor may point faster than a busy server answers: it is told the last."""

GONE = "This run is no longer kept here. Run it again to look inside."


class Choice(NamedTuple):
    """What a visitor points at."""

    step: int  # from 0
    layer: int  # from 1
    cell: int  # from 1


class Span(NamedTuple):
    """A stretch of steps that a visitor has selected, and the cell that shades them."""

    first: int  # from 0
    last: int  # the last that belongs to it
    layer: int  # from 1
    cell: int  # from 1


class Panel:
    """The panel on a page. Give `component` as the output of an event and return `show(...)`.

    Args:
        value: what `show` returned, to begin with.
        empty: what is said while there is nothing to show.
        props: arguments of `gr.HTML`.
    """

    def __init__(
        self, value: Any = None, *, empty: str = "Nothing to look into yet.", **props: Any
    ) -> None:
        self.component = widget(
            "panel", value, empty=empty, chosen=None, marks=None, shades=None, spans=False,
            server_functions=[panel_cell, panel_block, panel_file], scripts=SCRIPTS, **props,
        )  # fmt: skip

    @staticmethod
    def show(
        trace: Trace | Mapping[str, Any],
        labels: Sequence[str],
        *,
        batch: int = 0,
        order: Sequence[Sequence[int]] | None = None,
        breaks: Sequence[int] = (),
        chips: bool | None = None,
        step: int = 0,
        cell: tuple[int, int] | None = None,
        name: str = "run",
        keep: bool = False,
    ) -> dict[str, Any]:
        """The component's value for a run, once it is done: the run is kept on the server for what
        the visitor asks about it. None as the value empties the panel.

        Args:
            trace: of the run; or arrays i, f, g, o, c, h of (T, L, H) by these names.
            labels: one for each of the T steps; characters may come as one text.
            batch: which sequence of a `Trace`.
            order: for each layer its cells, from 0, in the order of the grid, row by row of
                `frames.columns` cells.
            breaks: steps that begin a new line; a line also ends after the label "\\n".
            chips: set the labels apart; None: if any is longer than one character.
            step: to begin with, from 0.
            cell: to begin with, layer and number from 1; None: the liveliest of the top layer.
            name: of the run, for files and the picture.
            keep: never let the run go, as what every visitor sees first.

        Raises:
            ValueError: if the trace cannot be shown, or the labels or the order do not fit it.
        """
        frames = Frames.of(trace, labels, batch)
        ranks = checked_order(order, frames.sizes)
        apart = any(len(label) > 1 for label in labels) if chips is None else chips
        shown = Shown(frames, ranks, name, frozenset(breaks), apart)
        chosen = checked({"step": step, **as_cell(cell or frames.liveliest())}, frames)
        return {
            "run": RUNS.keep(shown, for_ever=keep),
            "labels": list(frames.labels),
            "breaks": sorted(shown.breaks),
            "chips": apart,
            "sizes": frames.sizes,
            "columns": [columns(size) for size in frames.sizes],
            "order": None if order is None else [packed(rank.astype("<u2")) for rank in ranks],
            "step": chosen.step,
            "series": frames.series(chosen.layer, chosen.cell),
            "block": frames.block(chosen.step),
            "block_length": BLOCK,
        }

    @staticmethod
    def choose(*, step: int | None = None, cell: tuple[int, int] | None = None) -> dict[str, Any]:
        """An update of the component that points at another step or cell of the run on the page;
        what the run does not have is not followed."""
        message = {"step": step, **as_cell(cell or (None, None)), "once": secrets.token_hex(4)}
        return gr.update(chosen=message)

    @staticmethod
    def mark(spans: Sequence[tuple[int, int]]) -> dict[str, Any]:
        """An update of the component that underlines stretches of the run on the page, until others
        are marked or another run is shown. What lies beyond the run is left out.

        Updates can be merged: `{**view.choose(step=3), **view.mark([(3, 7)])}`.

        Args:
            spans: the first and the last step of each, from 0; they may overlap. Empty: no marks.

        Raises:
            ValueError: if a stretch is none.
        """
        ends = np.asarray(spans if len(spans) else np.empty((0, 2)), dtype=np.int64)
        if ends.ndim != 2 or ends.shape[1] != 2:
            raise ValueError(f"a span is a first and a last step, got shape {ends.shape}")
        if (np.diff(ends, prepend=0, append=MOST_STEPS - 1) < 0).any():
            raise ValueError(f"a span goes from a step to a later one, 0 to {MOST_STEPS - 1:,}")
        marks = {"spans": packed(ends.astype("<u2")), "once": secrets.token_hex(4)}
        return gr.update(marks=marks)

    @staticmethod
    def shade(values: Sequence[float] | None, words: str = "") -> dict[str, Any]:
        """An update of the component that shades the steps by given values in place of a cell's,
        until the visitor chooses a cell or another run is shown.

        Args:
            values: one for each step of the run on the page, 0 to 1: from paper to violet; what
                lies beyond is cut off. Values for another number of steps are not followed. None:
                the cell's again.
            words: what the values are, for the scale.

        Raises:
            ValueError: if the values are no row of finite numbers.
        """
        row = None if values is None else np.asarray(values, dtype=np.float64)
        if row is not None and (row.ndim != 1 or not np.isfinite(row).all()):
            raise ValueError("the steps are shaded by a row of finite numbers")
        sent = None if row is None else packed(np.rint(255 * row.clip(0, 1)).astype(np.uint8))
        return gr.update(shades={"values": sent, "words": words, "once": secrets.token_hex(4)})

    def on_choice(self, fn: Callable, inputs: Any = None, outputs: Any = None, **event: Any) -> Any:
        """Listen to what a visitor chooses; `fn` gets a `gr.EventData`, for `choice` to read."""
        return self.component.select(fn, inputs, outputs, **{**TOLD, **event})

    def on_span(self, fn: Callable, inputs: Any = None, outputs: Any = None, **event: Any) -> Any:
        """Listen to what stretches of steps a visitor selects, which only then can be selected;
        `fn` gets a `gr.EventData`, for `span` to read."""
        self.component.props["spans"] = True
        return self.component.input(fn, inputs, outputs, **{**TOLD, **event})


def as_cell(cell: tuple) -> dict[str, Any]:
    """Layer and number of a cell, as in messages."""
    return {"layer": cell[0], "cell": cell[1]}


def choice(event: gr.EventData) -> Choice:
    """What a visitor has chosen.

    Raises:
        gr.Error: a sentence, if it is not of a run that is kept.
    """
    try:
        shown, message = asked(event._data)
        return checked(message, shown.frames)
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None


def span(event: gr.EventData) -> Span:
    """What stretch a visitor has selected.

    Raises:
        gr.Error: a sentence, if it is not of a run that is kept.
    """
    try:
        shown, message = asked(event._data)
        first = whole(message, "first", 0, len(shown.frames) - 1)
        last = whole(message, "last", first, len(shown.frames) - 1)
        at = checked({**message, "step": first}, shown.frames)
        return Span(first, last, at.layer, at.cell)
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None


def asked(message: Any) -> tuple[Shown, dict[str, Any]]:
    """The run that a browser asks about.

    Raises:
        ValueError: a sentence, if there is none.
    """
    if not isinstance(message, dict) or not isinstance(message.get("run"), str):
        raise ValueError("A question about a run names the run.")
    shown = RUNS.find(message["run"])
    if shown is None:
        raise ValueError(GONE)
    return shown, message


def checked(message: Mapping[str, Any], frames: Frames) -> Choice:
    """A step and a cell that the run has.

    Raises:
        ValueError: a sentence that says which there are.
    """
    step = whole(message, "step", 0, len(frames) - 1)
    layer = whole(message, "layer", 1, len(frames.layers))
    return Choice(step, layer, whole(message, "cell", 1, frames.sizes[layer - 1]))


def whole(message: Mapping[str, Any], name: str, low: int, high: int) -> int:
    """A whole number of a message."""
    value = message.get(name)
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"The {name} is a whole number from {low:,} to {high:,}.")
    return value


def answering(answer: Callable[[Shown, Choice, dict], dict]) -> Callable[[Any], dict]:
    """A server function: what is wrong with a question is answered by a sentence."""

    def answered(message: Any) -> dict[str, Any]:
        try:
            shown, question = asked(message)
            return answer(shown, checked(question, shown.frames), question)
        except ValueError as error:
            return {"error": str(error)}

    answered.__name__, answered.__doc__ = answer.__name__, answer.__doc__
    return answered


@answering
def panel_cell(shown: Shown, at: Choice, question: dict) -> dict[str, Any]:
    """What a cell did."""
    return shown.frames.series(at.layer, at.cell)


@answering
def panel_block(shown: Shown, at: Choice, question: dict) -> dict[str, Any]:
    """All cells around a step."""
    return shown.frames.block(at.step)


@answering
def panel_file(shown: Shown, at: Choice, question: dict) -> dict[str, Any]:
    """The run as a file, or the picture of what is chosen."""
    kind = question.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"There are files of the kinds {', '.join(KINDS)}.")
    with FILES:
        content = file_of(shown, at, kind)
    stem = re.sub(r"[^\w-]+", "-", shown.name).strip("-") or "run"
    part = "" if kind == "npz" else f"-layer{at.layer}-cell{at.cell}-step{at.step + 1}"
    data = base64.b64encode(content).decode("ascii")
    return {"name": f"{stem}{part}.{kind}", "type": KINDS[kind], "data": data}


def file_of(shown: Shown, at: Choice, kind: str) -> bytes:
    """The bytes of a file."""
    if kind == "npz":
        file = io.BytesIO()
        np.savez(file, **shown.frames.arrays())  # type: ignore[arg-type]
        return file.getvalue()
    from demos.widgets.panel.picture import (
        picture,
    )  # with matplotlib, which the page can do without

    return picture(shown, at.layer, at.cell, at.step, kind)
