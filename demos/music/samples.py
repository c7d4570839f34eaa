"""What is there beforehand: a piece of each kind, ready to play, and how often real chorales break
the rules.

`python -m demos.music.samples` has it made anew, which is to be done whenever a network has been
trained. The figures of real chorales need the data set.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from demos.music.composing import compose
from demos.music.pieces import (
    BAR,
    CHORALES,
    KINDS,
    PIANO,
    Part,
    Piece,
    chorale,
    performance,
    shipped,
)
from demos.widgets.piano_roll import RollNote
from lstm_core.data import DataError
from lstm_core.music.chorales import rules
from lstm_core.music.chorales.dataset import pitches_of, read_chorales
from lstm_core.music.chorales.sampler import ChoraleRequest
from lstm_core.music.piano.request import PianoRequest

FOLDER = Path(__file__).with_name("samples")
REQUESTS: dict[str, ChoraleRequest | PianoRequest] = {
    CHORALES: ChoraleRequest(length=12 * BAR, seed=18),
    PIANO: PianoRequest(seconds=45, temperature=0.95, seed=3),
}
"""What is composed beforehand."""

PART = "test"
"""Of the real chorales."""


def opening(kind: str) -> Piece | None:
    """A piece that was composed beforehand; None if it was not composed yet."""
    path = FOLDER / f"{kind}.json"
    if not path.is_file():
        return None
    sent = json.loads(path.read_text(encoding="utf-8"))
    request = sent["request"]
    asked = ChoraleRequest(**request) if kind == CHORALES else PianoRequest(**request)
    piece = Piece(
        kind, sent["title"], [Part(asked, events=sent["events"])], sent["tempo"],
        frames=[np.array(frame) for frame in sent["frames"]], known=sent["known"],
        id=f"opening-{kind}",
    )  # fmt: skip
    for row, place in zip(sent["notes"], sent["places"], strict=True):
        piece.add(RollNote(*row), tuple(place))
    return piece


def first() -> Piece | None:
    """What is on the roll when the page opens; None if nothing was composed yet."""
    found = (opening(kind) for kind in shipped())
    return next((piece for piece in found if piece is not None), None)


@cache
def real() -> dict[str, Any] | None:
    """How often real chorales break each rule in a hundred quarter notes: `{"chorales": how many,
    "part": of the data set, "rates": by rule}`; None if it was not counted yet."""
    path = FOLDER / "real.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def make() -> None:
    """Have everything made that can be made here."""
    FOLDER.mkdir(exist_ok=True)
    for kind in shipped():
        write(kind, composed(kind))
    try:
        chorales = read_chorales("sixteenths", PART)
    except DataError as error:
        print(f"The real chorales are not counted: {error}")
        return
    counted = rules.rates([pitches_of(chorale.symbols) for chorale in chorales])
    write("real", {
        "chorales": len(chorales), "part": PART,
        "rates": {rule: round(rate, 2) for rule, rate in counted.items()},
    })  # fmt: skip


def composed(kind: str) -> dict[str, Any]:
    """A piece as it is kept."""
    request = REQUESTS[kind]
    title = f"{KINDS[kind]} {request.seed}"
    piece = (
        chorale(request, title) if isinstance(request, ChoraleRequest) else
        performance(request, title)
    )  # fmt: skip
    for _ in compose(piece):
        pass
    wishes = {name: value for name, value in asdict(request).items() if value not in (None, ())}
    return {
        "title": title, "tempo": piece.tempo, "known": round(piece.known, 3), "request": wishes,
        "events": piece.parts[0].events, "frames": [frame.tolist() for frame in piece.frames],
        "notes": [row(note) for note in piece.notes], "places": piece.places,
    }  # fmt: skip


def row(note: RollNote) -> list[Any]:
    """A note in few digits."""
    assert not math.isnan(note.end)
    likely = [[pitch, round(p, 3)] for pitch, p in note.likely]
    times = [round(note.start, 3), round(note.end, 3)]
    return [*note[:2], *times, *note[4:6], round(note.surprise, 3), likely]


def write(name: str, content: Any) -> None:
    """A file of the folder."""
    text = json.dumps(content, separators=(",", ":"))
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    make()
