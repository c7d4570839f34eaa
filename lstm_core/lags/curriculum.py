"""How the networks learn: from each lag they go on to the next longer one.

At every lag each kind of network may take the same number of steps, on the same sequences, its
gradient clipped at the same norm; up to a lag of 100 at each of the same rates, and from there on
at the one that served it best. It stops as soon as it has the task solved, and else keeps the
weights with the lowest loss on the validation sequences. Then it goes on with these weights to the
next lag, be it solved or not.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lstm_core.lags.model import LagConfig, LagModel
from lstm_core.lags.tasks import LAGS, loss, right, sequences
from lstm_core.training import Objective, Run, TrainingConfig, train

SOLVED = 0.99
"""Share of the validation sequences that are right when a lag counts as solved."""


@dataclass(frozen=True)
class Curriculum:
    """What each network may use of time and luck."""

    steps: dict[int, int] = field(
        default_factory=lambda: {10: 3_000, 30: 1_500, 100: 1_500, 300: 2_000, 1_000: 3_000}
    )  # at each lag, and at each rate
    rates: tuple[float, ...] = (1e-2, 3e-3, 1e-3)  # of learning, tried in this order
    searched: int = 100  # the longest lag at which all are tried; then the best of them is kept
    batch_size: int = 32
    validation: int = 400  # sequences
    clip_norm: float = 1.0
    evaluate_every: int = 50
    seed: int = 1

    def schedule(self, lag: int, rate: float) -> TrainingConfig:
        """Of one lag at one rate."""
        return TrainingConfig(
            self.steps[lag], rate, warmup=20, weight_decay=0.0, clip_norm=self.clip_norm,
            average=0.98, evaluate_every=self.evaluate_every, seed=self.seed,
        )  # fmt: skip


class Solved(Exception):
    """Ends a training that has nothing left to learn."""

    def __init__(self, run: Run) -> None:
        super().__init__("solved")
        self.run = run


class LagObjective(Objective[LagModel]):
    """One task at one lag.

    Args:
        model: to be trained.
        lag: n.
        curriculum: sizes of batches.
        device: where the model lies.
    """

    def __init__(
        self, model: LagModel, lag: int, curriculum: Curriculum, device: torch.device
    ) -> None:
        self.model, self.task, self.lag, self.device = model, model.config.task, lag, device
        self.batch_size = curriculum.batch_size
        self.x, self.y = self.sequences(curriculum.validation, "val")
        self.right = 0.0  # share of the validation sequences, when last judged
        for parameter in model.parameters():
            # What has overflowed on its way back has no direction that clipping could keep.
            parameter.register_hook(lambda g: torch.nan_to_num(g, nan=0.0, posinf=0.0, neginf=0.0))

    def sequences(self, size: int, stream: str, number: int = 0) -> tuple[Tensor, Tensor]:
        """Sequences, on the model's device."""
        x, y = sequences(self.task, self.lag, size, stream, number)
        return x.to(self.device), y.to(self.device)

    def loss(self, step: int) -> Tensor:
        x, y = self.sequences(self.batch_size, "train", step)
        # A cell that adds up small things over 1,000 steps needs more than the 8 bits of bfloat16.
        with torch.autocast(self.device.type, enabled=False):
            return loss(self.task, self.model(x), y)

    def validate(self, model: LagModel) -> float:
        answer = model(self.x)
        self.right = right(self.task, answer, self.y).float().mean().item()
        return loss(self.task, answer, self.y).item()


def learn(
    config: LagConfig, curriculum: Curriculum, folder: Path, device: torch.device
) -> dict[int, dict[str, Any]]:
    """Teach one network all lags, taking up what the folder holds.

    Args:
        config: of the network.
        folder: of its run; each lag and rate has a folder of its own in it.

    Returns:
        for each lag: `weights`, the `rate` they were learned at, `right`, their share of right
        answers on the validation sequences, `curve`, the record of their training, and `steps` and
        `seconds` over all rates.
    """
    stages: dict[int, dict[str, Any]] = {}
    weights: dict[str, Tensor] | None = None
    before = 0  # the lag that the weights were learned at
    for lag in LAGS:
        path = folder / f"{lag}.pt"
        if not path.exists():
            rates = curriculum.rates if lag <= curriculum.searched else (stages[before]["rate"],)
            stage = learn_lag(config, lag, rates, weights, curriculum, folder, device)
            temporary = path.with_suffix(".tmp")
            torch.save(stage, temporary)
            temporary.replace(path)
        stages[lag] = torch.load(path, map_location=device, weights_only=True)
        weights, before = stages[lag]["weights"], lag
    return stages


def learn_lag(
    config: LagConfig,
    lag: int,
    rates: tuple[float, ...],
    weights: dict[str, Tensor] | None,
    curriculum: Curriculum,
    folder: Path,
    device: torch.device,
) -> dict[str, Any]:
    """One lag: a stage as `learn` returns them, from weights or, at the first lag, from none."""
    best: dict[str, Any] = {}
    score, steps, seconds = float("inf"), 0, 0.0
    for rate in rates:
        torch.manual_seed(curriculum.seed)
        model = LagModel(config).to(device)
        if weights is not None:
            model.load_state_dict(weights)
        objective = LagObjective(model, lag, curriculum, device)

        def judge(run: Run, objective: LagObjective = objective) -> None:
            if objective.right >= SOLVED:
                raise Solved(run)

        schedule = curriculum.schedule(lag, rate)
        solved = False
        try:
            run = train(
                objective, schedule, folder / f"{lag}-{rate:g}", device=device, on_best=judge
            )
        except Solved as end:
            run, solved = end.run, True
        steps, seconds = steps + run.step, seconds + run.seconds
        if solved or run.score < score:
            model.load_state_dict(run.best)
            with torch.inference_mode():
                objective.validate(model)
            score = run.score
            best = {
                "weights": {name: w.detach().clone() for name, w in run.best.items()},
                "rate": rate, "right": objective.right, "curve": asdict(run.history)["curve"],
            }  # fmt: skip
        if solved:
            break
    return {**best, "steps": steps, "seconds": seconds}
