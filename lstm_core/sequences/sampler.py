"""Using the small networks: a sequence of numbers gone on with, a count copied.

NumbersReader.from_checkpoint().read([2, 4, 8]).lstm.number       # 16
for step in Counter.from_checkpoint().stream(CountRequest("aaax")):
    print(step.letter, end="")                                     # aaaxbbb
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.sequences import counting, numbers
from lstm_core.sequences.counting import (
    CHARACTERS,
    END,
    LONGEST_TRAINED,
    MOST_WRITTEN,
    balance,
    rest,
    string,
)
from lstm_core.sequences.numbers import Continuation, Guess, NumbersConfig, NumbersModel, one_hot
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.trace import Trace

NO_LETTER = -100
"""Marks a place where no letter is to be said; `cross_entropy` leaves it out."""


@dataclass(frozen=True)
class NumbersRequest:
    """A sequence to go on with.

    Args:
        sequence: 3 to 20 whole numbers from 0 to 99,999, with commas or blanks between them.

    Raises:
        ValueError: a sentence that says what is accepted.
    """

    sequence: str = "2, 4, 8"

    def __post_init__(self) -> None:
        numbers.parse(self.sequence)


@dataclass(frozen=True)
class CountRequest:
    """What to read, before the network goes on.

    Args:
        text: 1 to 200 letters a, b and x. After the first x the network goes on by itself.

    Raises:
        ValueError: a sentence that says what is accepted.
    """

    text: str = "aaaaaaaax"

    def __post_init__(self) -> None:
        counting.check(self.text)


class NumbersReader:
    """Goes on with sequences of numbers."""

    def __init__(self, model: NumbersModel, card: Card | None = None) -> None:
        self.model, self.card = model.eval().requires_grad_(False), card

    @classmethod
    def from_checkpoint(cls, name: str | Path = "numbers") -> NumbersReader:
        """A reader from a shipped checkpoint or a .safetensors file.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        loaded = checkpoint.load(name, task="sequences")
        with checkpoint.building(loaded):
            with checkpoint.without_weights():
                model = NumbersModel(NumbersConfig(**loaded.card.config))
            model.load_state_dict(loaded.weights, assign=True)
        return cls(model, loaded.card)

    @torch.inference_mode()
    def read(self, given: Sequence[int]) -> Continuation:
        """What either network expects after the last number of a sequence.

        Args:
            given: 3 to 20 whole numbers from 0 to 99,999.

        Raises:
            ValueError: a sentence that says what is accepted.
        """
        checked = numbers.check(given)
        x = torch.tensor([checked])
        lstm, feedforward = self.model(x)  # each (1, T, 5, 10)
        _, _, trace = self.model.lstm(one_hot(x), trace=True)
        return Continuation(checked, Guess.of(lstm[0, -1]), Guess.of(feedforward[0, -1]), trace)


@dataclass(frozen=True)
class CountStep:
    """A letter read or written.

    Attributes:
        letter: a, b, x, or the line break that ends a string.
        written: by the network, not read.
        probability: of the letter, as the network saw it; 1 for the first.
        trace: of this step.
    """

    letter: str
    written: bool
    probability: float
    trace: Trace


@dataclass(frozen=True)
class Copy:
    """A string read, and what the network wrote after it.

    Attributes:
        read, written: letters; the line break that ends a string is among those written.
        right: whether that is what had to follow; None where nothing in particular had to.
        cells: (T, H) state c of each cell after each letter, read or written.
    """

    read: str
    written: str
    right: bool | None
    cells: np.ndarray


