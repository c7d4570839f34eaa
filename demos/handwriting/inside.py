"""Look inside what was written: the window on the text, what was expected at a point and what might
have come instead, and the memory cells."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import gradio as gr
import numpy as np

from demos.handwriting.runs import Run, sampler, stream
from demos.refusals import refusal
from demos.widgets.hairs import Moment, hairs_value, hairs_view
from demos.widgets.ink_stage import ink_stage_choose
from demos.widgets.panel import Panel, choice
from demos.widgets.window_map import (
    Shade,
    window_map_choose,
    window_map_shade,
    window_map_value,
    window_map_view,
)
from lstm_core.handwriting.futures import curves_that_count, density, futures, luck_of
from lstm_core.handwriting.request import lines_of
from lstm_core.handwriting.watching import WatchedLine, watch

HAIRS, LENGTH = 50, 22
"""Futures, and points of each: about a letter."""

BEFORE = 300
"""Points of the ink before the pen that are sent: what can be in sight."""

CELL, COLUMNS, ROWS = 6.0, 160, 104
"""Of the grid of the density, in units of the whiteboard: 960 by 624."""

KEPT = 3
"""Lines whose thoughts the server remembers, of all visitors: 20 MB each, if they are ordinary."""

QUANTITIES = {
    "c": ("memory, tanh(c)", ""),
    "h": ("output h", ""),
    "g": ("candidate g", ""),
    "i": ("input gate i", "gate-i"),
    "f": ("forget gate f", "gate-f"),
    "o": ("output gate o", "gate-o"),
}
"""What the ink can be coloured by: words, and the colour of 1 where values are from 0 to 1."""

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
LIVE: dict[str, Any] = {**QUIET, "trigger_mode": "always_last"}
"""A visitor may point faster than a busy server answers: it is told the last."""

BUSY: dict[str, Any] = {**LIVE, "concurrency_id": "cpu"}
"""What may have a line written once more."""

EMPTY = "Write something above, and see here what the network thought of it."


@dataclass(frozen=True)
class Look:
    """What a visitor looks at."""

    run: Run
    variant: int = 0
    line: int = 0
    point: int = 0
    layer: int = 0  # of the cell that colours the ink, from 1; 0: the liveliest
    cell: int = 0
    quantity: str = "c"
    seed: int = 0  # of the futures


def build(page: gr.Blocks, stage: gr.HTML, now: gr.State) -> None:
    """Fill the section.

    Args:
        page: that it is part of.
        stage: where the ink is; its `select` event tells of places in it.
        now: the `Run` on the stage, or None.
    """
    look = gr.State(None)
    gr.Markdown(
        "**The window on the text.** Below the line, time runs to the right and the text upwards: "
        "the darker, the more of a character the network is shown. Nobody told it which ink "
        "belongs to which letter. Click anywhere, here or in the ink above.",
        elem_classes="status",
    )
    window = window_map_view(empty=EMPTY, elem_id="handwriting-window")
    gr.Markdown(
        f"**{HAIRS} other futures.** From the state of the network at the chosen point, the same "
        "line goes on with other random numbers; the violet cloud is the mixture of Gaussians "
        "that the next point is drawn from, on a logarithmic scale.",
        elem_classes="status",
    )
    hairs = hairs_view(empty=EMPTY, elem_id="handwriting-hairs")
    gr.Markdown(
        "**The memory cells.** Steps are points of the pen; a letter stands at the point where the "
        "window moved on to it. The cell that is chosen here colours the ink of the line above.",
        elem_classes="status",
    )
    quantity = gr.Radio(
        [(words, name) for name, (words, _) in QUANTITIES.items()], value="c",
        label="Colour the ink by", elem_id="handwriting-quantity",
    )  # fmt: skip
    panel = Panel(empty=EMPTY, elem_id="handwriting-panel")

    shown = [window, hairs, panel.component, look]
    page.load(on_open, now, shown, **QUIET)
    now.change(on_run, [now, quantity], shown, **BUSY)
    stage.select(on_stage, [now, look, quantity], shown, **BUSY)
    window.select(on_window, look, [*shown, stage], **BUSY)
    hairs.input(on_again, look, [hairs, look], **LIVE)
    panel.on_choice(on_cell, look, [window, hairs, look, stage], api_visibility="private")
    quantity.input(on_quantity, [look, quantity], [window, look], **LIVE)


def on_open(now: Run | None) -> list[Any]:
    """The page opens."""
    return [None, None, None, None] if now is None else first_view(now)


@lru_cache(maxsize=1)
def first_view(run: Run) -> list[Any]:
    """What every visitor sees of the writing that is there when the page opens."""
    return whole_view(middle(run, "c"), keep=True)


def on_run(now: Run | None, quantity: str) -> list[Any]:
    """Something else is on the stage: its first line, at a point in its middle."""
    checked_quantity(quantity)
    if now is None:
        return [None, None, None, None]
    return whole_view(middle(now, quantity))


def middle(run: Run, quantity: str) -> Look:
    """The middle of the first line."""
    return Look(run, point=len(watched(run, 0, 0)) // 2, quantity=quantity)


def on_stage(event: gr.EventData, now: Run | None, look: Look | None, quantity: str) -> list[Any]:
    """A point of the ink was chosen on the stage."""
    if now is None:
        raise refusal("There is nothing to look into yet: write something first.")
    checked_quantity(quantity)
    message = event._data if isinstance(event._data, dict) else {}
    variant = whole(message, "variant", 0, now.variants - 1)
    before = look if look and look.run == now else Look(now, quantity=quantity)
    return moved(before, variant, message)


def on_window(event: gr.EventData, look: Look | None) -> list[Any]:
    """A point, or another line, was chosen beside the window."""
    look = there(look)
    message = event._data if isinstance(event._data, dict) else {}
    views = moved(look, look.variant, message)
    after = views[-1]
    return [*views, ink_stage_choose(after.variant, after.line, after.point)]


def on_again(look: Look | None) -> list[Any]:
    """Other futures from the same point."""
    look = replace(there(look), seed=secrets.randbelow(2**32))
    return [hairs_of(look), look]


def on_cell(event: gr.EventData, look: Look | None) -> list[Any]:
    """A point or a cell was chosen among the memory cells."""
    look, at = there(look), choice(event)
    line = watched(look.run, look.variant, look.line)
    if at.step >= len(line):
        raise refusal("There is no such point in that line.")
    after = replace(look, point=at.step, layer=at.layer, cell=at.cell)
    window = {**window_map_choose(after.point), **window_map_shade(shade_of(after))}
    if after.point == look.point:
        return [window, gr.skip(), after, gr.skip()]
    stage = ink_stage_choose(after.variant, after.line, after.point)
    return [window, hairs_of(after), after, stage]


def on_quantity(look: Look | None, quantity: str) -> list[Any]:
    """The ink is to be coloured by something else."""
    checked_quantity(quantity)
    if look is None:
        return [gr.skip(), None]
    after = replace(look, quantity=quantity)
    return [window_map_shade(shade_of(after)), after]


def there(look: Look | None) -> Look:
    """What a visitor looks at.

    Raises:
        gr.Error: a sentence, if that is nothing.
    """
    if look is None:
        raise refusal("There is nothing to look into yet: write something first.")
    return look


def checked_quantity(quantity: object) -> None:
    """Refuse what no cell has."""
    if not isinstance(quantity, str) or quantity not in QUANTITIES:
        raise refusal("The ink is coloured by c, h, g, i, f or o of a memory cell.")


def whole(message: dict[str, Any], name: str, low: int, high: int) -> int:
    """A whole number that a browser sent.

    Raises:
        gr.Error: a sentence, if it is none, or there is no such thing.
    """
    value = message.get(name)
    if type(value) is not int or not low <= value <= high:
        raise refusal(f"The {name} is a whole number from {low} to {high:,}.")
    return value


def moved(look: Look, variant: int, message: dict[str, Any]) -> list[Any]:
    """All that is shown after a visitor has chosen another place: window, futures, cells, look."""
    number = whole(message, "line", 0, len(lines(look.run)) - 1)
    line = watched(look.run, variant, number)
    point = whole(message, "point", 0, len(line) - 1)
    after = replace(look, variant=variant, line=number, point=point)
    if look.layer == 0 or (variant, number) != (look.variant, look.line):
        return whole_view(after)
    return [window_map_choose(point), hairs_of(after), Panel.choose(step=point), after]


def lines(run: Run) -> list[str]:
    """The lines of a run's text."""
    return lines_of(sampler().alphabet.read(run.request.text))


