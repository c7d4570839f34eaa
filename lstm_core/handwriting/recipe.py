"""The writing network of the gallery: how it is trained and judged."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lstm_core.checkpoint import Card
from lstm_core.handwriting import bench, legibility
from lstm_core.handwriting.characters import Alphabet
from lstm_core.handwriting.dataset import Batch, Batches, Chances, Scale, in_order
from lstm_core.handwriting.drawing import svg
from lstm_core.handwriting.legibility import sentences
from lstm_core.handwriting.mixture import mixture, nats
from lstm_core.handwriting.model import WritingConfig, WritingModel
from lstm_core.handwriting.request import WritingRequest
from lstm_core.handwriting.sampler import WritingSampler
from lstm_core.hardware import has_fast_bfloat16
from lstm_core.ink.iam import Line, read_lines
from lstm_core.recipe import Evaluation, Recipe, trained_card
from lstm_core.recognition.sampler import ReadingSampler
from lstm_core.training import Objective, Run, TrainingConfig, train_checkpoint

LEGIBILITY = "legibility"
"""The split that has the network's own ink read."""

TRAINING_PARTS = ("train", "val2")
"""Graves (2013), section 4.2, trained on these too, and stopped by val1."""

EXAMPLE = WritingRequest("The quick brown fox", bias=0.5, seed=1)
"""What is written at the milestones of the training."""


@dataclass(frozen=True)
class WritingRecipe(Recipe):
    """A network that writes any text by hand."""

    task: ClassVar[str] = "handwriting"
    request: ClassVar[type] = WritingRequest
    switches: ClassVar[dict[str, str]] = {
        "characters": "with the split legibility: also how often each character is read as itself",
    }

    title: str
    description: str
    training: TrainingConfig
    batch_size: int = 48
    chances: Chances = field(default_factory=Chances)
    short: tuple[tuple[int, int, int], ...] = ((600, 240, 128), (900, 120, 256))  # see `Batches`
    hidden_size: int = 400
    num_layers: int = 3
    dropout: float = 0.05  # probability that an output of a layer is left out, all along a line

    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        lines = [line for part in TRAINING_PARTS for line in read_lines(part, data)]
        scale = Scale.of(lines)
        lines = trusted(lines)
        alphabet = Alphabet.ascii()
        hands = [str(writer) for writer in sorted({line.writer for line in lines} - {-1})]
        batches = Batches(
            lines, alphabet, scale, hands, self.batch_size, self.chances, self.training.seed,
            self.short,
        )  # fmt: skip
        torch.manual_seed(self.training.seed)
        config = WritingConfig(
            len(alphabet), tuple(hands), scale.mean, scale.deviation,
            hidden_size=self.hidden_size, num_layers=self.num_layers,
        )  # fmt: skip
        model = WritingModel(config).to(device)
        validation = in_order(read_lines("val1", data), alphabet, scale, self.batch_size)
        objective = WritingObjective(model, batches, validation, alphabet, self.dropout, device)
        return train_checkpoint(
            objective, self.training, run, self.name,
            lambda state: self.card(model, alphabet, state, device), device=device,
        )  # fmt: skip

    def card(self, model: WritingModel, alphabet: Alphabet, run: Run, device: torch.device) -> Card:
        """The card of a training as it stands."""
        return trained_card(
            self, model, run, device, score="nats_per_line", digits=2,
            batch=f"{self.batch_size} lines",
            split=f"trained on {' and '.join(TRAINING_PARTS)}, stopped by val1",
            vocabulary=alphabet.characters, chances=asdict(self.chances), dropout=self.dropout,
            weight_noise=self.training.weight_noise,
            short=[f"before step {n}: {B} lines of {T} points" for n, B, T in self.short],
        )  # fmt: skip

    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """How well the points of real lines are foreseen, in any hand, the texts being known; or,
        as the split `legibility`, how well the reader reads what the network writes.

        `nats_per_line` is the loss of Graves (2013), eq. 26, summed over a line, averaged over all
        lines of the part; `sse` the squared error of the mixture's mean, summed over dx and dy,
        averaged over points. Both are in offsets normalised as in training, of all lines and
        points, none clipped or left out. They depend on that normalisation: were the deviations 1 %
        smaller, a line of 600 points would have 12 nats more.

        Legibility is measured on texts of val2 (`legibility.measure`), as the page writes by
        default: of `checking.ATTEMPTS` attempts at a word, the one that the reader reads best.
        What ends in `_unchosen` is of lines that come as they come. With the switch `characters`,
        also how often each character of ASCII is read as such, in words that are none: `read` is
        the mean of these rates.
        """
        begun = time.monotonic()
        sampler = WritingSampler.from_checkpoint(checkpoint)
        if split == LEGIBILITY:
            lines = sentences(trusted(read_lines("val2", data)))
            reader = ReadingSampler.from_checkpoint("reading")
            chosen = WritingSampler.from_checkpoint(checkpoint, reader="reading")
            metrics = legibility.measure(chosen, reader, lines)
            first = legibility.measure(sampler, reader, lines)
            metrics |= {f"{name}_unchosen": first[name] for name in legibility.OF_THE_NETWORK}
            found: dict[str, Any] = {}
            notes: dict[str, str] = {}
            if "characters" in switches:
                for writer, ending in ((chosen, ""), (sampler, "_unchosen")):
                    rates = legibility.character_rates(writer, reader)
                    metrics[f"read{ending}"] = sum(rates.values()) / len(rates)
                    found[f"character_rates{ending}"] = rates
                    rising = sorted(rates, key=rates.__getitem__)
                    notes[f"rates{ending}"] = " ".join(f"{c} {rates[c]:.2f}" for c in rising)
            seconds = time.monotonic() - begun
            return Evaluation(self.name, split, len(lines), metrics, seconds, found, notes)
        lines = read_lines(split, data)
        batches = in_order(lines, sampler.alphabet, sampler.scale, self.batch_size)
        total, errors, points = measure(sampler.model, batches)
        metrics = {
            "nats_per_line": total / len(lines),
            "nats_per_point": total / points,
            "sse": errors / points,
        }
        return Evaluation(self.name, split, len(lines), metrics, time.monotonic() - begun)

    def sample(self, checkpoint: str | Path, request: WritingRequest) -> Iterator[str]:
        """An SVG picture: send it to a file."""
        yield svg(WritingSampler.from_checkpoint(checkpoint).write(request))

    def bench(self, checkpoint: str | Path) -> dict[str, float]:
        return bench.measure(WritingSampler.from_checkpoint(checkpoint))


