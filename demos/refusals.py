"""What a visitor is told of a wish that cannot be met."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import gradio as gr

from lstm_core.checkpoint import CheckpointError


def refusal(sentence: str) -> gr.Error:
    """A message on the page, and the error of an API call; no matter for the server's log."""
    return gr.Error(sentence, print_exception=False)


@contextmanager
def refused() -> Iterator[None]:
    """What is wrong with a request, or with the file of a network, is told as a `refusal`."""
    try:
        yield
    except ValueError as error:
        raise refusal(str(error)) from None
    except CheckpointError as error:
        raise refusal(escape(str(error))) from None
