"""Forgetting: what is left of a memory whose forget gate is held at one value."""

from __future__ import annotations

import math
from pathlib import Path

import gradio as gr

from demos.heading import heading
from demos.refusals import refusal
from demos.widgets.curves import Axis, Curves, Series, curves_view
from lstm_core.lags import forgetting
from lstm_core.sequences.cell import is_number

FIRST = 0.9
LOWEST_BIAS, HIGHEST_BIAS = -3.0, 9.0
COMPARED = {0.5: "gate-f", 0.9: "gate-g", 0.99: "gate-i", 0.999: "gate-o"}
"""Gates that are drawn beside the visitor's, in colours of the theme."""

POINTS = 160
"""Places along the curve that have a value."""

EXPLANATION = Path(__file__).with_suffix(".md")


def build(page: gr.Blocks) -> None:
    """Fill the section."""
    heading("Forgetting", "Hold the forget gate at one value: how much of a memory is left?")
    with gr.Row(elem_classes="exhibit-row"):
        with gr.Column(scale=7, elem_classes="stage"):
            view = curves_view(curves(FIRST), elem_id="forgetting")
        with gr.Column(scale=3, elem_classes="controls"):
            gate = gr.Slider(
                0, 1, FIRST, step=0.001, label="Forget gate f", elem_id="forget-gate",
                info="the share of the memory that each step keeps",
            )  # fmt: skip
            bias = gr.Slider(
                LOWEST_BIAS, HIGHEST_BIAS, round(forgetting.bias(FIRST), 2), step=0.01,
                label="… or its bias b", elem_id="forget-bias",
                info="f = σ(b): fine where f is close to 1",
            )  # fmt: skip
            said = gr.Markdown(sentence(FIRST), elem_id="forgetting-said")
    gr.Markdown(EXPLANATION.read_text(encoding="utf-8"), elem_classes="explanation")
    for slider, other, fn in ((gate, bias, on_gate), (bias, gate, on_bias)):
        slider.input(
            fn, slider, [other, view, said], show_progress="hidden", api_visibility="private",
            trigger_mode="always_last",
        )  # fmt: skip
    gr.api(memory_left, api_name="memory_left")


def prepare() -> None:
    """There is nothing to work out beforehand."""


def on_gate(value: float) -> tuple[float, dict, str]:
    """Follow the slider of the gate: its bias, the curves and what is to be said."""
    f = share(value)
    bias = forgetting.bias(f)
    return round(min(HIGHEST_BIAS, max(LOWEST_BIAS, bias)), 2), curves(f).sent(), sentence(f)


def on_bias(value: float) -> tuple[float, dict, str]:
    """Follow the slider of the bias: its gate, the curves and what is to be said."""
    if not is_number(value) or not LOWEST_BIAS <= value <= HIGHEST_BIAS:
        raise refusal(f"The bias is a number from {LOWEST_BIAS:g} to {HIGHEST_BIAS:g}.")
    f = forgetting.gate(value)
    return round(f, 3), curves(f).sent(), sentence(f)


def share(value: object) -> float:
    """A forget gate.

    Raises:
        gr.Error: a sentence, if it is none.
    """
    if not is_number(value) or not 0 <= value <= 1:
        raise refusal("A forget gate is a number from 0 to 1.")
    return float(value)


def curves(f: float) -> Curves:
    """What is left after n steps, for a gate and for those it is compared with."""
    half = forgetting.half_life(f)
    last = horizon(half)
    places = sorted({round(last * k / POINTS) for k in range(POINTS + 1)} | {1, 2, 3, 5, 10, 30})
    compared = {gate: colour for gate, colour in COMPARED.items() if gate != f}
    series = [
        Series(f"f = {gate:g}", colour, powers(gate, places), thin=True, dash=True)
        for gate, colour in compared.items()
    ]
    mine = Series(f"f = {number(f)}", "accent", powers(f, places))
    marks = []
    if 0 < half <= last:
        marks = [{"x": half, "y": 0.5, "text": f"half-life {number(half)} steps"}]
    return Curves(
        "What is left of the memory after n steps", f"forgetting-{f:g}",
        Axis(0, last, "steps n", toggle=True), Axis(0, 1, percent=True), [mine, *series],
        at=10, lines=[{"y": 0.5, "text": ""}], marks=marks,
    )  # fmt: skip


def powers(f: float, places: list[int]) -> list[tuple[float, float | None]]:
    """The share that is left at each of some steps."""
    return [(n, float(f"{forgetting.left(f, n):.5g}")) for n in places]


def horizon(half_life: float) -> int:
    """How many steps to draw: some four half-lives, as a round number from 30 to 30,000."""
    wanted = min(30_000.0, max(30.0, 4 * half_life))
    rounds = [digit * 10**k for k in range(1, 5) for digit in (1, 2, 3, 5)]
    return next(n for n in rounds if n >= wanted)


def number(value: float) -> str:
    """A number in words: three digits, and more of them close to 1."""
    if 0.99 < value < 1:
        return f"{value:.5f}".rstrip("0")
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def sentence(f: float) -> str:
    """What the curve says, in words."""
    half, bias = forgetting.half_life(f), forgetting.bias(f)
    if f in (0, 1):
        lost = "nothing is left after one step" if f == 0 else "nothing is ever lost"
        near = "No bias gives exactly this: the sigmoid only comes near it."
        return f"With **f = {f:g}**, {lost}. {near}"
    left = ", ".join(f"**{percent(forgetting.left(f, n))}** after {n:,}" for n in (10, 30, 1_000))
    return (
        f"With **f = {number(f)}**, {left} steps. Half is gone after **{number(half)}** steps. A "
        f"forget gate whose weights are all zero is there with a bias of "
        f"*b* = ln(f / (1 − f)) = **{bias:.2f}**."
    ).replace("= **-", "= **−")


def percent(share: float) -> str:
    """A share in per cent, as a visitor reads it."""
    if share >= 0.1:
        return f"{100 * share:.0f} %"
    return f"{100 * share:.2g} %" if share >= 0.0005 else "less than 0.05 %"


def memory_left(forget: float = 0.9, steps: float = 10) -> dict[str, float]:
    """What is left of a memory cell whose forget gate is held at one value.

    Args:
        forget: the forget gate f, 0 to 1
        steps: n, 0 to 1000000

    Returns:
        `left`, the share f^n; `half_life` in steps; and `bias`, the gate's bias that gives f (these
        two only where they are finite)
    """
    f = share(forget)
    if not is_number(steps) or not 0 <= steps <= 1_000_000:
        raise refusal("Steps are a number from 0 to 1,000,000.")
    found = {
        "left": forgetting.left(f, steps),
        "half_life": forgetting.half_life(f),
        "bias": forgetting.bias(f),
    }
    return {name: value for name, value in found.items() if math.isfinite(value)}
