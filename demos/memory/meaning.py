"""Cells that mean something: what is known of a model's cells, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from demos.refusals import refused
from demos.text_runs import sampler
from demos.widgets.rows import rows
from lstm_core.memory.ablation import Ablation
from lstm_core.memory.features import FEATURES
from lstm_core.memory.finding import MIN_AUC, MIN_CORRELATION, Finding, Findings
from lstm_core.memory.worth import Worth

T = TypeVar("T")

TITLES = {feature.name: feature for feature in FEATURES}
NOT_LOOKED_FOR = "Nobody has looked for cells in this model yet."
UNITS = {"on/off": "AUC", "number": "correlation"}

COLUMNS = [
    ("What the cell follows", "text"), ("Cell", "number"), ("Held-out score", "number"),
    ("Best by chance", "number"), ("From the character alone", "number"),
]  # fmt: skip
WORST_COLUMNS = [("Cell removed", "text"), ("Loss rises by", "number")]
BROKEN_COLUMNS = [
    ("Feature", "text"), ("Its cell removed", "number"), ("Loss there", "number"),
    ("Rise there", "number"), ("Rise elsewhere", "number"), ("Worst there", "text"),
]  # fmt: skip


@cache
def findings(model: str) -> Findings | None:
    """The cells that were found to stand for something, if they were looked for.

    Raises:
        gr.Error: a sentence, if the checkpoint's record cannot be read.
    """
    return recorded(model, Findings.of)


@cache
def worth(model: str) -> Worth | None:
    """What the model's cells are worth, if it was measured.

    Raises:
        gr.Error: a sentence, if the checkpoint's record cannot be read.
    """
    return recorded(model, Worth.of)


def recorded(model: str, of: Callable[[Mapping[str, Any]], T | None]) -> T | None:
    """What `of` makes of the record of a model's checkpoint.

    Raises:
        gr.Error: a sentence, if it cannot be read.
    """
    with refused():
        return of(sampler(model).history)


def confirmed(model: str) -> list[Finding]:
    """The findings of a model, those first whose cell knows most beyond the character read."""
    found = findings(model)
    if found is None:
        return []
    return sorted(found.confirmed, key=lambda f: f.character - f.held_out)


def first_cell(model: str) -> tuple[int, int] | None:
    """The cell to begin with: the most telling one that is known."""
    found = confirmed(model)
    return (found[0].layer, found[0].cell) if found else None


def findings_table(model: str) -> dict[str, Any]:
    """The named features and their cells."""
    content = [
        [
            {"text": TITLES[f.feature].title, "note": TITLES[f.feature].description},
            cell_name(f),
            f"{f.held_out:.3f} {UNITS[f.kind]}",
            f"{f.control:.3f}",
            f"{f.character:.3f}",
        ]
        for f in confirmed(model)
    ]
    empty = NOT_LOOKED_FOR if findings(model) is None else "No feature has a cell in this model."
    return rows(COLUMNS, content, empty, model)


def findings_note(model: str) -> str:
    """How the cells were found, in a sentence or two."""
    found = findings(model)
    if found is None:
        return ""
    return (
        f"{len(found.tested)} features were looked for in {found.n_training:,} characters of "
        f"training text, {len(found.confirmed)} confirmed on {found.n_held_out:,} characters of "
        f"held-out text: at least {MIN_AUC} AUC or {MIN_CORRELATION} correlation there, and more "
        "than any cell scores for the feature moved to a wrong place "
        f"({found.offsets} of them). An AUC of 0.5 is what a coin would have."
    )


def worst_table(model: str) -> dict[str, Any]:
    """The cells whose removal hurts most."""
    found = worth(model)
    content = [] if found is None else [[cell_name(a), nats(a.rise)] for a in found.worst]
    return rows(WORST_COLUMNS, content, NOT_LOOKED_FOR, model)


def broken_table(model: str) -> dict[str, Any]:
    """What removing a feature's cell does where the feature is on, and elsewhere."""
    found = worth(model)
    content = [] if found is None else [
        [
            TITLES[f.feature].title, cell_name(f.own), f"{f.nats:.3f}", nats(f.own.rise_where),
            nats(f.own.rise_elsewhere), named_rises(f.worst),
        ]
        for f in found.features
    ]  # fmt: skip
    empty = NOT_LOOKED_FOR if found is None else "No feature that is on or off has a cell here."
    return rows(BROKEN_COLUMNS, content, empty, model)


def worth_note(model: str) -> str:
    """What was measured, in a sentence."""
    found = worth(model)
    if found is None:
        return ""
    return (
        f"Measured on {found.n:,} characters of held-out text, where the whole network's loss is "
        f"{found.nats:.3f} nats a character. To remove a cell is to hold it at zero."
    )


def worst_cells(model: str) -> Sequence[Ablation]:
    """The cells of `worst_table`, in its order."""
    found = worth(model)
    return found.worst if found else []


def broken_cells(model: str) -> Sequence[Ablation]:
    """The cells of `broken_table`, in its order."""
    found = worth(model)
    return [f.own for f in found.features] if found else []


def cell_name(of: Finding | Ablation) -> str:
    """Layer and cell."""
    return f"{of.layer} · {of.cell}"


def named_rises(found: Sequence[Ablation]) -> str:
    """Cells with what their removal costs where the feature is on."""
    return ", ".join(f"{cell_name(a)} ({nats(a.rise_where)})" for a in found)


def nats(rise: float | None) -> str:
    """A rise of the loss, with its sign."""
    return "–" if rise is None else f"{rise:+.4f}".replace("-", "−")
