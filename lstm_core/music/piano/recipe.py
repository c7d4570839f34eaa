"""The network that plays the piano: how it is trained and judged."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from lstm_core.checkpoint import Card
from lstm_core.hardware import has_fast_bfloat16
from lstm_core.music.piano import bench, statistics
from lstm_core.music.piano.dataset import (
    COLLECTIONS,
    DATA_SET,
    HIGHER,
    LOWER,
    STRETCH,
    Passages,
    Piece,
    read_pieces,
    stream,
)
from lstm_core.music.piano.events import EVENTS, START, decode, events_of
from lstm_core.music.piano.ngram import NGram
from lstm_core.music.piano.request import PianoRequest
from lstm_core.music.piano.sampler import PianoSampler
from lstm_core.recipe import Evaluation, Recipe, trained_card
from lstm_core.text.model import TextConfig, TextDropout, TextModel
from lstm_core.text.scoring import total_nats
from lstm_core.training import Objective, Run, TrainingConfig, train_checkpoint

GENERATED = "generated"
"""The split of `evaluate` that judges what the network writes."""

MADE, SECONDS = 100, 60.0
"""Pieces written for it, and how long they and the passages of real pieces are."""

SHORTEST = 20.0
"""Seconds of a real piece to be counted with."""

ORDERS = range(2, 8)
"""Of the n-grams among which the baseline is chosen."""

JUDGED = 2_000
"""Events of each validation piece that a training is judged by as it goes."""


@dataclass(frozen=True)
class PianoRecipe(Recipe):
    """A network that plays the piano."""

    task: ClassVar[str] = "music"
    request: ClassVar[type] = PianoRequest

    title: str
    description: str
    training: TrainingConfig
    batch_size: int = 48
    length: int = 512  # events through which gradients flow
    embedding_size: int = 128
    hidden_size: int = 512
    num_layers: int = 2
    dropout: TextDropout = field(default_factory=TextDropout)
    splits: tuple[str, ...] = field(default=("test", "valid", GENERATED), kw_only=True)

    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        batches = Passages(
            read_pieces("train", data), self.batch_size, self.length, self.training.seed
        )
        validation = shortened(read_pieces("valid", data))
        torch.manual_seed(self.training.seed)
        config = TextConfig(EVENTS, self.embedding_size, self.hidden_size, self.num_layers)
        model = TextModel(config, self.dropout).to(device)
        objective = PianoObjective(model, batches, validation, device)
        return train_checkpoint(
            objective, self.training, run, self.name,
            lambda state: self.card(model, state, device), device=device,
        )  # fmt: skip

    def card(self, model: TextModel, run: Run, device: torch.device) -> Card:
        """The card of a training as it stands."""
        return trained_card(
            self, model, run, device, score="nats_per_event",
            batch=f"{self.batch_size} x {self.length} events, from anywhere",
            split="by SHA-256 of the piece: train 80 %, valid 10 %, test 10 %; only the "
            f"training part is transposed, by -{LOWER} to +{HIGHER} semitones, and stretched, "
            f"by up to {STRETCH:.0%}",
            dropout=asdict(self.dropout),
        )  # fmt: skip

    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """Nats an event of a part, beside those of n-grams; or statistics of what is written.

        Every event of every piece counts, and the end of each piece too, as one event more; the
        first is predicted from nothing but that a piece begins. The n-grams are interpolated
        modified Kneser-Ney, learned from the same pieces as the network, as they are; their order
        is the one of `ORDERS` that predicts the validation part best.

        The split `generated` sets `MADE` pieces of a minute, from nothing, with the settings that
        the sampler has of itself, beside the first minute of every test piece: averages, and how
        far they lie apart in standard deviations between the real pieces.
        """
        begun = time.monotonic()
        sampler = PianoSampler.from_checkpoint(checkpoint)
        if split == GENERATED:
            metrics = judge_written(sampler, read_pieces("test", data))
            return Evaluation(self.name, split, MADE, metrics, time.monotonic() - begun)
        metrics, n = judge_predictions(
            sampler.model, read_pieces(split, data), read_pieces("train", data),
            read_pieces("valid", data),
        )  # fmt: skip
        return Evaluation(self.name, split, n, metrics, time.monotonic() - begun)

    def sample(self, checkpoint: str | Path, request: PianoRequest) -> Iterator[str]:
        """A line for each note as it ends: start, end, pitch and velocity."""
        for step in PianoSampler.from_checkpoint(checkpoint).stream(request):
            for note in step.notes:
                yield f"{note.start:7.2f} {note.end:7.2f} {note.pitch:4} {note.velocity:4}\n"

    def bench(self, checkpoint: str | Path) -> dict[str, float]:
        return bench.measure(PianoSampler.from_checkpoint(checkpoint))


def judge_predictions(
    model: TextModel, pieces: Sequence[Piece], train: Sequence[Piece], valid: Sequence[Piece]
) -> tuple[dict[str, float], int]:
    """Nats an event of all pieces and of each collection, by network and n-grams; and how many."""
    ngram = NGram.best(stream(train), stream(valid), ORDERS, EVENTS)
    nats, by_ngram, events = {}, {}, {}
    for collection in COLLECTIONS:
        ids = stream([piece for piece in pieces if piece.collection == collection])
        events[collection] = len(ids) - 1
        nats[collection] = total_nats(model, torch.from_numpy(ids), lanes=16)
        by_ngram[collection] = float(ngram.nats(ids).sum())
    n = sum(events.values())
    metrics = {"nats_per_event": sum(nats.values()) / n}
    metrics["ngram_nats_per_event"] = sum(by_ngram.values()) / n
    metrics["better_than_ngram"] = 1 - sum(nats.values()) / sum(by_ngram.values())
    for collection in (name for name in COLLECTIONS if events[name]):
        metrics[f"nats_per_event_{collection}"] = nats[collection] / events[collection]
        metrics[f"ngram_nats_per_event_{collection}"] = by_ngram[collection] / events[collection]
    return {**metrics, "ngram_order": float(ngram.order)}, n


def judge_written(
    sampler: PianoSampler, real: Sequence[Piece], made: int = MADE, seconds: float = SECONDS
) -> dict[str, float]:
    """Statistics of what the network writes and of real pieces, and how far they lie apart."""
    ours, stuck = [], 0
    for seed in range(made):
        notes = statistics.beginning(
            sampler.play(PianoRequest(seconds=seconds, seed=seed)), seconds
        )
        ours.append(statistics.measure(notes, seconds))
        stuck += statistics.is_stuck(notes, seconds)
    theirs, real_stuck = [], 0
    for piece in real:
        whole = decode(events_of(piece.grid))
        long = min(seconds, max(note.end for note in whole))
        if long >= SHORTEST:
            notes = statistics.beginning(whole, long)
            theirs.append(statistics.measure(notes, long))
            real_stuck += statistics.is_stuck(notes, long)
    if not theirs:
        raise ValueError(f"No real piece lasts {SHORTEST:g} seconds: there is nothing to compare.")
    return {
        **statistics.means(ours),
        **{f"real_{name}": value for name, value in statistics.means(theirs).items()},
        **{f"{k}_distance": v for k, v in statistics.distances(ours, theirs).items()},
        "stuck": stuck / made,
        "real_stuck": real_stuck / len(theirs),
    }


def shortened(pieces: Sequence[Piece]) -> Tensor:
    """(T,) the first `JUDGED` events of each piece."""
    begin = np.array([START])
    parts = [part for piece in pieces for part in (begin, events_of(piece.grid)[:JUDGED])]
    return torch.from_numpy(np.concatenate(parts))


class PianoObjective(Objective[TextModel]):
    """Predict the next event.

    Args:
        model: to be trained.
        batches: of the training part.
        validation: (N,) events to be judged by.
        device: where the model lies.
    """

    def __init__(
        self, model: TextModel, batches: Passages, validation: Tensor, device: torch.device
    ) -> None:
        self.model, self.batches, self.device = model, batches, device
        self.validation = validation.to(device)

    def loss(self, step: int) -> Tensor:
        x, y = (part.to(self.device) for part in self.batches.batch(step))
        logits, _ = self.model(x)
        return nn.functional.cross_entropy(logits.float().flatten(0, 1), y.flatten())

    def validate(self, model: TextModel) -> float:
        fast = has_fast_bfloat16(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=fast):
            nats = total_nats(model, self.validation, lanes=64, warm_up=200, length=200)
        return nats / (len(self.validation) - 1)

    def sample(self, model: TextModel) -> str:
        """Twenty seconds, as JSON: a list of pitch, velocity, start and end."""
        copy = TextModel(model.config)
        copy.load_state_dict(model.state_dict())
        return json.dumps(PianoSampler(copy).play(PianoRequest(seconds=20, seed=1)))


RECIPES: list[Recipe] = [
    PianoRecipe(
        name="piano",
        data=DATA_SET,
        title="Piano",
        description="Plays classical piano as pianists perform it, and goes on from any notes.",
        training=TrainingConfig(
            1_750, 4e-3, fall=0.5, average=0.995, evaluate_every=200, weight_decay=0.02
        ),
        dropout=TextDropout(layers=0.1, outputs=0.1, locked=False),
    )
]