def trusted(lines: Sequence[Line]) -> list[Line]:
    """Lines whose text is what is written; others would teach the window to wander.

    Left out are those of the published list, and those with a word struck out, for which the
    transcription has a "#".
    """
    return [line for line in lines if not line.flag and "#" not in line.text]


@torch.inference_mode()
def measure(model: WritingModel, batches: Sequence[Batch]) -> tuple[float, float, float]:
    """Nats and squared errors of all points, summed, and the number of points."""
    sums = np.zeros(3)
    for batch in batches:
        m = mixture(read(model, batch))
        offsets = batch.targets[..., :2]
        errors = (m.expected - offsets).square().sum(-1)  # (B, T)
        for n, values in enumerate((nats(m, batch.targets), errors, torch.ones_like(errors))):
            sums[n] += (values * batch.mask).sum(dtype=torch.float64).item()
    total, error, points = sums.tolist()
    return total, error, points


def read(model: WritingModel, batch: Batch, kept: Tensor | None = None) -> Tensor:
    """(B, T, 6M + 1) outputs of the network for every point of a batch; `kept` as it takes it."""
    return model(batch.points, batch.ids, model.styles(batch.hands), kept=kept)[0]


class WritingObjective(Objective[WritingModel]):
    """Foresee the next point of a line; judged in nats a line.

    Args:
        model: to be trained.
        batches: of the training part.
        validation: the lines to judge by, in any hand.
        alphabet: to write the samples at milestones.
        dropout: probability that an output of a layer is left out, all along a line.
        device: where the model lies.
    """

    def __init__(
        self,
        model: WritingModel,
        batches: Batches,
        validation: Sequence[Batch],
        alphabet: Alphabet,
        dropout: float,
        device: torch.device,
    ) -> None:
        self.model, self.batches, self.alphabet = model, batches, alphabet
        self.dropout, self.device = dropout, device
        self.validation = [batch.to(device) for batch in validation]

    def loss(self, step: int) -> Tensor:
        """Nats a point: in a long line each counts as much as in a short one."""
        return torch.stack([part() for part in self.parts(step)]).sum()

    def parts(self, step: int) -> list[Callable[[], Tensor]]:
        """Every second line, and the others."""
        batch = self.batches.batch(step).to(self.device)
        points = batch.mask.sum()
        kept = self.kept(len(batch.ids))

        def loss(lines: slice) -> Tensor:
            some = batch.lines(lines)
            losses = nats(mixture(read(self.model, some, kept[:, lines])), some.targets)
            return (losses * some.mask).sum() / points

        return [partial(loss, slice(n, None, 2)) for n in range(2)]

    def kept(self, lines: int) -> Tensor:
        """(L, B, H) what the outputs of each layer are multiplied by, in that many lines."""
        shape = self.model.config.num_layers, lines, self.model.config.hidden_size
        return F.dropout(torch.ones(shape, device=self.device), self.dropout)

    def validate(self, model: WritingModel) -> float:
        fast = has_fast_bfloat16(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=fast):
            total, _, _ = measure(model, self.validation)
        return total / sum(len(batch.ids) for batch in self.validation)

    def sample(self, model: WritingModel) -> str:
        """Ink as JSON: strokes, each a list of x, y, x, y ... in whole units, y down."""
        copy = WritingModel(model.config)
        copy.load_state_dict(model.state_dict())
        strokes = WritingSampler(copy, self.alphabet).write(EXAMPLE).strokes()
        return json.dumps([np.rint(s).astype(int).ravel().tolist() for s in strokes])


RECIPES: list[Recipe] = [
    WritingRecipe(
        name="writing",
        data="handwriting",
        title="Handwriting",
        description="Writes any English text by hand, in the manner of 113 writers or of none.",
        training=TrainingConfig(
            6_300, 1.2e-3, fall=0.45, evaluate_every=200, average=0.99, weight_noise=0.006
        ),
        splits=("val1", "test", LEGIBILITY),
    )
]
