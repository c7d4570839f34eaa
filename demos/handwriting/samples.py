"""What the network has written beforehand: the first view of the tab, and a word in every hand.

`python -m demos.handwriting.samples` has it written anew, which is to be done whenever the network
has been trained.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import numpy as np

from demos.handwriting.paper import Ink, sheet_of
from demos.handwriting.runs import Run, checkable, sampler, stream
from demos.widgets.hand_picker import Specimen
from demos.widgets.ink_stage import ink_stage_value
from lstm_core.handwriting.drawing import baseline
from lstm_core.handwriting.request import WritingRequest

FOLDER = Path(__file__).with_name("samples")
OPENING = WritingRequest("No font, no picture: a network moves the pen, point by point.", seed=9)
"""What is written when the tab opens."""

WORD = WritingRequest("hand", bias=1.5, seed=1)
"""By which hands can be told apart."""

SPECIMEN_UNIT = 4
"""Units of the whiteboard to one of a specimen: finer than a small picture shows."""

ABOVE, BELOW = 115, 55  # the baseline, in units of a specimen


def opening() -> tuple[Run, dict[str, str]] | None:
    """The first view: what was asked for, and the stage's value; None if it was not written yet."""
    path = FOLDER / "opening.json"
    if not path.is_file():
        return None
    sent = json.loads(path.read_text(encoding="utf-8"))
    run, ink = Run(WritingRequest(**sent["request"]), checked=sent["checked"]), Ink()
    ink.rows = [tuple(row) for row in sent["points"]]
    return run, ink_stage_value(sheet_of(run, "opening"), [ink.stretch()], done=True)


@cache
def words() -> dict[str, Specimen]:
    """A word in every hand, by the hand's name. Empty if they were not written yet."""
    path = FOLDER / "hands.json"
    sent = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {name: Specimen(*specimen) for name, specimen in sent.items()}


def make() -> None:
    """Have everything written."""
    FOLDER.mkdir(exist_ok=True)
    ink = Ink()
    for step in stream(Run(OPENING, checked=checkable())):
        ink.add(step)
    rows = [[round(x, 1), round(y, 1), marks, letter] for x, y, marks, letter in ink.rows]
    opened = {"request": asdict(OPENING), "checked": checkable(), "points": rows}
    found = {name: word_in(name) for name in sampler().hands}
    for name, content in (("opening", opened), ("hands", found)):
        text = json.dumps(content, separators=(",", ":"))
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def word_in(hand: str) -> Specimen:
    """The word in a hand."""
    ink = Ink()
    for step in stream(Run(replace(WORD, hand=hand), checked=checkable())):
        ink.add(step)
    (line,) = ink.lines()
    xy = line[:, :2] - (line[:, 0].min(), baseline(line))
    places = np.rint(xy / SPECIMEN_UNIT).astype(int)
    path, here = [], np.zeros(2, dtype=int)
    for stroke in np.split(places, np.flatnonzero(line[:, 2]) + 1)[:-1]:
        moves = np.diff(stroke, axis=0, prepend=here[None]).tolist()
        (x, y), *rest = moves if len(moves) > 1 else [*moves, [0, 0]]  # a dot is a line to itself
        path.append(f"m{x} {y}l{' '.join(f'{dx} {dy}' for dx, dy in rest)}")
        here = stroke[-1]
    return Specimen(int(places[:, 0].max()), "".join(path))


if __name__ == "__main__":
    make()
