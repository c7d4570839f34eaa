"""Components of the page that Gradio does not have: a folder each, with .html, .css and .js.

The files are those of a `gr.HTML` component: the template is put into the page once, and the script
runs with `element`, `props` and `watch` at hand; what Python sends arrives in `props.value`. A
script may be in several files, one after the other; those in `shared` serve several components.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np


def widget(folder: str, value: Any = None, *, scripts: Sequence[str] = (), **props: Any) -> gr.HTML:
    """A component made of the files of a folder beside this one.

    Args:
        folder: its name, and that of its files.
        value: what the script finds in `props.value`: anything that JSON can say.
        scripts: files, as seen from the folder, that make up the script; when empty, the one that
            is named like the folder.
        props: further values for the script, and arguments of `gr.HTML`.
    """
    template, style, *script = (
        (Path(__file__).parent / folder / name).read_text(encoding="utf-8")
        for name in (f"{folder}.html", f"{folder}.css", *(scripts or [f"{folder}.js"]))
    )
    return gr.HTML(
        value,
        html_template=template,
        css_template=style,
        js_on_load="\n".join(script),
        apply_default_css=False,
        **props,
    )


def packed(values: np.ndarray) -> str:
    """An array as the scripts read it: its bytes, little-endian, in base64."""
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")
