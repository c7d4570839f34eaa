"""Piano music, played event by event, as a stream.

    sampler = PianoSampler.from_checkpoint("piano")
    for step in sampler.stream(PianoRequest(seconds=30, seed=1)):
        for note in step.notes:
            print(note)

What may follow what, and how wishes are heard, is in `piano.rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.lstm import LSTMState
from lstm_core.music.midi import Note
from lstm_core.music.piano.events import (
    EVENTS,
    HIGHEST,
    LOWEST,
    START,
    Decoder,
    events_of,
    kind_of,
    on_grid,
    velocity_of,
)
from lstm_core.music.piano.request import PianoRequest
from lstm_core.music.piano.rules import Rules
from lstm_core.stepper import Stepper, stepper
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.sampler import limit
from lstm_core.trace import Trace

MAX_SECONDS = 3_600
"""Of a request without an end."""

PRIME = 1_000
"""Notes that are read, the last ones, of those to go on from."""


class PianoStep:
    """One event, and what the network thought when it chose it.

    Attributes:
        position: events of the run before this one.
        event: its number, as in `piano.events`.
        seconds: the time after it; of a request with a prime, on the prime's clock.
        struck: the key that it strikes, with its velocity; None for other events.
        notes: those that end with it, by pitch; with the last step, all that still sound.
        cells: what the memory cells did as they read what was before it, tensors (1, 1, H); None
            unless asked for, and at the first step.
    """

    __slots__ = ("_logits", "_state", "cells", "event", "notes", "position", "seconds", "struck")

    def __init__(
        self, position: int, event: int, seconds: float, struck: tuple[int, int] | None,
        notes: list[Note], logits: Tensor, state: LSTMState, cells: Trace | None,
    ) -> None:  # fmt: skip
        self.position, self.event, self.seconds = position, event, seconds
        self.struck, self.notes, self.cells = struck, notes, cells
        self._logits, self._state = logits, state

    @property
    def log_probs(self) -> Tensor:
        """(V,) natural logarithms of what the network expected here, before all rules."""
        return self._logits.log_softmax(dim=-1)

    @property
    def surprise(self) -> float:
        """-log p of the event, in nats."""
        return -self.log_probs[self.event].item()

    @property
    def state(self) -> LSTMState:
        """(L, 1, H) hidden and cell states before the event: those that expected it."""
        return self._state


class PianoSampler:
    """Plays with one network. Holds nothing between requests but the weights."""

    def __init__(
        self, model: TextModel, card: Card | None = None, history: dict | None = None
    ) -> None:
        self.model = model.eval().requires_grad_(False)
        self.card, self.history = card, history or {}
        self._stepper: Stepper | None = None

    @classmethod
    def from_checkpoint(cls, name: str | Path = "piano") -> PianoSampler:
        """A sampler from a shipped checkpoint or a .safetensors file.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        loaded = checkpoint.load(name, task="music")
        with checkpoint.building(loaded):
            config = TextConfig(**loaded.card.config)
            if config.vocabulary_size != EVENTS:
                raise ValueError(f"{config.vocabulary_size} events, there are {EVENTS}")
            with checkpoint.without_weights():
                model = TextModel(config)
            model.load_state_dict(loaded.weights, assign=True)
        return cls(model, loaded.card, loaded.history)

    @torch.inference_mode()
    def stream(self, request: PianoRequest, *, trace: bool = False) -> Iterator[PianoStep]:
        """Play one piece, or go on with one.

        Args:
            request: what to play.
            trace: keep what the memory cells did.

        Yields:
            a step for each event, as soon as it is known.
        """
        model, step = self.model, self._ready()
        weight, bias = model.head.weight, model.head.bias
        ids, decoder = opening(request)
        rules = Rules(request, decoder)
        out, state = model.lstm(model.embedding(ids)[None])
        logits = model.head(out[0, -1])  # (V,)
        cells: Trace | None = None
        luck = np.random.Generator(np.random.PCG64(request.seed))
        until = decoder.seconds + (MAX_SECONDS if request.seconds is None else request.seconds)
        position, ended = 0, False
        while not ended:
            event = draw(rules.wanted(logits.numpy().astype(np.float64)), request, luck.random())
            notes = decoder(event)
            rules.take(event)
            kind, value = kind_of(event)
            ended = decoder.seconds >= until
            if ended:  # the last time that passed may be more than was left
                notes = [
                    note._replace(end=min(note.end, until))
                    for note in sorted(notes + decoder.close())
                ]
            struck = (value, decoder.velocity) if kind == "on" else None
            yield PianoStep(
                position, event, min(decoder.seconds, until), struck, notes, logits, state, cells
            )
            position += 1
            if trace:
                h, state, cells = model.lstm.step(model.embedding.weight[event][None], state,
                                                  trace=True)  # fmt: skip
            else:
                h, state = step(np.array([event]), state)
            logits = F.linear(h, weight, bias)[0]

    def play(self, request: PianoRequest) -> list[Note]:
        """All notes of a piece at once, by start and pitch."""
        notes = [note for step in self.stream(request) for note in step.notes]
        return sorted(notes, key=lambda note: (note.start, note.pitch))

    def _ready(self) -> Stepper:
        if self._stepper is None:
            self._stepper = stepper(self.model.lstm, self.model.embedding.weight, 1)
        return self._stepper


def opening(request: PianoRequest) -> tuple[Tensor, Decoder]:
    """(T,) what the network reads first, and a decoder that stands at its end."""
    on_keys = on_grid(request.prime)
    if not len(on_keys):
        return torch.tensor([START]), Decoder()
    begun = min(note.start for note in request.prime if LOWEST <= note.pitch <= HIGHEST)
    read = on_keys[-PRIME:]
    events = events_of(read - [read[0, 0], read[0, 0], 0, 0])
    decoder = Decoder(int(read[:, 1].max()), begun)
    decoder.velocity = velocity_of(int(on_keys[-1, 3]))
    if len(read) == len(on_keys):
        events = np.concatenate(([START], events))
    return torch.from_numpy(events), decoder


def draw(wanted: np.ndarray, request: PianoRequest, fortune: float) -> int:
    """An event, by inverting the cumulative distribution at a random number.

    Args:
        wanted: (V,) logits, minus infinity for what may not be drawn.
        request: its temperature and top-p.
        fortune: from 0 to below 1.
    """
    if request.temperature == 0:
        return int(wanted.argmax())
    p = np.exp((wanted - wanted.max()) / max(request.temperature, 1e-9))
    if request.top_p < 1:
        p = limit(p[None], np.array([[EVENTS]]), np.array([[request.top_p]]))[0]
    cumulative = p.cumsum()
    return int((cumulative <= fortune * cumulative[-1]).sum())
