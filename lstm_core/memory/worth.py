"""What the cells of a model are worth, measured on held-out text and kept with its checkpoint.

Which cells, once removed, make the network worst, over all of the text and where a feature is on?
And for each feature that has a cell (`lstm_core.memory.finding`): does the network lose the feature
with the cell, or is it known elsewhere too? How a cell is removed: `lstm_core.memory.ablation`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lstm_core.memory.ablation import Ablation, ablate, nats, passages, worst
from lstm_core.memory.features import FEATURES
from lstm_core.memory.finding import Findings, spread
from lstm_core.memory.record import recorded
from lstm_core.text.sampler import TextSampler

TEXT = 10_000
"""Characters of held-out text that the loss is measured on."""

OVERALL, ON_FEATURE = 10, 2
"""The worst cells that are kept, of all of the text and of each feature."""

CANDIDATES = 2
"""For each that is kept so many are measured exactly, chosen by estimate."""

KEY = "worth"
"""Where this lies in the record of a checkpoint."""


@dataclass(frozen=True)
class FeatureWorth:
    """What hurts the predictions that are made while a feature is on."""

    feature: str  # its name
    n: int  # predictions made while it is on
    nats: float  # their mean loss, with all cells
    own: Ablation  # without the cell that stands for the feature
    worst: list[Ablation]  # of that cell and the likeliest others, those that hurt most there


@dataclass(frozen=True)
class Worth:
    """Rises of the loss when cells are removed, in nats a character."""

    n: int  # predictions
    nats: float  # their mean loss, with all cells
    worst: list[Ablation]  # of all cells, those that hurt most over all of the text
    features: list[FeatureWorth]

    def to_json(self) -> dict[str, Any]:
        """What `of` reads: numbers, strings, lists and dictionaries."""
        return asdict(self)

    @classmethod
    def of(cls, history: Mapping[str, Any]) -> Worth | None:
        """What the record of a checkpoint says, if it says anything.

        Raises:
            ValueError: a sentence, if it cannot be read.
        """

        def build(given: Any) -> Worth:
            features = [
                FeatureWorth(**{**f, "own": Ablation(**f["own"]), "worst": ablations(f["worst"])})
                for f in given["features"]
            ]
            return cls(given["n"], given["nats"], ablations(given["worst"]), features)

        return recorded(history, KEY, build, "The worth of the cells")


def measure(sampler: TextSampler, held_out: str, findings: Findings) -> Worth:
    """What the cells of a model are worth on text that it did not learn from.

    Args:
        sampler: of the model.
        held_out: at most 10,000 characters of it are read, in passages spread over all of it.
        findings: the cells that stand for features; those that are on or off are asked about.

    Raises:
        ValueError: a sentence, if the text has fewer than two characters.
    """
    model, text = sampler.model, "".join(spread(held_out, TEXT))
    ids = sampler.vocabulary.encode(text)
    losses = nats(model, passages(ids))  # (P, T - 1)
    known, features = {f.name: f for f in FEATURES}, []
    for found in findings.confirmed:
        if found.kind != "on/off":
            continue
        where = known[found.feature](text)
        on = passages(where)[:, :-1].numpy()
        if not on.any():
            continue
        (own,) = ablate(model, ids, [(found.layer, found.cell)], where)
        hurt = worst(model, ids, where, candidates=CANDIDATES * ON_FEATURE)
        if own not in hurt:  # what matters most is not always estimated well
            hurt = sorted([own, *hurt], key=lambda a: -(a.rise_where or 0))
        mean = float(losses[on].mean(dtype=np.float64))
        features.append(FeatureWorth(found.feature, int(on.sum()), mean, own, hurt[:ON_FEATURE]))
    overall = worst(model, ids, candidates=CANDIDATES * OVERALL)[:OVERALL]
    return Worth(losses.size, float(losses.mean(dtype=np.float64)), overall, features)


def ablations(given: Sequence[Mapping[str, Any]]) -> list[Ablation]:
    """As they were written down."""
    return [Ablation(**entry) for entry in given]
