"""Cells that mean something: found on one text, confirmed on another.

For each feature the cell of a model that agrees with it best is looked up on training text. It is
listed only if it agrees as well on text that the network never learned from: above a threshold, and
above what chance can do. Chance is measured with the same feature moved along the held-out text by
a large random offset, so that it keeps its rhythm and has nothing to do with the place any more;
not the one cell but the best of all has to be beaten, at each of several offsets.

What a cell knows may be no more than the character that was just read. So each finding also says
how well the feature could be told from that character alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from lstm_core.memory.agreement import Agreement, auc, correlation, rates, split
from lstm_core.memory.cells import SCALE, place, read_cells
from lstm_core.memory.features import Feature, for_model
from lstm_core.memory.record import recorded
from lstm_core.text.sampler import TextSampler

TRAINING, HELD_OUT, PASSAGES = 200_000, 100_000, 8
"""Characters that are read of each text, and the passages, spread over it, that they come from."""

MIN_AUC, MIN_CORRELATION = 0.9, 0.5
"""What a finding's score on held-out text must reach."""

LANES, LANE = 64, 2_500
"""Pieces of a text that are read side by side, and the characters that each has at least."""

OFFSETS = 20
"""At so many offsets chance is measured."""

MIN_STRETCHES = 20
"""A feature that is on fewer times in either text is too rare to be found."""

KEY = "findings"
"""Where the findings lie in the record of a checkpoint."""


@dataclass(frozen=True)
class Finding:
    """The cell of a model that stands for a feature. Scores: `lstm_core.memory.agreement`."""

    feature: str  # its name
    kind: str  # "on/off": scores are AUC; "number": correlations
    layer: int  # counted from 1
    cell: int  # counted from 1
    sign: int  # 1 if the cell is high where the feature is, -1 if it is low there
    training: float  # score, 0.5 to 1 (AUC) or 0 to 1 (correlation, without its sign)
    held_out: float  # score on held-out text, in the direction found in training
    control: float  # the best score of all cells for the feature out of its place
    character: float  # score of the character just read, as the only thing known
    threshold: float | None  # of tanh(c), best in training; on if sign tanh(c) > sign threshold
    accuracy: float | None  # on held-out text: mean of the shares told rightly of on and of off
    n_on: int | None  # held-out characters where the feature is on


@dataclass(frozen=True)
class Findings:
    """All findings of a model, and how they were made."""

    n_training: int  # characters
    n_held_out: int
    min_auc: float
    min_correlation: float
    offsets: int
    tested: list[str]  # features common enough in both texts
    confirmed: list[Finding] = field(default_factory=list)

    def metrics(self) -> dict[str, float]:
        """How many features have a cell, and the mean scores on held-out text of those."""
        scores = {
            kind: [f.held_out for f in self.confirmed if f.kind == kind]
            for kind in ("on/off", "number")
        }
        return {
            "features_tested": len(self.tested),
            "features_confirmed": len(self.confirmed),
            **({"mean_auc": float(np.mean(scores["on/off"]))} if scores["on/off"] else {}),
            **({"mean_correlation": float(np.mean(scores["number"]))} if scores["number"] else {}),
        }

    def to_json(self) -> dict[str, Any]:
        """What `of` reads: numbers, strings, lists and dictionaries."""
        return asdict(self)

    @classmethod
    def of(cls, history: Mapping[str, Any]) -> Findings | None:
        """The findings in the record of a checkpoint, if there are any.

        Raises:
            ValueError: a sentence, if they cannot be read.
        """

        def build(given: Any) -> Findings:
            confirmed = [Finding(**entry) for entry in given["confirmed"]]
            return cls(**{**given, "confirmed": confirmed})

        return recorded(history, KEY, build, "The findings")


