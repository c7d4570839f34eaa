"""Look inside: what the memory cells did while a sentence was read and its translation written."""

from __future__ import annotations

from typing import Any

from demos.refusals import refusal
from demos.translation.runs import Run, sampler
from demos.widgets.panel import Panel
from lstm_core.trace import Trace
from lstm_core.translation.results import Inside

PARTS = {"→": "Encoder, forwards", "←": "Encoder, backwards", "decoder": "Decoder"}
"""What cells can be shown of: its name, and what the page calls it."""

FIRST = "decoder"


def checked_part(part: object) -> str:
    """A part of the network, as the page names it.

    Raises:
        gr.Error: a sentence, if it is none.
    """
    if not isinstance(part, str) or part not in PARTS:
        raise refusal("Cells are shown of the encoder, forwards (→) or backwards (←), or of the "
                      "decoder.")  # fmt: skip
    return part


def panel_of(run: Run | None, part: object, *, keep: bool = False) -> dict[str, Any] | None:
    """The cells of a part while the sentence of a run that is looked at was translated; None if
    there is none. `keep` as in `Panel.show`."""
    part = checked_part(part)
    if run is None or not run.at < len(run.found):
        return None
    found = sampler().inside(run.found[run.at])
    trace, labels = cells_of(found, part)
    name = f"translation-{run.at + 1}-{PARTS[part].lower()}"
    return Panel.show(trace, labels, chips=True, name=name, keep=keep)


def cells_of(found: Inside, part: str) -> tuple[Trace, list[str]]:
    """The layers of a part, bottom first, and the pieces that its steps read or came to."""
    if part == "decoder":
        return found.decoder, [shown(piece) for piece in found.written]
    layers = zip(found.encoder_layers, found.encoder.layers, strict=True)
    return (
        Trace([layer for name, layer in layers if name.endswith(part)]),
        [shown(piece) for piece in found.read],
    )


def shown(piece: str) -> str:
    """A piece with its space in sight."""
    return piece.replace(" ", "␣")
