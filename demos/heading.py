"""The headings of the page."""

import gradio as gr


def heading(title: str, line: str) -> None:
    """The title of a section, and a line below it."""
    gr.Markdown(f"## {title}\n{line}", elem_classes="section-title")
