"""A translation as it is written: lines between the words of both sentences, what else might have
been written at a place, all that the search came to and how, and pictures to take away."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np

from demos.widgets import packed, widget
from demos.widgets.translating.tree import tree_value
from demos.widgets.two_texts import differing
from lstm_core.translation.dataset import DIRECTIONS
from lstm_core.translation.results import Draft, Translation
from lstm_core.translation.sentences import typeset

SCRIPTS = (
    "../shared/changes.js", "../shared/nodes.js", "../shared/files.js", "../shared/copying.js",
    "translating.js", "lines.js", "word.js", "tree.js", "taking.js", "begin.js",
)  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """How far a text is translated.

    Attributes:
        sentences: what `sentence_value` made of some, by their numbers.
        at: the sentence to look at.
        draft: what there is of it; None if it is translated.
    """

    sentences: dict[int, dict[str, Any]]
    at: int
    draft: Draft | None = None


def translating_view(
    value: Any = None, *, ask: Callable[[Any], dict[str, Any]], empty: str, **props: Any
) -> gr.HTML:
    """Shows what `translating_value` returned. Its `select` event tells of the sentence that a
    visitor looks at, `{"run": ..., "sentence": ...}`, from 0. Its `input` event tells what is to be
    done with a sentence besides: `{"do": "force", "place": ..., "piece": ...}` with the number of a
    piece, `{"do": "free"}`, or `{"do": "word", "place": ..., "word": ...}` with another word of the
    source.

    Args:
        value: None shows `empty`.
        ask: a function that draws the attention: it gets `{"kind": "png" or "svg", "dark": ...,
            "sources": [...], "words": [...], "weights": [[...], ...]}`, whatever a browser puts
            there, and answers with `{"type": ..., "data": base64}` or `{"error": sentence}`.
        empty: what is said while there is nothing to show.
    """
    return widget(
        "translating", value, empty=empty, asks=ask.__name__, server_functions=[ask],
        scripts=SCRIPTS, **props,
    )  # fmt: skip


def translating_value(
    run: str, direction: str, between: Sequence[str], texts: Sequence[str], progress: Progress,
    *, done: bool, stopped: bool = False,
) -> dict[str, str]:  # fmt: skip
    """The component's value: one text, as Gradio copies nested values piece by piece.

    Args:
        run: tells this translation from all others.
        direction: of `DIRECTIONS`.
        between: what stands around and between the sentences.
        texts: translations of the first of them.
        progress: what is new.
        done: nothing more comes.
        stopped: the same, and what was drafted of the next sentence stays.
    """
    draft, (source, language) = progress.draft, DIRECTIONS[direction]
    sent = {
        "run": run,
        "languages": [source, language],
        "between": list(between),
        "texts": [typeset(text, language) for text in texts],
        "sentences": progress.sentences,
        "at": progress.at,
        "draft": None if draft is None else {
            "text": typeset(draft.text, language),
            "decided": draft.decided,
            "sources": [word.text for word in draft.source_words],
            "words": [[word.text, word.pieces.start, word.pieces.stop] for word in draft.words],
            "weights": bytes_of(draft.word_attention),
        },
        "done": done,
        "stopped": stopped,
    }  # fmt: skip
    return {"json": json.dumps(sent, separators=(",", ":"))}


def sentence_value(
    translation: Translation,
    piece: Callable[[int], str],
    forced: int = 0,
    former: Translation | None = None,
) -> dict[str, Any]:
    """All that the stage is told of a sentence.

    Args:
        translation: of it. piece: the text of a piece.
        forced: how many of its first pieces were not the network's choice.
        former: the translation whose place it takes, to be compared with it.
    """
    compared = None
    if former is not None:
        source = former.source if former.source != translation.source else ""
        compared = {"texts": differing(former.text, translation.text), "source": source}
    return {
        "source": translation.source,
        "text": translation.text,
        "sources": [word.text for word in translation.source_words],
        "words": [[w.text, w.pieces.start, w.pieces.stop] for w in translation.words],
        "weights": bytes_of(translation.word_attention),
        "copied": [
            round(float(translation.copied[list(w.pieces)].mean()), 3) for w in translation.words
        ],
        "pieces": [piece(number) for number in translation.pieces],
        "forced": forced,
        "former": compared,
        "alternatives": [
            [[other.piece, other.text, round(other.probability, 4)] for other in row]
            for row in translation.alternatives
        ],
        "candidates": [
            [
                c.text,
                round(c.log_probability, 3),
                None if c.back is None else round(c.back, 3),
                round(c.score, 3),
            ]
            for c in translation.candidates
        ],
        "tree": tree_value(translation.nodes, piece),
    }


def bytes_of(weights: np.ndarray) -> str:
    """(words, source words) attention in one byte each, 255 is 1."""
    return packed(np.rint(255 * weights.clip(0, 1)).astype(np.uint8))
