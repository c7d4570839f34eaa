"""Reading what somebody has written, from the movements of the pen.

    sampler = ReadingSampler.from_checkpoint("reading")
    for line in sampler.read(ReadingRequest(strokes)):
        print(line.text)

How it was read can be looked into: what the memory cells did, and what a character owes to the ink.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.hardware import one_thread
from lstm_core.ink.geometry import normalise
from lstm_core.recognition.dataset import Characters, line_features, pad
from lstm_core.recognition.decoding import Language, Reading, align, beam_search, best_path
from lstm_core.recognition.influence import pen_gradient
from lstm_core.recognition.language import LanguageModel
from lstm_core.recognition.lines import InkLine, ink_lines
from lstm_core.recognition.model import BLANK, ReaderConfig, ReaderModel
from lstm_core.recognition.request import ReadingRequest
from lstm_core.trace import Trace


class ReadCharacter(NamedTuple):
    """One character that was read."""

    character: str
    frame: int  # in which it was seen most clearly
    point: int  # of the request, counted over all strokes, that the network had come to then
    probability: float  # of the output in that frame


class Candidate(NamedTuple):
    """A text that a line may be."""

    text: str
    log_probability: float  # of the text given the ink, by the reader alone, in nats


@dataclass(frozen=True, eq=False)
class LineReading:
    """One line as it was read.

    Attributes:
        text: the best of the candidates.
        characters: of this text.
        candidates: texts that it may be, the best first. With a language model what is best is
            judged by both.
        probabilities: (T, V + 1) float32 of every output in each frame; output 0 is the blank,
            output n is character n - 1 of the vocabulary.
        frame_points: (T,) the last point of the request that each frame has read.
        ink: (N,) the points of the request that are this line, in the order of writing.
    """

    text: str
    characters: list[ReadCharacter]
    candidates: list[Candidate]
    probabilities: np.ndarray
    frame_points: np.ndarray
    ink: np.ndarray


class ReadingSampler:
    """Reads with a trained network. Holds nothing between requests but the weights.

    Args:
        model: the network; it is put into evaluation mode.
        characters: that its outputs stand for.
        card: of its checkpoint.
        language: a model of the language that has its say in what is read.
    """

    def __init__(
        self,
        model: ReaderModel,
        characters: Characters,
        card: Card | None = None,
        language: Language | None = None,
    ) -> None:
        self.model, self.characters, self.card = model, characters, card
        self.language = language
        model.eval().requires_grad_(False)

    @classmethod
    def from_checkpoint(
        cls, name: str | Path = "reading", language: str | Path | None = None
    ) -> ReadingSampler:
        """A reader from a shipped checkpoint or a .safetensors file.

        Args:
            name: "reading", "reading_causal", or a file.
            language: the checkpoint of a language model, such as "reading_language"; None to read
                without one.

        Raises:
            CheckpointError: a sentence, if a checkpoint cannot be used.
        """
        loaded = checkpoint.load(name, task="recognition")
        with checkpoint.building(loaded):
            with checkpoint.without_weights():
                model = ReaderModel(ReaderConfig(**loaded.card.config))
            model.load_state_dict(loaded.weights, assign=True)
            characters = Characters(loaded.card.vocabulary)
        if language is None:
            return cls(model, characters, loaded.card)
        knows = LanguageModel.from_checkpoint(language, characters)
        return cls(model, characters, loaded.card, knows)

    @property
    def layer_names(self) -> list[str]:
        """The layers of a trace, bottom first: "lower →", "lower ←", "2 →", "2 ←" and so on; of a
        network of one direction "lower →", "2 →" and so on."""
        ways = "→←" if self.model.config.bidirectional else "→"
        names = ["lower", *map(str, range(2, self.model.config.num_layers + 1))]
        return [f"{name} {way}" for name in names for way in ways]

    def read(self, request: ReadingRequest) -> list[LineReading]:
        """Read what is written, line by line from the top.

        Raises:
            ValueError: if there is more ink than is read at a time.
        """
        return [self._read(line) for line in ink_lines(request)]

    def trace(self, request: ReadingRequest, line: int = 0) -> Trace:
        """What the memory cells did while a line was read.

        Args:
            line: which, from 0.

        Returns:
            a layer for each of `layer_names`, all (1, T, H) over the frames of the line. The
            lowest layers take two steps a frame, and the later of them is shown, in the direction
            of reading. A step backwards knows what is written after it.

        Raises:
            ValueError: if there is no such line.
        """
        chosen = pick("line", ink_lines(request), line)
        with torch.inference_mode(), one_thread():
            return Trace(self.model.trace(*pad([chosen.features])))

    def gradient(self, request: ReadingRequest, line: int, character: int) -> np.ndarray:
        """What a character that was read owes to each point of the ink.

        The gradient of the logarithm of its probability in its frame, with respect to the
        positions of all points; the size, slope and place of the line are taken as given.

        Args:
            line, character: which, from 0, as in `read`.

        Returns:
            (N, 2) for x and y of every point of the request, in nats for a unit of the request;
            zeros for those of other lines.

        Raises:
            ValueError: if there is no such line or character.
        """
        chosen = pick("line", ink_lines(request), line)
        seen = pick("character", self._read(chosen).characters, character)
        (label,) = self.characters.encode(seen.character).tolist()
        with one_thread():
            gradient = pen_gradient(self.model, chosen.points, seen.frame, label)
        # The way back through a turn and a change of size.
        moved = (gradient[:, 0] + 1j * gradient[:, 1]) * np.conj(chosen.turned)
        made = np.zeros((sum(map(len, request.strokes)), 2))
        made[chosen.ink] = np.column_stack((moved.real, moved.imag))
        return made

    def so_far(self, request: ReadingRequest) -> list[tuple[int, str]]:
        """What is known at each moment of writing, by the best path.

        Only the size, slope and place of each line are taken from all of it.

        Returns:
            for each point of the request at which something new is known, in the order of writing:
            the point, and the text so far, its lines parted by line breaks.

        Raises:
            ValueError: if the network reads both ways, and so knows nothing before the end.
        """
        if self.model.config.bidirectional:
            raise ValueError(
                "This network reads both ways and has to see the whole line; what is known while "
                "it is written only a network of one direction can say."
            )
        events: list[tuple[int, int, str]] = []
        lines = ink_lines(request)
        for n, line in enumerate(lines):
            log_probabilities = self._log_probabilities(line.features)
            before = BLANK
            for t, label in enumerate(log_probabilities.argmax(-1).tolist()):
                if label not in (BLANK, before):
                    character = self.characters.decode([label])
                    events.append((int(line.frame_points[t]), n, character))
                before = label
        known = [""] * len(lines)
        found: list[tuple[int, str]] = []
        for point, n, character in sorted(events, key=lambda event: event[0]):
            known[n] += character
            found.append((point, "\n".join(text for text in known if text)))
        return found

    def read_lines(self, trajectories: list[np.ndarray]) -> list[str]:
        """The texts of many lines, each a trajectory (N, 3): faster than one by one.

        They are read by the best path; with a language model by the beam search.
        """
        lines = [line_features(normalise(points)) for points in trajectories]
        device = next(self.model.parameters()).device
        if self.language is None:
            readings = [best_path(each) for each in outputs(self.model, lines, device)]
            return [self.characters.decode(reading.labels) for reading in readings]
        found = [beam_search(each, self.language) for each in outputs(self.model, lines, device)]
        return [self.characters.decode(best.labels) for best, *_ in found]

    def _read(self, line: InkLine) -> LineReading:
        log_probabilities = self._log_probabilities(line.features)
        with one_thread():
            found = beam_search(log_probabilities, self.language)
        labels = found[0].labels
        text = self.characters.decode(labels)
        characters = [
            ReadCharacter(
                character,
                frame,
                int(line.frame_points[frame]),
                float(np.exp(log_probabilities[frame, label])),
            )
            for character, label, frame in zip(
                text, labels, align(log_probabilities, labels), strict=True
            )
        ]
        candidates = [
            Candidate(self.characters.decode(each.labels), each.log_probability) for each in found
        ]
        probabilities = np.exp(log_probabilities)
        return LineReading(text, characters, candidates, probabilities, line.frame_points, line.ink)

    @torch.inference_mode()
    def _log_probabilities(self, line: np.ndarray) -> np.ndarray:
        """(T, V + 1) float32 of the outputs for the features of a line."""
        with one_thread():
            return self.model(*pad([line]))[0][0].log_softmax(-1).numpy()


def pick(what: str, of: list, number: int):
    """One of several things, by its number from 0.

    Raises:
        ValueError: if there is none of that number.
    """
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(of):
        have = f"numbers from 0 to {len(of) - 1}" if of else "none"
        raise ValueError(f"There is no {what} {number!r}; there are {have}.")
    return of[number]


@torch.inference_mode()
def outputs(
    model: ReaderModel, lines: list[np.ndarray], device: torch.device, batch_size: int = 64
) -> list[np.ndarray]:
    """The log probabilities of the outputs for many lines, each (T, V + 1) float32.

    Args:
        model: in evaluation mode.
        lines: features (M, F) of each.
        device: where the model lies.
        batch_size: lines read together, those of like length.
    """
    found: list[np.ndarray] = [np.empty(0)] * len(lines)
    order = sorted(range(len(lines)), key=lambda n: len(lines[n]))
    for begin in range(0, len(order), batch_size):
        chosen = order[begin : begin + batch_size]
        x, lengths = pad([lines[n] for n in chosen])
        logits, frames = model(x.to(device), lengths)
        log_probabilities: Tensor = logits.float().log_softmax(-1).cpu()
        for n, row, length in zip(chosen, log_probabilities, frames.tolist(), strict=True):
            found[n] = row[:length].numpy()
    return found


def read_features(
    model: ReaderModel, lines: list[np.ndarray], device: torch.device, batch_size: int = 64
) -> Iterator[Reading]:
    """The best path of each line; the arguments are those of `outputs`."""
    return (best_path(each) for each in outputs(model, lines, device, batch_size))
