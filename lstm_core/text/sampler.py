"""Writing with a character model: one character at a time, as a stream.

    sampler = TextSampler.from_checkpoint("shakespeare")
    for step in sampler.stream(TextRequest(prime="ROMEO:", temperature=0.7, seed=1)):
        print(step.character, end="", flush=True)

A character is drawn by inverting the cumulative distribution at a random number that depends on
the seed and the place alone. So the same seed draws with the same luck whatever the temperature or
the text, which is what makes runs comparable; and a run can be taken up again where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.checks import number
from lstm_core.lstm import LSTMState
from lstm_core.stepper import HALF_PRECISION_FROM, Stepper, stepper
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.vocabulary import Reading, Vocabulary

C = TypeVar("C", bound="HasVocabularySize")
M = TypeVar("M", bound=nn.Module)

MAX_LENGTH = 5_000
MAX_PRIME = 20_000
MAX_SEED = 2**32 - 1

FUSED_FROM = 20
"""Characters from which on the fused kernel's preparations are quicker than single steps."""


class HasVocabularySize(Protocol):
    """A configuration of a network that tells characters apart."""

    @property
    def vocabulary_size(self) -> int: ...


@dataclass(frozen=True)
class TextRequest:
    """What to write.

    Args:
        prime: what the network reads first; if there is none, a line break.
        length: characters to write, 1 to 5,000.
        temperature: divides the logits: 0 always takes the likeliest character, 1 is the
            network's own distribution, up to 2.
        top_k: draw only from so many of the likeliest characters; 0 for all.
        top_p: draw only from the likeliest characters that together reach this probability
            (nucleus sampling; Holtzman et al. 2020), above 0 and up to 1.
        seed: of the random numbers, 0 to 4,294,967,295.

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """

    prime: str = ""
    length: int = 500
    temperature: float = 0.8
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.prime, str):
            raise ValueError("The prime must be text.")
        if len(self.prime) > MAX_PRIME:
            raise ValueError(
                f"The prime has {len(self.prime):,} characters; at most {MAX_PRIME:,} are read."
            )
        for name, low, high, kind in (
            ("length", 1, MAX_LENGTH, int),
            ("temperature", 0, 2, float),
            ("top_k", 0, 1_000, int),
            ("top_p", 0, 1, float),
            ("seed", 0, MAX_SEED, int),
        ):
            object.__setattr__(self, name, number(name, getattr(self, name), low, high, kind))
        if self.top_p == 0:
            raise ValueError("The top-p must be a number above 0, and at most 1.")


def load(
    name: str | Path, task: str, config: type[C], model: Callable[[C], M]
) -> tuple[M, Vocabulary, Card, dict]:
    """What a sampler of characters is made of.

    Args:
        name: of a shipped checkpoint, or a .safetensors file.
        task: that the checkpoint must be of.
        config: the configuration of the network, with a `vocabulary_size`.
        model: makes the network from it.

    Returns:
        the network with its weights, its vocabulary, its card and its history.

    Raises:
        CheckpointError: a sentence, if the checkpoint cannot be used.
    """
    loaded = checkpoint.load(name, task=task)
    with checkpoint.building(loaded):
        configured = config(**loaded.card.config)
        vocabulary = Vocabulary(loaded.card.vocabulary)
        if len(vocabulary) != configured.vocabulary_size:
            raise ValueError(f"{len(vocabulary)} characters, {configured.vocabulary_size} logits")
        if all(c not in vocabulary for c in vocabulary.characters):
            raise ValueError("no character to write")
        with checkpoint.without_weights():
            network = model(configured)
        network.load_state_dict(loaded.weights, assign=True)
    return network, vocabulary, loaded.card, loaded.history


