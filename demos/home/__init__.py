"""The tab How it works: small networks, each of which shows one thing about an LSTM."""

import gradio as gr

from demos.home import counter, forgetting, numbers, one_cell, pictures, reach

NAME, TITLE = "home", "How it works"
NETWORKS = ()

SECTIONS = [numbers, one_cell, forgetting, reach, counter, pictures]
"""Modules with `build`, which puts the section on the page, and `prepare`."""

OPENING = """
An LSTM reads one thing after another, and carries a memory from each to the next. Here are a few
networks small enough to be read, each for one idea: what a memory is good for, how a cell keeps or
forgets, how far it reaches. Type, click, and look inside: whatever they say is worked out as you
ask.
"""


def build(page: gr.Blocks) -> None:
    """Fill the tab."""
    gr.Markdown(OPENING, elem_classes="explanation")
    for section in SECTIONS:
        section.build(page)


def prepare() -> None:
    """Have at hand what visitors ask for first."""
    for section in SECTIONS:
        section.prepare()
