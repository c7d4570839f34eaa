"""What happens on the Memory cells tab: an event each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import gradio as gr

from demos.memory import bulk, meaning, reach, similar, surgery
from demos.memory.readings import Now, first_view, own_text, samples, show
from demos.refusals import refusal, refused
from demos.text_runs import Run, ask, end, models, sampler
from demos.widgets.panel import Panel, choice, span
from demos.widgets.rows import chosen
from lstm_core.checks import number

OWN = "A text of your own"


def choices(model: str) -> list[str]:
    """The texts that can be chosen for a model."""
    return [*samples(model), OWN]


def on_open() -> list[Any]:
    """Show the first model."""
    model = next(iter(models()))
    page = on_model(model)
    if samples(model):  # then its text is there already, and may have been changed
        page = [gr.skip(), gr.skip(), *page[2:]]
    return page


def on_model(model: str, before: list[Run] | None = None) -> list[Any]:
    """Show another model: its first text, all that is known of its cells, and an operation."""
    sampler(model)
    for run in before or []:
        end(run)
    return first_page(model)


@cache
def first_page(model: str) -> list[Any]:
    """What every visitor sees of a model before anything is asked."""
    titles = choices(model)
    view, now = first_view(model, meaning.first_cell(model))
    return [
        gr.Dropdown(titles, value=titles[0]), now.text,
        meaning.findings_table(model), meaning.findings_note(model), meaning.worst_table(model),
        meaning.broken_table(model), meaning.worth_note(model),
        reach.context_curves(model), reach.context_note(model),
        *surgery.both(surgery.first_operation(model)),
        *panel_of(view, now), reach.shaded(now), bulk.saturation_of(now),
    ]  # fmt: skip


def on_sample(model: str, title: str, before: Now | None) -> Iterator[list[Any]]:
    """Read a shipped text; a visitor's own is read when it is there."""
    sampler(model)
    text = samples(model).get(title) if isinstance(title, str) else None
    if text is None:
        yield [gr.skip()] * 10
    else:
        yield from read_again(model, text, before, [text])


def on_read(model: str, text: str, before: Now | None) -> Iterator[list[Any]]:
    """Read the text in the field."""
    sampler(model)
    yield from read_again(model, text, before, [])


def on_write(model: str, before: Now | None) -> Iterator[list[Any]]:
    """Let the model write a text, and read it."""
    sampler(model)
    text = own_text(model)
    yield from read_again(model, text, before, [OWN, text])


def read_again(model: str, text: str, before: Now | None, first: list[Any]) -> Iterator[list[Any]]:
    """A text in the panel at once, with the cell that was chosen before, if there is one; then what
    takes longer to find out of it. Each time `first` comes first, or nothing new in its place."""
    same = before is not None and before.model == model
    cell = (before.at.layer, before.at.cell) if same and before else meaning.first_cell(model)
    view, now = show(model, text, cell)
    yield [*first, *panel_of(view, now), gr.skip(), gr.skip()]
    skipped = [gr.skip()] * len([*first, *panel_of(view, now)])
    yield [*skipped, reach.shaded(now), bulk.saturation_of(now)]


def panel_of(view: dict[str, Any], now: Now) -> list[Any]:
    """What the page says of a text that was just read, its panel first."""
    return [
        view, now, now.reading.note, similar.cells_table(None), similar.passages_table(None), "",
        place_of(now),
    ]  # fmt: skip


def on_choice(event: gr.EventData, now: Now | None) -> tuple:
    """A character or a cell was chosen in the panel."""
    now = replace(there(now), at=choice(event))
    return now, place_of(now)


def on_character(event: gr.EventData, now: Now | None) -> dict[str, Any]:
    """The influence on a character that was chosen in the panel. It takes a while, in which other
    things are chosen: so it is an event of its own, which leaves what the page remembers alone."""
    return reach.shaded(replace(there(now), at=choice(event)))


