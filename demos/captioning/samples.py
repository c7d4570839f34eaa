"""Photos to begin with: those that Gradio and matplotlib ship, where they ship them, and a drawing.
None of them is in the data set that the network learned from."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter

from demos.captioning.store import PHOTOS
from lstm_core.captioning.photos import Photo, PhotoError

SHIPPED = [
    ("gradio", "media_assets/images/cheetah.jpg", "A cheetah, running"),
    ("gradio", "media_assets/images/lion.jpg", "A lion"),
    ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg", "A portrait"),
    ("gradio", "media_assets/images/tower.jpg", "A tower"),
    ("gradio", "media_assets/images/cheetah1.jpg", "A cheetah, resting"),
]
"""Package, file in it, and what it is called here."""

DRAWN = "A drawing"


class Sample(NamedTuple):
    """A photo to begin with."""

    title: str
    name: str  # in `PHOTOS`, where it is kept for ever


@cache
def samples() -> list[Sample]:
    """All that can be found here, the drawing last; there is always that one."""
    found = []
    for package, file, title in SHIPPED:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            continue
        try:
            photo = Photo(Path(spec.origin).parent / file)
        except PhotoError:  # another version of the package has no such file
            continue
        found.append(Sample(title, PHOTOS.keep_for_ever(photo)))
    found.append(Sample(DRAWN, PHOTOS.keep_for_ever(Photo(drawing()))))
    return found


def drawing() -> Image.Image:
    """A brown dog and a red ball on a meadow, in simple shapes: no photo, which the network has not
    seen the like of."""
    image = Image.new("RGB", (800, 560), (140, 190, 235))
    pen = ImageDraw.Draw(image)
    pen.ellipse((640, 50, 730, 140), fill=(250, 225, 120))
    for x, y, size in ((60, 250, 330), (330, 280, 420), (620, 255, 300)):
        pen.ellipse((x - 90, y, x - 90 + size, y + size), fill=(70, 130, 80))
    pen.rectangle((0, 350, 800, 560), fill=(95, 165, 75))
    brown, dark = (125, 80, 45), (85, 52, 28)
    for x in (300, 345, 470, 515):  # legs
        pen.rounded_rectangle((x, 400, x + 26, 500), 12, fill=dark if x in (345, 515) else brown)
    pen.rounded_rectangle((285, 330, 555, 435), 52, fill=brown)
    pen.line((295, 350, 235, 290), fill=brown, width=22)  # tail
    pen.ellipse((515, 255, 635, 365), fill=brown)
    pen.rounded_rectangle((590, 305, 690, 355), 24, fill=brown)
    pen.ellipse((520, 262, 562, 350), fill=dark)  # ear
    pen.ellipse((596, 288, 610, 302), fill=(20, 20, 20))
    pen.ellipse((674, 306, 696, 326), fill=(20, 20, 20))
    pen.ellipse((90, 430, 170, 510), fill=(205, 45, 40))
    pen.ellipse((110, 445, 130, 465), fill=(240, 150, 145))
    return image.filter(ImageFilter.GaussianBlur(1))
