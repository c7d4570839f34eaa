"""A network that reads the pen's path and says, step by step, which characters it sees.

The outputs are trained by connectionist temporal classification (CTC; Graves, Fernández, Gomez &
Schmidhuber 2006), which sums over all ways in which a text may be spread over the steps: nobody has
to say where one letter ends and the next begins. Graves et al. (2009), "A Novel Connectionist
System for Unconstrained Handwriting Recognition", brought it to these data.

The lowest layer reads two points of the path at a time. The layers above read two of its outputs at
a time (a pyramid; Chan et al. 2016, arXiv:1508.01211, section 3.1): letters are longer than that,
and a sequence of a quarter of the length is read four times as fast.

Shapes: B lines in a batch, M points of the longest path, F features, T = M / 4 frames,
V characters.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.bilstm import BiLSTM
from lstm_core.lstm import LSTM, dropout
from lstm_core.recognition.features import FEATURES
from lstm_core.trace import QUANTITIES, LayerTrace

BLANK = 0
"""The output that stands for no character; character n of the vocabulary is output n + 1."""

STACKED = 2
"""Steps that a layer reads at a time, in the lowest layer and again in the one above it."""

POINTS_PER_FRAME = STACKED**2


@dataclass(frozen=True)
class ReaderConfig:
    """The architecture of a `ReaderModel`."""

    vocabulary_size: int  # V, without the blank
    bidirectional: bool = True
    lower_size: int = 128  # cells of the lowest layer, each way
    hidden_size: int = 160  # cells of the layers above, each way
    num_layers: int = 4  # with the lowest


@dataclass(frozen=True)
class ReaderDropout:
    """What is left out at random while training, as probabilities."""

    lower: float = 0.1  # outputs of the lowest layer
    layers: float = 0.3  # outputs between the layers above
    outputs: float = 0.4  # outputs of the top layer
    locked: bool = False  # one mask serves all steps of a line


class ReaderModel(nn.Module):
    """A pyramid of LSTM layers, both ways or forwards only, and a logit for each character."""

    def __init__(self, config: ReaderConfig, dropout: ReaderDropout | None = None) -> None:
        super().__init__()
        self.config, self.dropout = config, dropout or ReaderDropout()
        ways = 2 if config.bidirectional else 1
        layer = BiLSTM if config.bidirectional else LSTM
        self.lower = layer(STACKED * len(FEATURES), config.lower_size)
        self.upper = layer(
            STACKED * ways * config.lower_size,
            config.hidden_size,
            config.num_layers - 1,
            dropout=self.dropout.layers,
            locked=self.dropout.locked,
        )
        self.head = nn.Linear(ways * config.hidden_size, config.vocabulary_size + 1)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Read lines.

        Args:
            x: (B, M, F) features; those beyond the end of a line do not matter.
            lengths: (B,) points of each line.

        Returns:
            (B, T, V + 1) logits, and (B,) the frames of each line.
        """
        p = self.dropout
        x, lengths = stack(x, lengths)
        x = run(self.lower, x, lengths)
        x = dropout(x, p.lower, self.training, p.locked)
        x, lengths = stack(x, lengths)
        x = run(self.upper, x, lengths)
        x = dropout(x, p.outputs, self.training, p.locked)
        return self.head(x), lengths

    def trace(self, x: Tensor, lengths: Tensor) -> list[LayerTrace]:
        """What the cells do while one line is read, layer by layer, forwards before backwards.

        The lowest layers take two steps a frame. Here they have one, the later of the two in the
        direction of reading, so that all are of one length.

        Args:
            x: (1, M, F) features. lengths: (1,) M.

        Returns:
            2L layers, L of a network of one direction, each (1, T, H).
        """
        x, lengths = stack(x, lengths)
        x, lower = traced(self.lower, x)
        frames = torch.arange(-(-x.shape[1] // STACKED))
        later = torch.clamp(STACKED * frames + STACKED - 1, max=x.shape[1] - 1)
        found = [
            LayerTrace(**{q: getattr(layer, q)[:, places] for q in QUANTITIES})
            for layer, places in zip(lower, (later, STACKED * frames), strict=False)
        ]
        x, _ = stack(x, lengths)
        return found + traced(self.upper, x)[1]


def traced(layers: nn.Module, x: Tensor) -> tuple[Tensor, list[LayerTrace]]:
    """Outputs of a stack of either kind, and the traces of its layers."""
    if isinstance(layers, BiLSTM):
        out, both = layers(x, trace=True)
        pairs = zip(both.forwards.layers, both.backwards.layers, strict=True)
        return out, [layer for pair in pairs for layer in pair]
    out, _, trace = layers(x, trace=True)
    return out, trace.layers


def run(layers: nn.Module, x: Tensor, lengths: Tensor) -> Tensor:
    """(B, T, ways * H) outputs of a stack of either kind."""
    if isinstance(layers, BiLSTM):
        return layers(x, lengths)
    return layers(x)[0]


def stack(x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Neighbouring steps side by side, as one step.

    Args:
        x: (B, T, C); whatever lies beyond the end of a sequence counts as zeros.
        lengths: (B,).

    Returns:
        (B, ceil(T / n), n * C), and the lengths of that.
    """
    B, T, C = x.shape
    inside = torch.arange(T, device=x.device) < lengths.to(x.device)[:, None]  # (B, T)
    x = F.pad(x * inside[..., None], (0, 0, 0, -T % STACKED))
    return x.reshape(B, -1, STACKED * C), -(-lengths // STACKED)


def ctc_loss(logits: Tensor, lengths: Tensor, targets: list[Tensor]) -> Tensor:
    """Nats a character, -log P(text | ink) over the number of all characters.

    A line too short for its text is left out: no path through it spells the text.

    Args:
        logits: (B, T, V + 1). lengths: (B,) frames. targets: B tensors of output numbers, from 1.
    """
    sizes = torch.tensor([len(target) for target in targets])
    log_probabilities = logits.float().log_softmax(-1).transpose(0, 1)  # (T, B, V + 1)
    nats = F.ctc_loss(
        log_probabilities,
        torch.cat(targets),
        lengths.cpu(),
        sizes,
        blank=BLANK,
        reduction="sum",
        zero_infinity=True,
    )
    return nats / sizes.sum()


def told_loss(logits: Tensor, lengths: Tensor, told: Tensor, delay: int) -> Tensor:
    """Nats of saying what another network said, some frames later; summed over the frames.

    A network that reads forwards only is slow to find out by CTC alone where letters are. One that
    reads both ways knows, and can tell it frame by frame (Kurata & Audhkhasi 2018, "Improved
    knowledge distillation from bi-directional to uni-directional LSTM CTC for end-to-end speech
    recognition"); the delay lets it see the end of a letter before it has to name it.

    Args:
        logits: (B, T, V + 1). lengths: (B,) frames.
        told: (B, T, V + 1) logits of the network that tells.
        delay: in frames; what is told of the last frames of a line goes unheard.
    """
    T = logits.shape[1] - delay
    inside = torch.arange(T, device=logits.device) < lengths.to(logits.device)[:, None] - delay
    wanted = told[:, :T].float().softmax(-1)
    nats = -(wanted * logits[:, delay:].float().log_softmax(-1)).sum(-1)  # (B, T)
    return (nats * inside).sum()
