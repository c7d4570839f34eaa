"""What speaks: an LSTM that looks at the photo for each word, or does not need to.

Adaptive attention with a visual sentinel (Lu, Xiong, Parikh & Socher 2017, "Knowing When to Look",
arXiv:1612.01887). With a_1 ... a_K the cells of the encoder's grid, w_t the word before, m_t the
memory cells of the LSTM and h_t its output::

    v_i    = ReLU(W_a a_i)                            what is to be seen in a cell      (eq. 15)
    v_g    = W_b mean_i v_i                           the photo as a whole              (eq. 16)
    h_t    = LSTM(w_t + v_g, h_(t-1), m_(t-1))                                          (eq. 4)
    g_t    = sigmoid(W_x x_t + W_h h_(t-1))                                             (eq. 9)
    s_t    = g_t * tanh(m_t)                          the sentinel: what is remembered  (eq. 10)
    z_i    = (W_q h_t) . (W_v v_i)                    how well a cell fits              (eq. 6)
    z_s    = (W_q h_t) . (W_s s_t)                    how well the memory does          (eq. 12)
    alpha  = softmax([z_1 ... z_K, z_s])              beta_t is the last of it          (eq. 12)
    c_t    = sum_i alpha_i v_i + beta_t s_t                                             (eq. 11)
    p(w)   = softmax(E W_p (c_t + h_t))                                                 (eq. 13)

Where beta is near 1, the word follows from the words before it, as "of" does after "in front"; near
0, it has been read off the photo.

It is this rather than the gated attention of Xu et al. (2015, arXiv:1502.03044) for two reasons.
What was looked at is not read by the next step of the LSTM, so in training all words of a caption
look at once, as one product of matrices; and "when it looks, and when it only speaks" is a number
that can be shown. Three things are smaller than in the paper. Cells are scored by a product (Luong
et al. 2015, eq. 8), since the sum of tanh would be K vectors for every word. The photo as a whole
is added to every word instead of standing beside it. And one matrix E embeds the words and scores
them (Press & Wolf 2017, arXiv:1608.05859). So encoder, classifier and decoder fit together into one
checkpoint.

Shapes: B photos, N captions side by side (as many for each photo), T words, K cells of the grid, V
words in the vocabulary, E of an embedding, D memory cells, A of a key.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.captioning.encoder import CHANNELS, Classifier, Encoder
from lstm_core.lstm import LSTMLayer, LSTMState, dropout
from lstm_core.trace import LayerTrace, Trace


@dataclass(frozen=True)
class CaptionConfig:
    """The architecture of a decoder."""

    vocabulary_size: int  # V
    embedding_size: int = 224  # E
    hidden_size: int = 288  # D
    attention_size: int = 192  # A


@dataclass(frozen=True)
class CaptionDropout:
    """What is left out at random while training, as probabilities."""

    words: float = 0.2  # numbers of the embedding of a word, the same for all words of a caption
    photo: float = 0.2  # numbers of what is to be seen in a cell
    outputs: float = 0.5  # what the words are scored by


class Seen(NamedTuple):
    """Photos as the decoder looks at them."""

    cells: Tensor  # (B, K, D) v
    keys: Tensor  # (B, K, A) W_v v
    whole: Tensor  # (B, E) v_g

    def repeated(self, times: int) -> Seen:
        """Each photo so many times, one after another."""
        return Seen(*(each.repeat_interleave(times, 0) for each in self))


class Said(NamedTuple):
    """What the decoder says of photos."""

    outputs: Tensor  # (N, T, E) what the words are scored by
    weights: Tensor  # (N, T, K + 1) alpha: how much each cell is looked at, and beta


class Look(NamedTuple):
    """What a decoder does while it says a given caption."""

    logits: Tensor  # (T, V)
    weights: Tensor  # (T, K + 1)
    trace: Trace  # of one layer


class Cell(NamedTuple):
    """One time step of the LSTM: gates, candidate, memory and output, each (N, D)."""

    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor
    c: Tensor
    h: Tensor


class Decoder(nn.Module):
    """The LSTM and its attention.

    Args:
        config: the architecture. dropout: while training.
    """

    def __init__(self, config: CaptionConfig, dropout: CaptionDropout | None = None) -> None:
        super().__init__()
        self.config, self.dropout = config, dropout or CaptionDropout()
        V, E, D, A = (
            config.vocabulary_size, config.embedding_size, config.hidden_size,
            config.attention_size,
        )  # fmt: skip
        self.embedding = nn.Embedding(V, E)
        nn.init.normal_(self.embedding.weight, std=E**-0.5)
        self.bias = nn.Parameter(torch.zeros(V))
        self.cells = nn.Linear(CHANNELS, D)
        self.whole = nn.Linear(D, E)
        self.lstm = LSTMLayer(E, D)
        self.sentinel = nn.Linear(E + D, D)
        self.query = nn.Linear(D, A)
        self.keys = nn.Linear(D, A, bias=False)
        self.sentinel_key = nn.Linear(D, A, bias=False)
        self.readout = nn.Linear(D, E)

    def see(self, features: Tensor) -> Seen:
        """Get photos ready to be looked at, from (B, 1280, R, R) features."""
        v = self.cells(features.flatten(2).transpose(1, 2)).relu()  # eq. 15
        v = dropout(v, self.dropout.photo, self.training, locked=False)
        return Seen(v, self.keys(v), self.whole(v.mean(1)))

    def initial_state(self, count: int) -> LSTMState:
        """Nothing said yet, of so many captions: each (1, N, D)."""
        zeros = self.bias.new_zeros(1, count, self.config.hidden_size)
        return LSTMState(zeros, zeros)

    def forward(self, seen: Seen, inputs: Tensor) -> Said:
        """Read captions as far as they go.

        Args:
            seen: B photos. inputs: (N, T) words, N / B captions for each photo.
        """
        x = self._inputs(seen, inputs)
        steps = self._run(x)
        before, h, c = self._outputs(steps)
        return self._say(seen, x, before, h, c)

    def step(self, ids: Tensor, state: LSTMState, seen: Seen) -> tuple[Tensor, Tensor, LSTMState]:
        """Say one word more.

        Args:
            ids: (N,) the words before. state: (1, N, D) after those before them.
            seen: N photos.

        Returns:
            (N, V) logits of the next words, (N, K + 1) what was looked at, and the new state.
        """
        x = self._inputs(seen, ids[:, None])  # (N, 1, E)
        cell = self._cell(x[:, 0], state.h[0], state.c[0])
        before, h, c = (v.unsqueeze(1) for v in (state.h[0], cell.h, cell.c))
        said = self._say(seen, x, before, h, c)
        after = LSTMState(cell.h.unsqueeze(0), cell.c.unsqueeze(0))
        return self.logits(said.outputs[:, 0]), said.weights[:, 0], after

    def look(self, seen: Seen, inputs: Tensor) -> Look:
        """What happens while the (1, T) words of one caption of one photo are read."""
        x = self._inputs(seen, inputs)
        steps = self._run(x)
        before, h, c = self._outputs(steps)
        said = self._say(seen, x, before, h, c)
        layer = LayerTrace(*(torch.stack(parts, 1) for parts in zip(*steps, strict=True)))
        return Look(self.logits(said.outputs[0]), said.weights[0], Trace([layer]))

    def logits(self, outputs: Tensor) -> Tensor:
        """(..., V) of all words, from (..., E) outputs."""
        return F.linear(outputs, self.embedding.weight, self.bias)

    def _inputs(self, seen: Seen, ids: Tensor) -> Tensor:
        """(N, T, E) x: words with the photo as a whole."""
        words = self.embedding(ids) * math.sqrt(self.config.embedding_size)
        words = dropout(words, self.dropout.words, self.training, locked=True)
        each = len(ids) // len(seen.whole)
        return words + seen.whole.repeat_interleave(each, 0).unsqueeze(1)

    def _run(self, x: Tensor) -> list[Cell]:
        """T steps of the LSTM over (N, T, E) inputs.

        Step by step, not by the fused kernel: the sentinel needs the memory cells of every step,
        which the kernel does not give.
        """
        state = self.initial_state(len(x))
        h, c = state.h[0], state.c[0]
        steps = []
        for each in x.unbind(1):
            steps.append(self._cell(each, h, c))
            h, c = steps[-1].h, steps[-1].c
        return steps

    def _cell(self, x: Tensor, h: Tensor, c: Tensor) -> Cell:
        i, f, g, o = self.lstm.gates(x, h)
        c = f * c + i * g
        return Cell(i, f, g, o, c, o * c.tanh())

    def _outputs(self, steps: list[Cell]) -> tuple[Tensor, Tensor, Tensor]:
        """(N, T, D) h of the step before, h, and the memory cells."""
        h, c = (torch.stack([getattr(step, q) for step in steps], 1) for q in "hc")
        return torch.cat((torch.zeros_like(h[:, :1]), h[:, :-1]), 1), h, c

    def _say(self, seen: Seen, x: Tensor, before: Tensor, h: Tensor, c: Tensor) -> Said:
        """Look, and find what the words are scored by.

        Args:
            seen: B photos. x: (N, T, E). before, h, c: (N, T, D).
        """
        (N, T, _), B = x.shape, len(seen.cells)
        s = self.sentinel(torch.cat((x, before), -1)).sigmoid() * c.tanh()  # eq. 9 and 10
        # All captions of a photo look at it together: (B, N / B * T, A).
        q = self.query(h).reshape(B, N // B * T, -1) / math.sqrt(self.config.attention_size)
        beside = (q * self.sentinel_key(s).reshape(q.shape)).sum(-1, keepdim=True)
        scores = torch.cat((q @ seen.keys.transpose(1, 2), beside), -1).float()
        weights = scores.softmax(-1)  # (B, N / B * T, K + 1), eq. 12
        cells, beta = weights[..., :-1].to(seen.cells.dtype), weights[..., -1:]
        context = (cells @ seen.cells).reshape(N, T, -1) + beta.reshape(N, T, 1) * s  # eq. 11
        out = dropout(context + h, self.dropout.outputs, self.training, locked=False)
        return Said(self.readout(out), weights.reshape(N, T, -1))


class CaptionModel(nn.Module):
    """Encoder, classifier and decoder: all that a checkpoint holds.

    Args:
        config: the architecture of the decoder. dropout: of it, while training.
    """

    def __init__(self, config: CaptionConfig, dropout: CaptionDropout | None = None) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder()
        self.classifier = Classifier()
        self.decoder = Decoder(config, dropout)
