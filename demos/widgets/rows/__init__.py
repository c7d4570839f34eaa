"""A table whose rows a visitor can choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.widgets import widget

KINDS = ("text", "number", "passage")


def rows_view(value: Any = None, **props: Any) -> gr.HTML:
    """Shows a table; listen to its `select` event, and read it with `chosen`."""
    return widget("rows", value, **props)


def rows(
    columns: Sequence[tuple[str, str]], content: Sequence[Sequence[Any]], empty: str, key: str = ""
) -> dict[str, Any]:
    """The component's value.

    Args:
        columns: title and kind of each: "text", "number" (a text that is set to the right) or
            "passage" (of a text, in its own type).
        content: rows, with a text for each column, or `{"text": ..., "mark": [from, to], "note":
            ...}`: a part of it marked, a line below it; both may be left out.
        empty: what is said if there are no rows.
        key: comes back with what is chosen.
    """
    assert all(kind in KINDS for _, kind in columns)
    named = [{"title": title, "kind": kind} for title, kind in columns]
    return {"columns": named, "rows": [list(row) for row in content], "empty": empty, "key": key}


def chosen(event: gr.EventData, count: int) -> int:
    """The number of the row that a visitor has chosen, from 0.

    Args:
        count: rows that there are.

    Raises:
        gr.Error: a sentence, if there is no such row.
    """
    message = event._data
    index = message.get("index") if isinstance(message, dict) else None
    if type(index) is not int or not 0 <= index < count:
        raise gr.Error("There is no such row in this table any more.", print_exception=False)
    return index
