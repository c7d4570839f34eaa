"""The small networks: how each is trained and judged."""

from __future__ import annotations

import datetime
import time
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.data import data_set
from lstm_core.hardware import processor
from lstm_core.recipe import Evaluation, Recipe
from lstm_core.sequences.counting import CHARACTERS, LONGEST_JUDGED, LONGEST_TRAINED
from lstm_core.sequences.learning import CountObjective, NumbersObjective
from lstm_core.sequences.numbers import NumbersConfig, NumbersModel, digits, parse
from lstm_core.sequences.progressions import KINDS, KNOWN_FROM, RATIOS, progressions
from lstm_core.sequences.sampler import Counter, CountRequest, NumbersReader, NumbersRequest
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.training import Objective, Run, TrainingConfig, train


@dataclass(frozen=True)
class SequenceRecipe(Recipe):
    """A small network that learns from what a formula makes up: nothing has to be fetched."""

    task: ClassVar[str] = "sequences"

    title: str
    description: str
    training: TrainingConfig
    batch_size: int
    parts: str  # of the data, in words

    def fit(
        self, objective: Objective, config: dict, vocabulary: list[str], run: Path,
        device: torch.device,
    ) -> Path:  # fmt: skip
        """Train; the path of the checkpoint in the run's folder."""
        path = run / f"{self.name}.safetensors"

        def save(state: Run) -> None:
            card = self.card(config, vocabulary, state, device)
            checkpoint.save(path, card, state.best, asdict(state.history))

        save(train(objective, self.training, run, device=device, on_best=save))
        return path

    def card(self, config: dict, vocabulary: list[str], run: Run, device: torch.device) -> Card:
        """The card of a training as it stands."""
        data = data_set(self.data)
        return Card(
            name=self.name,
            task=self.task,
            title=self.title,
            description=self.description,
            config=config,
            vocabulary=vocabulary,
            data={
                "name": data.description,
                "source": data.homepage,
                "licence": data.licence,
                "citation": data.citation,
                "split": self.parts,
            },
            training={
                "parameters": sum(w.numel() for w in run.best.values()),
                "steps": run.step,
                "best_step": run.best_step,
                "seconds": round(run.seconds),
                "hardware": processor(device),
                "batch": self.batch_size,
                "learning_rate": self.training.learning_rate,
                "weight_decay": self.training.weight_decay,
                "seed": self.training.seed,
            },
            licence=data.licence.split(",")[0],
            date=datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat(),
        )


@dataclass(frozen=True)
class NumbersRecipe(SequenceRecipe):
    """The networks of `lstm_core.sequences.numbers`."""

    request: ClassVar[type] = NumbersRequest

    config: NumbersConfig = field(default_factory=NumbersConfig)

    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        torch.manual_seed(self.training.seed)
        model = NumbersModel(self.config).to(device)
        objective = NumbersObjective(model, self.batch_size, self.training.seed, device)
        return self.fit(objective, asdict(self.config), [], run, device)

    @torch.inference_mode()
    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """The share of stretches whose fourth number is right, all its digits, after the three
        before: of each kind, by either network; of each ratio, up and down, by the LSTM."""
        begun, model = time.monotonic(), NumbersReader.from_checkpoint(checkpoint).model
        metrics, total, by_ratio = {}, 0, defaultdict(list)
        for kind in KINDS:
            found = progressions(kind)
            terms = torch.from_numpy(found.held_out if split == "held_out" else found.shown)
            right = torch.cat([fourth_right(model, rows) for rows in terms.split(10_000)])  # (N, 2)
            label = kind.replace(", ", "_")
            for n, network in enumerate(("lstm", "feedforward")):
                metrics[f"{label}_{network}"] = right[:, n].double().mean().item()
            total += len(terms)
            if kind != "arithmetic":
                pairs = terms[:, :2]
                ratios = pairs.max(dim=1).values // pairs.min(dim=1).values  # (N,)
                for ratio in RATIOS:
                    by_ratio[ratio].append(right[ratios == ratio, 0])
        for ratio, parts in by_ratio.items():
            metrics[f"ratio_{ratio}_lstm"] = torch.cat(parts).double().mean().item()
        return Evaluation(self.name, split, total, metrics, time.monotonic() - begun)

    def sample(self, checkpoint: str | Path, request: NumbersRequest) -> Iterator[str]:
        read = NumbersReader.from_checkpoint(checkpoint).read(parse(request.sequence))
        yield f"{', '.join(map(str, read.numbers))} -> {read.lstm.number}"


def fourth_right(model: NumbersModel, terms: Tensor) -> Tensor:
    """(N, 4) stretches -> (N, 2), whether the LSTM and the feed-forward network say the fourth."""
    target = digits(terms[:, KNOWN_FROM])  # (N, 5)
    said = [logits[:, -1].argmax(dim=-1) for logits in model(terms[:, :KNOWN_FROM])]
    return torch.stack([(number == target).all(dim=-1) for number in said], dim=-1)


@dataclass(frozen=True)
class CountRecipe(SequenceRecipe):
    """The counter of `lstm_core.sequences.counting`."""

    request: ClassVar[type] = CountRequest

    cells: int = 10

    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        torch.manual_seed(self.training.seed)
        config = TextConfig(len(CHARACTERS), len(CHARACTERS), self.cells, 1)
        model = TextModel(config).to(device)
        objective = CountObjective(model, self.batch_size, self.training.seed, device)
        return self.fit(objective, asdict(config), CHARACTERS, run, device)

    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """The share of counts that are copied without a mistake, and the largest up to which all
        are; the cell that counts, from 1, and how closely its state goes with the count."""
        begun, counter = time.monotonic(), Counter.from_checkpoint(checkpoint)
        right = counter.right(range(LONGEST_JUDGED + 1))
        part = right[: LONGEST_TRAINED + 1] if split == "trained" else right[LONGEST_TRAINED + 1 :]
        metrics = {
            "right": float(part.mean()),
            "all_right_up_to": float(len(right) if right.all() else right.argmin()) - 1,
            "counting_cell": counter.counting_cell + 1,
            "correlation": float(counter.correlations[counter.counting_cell]),
        }
        return Evaluation(self.name, split, len(part), metrics, time.monotonic() - begun)

    def sample(self, checkpoint: str | Path, request: CountRequest) -> Iterator[str]:
        for step in Counter.from_checkpoint(checkpoint).stream(request):
            yield step.letter.strip()


RECIPES: list[Recipe] = [
    NumbersRecipe(
        name="numbers",
        data="progressions",
        title="What comes next?",
        description="Goes on with arithmetic and geometric progressions, digit by digit; beside "
        "the LSTM, a feed-forward network that sees the last number only.",
        training=TrainingConfig(14_000, 4e-3, weight_decay=0.05, evaluate_every=1_000),
        batch_size=128,
        parts="held out for judging 9 %, for validation 1 % of all stretches of four numbers",
        splits=("held_out", "trained"),
    ),
    CountRecipe(
        name="counter",
        data="counts",
        title="The counter",
        description="Ten memory cells that copy a count: as many b as there were a.",
        training=TrainingConfig(6_000, 1e-2, weight_decay=0.0, evaluate_every=500, average=0.99),
        batch_size=32,
        parts=f"counts 0 to {LONGEST_TRAINED} in training, longer ones for judging",
        splits=("longer", "trained"),
    ),
]
