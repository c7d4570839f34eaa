"""What the memory cells did: gates, cells and outputs, for each step and layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

QUANTITIES = ("i", "f", "g", "o", "c", "h")


@dataclass(frozen=True)
class LayerTrace:
    """The run of one layer of H cells over T steps; every tensor is (B, T, H).

    The names are those of the equations in `lstm_core.lstm`.
    """

    i: Tensor  # input gate, 0 to 1
    f: Tensor  # forget gate, 0 to 1
    g: Tensor  # candidate, -1 to 1
    o: Tensor  # output gate, 0 to 1
    c: Tensor  # cell state, unbounded
    h: Tensor  # output, -1 to 1

    def __post_init__(self) -> None:
        shapes = {tuple(getattr(self, field.name).shape) for field in fields(self)}
        if len(shapes) != 1:
            raise ValueError(f"a layer's trace needs six tensors of one shape, got {shapes}")


class Trace:
    """The run of a whole stack: one `LayerTrace` a layer, bottom first."""

    def __init__(self, layers: Sequence[LayerTrace]) -> None:
        self.layers = list(layers)

    def __len__(self) -> int:
        return self.layers[0].h.shape[1]

    @staticmethod
    def join(traces: Sequence[Trace]) -> Trace:
        """Traces of consecutive steps of one run, as one trace.

        Raises:
            ValueError: if there is nothing to join.
        """
        if not traces:
            raise ValueError("no trace to join")
        return Trace(
            [
                LayerTrace(
                    **{q: torch.cat([getattr(p, q) for p in parts], dim=1) for q in QUANTITIES}
                )
                for parts in zip(*(trace.layers for trace in traces), strict=True)
            ]
        )

    def arrays(self, batch: int = 0, *, half: bool = False) -> dict[str, np.ndarray]:
        """One sequence of the batch as named arrays, ready for `numpy.savez`.

        Args:
            batch: which sequence.
            half: in half precision, as the weights of a checkpoint: half the memory.

        Returns:
            ``{"layer1.i": (T, H) float32, ..., "layerL.h": ...}``; layer 1 is the bottom.
        """
        dtype = torch.float16 if half else torch.float32
        return {
            f"layer{n}.{q}": getattr(layer, q)[batch].to(dtype).numpy(force=True)
            for n, layer in enumerate(self.layers, start=1)
            for q in QUANTITIES
        }
