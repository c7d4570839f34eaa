"""What visitors may still ask about, in memory: photos, and captions of them.

A photo that a visitor shows is a private matter: it is never written to a file here, and goes when
others need its place.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import Generic, TypeVar

from lstm_core.captioning.photos import Photo

T = TypeVar("T")

PHOTO_BYTES = 256 * 2**20
"""Of memory for all photos together: 100 of the largest that are kept, which have 3 MB."""


class Kept(Generic[T]):
    """Values by names that cannot be guessed; the one that was asked for longest ago goes first.

    Args:
        limit: of the sizes of all values together; those kept for ever do not count.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._values: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._for_ever: dict[str, T] = {}
        self._size = 0

    def keep(self, value: T, size: int = 1) -> str:
        """Keep a value of some size; its name.

        Raises:
            ValueError: if it is larger than the limit by itself.
        """
        if size > self.limit:
            raise ValueError(f"a value of the size {size:,} is too large to be kept")
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._values[name] = value, size
            self._size += size
            while self._size > self.limit:
                self._size -= self._values.popitem(last=False)[1][1]
        return name

    def keep_for_ever(self, value: T) -> str:
        """Keep what every visitor may see; its name."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._for_ever[name] = value
        return name

    def find(self, name: object) -> T | None:
        """The value of that name, if it is still kept."""
        if not isinstance(name, str):
            return None
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
                return self._values[name][0]
            return self._for_ever.get(name)


PHOTOS: Kept[Photo] = Kept(PHOTO_BYTES)


def keep_photo(photo: Photo) -> str:
    """Keep a visitor's photo; its name."""
    width, height = photo.image.size
    return PHOTOS.keep(photo, 3 * width * height)
