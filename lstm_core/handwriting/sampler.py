"""Writing by hand, one point at a time, as a stream.

    sampler = WritingSampler.from_checkpoint("writing")
    for step in sampler.stream(WritingRequest("Dear reader", bias=0.7, seed=1)):
        print(step.dx, step.dy, step.pen_up)

Long texts are written line by line. A named hand stays the same because its vector does. Where any
hand is asked for, one comes up in the first line, and the others are written as if they went on
from it, with the network's state at its end (priming, Graves 2013, section 5.5); ink of a visitor's
is gone on from in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
import torch

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.handwriting.characters import Alphabet
from lstm_core.handwriting.checking import AGAIN, AT_ONCE, MOST_ROUNDS, ROUNDS, Checker, WrittenLine
from lstm_core.handwriting.dataset import ANY_HAND, Scale, offsets
from lstm_core.handwriting.drawing import Writing
from lstm_core.handwriting.mixture import draw
from lstm_core.handwriting.model import WritingConfig, WritingModel
from lstm_core.handwriting.request import Ink, WritingRequest, lines_of
from lstm_core.handwriting.stepper import PenState, Thought, WritingStepper
from lstm_core.handwriting.steps import FLAWLESS, Attempt, Row, WritingStep
from lstm_core.recognition.sampler import ReadingSampler

FARTHEST_STYLE = 100
"""Largest number in the vector of a hand; those of the known hands are below 10."""


class WritingSampler:
    """Writes with one network. Holds nothing between requests but the weights."""

    def __init__(
        self,
        model: WritingModel,
        alphabet: Alphabet,
        card: Card | None = None,
        history: dict | None = None,
        checker: Checker | None = None,
    ) -> None:
        self.model, self.alphabet = model.eval().requires_grad_(False), alphabet
        self.scale = Scale(model.config.mean, model.config.deviation)
        self.card, self.history, self.checker = card, history or {}, checker
        self.stepper = WritingStepper(model)

    @classmethod
    def from_checkpoint(cls, name: str | Path, reader: str | Path | None = None) -> WritingSampler:
        """A sampler from a shipped checkpoint or a .safetensors file.

        Args:
            name: "writing", or a file.
            reader: the checkpoint of a network that reads, such as "reading": a word that it
                misreads is written up to `checking.ATTEMPTS` times, and the attempt kept that it
                reads best. None to leave every word as it comes.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        loaded = checkpoint.load(name, task="handwriting")
        with checkpoint.building(loaded):
            config, alphabet = WritingConfig(**loaded.card.config), Alphabet(loaded.card.vocabulary)
            if len(alphabet) != config.vocabulary_size:
                raise ValueError(f"{len(alphabet)} characters, {config.vocabulary_size} inputs")
            model = WritingModel(config)
            model.load_state_dict(loaded.weights)
        checker = None if reader is None else Checker(ReadingSampler.from_checkpoint(reader))
        return cls(model, alphabet, loaded.card, loaded.history, checker)

    @property
    def hands(self) -> tuple[str, ...]:
        """The names of the known writers."""
        return self.model.config.hands

    def style(self, request: WritingRequest) -> np.ndarray:
        """(S,) the vector of the hand that is asked for.

        Raises:
            ValueError: a sentence, if there is no such hand.
        """
        styles = self.model.styles.weight.numpy(force=True)
        rows = [self._hand(name) for name in (request.hand, request.other or request.hand)]
        return (1 - request.blend) * styles[rows[0]] + request.blend * styles[rows[1]]

    def known_style(self, style: object) -> np.ndarray:
        """(S,) the vector of a hand that somebody brings.

        Raises:
            ValueError: a sentence, if it is none.
        """
        size = self.model.config.style_size
        try:
            vector = np.asarray(style, dtype=np.float32)
            fits = vector.shape == (size,) and bool((np.abs(vector) <= FARTHEST_STYLE).all())
        except (TypeError, ValueError, OverflowError):
            fits = False
        if not fits:
            raise ValueError(
                f"A style is a list of {size} numbers from -{FARTHEST_STYLE} to {FARTHEST_STYLE}."
            )
        return vector

    def _hand(self, name: str) -> int:
        """The row of a hand."""
        if not name:
            return ANY_HAND
        if name not in self.hands:
            known = ", ".join(self.hands[:5])
            raise ValueError(f"There is no hand {name[:40]!r}; there are {known} and others.")
        return 1 + self.hands.index(name)

    def stream(
        self,
        request: WritingRequest,
        prime: Ink | None = None,
        style: np.ndarray | None = None,
        *,
        trace: bool = False,
    ) -> Iterator[WritingStep]:
        """Write one text.

        Args:
            request: what to write.
            prime: ink to go on from.
            style: (S,) the vector of a hand, in place of that of the request.
            trace: keep what the memory cells did.

        Yields:
            a step for each point, as soon as it is known; with a checker, the steps of a word once
            it is chosen.

        Raises:
            ValueError: a sentence, for characters that cannot be written or an unknown hand.
        """
        for (step,) in self.stream_many([request], [prime], [style], trace=trace):
            assert step is not None
            yield step

    def write(
        self, request: WritingRequest, prime: Ink | None = None, style: np.ndarray | None = None
    ) -> Writing:
        """The whole text at once. Of ink that it goes on from, only the last point is in it."""
        lines: list[list[tuple[float, float, bool]]] = []
        texts: list[str] = []
        for step in self.stream(request, prime, style):
            if step.position == 0:
                lines.append([(0.0, 0.0, prime is not None and step.line == 0)])
                texts.append(step.text)
            x, y, _ = lines[-1][-1]
            lines[-1].append((x + step.dx, y + step.dy, step.pen_up))
        return Writing([np.array(line, dtype=np.float64) for line in lines], texts)

    @torch.inference_mode()
    def stream_many(
        self,
        requests: Sequence[WritingRequest],
        primes: Sequence[Ink | None] | None = None,
        styles: Sequence[np.ndarray | None] | None = None,
        *,
        trace: bool = False,
    ) -> Iterator[list[WritingStep | None]]:
        """Write several texts side by side, reading every weight once for all.

        Args:
            as in `stream`; one prime and one style for each request, if any.

        Yields:
            lists of a step for each request, or None for one of which there is nothing new.

        Raises:
            ValueError: as `stream`, or if there is no request.
        """
        if not requests:
            raise ValueError("There is nothing to write.")
        primes = primes or [None] * len(requests)
        styles = styles or [None] * len(requests)
        triples = zip(requests, primes, styles, strict=True)
        rows = [self._begin(n, *triple) for n, triple in enumerate(triples)]
        yield from self._run(rows, trace) if self.checker is None else self._choose(rows, trace)

    def _choose(self, rows: list[Row], trace: bool) -> Iterator[list[WritingStep | None]]:
        """Write rows to their ends, word by word; of each word comes the best attempt, all at once.

        Nothing is better than an attempt after which no more of the line is misread than before; as
        long as there is none, more are made, a few side by side.
        """
        count = len(rows)
        for row in rows:
            row.go_on()
        while rows:
            best = self._attempts(rows, [[row.luck] for row in rows], trace)
            for done in range(MOST_ROUNDS):
                again = [
                    n for n, row in enumerate(rows)
                    if done < rounds_for(len(row.wanted) - row.word.begin)
                    and is_worse(best[n].fault, row.fault, lost=done >= ROUNDS)
                ]  # fmt: skip
                if not again:
                    break
                unlucky = [rows[n] for n in again]
                lucks = [row.luck.spawn(AT_ONCE) for row in unlucky]
                others = self._attempts(unlucky, lucks, trace)
                for n, other in zip(again, others, strict=True):
                    best[n] = min(best[n], other, key=lambda attempt: attempt.fault)
            chosen: list[Sequence[WritingStep]] = [()] * count
            for row, attempt in zip(rows, best, strict=True):
                chosen[row.index] = attempt.steps
                attempt.steps[-1].pauses = True
                self._follow(row, attempt)
            yield from map(list, zip_longest(*chosen))
            rows = [row for row in rows if not row.over]

    def _follow(self, row: Row, attempt: Attempt) -> None:
        """Take a word as it was written, and turn to the next one."""
        done, last = attempt.row, attempt.steps[-1]
        row.position, row.points = done.position, done.points
        if not last.last:
            assert row.word.end is not None
            point = self.scale.normalise(np.array([last.dx, last.dy, last.pen_up]))
            row.go_on(row.word.end + 1, (last.thought.state.rows([last.row]), point))
            row.fault = attempt.fault
            return
        row.start, row.read, row.point = done.start, done.read, done.point
        row.line, row.fault = done.line, FLAWLESS
        if not row.over:
            row.go_on()

    def _attempts(
        self, rows: list[Row], lucks: list[list[np.random.Generator]], trace: bool
    ) -> list[Attempt]:
        """The best of some attempts at the next word of each row, as many as there are lucks for
        each, all of them side by side."""
        assert self.checker is not None
        whose = [row for row, own in zip(rows, lucks, strict=True) for _ in own]
        attempts = [
            replace(row, lines=row.lines[: row.line + 1], points=row.points.copy(), luck=luck)
            for row, luck in zip(whose, chain(*lucks), strict=True)
        ]
        for index, attempt in enumerate(attempts):
            attempt.index = index
        written: list[list[WritingStep]] = [[] for _ in attempts]
        for steps in self._run(attempts, trace):
            for word, step in zip(written, steps, strict=True):
                if step is not None:
                    word.append(step)
        for attempt, word in zip(attempts, written, strict=True):
            if attempt.paused:
                del word[gap(word, len(attempt.wanted)) :]
                attempt.position = attempt.word.position + len(word)
                del attempt.points[attempt.position + 1 :]
        lines = [
            WrittenLine(row.wanted, attempt.ink, word[-1].given_up)
            for row, attempt, word in zip(whose, attempts, written, strict=True)
        ]
        found = list(map(Attempt, attempts, written, self.checker(lines)))
        K = len(lucks[0])
        groups = (found[n : n + K] for n in range(0, len(found), K))
        return [min(group, key=lambda attempt: attempt.fault) for group in groups]

    def _run(self, rows: list[Row], trace: bool) -> Iterator[list[WritingStep | None]]:
        """Write rows to their ends, or to those of their next words."""
        count = len(rows)
        characters, state, points = self._places(rows), *self._starts(rows)
        constants = np.concatenate([row.constants for row in rows], axis=1)
        thought = self.stepper(points, state, characters, constants)
        while rows:
            before, bias = thought, np.array([row.request.bias for row in rows])
            points = draw(before.outputs, bias, np.stack([row.fortune() for row in rows]))
            points = points.astype(np.float32)
            thought = self.stepper(points, before.state, characters, constants)
            steps: list[WritingStep | None] = [None] * count
            ended = []
            for b, row in enumerate(rows):
                passed = has_passed(thought.phi[b], len(row.text))
                last = passed or row.position + 1 >= row.bound
                step = WritingStep(
                    row, points[b], last, before, b, self.scale, trace, given_up=last and not passed
                )
                steps[row.index] = step
                row.add(step)
                if not last and row.is_past_its_word(thought.phi[b]):
                    ended.append(b)
                    row.paused = True
                if last:
                    ended.append(b)
                    if row.keep and row.line == 0:
                        row.start, row.read = before.state.rows([b]), row.lines[0]
                        row.point = np.append(points[b, :2], np.float32(1))
                    row.line += 1
            yield steps
            if ended:
                going = [b for b, row in enumerate(rows) if not row.over]
                begun = [rows[b] for b in ended if b in going]
                kept = [b for b in going if b not in ended]
                rows = [rows[b] for b in kept] + begun
                if not rows:
                    return
                # Everything is put in order anew; the lines that have not ended keep their thought.
                characters = self._places(rows)
                constants = np.concatenate([row.constants for row in rows], axis=1)
                thought = self._resumed(thought, kept, begun, characters, constants)

    def _resumed(
        self, thought: Thought, kept: list[int], begun: list[Row], characters: np.ndarray,
        constants: np.ndarray,
    ) -> Thought:  # fmt: skip
        """The thoughts of lines that go on, and the first of those that begin."""
        old = Thought(
            thought.outputs[kept], fitted(thought.phi[kept], characters.shape[1]),
            thought.state.rows(kept), thought.gates[:, kept],
        )  # fmt: skip
        if not begun:
            return old
        state, points = self._starts(begun)
        n = len(kept)
        new = self.stepper(points, state, characters[n:], constants[:, n:])
        return Thought(
            np.concatenate((old.outputs, new.outputs)),
            np.concatenate((old.phi, new.phi)),
            PenState.join([old.state, new.state]),
            np.concatenate((old.gates, new.gates), axis=1),
        )

    def _begin(
        self, index: int, request: WritingRequest, prime: Ink | None, style: np.ndarray | None
    ) -> Row:
        """A text that is to be written, its ink read."""
        text = self.alphabet.read(request.text)
        vector = self.style(request) if style is None else self.known_style(style)
        constants = self.stepper.constants(vector[None].astype(np.float32))
        start = PenState.of(self.model.initial_state(1))
        point, read = self.scale.normalise(np.zeros(3)), ""
        if prime is not None:
            read = self.alphabet.read(prime.text)
            start, point = self._read(prime, read, vector)
        named = bool(request.hand) or style is not None
        return Row(
            request, lines_of(text), start, point, read, not named and prime is None, constants,
            np.random.Generator(np.random.PCG64(request.seed)), index,
        )  # fmt: skip

    def _read(self, ink: Ink, text: str, style: np.ndarray) -> tuple[PenState, np.ndarray]:
        """The state after all of some ink but its last point, and that point."""
        moves = self.scale.normalise(offsets(ink.points))
        moves[-1, 2] = 1
        ids = torch.from_numpy(self.alphabet.encode(text))[None]
        points, vector = torch.from_numpy(moves[None, :-1]), torch.from_numpy(style)[None].float()
        _, state = self.model(points, ids, vector)
        return PenState.of(state), moves[-1]

    def _starts(self, rows: Sequence[Row]) -> tuple[PenState, np.ndarray]:
        """The states in which rows begin, and the (B, 3) points that are read first."""
        states, points = zip(*(row.begins for row in rows), strict=True)
        return PenState.join(list(states)), np.stack(points)

    def _places(self, rows: Sequence[Row]) -> np.ndarray:
        """(B, U + 1, V) one-hot rows of the texts, and zeros after their ends."""
        U = max(len(row.text) for row in rows)
        places = np.zeros((len(rows), U + 1, len(self.alphabet)), dtype=np.float32)
        for b, row in enumerate(rows):
            places[b, np.arange(len(row.text)), self.alphabet.encode(row.text)] = 1
        return places


