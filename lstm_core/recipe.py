"""What every task offers the command line: how its models are trained, judged, used and timed.

A task is a folder of `lstm_core` with a module `recipe` that holds `RECIPES`, a list of the recipes
of its models. Nothing has to be registered anywhere else.
"""

from __future__ import annotations

import datetime
import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import torch
from torch import nn

import lstm_core
from lstm_core.checkpoint import Card
from lstm_core.data import data_set
from lstm_core.hardware import processor

if TYPE_CHECKING:
    from lstm_core.training import Run


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found."""

    name: str  # of the model
    split: str
    n: int  # what was judged: characters, lines, sentences, frames ...
    metrics: dict[str, float]
    seconds: float
    found: dict[str, Any] = field(default_factory=dict)  # for the record of the checkpoint, by key
    notes: dict[str, str] = field(default_factory=dict)  # on how it was measured, by name


@dataclass(frozen=True)
class Recipe(ABC):
    """How one model is trained, judged, used and timed."""

    task: ClassVar[str]
    """The folder of `lstm_core` that the model belongs to."""
    request: ClassVar[type]
    """A dataclass that validates itself: what can be asked of the sampler."""
    switches: ClassVar[dict[str, str]] = {}
    """What `evaluate` can do besides: name of the switch, and what it does."""

    name: str
    data: str  # name of the data set
    splits: tuple[str, ...] = field(kw_only=True)  # that can be judged; the first by default

    @abstractmethod
    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        """Train in the folder `run`, taking up what is there.

        Args:
            run: holds the state of the training and its best checkpoint.
            data: folder of the data sets; None for the usual place.
            device: to train on.

        Returns:
            the path of the checkpoint made.
        """

    @abstractmethod
    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """Judge a checkpoint on one of the `splits` of its data set.

        Args:
            split: one of `splits`.
            data: folder of the data sets; None for the usual place.
            checkpoint: name or file.
            switches: those of `Recipe.switches` that are on.
        """

    @abstractmethod
    def sample(self, checkpoint: str | Path, request: Any) -> Iterator[str]:
        """Use the model: pieces of text for a terminal, as they come."""

    def bench(self, checkpoint: str | Path) -> dict[str, float]:
        """Time the model's sampler beside its controls; empty if there is nothing to time."""
        return {}


def trained_card(
    recipe: Any, model: nn.Module, run: Run, device: torch.device, *, score: str, batch: str,
    split: str, text: str = "", vocabulary: Sequence[str] = (), digits: int = 4, **facts: Any,
) -> Card:  # fmt: skip
    """The card of a network's training as it stands.

    Args:
        recipe: with a title, a description, and a `training` beside what every recipe has.
        model: with a `config`.
        run: how far the training has come.
        device: it is trained on.
        score: what the score on the validation part is called; `digits` of it are told.
        batch: what a batch is. split: which parts of the data served for what.
        text: what was made of the data's text.
        vocabulary: of the model.
        facts: more about the training.
    """
    data = data_set(recipe.data)
    about = {
        "name": data.description,
        "source": data.homepage,
        "licence": data.licence,
        "citation": data.citation,
        "split": split,
    }
    return Card(
        name=recipe.name,
        task=recipe.task,
        title=recipe.title,
        description=recipe.description,
        config=asdict(cast("Any", model.config)),
        vocabulary=list(vocabulary),
        data=about | ({"text": text} if text else {}),
        training={
            "parameters": sum(p.numel() for p in model.parameters()),
            "steps": run.step,
            "best_step": run.best_step,
            f"validation_{score}": round(run.score, digits),
            "seconds": round(run.seconds),
            "hardware": processor(device),
            "batch": batch,
            "learning_rate": recipe.training.learning_rate,
            **facts,
            "seed": recipe.training.seed,
        },
        licence=data.licence,
        date=datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat(),
    )


def recipes() -> dict[str, Recipe]:
    """All recipes of all tasks, by the name of the model."""
    found: dict[str, Recipe] = {}
    for module in pkgutil.iter_modules(lstm_core.__path__):
        if module.ispkg:
            task = importlib.import_module(f"lstm_core.{module.name}.recipe")
            found.update({recipe.name: recipe for recipe in task.RECIPES})
    return found
