"""What the stage asks of the server past the queue: photos, there and back, and the strip."""

from __future__ import annotations

import base64
import io
import threading
from functools import cache
from typing import Any

from gradio.data_classes import DataWithFiles
from PIL import Image

from demos.captioning.runs import GONE, RUNS
from demos.captioning.samples import samples
from demos.captioning.store import PHOTOS, keep_photo
from lstm_core.captioning.photos import Photo

TYPES = {"png": "image/png", "svg": "image/svg+xml"}
SMALL = 112
"""Pixels of the longer side of a sample in the row of them."""

DECODING, DRAWING = threading.Lock(), threading.Lock()
"""One of each at a time: a large photo takes 200 MB while it is decoded, a strip a second of one
core."""


def photo_taken(message: Any) -> dict[str, Any]:
    """Read a photo that a visitor has chosen, and keep it for a while.

    Args:
        message: a form with one file, as Gradio reads it; its bytes are never written to a file of
            ours, and Gradio has deleted its own by now.

    Returns:
        as `photo_shown`, or `{"error": sentence}`.
    """
    files = message.files if isinstance(message, DataWithFiles) else []
    try:
        if len(files) != 1:
            raise ValueError("A photo is one file.")
        with DECODING:
            photo = Photo(files[0][1])
    except ValueError as error:
        return {"error": str(error)}
    return shown(keep_photo(photo), photo)


def photo_shown(message: Any) -> dict[str, Any]:
    """A photo for the page, upright: `{"photo": name, "width": ..., "height": ..., "data": JPEG in
    base64}`, or `{"error": sentence}`."""
    name = message.get("photo") if isinstance(message, dict) else None
    photo = PHOTOS.find(name)
    return {"error": GONE} if photo is None else shown(str(name), photo)


def photo_samples(message: Any) -> dict[str, Any]:
    """The photos to begin with, small."""
    return {"samples": small_samples()}


def photo_strip(message: Any) -> dict[str, str]:
    """A picture of all words of a caption, each with where the network looked.

    Args:
        message: run, kind and dark, as a browser sends them.

    Returns:
        `{"type": ..., "data": base64}`, or `{"error": sentence}`.
    """
    given = message if isinstance(message, dict) else {}
    kind, dark = given.get("kind"), given.get("dark", False)
    if not isinstance(kind, str) or kind not in TYPES:
        return {"error": f"There are pictures of the kinds {', '.join(TYPES)}."}
    if not isinstance(dark, bool):
        return {"error": "A picture is dark or not: true or false."}
    run = RUNS.find(given.get("run"))
    photo = PHOTOS.find(run.photo) if run else None
    if run is None or photo is None:
        return {"error": GONE}
    if not run.words:
        return {"error": "There is no caption yet."}
    from demos.captioning.picture import strip  # with matplotlib, which few visitors need

    with DRAWING:
        content = strip(photo, run.box, run.words, kind, dark=dark)
    return {"type": TYPES[kind], "data": base64.b64encode(content).decode("ascii")}


@cache
def small_samples() -> list[dict[str, str]]:
    """Name, title and small picture of each sample."""
    found = []
    for sample in samples():
        photo = PHOTOS.find(sample.name)
        assert photo is not None  # kept for ever
        small = photo.image.copy()
        small.thumbnail((SMALL, SMALL))
        found.append({"photo": sample.name, "title": sample.title, "data": jpeg(small)})
    return found


def shown(name: str, photo: Photo) -> dict[str, Any]:
    """A photo as the page gets it."""
    width, height = photo.image.size
    return {"photo": name, "width": width, "height": height, "data": jpeg(photo.image)}


def jpeg(image: Image.Image) -> str:
    """A picture as a file in base64."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    return base64.b64encode(file.getvalue()).decode("ascii")
