"""The network of chorales: how it is trained and judged."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from lstm_core.checkpoint import Card
from lstm_core.hardware import has_fast_bfloat16
from lstm_core.music.chorales import bench, rules
from lstm_core.music.chorales.dataset import (
    GRIDS,
    QUARTER,
    Batch,
    Batches,
    Chorale,
    Passage,
    collate,
    pitches_of,
    read_chorales,
)
from lstm_core.music.chorales.model import ChoraleConfig, ChoraleDropout, ChoraleModel
from lstm_core.music.chorales.sampler import ChoraleRequest, ChoraleSampler
from lstm_core.recipe import Evaluation, Recipe, trained_card
from lstm_core.training import Objective, Run, TrainingConfig, train_checkpoint

GENERATED = "generated"
"""In place of a part: what the network composes."""
MADE = 100

NAMES = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]


@dataclass(frozen=True)
class ChoraleRecipe(Recipe):
    """A network that composes chorales, and harmonises melodies."""

    task: ClassVar[str] = "music"
    request: ClassVar[type] = ChoraleRequest

    title: str
    description: str
    training: TrainingConfig
    batch_size: int = 48
    config: ChoraleConfig = field(default_factory=ChoraleConfig)
    dropout: ChoraleDropout = field(default_factory=ChoraleDropout)

    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        chorales = [c for grid in GRIDS for c in read_chorales(grid, "train", data)]
        validation = [read_chorales(grid, "valid", data) for grid in GRIDS]
        batches = Batches(chorales, self.batch_size, seed=self.training.seed)
        torch.manual_seed(self.training.seed)
        model = ChoraleModel(self.config, self.dropout).to(device)
        objective = ChoraleObjective(model, batches, validation, device)
        return train_checkpoint(
            objective, self.training, run, self.name,
            lambda state: self.card(model, state, device), device=device,
        )  # fmt: skip

    def card(self, model: ChoraleModel, run: Run, device: torch.device) -> Card:
        """The card of a training as it stands."""
        return trained_card(
            self, model, run, device, score="nll_of_both_grids",
            batch=f"{self.batch_size} passages",
            split="that of Boulanger-Lewandowski et al. (2012); only the training part is "
            "transposed; chosen by nats a frame of quarters plus those of sixteenths",
            dropout=asdict(self.dropout),
        )  # fmt: skip

    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """Nats a frame, nothing being given: `nll_per_frame` of the frames of quarters, each the
        set of pitches that sound on the beat; and that of sixteenths, and of three voices of
        sixteenths where the soprano is given.

        All frames of all chorales count, silent ones too; the first frame of each is predicted from
        nothing. Logarithms are natural.

        The split `generated` writes `MADE` chorales from nothing, with the settings that the
        sampler has of itself and as they come, and counts how often they break the rules in a
        hundred quarters, beside the chorales of the test part; and how many voices go on to another
        pitch in a quarter.
        """
        begun = time.monotonic()
        if split == GENERATED:
            metrics = judge_written(
                ChoraleSampler.from_checkpoint(checkpoint),
                read_chorales("sixteenths", "test", data),
            )
            return Evaluation(self.name, split, MADE, metrics, time.monotonic() - begun)
        model = ChoraleSampler.from_checkpoint(checkpoint).model
        quarters, sixteenths = (read_chorales(grid, split, data) for grid in GRIDS[::-1])
        metrics = {
            "nll_per_frame": nats_per_frame(model, quarters),
            "nll_per_sixteenth": nats_per_frame(model, sixteenths),
            "nll_per_sixteenth_given_soprano": nats_per_frame(model, sixteenths, (0,)),
        }
        n = sum(len(c.symbols) for c in quarters)
        return Evaluation(self.name, split, n, metrics, time.monotonic() - begun)

    def bench(self, checkpoint: str | Path) -> dict[str, float]:
        return bench.measure(ChoraleSampler.from_checkpoint(checkpoint))

    def sample(self, checkpoint: str | Path, request: ChoraleRequest) -> Iterator[str]:
        """A line for each frame: soprano, alto, tenor, bass."""
        for step in ChoraleSampler.from_checkpoint(checkpoint).stream(request):
            names = (f"{NAMES[p % 12]}{p // 12 - 1}" if p > 0 else "-" for p in step.pitches)
            yield " ".join(f"{name:4}" for name in names).rstrip() + "\n"


def judge_written(
    sampler: ChoraleSampler, real: Sequence[Chorale], made: int = MADE
) -> dict[str, float]:
    """Broken rules and movement of what is written, of what is drawn as it comes, and of Bach's."""
    found = {"": [sampler.compose(ChoraleRequest(seed=n)) for n in range(made)]}
    found["_as_drawn"] = [
        sampler.compose(ChoraleRequest(seed=n, attempts=1, motion=0)) for n in range(made)
    ]
    found["_real"] = [pitches_of(chorale.symbols) for chorale in real]
    metrics: dict[str, float] = {}
    for whose, pieces in found.items():
        metrics |= {f"{rule}{whose}": rate for rule, rate in rules.rates(pieces).items()}
        changes = sum((piece[1:] != piece[:-1]).sum() for piece in pieces)
        metrics[f"changes{whose}"] = float(changes / (sum(map(len, pieces)) / QUARTER))
    return metrics


