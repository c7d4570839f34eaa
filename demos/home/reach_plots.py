"""The plots of the section "Why not a plain RNN", and what is said of them."""

from __future__ import annotations

import math
from functools import cache, lru_cache

from demos.refusals import refused
from demos.widgets.curves import Axis, Curves, Series, finite
from demos.widgets.trial import COLOURS, NAMES
from lstm_core.lags.model import KINDS
from lstm_core.lags.reach import CLIP_NORM, Clipping, Profile, clippings, profile, scaled
from lstm_core.lags.sampler import LagNetworks
from lstm_core.lags.tasks import LAGS, chance

CHECKPOINT = "lags"
LEAST, MOST = math.log10(1.4e-45), math.log10(3.4e38)
"""The smallest and the largest number in single precision, as logarithms."""


@cache
def networks() -> LagNetworks:
    """The trained networks.

    Raises:
        gr.Error: a sentence, if their file cannot be used.
    """
    with refused():
        return LagNetworks.from_checkpoint(CHECKPOINT)


def measured(task: str) -> tuple[dict[str, dict[int, float]], int]:
    """The shares of right answers that the card holds, by kind and lag, and of how many."""
    card = networks().card
    for result in card.results if card else []:
        if result["split"] == "test":
            found = {
                kind: {lag: result["metrics"][f"{task}_{kind}_{lag}"] for lag in LAGS}
                for kind in KINDS
            }
            return found, result["n"]
    return {}, 0


def accuracies(task: str) -> Curves:
    """The share of right answers against the lag."""
    found, n = measured(task)
    series = [
        Series(
            NAMES[kind], COLOURS[kind], list(shares.items()),
            range=[interval(share, n) for share in shares.values()], dots=True,
        )
        for kind, shares in found.items()
    ]  # fmt: skip
    return Curves(
        f"Right answers to {n:,} test sequences, task {task}", f"accuracy-{task}",
        Axis(LAGS[0] * 0.85, LAGS[-1] * 1.2, "lag, steps", name="lag", log=True, ticks=LAGS),
        Axis(0, 1, percent=True), series, at=LAGS[-1],
        lines=[{"y": chance(task), "text": f"without memory {100 * chance(task):.0f} %"}],
    )  # fmt: skip


def interval(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share measured on n trials (Wilson 1927)."""
    z = 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return round(middle - half, 4), round(middle + half, 4)


@cache
def followed(task: str, kind: str, lag: int) -> Profile:
    """How far back the gradient reaches in a trained network."""
    return profile(networks().models[task, kind, lag])


@lru_cache(maxsize=100)
def followed_fresh(task: str, factor: float) -> Profile:
    """The same in a plain RNN before its training, its recurrent weights multiplied."""
    return profile(scaled(networks().fresh(task), factor))


def reaches(task: str, lag: int, factor: float) -> Curves:
    """How far back gradients reach, side by side."""
    kinds = ("lstm", "gru", "rnn")
    series = [as_series(NAMES[kind], kind, followed(task, kind, lag)) for kind in kinds]
    name = f"untrained plain RNN, weights × {factor:g}"
    series.append(as_series(name, "rnn", followed_fresh(task, factor), dash=True))
    values = [y for one in series for _, y in one.points if y is not None]
    low = max(-60, math.floor(min(values)) - 1)
    high = min(60, max(2, math.ceil(max(values)) + 1))
    return Curves(
        "Gradient that reaches back n steps, as a share of what begins at the end",
        f"reach-{task}-{lag}-{factor:g}",
        Axis(0, LAGS[-1], "n steps back", toggle=True), Axis(low, high, exponent=True), series,
        at=500,
        lines=[
            {"y": round(LEAST, 1), "text": "less is 0 in single precision"},
            {"y": round(MOST, 1), "text": "more is infinite in single precision"},
        ],
    )  # fmt: skip


def as_series(name: str, kind: str, found: Profile, dash: bool = False) -> Series:
    """A network's curve, with the middle half of the sequences around it."""
    points = [(n, finite(y, 3)) for n, y in zip(found.n, found.middle, strict=True)]
    ends = [
        (finite(low, 3), finite(high, 3)) for low, high in zip(found.low, found.high, strict=True)
    ]
    return Series(name, COLOURS[kind], points, range=ends, dash=dash)


@lru_cache(maxsize=256)
def clipped(task: str, lag: int, factor: float) -> list[Clipping]:
    """The first gradients of a plain RNN, its recurrent weights multiplied, at a lag."""
    return clippings(scaled(networks().fresh(task), factor), lag)


def norms(found: list[Clipping], factor: float) -> Curves:
    """Gradients before and after clipping, side by side."""
    batches = range(1, len(found) + 1)
    before = [log10(one.norm) for one in found]
    after = [log10(one.clipped) for one in found]
    known = [y for y in before + after if y is not None]
    low, high = math.floor(min(known, default=0)), math.ceil(max(known, default=0)) + 1
    series = [
        Series(name, colour, list(zip(batches, values, strict=True)), dots=True, apart=True)
        for name, colour, values in (("before", "minus", before), ("after", "accent", after))
    ]
    return Curves(
        f"First gradients of the untrained plain RNN × {factor:g}: norm before and after clipping",
        f"clipping-{factor:g}",
        Axis(0.5, len(found) + 0.5, "training batch", name="batch", ticks=list(batches)),
        Axis(min(-3, low), max(3, high), exponent=True), series, at=1,
        lines=[
            {"y": math.log10(CLIP_NORM), "text": f"clipped at {CLIP_NORM:g}"},
            {"y": round(MOST, 1), "text": "more is infinite in single precision"},
        ],
    )  # fmt: skip


def kept_direction(found: list[Clipping]) -> str:
    """What clipping did, in words."""
    long = sum(one.norm > CLIP_NORM for one in found)
    cosines = [one.cosine for one in found if math.isfinite(one.cosine)]
    overflown = sum(not math.isfinite(one.single) for one in found)
    words = f"**{long} of {len(found)}** gradients are longer than {CLIP_NORM:g} and are clipped. "
    if cosines:
        words += (
            f"Their direction is kept: the cosine of the angle between before and after is "
            f"**{min(cosines):.3f}** or more. "
        )
    if overflown:
        words += (
            f"In single precision, in which networks are trained, **{overflown}** of them are not "
            "finite: there is nothing left to clip."
        )
    return words


def log10(value: float) -> float | None:
    """The logarithm of a norm; None for zero."""
    return finite(math.log10(value), 3) if value > 0 else None


def sentence(task: str, lag: int) -> str:
    """What was measured at a lag, in words."""
    found, n = measured(task)
    shares = [f"{NAMES[kind]} **{100 * found[kind][lag]:.1f} %**" for kind in found]
    return (
        f"Of {n:,} test sequences at lag {lag:,}, right were: {', '.join(shares)}. Without any "
        f"memory it would be {100 * chance(task):.0f} %."
    )