def has_passed(phi: np.ndarray, length: int) -> bool:
    """Whether the window has left a text: Graves (2013), section 5.3.

    Args:
        phi: (U,) weights of the places of a text, and of at least one more.
        length: of the text.
    """
    return bool(phi[length] > phi[:length].max())


def rounds_for(characters: int) -> int:
    """How often more attempts may be made at a word of so many characters."""
    return min(MOST_ROUNDS, max(1, AGAIN // (AT_ONCE * max(1, characters))))


def is_worse(fault: tuple[bool, float], before: tuple[bool, float], lost: bool) -> bool:
    """Whether a line is worse than before a word was added; or, whether only now it has failed."""
    return fault[0] > before[0] if lost else fault > before


def gap(steps: Sequence[WritingStep], space: int) -> int:
    """How many steps belong to a word, if the window left the space after it in the last of them:
    up to the last time that the pen was lifted at that place; all, if it was not."""
    there = (n for n, step in enumerate(steps, start=1) if step.attention.argmax() >= space)
    return max((n for n in there if steps[n - 1].pen_up), default=len(steps))


def fitted(phi: np.ndarray, places: int) -> np.ndarray:
    """(B, U) weights with as many places as there are now; none of a text is cut off."""
    more = max(0, places - phi.shape[1])
    return np.pad(phi, ((0, 0), (0, more)))[:, :places]
