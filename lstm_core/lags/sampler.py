"""The trained networks, side by side: what they answer, and how often they are right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.lags.model import KINDS, LagConfig, LagModel
from lstm_core.lags.tasks import LAGS, TASKS, right, sequences

MAX_SEED = 2**32 - 1


@dataclass(frozen=True)
class LagRequest:
    """One sequence for all networks of a lag.

    Args:
        task: recall or adding.
        lag: 10, 30, 100, 300 or 1000.
        seed: of the sequence, 0 to 4294967295.

    Raises:
        ValueError: a sentence that says what is accepted.
    """

    task: str = "recall"
    lag: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        check_task(self.task)
        check_lag(self.lag)
        if type(self.seed) is not int or not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"The seed is a whole number from 0 to {MAX_SEED:,}.")


def check_task(task: object) -> None:
    """Refuse what is no task, in a sentence."""
    if not isinstance(task, str) or task not in TASKS:
        raise ValueError(f"The tasks are {' and '.join(TASKS)}.")


def check_lag(lag: object) -> None:
    """Refuse a lag that no network was trained for, in a sentence."""
    if type(lag) is not int or lag not in LAGS:
        raise ValueError(f"The lags are {', '.join(f'{n:,}' for n in LAGS)}.")


@dataclass(frozen=True)
class Answer:
    """What one network says.

    Attributes:
        kind: of `KINDS`.
        said: the symbol from 0 to 3, or the sum.
        probabilities: of the four symbols; none for a sum.
        right: whether it is.
    """

    kind: str
    said: float
    probabilities: list[float]
    right: bool


@dataclass(frozen=True)
class Trial:
    """One sequence, and what the networks of its lag make of it.

    Attributes:
        request: what was asked for.
        inputs: recall: (T,) symbols from 0 to 8; adding: (T,) numbers from 0 to 1.
        marked: the steps that matter, from 0.
        right_answer: the symbol, or the sum.
        answers: one for each of `KINDS`.
    """

    request: LagRequest
    inputs: np.ndarray
    marked: list[int]
    right_answer: float
    answers: list[Answer]


class LagNetworks:
    """The networks of every task, kind and lag."""

    def __init__(
        self, models: dict[tuple[str, str, int], LagModel], card: Card | None = None
    ) -> None:
        self.models, self.card = models, card
        for model in models.values():
            model.eval().requires_grad_(False)

    @classmethod
    def from_checkpoint(cls, name: str | Path = "lags") -> LagNetworks:
        """All networks of a shipped checkpoint or a .safetensors file.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        loaded = checkpoint.load(name, task="lags")
        models = {}
        with checkpoint.building(loaded):
            for task in TASKS:
                for kind in KINDS:
                    for lag in LAGS:
                        prefix = f"{task}.{kind}.{lag}."
                        weights = {
                            key.removeprefix(prefix): w
                            for key, w in loaded.weights.items()
                            if key.startswith(prefix)
                        }
                        with torch.random.fork_rng(devices=[]):
                            model = LagModel(LagConfig(task, kind, **loaded.card.config))
                        model.load_state_dict(weights)
                        models[task, kind, lag] = model
        return cls(models, loaded.card)

    def fresh(self, task: str, kind: str = "rnn") -> LagModel:
        """A network as its training began."""
        training, config = (self.card.training, self.card.config) if self.card else ({}, {})
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(training.get("seed", 1))
            return LagModel(LagConfig(task, kind, **config))

    @torch.inference_mode()
    def accuracy(self, task: str, kind: str, lag: int, size: int, stream: str = "test") -> float:
        """The share of right answers to the first sequences of a stream, see `tasks.STREAMS`."""
        x, y = sequences(task, lag, size, stream)
        return right(task, self.models[task, kind, lag](x), y).float().mean().item()

    @torch.inference_mode()
    def trial(self, request: LagRequest) -> Trial:
        """What the three networks trained for a lag answer to one sequence."""
        task = request.task
        x, y = sequences(task, request.lag, 1, "trial", request.seed)
        inputs, marked = shown(task, x)
        answers = []
        for kind in KINDS:
            answer = self.models[task, kind, request.lag](x)
            if task == "recall":
                said, p = float(answer.argmax()), answer[0].softmax(dim=0).tolist()
            else:
                said, p = answer.item(), []
            answers.append(Answer(kind, said, p, bool(right(task, answer, y))))
        return Trial(request, inputs, marked, y.item(), answers)


def shown(task: str, x: Tensor) -> tuple[np.ndarray, list[int]]:
    """A sequence as people read it: `inputs` and `marked` of a `Trial`.

    Args:
        x: (1, T, I) of `tasks.sequences`.
    """
    if task == "recall":
        return x[0].argmax(dim=-1).numpy(), [0]
    return x[0, :, 0].numpy(), x[0, :, 1].nonzero()[:, 0].tolist()
