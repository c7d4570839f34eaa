"""Gates in bulk: how often each of them is as good as shut, and as good as open.

Karpathy, Johnson & Li (2015), "Visualizing and Understanding Recurrent Networks", arXiv:1506.02078,
section 4.2: a gate is left-saturated where it is below 0.1, right-saturated where it is above 0.9.
A cell whose forget gate is often right-saturated remembers; one whose forget gate is often
left-saturated lives in the moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lstm_core.trace import Trace

GATES = ("i", "f", "o")
LEFT, RIGHT = 0.1, 0.9


@dataclass(frozen=True)
class Saturation:
    """Shares of the steps, for each of the H cells of a layer, from 0 to 1."""

    left: np.ndarray  # (H,) float32: the gate is below 0.1
    right: np.ndarray  # (H,) float32: above 0.9


def saturation(trace: Trace) -> list[dict[str, Saturation]]:
    """The saturation of the gates i, f and o of each layer, bottom first.

    Args:
        trace: of any run; all its steps and sequences count.
    """
    return [
        {
            gate: Saturation(
                (values < LEFT).float().mean(dim=(0, 1)).numpy(),
                (values > RIGHT).float().mean(dim=(0, 1)).numpy(),
            )
            for gate in GATES
            for values in [getattr(layer, gate)]  # (B, T, H)
        }
        for layer in trace.layers
    ]
