"""What was found out about the cells of a model, as it lies in the record of its checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def recorded(
    history: Mapping[str, Any], key: str, build: Callable[[Any], T], what: str
) -> T | None:
    """An entry of the record of a checkpoint, if there is one.

    Args:
        history: the record.
        key: of the entry.
        build: makes something of what lies there.
        what: the entry is, for the sentence that says that it cannot be read.

    Raises:
        ValueError: a sentence, if it cannot be read.
    """
    if key not in history:
        return None
    try:
        return build(history[key])
    except (TypeError, ValueError, KeyError):
        raise ValueError(f"{what} of this model cannot be read.") from None
