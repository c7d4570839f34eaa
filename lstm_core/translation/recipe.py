"""How the translators are trained, judged and used.

One network, `en_fr`, translates both ways: the direction is an option of its request, and the
switch `reverse` judges it from French to English. `en_fr_vector` has no attention, and one way.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from lstm_core.checkpoint import Card
from lstm_core.hardware import has_fast_bfloat16
from lstm_core.recipe import Evaluation, Recipe, trained_card
from lstm_core.training import Objective, Run, TrainingConfig, train_checkpoint
from lstm_core.translation import bench, scoring
from lstm_core.translation.dataset import DIRECTIONS, Batches, Encoder, Pair, read_pairs
from lstm_core.translation.model import (
    TranslationConfig,
    TranslationDropout,
    TranslationModel,
    translation_loss,
)
from lstm_core.translation.request import TranslationRequest
from lstm_core.translation.sampler import TranslationSampler
from lstm_core.translation.sentences import normalise
from lstm_core.translation.subwords import Subwords
from lstm_core.translation.vector import VectorConfig, VectorModel

SPLITS = (
    "tatoeba_val", "multi30k_2016", "multi30k_val", "multi30k_2017", "multi30k_2017_mscoco",
    "multi30k_2018", "tatoeba_test",
)  # fmt: skip

SHOWN = 4
"""Sentences of each validation part, for each direction, whose translations are kept at
milestones."""


@dataclass(frozen=True)
class TranslationRecipe(Recipe):
    """A translator between English and French."""

    task: ClassVar[str] = "translation"
    request: ClassVar[type] = TranslationRequest
    switches: ClassVar[dict[str, str]] = {
        "reverse": "judge the translation from French to English",
        "lengths": "also judge sentences of like length by themselves",
    }

    title: str
    description: str
    training: TrainingConfig
    attention: bool = True
    directions: tuple[str, ...] = tuple(DIRECTIONS)
    dropout: TranslationDropout = field(default_factory=TranslationDropout)
    sizes: dict[str, Any] = field(default_factory=dict)  # of the network, where not the usual ones
    vocabulary_size: int = 4_000  # pieces
    min_count: int = 10  # of a character; rarer ones are spelled in bytes
    tokens: int = 4_096  # pieces of a batch
    longest: int = 80  # pieces of a sentence that is learned from
    captions: int = 4  # times that each caption comes while an everyday sentence comes once
    smoothing: float = 0.1
    copied: float = 0.5
    dressed: float = 0.2
    hasty: float = 0.1
    splits: tuple[str, ...] = field(default=SPLITS, kw_only=True)

    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        everyday, captions = (read_pairs(f"{n}_train", data) for n in ("tatoeba", "multi30k"))
        validation = [read_pairs(f"{n}_val", data) for n in ("tatoeba", "multi30k")]
        texts = (normalise(text) for pair in [*everyday, *captions] for text in pair)
        subwords = Subwords.learn(texts, self.vocabulary_size, self.min_count)
        encoder = Encoder(subwords, backwards=not self.attention)
        batches = Batches(
            [*everyday, *(self.captions * captions)],
            encoder,
            self.directions,
            tokens=self.tokens,
            longest=self.longest,
            seed=self.training.seed,
            same_length=not self.attention,
            copied=self.copied,
            dressed=self.dressed,
            hasty=self.hasty,
        )
        torch.manual_seed(self.training.seed)
        model = self.untrained(len(subwords)).to(device)
        objective = TranslationObjective(
            model, batches, validation, self.directions, self.smoothing, device
        )
        return train_checkpoint(
            objective, self.training, run, self.name,
            lambda state: self.card(model, subwords, state, device), device=device,
        )  # fmt: skip

    def untrained(self, size: int) -> TranslationModel | VectorModel:
        """The network before it has learned anything, for a vocabulary of this size."""
        if self.attention:
            return TranslationModel(TranslationConfig(size, **self.sizes), self.dropout)
        return VectorModel(VectorConfig(size, **self.sizes), self.dropout)

    def card(
        self,
        model: TranslationModel | VectorModel,
        subwords: Subwords,
        run: Run,
        device: torch.device,
    ) -> Card:
        """The card of a training as it stands."""
        return trained_card(
            self, model, run, device, score="nats_per_piece",
            batch=f"up to {self.tokens:,} pieces on the longer side",
            split="trained on Tatoeba train and Multi30k train, chosen on the validation parts of "
            "both; no sentence of Tatoeba, nor a translation of one, is in two parts",
            text="composed letters (NFC), straight quotation marks, single spaces; "
            f"sentences of up to {self.longest} pieces",
            vocabulary=subwords.pieces, directions=list(self.directions),
            dropout=asdict(self.dropout), label_smoothing=self.smoothing, captions=self.captions,
            copied=self.copied, dressed=self.dressed, hasty=self.hasty,
        )  # fmt: skip

    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """BLEU and chrF by sacrebleu, their signatures printed below the figures.

        Every line of a part is translated as one sentence, with the search of a request that says
        nothing about it. Tatoeba is judged as it stands, against all translations that a sentence
        has there. Multi30k is judged as published: what was made of the captions as they stand is
        put in lower case and cut into words as its authors did with theirs (`moses.py`), and
        sacrebleu is told to cut no more. What ends in `_one_way` is of the translations that would
        be first without translating back, where there is a way back. With the switch `lengths`,
        BLEU is also found for sentences of like length, of translations ranked one way, as those
        of a network that knows no other are.

        Raises:
            ValueError: a sentence, if the network has not learned the direction.
        """
        begun = time.monotonic()
        direction = "fr_en" if "reverse" in switches else "en_fr"
        language, tok = DIRECTIONS[direction][1], split.startswith("multi30k")
        sampler = TranslationSampler.from_checkpoint(checkpoint)
        sentences = scoring.judged(read_pairs(split, data), direction)
        request = TranslationRequest("...", direction)
        ranked = [sampler.candidates(each.source, request) for each in sentences]
        references = [
            [scoring.prepared(r, language, tok) for r in each.references] for each in sentences
        ]

        def scores_of(translations: Sequence[str]) -> scoring.Scores:
            made = [scoring.prepared(each, language, tok) for each in translations]
            return scoring.score(made, references, tok)

        one_way = [max(row, key=lambda each: each.one_way).text for row in ranked]
        scores = scores_of([row[0].text for row in ranked])
        notes = {"signature": scores.signature, "chrf_signature": scores.chrf_signature}
        found: dict[str, Any] = {}
        if "lengths" in switches:
            rows = scoring.by_length(sentences, one_way, language, tok)
            found[f"bleu_by_length_{split}"] = rows
        metrics = {"bleu": scores.bleu, "chrf": scores.chrf}
        if any(each.back is not None for row in ranked for each in row):
            forwards = scores_of(one_way)
            metrics |= {"bleu_one_way": forwards.bleu, "chrf_one_way": forwards.chrf}
        seconds = time.monotonic() - begun
        return Evaluation(self.name, split, len(sentences), metrics, seconds, found, notes)

    def sample(self, checkpoint: str | Path, request: TranslationRequest) -> Iterator[str]:
        shown = 0
        for step in TranslationSampler.from_checkpoint(checkpoint).stream(request):
            yield step.text[shown : step.decided]
            shown = max(shown, step.decided)

    def bench(self, checkpoint: str | Path) -> dict[str, float]:
        return bench.measure(TranslationSampler.from_checkpoint(checkpoint))


class TranslationObjective(Objective[Any]):
    """Make the translations likely; judged by the nats a piece on the validation parts.

    Args:
        model: to be trained.
        batches: of the training parts.
        validation: the validation parts.
        directions: to be learned.
        smoothing: of the targets, while training.
        device: where the model lies.
    """

    def __init__(
        self,
        model: TranslationModel | VectorModel,
        batches: Batches,
        validation: Sequence[Sequence[Pair]],
        directions: Sequence[str],
        smoothing: float,
        device: torch.device,
    ) -> None:
        self.model, self.batches, self.smoothing, self.device = model, batches, smoothing, device
        self.directions, self.encoder = directions, batches.encoder
        self.shown = [
            (direction, getattr(pair, DIRECTIONS[direction][0]))
            for direction in directions
            for pairs in validation
            for pair in pairs[len(pairs) // 3 : len(pairs) // 3 + SHOWN]
        ]
        self.validation = Batches(
            [pair for pairs in validation for pair in pairs],
            batches.encoder,
            directions,
            tokens=8_192,
            longest=10_000,
            seed=0,
            same_length=True,
        )

    def loss(self, step: int) -> Tensor:
        return self._loss(self.model, self.batches, step, self.smoothing)[0]

    def validate(self, model: TranslationModel | VectorModel) -> float:
        nats, n = 0.0, 0
        fast = has_fast_bfloat16(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=fast):
            for number in range(len(self.validation)):
                loss, pieces = self._loss(model, self.validation, number, 0.0)
                nats, n = nats + loss.item() * pieces, n + pieces
        return nats / n

    def sample(self, model: TranslationModel | VectorModel) -> str:
        """A few sentences and what is made of them, piece by piece the likeliest."""
        sampler = TranslationSampler(copy.deepcopy(model).cpu(), self.encoder.subwords)
        made = [
            f"{source}\n    {sampler.best(source, TranslationRequest(source, direction, 1))}"
            for direction, source in self.shown
        ]
        return "\n".join(made)

    def _loss(
        self, model: TranslationModel | VectorModel, batches: Batches, step: int, smoothing: float
    ) -> tuple[Tensor, int]:
        """The loss of a batch, and how many pieces it is the mean of."""
        batch = batches.batch(step)
        source = model.encode(batch.source.to(self.device), batch.lengths)
        logits = model(source, batch.inputs.to(self.device))
        pieces = int((batch.targets >= 0).sum())
        return translation_loss(logits, batch.targets.to(self.device), smoothing), pieces


RECIPES: list[Recipe] = [
    TranslationRecipe(
        name="en_fr",
        data="translation",
        title="English and French",
        description="Translates everyday sentences from English to French and from French to "
        "English, with attention to where it is in the sentence.",
        training=TrainingConfig(
            46_000,
            2e-3,
            warmup=500,
            fall=0.5,
            weight_decay=0.01,
            average=0.999,
            evaluate_every=500,
        ),
    ),
    TranslationRecipe(
        name="en_fr_vector",
        data="translation",
        title="Squeezed into a vector",
        description="Translates from English to French with no more to go by than what its cells "
        "hold at the end of the sentence, as networks did before attention.",
        training=TrainingConfig(
            2_600, 2e-3, warmup=300, fall=0.6, weight_decay=0.01, average=0.998, evaluate_every=400
        ),
        attention=False,
        directions=("en_fr",),
        longest=50,
        captions=1,
        copied=0.0,
        dressed=0.0,
        hasty=0.0,
    ),
]
