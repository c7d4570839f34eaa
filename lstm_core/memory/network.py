"""What is asked of a network to be measured: embed characters, read them, predict.

An LSTM, a GRU and a plain recurrent network can so be set side by side.

B texts in a batch, T characters, E numbers an embedded character, V characters in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lstm_core.lstm import LSTMState
from lstm_core.text.model import TextModel


@dataclass(frozen=True)
class Network:
    """A recurrent network that predicts text, whatever its cells are."""

    embed: Callable[[Tensor], Tensor]
    """(B, T) numbers of characters -> (B, T, E)."""
    read: Callable[[Tensor, Any], tuple[Tensor, Any]]
    """(B, T, E) embedded characters and the state before them, zeros for None -> (B, T, V) logits
    of the character after each, and the state after the last."""
    blank: Tensor
    """(V,) logits before anything is read."""

    @classmethod
    def of(cls, model: TextModel) -> Network:
        """A text model of the gallery."""

        def read(x: Tensor, state: LSTMState | None) -> tuple[Tensor, LSTMState]:
            out, state = model.lstm(x, state)
            return model.head(out), state

        with torch.no_grad():  # before it reads anything, an LSTM says nothing: h = 0
            blank = model.head(model.lstm.initial_state(1).h[-1, 0])
        return cls(model.embedding, read, blank)