def find(
    sampler: TextSampler,
    training: str,
    held_out: str,
    features: Sequence[Feature] | None = None,
    *,
    seed: int = 0,
) -> Findings:
    """The cells of a model that stand for features of text.

    Args:
        sampler: of the model.
        training: text that the network learned from; 200,000 characters of it are read.
        held_out: text that it did not; 100,000 characters of it are read.
        features: to look for; those that suit the model by its name if None.
        seed: of the offsets.

    Raises:
        ValueError: a sentence, if a text is empty.
    """
    if not training or not held_out:
        raise ValueError("To find cells takes some training text and some held-out text.")
    if features is None:
        features = for_model(sampler.card.name if sampler.card else "")
    train, held = (
        Text(sampler, spread(text, n), features)
        for text, n in ((training, TRAINING), (held_out, HELD_OUT))
    )
    n = len(held.ids)
    offsets = np.random.default_rng(seed).integers(n // 10, n - n // 10 + 1, OFFSETS).tolist()
    tested, confirmed = [], []
    for kind, least in (("on/off", MIN_AUC), ("number", MIN_CORRELATION)):
        chosen = [f for f in features if f.kind == kind and train.varies(f) and held.varies(f)]
        if not chosen:
            continue
        tested += [f.name for f in chosen]
        on_train = train.scores(chosen)[:, 0]  # (F, C)
        on_held = held.scores(chosen, [0, *offsets])  # (F, 1 + offsets, C)
        for feature, here, there in zip(chosen, on_train, on_held, strict=True):
            best = int(np.abs(here).argmax())
            sign = 1 if here[best] >= 0 else -1
            score, control = sign * there[0, best], np.abs(there[1:]).max()
            found = described(feature, sign, best, train, held, (here[best], score, control))
            if found.held_out >= least and found.held_out > found.control:
                confirmed.append(found)
    order = [feature.name for feature in features]
    return Findings(
        len(train.ids), n, MIN_AUC, MIN_CORRELATION, OFFSETS, sorted(tested, key=order.index),
        sorted(confirmed, key=lambda f: order.index(f.feature)),
    )  # fmt: skip


def described(
    feature: Feature,
    sign: int,
    best: int,
    train: Text,
    held: Text,
    scores: tuple[float, float, float],
) -> Finding:
    """What there is to say about a feature and the cell in column `best`."""
    on_off = feature.kind == "on/off"
    values, there = train.features[feature.name], held.features[feature.name]
    threshold = accuracy = n_on = None
    if on_off:
        cut = split(train.cells[:, best], values, sign)
        accuracy = round(rates(held.cells[:, best], there, sign, cut), 4)
        threshold, n_on = round(cut / SCALE, 4), int(there.sum())
    layer, cell = place(best, train.hidden_size)
    here, held_out, control = (
        round(float(score / 2 + 0.5 if on_off else score), 4)
        for score in (abs(scores[0]), scores[1], scores[2])
    )
    return Finding(
        feature.name, feature.kind, layer, cell, sign, here, held_out, control,
        round(from_character(train, held, feature), 4), threshold, accuracy, n_on,
    )  # fmt: skip


def spread(text: str, n: int) -> list[str]:
    """Passages at even distances from a text, at most n characters in all.

    They begin and end at empty lines where there are any near, so that little is open there.
    """
    if len(text) <= n:
        return [text]
    size, passages = n // PASSAGES, []
    for start in np.linspace(0, len(text) - size, PASSAGES).astype(int).tolist():
        middle, end = start + size // 2, start + size
        begin = max(start, text.find("\n\n", start, middle)) if start else 0
        last = text.rfind("\n\n", middle, end)
        passages.append(text[begin : last if last >= 0 else end])
    return passages


class Text:
    """Passages of a text, their features, and the cells of a model that reads them on end.

    Args:
        sampler: of the model.
        passages: N characters in all.
        features: to be worked out, for each passage by itself.
    """

    def __init__(
        self, sampler: TextSampler, passages: Sequence[str], features: Sequence[Feature]
    ) -> None:
        self.hidden_size = sampler.model.config.hidden_size
        self.ids = sampler.vocabulary.encode("".join(passages))  # (N,)
        self.features = {
            feature.name: np.concatenate([feature(passage) for passage in passages])
            for feature in features
        }  # each (N,)
        lanes = max(1, min(LANES, len(self.ids) // LANE))
        self.cells = read_cells(sampler.model, self.ids, lanes=lanes)  # (N, C)
        self.agreement = Agreement(self.cells)

    def varies(self, feature: Feature) -> bool:
        """Whether a feature changes often enough to be found."""
        values = self.features[feature.name]
        changes = int((values[1:] != values[:-1]).sum())
        return changes >= 2 * MIN_STRETCHES

    def scores(self, features: Sequence[Feature], rolls: Sequence[int] = (0,)) -> np.ndarray:
        """(F, R, C) from -1 to 1: correlations, or 2 AUC - 1. The features are of one kind."""
        values = np.stack([self.features[feature.name] for feature in features])  # (F, N)
        if features[0].kind == "on/off":
            return 2 * self.agreement.aucs(values, rolls) - 1
        return self.agreement.correlations(values, rolls)


def from_character(train: Text, held: Text, feature: Feature) -> float:
    """The score on held-out text of each character's mean value in training."""
    values, there = train.features[feature.name], held.features[feature.name]
    size = int(max(train.ids.max(), held.ids.max())) + 1
    seen = np.bincount(train.ids, minlength=size)
    means = np.bincount(train.ids, values, minlength=size) / np.maximum(seen, 1)
    means[seen == 0] = values.mean()
    guess = means[held.ids]  # (N,)
    return auc(guess, there) if feature.kind == "on/off" else abs(correlation(guess, there))