class TextStep:
    """One character written, and what the network thought when it wrote it.

    Attributes:
        position: characters of the run written before this one.
        character: what was written; id: its number.
    """

    __slots__ = ("_logits", "_next", "_row", "_state", "character", "id", "position")

    def __init__(
        self,
        position: int,
        character: str,
        id: int,
        logits: Tensor,
        state: LSTMState,
        next_logits: Tensor,
        row: int,
    ) -> None:
        self.position, self.character, self.id = position, character, id
        # The tensors of the whole batch: most consumers look into few of the steps.
        self._logits, self._state, self._next, self._row = logits, state, next_logits, row

    @property
    def log_probs(self) -> Tensor:
        """(V,) natural logarithms of what the network expected here, at temperature 1."""
        return self._logits[self._row].log_softmax(dim=-1)

    @property
    def surprise(self) -> float:
        """-log p of the character, in nats."""
        return -self.log_probs[self.id].item()

    @property
    def state(self) -> LSTMState:
        """(L, 1, H) hidden and cell states after reading the character."""
        rows = slice(self._row, self._row + 1)
        return LSTMState(self._state.h[:, rows], self._state.c[:, rows])

    @property
    def next_logits(self) -> Tensor:
        """(V,) logits of the character after this one."""
        return self._next[self._row]


class TextSampler:
    """Writes and reads with one text model. Holds nothing between requests but the weights."""

    def __init__(
        self,
        model: TextModel,
        vocabulary: Vocabulary,
        card: Card | None = None,
        history: dict | None = None,
    ) -> None:
        self.model, self.vocabulary = model.eval().requires_grad_(False), vocabulary
        self.card, self.history = card, history or {}
        self._steppers: dict[int, Stepper] = {}

    @classmethod
    def from_checkpoint(cls, name: str | Path) -> TextSampler:
        """A sampler from a shipped checkpoint or a .safetensors file.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        return cls(*load(name, "text", TextConfig, TextModel))

    def read(self, text: str) -> Reading:
        """A visitor's text as this network can read it; a line break if nothing is left of it."""
        return self.vocabulary.read_something(text)

    def stream(self, request: TextRequest, after: TextStep | None = None) -> Iterator[TextStep]:
        """Write one text.

        Args:
            request: what to write.
            after: go on from this step of an earlier run, with the state it left; the request's
                prime is then not read again.

        Yields:
            `request.length` steps, each as soon as it is known.
        """
        for (step,) in self.stream_many([request], None if after is None else [after]):
            yield step

    def write(self, request: TextRequest) -> str:
        """The whole text at once."""
        return "".join(step.character for step in self.stream(request))

    @torch.inference_mode()
    def stream_many(
        self, requests: Sequence[TextRequest], after: Sequence[TextStep] | None = None
    ) -> Iterator[list[TextStep]]:
        """Write several texts of one length side by side, reading every weight once for all.

        Args:
            requests: what to write; all of the same length.
            after: as in `stream`, one for each request.

        Yields:
            one list of steps, in the order of the requests, for each place of the text.

        Raises:
            ValueError: if there is no request, or the lengths differ.
        """
        if len({request.length for request in requests}) != 1:
            raise ValueError("Texts written side by side must have one length.")
        if after is None:
            read = {prime: self._start(prime) for prime in {r.prime for r in requests}}
            starts = [read[request.prime] for request in requests]
        else:
            starts = [(step.next_logits, step.state, step.position + 1) for step in after]
        logits = torch.stack([logits for logits, _, _ in starts])  # (B, V)
        state = LSTMState(
            torch.cat([state.h for _, state, _ in starts], dim=1),  # (L, B, H)
            torch.cat([state.c for _, state, _ in starts], dim=1),
        )
        step, characters = self._stepper(len(requests)), self.vocabulary.characters
        weight, bias = self.model.head.weight, self.model.head.bias
        draw = Draw(
            requests, [start[2] for start in starts], len(characters), self.vocabulary.escape
        )
        for n in range(requests[0].length):
            drawn = draw(logits.numpy(), n)  # (B,)
            h, state = step(drawn, state)
            expected, logits = logits, F.linear(h, weight, bias)
            yield [
                TextStep(starts[b][2] + n, characters[id_], id_, expected, state, logits, b)
                for b, id_ in enumerate(drawn.tolist())
            ]

    def _start(self, prime: str) -> tuple[Tensor, LSTMState, int]:
        """Logits and state after reading the prime, and the number of characters written: none."""
        ids = torch.from_numpy(self.vocabulary.encode(self.read(prime).text))
        embedded = self.model.embedding(ids)  # (T, E)
        if len(ids) > FUSED_FROM:
            out, state = self.model.lstm(embedded[None])
            return self.model.head(out[0, -1]), state, 0
        h, state = None, self.model.lstm.initial_state(1)
        for x in embedded:
            h, state = self.model.lstm.step(x[None], state)
        return self.model.head(h)[0], state, 0

    def _stepper(self, batch_size: int) -> Stepper:
        size = min(batch_size, HALF_PRECISION_FROM)  # there is nothing faster for more
        if size not in self._steppers:
            self._steppers[size] = stepper(self.model.lstm, self.model.embedding.weight, size)
        return self._steppers[size]