@lru_cache(maxsize=KEPT)
def watched(run: Run, variant: int, number: int) -> WatchedLine:
    """A line of a run, written once more, this time to be looked into."""
    steps = stream(run, variant)
    try:
        return watch(sampler(), steps, number, run.own.ink if run.own else None)
    finally:
        steps.close()  # type: ignore[attr-defined]


def whole_view(look: Look, keep: bool = False) -> list[Any]:
    """All that is shown of a line: window, futures, cells, and what is looked at; `keep` as in
    `Panel.show`."""
    line = watched(look.run, look.variant, look.line)
    cell = (look.layer, look.cell) if look.layer else None
    panel = Panel.show(
        line.trace, labels(line), step=look.point, cell=cell, chips=False,
        name=f"handwriting-{look.run.request.seed}-line-{look.line + 1}", keep=keep,
    )  # fmt: skip
    look = replace(look, layer=panel["series"]["layer"], cell=panel["series"]["cell"])
    window = window_map_value(
        lines(look.run), look.line, line.points, line.attention, look.point, shade_of(look)
    )
    return [window, hairs_of(look), panel, look]


def labels(line: WatchedLine) -> list[str]:
    """For each point the character that the window moved on to there, or "·"."""
    letters = line.letters
    named = ["␣" if c == " " else c for c in line.text]
    fresh = np.diff(letters, prepend=-1) != 0
    return [named[u] if new else "·" for u, new in zip(letters, fresh, strict=True)]


