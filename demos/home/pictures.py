"""Unrolled, both ways, in pairs: three ways to build with LSTMs, as moving pictures."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from demos.heading import heading
from demos.widgets.unrolled import unrolled_view


@dataclass(frozen=True)
class Picture:
    """A picture and what is said below it."""

    name: str  # of the widget's
    title: str
    label: str
    text: str  # two sentences
    papers: str
    tab: str  # NAME of the tab where it is at work


PICTURES = [
    Picture(
        name="unrolled",
        title="Unrolled",
        label="A layer with a loop, and the same layer drawn once for each of four steps.",
        text="An LSTM is one layer that hands its state on to itself; drawn once for every step, "
        "the loop becomes a chain, with the same weights in every link. Training sends the error "
        "back along this chain, and through the memory cells it can go a long way.",
        papers="Hochreiter & Schmidhuber (1997), *Long Short-Term Memory*; Werbos (1990), "
        "*Backpropagation Through Time*.",
        tab="text",
    ),
    Picture(
        name="both",
        title="Both ways",
        label="Two layers read four inputs, one from the left, one from the right; each output is "
        "made from both.",
        text="Two layers read the same input, one from its beginning and one from its end, and "
        "every output is made from both. So what comes after counts as much as what came before, "
        "but all of the input has to be there first.",
        papers="Schuster & Paliwal (1997), *Bidirectional Recurrent Neural Networks*; Graves & "
        "Schmidhuber (2005), *Framewise Phoneme Classification with Bidirectional LSTM*.",
        tab="reading",
    ),
    Picture(
        name="pair",
        title="In pairs",
        label="An encoder reads a sentence of three words from its end; a decoder, which begins "
        "with the encoder's state, writes four.",
        text="One LSTM reads a sentence from its last word to its first, and the state it ends in "
        "starts another, which writes the translation and reads each word it has written. Turned "
        "round like this, the source has its first words next to those they are translated into, "
        "which are the first to be learned.",
        papers="Sutskever, Vinyals & Le (2014), *Sequence to Sequence Learning with Neural "
        "Networks*, arXiv:1409.3215.",
        tab="translation",
    ),
]


def build(page: gr.Blocks) -> None:
    """Put the section on the page."""
    heading("Unrolled, both ways, in pairs", "One cell is seldom alone: how they are put together.")
    titles = tab_titles()
    with gr.Row():
        for picture in PICTURES:
            with gr.Column(min_width=300):
                unrolled_view(picture.name, picture.label, elem_id=f"picture-{picture.name}")
                gr.Markdown(caption(picture, titles), elem_classes="explanation")


def prepare() -> None:
    """Nothing: the pictures are drawn in the browser."""


def tab_titles() -> dict[str, str]:
    """NAME -> TITLE of the gallery's tabs."""
    from demos.gallery import TABS, alive  # which hold this tab

    return {tab.NAME: tab.TITLE for tab in alive(TABS)}


def caption(picture: Picture, titles: dict[str, str]) -> str:
    """What is said below a picture; of its tab only if there is one."""
    at_work = f" At work in the tab {titles[picture.tab]}." if picture.tab in titles else ""
    return f"### {picture.title}\n{picture.text}{at_work}\n\n{picture.papers}"
