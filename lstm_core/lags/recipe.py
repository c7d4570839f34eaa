"""How the networks that have to hold on are trained and judged: thirty small ones, in one file."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.data import data_set
from lstm_core.hardware import processor
from lstm_core.lags.curriculum import Curriculum, learn
from lstm_core.lags.model import KINDS, LagConfig
from lstm_core.lags.sampler import LagNetworks, LagRequest
from lstm_core.lags.tasks import LAGS, LETTERS, TASKS
from lstm_core.recipe import Evaluation, Recipe
from lstm_core.training import TrainingConfig

Stages = dict[tuple[str, str, int], dict[str, Any]]
"""What `learn` returned, by task, kind of network and lag."""


@dataclass(frozen=True)
class LagRecipe(Recipe):
    """Every task with every kind of network at every lag."""

    task: ClassVar[str] = "lags"
    request: ClassVar[type] = LagRequest

    title: str
    description: str
    curriculum: Curriculum
    hidden_size: int = 32
    test_sequences: int = 1_000

    @property
    def training(self) -> TrainingConfig:
        """The schedule of the last and longest lag, at the first rate."""
        return self.curriculum.schedule(LAGS[-1], self.curriculum.rates[0])

    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        stages: Stages = {}
        for task in reversed(TASKS):
            for kind in reversed(KINDS):
                config = LagConfig(task, kind, self.hidden_size)
                learned = learn(config, self.curriculum, run / task / kind, device)
                stages.update({(task, kind, lag): stage for lag, stage in learned.items()})
        weights = {
            f"{task}.{kind}.{lag}.{name}": w
            for (task, kind, lag), stage in stages.items()
            for name, w in stage["weights"].items()
        }
        path = run / f"{self.name}.safetensors"
        checkpoint.save(path, self.card(stages, device), weights, record(stages))
        return path

    def card(self, stages: Stages, device: torch.device) -> Card:
        """The card of all networks together."""
        data, curve = data_set(self.data), joined_curve(stages)
        best = min(curve, key=lambda row: row["validation"])
        return Card(
            name=self.name,
            task=self.task,
            title=self.title,
            description=self.description,
            config={"hidden_size": self.hidden_size},
            data={
                "name": data.description,
                "source": data.homepage,
                "licence": data.licence,
                "citation": data.citation,
                "split": "made up as they are needed, from separate random numbers",
            },
            training={
                "parameters": sum(
                    w.numel() for stage in stages.values() for w in stage["weights"].values()
                ),
                "networks": len(stages),
                "steps": curve[-1]["step"],
                "best_step": best["step"],
                "steps_of_all_networks": sum(stage["steps"] for stage in stages.values()),
                "seconds": round(sum(stage["seconds"] for stage in stages.values())),
                "hardware": processor(device),
                "batch": self.curriculum.batch_size,
                "learning_rates": ", ".join(f"{rate:g}" for rate in self.curriculum.rates),
                "clip_norm": self.curriculum.clip_norm,
                "seed": self.curriculum.seed,
            },
            licence="Apache-2.0",
            date=datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat(),
        )

    @torch.inference_mode()
    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """The share of right answers of every network, at the lag that it was trained for."""
        begun, networks = time.monotonic(), LagNetworks.from_checkpoint(checkpoint)
        metrics = {
            f"{task}_{kind}_{lag}": networks.accuracy(
                task, kind, lag, self.test_sequences, stream=split
            )
            for task in TASKS
            for kind in KINDS
            for lag in LAGS
        }
        seconds = time.monotonic() - begun
        return Evaluation(self.name, split, self.test_sequences, metrics, seconds)

    def sample(self, checkpoint: str | Path, request: LagRequest) -> Iterator[str]:
        trial = LagNetworks.from_checkpoint(checkpoint).trial(request)

        def words(answer: float) -> str:
            return LETTERS[int(answer)] if request.task == "recall" else f"{answer:.3f}"

        yield f"{request.task}, lag {request.lag:,}: right is {words(trial.right_answer)}"
        for answer in trial.answers:
            verdict = "right" if answer.right else "wrong"
            yield f"\n{answer.kind:5} {words(answer.said)}  {verdict}"


def joined_curve(stages: Stages) -> list[dict[str, float]]:
    """How the LSTM learned to add, over all lags, as if it had been one training."""
    rows: list[dict[str, float]] = []
    for lag in LAGS:
        before = rows[-1]["step"] if rows else 0
        for row in stages["adding", "lstm", lag]["curve"]:
            if row["step"] > 0 or not rows:
                rows.append({**row, "step": before + row["step"]})
    return rows


def record(stages: Stages) -> dict[str, Any]:
    """How all of them learned: `stages`, a row each, and the curve of one of them."""
    curve = joined_curve(stages)
    return {
        "curve": curve,
        "milestones": [{**row, "sample": ""} for row in (curve[0], curve[-1])],
        "stages": [
            {
                "task": task, "kind": kind, "lag": lag,
                **{key: stage[key] for key in ("rate", "right", "steps")},
                "seconds": round(stage["seconds"]),
            }
            for (task, kind, lag), stage in stages.items()
        ],
    }  # fmt: skip


RECIPES: list[Recipe] = [
    LagRecipe(
        name="lags",
        data="lags",
        title="Holding on",
        description="Plain RNNs, GRUs and LSTMs of 32 cells recall and add over 10 to 1,000 steps.",
        curriculum=Curriculum(),
        splits=("test", "val"),
    )
]
