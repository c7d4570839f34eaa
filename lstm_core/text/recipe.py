"""The text models of the gallery: how each is trained and judged."""

from __future__ import annotations

import lzma
import math
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.checkpoint import Card
from lstm_core.data import locate
from lstm_core.hardware import has_fast_bfloat16
from lstm_core.lstm import LSTMState
from lstm_core.memory import context, finding, worth
from lstm_core.memory.network import Network
from lstm_core.recipe import Evaluation, Recipe, trained_card
from lstm_core.text import bench
from lstm_core.text.dataset import Lanes, Windows, read_text, split
from lstm_core.text.model import TextConfig, TextDropout, TextModel
from lstm_core.text.sampler import TextRequest, TextSampler
from lstm_core.text.scoring import escape_nats, total_nats, total_nats_dynamic
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.training import M, Objective, Run, TrainingConfig, train_checkpoint

TWO_PARTS = {"train": 90, "val": 10}
THREE_PARTS = {"train": 90, "val": 5, "test": 5}


@dataclass(frozen=True)
class TextRecipe(Recipe):
    """A character model of one text."""

    task: ClassVar[str] = "text"
    request: ClassVar[type] = TextRequest
    switches: ClassVar[dict[str, str]] = {
        "dynamic": "also let the weights learn on from what was read (dynamic evaluation)",
        "cells": "also find the memory cells that stand for features of text, and their worth",
        "context": "also measure what the loss is with less and less context",
    }

    title: str
    description: str
    shares: dict[str, int]  # parts of the text, in order, in per cent
    training: TrainingConfig
    dropout: TextDropout
    min_count: int = 1  # rarer characters share an escape
    embedding_size: int = 64
    hidden_size: int = 512
    num_layers: int = 2
    batch_size: int = 32
    length: int = 128  # characters through which gradients flow
    windows: bool = False  # passages from anywhere, not lanes that follow on with their state
    # Between the best two of six tried on the first 30,000 validation characters of wikipedia.
    dynamic_learning_rate: float = 5e-4
    splits: tuple[str, ...] = field(default=("val", "train"), kw_only=True)

    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        parts = self.parts(data)
        vocabulary = Vocabulary.of(parts["train"], self.min_count)
        batches = (Windows if self.windows else Lanes)(
            vocabulary.encode(parts["train"]), self.batch_size, self.length, self.training.seed
        )
        torch.manual_seed(self.training.seed)
        model = self.untrained(len(vocabulary)).to(device)
        validation = torch.from_numpy(vocabulary.encode(parts["val"]))
        objective = self.objective(model, batches, validation, vocabulary, device)
        return train_checkpoint(
            objective, self.training, run, self.name,
            lambda state: self.card(model, vocabulary, state, device), device=device,
        )  # fmt: skip

    def parts(self, data: Path | None) -> dict[str, str]:
        """The parts of the text, by name."""
        return split(read_text(locate(self.data, data)), self.shares)

    def untrained(self, size: int) -> nn.Module:
        """The network before it has learned anything, for a vocabulary of this size."""
        config = TextConfig(size, self.embedding_size, self.hidden_size, self.num_layers)
        return TextModel(config, self.dropout)

    def objective(self, *parts: Any) -> TextObjective:
        """What the training is after; the arguments are those of `TextObjective`."""
        return TextObjective(*parts)

    def load(self, checkpoint: str | Path) -> Any:
        """A sampler with the `model` and the `vocabulary` of a checkpoint."""
        return TextSampler.from_checkpoint(checkpoint)

    def card(self, model: Any, vocabulary: Vocabulary, run: Run, device: torch.device) -> Card:
        """The card of a training as it stands."""
        return trained_card(
            self, model, run, device, score="nats_per_char",
            batch=f"{self.batch_size} x {self.length} characters"
            + (", from anywhere" if self.windows else ""),
            split=", ".join(f"{part} {share} %" for part, share in self.shares.items()),
            vocabulary=vocabulary.characters, dropout=asdict(self.dropout),
        )  # fmt: skip

    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """Nats and bits a character of one part, beside those of the compressor xz.

        The network reads the part once, from its first character to its last, its state carried
        all the way; every character but the first is scored. With the switch `cells`, its memory
        cells are looked for in the training part, confirmed on the validation part, and removed one
        by one to see what they are worth there, whichever part is judged. With `context`, the loss
        is measured for several lengths of context, on the first of `splits`, which is held out.
        """
        begun = time.monotonic()
        parts = self.parts(data)
        text = parts[split]
        if len(text) < 2:
            raise ValueError(
                f"The part {split} of {self.data} has fewer than two characters: there is nothing "
                "in it to predict."
            )
        sampler = self.load(checkpoint)
        ids = torch.from_numpy(sampler.vocabulary.encode(text))
        n, escapes = len(ids) - 1, escape_nats(ids, sampler.vocabulary.escape)
        nats = total_nats(sampler.model, ids) + escapes
        metrics = {"nats_per_char": nats / n, "bits_per_char": nats / n / math.log(2)}
        found = {}
        if "cells" in switches:
            findings = finding.find(sampler, parts["train"], parts["val"])
            metrics.update(findings.metrics())
            found[finding.KEY] = findings.to_json()
            found[worth.KEY] = worth.measure(sampler, parts["val"], findings).to_json()
        if "context" in switches:
            held_out = sampler.vocabulary.encode(parts[self.splits[0]])
            curve = context.measure(Network.of(sampler.model), held_out)
            metrics.update(curve.metrics())
            found[context.KEY] = curve.to_json()
        if "dynamic" in switches:
            model = sampler.model.requires_grad_(True)
            nats = total_nats_dynamic(model, ids, learning_rate=self.dynamic_learning_rate)
            nats += escapes
            metrics["dynamic_nats_per_char"] = nats / n
            metrics["dynamic_bits_per_char"] = nats / n / math.log(2)
        packed = lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)  # as xz -9e
        metrics["xz_bits_per_char"] = 8 * len(packed) / len(text)
        return Evaluation(self.name, split, n, metrics, time.monotonic() - begun, found)

    def sample(self, checkpoint: str | Path, request: TextRequest) -> Iterator[str]:
        sampler = TextSampler.from_checkpoint(checkpoint)
        yield sampler.read(request.prime).text
        for step in sampler.stream(request):
            yield step.character

    def bench(self, checkpoint: str | Path) -> dict[str, float]:
        return bench.measure(TextSampler.from_checkpoint(checkpoint))


