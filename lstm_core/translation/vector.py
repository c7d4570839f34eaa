"""The network without attention: a whole sentence has to pass through one vector.

Sutskever, Vinyals & Le (2014), "Sequence to Sequence Learning with Neural Networks",
arXiv:1409.3215: one LSTM reads the sentence, from its end to its beginning (section 3.3), and what
its cells hold then is all that another, which writes the translation, is ever told of it (eq. 1).

Shapes: B sentences, S pieces of the source, T of the target, V in the vocabulary, E of an
embedding, L layers of H cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lstm_core.lstm import LSTM, LSTMState, dropout
from lstm_core.translation.model import Embedding, Look, Source, TranslationDropout


@dataclass(frozen=True)
class VectorConfig:
    """The architecture of a network without attention."""

    vocabulary_size: int  # V
    embedding_size: int = 256  # E
    hidden_size: int = 344  # H
    num_layers: int = 2  # L
    attention: bool = False  # what tells its card from that of a `TranslationModel`


class VectorModel(nn.Module):
    """Two stacks of LSTM layers; the state of the first is where the second begins.

    Args:
        config: the architecture.
        dropout: while training.
    """

    def __init__(self, config: VectorConfig, dropout: TranslationDropout | None = None) -> None:
        super().__init__()
        self.config, self.dropout = config, dropout or TranslationDropout()
        E, H, L = config.embedding_size, config.hidden_size, config.num_layers
        self.embedding = Embedding(config.vocabulary_size, E)
        self.encoder = LSTM(E, H, L, dropout=self.dropout.layers, locked=False)
        self.decoder = LSTM(E, H, L, dropout=self.dropout.layers, locked=False)
        self.readout = nn.Linear(H, E)

    @property
    def encoder_layers(self) -> list[str]:
        """Names of the layers of the encoder's trace, bottom first."""
        return [f"encoder {n} ←" for n in range(1, self.config.num_layers + 1)]

    def encode(self, ids: Tensor, lengths: Tensor) -> Source:
        """Read sentences.

        Args:
            ids: (B, S) pieces, from the end of the sentence to its beginning.
            lengths: (B,) pieces of each: S, for all.

        Raises:
            ValueError: if the lengths differ: the state after a sentence would be one after what
                fills it up.
        """
        if (lengths != ids.shape[1]).any():
            raise ValueError(f"expected lengths of {ids.shape[1]}, got {lengths.tolist()}")
        _, state = self.encoder(self._embedded(ids))
        return self._source(state)

    def _source(self, state: LSTMState) -> Source:
        nothing = state.h.new_zeros(state.h.shape[1], 0, 0)
        empty = nothing.flatten(1)
        return Source(empty.long(), nothing, nothing, empty.bool(), state)

    def forward(self, source: Source, inputs: Tensor) -> Tensor:
        """(B, T, V) logits of the pieces that follow (B, T) pieces of translations."""
        out, _ = self.decoder(self._embedded(inputs), source.state)
        return self._logits(out)

    def step(
        self, ids: Tensor, state: LSTMState, source: Source
    ) -> tuple[Tensor, Tensor, LSTMState]:
        """Write one piece more; arguments and results are those of `TranslationModel.step`, with
        weights of (B, 0)."""
        out, after = self.decoder.step(self.embedding(ids), state)
        return self._logits(out), out.new_zeros(len(ids), 0), after

    def look(self, ids: Tensor, inputs: Tensor) -> Look:
        """What happens while (1, S) pieces are read and (1, T) pieces of a translation written."""
        _, state, encoder = self.encoder(self._embedded(ids), trace=True)
        out, _, decoder = self.decoder(self._embedded(inputs), state, trace=True)
        T = inputs.shape[1]
        return Look(self._logits(out)[0], out.new_zeros(T, 0), out.new_zeros(T), encoder, decoder)

    def vectors(self, ids: Tensor) -> Tensor:
        """(B, 2 * L * H) what the cells hold after (B, S) pieces: all that the decoder is told."""
        _, state = self.encoder(self._embedded(ids))
        return torch.cat((*state.h, *state.c), -1)

    def _embedded(self, ids: Tensor) -> Tensor:
        return dropout(self.embedding(ids), self.dropout.embeddings, self.training, locked=True)

    def _logits(self, out: Tensor) -> Tensor:
        out = dropout(out, self.dropout.layers, self.training, locked=False)
        out = self.readout(out).tanh()
        return self.embedding.scores(
            dropout(out, self.dropout.outputs, self.training, locked=False)
        )