def shade_of(look: Look) -> Shade:
    """What the ink is coloured by."""
    words, colour = QUANTITIES[look.quantity]
    line = watched(look.run, look.variant, look.line)
    values = line.cell(look.quantity, look.layer, look.cell)
    return Shade(f"layer {look.layer}, cell {look.cell}: {words}", colour, values)


def hairs_of(look: Look) -> dict[str, str]:
    """What was expected at the point, and what might have come."""
    run, point = look.run, look.point
    line = watched(run, look.variant, look.line)
    style = np.array(run.own.style, dtype=np.float32) if run.own else None
    luck = luck_of(look.seed, HAIRS, LENGTH)
    found = futures(sampler(), line, point, run.requests[look.variant], style, luck)
    expected, pen = line.expectation(point), line.points[point] * (1, 1, 0)
    x, y = ((np.arange(n) - (n - 1) / 2) * CELL for n in (COLUMNS, ROWS))
    letter = line.text[line.letters[point]]
    named = "the space" if letter == " " else f"“{letter}”"
    return hairs_value(
        Moment(
            before=line.points[max(0, point - BEFORE) : point + 1] - pen,
            after=line.points[point + 1 : point + 1 + LENGTH] - pen,
            futures=found.points,
            lengths=found.lengths,
            density=density(expected, x, y, cell=CELL),
            cell=CELL,
            pen_up=expected.pen_up,
            curves=curves_that_count(expected),
            words=f"Point {point + 1:,} of {len(line):,}, at {named}.",
        )
    )
