"""What the Reading handwriting tab offers to programs: the same as the page."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from demos.recognition.readings import sampler
from demos.refusals import refused
from lstm_core.ink.strokes import Strokes
from lstm_core.recognition.request import ReadingRequest


def offer() -> None:
    """Add the functions to the page's interface."""
    gr.api(read_handwriting, api_name="read_handwriting", concurrency_id="cpu")


def read_handwriting(strokes: list[list[list[float]]]) -> dict[str, Any]:
    """Read handwriting from the movements of the pen.

    Args:
        strokes: for each stroke its points [x, y] or [x, y, t] in the order of writing, in any
            unit, y growing down; up to 20000 points, several lines one below the other; t is not
            used

    Returns:
        the text, and for each line of it: its text; its characters, each with its probability and
        the point, counted over all strokes from 0, at which it was seen most clearly; and texts
        that the line might be, with the logarithm of their probability, the best first
    """
    with refused():
        lines = sampler().read(ReadingRequest(Strokes(strokes)))
    return {
        "text": "\n".join(line.text for line in lines),
        "lines": [
            {
                "text": line.text,
                "characters": [
                    {
                        "character": c.character,
                        "point": c.point,
                        "probability": rounded(c.probability),
                    }
                    for c in line.characters
                ],
                "candidates": [
                    {"text": c.text, "log_probability": rounded(c.log_probability)}
                    for c in line.candidates
                ],
            }
            for line in lines
        ],
    }


def rounded(value: float) -> float | None:
    """A number as JSON has them, to six digits."""
    return float(f"{value:.6g}") if np.isfinite(value) else None
