"""The one training loop: AdamW, a schedule, averaged weights, and a run that survives a kill.

A run lives in a folder of its own. Whatever decides the next step - weights, optimiser, averages,
carried state, history - is saved there every few minutes, to a temporary file that is then renamed,
and the random numbers of a step are drawn from the seed and the step's number. So a run that was
killed at any moment and started again ends with the same weights as one that was not.
"""

from __future__ import annotations

import math
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.hardware import has_fast_bfloat16, keep_freed_memory

M = TypeVar("M", bound=nn.Module)

MILESTONES = (0, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)


@dataclass(frozen=True)
class TrainingConfig:
    """How long and how fast to learn."""

    steps: int
    learning_rate: float = 2e-3  # the highest of the schedule
    warmup: int = 200  # steps of linear rise
    fall: float = 1.0  # share of the steps after the rise in which it falls to zero, at the end
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    average: float = 0.999  # decay of the moving average of the weights (Polyak 1992)
    evaluate_every: int = 500  # steps
    weight_noise: float = 0.0  # standard deviation of what is added to the weights at each step
    seed: int = 1


class Objective(ABC, Generic[M]):
    """What the loop has to know of a task: a model, a loss to fall, a score to judge by."""

    model: M

    @abstractmethod
    def loss(self, step: int) -> Tensor:
        """The training loss of batch number `step`, a scalar with a gradient."""

    def parts(self, step: int) -> Sequence[Callable[[], Tensor]]:
        """The training loss of batch number `step` as a sum, each part to be had by a call.

        Each part is worked out, forwards and backwards, by a thread of its own: a network that is
        followed step by step in small operations, which one thread does as fast as two, learns
        faster so. No part may draw random numbers: whose turn it is would be left to chance.
        """
        return [lambda: self.loss(step)]

    @abstractmethod
    def validate(self, model: M) -> float:
        """The validation score of a model; lower is better."""

    def sample(self, model: M) -> str:
        """Something the model makes, for the record of how it learned."""
        return ""

    def carried(self) -> dict[str, Tensor]:
        """What goes over from one step to the next besides the weights."""
        return {}

    def carry(self, carried: dict[str, Tensor]) -> None:
        """Take up again what `carried` returned."""


@dataclass
class History:
    """How a model learned, small enough to ship with it."""

    curve: list[dict[str, float]] = field(default_factory=list)  # step, train, validation
    milestones: list[dict[str, Any]] = field(
        default_factory=list
    )  # step, train, validation, sample


@dataclass
class Run:
    """A finished or unfinished training: its best weights and its record."""

    best: dict[str, Tensor]
    score: float  # validation, lower is better
    best_step: int
    step: int
    seconds: float
    history: History


def learning_rate(config: TrainingConfig, step: int) -> float:
    """Linear warm-up, then a half cosine to zero (Loshchilov & Hutter 2017, eq. 5).

    Where `fall` is less than 1 it stays at its highest in between (Hu et al. 2024, "MiniCPM",
    arXiv:2404.06395, section 4), so that a training can be made longer while it runs.
    """
    if step < config.warmup:
        return config.learning_rate * (step + 1) / config.warmup
    falling = max(1.0, config.fall * (config.steps - config.warmup))
    left = min(max(0.0, (config.steps - step) / falling), 1.0)
    return config.learning_rate * 0.5 * (1 - math.cos(math.pi * left))


