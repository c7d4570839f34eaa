"""The network that translates: two LSTMs, and attention between them.

The encoder reads the sentence both ways, so that what it says at a piece knows what comes before
and after (Bahdanau, Cho & Bengio 2015, arXiv:1409.0473, section 3.2). The decoder writes the
translation piece by piece. For each it looks at the source again, through weights a that its lower
layer chooses; h are its outputs, s those of the encoder (Luong, Pham & Manning 2015,
arXiv:1508.04025)::

    score(t, j) = h1_t W_a s_j                                  (eq. 8, "general")
    a'(t, .)    = softmax over j of score(t, .)                 (eq. 7)
    a(t, .)     = softmax over j of score(t, j) + b_t a'(t - 1, j - 1)
    c_t         = sum_j a(t, j) s_j                             the context
    h~_t        = tanh(W_c [c_t, h2_t])                         (eq. 5)
    p_w(y_t)    = softmax(E h~_t + b)                           (eq. 6)

A name is spelled alike in both languages. So a gate g decides how far a piece is written, and how
far it is copied from where the decoder looks (See, Liu & Manning 2017, arXiv:1704.04368, section
2.2, whose p_gen is 1 - g)::

    g_t         = sigmoid(w [c_t, h2_t] + b')                   (eq. 8)
    p(y_t)      = (1 - g_t) p_w(y_t) + g_t sum_{j: x_j = y_t} a(t, j)    (eq. 9)

The weights come from the *lower* layer, and the context is read by the upper one, as in Google's
system (Wu et al. 2016, arXiv:1609.08144, section 3). There the upper layer remembers what was
looked at. In Luong's the context is fed back into the next step of all layers (input feeding), and
training has to follow the decoder one step after the other; here each layer reads the whole
sequence at once, two to three times faster on a processor. That no letter of a name is passed over,
b_t = v h1_t + b says how far to go on from where it looked before: a location-aware attention, as
that of Chorowski et al. 2015 (arXiv:1506.07503, section 2.1).

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

SELDOM = -3.0
"""The gate's bias before training: one piece in twenty is copied."""

LEAST = 1e-9
"""Attention below which a piece is not copied."""


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

    ids: Tensor  # (B, S) its pieces; without attention (B, 0)
    outputs: Tensor  # (B, S, 2H) s; without attention (B, 0, 0)
    keys: Tensor  # (B, S, D) W_a s; without attention (B, 0, 0)
    inside: Tensor  # (B, S) false beyond the end of a sentence; without attention (B, 0)
    state: LSTMState  # that the decoder starts from

    def repeated(self, times: int) -> Source:
        """The only sentence as many times, without copying it."""
        return Source(
            self.ids.expand(times, -1),
            self.outputs.expand(times, -1, -1),
            self.keys.expand(times, -1, -1),
            self.inside.expand(times, -1),
            LSTMState(*(each.expand(-1, times, -1) for each in self.state)),
        )


