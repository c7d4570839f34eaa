"""Operations on the memory of a network, and the step that carries them out.

Steps are counted from 0, the reading of the chosen character; layers and cells from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from lstm_core.checks import number
from lstm_core.lstm import LSTM, LSTMLayer, LSTMState
from lstm_core.memory.cells import column
from lstm_core.text.sampler import MAX_LENGTH

MAX_VALUE = 100
"""Farther from zero no cell can be put; tanh(c) is 1 or -1 long before."""

MAX_LAYERS, MAX_CELLS = 100, 100_000


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What is done to the memory at some steps. Each hook may change the (B, H) tensor it is given.

    Args:
        start: the first step at which it is done, 0 to 5,000.
        steps: at how many steps it is done, from 1 on; None: at all that follow.

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """

    start: int = 0
    steps: int | None = None

    def __post_init__(self) -> None:
        self._check("start", 0, MAX_LENGTH, int)
        self._check("steps", 1, MAX_LENGTH + 1, int, optional=True)

    def before(self, layer: int, n: int, c: Tensor) -> None:
        """Change the cells c of a layer before step n."""

    def forget(self, layer: int, n: int, f: Tensor) -> None:
        """Change the forget gates f of a layer at step n."""

    def after(self, layer: int, n: int, c: Tensor) -> None:
        """Change the cells c of a layer after eq. 9 of step n, before they are read."""

    def check_model(self, layers: int, hidden_size: int) -> None:
        """Refuse an operation on cells that a model has not.

        Raises:
            ValueError: a sentence.
        """

    def _at(self, n: int) -> bool:
        return self.start <= n and (self.steps is None or n < self.start + self.steps)

    def _check(
        self, name: str, low: float, high: float, kind: type, optional: bool = False
    ) -> None:
        value = getattr(self, name)
        if value is not None or not optional:
            object.__setattr__(self, name, number(name, value, low, high, kind))


@dataclass(frozen=True, kw_only=True)
class Clamp(Operation):
    """Put a cell to a value of c, and hold it there.

    Args:
        layer, cell: which one.
        value: of c, -100 to 100.
    """

    layer: int
    cell: int
    value: float

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check("layer", 1, MAX_LAYERS, int)
        self._check("cell", 1, MAX_CELLS, int)
        self._check("value", -MAX_VALUE, MAX_VALUE, float)

    def after(self, layer: int, n: int, c: Tensor) -> None:
        if layer == self.layer and self._at(n):
            c[:, self.cell - 1] = self.value

    def check_model(self, layers: int, hidden_size: int) -> None:
        column(self.layer, self.cell, layers, hidden_size)


@dataclass(frozen=True, kw_only=True)
class Erase(Operation):
    """Erase the memory: before the step `start`, all cells are set to zero.

    What the layers last said, h, stays.

    Args:
        layer: only this one; None: all.
        steps: 1 if left out: erased once.
    """

    steps: int | None = 1
    layer: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check("layer", 1, MAX_LAYERS, int, optional=True)

    def before(self, layer: int, n: int, c: Tensor) -> None:
        if self.layer in (None, layer) and self._at(n):
            c.zero_()

    def check_model(self, layers: int, hidden_size: int) -> None:
        column(self.layer or 1, 1, layers, hidden_size)


@dataclass(frozen=True, kw_only=True)
class HoldForget(Operation):
    """Hold a forget gate open (1: everything is kept), shut (0: nothing is), or in between.

    Args:
        layer: whose gates.
        cell: only the gate of this one; None: of all cells of the layer.
        value: of f, 0 to 1.
    """

    layer: int
    cell: int | None = None
    value: float

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check("layer", 1, MAX_LAYERS, int)
        self._check("cell", 1, MAX_CELLS, int, optional=True)
        self._check("value", 0, 1, float)

    def forget(self, layer: int, n: int, f: Tensor) -> None:
        if layer == self.layer and self._at(n):
            f[:, slice(None) if self.cell is None else self.cell - 1] = self.value

    def check_model(self, layers: int, hidden_size: int) -> None:
        column(self.layer, self.cell or 1, layers, hidden_size)


@torch.inference_mode()
def operated_step(
    lstm: LSTM, x: Tensor, state: LSTMState, operations: Sequence[Operation], n: int
) -> tuple[Tensor, LSTMState]:
    """`LSTM.step`, with operations.

    Args:
        x: (B, I) input of step n.
        state: the state after the step before, each (L, B, H); is not changed.
        operations: done in their order.
        n: number of the step.

    Returns:
        (B, H) output of the top layer, and the new state.
    """
    hs, cs = [], []
    for k, layer in enumerate(cast("Iterable[LSTMLayer]", lstm.layers)):
        h, c = state.h[k], state.c[k].clone()
        i, f, g, o = layer.gates(x, h)  # each (B, H)
        for operation in operations:
            operation.before(k + 1, n, c)
            operation.forget(k + 1, n, f)
        c = f * c + i * g  # eq. 9
        for operation in operations:
            operation.after(k + 1, n, c)
        x = o * c.tanh()  # eq. 11
        hs.append(x)
        cs.append(c)
    return x, LSTMState(torch.stack(hs), torch.stack(cs))
