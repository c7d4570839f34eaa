"""Any real photo, made into what the encoder sees, with its use of memory bounded.

The photos that the networks learned from had been squeezed into a square of 224 x 224 pixels, all
of each and nothing cut off; so is every photo here. Before that it is turned as its camera was
held (EXIF), laid on white where it is transparent, and brought to red, green and blue.

A file is a stranger's: only well-known formats are opened, how many pixels there are is looked at
before any is decoded, and whatever a decoder trips over becomes a sentence.
"""

from __future__ import annotations

import io
import re
from argparse import ArgumentTypeError
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lstm_core.captioning.encoder import SIDE
from lstm_core.checks import number

FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
ACCEPTED = "JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF"
MOST_BYTES = 50_000_000
MOST_PIXELS = 64_000_000
"""As many as cameras have; 24 bits of each are 192 MB while a photo is decoded."""

LEAST_SIDE = 16
"""Pixels below which there is nothing to be seen."""

KEPT = 1_024
"""Pixels of the longer side that are kept of a photo, for parts of it to be looked at by
themselves."""

SMALLEST_PART = 0.02
"""Of the width and the height of a photo: the least that can be looked at by itself."""

WHOLE = (0.0, 0.0, 1.0, 1.0)

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
"""Of red, green and blue over ImageNet, from 0 to 1."""

SVG = re.compile(rb"^\s*(<\?xml|<!--|<!DOCTYPE svg|<svg)", re.IGNORECASE)
HEIF = (b"ftyphei", b"ftyphev", b"ftypmif1", b"ftypmsf1")

AVERAGED = ("L", "RGB", "CMYK", "YCbCr")
"""Kinds of pixels that are averaged when a large picture is shrunk. The numbers of a palette cannot
be, and Pillow would copy all of a transparent picture; of these, some pixels are picked first."""

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a photo upright, by the orientation that its camera noted."""


class PhotoError(ArgumentTypeError, ValueError):
    """A photo that cannot be read: a sentence says why, on the command line too."""


class Photo(tuple):
    """A photo, read: its pixels, upright, and how many it had.

    Args:
        source: the path of a file, the bytes of one, or a picture of Pillow's. What a stranger
            sends as text must not get here: it would be taken as a path.

    Raises:
        PhotoError: a sentence that says what is wrong and what is accepted.
    """

    __slots__ = ()

    def __new__(cls, source: object) -> Photo:
        if isinstance(source, Photo):
            return source
        return super().__new__(cls, _read(source))

    @property
    def image(self) -> Image.Image:
        """Red, green and blue, at most `KEPT` pixels wide and high."""
        return self[0]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole photo in pixels, upright."""
        return self[1]


