"""How well a character model predicts a text: the loss, static and dynamic."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.text.vocabulary import ESCAPE_NATS


def total_nats(
    model: nn.Module, ids: Tensor, *, lanes: int = 1, warm_up: int = 1000, length: int = 1000
) -> float:
    """The nats it takes to predict every character of a text but the first (Graves 2013, eq. 13).

    Args:
        model: from (B, T) numbers and a state to (B, T, V) logits and the state after; in
            evaluation mode.
        ids: (N,) the text as numbers, on the model's device.
        lanes: pieces that are read side by side. One lane reads the text from its first character
            to its last without a break; more are faster and, as each piece begins with `warm_up`
            characters of the piece before it (read, not scored), hardly different.
        warm_up: see `lanes`.
        length: characters read at a time; changes nothing but the memory needed.
    """
    n = len(ids) - 1
    if n < 1:
        return 0.0
    size = math.ceil(n / lanes)
    starts = [k * size for k in range(lanes) if k * size < n]
    # A piece scores the predictions of ids[start + 1 ... start + size], the last one fewer.
    total = 0.0
    with torch.inference_mode():
        begin = torch.tensor([max(0, s - warm_up) for s in starts], device=ids.device)
        first = torch.tensor(starts, device=ids.device)
        last = torch.tensor([min(s + size, n) for s in starts], device=ids.device)
        state = None
        for t in range(0, int((last - begin).max()), length):
            places = begin[:, None] + torch.arange(t, t + length, device=ids.device)
            scored = (places >= first[:, None]) & (places < last[:, None])
            if lanes == 1:
                places, scored = places[:, : n - t], scored[:, : n - t]
            x, y = ids[places.clamp(max=n - 1)], ids[(places + 1).clamp(max=n)]
            logits, state = model(x, state)
            nats = F.cross_entropy(logits.float().flatten(0, 1), y.flatten(), reduction="none")
            total += nats.double()[scored.flatten()].sum().item()
    return total


def total_nats_dynamic(
    model: nn.Module,
    ids: Tensor,
    *,
    learning_rate: float,
    length: int = 100,
    clip_norm: float = 1.0,
) -> float:
    """As `total_nats`, while the weights go on learning from what has been read (Graves 2013, 3.1).

    Each stretch is scored before the network learns from it, so no character is seen before it is
    predicted. The steps are scaled by the root mean square of past gradients, as in Krause et al.
    (2018), "Dynamic Evaluation of Neural Sequence Models", arXiv:1709.07432.

    Args:
        model: as for `total_nats`; is changed: hand in a copy.
        ids: (N,) the text as numbers.
        learning_rate: of the steps between stretches.
        length: characters between two steps.
        clip_norm: largest norm of a gradient.
    """
    model.eval()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=learning_rate, alpha=0.99, eps=1e-4)
    total, state = 0.0, None
    for t in range(0, len(ids) - 1, length):
        x, y = ids[None, t : t + length], ids[None, t + 1 : t + length + 1]
        x = x[:, : y.shape[1]]
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        total += loss.item() * y.numel()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        state = state.detach()
    return total


def escape_nats(ids: Tensor, escape: int | None) -> float:
    """What it takes to name the characters that escapes of a text (after its first) stand for."""
    return 0.0 if escape is None else ESCAPE_NATS * int((ids[1:] == escape).sum())
