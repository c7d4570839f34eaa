"""A run of memory cells, small enough to keep and to send: what is shown is picked and quantised.

B, T, L, H: batch, steps, layers, cells of a layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from demos.widgets import packed
from lstm_core.trace import QUANTITIES, Trace

BLOCK = 64
"""Steps of the grid in one message: 64 KB for 1,024 cells."""

MOST_STEPS, MOST_CELLS = 20_000, 4_096
GATES = ("i", "f", "o")

README = """The run of an LSTM, T steps: what its memory cells did.
labels: (T,) the steps.
layer1.i, layer1.f, layer1.g, layer1.o, layer1.c, layer1.h, layer2.i, ...: (T, H) float16, for each
layer of H cells, layer 1 at the bottom: input gate, forget gate, candidate, output gate, cell
state after the step, output. c = f * (c of the step before) + i * g; h = o * tanh(c)
(Gers, Schmidhuber & Cummins 2000)."""


@dataclass(frozen=True)
class Frames:
    """A run of T steps and what its cells did, in half precision; made by `Frames.of`."""

    labels: tuple[str, ...]  # T of them
    layers: tuple[dict[str, np.ndarray], ...]  # L times i f g o c h, each (T, H) float16
    cells: np.ndarray  # (T, sum of H) int8: 127 tanh(c), the layers side by side

    @staticmethod
    def of(trace: Trace | Mapping[str, Any], labels: Sequence[str], batch: int = 0) -> Frames:
        """The frames of a run.

        Args:
            trace: of the run; or arrays i, f, g, o, c, h of (T, L, H) by these names.
            labels: one a step.
            batch: which sequence of a `Trace`.

        Raises:
            ValueError: if the trace has no steps or too many, shapes that do not fit or values
                that are no finite numbers.
        """
        whole, halves = named_arrays(trace, batch)
        names = [name.split(".")[0] for name in whole if name.endswith(".c")]
        layers = tuple({q: halves[f"{name}.{q}"] for q in QUANTITIES} for name in names)
        shapes = [{np.shape(layer[q]) for q in QUANTITIES} for layer in layers]
        if not layers or any(len(shape) != 1 for shape in shapes):
            raise ValueError(f"every layer needs six arrays of one shape, got {shapes}")
        steps = {min(shape)[0] for shape in shapes}
        cells = sum(min(shape)[1] for shape in shapes)
        if steps != {len(labels)}:
            raise ValueError(f"one label a step: {len(labels)} labels for {sorted(steps)} steps")
        if not 1 <= len(labels) <= MOST_STEPS:
            raise ValueError(f"a run has 1 to {MOST_STEPS:,} steps, got {len(labels):,}")
        if not 1 <= cells <= MOST_CELLS:
            raise ValueError(f"a run has 1 to {MOST_CELLS:,} cells, got {cells:,}")
        if not all(np.isfinite(array).all() for array in halves.values()):
            raise ValueError("the trace has values that are not finite")
        shades = [signed(np.tanh(whole[f"{name}.c"])) for name in names]
        return Frames(tuple(map(str, labels)), layers, np.concatenate(shades, axis=1))

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def sizes(self) -> list[int]:
        """H of each layer."""
        return [layer["c"].shape[1] for layer in self.layers]

    @property
    def nbytes(self) -> int:
        """Memory that the run takes."""
        arrays = [array for layer in self.layers for array in layer.values()]
        return sum(a.nbytes for a in arrays) + self.cells.nbytes + 64 * len(self)

    def liveliest(self) -> tuple[int, int]:
        """Layer and number, from 1, of the cell of the top layer whose tanh(c) changes most."""
        top = self.cells[:, -self.sizes[-1] :]
        return len(self.layers), int(top.std(axis=0, dtype=np.float32).argmax()) + 1

    def series(self, layer: int, cell: int) -> dict[str, Any]:
        """What one cell did over the whole run, for the browser.

        Args:
            layer, cell: from 1.

        Returns:
            for i, f, o (T,) uint8, 255 is 1; for g, h (T,) int8, 127 is 1; for c (T,) int16,
            32767 is `most`, the largest |c| of the run; all packed.
        """
        values = {q: a[:, cell - 1].astype(np.float32) for q, a in self.layers[layer - 1].items()}
        most = float(np.abs(values["c"]).max()) or 1.0
        sent = {q: packed(np.rint(255 * values[q].clip(0, 1)).astype(np.uint8)) for q in GATES}
        sent |= {q: packed(signed(values[q])) for q in ("g", "h")}
        c = packed(np.rint(32767 / most * values["c"]).astype("<i2"))
        return {"layer": layer, "cell": cell, **sent, "c": c, "most": most}

    def block(self, step: int) -> dict[str, Any]:
        """All cells at the steps around one: a block of the grid, for the browser.

        Returns:
            `from`, its first step, a multiple of `BLOCK`; `cells`, (up to BLOCK, sum of H) int8,
            127 is 1, packed.
        """
        start = step - step % BLOCK
        return {"from": start, "cells": packed(self.cells[start : start + BLOCK])}

    def arrays(self) -> dict[str, np.ndarray]:
        """The run as named arrays, as `README`, which is one of them, says."""
        named = {
            f"layer{n}.{q}": layer[q]
            for n, layer in enumerate(self.layers, start=1)
            for q in QUANTITIES
        }
        return {"README": np.array(README), "labels": np.array(self.labels), **named}


def named_arrays(
    trace: Trace | Mapping[str, Any], batch: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The arrays of `Trace.arrays` in float32 and in half precision."""
    if isinstance(trace, Trace):
        return trace.arrays(batch), trace.arrays(batch, half=True)
    if set(trace) != set(QUANTITIES):
        raise ValueError(f"a trace has {', '.join(QUANTITIES)}; got {', '.join(trace)}")
    arrays = {q: np.asarray(trace[q], dtype=np.float32) for q in QUANTITIES}  # (T, L, H)
    if len({array.shape for array in arrays.values()}) != 1 or arrays["c"].ndim != 3:
        raise ValueError("the six arrays of a trace are of one shape, (T, L, H)")
    depth = arrays["c"].shape[1]
    whole = {f"layer{n + 1}.{q}": arrays[q][:, n] for n in range(depth) for q in QUANTITIES}
    with np.errstate(over="ignore"):
        return whole, {name: array.astype(np.float16) for name, array in whole.items()}


def signed(values: np.ndarray) -> np.ndarray:
    """Values from -1 to 1 as int8: 127 is 1. Off by at most 1/254."""
    scaled = values.clip(-1, 1)
    scaled *= 127
    return np.rint(scaled, out=scaled).astype(np.int8)


def columns(cells: int) -> int:
    """Cells in a row of the grid, a power of two, such as 32 for 512: known to whoever makes an
    order, so that neighbours above and below can be alike too."""
    return 1 << ((cells - 1).bit_length() + 1) // 2


def checked_order(order: Sequence[Sequence[int]] | None, sizes: Sequence[int]) -> list[np.ndarray]:
    """The cells of each layer in the order of the grid, from 0.

    Raises:
        ValueError: if it is not a permutation for each layer.
    """
    if order is None:
        return [np.arange(size) for size in sizes]
    given = [np.asarray(layer, dtype=np.int64) for layer in order]
    if [sorted(layer.tolist()) for layer in given] != [list(range(size)) for size in sizes]:
        raise ValueError(f"an order is a permutation for each layer, of {list(sizes)} cells")
    return given
