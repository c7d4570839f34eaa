"""The rivals of the gallery: trained and judged as the text model that they stand beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from torch import Tensor

from lstm_core.hardware import one_thread
from lstm_core.recipe import Recipe
from lstm_core.rivals.model import RivalConfig, RivalModel
from lstm_core.rivals.sampler import RivalSampler
from lstm_core.text.model import TextDropout
from lstm_core.text.recipe import TWO_PARTS, TextObjective, TextRecipe
from lstm_core.text.sampler import TextRequest
from lstm_core.timing import best_rates
from lstm_core.training import TrainingConfig


@dataclass(frozen=True)
class RivalRecipe(TextRecipe):
    """A character model of one text, with other cells than the LSTM's."""

    task: ClassVar[str] = "rivals"
    switches: ClassVar[dict[str, str]] = {
        name: does for name, does in TextRecipe.switches.items() if name != "cells"
    }  # what stands for a feature is looked for in c, which these cells have not

    cell: Literal["gru", "rnn"] = field(kw_only=True)

    def untrained(self, size: int) -> RivalModel:
        config = RivalConfig(
            self.cell, size, self.embedding_size, self.hidden_size, self.num_layers
        )
        return RivalModel(config, self.dropout)

    def objective(self, *parts: Any) -> RivalObjective:
        return RivalObjective(*parts)

    def load(self, checkpoint: str | Path) -> RivalSampler:
        return RivalSampler.from_checkpoint(checkpoint)

    def sample(self, checkpoint: str | Path, request: TextRequest) -> Iterator[str]:
        sampler = self.load(checkpoint)
        yield sampler.read(request.prime).text
        yield from sampler.stream(request)

    def bench(self, checkpoint: str | Path) -> dict[str, float]:
        """Characters a second, on one thread, and no control: there is no other way here."""
        sampler = self.load(checkpoint)
        request = TextRequest(length=200)

        def write() -> None:
            sampler.write(request)

        with one_thread():
            rate = best_rates({"batch_1": (write, request.length)})["batch_1"]
        return {"batch_1_chars_per_second": rate}


class RivalObjective(TextObjective[RivalModel]):
    """Predict the next character; all that is carried on is h."""

    sampler: ClassVar[Any] = RivalSampler

    def carried(self) -> dict[str, Tensor]:
        return {} if self.state is None else {"h": self.state}

    def carry(self, carried: dict[str, Tensor]) -> None:
        self.state = carried.get("h")


# The text, its parts and its batches are those of the text model of the same name, and so are the
# sizes and the dropout. The rates are each network's own: a plain one bears less.
RECIPES: list[Recipe] = [
    RivalRecipe(
        name="shakespeare_gru",
        data="shakespeare",
        title="Shakespeare, by a GRU",
        description="A gated recurrent unit (Cho et al. 2014) with as many cells as the LSTM, and "
        "three quarters of its weights.",
        shares=TWO_PARTS,
        training=TrainingConfig(1_400, 4e-3, weight_decay=0.05, evaluate_every=200, average=0.995),
        dropout=TextDropout(inputs=0.1, layers=0.4, outputs=0.4, locked=False),
        embedding_size=128,
        batch_size=64,
        windows=True,
        cell="gru",
    ),
    RivalRecipe(
        name="shakespeare_rnn",
        data="shakespeare",
        title="Shakespeare, by a plain RNN",
        description="A plain recurrent network (Elman 1990) with as many cells as the LSTM, and a "
        "quarter of its weights.",
        shares=TWO_PARTS,
        training=TrainingConfig(
            1_400, 1.5e-3, weight_decay=0.05, evaluate_every=200, average=0.995
        ),
        dropout=TextDropout(inputs=0.1, layers=0.4, outputs=0.4, locked=False),
        embedding_size=128,
        batch_size=64,
        windows=True,
        cell="rnn",
    ),
]
