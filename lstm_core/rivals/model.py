"""The character model of the gallery with other cells: what does the LSTM gain by its own?

All else is as in `lstm_core.text.model`. With x the input and h the hidden state, all that these
networks remember, a plain recurrent network (Elman 1990, "Finding Structure in Time") is::

    h = tanh(W x + b + U h + d)

and the gated recurrent unit (Cho et al. 2014, "Learning Phrase Representations using RNN
Encoder-Decoder", arXiv:1406.1078)::

    r = sigmoid(W_r x + b_r + U_r h + d_r)     reset gate: how much the candidate sees    (eq. 5)
    z = sigmoid(W_z x + b_z + U_z h + d_z)     update gate: how much is kept              (eq. 6)
    n = tanh(W_n x + b_n + r * (U_n h + d_n))  candidate: what would be put in its place  (eq. 8)
    h = z * h + (1 - z) * n                                                               (eq. 7)

Both are PyTorch's. Its candidate differs from the paper's, where r acts on h before U_n does; that
way the three products with h are one.

B texts in a batch, T characters, V characters in the vocabulary, H cells a layer, L layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.text.model import TextDropout

KINDS: dict[str, type[nn.GRU] | type[nn.RNN]] = {"gru": nn.GRU, "rnn": nn.RNN}


@dataclass(frozen=True)
class RivalConfig:
    """The architecture of a `RivalModel`.

    Raises:
        ValueError: if there is no such cell.
    """

    cell: Literal["gru", "rnn"]
    vocabulary_size: int  # V
    embedding_size: int = 128
    hidden_size: int = 512  # H
    num_layers: int = 2  # L

    def __post_init__(self) -> None:
        if self.cell not in KINDS:
            raise ValueError(f"the cells are {' and '.join(KINDS)}, not {self.cell!r}")


class RivalModel(nn.Module):
    """Embedding, recurrent layers, and one logit for each character of the vocabulary.

    Args:
        config: the architecture.
        dropout: while training; each step of a sequence has masks of its own.

    Raises:
        ValueError: if the dropout is locked or of weights, which these cells have not.
    """

    def __init__(self, config: RivalConfig, dropout: TextDropout | None = None) -> None:
        super().__init__()
        self.config, self.dropout = config, dropout or TextDropout(locked=False)
        if self.dropout.locked or self.dropout.weights:
            raise ValueError("a GRU or a plain RNN has no locked dropout, and none of weights")
        self.embedding = nn.Embedding(config.vocabulary_size, config.embedding_size)
        self.recurrent = KINDS[config.cell](
            config.embedding_size,
            config.hidden_size,
            config.num_layers,
            batch_first=True,
            dropout=self.dropout.layers,
        )
        self.head = nn.Linear(config.hidden_size, config.vocabulary_size)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Orthogonal matrices on h, one for each gate; all else as PyTorch begins.

        They keep the length of a gradient that goes back through many steps, which is what a plain
        network lacks most (Saxe, McClelland & Ganguli 2014, arXiv:1312.6120).
        """
        for name, weight in self.recurrent.named_parameters():
            if name.startswith("weight_hh"):
                for matrix in weight.detach().split(self.config.hidden_size):
                    nn.init.orthogonal_(matrix)

    def forward(self, ids: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read a passage.

        Args:
            ids: (B, T) numbers of characters.
            state: (L, B, H) what was carried over from before; zeros when None.

        Returns:
            (B, T, V) logits of the character that follows each one read, and the state after it.
        """
        p = self.dropout
        x = F.dropout(self.embedding(ids), p.inputs, self.training)  # (B, T, E)
        out, state = self.recurrent(x, state)  # (B, T, H)
        return self.head(F.dropout(out, p.outputs, self.training)), state
