"""The readers of handwriting: how they are trained and judged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from lstm_core.checkpoint import Card, names
from lstm_core.hardware import has_fast_bfloat16
from lstm_core.ink.composition import ASCII
from lstm_core.ink.geometry import normalise
from lstm_core.ink.iam import Line, read_lines
from lstm_core.recipe import Evaluation, Recipe, trained_card
from lstm_core.recognition import bench
from lstm_core.recognition.augmentation import Augmentation
from lstm_core.recognition.dataset import Batches, Characters, line_features
from lstm_core.recognition.language import CHECKPOINT as LANGUAGE
from lstm_core.recognition.language_recipe import LanguageRecipe
from lstm_core.recognition.metrics import cer, wer
from lstm_core.recognition.model import (
    ReaderConfig,
    ReaderDropout,
    ReaderModel,
    ctc_loss,
    told_loss,
)
from lstm_core.recognition.pens import PENS
from lstm_core.recognition.sampler import ReadingRequest, ReadingSampler, read_features
from lstm_core.recognition.tuning import tune
from lstm_core.text.model import TextDropout
from lstm_core.training import Objective, Run, TrainingConfig, train_checkpoint

DELAY = 3
"""Frames after which a reader says what it is told: two thirds of a letter's width."""

TUNED = 5
"""One line in so many serves to try weights of the language model."""


@dataclass(frozen=True)
class ReadingRecipe(Recipe):
    """A reader of lines of handwriting."""

    task: ClassVar[str] = "recognition"
    request: ClassVar[type] = ReadingRequest
    switches: ClassVar[dict[str, str]] = {
        "language": "read with a beam search and the shipped language model",
        "pens": "also read the lines as other pens would have recorded them",
        "tune": "also try weights of the language model, on some of the lines",
    }

    title: str
    description: str
    training: TrainingConfig
    dropout: ReaderDropout
    augmentation: Augmentation | None
    bidirectional: bool = True
    lower_size: int = 128
    hidden_size: int = 160
    num_layers: int = 4
    batch_size: int = 64
    composed: float = 0.2  # probability that rare characters are put into a line
    told_by: str = ""  # checkpoint of a reader whose outputs are to be said, too

    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        lines, validation = read_lines("train", data), read_lines("val1", data)
        characters = Characters(ASCII)
        batches = Batches(
            lines, characters, self.batch_size, self.training.seed, self.augmentation, self.composed
        )
        torch.manual_seed(self.training.seed)
        model = self.untrained(len(characters.characters)).to(device)
        teller = self.teller(characters, device) if self.told_by else None
        objective = ReadingObjective(model, batches, validation, characters, device, teller)
        return train_checkpoint(
            objective, self.training, run, self.name,
            lambda state: self.card(model, characters, state, device), device=device,
        )  # fmt: skip

    def untrained(self, size: int) -> ReaderModel:
        """The network before it has learned anything, for a vocabulary of this size."""
        config = ReaderConfig(
            size, self.bidirectional, self.lower_size, self.hidden_size, self.num_layers
        )
        return ReaderModel(config, self.dropout)

    def teller(self, characters: Characters, device: torch.device) -> ReaderModel:
        """The network that tells what to say.

        Raises:
            ValueError: if it reads other characters.
        """
        sampler = ReadingSampler.from_checkpoint(self.told_by)
        if sampler.characters != characters:
            raise ValueError(f"{self.told_by} reads other characters than {self.name} is to learn")
        return sampler.model.to(device)

    def card(
        self, model: ReaderModel, characters: Characters, run: Run, device: torch.device
    ) -> Card:
        """The card of a training as it stands."""
        return trained_card(
            self, model, run, device, score="cer", batch=f"{self.batch_size} lines",
            split="IAM-OnDB-t1: trained on train, chosen on val1; nobody wrote in two parts",
            text="as transcribed, without the blanks that the transcription has before "
            "punctuation and inside quotes and contractions; # is a struck-out word",
            vocabulary=characters.characters, dropout=asdict(self.dropout), composed=self.composed,
            augmentation=asdict(self.augmentation) if self.augmentation else None,
            told_by=f"{self.told_by}, {DELAY} frames before" if self.told_by else None,
        )  # fmt: skip

    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """Character and word error.

        Plainly by the best path, without any language model. With the switch `language`, by the
        beam search with one. With `pens`, also the character error of the same lines sampled more
        slowly or unevenly, at another size, speed or slant. With `tune`, also that for several
        weights of the language model and bonuses, on every fifth line; to be chosen on val1.
        """
        begun = time.monotonic()
        lines = read_lines(split, data)
        sampler = ReadingSampler.from_checkpoint(
            checkpoint, LANGUAGE if switches & {"language", "tune"} else None
        )
        texts = [line.text for line in lines]
        found = {}
        if "tune" in switches:
            found = tune(sampler, lines[::TUNED])
        if "language" not in switches:
            sampler.language = None
        readings = sampler.read_lines([line.points for line in lines])
        metrics = {"cer": cer(texts, readings), "wer": wer(texts, readings)}
        if "pens" in switches:
            for name, pen in PENS.items():
                changed = sampler.read_lines([pen(line) for line in lines])
                metrics[f"cer_{name}"] = cer(texts, changed)
        n = sum(map(len, texts))
        return Evaluation(self.name, split, n, metrics | found, time.monotonic() - begun)

    def sample(self, checkpoint: str | Path, request: ReadingRequest) -> Iterator[str]:
        lines = ReadingSampler.from_checkpoint(checkpoint).read(request)
        yield "\n".join(line.text for line in lines)

    def bench(self, checkpoint: str | Path) -> dict[str, float]:
        language = LANGUAGE if self.bidirectional and LANGUAGE in names() else None
        return bench.measure(ReadingSampler.from_checkpoint(checkpoint, language))