class Counter:
    """Reads a string and goes on with it."""

    def __init__(self, model: TextModel, card: Card | None = None) -> None:
        self.model, self.card = model.eval().requires_grad_(False), card
        self.vocabulary = Vocabulary(CHARACTERS)

    @classmethod
    def from_checkpoint(cls, name: str | Path = "counter") -> Counter:
        """A counter from a shipped checkpoint or a .safetensors file.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        loaded = checkpoint.load(name, task="sequences")
        with checkpoint.building(loaded):
            if loaded.card.vocabulary != CHARACTERS:
                raise ValueError(f"the characters {loaded.card.vocabulary}")
            with checkpoint.without_weights():
                model = TextModel(TextConfig(**loaded.card.config))
            model.load_state_dict(loaded.weights, assign=True)
        return cls(model, loaded.card)

    @torch.inference_mode()
    def stream(self, request: CountRequest) -> Iterator[CountStep]:
        """Read a string; if there is an x in it, go on until the line break.

        Yields:
            the letters read, then those written: always the likeliest, at most 300.
        """
        lstm, state = self.model.lstm, self.model.lstm.initial_state(1)
        p: Tensor | None = None  # (4,) of the next letter
        most = len(request.text) + (MOST_WRITTEN if "x" in request.text else 0)
        for n in range(most):
            written = n >= len(request.text)
            if written:
                assert p is not None
                id_ = int(p.argmax())
            else:
                id_ = self.vocabulary.index[request.text[n]]
            out, state, trace = lstm.step(
                self.model.embedding(torch.tensor([id_])), state, trace=True
            )
            yield CountStep(CHARACTERS[id_], written, 1.0 if p is None else float(p[id_]), trace)
            if written and CHARACTERS[id_] == END:
                return
            p = self.model.head(out)[0].softmax(dim=-1)

    def go_on(self, request: CountRequest) -> Copy:
        """The whole of `stream` at once."""
        steps = list(self.stream(request))
        written = "".join(step.letter for step in steps if step.written)
        due = rest(request.text)
        cells = torch.cat([step.trace.layers[-1].c[0] for step in steps])  # (T, H)
        right = None if due is None else written == due
        return Copy(request.text, written, right, cells.numpy())

    @torch.inference_mode()
    def right(self, counts: Sequence[int]) -> np.ndarray:
        """Whether each count is copied without a mistake: (N,).

        The network goes on by its own likeliest letters; so all of them are right if each is the
        likeliest after the right ones before it, and the strings can be read side by side.
        """
        ids, target = strings(self.vocabulary, counts)
        logits, _ = self.model(ids)
        said = logits.argmax(dim=-1)
        return ((said == target) | (target == NO_LETTER)).all(dim=1).numpy()

    @cached_property
    def correlations(self) -> np.ndarray:
        """(H,) correlation of the state of each cell with the count, over all trained strings."""
        return self._correlations()

    @torch.inference_mode()
    def _correlations(self) -> np.ndarray:
        cells, counts = [], []
        for n in range(LONGEST_TRAINED + 1):
            text = string(n)[:-1]
            x = self.model.embedding(torch.from_numpy(self.vocabulary.encode(text)))
            trace = self.model.lstm(x[None], trace=True)[2]
            cells.append(trace.layers[-1].c[0].double().numpy())  # (T, H)
            counts.append(balance(text))
        c, count = np.concatenate(cells), np.concatenate(counts)
        return np.array([np.corrcoef(cell, count)[0, 1] for cell in c.T])

    @property
    def counting_cell(self) -> int:
        """The cell, from 0, whose state goes most closely with the count, up or down."""
        return int(np.abs(self.correlations).argmax())


def strings(vocabulary: Vocabulary, counts: Sequence[int]) -> tuple[Tensor, Tensor]:
    """The strings of some counts, to be read side by side.

    Returns:
        (N, T) numbers of the characters, filled up with line breaks, and (N, T) the numbers of
        those that follow: only from the x on, as no one can know when it comes; else `NO_LETTER`.
    """
    longest = 2 * max(counts) + 2
    ids = torch.zeros(len(counts), longest, dtype=torch.long)
    target = torch.full((len(counts), longest), NO_LETTER)
    for row, n in enumerate(counts):
        text = torch.from_numpy(vocabulary.encode(string(n)))
        ids[row, : len(text)] = text
        target[row, n : len(text) - 1] = text[n + 1 :]
    return ids, target
