"""What every task offers the command line: how its models are trained, judged, used and timed.

A task is a folder of `lstm_core` with a module `recipe` that holds `RECIPES`, a list of the recipes
of its models. Nothing has to be registered anywhere else.
"""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import lstm_core


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found."""

    name: str  # of the model
    split: str
    n: int  # what was judged: characters, lines, sentences, frames ...
    metrics: dict[str, float]
    seconds: float

    def json(self) -> dict[str, Any]:
        """The evaluation as the command line prints it."""
        return asdict(self)


class Recipe(ABC):
    """How one model is trained, judged, used and timed."""

    name: str
    task: ClassVar[str]
    splits: tuple[str, ...]
    data: str  # name of the data set, a key of `lstm_core.data.DATA_SETS`

    @abstractmethod
    def train(self, run: Path, data: Path, device: str) -> Path:
        """Train in the folder `run`, taking up what is there; the path of the checkpoint made."""

    @abstractmethod
    def evaluate(
        self, split: str, data: Path, checkpoint: str | Path, **options: Any
    ) -> Evaluation:
        """Judge a checkpoint on a part of its data set."""

    @abstractmethod
    def sample(self, checkpoint: str | Path, **options: Any) -> Iterator[str]:
        """Use the model, as text for a terminal."""

    def bench(self, checkpoint: str | Path) -> dict[str, float]:
        """Time the model's sampler beside its controls; empty if there is nothing to time."""
        return {}


def recipes() -> dict[str, Recipe]:
    """All recipes of all tasks, by the name of the model."""
    found: dict[str, Recipe] = {}
    for module in pkgutil.iter_modules(lstm_core.__path__):
        if module.ispkg:
            task = importlib.import_module(f"lstm_core.{module.name}.recipe")
            found.update({recipe.name: recipe for recipe in task.RECIPES})
    return found
