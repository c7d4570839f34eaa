"""The runs that visitors may still ask about: as many as fit into a fixed share of memory.

A browser is sent a small part of a run and asks for the rest. What it asks about lies here and not
in a `gr.State`: that one is kept for every visitor until an hour after the page was closed, however
many there are, and is out of reach of a component's own server functions.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from demos.widgets.panel.frames import Frames

KEPT_BYTES = 512 * 2**20
"""About 40 runs of 1,000 steps and 1,024 cells, or 7 of 5,000 steps."""


@dataclass(frozen=True)
class Shown:
    """A run as it is shown."""

    frames: Frames
    order: list[np.ndarray]  # for each layer its cells, from 0, in the order of the grid
    name: str  # of its files
    breaks: frozenset[int] = field(default_factory=frozenset)  # steps that begin a line
    chips: bool = False  # labels stand apart, and are no running text


class Store:
    """Runs by names that cannot be guessed; the one that was asked about longest ago goes first.

    Args:
        limit: of the memory of all runs together, in bytes; those kept for ever do not count.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._runs: OrderedDict[str, Shown] = OrderedDict()
        self._for_ever: dict[str, Shown] = {}
        self._bytes = 0

    def keep(self, shown: Shown, for_ever: bool = False) -> str:
        """Keep a run; its name.

        Args:
            shown: the run.
            for_ever: what every visitor sees when the page opens is never let go.

        Raises:
            ValueError: if the run alone is larger than the limit.
        """
        size = shown.frames.nbytes
        name = secrets.token_urlsafe(16)
        with self._lock:
            if for_ever:
                self._for_ever[name] = shown
                return name
            if size > self.limit:
                raise ValueError(f"a run of {size:,} bytes is too large to be kept")
            self._runs[name] = shown
            self._bytes += size
            while self._bytes > self.limit:
                self._bytes -= self._runs.popitem(last=False)[1].frames.nbytes
        return name

    def find(self, name: str) -> Shown | None:
        """The run of that name, if it is still kept."""
        with self._lock:
            if name in self._runs:
                self._runs.move_to_end(name)
            return self._runs.get(name) or self._for_ever.get(name)


RUNS = Store(KEPT_BYTES)
