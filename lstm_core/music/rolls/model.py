"""A network that reads piano rolls and says of each key whether it sounds in the next frame.

The keys are independent of one another, given all frames before: the probability of a frame is the
product of 88 Bernoulli distributions (the LSTM of Chung et al. 2014, "Empirical Evaluation of Gated
Recurrent Neural Networks on Sequence Modeling", arXiv:1412.3555, section 5.1)::

    p(x_t | x_1 ... x_(t-1)) = product over keys k of p_tk^x_tk (1 - p_tk)^(1 - x_tk)
    p_t = sigmoid(W h_(t-1) + b)

Shapes: B pieces, T frames, 88 keys, E numbers a frame becomes, H cells of a layer.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.lstm import LSTM, LSTMState, dropout
from lstm_core.music.rolls.dataset import KEYS


@dataclass(frozen=True)
class RollConfig:
    """The architecture of a `RollModel`."""

    embedding_size: int = 128  # E
    hidden_size: int = 256  # H
    num_layers: int = 1


@dataclass(frozen=True)
class RollDropout:
    """Probabilities of dropping while training; a mask serves all frames of a passage."""

    inputs: float = 0.2
    layers: float = 0.4
    outputs: float = 0.5


class RollModel(nn.Module):
    """Reads frames, and predicts the next one.

    Args:
        config: the architecture.
        dropout: while training.
    """

    def __init__(self, config: RollConfig, dropout: RollDropout | None = None) -> None:
        super().__init__()
        self.config, self.dropout = config, dropout or RollDropout()
        self.embedding = nn.Linear(KEYS, config.embedding_size)
        self.lstm = LSTM(
            config.embedding_size, config.hidden_size, config.num_layers,
            dropout=self.dropout.layers,
        )  # fmt: skip
        self.head = nn.Linear(config.hidden_size, KEYS)

    def forward(self, before: Tensor, state: LSTMState | None = None) -> tuple[Tensor, LSTMState]:
        """Read a passage.

        Args:
            before: (B, T, 88) of 0 and 1.
            state: the state after what came before; zeros when None.

        Returns:
            (B, T, 88) logits of the keys of the frame after each one read, and the state after.
        """
        p = self.dropout
        x = dropout(self.embedding(before), p.inputs, self.training, locked=True)  # (B, T, E)
        out, state = self.lstm(x, state)  # (B, T, H)
        return self.head(dropout(out, p.outputs, self.training, locked=True)), state


def nats(logits: Tensor, frames: Tensor) -> Tensor:
    """(B, T) nats of each frame."""
    return F.binary_cross_entropy_with_logits(logits.float(), frames, reduction="none").sum(-1)