class Draw:
    """Draws the next character of each of B texts.

    In NumPy and double precision: on rows this short its calls cost a third of PyTorch's, and no
    rounding lets a character of probability zero be reached.

    Args:
        requests: B requests, with their temperatures, top-k, top-p and seeds.
        positions: for each, how many characters were drawn before.
        size: V, the number of characters.
        never: number of a character that must not be written.
    """

    def __init__(
        self,
        requests: Sequence[TextRequest],
        positions: Sequence[int],
        size: int,
        never: int | None,
    ) -> None:
        self.never = never
        temperature = np.array([[request.temperature] for request in requests])  # (B, 1)
        self.greedy = np.flatnonzero(temperature == 0)
        # A billionth is as good as 0, and keeps the products below finite.
        self.sharpness = 1 / np.maximum(temperature, 1e-9)
        self.top_k = np.array([[request.top_k or size] for request in requests])
        self.top_p = np.array([[request.top_p] for request in requests])
        self.limited = bool((self.top_k < size).any() or (self.top_p < 1).any())
        luck = []
        for request, position in zip(requests, positions, strict=True):
            generator = np.random.PCG64(request.seed)
            generator.advance(position)  # one number a character
            luck.append(np.random.Generator(generator).random(request.length))
        self.luck = np.stack(luck, axis=1)[:, :, None]  # (T, B, 1)

    def __call__(self, logits: np.ndarray, n: int) -> np.ndarray:
        """Character number n of this run for each text: (B, V) logits -> (B,) numbers."""
        logits = logits.astype(np.float64)
        if self.never is not None:
            logits[:, self.never] = -np.inf
        p = np.exp((logits - logits.max(axis=1, keepdims=True)) * self.sharpness)  # (B, V)
        if self.limited:
            p = limit(p, self.top_k, self.top_p)
        cumulative = p.cumsum(axis=1)
        # The sum is not 1, and need not be: the random number is stretched to it instead.
        ids = (cumulative <= self.luck[n] * cumulative[:, -1:]).sum(axis=1)
        if self.greedy.size:
            ids[self.greedy] = logits[self.greedy].argmax(axis=1)
        return ids


def limit(p: np.ndarray, top_k: np.ndarray, top_p: np.ndarray) -> np.ndarray:
    """Set to zero what is neither among the k likeliest nor in the nucleus.

    Args:
        p: (B, V), proportional to probabilities. top_k: (B, 1) whole numbers from 1.
        top_p: (B, 1) in (0, 1].

    Returns:
        (B, V), not scaled; the likeliest is always kept.
    """
    order = np.argsort(-p, axis=1, kind="stable")
    ordered = np.take_along_axis(p, order, axis=1)
    cumulative = ordered.cumsum(axis=1)
    before = cumulative - ordered  # what the likelier ones already hold
    nucleus = (before < top_p * cumulative[:, -1:]) | (top_p >= 1)  # whatever is rounded away
    nucleus[:, 0] = True
    kept = (np.arange(p.shape[1]) < top_k) & nucleus
    limited = np.zeros_like(p)
    np.put_along_axis(limited, order, ordered * kept, axis=1)
    return limited