def train(
    objective: Objective,
    config: TrainingConfig,
    folder: Path,
    *,
    device: torch.device,
    save_every: float = 120.0,
    stop_after: int | None = None,
    on_best=None,
) -> Run:
    """Train to the end of the schedule, from where the folder's run stands.

    Args:
        objective: the task; its model is trained in place.
        config: the schedule. A run can only be taken up with the schedule it began with.
        folder: of the run; made if missing.
        device: where the model lies.
        save_every: seconds between two savings.
        stop_after: stop when this many steps are done, as a kill would.
        on_best: called with the `Run` whenever the validation score is the best so far.

    Raises:
        ValueError: if the folder holds a run with another schedule or another model.
        FloatingPointError: if the loss or its gradient is no longer a number.
    """
    keep_freed_memory()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "state.pt"
    model = objective.model
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config.learning_rate, betas=(0.9, 0.99),
        weight_decay=config.weight_decay, fused=True,
    )  # fmt: skip
    average = {name: p.detach().clone() for name, p in model.state_dict().items()}
    run = Run({}, math.inf, 0, 0, 0.0, History())
    losses: list[float] = []  # since the last evaluation

    if path.exists():
        saved = torch.load(path, map_location=device, weights_only=True)
        shapes = {name: p.shape for name, p in model.state_dict().items()}
        if saved["config"] != asdict(config) or shapes != {
            name: p.shape for name, p in saved["model"].items()
        }:
            raise ValueError(
                f"{folder} holds a run with another schedule or another model; remove it, or "
                "train in another folder"
            )
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        average, losses = saved["average"], saved["losses"]
        objective.carry(saved["carried"])
        run = Run(**{**saved["run"], "history": History(**saved["run"]["history"])})

    def save() -> None:
        state = {
            "config": asdict(config), "model": model.state_dict(), "average": average,
            "optimizer": optimizer.state_dict(), "carried": objective.carried(),
            "losses": losses, "run": {**vars(run), "history": vars(run.history)},
        }  # fmt: skip
        temporary = path.with_suffix(".tmp")
        torch.save(state, temporary)
        os.replace(temporary, path)

    def evaluate() -> None:
        """Score the averaged weights; keep them if they are the best yet.

        At the end the trained weights have come to rest, and the average may lag behind them: then
        the better of the two counts.
        """
        trained = {name: p.detach().clone() for name, p in model.state_dict().items()}
        candidates = [average, trained] if run.step == config.steps else [average]
        model.eval()
        with torch.no_grad():
            scores = []
            for weights in candidates:
                model.load_state_dict(weights)
                scores.append(objective.validate(model))
            score = min(scores)
            weights = candidates[scores.index(score)]
            model.load_state_dict(weights)
            row = {"step": run.step, "validation": score}
            if losses:
                row["train"] = sum(losses) / len(losses)
            run.history.curve.append(row)
            if run.step in MILESTONES or run.step == config.steps:
                run.history.milestones.append({**row, "sample": objective.sample(model)})
        model.train()
        model.load_state_dict(trained)
        losses.clear()
        if score < run.score:
            run.best = {name: p.clone() for name, p in weights.items()}
            run.score, run.best_step = score, run.step
            if on_best is not None:
                on_best(run)

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[facts]}"),
    )  # fmt: skip
    begun, saved_at = time.monotonic() - run.seconds, time.monotonic()
    model.train()
    fast = has_fast_bfloat16(device)

    def learn(part: Callable[[], Tensor]) -> float:
        """Loss of a part, its gradient added to those of the weights."""
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast):
            loss = part()
        loss.backward()
        return loss.item()

    with (
        ThreadPoolExecutor(initializer=lambda: torch.set_num_threads(1)) as threads,
        Progress(*columns) as progress,
    ):
        bar = progress.add_task(folder.name, total=config.steps, completed=run.step, facts="")
        while run.step < config.steps:
            if run.step == 0 and not run.history.curve:
                evaluate()
            torch.manual_seed(config.seed * 1_000_003 + run.step)
            optimizer.zero_grad()
            with noisy(model, config.weight_noise):
                parts = objective.parts(run.step)
                loss = sum(map(learn, parts) if len(parts) == 1 else threads.map(learn, parts))
            norm = nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
            if not math.isfinite(loss) or not math.isfinite(norm.item()):
                raise FloatingPointError(
                    f"step {run.step} has a loss of {loss} and a gradient of norm {norm}"
                )
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(config, run.step)
            optimizer.step()
            run.step += 1
            update_average(average, model, config.average, run.step)
            losses.append(loss)
            run.seconds = time.monotonic() - begun
            if (
                run.step % config.evaluate_every == 0
                or run.step in MILESTONES
                or run.step == config.steps
            ):
                evaluate()
            last = run.history.curve[-1]
            facts = f"loss {losses[-1] if losses else last.get('train', math.nan):.3f}  "
            facts += f"validation {last['validation']:.4f}  best {run.score:.4f}"
            progress.update(bar, completed=run.step, facts=facts)
            if run.step == stop_after:
                return run
            if time.monotonic() - saved_at > save_every or run.step == config.steps:
                save()
                saved_at = time.monotonic()
    return run


@contextmanager
def noisy(model: nn.Module, deviation: float) -> Iterator[None]:
    """Gaussian noise on all weights for a while, so that the loss is learned to be low around them:
    as in Graves 2013, section 4.2, but with one deviation for all weights, which is given.

    Args:
        deviation: of the noise; 0 leaves the weights as they are.
    """
    if not deviation:
        yield
        return
    weights = list(model.parameters())
    kept = [weight.detach().clone() for weight in weights]
    with torch.no_grad():
        for weight in weights:
            weight.add_(torch.randn_like(weight), alpha=deviation)
    try:
        yield
    finally:
        with torch.no_grad():
            for weight, value in zip(weights, kept, strict=True):
                weight.copy_(value)


def train_checkpoint(
    objective: Objective,
    config: TrainingConfig,
    folder: Path,
    name: str,
    card: Callable[[Run], Card],
    *,
    device: torch.device,
) -> Path:
    """`train`, with the best weights so far in a checkpoint at any time.

    Args:
        objective, config, folder, device: as for `train`.
        name: of the checkpoint, which lies in the folder.
        card: makes the card of a training as it stands.

    Returns:
        the path of the checkpoint.
    """
    path = folder / f"{name}.safetensors"

    def save(run: Run) -> None:
        checkpoint.save(path, card(run), run.best, asdict(run.history))

    save(train(objective, config, folder, device=device, on_best=save))
    return path


def update_average(average: dict[str, Tensor], model: nn.Module, decay: float, step: int) -> None:
    """Move the average towards the weights; faster at first, to forget the random start."""
    decay = min(decay, (1 + step) / (10 + step))
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, 1 - decay)
            else:
                average[name].copy_(value)
