"""What the Captions tab offers to programs: the same as the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from gradio.utils import get_upload_folder, is_in_or_equal

from demos.captioning.runs import asked, sampler
from demos.refusals import refusal, refused
from lstm_core.captioning.photos import WHOLE

NO_FILE = (
    'The image must be a file that was uploaded: {"path": ..., "meta": {"_type": '
    '"gradio.FileData"}}; handle_file of gradio_client makes that of a file.'
)


def offer() -> None:
    """Add the function to the page's interface."""
    gr.api(caption, api_name="caption", concurrency_id="cpu")


def caption(
    image: gr.FileData,
    beam: int = 3,
    beginning: str = "",
    box: list[float] | None = None,
    temperature: float = 0.0,
    seed: int = 0,
) -> dict[str, Any]:
    """Describe a photo in a sentence, with where the network looked for each word.

    Args:
        image: a photo: JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF, up to 64 million pixels
        beam: captions that the search follows side by side, 1 to 10
        beginning: words that the caption begins with, up to 15
        box: the part of the photo to describe: left, top, right and bottom, each from 0 to 1
        temperature: 0 searches for a likely caption; above, up to 2, words are drawn by chance
        seed: of the random numbers, 0 to 4294967295

    Returns:
        the caption; n_best, all that the search came to, each with the logarithm of its probability
        in nats and its score; its words, each with its probability, its sentinel (the share of what
        was remembered, from 0 to 1) and its attention: 7 rows of 7 shares of the cells of the part,
        which sum to 1; and the five likeliest of the thousand kinds of things of ImageNet
    """
    request = asked(
        photo=uploaded(image), beam=beam, beginning=beginning,
        box=WHOLE if box is None else box, temperature=temperature, seed=seed,
    )  # fmt: skip
    with refused():
        found = sampler().describe(request)
    return {
        "caption": found.text,
        "n_best": [
            {
                "caption": each.text,
                "log_probability": round(each.log_probability, 4),
                "score": round(each.score, 4),
            }
            for each in found.candidates
        ],
        "words": [
            {
                "word": word.text,
                "probability": round(float(p), 4),
                "sentinel": round(word.sentinel, 4),
                "attention": np.round(word.attention, 4).tolist(),
            }
            for word, p in zip(found.words, found.probabilities[:-1], strict=True)
        ],
        "box": list(found.region),
        "classes": [
            {"name": kind.text, "probability": round(kind.probability, 4)}
            for kind in sampler().classes(request.photo, request.box)
        ],
    }


def uploaded(image: Any) -> Path:
    """The path of a file that a client has uploaded; no other file of this machine is opened.

    Raises:
        gr.Error: a sentence, if it is none.
    """
    path = image.get("path") if isinstance(image, dict) else getattr(image, "path", None)
    try:
        if isinstance(path, str) and is_in_or_equal(path, get_upload_folder()):
            return Path(path)
    except (OSError, ValueError, RuntimeError):  # such as a NUL in it
        pass
    raise refusal(NO_FILE)
