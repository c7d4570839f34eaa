"""A network that reads one character after another and says what comes next.

Graves (2013), "Generating Sequences With Recurrent Neural Networks", section 3: the LSTM reads
x_1 ... x_t and its output becomes the logits of a distribution over the next character,

    P(x_{t+1} | x_1 ... x_t) = softmax(W h_t + b)        (eq. 12)

trained to make the text itself likely: loss = -log P, in nats a character (eq. 13).
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from lstm_core.lstm import LSTM, LSTMState, dropout


@dataclass(frozen=True)
class TextConfig:
    """The architecture of a `TextModel`."""

    vocabulary_size: int  # V
    embedding_size: int = 64  # E
    hidden_size: int = 512  # H
    num_layers: int = 2  # L


@dataclass(frozen=True)
class TextDropout:
    """What is left out at random while training, as probabilities."""

    inputs: float = 0.0  # channels of the embedding
    layers: float = 0.0  # outputs between two layers
    outputs: float = 0.0  # outputs of the top layer
    weights: float = 0.0  # recurrent weights
    locked: bool = True  # of the first three, one mask serves all steps of a sequence


class TextModel(nn.Module):
    """Embedding, LSTM, and one logit for each character of the vocabulary."""

    def __init__(self, config: TextConfig, dropout: TextDropout | None = None) -> None:
        super().__init__()
        self.config, self.dropout = config, dropout or TextDropout()
        self.embedding = nn.Embedding(config.vocabulary_size, config.embedding_size)
        self.lstm = LSTM(
            config.embedding_size,
            config.hidden_size,
            config.num_layers,
            dropout=self.dropout.layers,
            locked=self.dropout.locked,
            weight_dropout=self.dropout.weights,
        )
        self.head = nn.Linear(config.hidden_size, config.vocabulary_size)

    def forward(self, ids: Tensor, state: LSTMState | None = None) -> tuple[Tensor, LSTMState]:
        """Read a passage.

        Args:
            ids: (B, T) numbers of characters.
            state: the state after what came before; zeros when None.

        Returns:
            (B, T, V) logits of the character that follows each one read, and the state after it.
        """
        p = self.dropout
        x = dropout(self.embedding(ids), p.inputs, self.training, p.locked)  # (B, T, E)
        out, state = self.lstm(x, state)  # (B, T, H)
        out = dropout(out, p.outputs, self.training, p.locked)
        return self.head(out), state
