"""What the lower part of the encoder makes of the training photos, computed once and kept.

The lower part never changes (`encoder.py`), so each photo has to go through it only once for each
way in which it will be seen; that leaves three tenths of the network's work for the training. A
photo comes in `VARIANTS`: as it is, flipped, and as parts of it with other colours. They are kept
in half precision, 38 KB each.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageOps
from rich.progress import track
from torch import Tensor

from lstm_core.captioning.encoder import CLASSES, LOWER, Classifier, Encoder
from lstm_core.captioning.photos import WHOLE, part, pixels
from lstm_core.hardware import has_fast_bfloat16

FLIPPED = (False, True, False, True, False, True)
"""Which of the variants of a photo are flipped; the first two show all of it as it is."""

VARIANTS = len(FLIPPED)
LEAST_SHOWN = 0.75
"""Of the width and the height: what of a photo a part of it shows at least. Much less, and the
captions speak of what is not to be seen."""

BRIGHTNESS = 0.15
"""By how much light, contrast and colours are made more or less at most. Captions name colours:
none is turned into another."""

BATCH = 32


def variant(picture: Image.Image, number: int, random: np.random.Generator) -> Image.Image:
    """A photo as it is seen in one of its variants, (224, 224)."""
    if number >= 2:
        width, height = random.uniform(LEAST_SHOWN, 1, 2)
        left, top = random.uniform(0, (1 - width, 1 - height))
        picture = part(picture, (left, top, left + width, top + height))
        for kind in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            picture = kind(picture).enhance(random.uniform(1 - BRIGHTNESS, 1 + BRIGHTNESS))
    else:
        picture = part(picture, WHOLE)
    return ImageOps.mirror(picture) if FLIPPED[number] else picture


class Features:
    """What the lower part of the encoder made of photos.

    Args:
        cells: (variants, N, 96, 14, 14) float16. classes: (variants, N, 1000) float16
            log-probabilities, by the classifier, before any training.
    """

    def __init__(self, cells: np.ndarray, classes: np.ndarray) -> None:
        self.cells, self.classes = cells, classes

    @property
    def variants(self) -> int:
        """How many there are of each photo."""
        return len(self.cells)

    def __len__(self) -> int:
        return self.cells.shape[1]

    def rows(self, photos: np.ndarray, variants: np.ndarray | int = 0) -> tuple[Tensor, Tensor]:
        """(B, 96, 14, 14) cells and (B, 1000) classes of some photos in some variants."""
        cells, classes = self.cells[variants, photos], self.classes[variants, photos]
        return torch.from_numpy(cells).float(), torch.from_numpy(classes).float()

    def batches(self, size: int) -> Iterator[Tensor]:
        """The cells of all photos as they are, in their order, so many at a time."""
        for begin in range(0, len(self), size):
            yield self.rows(np.arange(begin, min(begin + size, len(self))))[0]


def features(
    path: Path,
    names: Sequence[str],
    photos: Iterator[tuple[str, Image.Image]],
    encoder: Encoder,
    classifier: Classifier,
    *,
    variants: int,
    seed: int,
    device: torch.device,
) -> Features:
    """What the lower part makes of photos, from the file if it is there, else into it.

    Args:
        path: of the file; the same name with a .classes is a second one.
        names: of the photos wanted, in the order wanted.
        photos: names and pictures in any order, these or more.
        encoder, classifier: with the weights that a training starts from.
        variants: how many, of `VARIANTS`.
        seed: of parts and colours; what comes of a photo depends on it and on its name.
        device: to compute on.

    Raises:
        ValueError: if a photo is missing.
    """
    beside = path.with_suffix(".classes.npy")
    shapes = (variants, len(names), *LOWER), (variants, len(names), CLASSES)
    if path.exists() and beside.exists():
        found = [np.load(file, mmap_mode="r") for file in (path, beside)]
        if tuple(array.shape for array in found) == shapes:
            return Features(*found)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp"), beside.with_suffix(".tmp")
    cells, classes = (
        np.lib.format.open_memmap(file, mode="w+", dtype=np.float16, shape=shape)
        for file, shape in zip(temporary, shapes, strict=True)
    )
    places = {name: n for n, name in enumerate(names)}
    encoder, classifier = encoder.to(device).eval(), classifier.to(device)
    missing = set(names)
    waiting: list[tuple[int, int, Image.Image]] = []

    def compute() -> None:
        fast = has_fast_bfloat16(device)
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=fast):
            lower = encoder.lower(pixels(picture for _, _, picture in waiting).to(device))
            logits = classifier(encoder.upper(lower).float())
        said = logits.float().log_softmax(-1)
        for (n, k, _), row, kinds in zip(waiting, lower, said, strict=True):
            cells[k, n], classes[k, n] = row.half().cpu().numpy(), kinds.half().cpu().numpy()
        waiting.clear()

    for name, picture in track(photos, f"{path.stem} photos", total=len(names)):
        if name not in missing:
            continue
        missing.discard(name)
        digest = hashlib.sha256(name.encode()).digest()
        random = np.random.default_rng((seed, int.from_bytes(digest[:8], "little")))
        for k in range(variants):
            waiting.append((places[name], k, variant(picture, k, random)))
            if len(waiting) == BATCH:
                compute()
    if missing:
        raise ValueError(f"{len(missing)} photos are missing, such as {min(missing)}.")
    if waiting:
        compute()
    for array, file, target in zip((cells, classes), temporary, (path, beside), strict=True):
        array.flush()
        os.replace(file, target)
    return Features(cells, classes)
