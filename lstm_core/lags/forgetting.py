"""How long a memory lasts whose forget gate is held at one value.

With nothing written, eq. 9 of Graves (2013), arXiv:1308.0850, is c = f * c at every step: after n
steps f^n of the memory is left. Why a forget gate should begin open: Gers, Schmidhuber & Cummins
(2000), "Learning to Forget"; Jozefowicz, Zaremba & Sutskever (2015).
"""

from __future__ import annotations

import math


def left(forget: float, steps: float) -> float:
    """The share of a memory that is left.

    Args:
        forget: f, the forget gate, from 0 to 1.
        steps: n, from 0.

    Raises:
        ValueError: a sentence, if f or n is out of its range.
    """
    if not steps >= 0:
        raise ValueError("Steps are counted from 0.")
    return check(forget) ** steps


def half_life(forget: float) -> float:
    """Steps after which half of a memory is left: 0 for f = 0, infinite for f = 1.

    Raises:
        ValueError: a sentence, if f is out of its range.
    """
    if check(forget) in (0, 1):
        return 0.0 if forget == 0 else math.inf
    return math.log(0.5) / math.log(forget)


def bias(forget: float) -> float:
    """What the forget gate's bias has to be for a value of the gate, all its weights being 0.

    The inverse of the sigmoid: minus infinity for f = 0, infinity for f = 1.

    Raises:
        ValueError: a sentence, if f is out of its range.
    """
    if check(forget) in (0, 1):
        return -math.inf if forget == 0 else math.inf
    return math.log(forget) - math.log1p(-forget)


def gate(bias: float) -> float:
    """The forget gate that a bias gives: the sigmoid.

    Raises:
        ValueError: a sentence, if the bias is not a number.
    """
    if math.isnan(bias):
        raise ValueError("A bias is a number.")
    return 1 / (1 + math.exp(-bias)) if bias > -700 else 0.0  # where exp would overflow


def check(forget: float) -> float:
    """The gate's value.

    Raises:
        ValueError: a sentence, if it is out of its range.
    """
    if not 0 <= forget <= 1:
        raise ValueError("A forget gate is from 0 to 1.")
    return forget
