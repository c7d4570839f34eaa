"""Ink to begin with, by the project's own writing network, in several hands.

`python -m demos.recognition.samples` has it written anew.
"""

from __future__ import annotations

import json

from demos.recognition.readings import SAMPLES
from lstm_core.handwriting.request import WritingRequest
from lstm_core.handwriting.sampler import WritingSampler

TEXTS = {
    "Long short-term memory": 0,
    "Hello, reader!": 5,
    "two lines of ink that were written by a network": 2,
}
"""What the samples say, in the order in which they are offered, and their seeds; each in another
hand."""

UNIT = 4.0
"""Units of the whiteboard to a pixel of the pad."""

TICK, LIFT = 1000 / 60, 200.0
"""Milliseconds from a point to the next, and while the pen is in the air."""


def make() -> None:
    """Have everything written."""
    sampler = WritingSampler.from_checkpoint("writing", reader="reading")
    for path in SAMPLES.glob("*.json"):
        path.unlink()
    step = len(sampler.hands) // len(TEXTS)
    for n, (text, seed) in enumerate(TEXTS.items()):
        request = WritingRequest(text, seed=seed, hand=sampler.hands[n * step])
        words = "".join(c if c.isalnum() else " " for c in text.lower()).split()[:4]
        path = SAMPLES / f"{n + 1}-{'-'.join(words)}.json"
        strokes = timed([s / UNIT for s in sampler.write(request).strokes()])
        path.write_text(json.dumps({"strokes": strokes}, separators=(",", ":")) + "\n")


def timed(strokes: list) -> list[list[list[float]]]:
    """Strokes (N, 2) as lists of points x, y, t."""
    made, now = [], 0.0
    for stroke in strokes:
        points = []
        for x, y in stroke.round(1).tolist():
            points.append([x, y, round(now)])
            now += TICK
        made.append(points)
        now += LIFT
    return made


if __name__ == "__main__":
    make()
