"""Translating: sentence by sentence, and within one piece by piece, as a stream.

    sampler = TranslationSampler.from_checkpoint("en_fr")
    for step in sampler.stream(TranslationRequest("The house is old.")):
        print(step.text)

What was found can be looked into: the tree of the search, what was looked at for each word, what
else might have been written, what the memory cells did. And it can be steered: `forced` pieces are
written first, whatever the network thinks of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.hardware import one_thread
from lstm_core.translation.dataset import BACK, DIRECTIONS, Encoder
from lstm_core.translation.foreign import Foreign
from lstm_core.translation.model import Look, TranslationConfig, TranslationModel
from lstm_core.translation.numerals import Numerals
from lstm_core.translation.request import TranslationRequest
from lstm_core.translation.results import (
    Alternative,
    Candidate,
    Draft,
    Inside,
    Translation,
    TranslationStep,
    Word,
    of_words,
)
from lstm_core.translation.search import Beam, Node, Watch, beam_search, norm
from lstm_core.translation.sentences import layout, normalise
from lstm_core.translation.subwords import SPECIAL, Subwords
from lstm_core.translation.vector import VectorConfig, VectorModel

LONGEST = 250
"""Pieces of a translation, whatever the length of the sentence."""

ALTERNATIVES = 8
"""Pieces that are told for each place of a translation, the likeliest first."""


class TranslationSampler:
    """Translates with a trained network. Holds nothing between requests but the weights.

    Args:
        model: the network; it is put into evaluation mode.
        subwords: that it reads and writes.
        card: of its checkpoint.
        directions: that it has learned, of `DIRECTIONS`.
    """

    def __init__(
        self,
        model: TranslationModel | VectorModel,
        subwords: Subwords,
        card: Card | None = None,
        directions: Sequence[str] = tuple(DIRECTIONS),
    ) -> None:
        self.model, self.subwords, self.card = model, subwords, card
        self.directions = tuple(directions)
        self.attention = isinstance(model, TranslationModel)
        self.encoder = Encoder(subwords, backwards=not self.attention)
        self.numerals, self.foreign = Numerals(subwords), Foreign(subwords)
        # Pieces that are no text; the end is what a translation has to come to.
        self.banned = [n for n in range(len(SPECIAL)) if n != subwords.end]
        model.eval().requires_grad_(False)

    @classmethod
    def from_checkpoint(cls, name: str | Path = "en_fr") -> TranslationSampler:
        """A translator from a shipped checkpoint or a .safetensors file.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        loaded = checkpoint.load(name, task="translation")
        with checkpoint.building(loaded):
            subwords, config = Subwords(loaded.card.vocabulary), loaded.card.config
            if len(subwords) != config["vocabulary_size"]:
                raise ValueError(f"{len(subwords)} pieces, {config['vocabulary_size']} logits")
            model: TranslationModel | VectorModel
            with checkpoint.without_weights():
                if config["attention"]:
                    model = TranslationModel(TranslationConfig(**config))
                else:
                    model = VectorModel(VectorConfig(**config))
            model.load_state_dict(loaded.weights, assign=True)
            directions = loaded.card.training.get("directions", list(DIRECTIONS))
            if not directions or not set(directions) <= DIRECTIONS.keys():
                raise ValueError(f"directions {directions}")
        return cls(model, subwords, loaded.card, directions)

    def stream(
        self, request: TranslationRequest, forced: Mapping[int, Sequence[int]] | None = None
    ) -> Iterator[TranslationStep]:
        """Translate a text.

        Args:
            request: what to translate.
            forced: by the number of a sentence, pieces that its translation begins with.

        Yields:
            a step for every piece that the search goes on by.

        Raises:
            ValueError: a sentence, if the network has not learned the direction, or pieces cannot
                be forced.
        """
        laid, done = layout(request.text), list[str]()
        for n, sentence in enumerate(laid.sentences):
            for beam in self.search(sentence, request, (forced or {}).get(n, ())):
                if not beam.alive:
                    translation = self.translation(sentence, request.direction, beam)
                    done.append(translation.text)
                    text = laid.join(done)
                    yield TranslationStep(n, text, len(text), translation)
                    break
                text = laid.join([*done, self._text(beam.best)])
                sure = laid.join([*done, self.subwords.decode(beam.decided())])
                yield TranslationStep(n, text, common(text, sure), None)

    def translate(
        self, request: TranslationRequest, forced: Mapping[int, Sequence[int]] | None = None
    ) -> tuple[str, list[Translation]]:
        """The whole text at once, and its sentences; arguments and errors are those of `stream`."""
        text, found = "", []
        for step in self.stream(request, forced):
            if step.translation is not None:
                text = step.text
                found.append(step.translation)
        return text, found

    def search(
        self, sentence: str, request: TranslationRequest, forced: Sequence[int] = ()
    ) -> Iterator[Beam]:
        """Search for the translation of one sentence, step by step.

        Args:
            sentence: taken as it is; the text of the request is not looked at.
            request: says how to search.
            forced: pieces that the translation begins with.

        Raises:
            ValueError: as `stream`.
        """
        self._check(request.direction)
        source = self.encoder.source(sentence, request.direction)
        longest = min(2 * len(source) + 10, LONGEST)
        texts = range(len(SPECIAL), len(self.subwords))
        if len(forced) >= longest or any(
            isinstance(n, bool) or not isinstance(n, int) or n not in texts for n in forced
        ):
            raise ValueError(
                f"What is forced must be fewer than {longest} numbers of pieces, "
                f"from {texts.start} to {texts.stop - 1:,}."
            )
        with torch.inference_mode(), one_thread():
            read = self.model.encode(torch.tensor([source]), torch.tensor([len(source)]))
        language, _ = DIRECTIONS[request.direction]
        watches: list[Watch] = [self.foreign.watch(self.encoder.read(sentence))]
        if request.keep_numbers:
            watches.append(self.numerals.watch(normalise(sentence), language))
        steps = beam_search(
            self.model,
            read,
            self._begin(request.direction),
            self.subwords.end,
            beam=request.beam,
            longest=longest,
            length_penalty=request.length_penalty,
            coverage_penalty=request.coverage_penalty if self.attention else 0.0,
            forced=forced,
            banned=self.banned,
            looked=slice(1, -1),
            watches=watches,
        )
        while True:
            with one_thread():  # not while the consumer has its turn
                beam = next(steps, None)
            if beam is None:
                return
            if not beam.alive:
                self._look_back(sentence, request, beam)
            yield beam

    def _look_back(self, sentence: str, request: TranslationRequest, beam: Beam) -> None:
        """Have it count how likely the sentence is, given each translation that was found."""
        direction = BACK[request.direction]
        N = len(self.encoder.source(sentence, request.direction)) - 1  # its pieces and an end
        if not (self.attention and request.back_weight and direction in self.directions):
            return
        if N > LONGEST or len(beam.ended) < 2:  # too much to ask, or nothing to choose from
            return
        texts = [self._text(node) for node in beam.ended]
        found = self.log_probabilities(texts, sentence, direction)
        counts = request.back_weight / norm(N, request.length_penalty)
        for node, back in zip(beam.ended, found, strict=True):
            node.back, node.score = back, (node.one_way or 0.0) + counts * back

    @torch.inference_mode()
    def log_probabilities(self, sources: Sequence[str], target: str, direction: str) -> list[float]:
        """log P(target | source) of a whole translation for each of some sentences, in nats.

        Raises:
            ValueError: a sentence, if the network has not learned the direction; or if it has no
                attention, and the sentences are not of one length.
        """
        self._check(direction)
        written = self.encoder.target(target, direction)
        batch = self.encoder.batch([(self.encoder.source(s, direction), written) for s in sources])
        with one_thread():
            logits = self.model(self.model.encode(batch.source, batch.lengths), batch.inputs)
            chosen = logits.double().log_softmax(-1).gather(-1, batch.targets.unsqueeze(-1))
        return chosen.sum((1, 2)).tolist()

    def best(self, sentence: str, request: TranslationRequest) -> str:
        """The translation of one sentence and nothing else; arguments are those of `search`."""
        return self.candidates(sentence, request)[0].text

    def candidates(self, sentence: str, request: TranslationRequest) -> list[Candidate]:
        """The n-best list of one sentence; arguments are those of `search`."""
        *_, beam = self.search(sentence, request)
        return self._candidates(beam)

    def translation(self, sentence: str, direction: str, beam: Beam) -> Translation:
        """All there is to know of a translation.

        Args:
            sentence, direction: that were searched with. beam: where the search has ended.
        """
        candidates = self._candidates(beam)
        pieces, text = candidates[0].pieces, candidates[0].text
        look = self._look(sentence, direction, pieces)
        sources = self._source_pieces(sentence, direction)
        probabilities = look.logits.double().softmax(-1).numpy()
        copied = self._copied(look, sentence, direction, [*pieces, self.subwords.end])
        probabilities[:, self.banned] = 0
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, :ALTERNATIVES]
        weights = look.weights.numpy()
        attention = weights[:, 1:-1] if self.attention else weights  # without language and end
        words, source_words = self._words(pieces), self._words(sources)
        return Translation(
            source=sentence,
            text=text,
            direction=direction,
            source_pieces=sources,
            pieces=pieces,
            source_words=source_words,
            words=words,
            candidates=candidates,
            nodes=beam.nodes,
            attention=attention,
            word_attention=of_words(attention, words, source_words if self.attention else []),
            copied=copied,
            alternatives=[
                [Alternative(k, self.piece(k), float(row[k])) for k in best.tolist()]
                for row, best in zip(probabilities, order, strict=True)
            ],
        )

    def draft(self, sentence: str, direction: str, beam: Beam) -> Draft:
        """What can be told of a translation before the search has ended.

        Args:
            sentence, direction: that are searched with. beam: where the search stands.
        """
        path, sources = beam.best.path(), self._source_pieces(sentence, direction)
        pieces = [node.piece for node in path]
        looks = np.stack([node.weights for node in path])
        attention = looks[:, 1:-1] if self.attention else looks  # without language and end
        text, words, source_words = (
            self.subwords.decode(pieces), self._words(pieces), self._words(sources)
        )  # fmt: skip
        return Draft(
            text,
            common(text, self.subwords.decode(beam.decided())),
            source_words,
            words,
            of_words(attention, words, source_words if self.attention else []),
        )

    def with_word(self, translation: Translation, place: int, word: str) -> str:
        """The sentence of a translation with another word in it, otherwise as the network read it.

        Args:
            translation: of the sentence.
            place: of the word, among its `source_words`.
            word: what is put there; nothing leaves the word out.
        """
        pieces, places = translation.source_pieces, translation.source_words[place].pieces
        before, upto, whole = (
            self.subwords.decode(pieces[:n]) for n in (places.start, places.stop, len(pieces))
        )
        space = " " if upto[len(before) :].startswith(" ") else ""
        return f"{before}{space if word else ''}{word}{whole[len(upto) :]}".strip()

    def inside(self, translation: Translation) -> Inside:
        """What the memory cells did while a sentence was read and its translation written."""
        look = self._look(translation.source, translation.direction, translation.pieces)
        read = self.encoder.source(translation.source, translation.direction)
        written = [*translation.pieces, self.subwords.end]
        return Inside(
            look.encoder,
            look.decoder,
            self.model.encoder_layers,
            [f"decoder {n + 1}" for n in range(len(look.decoder.layers))],
            [self.subwords.pieces[n] for n in read],
            [self.subwords.pieces[n] for n in written],
        )

    @torch.inference_mode()
    def vectors(self, sentences: Sequence[str], direction: str = "en_fr") -> np.ndarray:
        """(N, C) what the encoder's top cells say, or without attention hold, when they have read
        each of N sentences.

        Raises:
            ValueError: a sentence, if the network has not learned the direction.
        """
        self._check(direction)
        with one_thread():
            rows = [
                self.model.vectors(torch.tensor([self.encoder.source(sentence, direction)]))[0]
                for sentence in sentences
            ]
        return torch.stack(rows).numpy()

    def piece(self, number: int) -> str:
        """A piece as text, with the space before it; nothing for a special piece."""
        return "" if number < len(SPECIAL) else self.subwords.pieces[number]

    def _check(self, direction: str) -> None:
        if direction not in self.directions:
            known = ", ".join(self.directions)
            raise ValueError(f"This network translates {known}, not {direction}.")

    def _begin(self, direction: str) -> int:
        return self.subwords.languages[DIRECTIONS[direction][1]]

    def _text(self, node: Node) -> str:
        return self.subwords.decode(node.pieces())

    def _candidates(self, beam: Beam) -> list[Candidate]:
        return [
            Candidate(
                self._text(node), node.pieces()[:-1], node.log_probability, node.score or 0.0,
                node.one_way or 0.0, node.back,
            )
            for node in beam.ranked()
        ]  # fmt: skip

    def _source_pieces(self, sentence: str, direction: str) -> list[int]:
        source = self.encoder.source(sentence, direction)
        return source[1:-1] if self.attention else source[-2::-1]

    def _words(self, pieces: list[int]) -> list[Word]:
        return [
            Word(self.subwords.decode(pieces[places.start : places.stop]), places)
            for places in self.subwords.words(pieces)
        ]

    def _copied(
        self, look: Look, sentence: str, direction: str, pieces: Sequence[int]
    ) -> np.ndarray:
        """(T,) the probability that each of T pieces was copied, given that it is there."""
        if not self.attention:
            return np.zeros(len(pieces))
        there = np.array(self.encoder.source(sentence, direction)) == np.array(pieces)[:, None]
        both = look.logits.double().softmax(-1).numpy()[np.arange(len(pieces)), pieces]
        return look.gates.numpy() * (look.weights.numpy() * there).sum(1) / both

    @torch.inference_mode()
    def _look(self, sentence: str, direction: str, pieces: list[int]) -> Look:
        source = torch.tensor([self.encoder.source(sentence, direction)])
        inputs = torch.tensor([[self._begin(direction), *pieces]])
        with one_thread():
            return self.model.look(source, inputs)


def common(a: str, b: str) -> int:
    """How many characters two texts begin with alike."""
    return next(
        (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
