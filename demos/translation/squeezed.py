"""Squeezed into a vector: the network without attention beside the one with it, and a map of what
an encoder has read."""

from __future__ import annotations

from functools import cache
from typing import Any

import gradio as gr
import numpy as np

from demos.heading import heading
from demos.refusals import refusal
from demos.translation.examples import FAMILIES
from demos.translation.runs import NETWORK, VECTOR, Run, asked, sampler, shipped
from demos.widgets.curves import Axis, Curves, Series, curves_view
from demos.widgets.sentence_map import Place, sentence_map_value, sentence_map_view
from demos.widgets.two_texts import Side, differing, two_texts_value, two_texts_view
from lstm_core import checkpoint
from lstm_core.checkpoint import CheckpointError
from lstm_core.translation.sentence_map import SentenceMap

MOST_OWN, LONGEST_OWN = 12, 200
"""Sentences of a visitor's that are put on the map, and characters of each."""

MEASURED = "bleu_by_length_"
"""What the record of a checkpoint calls the scores of sentences of like length, before the part."""

LONGEST_BAR = 40
"""Words at which the longest sentences of all are drawn."""

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
BUSY: dict[str, Any] = {**QUIET, "concurrency_id": "cpu"}


def build(page: gr.Blocks) -> gr.HTML:
    """Fill the section.

    Returns:
        what shows the value of `beside`.
    """
    heading(
        "Squeezed into a vector",
        "Before attention, a decoder was told of a sentence only what the encoder's cells held at "
        "its end. The sentence above, through a network with attention and through one without:",
    )
    view = two_texts_view(
        empty=NOTHING if shipped(VECTOR) else MISSING, elem_id="translation-beside"
    )
    gr.Markdown(
        "**Why attention came.** BLEU of both networks for sentences of like length, with the same "
        "search, and nothing translated back.",
        elem_classes="status",
    )
    curves = lengths()
    if curves is None:
        gr.Markdown(NOT_MEASURED, elem_classes="status", elem_id="translation-unmeasured")
    else:
        curves_view(curves, elem_id="translation-lengths")
    gr.Markdown(
        f"**A map of sentences.** {WHAT[map_network()]}, reduced to the two directions in which "
        "the sentences of a list differ most. Sentences that lie side by side mean the same to the "
        "network, as far as two directions can show it.",
        elem_classes="status",
    )
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            plot = sentence_map_view(
                empty="The sentences are being read …", elem_id="translation-map"
            )
        with gr.Column(scale=3, elem_classes="controls"):
            names = list(FAMILIES)
            family = gr.Radio(
                names, value=names[0], label="Sentences", elem_id="translation-family"
            )
            own = gr.Textbox(
                label="Sentences of your own", lines=3, max_lines=8, elem_id="translation-own",
                max_length=MOST_OWN * (LONGEST_OWN + 1),
                info=f"In English, one a line, up to {MOST_OWN}",
            )  # fmt: skip
            put = gr.Button(
                "Put them on the map", elem_id="translation-put",
                elem_classes="brings-translation-map",
            )  # fmt: skip
    page.load(on_open, None, plot, **QUIET)
    family.input(on_map, [family, own], plot, **BUSY)
    put.click(on_map, [family, own], plot, **BUSY)
    return view


NOTHING = "Translate something, and see here what comes of it without attention."
MISSING = "The network without attention is not among the checkpoints here."
NOT_MEASURED = "This has not been measured for the networks here yet."
WHAT = {
    VECTOR: "What the cells of the network without attention hold when they have read a sentence",
    NETWORK: "What the encoder's top layers say, each when it has read a whole sentence",
}


def map_network() -> str:
    """The network whose encoder makes the map: the one without attention, if it is there."""
    return VECTOR if shipped(VECTOR) else NETWORK