class TextObjective(Objective[M]):
    """Predict the next character; judged on the validation part.

    Args:
        model: to be trained.
        batches: of the training part.
        validation: (N,) the validation part as numbers.
        vocabulary: to write the samples at milestones.
        device: where the model lies.
    """

    sampler: ClassVar[Any] = TextSampler
    """Writes with a model and a vocabulary."""

    def __init__(
        self,
        model: M,
        batches: Lanes | Windows,
        validation: Tensor,
        vocabulary: Vocabulary,
        device: torch.device,
    ) -> None:
        self.model, self.batches, self.vocabulary, self.device = model, batches, vocabulary, device
        self.validation = validation.to(device)
        self.state: Any = None  # carried from batch to batch; None for zeros

    def loss(self, step: int) -> Tensor:
        if self.batches.starts_round(step):
            self.state = None
        x, y = (part.to(self.device) for part in self.batches.batch(step))
        logits, state = self.model(x, self.state)
        self.state = state.detach()
        return F.cross_entropy(logits.float().flatten(0, 1), y.flatten())

    def validate(self, model: M) -> float:
        fast = has_fast_bfloat16(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=fast):
            nats = total_nats(model, self.validation, lanes=64, warm_up=200, length=200)
        return nats / (len(self.validation) - 1)

    def sample(self, model: M) -> str:
        copy = type(model)(model.config)
        copy.load_state_dict(model.state_dict())
        return self.sampler(copy, self.vocabulary).write(TextRequest(length=700, seed=1))

    def carried(self) -> dict[str, Tensor]:
        return {} if self.state is None else {"h": self.state.h, "c": self.state.c}

    def carry(self, carried: dict[str, Tensor]) -> None:
        self.state = LSTMState(carried["h"], carried["c"]) if carried else None


SIZES: dict[str, Any] = {"embedding_size": 128, "batch_size": 64}
PACE: dict[str, Any] = {"evaluate_every": 200, "average": 0.995}
LONG: dict[str, Any] = {
    **SIZES, "shares": THREE_PARTS, "splits": ("test", "val", "train"), "min_count": 20,
}  # fmt: skip
"""Of the long texts: what is measured last is kept apart, and rare characters share an escape."""

RECIPES = [
    TextRecipe(
        name="shakespeare",
        data="shakespeare",
        title="Shakespeare",
        description="Plays: speakers' names, verse, the manner of 1600.",
        shares=TWO_PARTS,
        training=TrainingConfig(2_800, 6e-3, weight_decay=0.05, **PACE),
        dropout=TextDropout(inputs=0.1, layers=0.4, outputs=0.4, locked=False),
        windows=True,
        **SIZES,
    ),
    TextRecipe(
        name="wikipedia",
        data="wikipedia",
        title="Wikipedia",
        description="Raw wiki markup inside its XML export: tags, links, time stamps, templates.",
        training=TrainingConfig(4_400, 6e-3, weight_decay=0.02, **PACE),
        dropout=TextDropout(layers=0.1, outputs=0.1, locked=False),
        **LONG,
    ),
    TextRecipe(
        name="speeches",
        data="speeches",
        title="Presidential speeches",
        description="Speeches given in office by presidents of the United States, 1977 to 2020.",
        training=TrainingConfig(5_000, 6e-3, weight_decay=0.02, **PACE),
        dropout=TextDropout(layers=0.25, outputs=0.25, locked=False),
        **LONG,
    ),
    TextRecipe(
        name="c_source",
        data="c_source",
        title="C source code",
        description="The C files of Valkey, a data base server: comments, braces, indentation.",
        training=TrainingConfig(3_200, 6e-3, weight_decay=0.02, **PACE),
        dropout=TextDropout(layers=0.35, outputs=0.35, locked=False),
        **LONG,
    ),
    TextRecipe(
        name="latex",
        data="latex",
        title="LaTeX",
        description="Chapters of a textbook of algebraic geometry, in LaTeX.",
        training=TrainingConfig(1_600, 6e-3, weight_decay=0.02, **PACE),
        dropout=TextDropout(layers=0.15, outputs=0.15, locked=False),
        **LONG,
    ),
]