class Look(NamedTuple):
    """What a network does while it writes a given translation of one sentence."""

    logits: Tensor  # (T, V)
    weights: Tensor  # (T, S); without attention (T, 0)
    gates: Tensor  # (T,) g; without attention 0
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
        self.gate = nn.Linear(2 * H + D, 1)
        nn.init.zeros_(self.gate.weight)
        nn.init.constant_(self.gate.bias, SELDOM)
        self.onward = nn.Linear(D, 1)
        nn.init.zeros_(self.onward.weight)
        nn.init.zeros_(self.onward.bias)

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
        return self._source(ids, self.encoder(self._embedded(ids), lengths), lengths)

    def _source(self, ids: Tensor, outputs: Tensor, lengths: Tensor) -> Source:
        inside = torch.arange(outputs.shape[1], device=outputs.device) < lengths[:, None].to(
            outputs.device
        )
        # The way backwards ends at the first piece, and has read all (Bahdanau, A.2.2).
        first = self.start(outputs[:, 0]).tanh().unsqueeze(0)
        zeros = torch.zeros_like(first)
        state = LSTMState(torch.cat((first, zeros)), torch.cat((zeros, zeros)))
        return Source(ids, outputs, self.keys(outputs), inside, state)

    def forward(self, source: Source, inputs: Tensor) -> Tensor:
        """(B, T, V) logits of the pieces that follow (B, T) pieces of translations."""
        x = self._embedded(inputs)
        h1, _, _ = self.lower(x, source.state.h[0], source.state.c[0])  # (B, T, D)
        looked = self._weights(source.state.h[0], h1, source)  # (B, T, S)
        context = looked.to(h1.dtype) @ source.outputs  # (B, T, 2H)
        h2, _, _ = self.upper(self._upper_input(h1, context), source.state.h[1], source.state.c[1])
        return self._logits(context, h2, looked, source)

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
        looked = self._weights(state.h[0], h1.unsqueeze(1), source)  # (B, 1, S)
        context = (looked @ source.outputs).squeeze(1)  # (B, 2H)
        i, f, g, o = self.upper.gates(torch.cat((h1, context), -1), state.h[1])
        c2 = f * state.c[1] + i * g
        h2 = o * c2.tanh()
        after = LSTMState(torch.stack((h1, h2)), torch.stack((c1, c2)))
        logits = self._logits(context.unsqueeze(1), h2.unsqueeze(1), looked, source)
        return logits.squeeze(1), looked.squeeze(1), after

    def look(self, ids: Tensor, inputs: Tensor) -> Look:
        """What happens while (1, S) pieces are read and (1, T) pieces of a translation written."""
        lengths = torch.tensor([ids.shape[1]])
        outputs, both = self.encoder(self._embedded(ids), trace=True)
        source = self._source(ids, outputs, lengths)
        (h1, h2), (c1, c2) = source.state
        x = self._embedded(inputs)
        lower, _, _ = self.lower(x, h1, c1)
        looked = self._weights(h1, lower, source)
        context = looked @ source.outputs
        above = self._upper_input(lower, context)
        upper, _, _ = self.upper(above, h2, c2)
        ways = zip(both.forwards.layers, both.backwards.layers, strict=True)
        return Look(
            self._logits(context, upper, looked, source)[0],
            looked[0],
            self.gate(torch.cat((context, upper), -1)).sigmoid()[0, :, 0],
            Trace([layer for pair in ways for layer in pair]),
            Trace([self.lower.trace(x, lower, h1, c1), self.upper.trace(above, upper, h2, c2)]),
        )

    def vectors(self, ids: Tensor) -> Tensor:
        """(B, 2H) what each way of the top layer says when it has read all of (B, S) pieces."""
        outputs, H = self.encoder(self._embedded(ids)), self.config.encoder_size
        return torch.cat((outputs[:, -1, :H], outputs[:, 0, H:]), -1)

    def _embedded(self, ids: Tensor) -> Tensor:
        return dropout(self.embedding(ids), self.dropout.embeddings, self.training, locked=True)

    def _weights(self, before: Tensor, h: Tensor, source: Source) -> Tensor:
        return weights(torch.cat((before.unsqueeze(1), h), 1), self.onward(h), source)

    def _upper_input(self, h1: Tensor, context: Tensor) -> Tensor:
        both = torch.cat((h1, context), -1)
        return dropout(both, self.dropout.layers, self.training, locked=False)

    def _logits(self, context: Tensor, h2: Tensor, looked: Tensor, source: Source) -> Tensor:
        both = torch.cat((context, h2), -1)
        out = self.readout(both).tanh()  # eq. 5
        out = dropout(out, self.dropout.outputs, self.training, locked=False)
        return with_copies(self.embedding.scores(out), self.gate(both), looked, source.ids)


def weights(h: Tensor, onward: Tensor, source: Source) -> Tensor:
    """(B, T, S) how much of each piece of the source is looked at.

    Args:
        h: (B, T + 1, D) outputs of the decoder's lower layer, beginning with that before the first.
        onward: (B, T, 1) b.
    """
    scores = (h @ source.keys.transpose(1, 2)).float()
    scores = scores.masked_fill(~source.inside.unsqueeze(1), -math.inf)
    before = scores[:, :-1].softmax(-1)
    return (scores[:, 1:] + onward.float() * F.pad(before, (1, -1))).softmax(-1)


def with_copies(logits: Tensor, gate: Tensor, looked: Tensor, ids: Tensor) -> Tensor:
    """(B, T, V) logits of a mixture of what is written and what is copied.

    With Z the sum of exp(logits) and g the sigmoid of `gate`, (1 - g) softmax(logits) + g a has the
    logits log(exp(logits) + exp(gate) Z a), which are others for the source's pieces only.

    Args:
        logits: (B, T, V). gate: (B, T, 1). looked: (B, T, S) a. ids: (B, S) pieces of the source.
    """
    logits, ids = logits.float(), ids.unsqueeze(1)
    same = (ids == ids.transpose(1, 2)).float()  # (B, S, S) a piece may stand in several places
    log_copied = (looked @ same).clamp_min(LEAST).log()
    each = ids.expand(-1, logits.shape[1], -1)  # (B, T, S)
    alone = logits.gather(-1, each)
    mixed = torch.logaddexp(alone, gate.float() + logits.logsumexp(-1, keepdim=True) + log_copied)
    return logits.scatter_add(-1, each, (mixed - alone) / same.sum(-1).unsqueeze(1))


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
