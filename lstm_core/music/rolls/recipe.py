"""The networks of piano rolls: how they are trained and judged."""

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
from lstm_core.music.rolls.dataset import DATA_SET, Passages, collate, read_rolls, whole
from lstm_core.music.rolls.model import RollConfig, RollDropout, RollModel, nats
from lstm_core.music.rolls.sampler import RollRequest, RollSampler
from lstm_core.recipe import Evaluation, Recipe, trained_card
from lstm_core.training import Objective, Run, TrainingConfig, train_checkpoint


@dataclass(frozen=True)
class RollRecipe(Recipe):
    """A network of one collection of piano rolls."""

    task: ClassVar[str] = "music"
    request: ClassVar[type] = RollRequest

    collection: str
    title: str
    description: str
    training: TrainingConfig
    batch_size: int = 32
    length: int = 200  # frames through which gradients flow
    farthest: int = 0  # semitones of transposition while learning
    config: RollConfig = field(default_factory=RollConfig)
    dropout: RollDropout = field(default_factory=RollDropout)
    splits: tuple[str, ...] = field(default=("test", "valid", "train"), kw_only=True)

    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        batches = Passages(
            read_rolls(self.collection, "train", data), self.batch_size, self.length,
            self.farthest, self.training.seed,
        )  # fmt: skip
        validation = read_rolls(self.collection, "valid", data)
        torch.manual_seed(self.training.seed)
        model = RollModel(self.config, self.dropout).to(device)
        objective = RollObjective(model, batches, validation, device)
        return train_checkpoint(
            objective, self.training, run, self.name,
            lambda state: self.card(model, state, device), device=device,
        )  # fmt: skip

    def card(self, model: RollModel, run: Run, device: torch.device) -> Card:
        """The card of a training as it stands."""
        return trained_card(
            self, model, run, device, score="nll_per_frame",
            batch=f"{self.batch_size} x {self.length} frames, from anywhere",
            split="that of Boulanger-Lewandowski et al. (2012); the training part is "
            + (f"transposed by up to {self.farthest} semitones" if self.farthest else "as is"),
            dropout=asdict(self.dropout),
        )  # fmt: skip

    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """Nats a frame, the 88 keys being independent given the frames before.

        `nll_per_frame` is the sum over all frames of all pieces, silent ones too, divided by their
        number; the first frame of a piece is predicted from nothing. `nll_after_first` leaves those
        first frames out, as Bai et al. (2018) do.
        """
        begun = time.monotonic()
        model = RollSampler.from_checkpoint(checkpoint).model
        rolls = read_rolls(self.collection, split, data)
        first, rest = nats_of(model, rolls)
        n = sum(map(len, rolls))
        metrics = {
            "nll_per_frame": (first + rest) / n,
            "nll_after_first": rest / max(1, n - len(rolls)),
        }
        return Evaluation(self.name, split, n, metrics, time.monotonic() - begun)

    def sample(self, checkpoint: str | Path, request: RollRequest) -> Iterator[str]:
        """A line for each frame: the MIDI pitches that sound."""
        for keys in RollSampler.from_checkpoint(checkpoint).stream(request):
            yield " ".join(str(key + 21) for key in keys) + "\n"


@torch.inference_mode()
def nats_of(
    model: RollModel, rolls: Sequence[np.ndarray], together: int = 16
) -> tuple[float, float]:
    """Nats of the first frames of pieces, and of all others."""
    first = rest = 0.0
    device = next(model.parameters()).device
    ordered = sorted(rolls, key=len)
    for n in range(0, len(ordered), together):
        batch = collate([whole(roll) for roll in ordered[n : n + together]]).to(device)
        logits, _ = model(batch.before)
        each = (nats(logits, batch.frames) * batch.mask).double()  # (B, T)
        first += float(each[:, 0].sum())
        rest += float(each[:, 1:].sum())
    return first, rest


class RollObjective(Objective[RollModel]):
    """Make the frames likely."""

    def __init__(
        self, model: RollModel, batches: Passages, validation: Sequence[np.ndarray],
        device: torch.device,
    ) -> None:  # fmt: skip
        self.model, self.batches, self.validation = model, batches, validation
        self.device = device

    def loss(self, step: int) -> Tensor:
        batch = self.batches.batch(step).to(self.device)
        logits, _ = self.model(batch.before)
        return (nats(logits, batch.frames) * batch.mask).sum() / batch.mask.sum()

    def validate(self, model: RollModel) -> float:
        return sum(nats_of(model, self.validation)) / sum(map(len, self.validation))


RECIPES: list[Recipe] = [
    RollRecipe(
        name="roll_piano_midi",
        data=DATA_SET,
        collection="piano_midi",
        title="Piano roll: Piano-midi.de",
        description="Which keys sound next, in classical piano pieces; for comparison.",
        training=TrainingConfig(3_000, 3e-3, warmup=50, average=0.99, evaluate_every=250),
        length=100,
        farthest=6,
        dropout=RollDropout(inputs=0.1, outputs=0.4),
    ),
    RollRecipe(
        name="roll_nottingham",
        data=DATA_SET,
        collection="nottingham",
        title="Piano roll: Nottingham",
        description="Which keys sound next, in folk tunes with chords; for comparison.",
        training=TrainingConfig(
            12_000, 8e-3, warmup=50, fall=0.5, average=0.99, evaluate_every=500
        ),
        batch_size=16,
        length=100,
        farthest=5,
        dropout=RollDropout(inputs=0.1, outputs=0.2),
    ),
    RollRecipe(
        name="roll_jsb",
        data=DATA_SET,
        collection="jsb",
        title="Piano roll: chorales",
        description="Which keys sound next, in Bach's chorales; for comparison.",
        training=TrainingConfig(5_000, 3e-3, warmup=50, average=0.99, evaluate_every=250),
        farthest=5,
        dropout=RollDropout(inputs=0.1, outputs=0.3),
    ),
]
