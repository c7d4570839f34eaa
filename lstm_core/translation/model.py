"""The network that translates: two LSTMs, and attention between them.

The encoder reads the sentence both ways, so that what it says at a piece knows what comes before
and after (Bahdanau, Cho & Bengio 2015, arXiv:1409.0473, section 3.2). The decoder writes the
translation piece by piece. For each it looks at the source again, through weights a that its lower
layer chooses; h are its outputs, s those of the encoder (Luong, Pham & Manning 2015,
arXiv:1508.04025)::

    score(t, j) = h1_t W_a s_j                                  (eq. 8, "general")
    a(t, .)     = softmax over j of score(t, .)                 (eq. 7)
    c_t         = sum_j a(t, j) s_j                             the context
    h~_t        = tanh(W_c [c_t, h2_t])                         (eq. 5)
    p(y_t)      = softmax(E h~_t + b)                           (eq. 6)

The weights come from the *lower* layer, and the context is read by the upper one, as in Google's
system (Wu et al. 2016, arXiv:1609.08144, section 3). There the upper layer remembers what was
looked at. In Luong's the context is fed back into the next step of all layers (input feeding), and
training has to follow the decoder one step after the other; here each layer reads the whole
sequence at once, two to three times faster on a processor.

The same matrix E embeds the pieces of both languages, source and target, and scores them (Press &
Wolf 2017, arXiv:1608.05859). One network translates both ways: the first piece that it reads names
the language to write (Johnson et al. 2017, arXiv:1611.04558).

Shapes: B sentences, S pieces of the source, T of the target, V in the vocabulary, E of an
embedding, H cells of an encoder's layer each way, D cells of a decoder's layer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.bilstm import BiLSTM
from lstm_core.lstm import LSTMLayer, LSTMState, dropout
from lstm_core.trace import Trace
from lstm_core.translation.dataset import NO_TARGET


@dataclass(frozen=True)
class TranslationConfig:
    """The architecture of a network with attention."""

    vocabulary_size: int  # V
    embedding_size: int = 256  # E
    encoder_size: int = 192  # H
    encoder_layers: int = 2
    decoder_size: int = 288  # D
    attention: bool = True  # what tells its card from that of a `VectorModel`


@dataclass(frozen=True)
class TranslationDropout:
    """What is left out at random while training, as probabilities."""

    embeddings: float = 0.1
    layers: float = 0.2  # outputs between layers
    outputs: float = 0.2  # what the pieces are scored by


class Source(NamedTuple):
    """A sentence as the encoder has read it."""

    outputs: Tensor  # (B, S, 2H) s; without attention (B, 0, 0)
    keys: Tensor  # (B, S, D) W_a s; without attention (B, 0, 0)
    inside: Tensor  # (B, S) false beyond the end of a sentence; without attention (B, 0)
    state: LSTMState  # that the decoder starts from

    def repeated(self, times: int) -> Source:
        """The only sentence as many times, without copying it."""
        return Source(
            self.outputs.expand(times, -1, -1),
            self.keys.expand(times, -1, -1),
            self.inside.expand(times, -1),
            LSTMState(*(each.expand(-1, times, -1) for each in self.state)),
        )


class Look(NamedTuple):
    """What a network does while it writes a given translation of one sentence."""

    logits: Tensor  # (T, V)
    weights: Tensor  # (T, S); without attention (T, 0)
    encoder: Trace  # a layer for each of `encoder_layers`, in the order of reading
    decoder: Trace


class Embedding(nn.Embedding):
    """Pieces as vectors, and vectors as scores of all pieces, by one matrix.

    Args:
        vocabulary_size: V. size: E.
    """

    def __init__(self, vocabulary_size: int, size: int) -> None:
        super().__init__(vocabulary_size, size)
        nn.init.normal_(self.weight, std=size**-0.5)
        self.bias = nn.Parameter(torch.zeros(vocabulary_size))

    def forward(self, ids: Tensor) -> Tensor:
        """(..., E) vectors of (...) pieces, of a length that layers of cells can make use of."""
        return super().forward(ids) * math.sqrt(self.embedding_dim)

    def scores(self, x: Tensor) -> Tensor:
        """(..., V) logits of all pieces."""
        return F.linear(x, self.weight, self.bias)


class TranslationModel(nn.Module):
    """Encoder, attention and decoder.

    Args:
        config: the architecture.
        dropout: while training.
    """

    def __init__(
        self, config: TranslationConfig, dropout: TranslationDropout | None = None
    ) -> None:
        super().__init__()
        self.config, self.dropout = config, dropout or TranslationDropout()
        V, E, H, D = (
            config.vocabulary_size, config.embedding_size, config.encoder_size, config.decoder_size
        )  # fmt: skip
        self.embedding = Embedding(V, E)
        self.encoder = BiLSTM(
            E, H, config.encoder_layers, dropout=self.dropout.layers, locked=False
        )
        self.start = nn.Linear(2 * H, D)
        self.keys = nn.Linear(2 * H, D, bias=False)
        self.lower = LSTMLayer(E, D)
        self.upper = LSTMLayer(D + 2 * H, D)
        self.readout = nn.Linear(2 * H + D, E)

    @property
    def encoder_layers(self) -> list[str]:
        """Names of the layers of the encoder's trace, bottom first."""
        numbers = range(1, self.config.encoder_layers + 1)
        return [f"encoder {n} {way}" for n in numbers for way in "→←"]

    def encode(self, ids: Tensor, lengths: Tensor) -> Source:
        """Read sentences.

        Args:
            ids: (B, S) pieces; those beyond the end of a sentence do not matter.
            lengths: (B,) pieces of each.
        """
        return self._source(self.encoder(self._embedded(ids), lengths), lengths)

    def _source(self, outputs: Tensor, lengths: Tensor) -> Source:
        inside = torch.arange(outputs.shape[1], device=outputs.device) < lengths[:, None].to(
            outputs.device
        )
        # The way backwards ends at the first piece, and has read all (Bahdanau, A.2.2).
        first = self.start(outputs[:, 0]).tanh().unsqueeze(0)
        zeros = torch.zeros_like(first)
        state = LSTMState(torch.cat((first, zeros)), torch.cat((zeros, zeros)))
        return Source(outputs, self.keys(outputs), inside, state)

    def forward(self, source: Source, inputs: Tensor) -> Tensor:
        """(B, T, V) logits of the pieces that follow (B, T) pieces of translations."""
        x = self._embedded(inputs)
        h1, _, _ = self.lower(x, source.state.h[0], source.state.c[0])  # (B, T, D)
        context = weights(h1, source).to(h1.dtype) @ source.outputs  # (B, T, 2H)
        h2, _, _ = self.upper(self._upper_input(h1, context), source.state.h[1], source.state.c[1])
        return self._logits(context, h2)

    def step(
        self, ids: Tensor, state: LSTMState, source: Source
    ) -> tuple[Tensor, Tensor, LSTMState]:
        """Write one piece more.

        Args:
            ids: (B,) the pieces before. state: (2, B, D) after those before them.
            source: of B sentences.

        Returns:
            (B, V) logits of the next pieces, (B, S) weights of the source, and the new state.
        """
        i, f, g, o = self.lower.gates(self.embedding(ids), state.h[0])
        c1 = f * state.c[0] + i * g
        h1 = o * c1.tanh()  # (B, D)
        looked = weights(h1.unsqueeze(1), source)  # (B, 1, S)
        context = (looked @ source.outputs).squeeze(1)  # (B, 2H)
        i, f, g, o = self.upper.gates(torch.cat((h1, context), -1), state.h[1])
        c2 = f * state.c[1] + i * g
        h2 = o * c2.tanh()
        after = LSTMState(torch.stack((h1, h2)), torch.stack((c1, c2)))
        return self._logits(context, h2), looked.squeeze(1), after

    def look(self, ids: Tensor, inputs: Tensor) -> Look:
        """What happens while (1, S) pieces are read and (1, T) pieces of a translation written."""
        lengths = torch.tensor([ids.shape[1]])
        outputs, both = self.encoder(self._embedded(ids), trace=True)
        source = self._source(outputs, lengths)
        (h1, h2), (c1, c2) = source.state
        x = self._embedded(inputs)
        lower, _, _ = self.lower(x, h1, c1)
        looked = weights(lower, source)
        context = looked @ source.outputs
        above = self._upper_input(lower, context)
        upper, _, _ = self.upper(above, h2, c2)
        ways = zip(both.forwards.layers, both.backwards.layers, strict=True)
        return Look(
            self._logits(context, upper)[0],
            looked[0],
            Trace([layer for pair in ways for layer in pair]),
            Trace([self.lower.trace(x, lower, h1, c1), self.upper.trace(above, upper, h2, c2)]),
        )

    def vectors(self, ids: Tensor) -> Tensor:
        """(B, 2H) what each way of the top layer says when it has read all of (B, S) pieces."""
        outputs, H = self.encoder(self._embedded(ids)), self.config.encoder_size
        return torch.cat((outputs[:, -1, :H], outputs[:, 0, H:]), -1)

    def _embedded(self, ids: Tensor) -> Tensor:
        return dropout(self.embedding(ids), self.dropout.embeddings, self.training, locked=True)

    def _upper_input(self, h1: Tensor, context: Tensor) -> Tensor:
        both = torch.cat((h1, context), -1)
        return dropout(both, self.dropout.layers, self.training, locked=False)

    def _logits(self, context: Tensor, h2: Tensor) -> Tensor:
        out = self.readout(torch.cat((context, h2), -1)).tanh()  # eq. 5
        return self.embedding.scores(
            dropout(out, self.dropout.outputs, self.training, locked=False)
        )


def weights(h: Tensor, source: Source) -> Tensor:
    """(B, T, S) how much of each piece of the source is looked at (eq. 7 and 8).

    Args:
        h: (B, T, D) outputs of the decoder's lower layer.
    """
    scores = (h @ source.keys.transpose(1, 2)).float()
    return scores.masked_fill(~source.inside.unsqueeze(1), -math.inf).softmax(-1)


def translation_loss(logits: Tensor, targets: Tensor, smoothing: float = 0.0) -> Tensor:
    """Nats a piece.

    Args:
        logits: (B, T, V). targets: (B, T) pieces, or `NO_TARGET`.
        smoothing: probability spread evenly over all pieces (Szegedy et al. 2016, section 7).
    """
    return F.cross_entropy(
        logits.float().flatten(0, 1),
        targets.flatten(),
        ignore_index=NO_TARGET,
        label_smoothing=smoothing,
    )
