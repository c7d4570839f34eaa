"""The archives of Flickr8k, as its owners hand them out, made into a few small files."""

from __future__ import annotations

import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from PIL import Image

from lstm_core.captioning.photos import Photo, PhotoError, part
from lstm_core.data import DataError

PHOTOS, TEXT = "Flickr8k_Dataset.zip", "Flickr8k_text.zip"
NEEDED = (PHOTOS, TEXT)

TOKENS = "Flickr8k.token.txt"
SPLITS = {
    "train": "Flickr_8k.trainImages.txt", "val": "Flickr_8k.devImages.txt",
    "test": "Flickr_8k.testImages.txt",
}  # fmt: skip

SAID = re.compile(r"(?P<image>[^\t]+)#(?P<index>\d+)\t(?P<caption>.*)")

PER_ARCHIVE = 2_000
"""Photos of an archive that is written."""

QUALITY = 84


def make(source: Path, target: Path) -> None:
    """Write captions.tsv, splits.json and images/*.tar.

    Photos become squares of 224 x 224 pixels, all of each and nothing cut off.

    Args:
        source: folder with the files of `NEEDED`.
        target: folder to write into.

    Raises:
        DataError: if a file is missing, or holds something else than it should.
    """
    if missing := [name for name in NEEDED if not (source / name).is_file()]:
        raise DataError(f"{source} lacks {', '.join(missing)}.")
    try:
        with zipfile.ZipFile(source / TEXT) as text, zipfile.ZipFile(source / PHOTOS) as photos:
            splits = {name: sorted(listed(text, file)) for name, file in SPLITS.items()}
            wanted = {name for names in splits.values() for name in names}
            rows = [row for row in captions(text) if row[0] in wanted]
            for split, names in splits.items():
                write_photos(photos, split, names, target / "images")
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError, PhotoError, KeyError) as error:
        raise DataError(f"The archives in {source} cannot be read ({error}).") from None
    if silent := sorted(wanted - {row[0] for row in rows}):
        raise DataError(f"{TEXT} has no caption for {len(silent)} photos, such as {silent[0]}.")
    table = "".join("\t".join(row) + "\n" for row in [("image", "index", "caption"), *rows])
    (target / "captions.tsv").write_text(table, encoding="utf-8", newline="")
    (target / "splits.json").write_text(json.dumps(splits), encoding="utf-8")


def content(archive: zipfile.ZipFile, name: str) -> str:
    """A text of the archive, wherever in it."""
    return archive.read(place(archive)[name]).decode("utf-8")


def place(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where each file lies, by its name; what macOS puts beside them is left out."""
    return {
        PurePosixPath(name).name: name
        for name in archive.namelist()
        if not name.startswith("__MACOSX/")
    }


def listed(archive: zipfile.ZipFile, name: str) -> list[str]:
    """The photos that a list names."""
    return [line.strip() for line in content(archive, name).splitlines() if line.strip()]


def captions(archive: zipfile.ZipFile) -> Iterator[tuple[str, str, str]]:
    """Photo, number and caption, in the order of the archive."""
    for line in content(archive, TOKENS).splitlines():
        if found := SAID.fullmatch(line):
            caption = " ".join(found["caption"].split())
            yield found["image"], found["index"], caption


def write_photos(archive: zipfile.ZipFile, split: str, names: Sequence[str], folder: Path) -> None:
    """The photos of a part, squeezed, in archives of `PER_ARCHIVE`."""
    places = place(archive)
    folder.mkdir(parents=True, exist_ok=True)
    for number, begin in enumerate(range(0, len(names), PER_ARCHIVE)):
        with tarfile.open(
            folder / f"{split}-{number:02}.tar", "w:", format=tarfile.USTAR_FORMAT
        ) as tar:
            for name in names[begin : begin + PER_ARCHIVE]:
                squeezed = jpeg(part(Photo(archive.read(places[name])).image))
                member = tarfile.TarInfo(name)
                member.size = len(squeezed)
                tar.addfile(member, io.BytesIO(squeezed))


def jpeg(picture: Image.Image) -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY, subsampling="4:2:0", progressive=True)
    return file.getvalue()
