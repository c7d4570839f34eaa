"""What is asked of a network to be measured: embed characters, read them, predict.

An LSTM, a GRU and a plain recurrent network can so be set side by side.

B texts in a batch, T characters, E numbers an embedded character, V characters in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from lstm_core.rivals.model import RivalModel
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
    def of(cls, model: TextModel | RivalModel) -> Network:
        """A text model of the gallery, or a rival of one, in evaluation mode."""
        recurrent = model.lstm if isinstance(model, TextModel) else model.recurrent

        def read(x: Tensor, state: Any) -> tuple[Tensor, Any]:
            out, state = recurrent(x, state)
            return model.head(out), state

        # Before it reads anything, each of them says nothing: h = 0 leaves the bias alone.
        return cls(model.embedding, read, model.head.bias.detach())
