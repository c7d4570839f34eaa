"""What is asked of a sampler, checked: a sentence says what is wrong and what is accepted."""

from __future__ import annotations


def number(name: str, value: object, low: float, high: float, kind: type) -> float:
    """A number of a request, checked.

    Args:
        name: of the field, for the sentence.
        value: what was sent: anything.
        low, high: least and greatest accepted.
        kind: `int` or `float`; a float that is whole is accepted as an int.

    Raises:
        ValueError: a sentence that says what is accepted.
    """
    what = "whole number" if kind is int else "number"
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not low <= value <= high  # also catches what is not a number
        or (kind is int and value != int(value))
    ):
        label = name.replace("_", "-")
        raise ValueError(f"The {label} must be a {what} from {low:,} to {high:,}.")
    return kind(value)
