"""Describing photos: word by word, as a stream, with what was looked at for each.

    sampler = CaptionSampler.from_checkpoint("captions")
    for step in sampler.stream(CaptionRequest("photo.jpg")):
        print(step.text)

A part of a photo (`CaptionRequest.box`) is cut out before the network sees it, and becomes a photo
of its own: neither features nor attention know anything of the rest, and the part is seen with all
7 x 7 cells of the grid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lstm_core import checkpoint
from lstm_core.captioning.dataset import LONGEST
from lstm_core.captioning.encoder import class_names
from lstm_core.captioning.model import CaptionConfig, CaptionModel, Seen
from lstm_core.captioning.photos import Box, Photo, part, pixels
from lstm_core.captioning.request import CaptionRequest
from lstm_core.captioning.search import Beam, Hypothesis, beam_search, chance, scored
from lstm_core.captioning.words import Vocabulary, joined, words
from lstm_core.checkpoint import Card
from lstm_core.hardware import one_thread
from lstm_core.trace import Trace

ALTERNATIVES = 8
"""Words that are told for each place of a caption, the likeliest first."""

CLASSES = 5
"""Kinds of things that are told of a photo."""


class Alternative(NamedTuple):
    """What may be said at a place."""

    text: str  # "" for the end
    probability: float


class Word(NamedTuple):
    """A word of a caption, or its end, and where the network looked for it."""

    text: str  # "" for the end
    attention: np.ndarray  # (7, 7) shares of the cells of the grid among each other; sums to 1
    sentinel: float  # beta: share of what was remembered, from 0 (only looked) to 1 (only spoke)


class Candidate(NamedTuple):
    """A caption that the search came to."""

    text: str
    words: list[str]
    log_probability: float  # of the words and the end, in nats
    score: float  # what candidates are ranked by


@dataclass(frozen=True, eq=False)
class Caption:
    """A photo, described.

    Attributes:
        text: the caption. words: those of it, T of them.
        end: where the network looked when it said no more.
        region: the part of the photo that was looked at, and that attention lies on.
        candidates: all captions that the search came to, the best first: the n-best list.
        alternatives: for each word and the end, what else might have been said.
        probabilities: (T + 1,) of each word, given those before it, and of the end.
        trace: of the LSTM over T + 1 steps: the one that said the first word to the one that ended.
    """

    text: str
    words: list[Word]
    end: Word
    region: Box
    candidates: list[Candidate]
    alternatives: list[list[Alternative]]
    probabilities: np.ndarray
    trace: Trace

    @property
    def log_probability(self) -> float:
        """log P(caption | photo), in nats."""
        return self.candidates[0].log_probability


class CaptionStep(NamedTuple):
    """A word more."""

    text: str  # the best so far
    words: list[Word]
    decided: int  # words of it that will not change any more
    caption: Caption | None  # when it is done


class CaptionSampler:
    """Describes photos with a trained network. Holds nothing between requests but the weights.

    Args:
        model: the network; it is put into evaluation mode.
        vocabulary: of its words.
        card: of its checkpoint.
    """

    def __init__(
        self, model: CaptionModel, vocabulary: Vocabulary, card: Card | None = None
    ) -> None:
        self.model, self.vocabulary, self.card = model, vocabulary, card
        model.eval().requires_grad_(False)

    @classmethod
    def from_checkpoint(cls, name: str | Path = "captions") -> CaptionSampler:
        """A sampler from a shipped checkpoint or a .safetensors file.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        loaded = checkpoint.load(name, task="captioning")
        with checkpoint.building(loaded):
            vocabulary, config = Vocabulary(loaded.card.vocabulary), loaded.card.config
            if len(vocabulary) != config["vocabulary_size"]:
                raise ValueError(f"{len(vocabulary)} words, {config['vocabulary_size']} logits")
            with checkpoint.without_weights():
                model = CaptionModel(CaptionConfig(**config))
            model.load_state_dict(loaded.weights, assign=True)
        return cls(model, vocabulary, loaded.card)

    def stream(self, request: CaptionRequest) -> Iterator[CaptionStep]:
        """Describe a photo.

        Yields:
            a step for every word that the search goes on by; the last one has the `Caption`.

        Raises:
            ValueError: a sentence, if the network does not know a word of the beginning.
        """
        forced = self.forced(request.beginning)
        seen = self.see(self.features(request.photo, request.box))
        if request.temperature:
            beams = self._draw(seen, request, forced)
        else:
            beams = self.search(seen, request.beam, forced)
        for beam in beams:
            best = beam.best
            text = joined(self.vocabulary.decode(best.words))
            made = self._words(best)
            if beam.alive:
                yield CaptionStep(text, made, beam.decided(), None)
            else:
                caption = self._caption(seen, beam, Box.of(request.box))
                yield CaptionStep(text, made, len(made), caption)

    def describe(self, request: CaptionRequest) -> Caption:
        """The whole caption at once; arguments and errors are those of `stream`."""
        *_, last = self.stream(request)
        assert last.caption is not None
        return last.caption

    def read(self, request: CaptionRequest, caption: Sequence[str]) -> Caption:
        """A caption that is given, as the network thinks of it.

        Args:
            request: its photo, and the part of it; how to find words does not matter.
            caption: the words, up to 24 that the network knows.

        Raises:
            ValueError: a sentence, if the network does not know a word, or there are too many.
        """
        if len(caption) > LONGEST:
            raise ValueError(f"The caption is too long: up to {LONGEST} words are accepted.")
        numbers = (*self._known(caption), self.vocabulary.end)
        seen = self.see(self.features(request.photo, request.box))
        inputs = torch.tensor([[self.vocabulary.begin, *numbers[:-1]]])
        with torch.inference_mode(), one_thread():
            look = self.model.decoder.look(seen, inputs)
            log_p = look.logits.double().log_softmax(-1).numpy()  # (T + 1, V)
        total = float(log_p[np.arange(len(numbers)), list(numbers)].sum())
        looks = tuple(look.weights.double().numpy())
        found = Hypothesis(numbers, total, looks, scored(total, len(numbers)))
        return self._caption(seen, Beam([], [found]), Box.of(request.box))

    def classes(self, photo: Photo, box: Sequence[float] = (0, 0, 1, 1)) -> list[Alternative]:
        """The five of ImageNet's thousand kinds of things that a photo most likely shows."""
        with torch.inference_mode(), one_thread():
            p = self.model.classifier(self.features(photo, box)).softmax(-1)[0]
        best = p.topk(CLASSES)
        names = class_names()
        return [Alternative(names[int(k)], float(v)) for v, k in zip(*best, strict=True)]

    @torch.inference_mode()
    def features(self, photo: Photo, box: Iterable[float]) -> Tensor:
        """(1, 1280, 7, 7) what the encoder makes of a part of a photo."""
        picture = part(Photo(photo).image, box)
        with one_thread():
            return self.model.encoder(pixels([picture]))

    @torch.inference_mode()
    def see(self, features: Tensor) -> Seen:
        """Photos as the decoder looks at them, from (B, 1280, 7, 7) features."""
        with one_thread():
            return self.model.decoder.see(features)

    def forced(self, beginning: str) -> list[int]:
        """The numbers of the words of a beginning.

        Raises:
            ValueError: a sentence, if the network does not know one.
        """
        return self._known(words(beginning))

    def _known(self, found: Sequence[str]) -> list[int]:
        """The numbers of words."""
        if unknown := [word for word in found if word not in self.vocabulary.index]:
            raise ValueError(
                f"The network does not know the word {unknown[0]!r}; it knows "
                f"{len(self.vocabulary):,} common words of captions, in English."
            )
        return self.vocabulary.encode(found)

    def search(self, seen: Seen, beam: int, forced: Sequence[int] = ()) -> Iterator[Beam]:
        """Search for a caption of one photo, word by word."""
        steps = beam_search(
            self.model.decoder, seen, self.vocabulary.begin, self.vocabulary.end,
            beam=beam, longest=LONGEST + 1, forced=forced, banned=self.vocabulary.banned,
        )  # fmt: skip
        while True:
            with one_thread():  # not while the consumer has its turn
                found = next(steps, None)
            if found is None:
                return
            yield found

    def best(self, seen: Seen, beam: int) -> list[str]:
        """The words of the best caption of one photo, and nothing else."""
        *_, last = self.search(seen, beam)
        return self.vocabulary.decode(last.best.words)

    def _draw(self, seen: Seen, request: CaptionRequest, forced: Sequence[int]) -> Iterator[Beam]:
        """A caption of words drawn by chance, as a beam of one."""
        random = np.random.default_rng(request.seed)
        decoder, vocabulary = self.model.decoder, self.vocabulary
        state, so_far = decoder.initial_state(1), Hypothesis((), 0.0, ())
        while not so_far.words or so_far.words[-1] != vocabulary.end:
            place = len(so_far.words)
            last = torch.tensor([so_far.words[-1] if place else vocabulary.begin])
            with torch.inference_mode(), one_thread():
                logits, weights, state = decoder.step(last, state, seen)
                log_p = logits[0].double().log_softmax(-1).numpy()
            open_to = log_p.copy()
            open_to[vocabulary.banned] = -np.inf
            if place < len(forced):
                word = forced[place]
            elif place == LONGEST:
                word = vocabulary.end
            else:
                word = chance(open_to, request.temperature, random)
            total = so_far.log_probability + float(log_p[word])
            looks = (*so_far.weights, weights[0].double().numpy())
            so_far = Hypothesis((*so_far.words, word), total, looks, total)
            over = word == vocabulary.end
            yield Beam([] if over else [so_far], [so_far] if over else [])

    def _words(self, hypothesis: Hypothesis) -> list[Word]:
        """The words of a caption without its end, each with what was looked at."""
        pairs = zip(hypothesis.words, hypothesis.weights, strict=True)
        return [self._word(n, weights) for n, weights in pairs if n != self.vocabulary.end]

    def _word(self, number: int, weights: np.ndarray) -> Word:
        text = "" if number == self.vocabulary.end else self.vocabulary.words[number]
        cells = weights[:-1] / max(float(weights[:-1].sum()), 1e-12)
        side = round(len(cells) ** 0.5)
        return Word(text, cells.reshape(side, side), float(weights[-1]))

    def _caption(self, seen: Seen, beam: Beam, region: Box) -> Caption:
        """All there is to know of a caption, where the search has ended."""
        best, vocabulary = beam.best, self.vocabulary
        inputs = torch.tensor([[vocabulary.begin, *best.words[:-1]]])
        with torch.inference_mode(), one_thread():
            look = self.model.decoder.look(seen, inputs)
            p = look.logits.double().softmax(-1).numpy()  # (T + 1, V)
        said = p[np.arange(len(best.words)), list(best.words)]
        p[:, vocabulary.banned] = 0
        order = np.argsort(-p, axis=1, kind="stable")[:, :ALTERNATIVES]
        names = ["" if n == vocabulary.end else w for n, w in enumerate(vocabulary.words)]
        candidates = []
        for each in beam.ended:
            caption = vocabulary.decode(each.words)
            candidates.append(Candidate(joined(caption), caption, each.log_probability, each.score))
        return Caption(
            text=candidates[0].text,
            words=self._words(best),
            end=self._word(best.words[-1], best.weights[-1]),
            region=region,
            candidates=candidates,
            alternatives=[
                [Alternative(names[k], float(row[k])) for k in places.tolist()]
                for row, places in zip(p, order, strict=True)
            ],
            probabilities=said,
            trace=look.trace,
        )
