"""Any photo, as the encoder sees it; and what is no photo."""

import io
import struct
import subprocess
import sys
import warnings
import zlib

import numpy as np
import pytest
from captioning.tiny import jpeg, picture
from PIL import Image

from lstm_core.captioning.photos import (
    DEVIATION,
    KEPT,
    MEAN,
    MOST_BYTES,
    Box,
    Photo,
    PhotoError,
    part,
    pixels,
)

RED, BLUE = (200, 30, 30), (40, 60, 220)


def corner(left=RED, right=BLUE, size=(60, 40)):
    """A picture that is blue on the right."""
    image = Image.new("RGB", size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


def file(image, kind, **more):
    made = io.BytesIO()
    image.save(made, kind, **more)
    return made.getvalue()


def close(image, xy, colour, within=6):
    return np.abs(np.subtract(image.getpixel(xy), colour)).max() <= within


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_are_turned_as_the_camera_was_held(orientation):
    """Against Pillow's own function, on all eight."""
    from PIL import ImageOps

    content = file(corner(size=(64, 32)), "JPEG", quality=95, exif=exif(orientation))
    with Image.open(io.BytesIO(content)) as image:
        wanted = ImageOps.exif_transpose(image).convert("RGB")
    photo = Photo(content)
    assert photo.size == photo.image.size == wanted.size
    assert np.abs(np.asarray(photo.image, int) - np.asarray(wanted, int)).max() <= 2


KINDS = {
    "jpeg": lambda: file(corner(), "JPEG", quality=95),
    "progressive": lambda: file(corner(), "JPEG", quality=95, progressive=True),
    "png": lambda: file(corner(), "PNG"),
    "webp": lambda: file(corner(), "WEBP", quality=95),
    "bmp": lambda: file(corner(), "BMP"),
    "tiff": lambda: file(corner(), "TIFF"),
    "gif": lambda: file(corner(), "GIF"),
    "ppm": lambda: file(corner(), "PPM"),
    "palette": lambda: file(corner().convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
    "cmyk": lambda: file(corner().convert("CMYK"), "JPEG", quality=95),
    "cmyk tiff": lambda: file(corner().convert("CMYK"), "TIFF"),
    "animated": lambda: file(corner(), "GIF", save_all=True, append_images=[corner(BLUE, RED)]),
    "animated webp": lambda: file(
        corner(), "WEBP", save_all=True, append_images=[corner(BLUE, RED)], lossless=True
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_files(kind):
    photo = Photo(KINDS[kind]())
    assert photo.size == (60, 40)
    assert photo.image.mode == "RGB"
    within = 40 if "webp" in kind else 8
    assert close(photo.image, (10, 20), RED, within)
    assert close(photo.image, (50, 20), BLUE, within)


def test_what_is_transparent_lies_on_white():
    image = corner().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size).point(lambda v: 255 * (v > 127)))
    for kind in ("PNG", "WEBP", "GIF"):
        photo = Photo(file(image, kind, **({"lossless": True} if kind == "WEBP" else {})))
        assert close(photo.image, (10, 5), (255, 255, 255))
        assert close(photo.image, (10, 35), RED)
    grey = Image.new("LA", (40, 40), (80, 128))
    assert close(Photo(file(grey, "PNG")).image, (5, 5), (167, 167, 167))
    keyed = file(corner(), "PNG", transparency=RED)
    assert close(Photo(keyed).image, (10, 20), (255, 255, 255))


def test_grey_with_8_and_16_bits_and_without_bounds():
    ramp = np.tile(np.linspace(0, 1, 64), (32, 1))
    for made, kind in (
        (Image.fromarray((255 * ramp).astype(np.uint8)), "PNG"),
        (Image.fromarray((65_535 * ramp).astype(np.uint16)), "PNG"),
        (Image.fromarray((65_535 * ramp).astype(np.uint16)), "TIFF"),
        (Image.fromarray((5 * ramp - 2).astype(np.float32)), "TIFF"),
    ):
        found = np.asarray(Photo(file(made, kind)).image)
        assert found.shape == (32, 64, 3)
        assert np.abs(found[5, :, 1] / 255 - ramp[0]).max() < 0.01
    bits = Image.fromarray(ramp > 0.5)
    assert np.asarray(Photo(file(bits, "PNG")).image)[3, [0, 63], 0].tolist() == [0, 255]


def test_large_and_very_wide_photos_become_small():
    wide = Photo(file(corner(size=(9_000, 20)), "PNG"))
    assert wide.size == (9_000, 20)
    assert wide.image.size == (KEPT, 2)
    large = Photo(jpeg(corner(size=(3_000, 4_000))))
    assert large.size == (3_000, 4_000)
    assert large.image.size == (KEPT * 3 // 4, KEPT)
    assert close(large.image, (100, 500), RED)
    for mode in ("RGBA", "P", "1"):
        assert max(Photo(corner(size=(5_000, 600)).convert(mode)).image.size) == KEPT


def chunk(name, content):
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def bomb(width, height):
    """A PNG that says it is large, and has hardly anything in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(1_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


WHOLE_JPEG = jpeg(picture(RED))
REFUSED = {
    "nothing": (b"", "empty"),
    "no bytes": (None, "no photo yet"),
    "a number": (7, "no photo yet"),
    "text": (b"hello, I am a photo", "no photo that can be read"),
    "html": (b"<html><svg></svg></html>", "no photo that can be read"),
    "svg": (b'\xef\xbb\xbf<?xml version="1.0"?>\n<svg xmlns="x"/>', "SVG drawing"),
    "plain svg": (b"  <SVG width='3'/>", "SVG drawing"),
    "heic": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC"),
    "pdf": (b"%PDF-1.7\n", "no photo that can be read"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 50 50\n", "no photo that"),
    "cut off": (WHOLE_JPEG[: len(WHOLE_JPEG) // 2], "damaged or cut off"),
    "cut off png": (file(picture(RED), "PNG")[:3_000], "damaged or cut off"),
    "a header only": (WHOLE_JPEG[:20], "no photo that can be read|damaged or cut off"),
    "one pixel": (file(Image.new("RGB", (1, 1)), "PNG"), "1 x 1 pixels; at least 16 x 16"),
    "a line": (file(Image.new("RGB", (900, 3)), "PNG"), "at least 16"),
    "70 megapixels": (bomb(10_000, 7_000), r"10,000 x 7,000 pixels; up to 64,000,000"),
    "120 megapixels": (bomb(12_000, 10_000), "pixels"),
    "4 gigapixels": (bomb(65_000, 65_000), "too many pixels"),
    "small and empty": (bomb(100, 100), "damaged or cut off"),
    "large": (b"\xff\xd8" + bytes(MOST_BYTES), "50.0 MB; photos of up to 50 MB"),
    "no such file": ("/nowhere/photo.jpg", "no such file"),
    "a folder": ("/", "no such file"),
    "a name with NUL": ("a\0b", "cannot be opened|no such file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_photo_is_refused_in_a_sentence(case):
    content, sentence = REFUSED[case]
    with warnings.catch_warnings():
        if case == "120 megapixels":
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # and it is our refusal
        with pytest.raises(PhotoError, match=sentence) as refused:
            Photo(content)
    said = str(refused.value)
    assert said.endswith(".")
    assert len(said) < 250
    assert "\n" not in said
    Photo(WHOLE_JPEG)  # the next visitor's


def test_damage_anywhere_is_a_sentence_or_a_photo():
    """Bytes changed at random: a decoder may raise anything."""
    random = np.random.default_rng(3)
    kept = [file(corner(), kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP")]
    seen = set()
    for n in range(180):
        content = bytearray(kept[n % len(kept)])
        for place in random.integers(0, len(content), 1 + n % 7):
            content[place] = random.integers(256)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks about such files
            seen.add(outcome(content))
    assert seen == {"a photo", "a sentence"}


def outcome(content):
    """What becomes of a file; any other error is not caught."""
    try:
        photo = Photo(content)
    except PhotoError as error:
        return "a sentence" if str(error).endswith(".") else str(error)
    return "a photo" if max(photo.image.size) <= KEPT else photo.image.size


MEMORY = """
import resource, sys
from lstm_core.captioning.photos import Photo
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
Photo(sys.argv[1])
for path in sys.argv[2:]:
    before = peak()
    photo = Photo(path)
    print(peak() - before, *photo.size)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
def test_memory_is_bounded_for_50_megapixels(tmp_path):
    """A JPEG is decoded small; of a PNG the pixels are decoded once, 4 bytes each, and no more."""
    (tmp_path / "small.jpg").write_bytes(WHOLE_JPEG)
    image = Image.new("RGB", (8_000, 6_250), RED)
    image.save(tmp_path / "a.jpg", quality=50)
    image.convert("RGBA").save(tmp_path / "b.png", compress_level=1)
    names = [tmp_path / name for name in ("small.jpg", "a.jpg", "b.png")]
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, *map(str, names)], capture_output=True, text=True, check=True
    )
    rows = [list(map(int, line.split())) for line in done.stdout.splitlines()]
    assert [row[1:] for row in rows] == [[8_000, 6_250]] * 2
    assert rows[0][0] < 60
    assert rows[1][0] < 50 * 4 + 80


def test_pixels_are_what_the_weights_were_trained_on():
    image = corner(size=(224, 224))
    found = pixels([image, image])
    assert found.shape == (2, 3, 224, 224)
    expected = (np.array(RED) / 255 - MEAN) / DEVIATION
    np.testing.assert_allclose(found[1, :, 7, 3], expected, rtol=1e-5)
    assert part(image).tobytes() == image.tobytes()  # the photos of the data set stay as they are


def test_a_part_of_a_photo():
    image = corner(size=(300, 100))
    assert close(part(image), (20, 100), RED)
    assert close(part(image), (200, 100), BLUE)
    right = part(image, Box.of([0.6, 0.2, 1, 0.9]))
    assert right.size == (224, 224)
    assert close(right, (3, 100), BLUE)
    flat = Photo(file(corner(size=(3_000, 20)), "PNG")).image
    assert part(flat, (0.0, 0.0, 0.02, 0.02)).size == (224, 224)


@pytest.mark.parametrize(
    "edges",
    [None, "0 0 1 1", [0, 0, 1], [0, 0, 1, float("nan")], [0, 0, 1, 2], [-0.1, 0, 1, 1],
     [0, 0, True, 1], [0.5, 0, 0.51, 1], [0, "a", 1, 1], [0, 0, 10**400, 1], [[0], 0, 1, 1]],
)  # fmt: skip
def test_what_is_no_box(edges):
    with pytest.raises(ValueError, match=r"must be|too small"):
        Box.of(edges)


def test_a_box_may_be_drawn_from_any_corner():
    assert Box.of([0.9, 0.8, 0.1, 0.2]) == Box.of(np.array([0.1, 0.2, 0.9, 0.8]))
    assert Box.of((0, 0, 1, 1)) == (0.0, 0.0, 1.0, 1.0)