class ReadingObjective(Objective[ReaderModel]):
    """Make the texts likely; judged by the character error on the validation part.

    Nothing that was read is kept for the record: the lines are not to be handed on.

    Args:
        model: to be trained.
        batches: of the training part.
        validation: lines of the validation part.
        characters: that the outputs stand for.
        device: where the model lies.
        teller: a network whose outputs are to be said, too; not trained.
    """

    def __init__(
        self,
        model: ReaderModel,
        batches: Batches,
        validation: list[Line],
        characters: Characters,
        device: torch.device,
        teller: ReaderModel | None = None,
    ) -> None:
        self.model, self.batches, self.characters, self.device = model, batches, characters, device
        self.teller = teller
        self.texts = [line.text for line in validation]
        self.features = [line_features(normalise(line.points)) for line in validation]

    def loss(self, step: int) -> Tensor:
        x, lengths, targets = self.batches.batch(step)
        x = x.to(self.device)
        logits, frames = self.model(x, lengths)
        loss = ctc_loss(logits, frames, targets)
        if self.teller is None:
            return loss
        with torch.no_grad():
            told, _ = self.teller(x, lengths)
        return loss + told_loss(logits, frames, told, DELAY) / sum(map(len, targets))

    def validate(self, model: ReaderModel) -> float:
        return cer(self.texts, self.readings(model, self.features))

    def readings(self, model: ReaderModel, lines: list) -> list[str]:
        fast = has_fast_bfloat16(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=fast):
            return [
                self.characters.decode(reading.labels)
                for reading in read_features(model, lines, self.device)
            ]


RECIPES: list[Recipe] = [
    ReadingRecipe(
        name="reading",
        data="handwriting",
        title="Reading handwriting",
        description="Reads a line of English from the movements of the pen, both ways at once.",
        splits=("val2", "val1", "test"),
        training=TrainingConfig(5_900, 3e-3, weight_decay=0.02, average=0.998),
        dropout=ReaderDropout(),
        augmentation=Augmentation(),
    ),
    ReadingRecipe(
        name="reading_causal",
        data="handwriting",
        title="Reading while it is written",
        description="Reads a line of English from what the pen has drawn so far.",
        splits=("val2", "val1", "test"),
        training=TrainingConfig(3_600, 3e-3, weight_decay=0.02, average=0.998),
        dropout=ReaderDropout(),
        augmentation=Augmentation(),
        bidirectional=False,
        hidden_size=256,
        told_by="reading",
    ),
    LanguageRecipe(
        name="reading_language",
        data="handwriting",
        title="English, for the readers",
        description="How likely each character is to follow in a line of English: what the readers "
        "weigh against what they see.",
        splits=("val", "train"),
        shares={},
        training=TrainingConfig(2_600, 6e-3, weight_decay=0.02, average=0.995, evaluate_every=200),
        dropout=TextDropout(layers=0.15, outputs=0.15, locked=False),
        embedding_size=128,
        batch_size=64,
        windows=True,
    ),
]