class Box(NamedTuple):
    """A part of a photo: its edges from the left and the top, from 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, edges: object) -> Box:
        """The part with four edges, whichever corners they were drawn between.

        Raises:
            ValueError: a sentence that says what is accepted.
        """
        if not isinstance(edges, list | tuple | np.ndarray) or len(edges) != 4:
            raise ValueError(
                "The part of the photo must be four numbers from 0 to 1: left, top, right, bottom."
            )
        x0, y0, x1, y1 = (
            number(name, _plain(edge), 0, 1, float)
            for name, edge in zip(("left", "top", "right", "bottom"), edges, strict=True)
        )
        box = cls(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        if min(box.right - box.left, box.bottom - box.top) < SMALLEST_PART:
            raise ValueError(
                "The part is too small to show anything: it must have at least "
                f"{SMALLEST_PART:.0%} of the width and of the height of the photo."
            )
        return box


def _plain(edge: object) -> object:
    return edge.item() if isinstance(edge, np.generic) else edge


def part(image: Image.Image, box: Iterable[float] = WHOLE) -> Image.Image:
    """A part of a picture, squeezed into the square that the encoder sees.

    Args:
        image: in red, green and blue. box: left, top, right and bottom, from 0 to 1.
    """
    left, top, right, bottom = box
    W, H = image.size
    # At least a pixel, however flat the picture.
    x0, y0 = min(left * W, W - 1), min(top * H, H - 1)
    edges = x0, y0, max(right * W, x0 + 1), max(bottom * H, y0 + 1)
    return image.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=edges, reducing_gap=3)


def pixels(pictures: Iterable[Image.Image]) -> Tensor:
    """(B, 3, 224, 224) what the encoder reads, from B pictures of 224 x 224 pixels."""
    rows = [(np.asarray(p, dtype=np.float32) / 255 - MEAN) / DEVIATION for p in pictures]
    return torch.from_numpy(np.stack(rows)).permute(0, 3, 1, 2)


def _read(source: object) -> tuple[Image.Image, tuple[int, int]]:
    """The picture as it is kept, and the size of the photo."""
    if isinstance(source, Image.Image):
        return _kept(source)
    if isinstance(source, str | Path):
        source = _content(Path(source))
    if not isinstance(source, bytes | bytearray | memoryview):
        raise PhotoError("There is no photo yet: choose a file, or take a picture.")
    content = bytes(source)
    _check_file(content)
    try:
        with Image.open(io.BytesIO(content), formats=_formats()) as image:
            return _kept(image)
    except PhotoError:
        raise
    except Image.UnidentifiedImageError:
        raise PhotoError(
            f"This file is no photo that can be read here; {ACCEPTED} files are."
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoError(
            f"The photo has too many pixels; up to {MOST_PIXELS:,} are looked at."
        ) from None
    except Exception as error:  # a foreign file can make a decoder raise anything
        raise PhotoError(
            f"The photo is damaged or cut off, and cannot be decoded ({_reason(error)})."
        ) from None


def _content(path: Path) -> bytes:
    """The bytes of a file, unless there are too many."""
    try:
        size = path.stat().st_size if path.is_file() else None
        content = path.read_bytes() if size is not None and size <= MOST_BYTES else b""
    except (OSError, ValueError) as error:
        raise PhotoError(f"The photo cannot be opened ({_reason(error)}).") from None
    if size is None:
        raise PhotoError("The photo cannot be opened: there is no such file.")
    if size > MOST_BYTES:
        raise PhotoError(_too_large(size))
    return content


def _check_file(content: bytes) -> None:
    """Refuse what need not be decoded to know that it is no photo."""
    if not content:
        raise PhotoError("The file is empty: it has 0 bytes.")
    if len(content) > MOST_BYTES:
        raise PhotoError(_too_large(len(content)))
    start = content[:1_024].removeprefix(b"\xef\xbb\xbf")
    if SVG.match(start) and b"<svg" in content[:100_000].lower():
        raise PhotoError(
            "This is an SVG drawing, which is made of lines, not of pixels; save it as PNG or JPEG "
            "first."
        )
    if content[4:12].startswith(HEIF):
        raise PhotoError("HEIC photos cannot be read here; save it as JPEG first.")


def _too_large(size: int) -> str:
    return f"The file has {size / 1e6:,.1f} MB; photos of up to {MOST_BYTES / 1e6:.0f} MB are read."


def _reason(error: Exception) -> str:
    """What a decoder says, on one short line."""
    return " ".join(str(error).split())[:100] or type(error).__name__


def _formats() -> list[str]:
    """Those of `FORMATS` that this Pillow can open."""
    Image.init()
    return [each for each in FORMATS if each in Image.OPEN]


def _kept(image: Image.Image) -> tuple[Image.Image, tuple[int, int]]:
    """Decode, shrink and turn a picture that may still be a file."""
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise PhotoError(
            f"The photo has {width:,} x {height:,} pixels; up to {MOST_PIXELS:,} are looked at."
        )
    if min(width, height) < LEAST_SIDE:
        raise PhotoError(
            f"The photo has {width:,} x {height:,} pixels; at least {LEAST_SIDE} x {LEAST_SIDE} "
            "are needed to see anything."
        )
    image.draft("RGB", (KEPT, KEPT))  # a JPEG can be decoded at an eighth to a half of its size
    image.load()
    turn = _turn(image)
    small = _rgb(_small(image))
    if turn is not None:
        small = small.transpose(turn)
        if turn in (TURNS[5], TURNS[6], TURNS[7], TURNS[8]):
            width, height = height, width
    return small, (width, height)


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return TURNS.get(image.getexif().get(ORIENTATION, 1))
    except Exception:  # a note that cannot be read turns nothing
        return None


def _small(image: Image.Image) -> Image.Image:
    """At most `KEPT` wide and high; shrunk before anything else, so that no second copy of all
    pixels is made."""
    longest = max(image.size)
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        step = max(1, longest // (2 * KEPT))
        image = _eight_bits(image, step)
    elif image.mode not in AVERAGED and longest > 2 * KEPT:
        image = image.resize(_fitting(image.size, 2 * KEPT), Image.Resampling.NEAREST)
    if image.mode in ("P", "PA", "1"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if max(image.size) <= KEPT:
        return image
    return image.resize(_fitting(image.size, KEPT), Image.Resampling.BOX, reducing_gap=2)


def _fitting(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Width and height of the same shape, the longer of the two given."""
    width, height = size
    scale = longest / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _eight_bits(image: Image.Image, step: int) -> Image.Image:
    """Every `step`-th pixel of a picture with more than 8 bits of grey; of unbounded numbers, from
    their least to their greatest."""
    values = np.asarray(image)[::step, ::step].astype(np.float32)
    low, high = 0.0, 65_535.0
    if image.mode == "F" or (values.size and (values.min() < 0 or values.max() > high)):
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255 / max(high - low, 1e-12))
    return Image.fromarray(scaled.round().clip(0, 255).astype(np.uint8))


def _rgb(image: Image.Image) -> Image.Image:
    """Red, green and blue; what is transparent lies on white."""
    if image.mode == "RGB" and not image.has_transparency_data:
        return image.copy()
    if not image.has_transparency_data:
        return image.convert("RGB")
    above = image.convert("RGBA")
    white = Image.new("RGBA", above.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, above).convert("RGB")
