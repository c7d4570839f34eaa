"""Your own hand: a visitor writes a line, and the network goes on in that hand."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import gradio as gr
import numpy as np

from demos.handwriting.runs import sampler
from demos.refusals import refusal
from demos.widgets.fitting import Search, fitting_value, fitting_view
from demos.widgets.pen import pen_view
from lstm_core.handwriting import hands
from lstm_core.handwriting.pads import LONGEST_TEXT, pad_strokes, whiteboard_ink
from lstm_core.handwriting.request import Ink, WritingRequest

SENTENCE = "Pack my box with five dozen liquor jugs"
"""What a visitor is asked to write: every letter there is."""

NAME = "Your own hand"
WORD = WritingRequest("hand", bias=1, seed=1)
"""What is written in the hand as it is found so far, with the same random numbers each time."""

EVERY = 5
"""Steps from a word to the next."""

NEAREST = 3
"""Known hands that are named."""

LEAST_SHARE = 0.01
"""In a blend, of a hand that is named to a program."""

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
BUSY: dict[str, Any] = {**QUIET, "concurrency_id": "cpu"}


def build(page: gr.Blocks, own: gr.State) -> None:
    """Fill the section.

    Args:
        page: that it is part of.
        own: is filled with what `kept` returns, or None.
    """
    gr.Markdown(
        "Write a line in your usual hand, and say what it says. The network's weights stay as they "
        "are: what is looked for is a blend of the hands that it knows, in which it finds your ink "
        "likeliest. Then “Your own hand” is among the hands above, and the network goes on from "
        "your very line. It is kept for this visit only: close the page, and it is gone.",
        elem_classes="status",
    )
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            pad = pen_view(
                hint=f"Write here: {SENTENCE}", elem_id="handwriting-pad",
            )  # fmt: skip
        with gr.Column(scale=3, elem_classes="controls"):
            text = gr.Textbox(
                SENTENCE, label="What it says", max_length=LONGEST_TEXT,
                info="Exactly what is on the pad, one line or several",
                elem_id="handwriting-says",
            )  # fmt: skip
            learn = gr.Button(
                "Learn my hand", variant="primary", elem_id="handwriting-learn",
                elem_classes="brings-handwriting-fitting",
            )  # fmt: skip
            with gr.Row(elem_classes="buttons"):
                stop = gr.Button("Stop", elem_id="handwriting-stop-learning")
                forget = gr.Button("Forget it", elem_id="handwriting-forget")
    view = fitting_view(
        empty="Here you will see the network get used to your hand: it takes half a minute.",
        elem_id="handwriting-fitting",
    )  # fmt: skip

    learning = learn.click(on_learn, [pad, text], [view, own], **BUSY)
    stop.click(None, cancels=[learning]).then(on_stop, None, view, queue=False, **QUIET)
    forget.click(on_forget, None, [view, own], cancels=[learning], **QUIET)
    gr.api(fit_hand, api_name="fit_hand", concurrency_id="cpu")


def on_learn(strokes: str | None, text: str) -> Iterator[tuple]:
    """Look for the hand that wrote the ink."""
    ink = ink_of("[]" if strokes is None else strokes, text)
    search = Search(hands.STEPS, hands.in_any_hand(sampler(), ink) / len(ink.points))
    search.note = f"Comparing it with the {len(sampler().hands)} hands that the network knows …"
    yield fitting_value(search), gr.skip()
    likely = hands.likeness(sampler(), ink)
    search.note = said_nearest(likely)
    best = None
    for found in hands.fit(sampler(), ink, nearest=next(iter(likely)), steps=hands.STEPS):
        best = found if best is None or found.nats < best.nats else best
        search.nats.append(found.nats / len(ink.points))
        if found.step % EVERY == 0 and found.step < hands.STEPS:
            search.words.append((found.step, word_in(found.style)))
        yield fitting_value(search), gr.skip()
    assert best is not None
    search.words.append((best.step, word_in(best.style)))
    search.done = True
    search.note = f"{said_blend(best.shares)} Choose “{NAME}” above, and write."
    yield fitting_value(search), kept(best.style, ink)


def word_in(style: np.ndarray) -> np.ndarray:
    """A word in a hand: (N, 3) x, y, pen_up."""
    return sampler().write(WORD, style=style).lines[0]


def on_stop() -> None:
    """No hand is looked for any more."""
    return None


def on_forget() -> tuple[None, None]:
    """Nothing of the visitor's hand stays."""
    return None, None


def ink_of(strokes: Any, text: Any) -> Ink:
    """The ink of a visitor as the whiteboard would have seen it.

    Raises:
        gr.Error: a sentence, if it cannot be used.
    """
    try:
        ink = whiteboard_ink(text, pad_strokes(strokes))
        sampler().alphabet.read(ink.text)
    except ValueError as error:  # which may name what was sent
        raise refusal(escape(str(error), quote=False)) from None
    return ink


def kept(style: np.ndarray, ink: Ink) -> dict[str, Any]:
    """What the page remembers of a hand, for this visit."""
    return {
        "name": NAME,
        "style": [float(value) for value in style],
        "points": ink.points.tolist(),
        "text": ink.text,
    }


def said_nearest(likely: dict[str, float]) -> str:
    """Which of the known hands come nearest."""
    nearest = [f"Hand {sampler().hands.index(name) + 1}" for name in list(likely)[:NEAREST]]
    return f"The known hands that come nearest: {', '.join(nearest)}."


def said_blend(shares: np.ndarray) -> str:
    """Which of the known hands have the largest shares in a blend."""
    most = np.argsort(-shares)[:NEAREST]
    named = ", ".join(f"Hand {n + 1} ({shares[n]:.0%})" for n in most)
    return f"Of the hands in the blend, these have the largest shares: {named}."


def fit_hand(strokes: list[list[list[float]]], text: str) -> dict[str, Any]:
    """Find the hand that wrote some ink, as a blend of known ones, about half a minute's work.

    Args:
        strokes: for each stroke its points [x, y] or [x, y, t] in the order of writing, in any
            unit, y growing down; t in milliseconds tells how fast the pen moved
        text: what the ink says, exactly, 1 to 60 characters

    Returns:
        style, the numbers of the hand; nats_before and nats_after, how surprising the ink is to the
        network, in nats a point of the pen, in no hand in particular and in the hand found; and
        nearest, the names of the known hands by likeness, each with the nats a point of the ink in
        it; blend, the known hands that it is a blend of, each with its share
    """
    ink = ink_of(strokes, text)
    count = len(ink.points)
    likely = hands.likeness(sampler(), ink)
    tried = hands.fit(sampler(), ink, nearest=next(iter(likely)), steps=hands.STEPS)
    best = min(tried, key=lambda found: found.nats)
    nearest = [{"hand": name, "nats": rounded(nats / count)} for name, nats in likely.items()]
    shares = sorted(zip(best.shares, sampler().hands, strict=True), reverse=True)
    return {
        "style": [rounded(value) for value in best.style],
        "nats_before": rounded(hands.in_any_hand(sampler(), ink) / count),
        "nats_after": rounded(best.nats / count),
        "nearest": nearest[:NEAREST],
        "blend": [
            {"hand": name, "share": rounded(share)}
            for share, name in shares
            if share >= LEAST_SHARE
        ],
    }


def rounded(value: float) -> float | None:
    """A number as JSON has them, to six digits."""
    return float(f"{value:.6g}") if np.isfinite(value) else None
