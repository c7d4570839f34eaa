"""A photo, the caption that is written of it, and where the network looked for each word; photos
come by a file, by the camera and from the clipboard, and a part can be drawn around.

Attention is drawn as a veil over what was not looked at, darkest where nothing was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from demos.widgets import packed, widget
from lstm_core.captioning.photos import MOST_BYTES, SMALLEST_PART, Box
from lstm_core.captioning.request import MAX_WORDS
from lstm_core.captioning.sampler import Alternative, Word

SCRIPTS = (
    "../shared/palette.js", "../shared/changes.js", "../shared/nodes.js", "../shared/files.js",
    "photo_stage.js", "looking.js", "part.js", "words.js", "around.js", "taking.js", "begin.js",
)  # fmt: skip

Answering = Callable[[Any], dict[str, Any]]


class Asks(NamedTuple):
    """What the stage asks of the server; whatever goes wrong is answered by `{"error": sentence}`.

    Attributes:
        take: gets a file, as Gradio's `DataWithFiles` has it, and answers as `show` with the name
            that it gave the photo.
        show: gets `{"photo": name}` and answers with `{"photo": ..., "width": ..., "height": ...,
            "data": JPEG in base64}`.
        samples: gets `{}` and answers with `{"samples": [{"photo": ..., "title": ..., "data": a
            small JPEG in base64}, ...]}`.
        strip: gets `{"run": ..., "kind": "png" or "svg", "dark": ...}` and answers with
            `{"type": ..., "data": base64}`.
    """

    take: Answering
    show: Answering
    samples: Answering
    strip: Answering


class Listed(NamedTuple):
    """A caption in the list below the photo."""

    text: str
    words: Sequence[str]
    log_probability: float
    score: float | None  # by which the search ranks it; None if it was drawn
    seed: int | None  # that it was drawn with


@dataclass(frozen=True)
class Around:
    """What the stage is told of a finished caption besides its words.

    Attributes:
        probabilities: of each word and of the end.
        alternatives: what else might have been said, for each of them.
        forced: how many of its first words were not the network's choice.
        listed: captions of the same search, or of the same draw.
        chosen: the place of this one among them; -1 if it is none of them.
        kinds: the kinds of things that the encoder saw.
    """

    probabilities: Sequence[float]
    alternatives: Sequence[Sequence[Alternative]]
    forced: int
    listed: Sequence[Listed]
    chosen: int
    kinds: Sequence[Alternative]


def photo_stage_view(value: Any = None, *, asks: Asks, empty: str, **props: Any) -> gr.HTML:
    """Shows what `photo_stage_value` returned. Its `input` event tells what a visitor wishes:
    `{"do": "photo", "photo": name}`; or, of a run, `{"run": ..., "do": "box", "box": [left, top,
    right, bottom]}`, `{"do": "force", "place": ..., "word": ...}`, `{"do": "free"}` or `{"do":
    "list", "place": ...}`.

    Args:
        value: None shows `empty`.
        asks: functions that answer the stage.
        empty: what is said while there is no photo.
    """
    names = {name: each.__name__ for name, each in asks._asdict().items()}
    limits = {"bytes": MOST_BYTES, "part": SMALLEST_PART, "forced": MAX_WORDS}
    return widget(
        "photo_stage", value, empty=empty, asks=names, limits=limits,
        server_functions=list(asks), scripts=SCRIPTS, **props,
    )  # fmt: skip


def photo_stage_value(
    run: str, photo: str, region: Box, words: Sequence[Word], decided: int, around: Around | None
) -> dict[str, str]:
    """The component's value: one text, as Gradio copies nested values piece by piece.

    Args:
        run: tells this caption from all others.
        photo: its name.
        region: the part that is described.
        words: so far; of a finished caption, with its end.
        decided: how many of them will not change any more.
        around: of a finished caption; None if there is more to come.
    """
    sent: dict[str, Any] = {
        "run": run,
        "photo": photo,
        "region": [round(edge, 5) for edge in region],
        "words": [word_value(word) for word in words],
        "decided": decided,
        "done": around is not None,
    }
    if around is not None:
        sent |= {
            "probabilities": [round(float(p), 4) for p in around.probabilities],
            "alternatives": [
                [[other.text, round(other.probability, 4)] for other in row]
                for row in around.alternatives
            ],
            "forced": around.forced,
            "listed": [
                [
                    each.text, round(each.log_probability, 3),
                    None if each.score is None else round(each.score, 3), each.seed,
                ]
                for each in around.listed
            ],
            "chosen": around.chosen,
            "kinds": [[kind.text, round(kind.probability, 4)] for kind in around.kinds],
        }  # fmt: skip
    return {"json": json.dumps(sent, separators=(",", ":"))}


def photo_stage_stopped(run: str) -> dict[str, str]:
    """The component's value that leaves what there is of a caption as it is."""
    return {"json": json.dumps({"run": run, "stopped": True})}


def word_value(word: Word) -> list[Any]:
    """A word as the script reads it: its text, its attention in one byte a cell, 255 being the
    greatest share, that share, and the sentinel's."""
    peak = max(float(word.attention.max()), 1e-9)
    shares = np.rint(255 / peak * word.attention.clip(0, peak)).astype(np.uint8)
    return [word.text, packed(shares), round(peak, 4), round(word.sentinel, 4)]
