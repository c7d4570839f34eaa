"""Sentences as people type them in haste: without the stop at the end, or all in small letters.

Those to learn from are written with care. So that the network takes neither for a fault, some pairs
are changed, both sides alike.
"""

from __future__ import annotations

import re

import numpy as np

STOP = re.compile(r"\s?[.!?]$")


def hasty(en: str, fr: str, random: np.random.Generator) -> tuple[str, str]:
    """A pair without its last stop, or in small letters, or both; an ellipsis stays."""
    unstopped, small = ((True, False), (False, True), (True, True))[random.integers(3)]
    if unstopped and not en.endswith("..") and not fr.endswith(".."):
        en, fr = STOP.sub("", en), STOP.sub("", fr)
    return (en.lower(), fr.lower()) if small else (en, fr)
