"""Texts side by side, what differs between them marked."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

import gradio as gr

from demos.widgets import widget

SCRIPTS = ("../shared/nodes.js", "two_texts.js")

WORD = re.compile(r"\s*\S+")
"""A word with the space before it."""


@dataclass(frozen=True)
class Side:
    """One of the texts.

    Attributes:
        title: what it is. note: what is to be said of it.
        parts: of the text, each marked or not.
        language: "en" or "fr".
    """

    title: str
    parts: Sequence[tuple[str, bool]]
    note: str = ""
    language: str = ""


def two_texts_view(value: Any = None, *, empty: str = "", **props: Any) -> gr.HTML:
    """Shows what `two_texts_value` returned; None shows `empty`, or nothing if that is empty."""
    return widget("two_texts", value, empty=empty, scripts=SCRIPTS, **props)


def two_texts_value(sides: Sequence[Side], words: str = "") -> dict[str, str]:
    """The component's value: one text, as Gradio copies nested values piece by piece.

    Args:
        sides: the texts. words: what is to be said of both.
    """
    sent = {"sides": [asdict(side) for side in sides], "words": words}
    return {"json": json.dumps(sent, separators=(",", ":"))}


def differing(a: str, b: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts in parts, those marked that the other does not have there."""
    left, right = WORD.findall(a), WORD.findall(b)
    bare = [[word.strip() for word in words] for words in (left, right)]
    matcher = SequenceMatcher(None, bare[0], bare[1], autojunk=False)
    found: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
    for kind, i, j, m, n in matcher.get_opcodes():
        for side, words, first, last in ((0, left, i, j), (1, right, m, n)):
            part = "".join(words[first:last])
            if part and kind != "equal":  # the space before what differs is no difference
                space = part[: len(part) - len(part.lstrip())]
                found[side].extend([(space, False)] if space else [])
                found[side].append((part.lstrip(), True))
            elif part:
                found[side].append((part, False))
    return found
