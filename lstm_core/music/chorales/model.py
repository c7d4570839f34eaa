"""The network that writes chorales: four voices a frame, one after the other, around what is given.

Two LSTMs. One reads both ways what is given of a chorale: any voices, any bars, or nothing. The
other writes: at each frame soprano, alto, tenor and bass in turn, each a choice that the next one
knows. It reads the voice that was written last, what this voice sang in the frame before, and what
the first LSTM says about the frame::

    p(chorale | given) = product over frames t and voices v of
                         p(s_tv | all s of frames before t, s_t1 ... s_t(v-1), all given)

The probability of what is given is 1. With nothing given, the first LSTM has no part, and the
product is the probability of the chorale itself.

Shapes: B chorales, T frames, V = 4 voices, E numbers of an embedding, H cells of a layer, C numbers
of the context, S symbols.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.bilstm import BiLSTM
from lstm_core.lstm import LSTM, LSTMState, dropout
from lstm_core.music.chorales.dataset import GRIDS, QUARTER, SYMBOLS, VOICES


@dataclass(frozen=True)
class ChoraleConfig:
    """The architecture of a `ChoraleModel`."""

    embedding_size: int = 64  # E
    context_size: int = 128  # C, half of it each way
    context_layers: int = 2
    hidden_size: int = 384  # H
    num_layers: int = 2


@dataclass(frozen=True)
class ChoraleDropout:
    """Probabilities of dropping while training."""

    inputs: float = 0.2
    layers: float = 0.3
    outputs: float = 0.4


class ChoraleModel(nn.Module):
    """Reads what is given, and writes the rest.

    Args:
        config: the architecture.
        dropout: while training.
    """

    def __init__(self, config: ChoraleConfig, dropout: ChoraleDropout | None = None) -> None:
        super().__init__()
        self.config, self.dropout = config, dropout or ChoraleDropout()
        E, C, H = config.embedding_size, config.context_size, config.hidden_size
        self.pitch = nn.Embedding(SYMBOLS, E)
        self.hidden = nn.Parameter(torch.zeros(VOICES, E))  # in place of a voice that is not given
        self.beat = nn.Embedding(QUARTER, E // 4)
        self.grid = nn.Embedding(len(GRIDS), E // 4)
        self.voice = nn.Embedding(VOICES, E // 4)
        self.context = BiLSTM(
            VOICES * E + 2 * (E // 4), C // 2, config.context_layers, dropout=self.dropout.layers
        )
        self.nothing = nn.Parameter(torch.zeros(C))  # the context where nothing is given
        self.writer = LSTM(
            2 * E + 3 * (E // 4) + C, H, config.num_layers, dropout=self.dropout.layers,
            locked=False,
        )  # fmt: skip
        self.head = nn.Linear(H, SYMBOLS)

    def read(
        self, symbols: Tensor, given: Tensor, beat: Tensor, grid: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """What the first LSTM says about every frame.

        Args:
            symbols: (B, T, V); those not given do not matter.
            given: (B, T, V) bool.
            beat: (B, T) places within a quarter note. grid: (B,).
            mask: (B, T) 1 for frames, 0 beyond the end of a chorale; all frames when None.

        Returns:
            (B, T, C); of chorales of which nothing is given, the vector `nothing`.
        """
        B, T = symbols.shape[:2]
        voices = torch.where(given[..., None], self.pitch(symbols), self.hidden)  # (B, T, V, E)
        where = torch.cat((self.beat(beat), self.grid(grid)[:, None].expand(-1, T, -1)), -1)
        x = torch.cat((voices.flatten(2), where), -1)
        x = dropout(x, self.dropout.inputs, self.training, locked=False)
        lengths = None if mask is None else mask.sum(1).long()
        told = given.flatten(1).any(1)[:, None, None]
        return torch.where(told, self.context(x, lengths), self.nothing.expand(B, T, -1))

    def inputs(
        self, last: Tensor, own: Tensor, voice: Tensor, beat: Tensor, grid: Tensor, context: Tensor
    ) -> Tensor:
        """What the writer reads before it writes a voice.

        Args:
            last: (...) the symbol that was written last.
            own: (...) what this voice sang in the frame before.
            voice, beat, grid: (...) numbers. context: (..., C).

        Returns:
            (..., I)
        """
        parts = self.pitch(last), self.pitch(own), self.voice(voice), self.beat(beat)
        return torch.cat((*parts, self.grid(grid), context), -1)

    def forward(
        self, symbols: Tensor, given: Tensor, before: Tensor, beat: Tensor, grid: Tensor,
        mask: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """Logits of all voices of whole passages.

        Args:
            symbols: (B, T, V). given: (B, T, V) bool: what the network is told.
            before: (B, V) the frame before the first.
            beat: (B,) place of the first frame within its quarter note. grid: (B,).
            mask: (B, T) 1 for frames, 0 beyond the end.

        Returns:
            (B, T, V, S)
        """
        B, T, V = symbols.shape
        beats = (beat[:, None] + torch.arange(T, device=symbols.device)) % QUARTER
        context = self.read(symbols, given, beats, grid, mask)
        own = torch.cat((before[:, None], symbols[:, :-1]), 1)  # (B, T, V)
        last = torch.cat((own[:, :, -1:], symbols[:, :, :-1]), 2)
        voices = torch.arange(V, device=symbols.device).expand(B, T, V)
        spread = beats[..., None].expand(B, T, V), grid[:, None, None].expand(B, T, V)
        x = self.inputs(last, own, voices, *spread, context[:, :, None].expand(B, T, V, -1))
        x = dropout(x.flatten(1, 2), self.dropout.inputs, self.training, locked=False)
        out, _ = self.writer(x, self.writer.initial_state(B))
        out = dropout(out, self.dropout.outputs, self.training, locked=False)
        return self.head(out).view(B, T, V, SYMBOLS)

    def nats(self, logits: Tensor, symbols: Tensor, given: Tensor) -> Tensor:
        """(B, T, V) nats of what is not given; 0 where it is."""
        losses = F.cross_entropy(logits.float().flatten(0, 2), symbols.flatten(), reduction="none")
        return losses.view(symbols.shape).masked_fill(given, 0.0)

    def initial_state(self, batch_size: int) -> LSTMState:
        """Of the writer: zeros."""
        return self.writer.initial_state(batch_size)
