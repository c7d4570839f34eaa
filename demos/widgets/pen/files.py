"""Files of strokes: JSON, and InkML (W3C Recommendation, 2011), the format of digital ink."""

from __future__ import annotations

import json
import math
import re
from typing import Any
from xml.parsers import expat

MOST_CHARACTERS = 2_000_000
MOST_POINTS = 20_000
FARTHEST = 1e6
"""Largest coordinate of a point."""

JSON_FORM = (
    "In a JSON file, strokes are a list of strokes; each is a list of points, [x, y] or [x, y, t]"
)
NUMBER = re.compile(r"""(?:(['"!])\s*)?([-+]?(?:\d+\.?\d*|\.\d+))""")
"""One value of a point in InkML, and whether it is a value (!), a change (') or a change of the
change ("): what is said of one holds for those that follow (section 3.2.1)."""

Strokes = list[list[list[float]]]


def strokes_of_file(name: str, text: str) -> Strokes:
    """The strokes of a file.

    Args:
        name: of the file; what ends in .inkml or .xml, or begins with "<", is InkML.
        text: its content.

    Returns:
        for each stroke its points [x, y], or [x, y, t] where the file has times.

    Raises:
        ValueError: a sentence that says what is wrong.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"A file of strokes has up to {MOST_CHARACTERS:,} characters.")
    text = text.removeprefix("\ufeff")
    marked = text.lstrip().startswith("<") or name.lower().endswith((".inkml", ".xml"))
    strokes = strokes_of_inkml(text) if marked else strokes_of_json(text)
    if not strokes:
        raise ValueError("There are no strokes in this file.")
    if sum(map(len, strokes)) > MOST_POINTS:
        raise ValueError(f"The file has more than {MOST_POINTS:,} points.")
    return strokes


def strokes_of_json(text: str) -> Strokes:
    """Strokes as nested lists, or under the name "strokes"."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("The file is neither JSON nor InkML.") from None
    if isinstance(given, dict):
        given = given.get("strokes")
    if not isinstance(given, list) or not all(isinstance(stroke, list) for stroke in given):
        raise ValueError(f"{JSON_FORM}.")
    return [[point(values) for values in stroke] for stroke in given if stroke]


def point(values: Any) -> list[float]:
    """A point [x, y] or [x, y, t]; whatever else it has is left out."""
    if not isinstance(values, list) or len(values) < 2:
        raise ValueError(f"{JSON_FORM}.")
    kept = values[:3]
    if not all(type(value) in (int, float) for value in kept):
        raise ValueError(f"{JSON_FORM}, of numbers.")
    if not all(-FARTHEST <= value <= FARTHEST for value in kept[:2]):  # which NaN is not, either
        raise ValueError(f"The x and y of a point are numbers from -{FARTHEST:.0f} to "
                         f"{FARTHEST:.0f}.")  # fmt: skip
    return kept if len(kept) < 3 or abs(kept[2]) < math.inf else kept[:2]


class Ink:
    """What is of use in an InkML file: the names of the channels, and the traces.

    An XML parser can be made to read other files or to fill the memory by entities that a document
    type defines; no document type is accepted.
    """

    def __init__(self) -> None:
        self.channels: list[str] = []
        self.traces: list[str] = []
        self.formats = 0
        self.inside = False
        self.root = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        self.root = self.root or tag
        self.formats += tag == "traceFormat"
        if tag == "channel" and self.formats <= 1:
            self.channels.append(attributes.get("name", "").upper())
        elif tag == "trace":
            self.traces.append("")
            self.inside = True

    def end(self, name: str) -> None:
        self.inside = self.inside and name.rsplit(":", 1)[-1] != "trace"

    def text(self, text: str) -> None:
        if self.inside:
            self.traces[-1] += text

    def refuse(self, *_: Any) -> None:
        raise ValueError("An InkML file with a document type is not accepted.")


def strokes_of_inkml(text: str) -> Strokes:
    """The traces of an InkML file, by the channels X, Y and T of its first trace format."""
    ink = Ink()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = ink.start, ink.end
    parser.CharacterDataHandler = ink.text
    parser.StartDoctypeDeclHandler = ink.refuse
    try:
        parser.Parse(text.encode("utf-8"), True)
    except (expat.ExpatError, UnicodeEncodeError):
        raise ValueError("The file is no well-formed XML in UTF-8.") from None
    if ink.root != "ink":
        raise ValueError("The file is XML, but not InkML: its root is no <ink> element.")
    channels = ink.channels or ["X", "Y"]
    if "X" not in channels or "Y" not in channels:
        raise ValueError("The traces of the InkML file have no channels X and Y.")
    wanted = [channels.index(name) for name in ("X", "Y", "T") if name in channels]
    strokes = [trace(content, wanted) for content in ink.traces if content.strip()]
    return [stroke for stroke in strokes if stroke]


def trace(content: str, wanted: list[int]) -> list[list[float]]:
    """The points of a trace.

    Args:
        content: of the element: points set apart by commas.
        wanted: the places of x, y and perhaps t among the values of a point.
    """
    kinds = dict.fromkeys(wanted, "!")
    values, changes = dict.fromkeys(wanted, 0.0), dict.fromkeys(wanted, 0.0)
    points = []
    for part in content.split(","):
        found = NUMBER.findall(part)
        if not found and not part.strip():
            continue  # after the last comma
        if len(found) <= max(wanted):
            raise ValueError("A trace of the InkML file has a point without x and y.")
        for n in wanted:
            kinds[n] = found[n][0] or kinds[n]
            number = float(found[n][1])
            if kinds[n] == '"':
                changes[n] += number
            elif kinds[n] == "'":
                changes[n] = number
            else:
                changes[n] = number - values[n]
            values[n] += changes[n]
        points.append(point([values[n] for n in wanted]))
    return points