def beside(run: Run) -> dict[str, str] | None:
    """A run's sentence that is looked at as both networks translate it."""
    if not shipped(VECTOR):
        return None
    direction = run.request.direction
    if direction not in sampler(VECTOR).directions:
        only = "The network without attention has learned one direction only: English to French."
        return two_texts_value([], only)
    sentence = run.sentences[run.at]
    chosen_freely = run.at not in run.forced
    with_attention = (
        run.found[run.at].text if chosen_freely else sampler().best(sentence, run.request)
    )
    without = sampler(VECTOR).best(sentence, run.request)
    parts = differing(with_attention, without)
    config = sampler(VECTOR).model.config
    count = 2 * config.num_layers * config.hidden_size  # type: ignore[union-attr]
    looked = "It looked at the sentence again for each word."
    squeezed = f"It was told {count:,} numbers, however long the sentence."
    return two_texts_value(
        [
            Side("With attention", parts[0], looked, "fr"),
            Side("Through one vector", parts[1], squeezed, "fr"),
        ],
        "Both with a beam of the same width; what differs is marked.",
    )


def lengths() -> Curves | None:
    """BLEU against the length of sentences as both checkpoints record it, measured on the same
    part; None where they do not."""
    found = {name: measured(name) for name in (NETWORK, VECTOR)}
    parts = [part for part in found[NETWORK] if part in found[VECTOR]]
    if not parts:
        return None
    part = parts[0]
    series = [
        Series(
            title, colour,
            [(middle(row["from"], row["to"]), round(row["bleu"], 1)) for row in found[name][part]],
            dots=True,
        )
        for name, title, colour in (
            (NETWORK, "with attention", "accent"), (VECTOR, "through one vector", "minus"),
        )
    ]  # fmt: skip
    places = sorted({x for each in series for x, _ in each.points})
    most = max(value or 0.0 for each in series for _, value in each.points)
    return Curves(
        f"BLEU by length of the sentence, {part.replace('_', ' ').capitalize()}",
        f"bleu-by-length-{part}",
        Axis(0, places[-1] + 2, "words of a sentence", "words"),
        Axis(0, 10 * np.ceil(most / 10).item() or 10.0, "BLEU"),
        series,
        at=places[0],
    )


def measured(name: str) -> dict[str, list[dict[str, float]]]:
    """Scores by length that the record of a checkpoint holds, by the part they were measured on."""
    if not shipped(name):
        return {}
    try:
        _, history = checkpoint.read_card(name)
    except CheckpointError:
        return {}
    return {
        key.removeprefix(MEASURED): rows
        for key, rows in history.items()
        if key.startswith(MEASURED) and rows
    }


def middle(first: float, last: float) -> float:
    """Where sentences of so many words are drawn."""
    return (first + min(last, max(first, LONGEST_BAR))) / 2


@cache
def family_of(name: str) -> tuple[SentenceMap, np.ndarray]:
    """The map that a list of sentences makes, and where they lie on it: (N, 2)."""
    vectors = sampler(map_network()).vectors(FAMILIES[name])
    made = SentenceMap.of(vectors)
    return made, made.places(vectors)


def on_map(family: str, own: str | None) -> dict[str, str]:
    """Show the sentences of a list, and those of the visitor among them."""
    if not isinstance(family, str) or family not in FAMILIES:
        raise refusal(f"There are the lists {', '.join(FAMILIES)}.")
    made, places = family_of(family)
    sentences = own_sentences(own)
    shown = [
        Place(text, x, y, False) for text, (x, y) in zip(FAMILIES[family], places, strict=True)
    ]
    if sentences:
        where = made.places(sampler(map_network()).vectors(sentences))
        shown += [Place(text, x, y, True) for text, (x, y) in zip(sentences, where, strict=True)]
    return sentence_map_value(shown, made.shares, f"map-{family.lower().replace(' ', '-')}")


def own_sentences(own: object) -> list[str]:
    """The sentences of a visitor, one a line.

    Raises:
        gr.Error: a sentence that says what is wrong and what is accepted.
    """
    if own is not None and not isinstance(own, str):
        raise refusal("Sentences are text, one a line.")
    sentences = [line.strip() for line in (own or "").splitlines() if line.strip()]
    if len(sentences) > MOST_OWN or any(len(line) > LONGEST_OWN for line in sentences):
        raise refusal(
            f"The map takes up to {MOST_OWN} sentences of up to {LONGEST_OWN} characters."
        )
    for sentence in sentences:
        asked(text=sentence)
    return sentences


def on_open() -> dict[str, str]:
    """The page opens: the first list is on the map."""
    return first_map()


@cache
def first_map() -> dict[str, str]:
    """What every visitor sees first."""
    return on_map(next(iter(FAMILIES)), "")
