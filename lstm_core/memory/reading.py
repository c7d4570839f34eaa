"""A text read by a network, and everything that its gates and cells did meanwhile.

    sampler = TextSampler.from_checkpoint("shakespeare")
    reading = read(sampler, "ROMEO:\nHow now?")
    reading.cell(layer=2, cell=17)["c"]  # the state of one cell after each character

T characters, L layers, H cells a layer, V characters in the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from lstm_core.lstm import LSTMState
from lstm_core.memory.cells import column, quantise
from lstm_core.text.sampler import TextSampler
from lstm_core.trace import QUANTITIES, Trace

MAX_TEXT = 5_000
GUESSES = 5


@dataclass(frozen=True)
class Reading:
    """A text as a network read it, from a state of zeros.

    Nothing is expected before the first character: its surprise is NaN, and its guesses are the
    number -1 with probability 0.
    """

    text: str  # T characters, as they were read
    note: str  # what was replaced or left out, in a sentence; empty if nothing was
    ids: np.ndarray  # (T,) int64
    surprise: np.ndarray  # (T,) float32: -log p of each character, in nats
    top: np.ndarray  # (T, k) int64: the k likeliest characters at each place, likeliest first
    top_probabilities: np.ndarray  # (T, k) float32
    trace: Trace  # tensors (1, T, H)

    def __len__(self) -> int:
        return len(self.text)

    @property
    def layers(self) -> int:
        """L."""
        return len(self.trace.layers)

    @property
    def hidden_size(self) -> int:
        """H."""
        return self.trace.layers[0].c.shape[2]

    def cell(self, layer: int, cell: int) -> dict[str, np.ndarray]:
        """The six quantities of one cell over time: i, f, g, o, c, h, each (T,) float32.

        Args:
            layer, cell: counted from 1.

        Raises:
            ValueError: a sentence, if the model has no such cell.
        """
        column(layer, cell, self.layers, self.hidden_size)
        run = self.trace.layers[layer - 1]
        return {q: getattr(run, q)[0, :, cell - 1].numpy() for q in QUANTITIES}

    def step(self, t: int) -> dict[str, np.ndarray]:
        """The six quantities of all cells after reading character t, each (L, H) float32.

        Raises:
            ValueError: a sentence, if there is no such character.
        """
        self.check(t)
        return {
            q: torch.stack([getattr(run, q)[0, t] for run in self.trace.layers]).numpy()
            for q in QUANTITIES
        }

    @cached_property
    def cells(self) -> np.ndarray:
        """127 tanh(c) of all cells after each character: (T, L * H) int8, computed once."""
        return np.concatenate([quantise(run.c[0]) for run in self.trace.layers], axis=1)

    def state(self, t: int) -> LSTMState:
        """The state after reading character t, each (L, 1, H); zeros for t = -1, the beginning.

        Raises:
            ValueError: a sentence, if there is no such character.
        """
        if t == -1:
            zeros = torch.zeros(self.layers, 1, self.hidden_size)
            return LSTMState(zeros, zeros)
        self.check(t)
        runs = self.trace.layers
        return LSTMState(
            torch.stack([run.h[:, t] for run in runs]), torch.stack([run.c[:, t] for run in runs])
        )

    def check(self, t: int) -> None:
        """Refuse a place that is not in the text.

        Raises:
            ValueError: a sentence.
        """
        if not 0 <= t < len(self):
            raise ValueError(f"The character must be a whole number from 0 to {len(self) - 1:,}.")


@torch.inference_mode()
def read(sampler: TextSampler, text: str) -> Reading:
    """Read a text of up to 5,000 characters.

    With 2 x 512 cells that takes up to 2 seconds and 125 MB: six numbers a cell and character.

    Args:
        sampler: of the model that reads.
        text: any text; what the vocabulary lacks is read as a look-alike or left out. Of an empty
            one a line break remains.

    Raises:
        ValueError: a sentence, if the text is too long or no text at all.
    """
    if not isinstance(text, str):
        raise ValueError("What is to be read must be text.")
    if len(text) > MAX_TEXT:
        raise ValueError(f"The text has {len(text):,} characters; at most {MAX_TEXT:,} are read.")
    model, as_read = sampler.model, sampler.read(text)
    if len(as_read.text) > MAX_TEXT:  # a look-alike may be longer
        raise ValueError(
            f"As this network reads it, the text has {len(as_read.text):,} characters; at most "
            f"{MAX_TEXT:,} are read."
        )
    ids = torch.from_numpy(sampler.vocabulary.encode(as_read.text))  # (T,)
    out, _, trace = model.lstm(model.embedding(ids)[None], trace=True)
    log_probs = model.head(out[0, :-1]).log_softmax(dim=-1)  # (T - 1, V)
    k = min(GUESSES, log_probs.shape[1])
    likeliest = log_probs.topk(k, dim=1)
    nothing = np.full((1, k), -1), np.zeros((1, k), dtype=np.float32)
    surprise = -log_probs.gather(1, ids[1:, None])[:, 0].numpy()
    return Reading(
        text=as_read.text,
        note=as_read.note(),
        ids=ids.numpy(),
        surprise=np.concatenate((np.full(1, np.nan, dtype=np.float32), surprise)),
        top=np.concatenate((nothing[0], likeliest.indices.numpy())),
        top_probabilities=np.concatenate((nothing[1], likeliest.values.exp().numpy())),
        trace=trace,
    )
