"""An engraved score as SVG: a text that any browser shows, and any drawing program opens.

All that belongs to a note is in elements with its number, `data-note`, and a system is one with the
sixteenth at which it begins, `data-from`. Behind each head is a halo, without a colour unless one
is given. Ink is the colour of the root. A page may give other colours to all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from lstm_core.music.score.glyphs import GLYPHS, Outline
from lstm_core.music.score.marks import Mark, Page

INK, MUTED, GROUND = "#1B1D22", "#5F646C", "#FFFFFF"
PIXELS = 8
"""Of a staff space, where nobody says otherwise."""

TITLE = 4.0
"""Staff spaces of the title."""

HALO = 0.5
"""How much the colour behind a head covers."""

WORDS, TITLE_WORDS = 1.7, 2.2
"""Sizes of letters."""


def svg(page: Page, *, title: str = "", colours: Sequence[str] | None = None) -> str:
    """A page.

    Args:
        page: what is engraved.
        title: written above; none if it is empty.
        colours: behind the heads of each note, as #RRGGBB; none if None.
    """
    top = TITLE if title else 0.0
    wide, high = page.width, page.height + top
    used = sorted({m.glyph for system in page.systems for m in system.marks if m.glyph})
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 {-top:g} {wide:g} {high:.2f}" width="{wide * PIXELS:g}"'
        f' height="{high * PIXELS:.0f}" color="{INK}" fill="currentColor"'
        ' font-family="sans-serif">',
        f'<rect class="ground" y="{-top:g}" width="{wide:g}" height="{high:.2f}" fill="{GROUND}"/>',
        "<defs>",
        *(f'<path id="score-{name}" d="{path(GLYPHS[name])}"/>' for name in used),
        "</defs>",
    ]
    if title:
        parts.append(f'<text x="1.2" y="-1.2" font-size="{TITLE_WORDS}">{escape(title)}</text>')
    for system in page.systems:
        parts.append(f'<g data-from="{system.start}">')
        for note, marks in groupby(system.marks, key=lambda mark: mark.note):
            drawn = "".join(element(mark, colours) for mark in marks)
            parts.append(drawn if note is None else f'<g data-note="{note}">{drawn}</g>')
        parts.append("</g>")
    return "\n".join([*parts, "</svg>\n"])


def element(mark: Mark, colours: Sequence[str] | None) -> str:
    """A mark as an element."""
    place = f'x="{mark.x:.2f}" y="{mark.y:.2f}"'
    if mark.words:
        return f'<text {place} font-size="{WORDS}" fill="{MUTED}">{escape(mark.words)}</text>'
    if mark.outline:
        return f'<path d="{path([mark.outline], mark.x, mark.y)}"/>'
    more = ""
    if mark.glyph == "halo":
        assert mark.note is not None
        fill = colours[mark.note] if colours else "none"
        more = f' class="halo" fill="{fill}" fill-opacity="{HALO}"'
    return f'<use xlink:href="#score-{mark.glyph}" {place}{more}/>'


def path(outlines: Sequence[Outline], x: float = 0, y: float = 0) -> str:
    """Outlines as SVG writes them."""
    return "".join(
        "M" + "L".join(f"{a + x:.2f} {b + y:.2f}" for a, b in outline) + "Z" for outline in outlines
    )
