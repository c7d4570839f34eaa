"""A button that is pressed again while what it asked for is still being made."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import Any, cast

import gradio as gr

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def anew(
    presses: Sequence[Any],
    make: Callable[..., Iterator[Any]],
    inputs: Any,
    outputs: Any,
    *,
    stop: tuple[Callable[..., Any], Any, Any],
    **more: Any,
) -> gr.events.Dependency:
    """Make something at every press; what is still being made for the same visitor ends first.

    By itself Gradio passes over a press while the event of the one before goes on, and cancelling
    an event to begin it again loses track of the new one. Here a press first has the server end
    what it is making; with that the event before is over, and the browser, which had put off the
    new one, asks for it.

    Args:
        presses: events of components.
        make: a generator of values for the page. inputs, outputs: its.
        stop: what tells the page that what was being made goes no further; its inputs and outputs.
        more: as events of Gradio take it.

    Returns:
        the event that makes it, to be cancelled or followed by others.
    """
    newest: dict[str, object] = {}  # by visitor; there only while something is being made
    tell, known, shown = stop

    def end(request: gr.Request, *told: Any) -> Any:
        if newest.pop(str(request.session_hash), None) is not None:
            return tell(*told)
        return None if shown is None else gr.skip()

    def made(request: gr.Request, *asked: Any) -> Iterator[Any]:
        visitor, mine = str(request.session_hash), object()
        newest[visitor] = mine
        try:
            with closing(cast("Generator[Any]", make(*asked))) as values:
                for value in values:
                    yield value
                    if newest.get(visitor) is not mine:
                        return
        finally:
            if newest.get(visitor) is mine:
                del newest[visitor]

    made.__name__ = make.__name__  # what the page's events are called by
    ended = gr.on(presses, end, known, shown, queue=False, **QUIET)
    return ended.then(made, inputs, outputs, trigger_mode="always_last", **more)
