"""Chorales, composed frame by frame, as a stream.

    sampler = ChoraleSampler.from_checkpoint("chorales")
    for step in sampler.stream(ChoraleRequest(length=128, seed=1)):
        print(step.pitches)

What is given - a melody, some bars, anything - is kept, and the rest is written around it: the
network has read all that is given, before and after, when it chooses.

The network has seen the rules of four-part writing kept nearly always, and breaks them more often
than that: what it draws is a sample, and nobody drew Bach's. So it may be told to mind them: a
quarter in which one is broken (`rules.py`) is written again, a few times, and the attempt with the
fewest faults stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.checks import number
from lstm_core.lstm import LSTMState
from lstm_core.music.chorales import rules
from lstm_core.music.chorales.dataset import (
    GRIDS,
    HIGHEST,
    LOWEST,
    QUARTER,
    SILENCE,
    SILENT,
    VOICES,
    pitches_of,
    symbols_of,
)
from lstm_core.music.chorales.model import ChoraleConfig, ChoraleModel
from lstm_core.music.chorales.stepper import ChoraleStepper, traced
from lstm_core.trace import Trace

MAX_LENGTH = 1_600
"""Frames of one request: a hundred bars of four quarters."""

MAX_SEED = 2**32 - 1
SIXTEENTHS = GRIDS.index("sixteenths")

OPEN = -2
"""In what is given: the network is to write it. (-1 is silence.)"""


@dataclass(frozen=True, eq=False)
class ChoraleRequest:
    """What to compose.

    Args:
        length: frames to write, each a sixteenth note, 1 to 1,600; that of `given`, if any.
        temperature: 0 always takes the likeliest pitch, 1 draws from the network's own
            distribution, up to 2.
        seed: of the random numbers, 0 to 4,294,967,295.
        given: (T, 4) MIDI pitches of soprano, alto, tenor and bass in every frame, from 30 to 90;
            -1 for silence; -2 where the network is to write. Nothing is given when None.
        classes: twelve weights from 0 to 1 of the pitch classes, C first; all 1 when None.
        motion: nats that it costs a voice to hold its pitch, -3 to 3. At 0 the voices hold as the
            network has it, which at a temperature below 1 is too often; at the usual 0.5, and 0.9,
            they move about as often as in the chorales of the validation part.
        attempts: how often a quarter is written at most in which a rule is broken, 1 to 32.

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """

    length: int = 256
    temperature: float = 0.9
    seed: int = 0
    given: np.ndarray | None = None
    classes: tuple[float, ...] | None = None
    motion: float = 0.5
    attempts: int = 8

    def __post_init__(self) -> None:
        if self.given is not None:
            given = check_given(self.given)
            object.__setattr__(self, "given", given)
            object.__setattr__(self, "length", len(given))
        if self.classes is not None:
            object.__setattr__(self, "classes", check_classes(self.classes))
        for name, low, high, kind in (
            ("length", 1, MAX_LENGTH, int),
            ("temperature", 0, 2, float),
            ("seed", 0, MAX_SEED, int),
            ("motion", -3, 3, float),
            ("attempts", 1, 32, int),
        ):
            object.__setattr__(self, name, number(name, getattr(self, name), low, high, kind))


def check_given(given: object) -> np.ndarray:
    """(T, 4) int64, of anything that was sent.

    Raises:
        ValueError: a sentence.
    """
    what = (
        f"What is given must be 1 to {MAX_LENGTH:,} frames of four whole numbers: pitches from "
        f"{LOWEST} to {HIGHEST}, -1 for silence, -2 for what is to be written."
    )
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(what) from None
    if array.ndim != 2 or array.shape[1] != VOICES or not 1 <= len(array) <= MAX_LENGTH:
        raise ValueError(what)
    sung = (array >= LOWEST) & (array <= HIGHEST) & (array == np.rint(array))
    if not (sung | (array == -1) | (array == OPEN)).all():  # which NaN is none of
        raise ValueError(what)
    return array.astype(np.int64)


def check_classes(classes: object) -> tuple[float, ...]:
    """Twelve weights.

    Raises:
        ValueError: a sentence.
    """
    what = "The pitch classes must be twelve numbers from 0 to 1, at least one of them above 0."
    if not isinstance(classes, list | tuple | np.ndarray) or len(classes) != 12:
        raise ValueError(what)
    try:
        weights = tuple(number("weight", w, 0, 1, float) for w in classes)
    except ValueError:
        raise ValueError(what) from None
    if not any(weights):
        raise ValueError(what)
    return weights


@dataclass(frozen=True, eq=False)
class ChoraleStep:
    """One frame of a chorale.

    Attributes:
        frame: its number, from 0.
        pitches: (4,) MIDI pitches; -1 is silence.
        given: (4,) whether they were given.
        probabilities: (4, S) of every symbol for each voice, as the network had them, before
            temperature and the wishes of the request; for a voice that was given, too.
        cells: for each voice what the memory cells did as it was written, tensors (1, 1, H); empty
            unless asked for.
    """

    frame: int
    pitches: np.ndarray
    given: np.ndarray
    probabilities: np.ndarray
    cells: list[Trace] = field(default_factory=list)

    @property
    def surprise(self) -> np.ndarray:
        """(4,) nats of what each voice sings."""
        symbols = symbols_of(self.pitches)
        return -np.log(self.probabilities[np.arange(VOICES), symbols])


class Place(NamedTuple):
    """Where a chorale goes on."""

    state: LSTMState  # of the writer
    before: np.ndarray  # (4,) symbols of the frame before
    last: int  # the symbol that was written last


class ChoraleSampler:
    """Composes with one network. Holds nothing between requests but the weights."""

    def __init__(
        self, model: ChoraleModel, card: Card | None = None, history: dict | None = None
    ) -> None:
        self.model = model.eval().requires_grad_(False)
        self.card, self.history = card, history or {}
        self.stepper = ChoraleStepper(self.model)

    @classmethod
    def from_checkpoint(cls, name: str | Path = "chorales") -> ChoraleSampler:
        """A sampler from a shipped checkpoint or a .safetensors file.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        loaded = checkpoint.load(name, task="music")
        with checkpoint.building(loaded):
            model = ChoraleModel(ChoraleConfig(**loaded.card.config))
            model.load_state_dict(loaded.weights)
        return cls(model, loaded.card, loaded.history)

    @torch.inference_mode()
    def stream(self, request: ChoraleRequest, *, trace: bool = False) -> Iterator[ChoraleStep]:
        """Compose one chorale.

        Args:
            request: what to compose.
            trace: keep what the memory cells did.

        Yields:
            a step for each frame, a quarter at a time.
        """
        model, T = self.model, request.length
        pitches = np.full((T, VOICES), OPEN) if request.given is None else request.given
        told = pitches != OPEN
        symbols = symbols_of(np.where(told, pitches, -1))
        beats = torch.arange(T)[None] % QUARTER
        context = model.read(
            torch.from_numpy(symbols)[None], torch.from_numpy(told)[None], beats,
            torch.tensor([SIXTEENTHS]),
        )[0]  # (T, C)  # fmt: skip
        frames = self.stepper.places(context.numpy(), SIXTEENTHS)
        gates = np.empty((model.writer.num_layers, 4 * model.writer.hidden_size), np.float32)
        wishes = self._wishes(request)
        luck = np.random.Generator(np.random.PCG64(request.seed))

        def write(t: int, place: Place) -> tuple[ChoraleStep, Place]:
            state, before, last = place
            now, probabilities, cells = symbols[t].copy(), [], []
            for v in range(VOICES):
                logits, state = self.stepper(last, before[v], v, frames[t], state, gates)
                if trace:
                    cells.append(traced(gates, state))
                logits = logits.astype(np.float64)
                probabilities.append(softmax(logits))
                fortune = luck.random()
                if not told[t, v]:
                    now[v] = draw(logits + wishes, int(before[v]), request, fortune)
                last = int(now[v])
            step = ChoraleStep(t, pitches_of(now), told[t], np.stack(probabilities), cells)
            return step, Place(state, now, last)

        place = Place(model.initial_state(1), SILENT, SILENCE)
        for first in range(0, T, QUARTER):
            quarter = range(first, min(first + QUARTER, T))
            free = request.temperature > 0 and not told[first : first + QUARTER].all()
            best: tuple[int, list[ChoraleStep], Place] | None = None
            for _ in range(request.attempts if free else 1):
                steps, after = [], place
                for t in quarter:
                    step, after = write(t, after)
                    steps.append(step)
                faults = broken(pitches_of(place.before), [step.pitches for step in steps])
                if best is None or faults < best[0]:
                    best = faults, steps, after
                if not faults:
                    break
            assert best is not None
            _, steps, place = best
            yield from steps

    def compose(self, request: ChoraleRequest) -> np.ndarray:
        """(T, 4) MIDI pitches of a whole chorale; -1 is silence."""
        return np.stack([step.pitches for step in self.stream(request)])

    def _wishes(self, request: ChoraleRequest) -> np.ndarray:
        """(S,) what is added to the logits for the pitch classes that are asked for."""
        wishes = np.zeros(HIGHEST - LOWEST + 2)
        if request.classes is not None:
            weights = np.array(request.classes)[np.arange(LOWEST, HIGHEST + 1) % 12]
            with np.errstate(divide="ignore"):
                wishes[1:] = np.log(weights)
        return wishes


def broken(before: np.ndarray, quarter: list[np.ndarray]) -> int:
    """How often the rules are broken in a quarter, or on the way to it.

    Args:
        before: (4,) pitches of the frame before. quarter: (4,) of each frame.
    """
    moves, chords = rules.moves(np.stack([before, *quarter])), rules.chords(quarter[0][None])
    return sum(moves.values()) + sum(chords.values())


def softmax(logits: np.ndarray) -> np.ndarray:
    """(S,) probabilities."""
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def draw(logits: np.ndarray, before: int, request: ChoraleRequest, fortune: float) -> int:
    """A symbol, by inverting the cumulative distribution at a random number.

    Args:
        logits: (S,) of the network, with what was asked for.
        before: what the voice sang in the frame before.
        request: its temperature and motion.
        fortune: from 0 to below 1.
    """
    wanted = logits.copy()
    wanted[before] -= request.motion
    if request.temperature == 0:
        return int(wanted.argmax())
    weights = np.exp((wanted - wanted.max()) / request.temperature)
    cumulative = weights.cumsum()
    return int(np.searchsorted(cumulative, fortune * cumulative[-1], side="right"))
