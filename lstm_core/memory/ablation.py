"""What a cell is worth: the rise of the loss when it is removed.

To remove a cell is to hold its c at 0. Then h = o tanh(c) is 0 as well (Graves 2013, eq. 11), and
as a cell reaches the rest of the network through h alone, that is the same as to blot out the
weights that read its h. So:

- `ablate` is **exact**: it reads the text again without the cell, once for each cell;
- `screen` is an **estimate**, for all cells at the price of three readings: the first-order term of
  the Taylor series of the loss in the factor m of each h, from m = 1 to m = 0,

      L(0) - L(1)  ~  - dL / dm  =  - sum over steps of  h dL / dh

  (Molchanov, Tyree, Karras, Aila & Kautz 2017, arXiv:1611.06440, eq. 6-8, with its sign). It holds
  for cells that matter little, and is off for those that matter most: use it to choose candidates.

The text is read in passages, each from a state of zeros. P passages, T characters, L layers, H
cells a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import functional_call

from lstm_core.lstm import LSTMLayer
from lstm_core.memory.cells import column, place
from lstm_core.text.model import TextModel

PASSAGE = 500  # characters
BATCH = 16  # passages read side by side


@dataclass(frozen=True)
class Ablation:
    """The exact rise of the loss without a cell, in nats a character."""

    layer: int  # counted from 1
    cell: int  # counted from 1
    rise: float  # over all characters
    rise_where: float | None  # over the characters chosen by `where`
    rise_elsewhere: float | None  # over the others


def ablate(
    model: TextModel,
    ids: np.ndarray,
    cells: Sequence[tuple[int, int]],
    where: np.ndarray | None = None,
) -> list[Ablation]:
    """Remove one cell after the other, and measure the loss.

    Args:
        model: in evaluation mode; is not changed.
        ids: (N,) the text as numbers, N at least 2.
        cells: (layer, cell) of those to be removed, counted from 1.
        where: (N,) bool, such as a feature: a prediction is counted there if it is made while this
            is true, that is, true at the character before the one predicted.

    Raises:
        ValueError: a sentence, if the model has no such cell or the text is too short.
    """
    config = model.config
    for layer, cell in cells:
        column(layer, cell, config.num_layers, config.hidden_size)
    x = passages(ids)
    chosen = None if where is None else passages(where)[:, :-1].numpy()
    whole = nats(model, x)
    found = []
    for layer, cell in cells:
        rises = nats(model, x, without(model, layer, cell)) - whole  # (P, T - 1)
        found.append(
            Ablation(layer, cell, mean(rises), *(
                (None, None) if chosen is None else (mean(rises[chosen]), mean(rises[~chosen]))
            ))
        )  # fmt: skip
    return found


def screen(model: TextModel, ids: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
    """A first-order estimate of the rise for all cells: (L, H) float64, in nats a character.

    Args:
        model, ids: as for `ablate`.
        where: (N,) bool: of the loss of these predictions alone; as for `ablate`.

    Raises:
        ValueError: a sentence, if the text is too short or nothing is chosen in it.
    """
    x = passages(ids)
    chosen = torch.ones_like(x, dtype=torch.bool) if where is None else passages(where)
    chosen = chosen[:, :-1]  # (P, T - 1)
    if not chosen.any():
        raise ValueError("There is no character in this text to measure the loss on.")
    config = model.config
    total = np.zeros((config.num_layers, config.hidden_size))
    with torch.inference_mode(False), torch.enable_grad():
        weights = {name: w.detach().clone() for name, w in model.named_parameters()}
        for name in readers(model):
            weights[name].requires_grad_()
        for start in range(0, len(x), BATCH):
            rows = slice(start, start + BATCH)
            logits, _ = functional_call(model, weights, (x[rows, :-1],))
            losses = F.cross_entropy(logits.flatten(0, 1), x[rows, 1:].flatten(), reduction="none")
            loss = losses[chosen[rows].flatten()].sum()
            gradients = torch.autograd.grad(loss, [weights[name] for name in readers(model)])
            of = dict(zip(readers(model), gradients, strict=True))
            for layer in range(config.num_layers):
                for name, first in reading(model, layer + 1):
                    columns = slice(first, first + config.hidden_size)
                    # A factor m of h is a factor m of the columns that read it.
                    slope = (weights[name].detach() * of[name])[:, columns].sum(dim=0)
                    total[layer] -= slope.double().numpy()
    return total / int(chosen.sum())


def worst(
    model: TextModel, ids: np.ndarray, where: np.ndarray | None = None, *, candidates: int = 20
) -> list[Ablation]:
    """The cells whose removal hurts most: chosen by estimate, measured exactly, worst first.

    Args:
        model, ids, where: as for `ablate`; with `where`, what hurts most there.
        candidates: cells with the greatest estimates, which are measured.
    """
    estimates = screen(model, ids, where).ravel()
    columns = np.argsort(-estimates, kind="stable")[:candidates]
    cells = [place(int(n), model.config.hidden_size) for n in columns]
    found = ablate(model, ids, cells, where)
    return sorted(found, key=lambda a: -(a.rise if a.rise_where is None else a.rise_where))


def reading(model: TextModel, layer: int) -> list[tuple[str, int]]:
    """The weights that read the h of a layer (from 1): names, and the columns where it begins."""
    own = model.lstm.layers[layer - 1]
    assert isinstance(own, LSTMLayer)
    above = (f"lstm.layers.{layer}.weight", 0)
    head = ("head.weight", 0)
    return [
        (f"lstm.layers.{layer - 1}.weight", own.input_size),
        above if layer < model.config.num_layers else head,
    ]


def readers(model: TextModel) -> list[str]:
    """The names of all weights that read any h."""
    return [*(f"lstm.layers.{n}.weight" for n in range(model.config.num_layers)), "head.weight"]


def without(model: TextModel, layer: int, cell: int) -> dict[str, Tensor]:
    """The weights that read a cell, with nothing in its columns; layer and cell from 1."""
    changed = {}
    for name, first in reading(model, layer):
        changed[name] = model.get_parameter(name).detach().clone()
        changed[name][:, first + cell - 1] = 0
    return changed


@torch.inference_mode()
def nats(model: TextModel, x: Tensor, weights: dict[str, Tensor] | None = None) -> np.ndarray:
    """-log p of every character but the first of each passage, with some weights replaced.

    Args:
        x: (P, T).

    Returns:
        (P, T - 1) float32.
    """
    parts = []
    for rows in x.split(BATCH):
        logits, _ = functional_call(model, weights or {}, (rows[:, :-1],))
        losses = F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten(), reduction="none")
        parts.append(losses.view(len(rows), -1))
    return torch.cat(parts).numpy()


def passages(values: np.ndarray) -> Tensor:
    """A text cut into passages of 500 characters, or as a single shorter one: (P, T).

    What is left over at the end is dropped.

    Raises:
        ValueError: a sentence, if there is nothing to predict in it.
    """
    if len(values) < 2:
        raise ValueError("The text has fewer than two characters: there is nothing to predict.")
    length = min(PASSAGE, len(values))
    count = len(values) // length
    return torch.from_numpy(values[: count * length]).view(count, length)


def mean(values: np.ndarray) -> float:
    """The mean in double precision; 0 of nothing."""
    return float(values.mean(dtype=np.float64)) if values.size else 0.0