def on_earlier(event: gr.EventData, now: Now | None) -> tuple:
    """An earlier character was chosen where influence is shown."""
    now = there(now)
    message = event._data
    step = message.get("step") if isinstance(message, dict) else None
    if type(step) is not int or not 0 <= step < len(now.reading):
        raise refusal("There is no such character in the text.")
    now = replace(now, at=now.at._replace(step=step))
    return Panel.choose(step=step), now, reach.shaded(now), place_of(now)


def on_span(event: gr.EventData, now: Now | None, threshold: float) -> Iterator[tuple]:
    """A stretch of the text was selected in the panel: remembered at once, then asked about."""
    selected = span(event)
    now = replace(there(now), span=(selected.first, selected.last))
    yield now, *[gr.skip()] * 3
    yield gr.skip(), *on_threshold(now, threshold)


def on_threshold(now: Now | None, threshold: float) -> tuple:
    """Ask about the stretch that is selected."""
    now = there(now)
    answer = similar.ask(now, threshold)
    found = f"Searched: {len(answer.library.text):,} characters of {answer.library.origin}."
    return similar.cells_table(answer), similar.passages_table(answer), found


def on_known(cells_of: Any) -> Any:
    """A handler for the choice of a cell in a table of the model that is on the page."""

    def on_row(event: gr.EventData, now: Now | None) -> tuple:
        cells = cells_of(there(now).model)
        of = cells[chosen(event, len(cells))]
        return point_at(there(now), of.layer, of.cell)

    return on_row


def on_marker(event: gr.EventData, now: Now | None, threshold: float) -> tuple:
    """A cell that marks the selected stretch was chosen."""
    now = there(now)
    cells = similar.ask(now, threshold).cells
    of = cells[chosen(event, len(cells))]
    return point_at(now, of.layer, of.cell)


def on_point(event: gr.EventData, now: Now | None) -> tuple:
    """A cell was chosen among the gates in bulk."""
    now = there(now)
    message = event._data if isinstance(event._data, dict) else {}
    layers, size = now.reading.layers, now.reading.hidden_size
    with refused():
        layer = int(number("layer", message.get("layer"), 1, layers, int))
        cell = int(number("cell", message.get("cell"), 1, size, int))
    return point_at(now, layer, cell)


def point_at(now: Now, layer: int, cell: int) -> tuple:
    """Show a cell in the panel."""
    now = replace(now, at=now.at._replace(layer=layer, cell=cell))
    return Panel.choose(cell=(layer, cell)), now, place_of(now)


def place_of(now: Now) -> str:
    """Where an operation would take place, in a sentence."""
    before = " ".join(now.reading.text[max(0, now.at.step - 24) : now.at.step + 1].split())
    quoted = before.replace("`", "'") or " "
    return (
        f"After character {now.at.step + 1:,}, `…{quoted}`, on cell {now.at.cell} of layer "
        f"{now.at.layer}. Choose others in the panel."
    )


def on_operate(
    now: Now | None, before: list[Run] | None, kind: str, value: float, length: int,
    temperature: float, seed: int,
) -> Iterator[tuple]:  # fmt: skip
    """Write on with and without an operation."""
    now = there(now)
    for run in before or []:
        end(run)
    request = ask(length=length, temperature=temperature, seed=seed)
    if request.length > surgery.LONGEST:
        raise refusal(f"The length is a whole number from 1 to {surgery.LONGEST:,}.")
    at = now.at
    done = surgery.operations(kind, at.layer, at.cell, value)
    runs = surgery.begun(now.model, now.text, at.step, request)
    for messages in surgery.follow(runs, now.model, now.text, at.step, done, request):
        yield (*messages, runs, "")
    yield (*[gr.skip()] * 2, runs, surgery.verdict(runs))


def on_stop(runs: list[Run] | None) -> tuple:
    """End both texts where they stand."""
    if not runs:
        return gr.skip(), gr.skip(), ""
    for run in runs:
        end(run)
    return tuple(surgery.both(runs))


def there(now: Now | None) -> Now:
    """What a visitor has on the page.

    Raises:
        gr.Error: if nothing has been read yet.
    """
    if now is None:
        raise refusal("Nothing has been read yet. Choose a text first.")
    return now