@torch.inference_mode()
def nats_per_frame(
    model: ChoraleModel, chorales: Sequence[Chorale], voices: Sequence[int] = (), together: int = 16
) -> float:
    """Nats a frame of whole chorales, of which some voices are given."""
    total, frames = 0.0, 0
    ordered = sorted(chorales, key=lambda c: len(c.symbols))
    device = next(model.parameters()).device
    for n in range(0, len(ordered), together):
        some = ordered[n : n + together]
        batch = collate([whole(chorale, voices) for chorale in some]).to(device)
        total += float((nats(model, batch) * batch.mask).sum(dtype=torch.float64))
        frames += int(batch.mask.sum())
    return total / frames


def whole(chorale: Chorale, voices: Sequence[int]) -> Passage:
    """All of a chorale, of which some voices are given."""
    given = np.isin(np.indices(chorale.symbols.shape)[1], voices)
    return Passage(chorale.symbols, given, chorale.grid)


def nats(model: ChoraleModel, batch: Batch) -> Tensor:
    """(B, T) nats of every frame."""
    logits = model(batch.symbols, batch.given, batch.before, batch.beat, batch.grid, batch.mask)
    return model.nats(logits, batch.symbols, batch.given).sum(-1)


class ChoraleObjective(Objective[ChoraleModel]):
    """Make chorales likely; judged by nats a frame of each collection, added, nothing being given.

    Args:
        model: to be trained.
        batches: of the training part.
        validation: collections of chorales to be judged by.
        device: where the model lies.
    """

    def __init__(
        self, model: ChoraleModel, batches: Batches, validation: Sequence[Sequence[Chorale]],
        device: torch.device,
    ) -> None:  # fmt: skip
        self.model, self.batches, self.validation = model, batches, validation
        self.device = device

    def loss(self, step: int) -> Tensor:
        """Nats for each voice that is not given."""
        batch = self.batches.batch(step).to(self.device)
        asked = (~batch.given).sum(-1) * batch.mask
        return (nats(self.model, batch) * batch.mask).sum() / asked.sum()

    def validate(self, model: ChoraleModel) -> float:
        fast = has_fast_bfloat16(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=fast):
            return sum(nats_per_frame(model, some) for some in self.validation)


RECIPES: list[Recipe] = [
    ChoraleRecipe(
        name="chorales",
        data="chorales",
        title="Chorales",
        description="Composes in four voices in the manner of Bach, and harmonises melodies.",
        splits=("test", "valid", "train", GENERATED),
        training=TrainingConfig(
            1_800, 2e-3, fall=0.8, average=0.99, evaluate_every=150, weight_decay=0.1
        ),
    )
]
