"""tanh(c) of every cell over a text of any length, in one byte a value.

tanh(c) is what a cell can say: the output gate lets through some part of it (h = o tanh(c); Graves
2013, eq. 11). It lies between -1 and 1, so that 127 tanh(c), rounded, keeps it to two decimals.

N characters, L layers, H cells a layer. The columns of a matrix of cells are those of the first
layer, then those of the second, and so on. Layers and cells are counted from 1.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from lstm_core.lstm import LSTMState
from lstm_core.stepper import stepper
from lstm_core.text.model import TextModel

SCALE = 127
"""What tanh(c) is multiplied with before it is rounded."""


def quantise(c: Tensor) -> np.ndarray:
    """127 tanh(c), rounded: int8 in the shape of the cell states c."""
    return (c.tanh() * SCALE).round().to(torch.int8).numpy(force=True)


def column(layer: int, cell: int, layers: int, hidden_size: int) -> int:
    """The column of a cell.

    Args:
        layer, cell: counted from 1.
        layers, hidden_size: L and H of the model.

    Raises:
        ValueError: a sentence, if the model has no such cell.
    """
    if not 1 <= layer <= layers:
        raise ValueError(f"The layer must be a whole number from 1 to {layers}.")
    if not 1 <= cell <= hidden_size:
        raise ValueError(f"The cell must be a whole number from 1 to {hidden_size:,}.")
    return (layer - 1) * hidden_size + cell - 1


def place(column: int, hidden_size: int) -> tuple[int, int]:
    """Layer and cell of a column, counted from 1."""
    layer, cell = divmod(column, hidden_size)
    return layer + 1, cell + 1


@torch.inference_mode()
def read_cells(
    model: TextModel, ids: np.ndarray, *, lanes: int = 64, warm_up: int = 500
) -> np.ndarray:
    """The cells after each character of a long text.

    Pieces of the text are read side by side. One lane reads the text from its first character to
    its last without a break; more are faster and, as each piece begins with `warm_up` characters of
    the text before it (read, not kept), hardly different. They go on from the state after the first
    `warm_up` characters of the text: thrown into the middle of a text from zeros, some networks do
    not find their way for a thousand characters. From four lanes on the weights are in bfloat16
    where the processor has it (`lstm_core.stepper`).

    Args:
        model: in evaluation mode, on the processor.
        ids: (N,) the text as numbers, N at least 1.

    Returns:
        (N, L * H) int8.
    """
    n, config = len(ids), model.config
    size = math.ceil(n / lanes)
    starts = np.arange(0, n, size)  # (B,)
    begins, ends = np.maximum(starts - warm_up, 0), np.minimum(starts + size, n)
    state = model.lstm.initial_state(len(starts))
    if warm_up and begins.any():
        _, after = model(torch.from_numpy(ids[None, :warm_up]))
        late = torch.from_numpy(begins > 0)[:, None]  # (B, 1)
        state = LSTMState(
            torch.where(late, after.h, state.h), torch.where(late, after.c, state.c)
        )  # each (L, B, H)
    step = stepper(model.lstm, model.embedding.weight, len(starts))
    kept = np.empty((n, config.num_layers * config.hidden_size), dtype=np.int8)
    for t in range((ends - begins).max()):
        places = begins + t
        _, state = step(ids[np.minimum(places, n - 1)], state)
        rows = np.flatnonzero((places >= starts) & (places < ends))
        if rows.size:
            cells = quantise(state.c[:, torch.from_numpy(rows)])  # (L, rows, H)
            kept[places[rows]] = cells.transpose(1, 0, 2).reshape(rows.size, -1)
    return kept
