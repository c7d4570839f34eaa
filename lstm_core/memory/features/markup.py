"""Features of marked-up text: wiki markup inside XML, and LaTeX."""

from __future__ import annotations

import re

import numpy as np

from lstm_core.memory.features.scanning import PARAGRAPH, depth, each, held

PAGE = "</text>"
"""The end of a wiki page, where anything left open ends."""


def link(text: str) -> np.ndarray:
    """Between [[ and ]]."""
    return depth(text, r"\[\[", r"\]\]") > 0


def template(text: str) -> np.ndarray:
    """Between {{ and }}; a template may have empty lines in it, and ends with the page."""
    return depth(text, r"\{\{", r"\}\}", PAGE) > 0


def tag(text: str) -> np.ndarray:
    """Between < and >, on one line."""
    inside, values = False, []
    for c in text:
        inside = c == "<" or (inside and c not in ">\n")
        values.append(inside)
    return each(text, values)


def reference(text: str) -> np.ndarray:
    """From &lt;ref through &lt;/ref&gt; or, where the reference has no text, through /&gt;."""
    changes, inside, opening = [], False, False
    tokens = rf"(&lt;ref(?=[ &]))|(&lt;/ref&gt;|{PAGE})|(/&gt;)|&gt;"
    for match in re.finditer(tokens, text):
        if match[1]:
            inside = opening = True
            changes.append((match.end(), True))  # with the character that tells &lt;references
            continue
        if match[2] or (match[3] and opening):
            inside = False
        opening = False
        changes.append((match.end() - 1, inside))
    return held(len(text), changes) > 0


def entity(text: str) -> np.ndarray:
    """From & through letters, digits and # to the semicolon."""
    inside, values = False, []
    for c in text:
        inside = c == "&" or (inside and (c.isalnum() or c == "#"))
        values.append(inside)
    return each(text, values)


def address(text: str) -> np.ndarray:
    """From :// to white space or a mark that ends an address in wiki markup."""
    inside, before, values = False, "", []
    for c in text:
        inside = before + c == "://" or (inside and not c.isspace() and c not in '|[]{}<>"&')
        before = (before + c)[-2:]
        values.append(inside)
    return each(text, values)


def heading(text: str) -> np.ndarray:
    """In a line that begins with ==."""
    inside, column, values = False, 0, []
    for n, c in enumerate(text):
        column = 0 if c == "\n" else column + 1
        inside = c != "\n" and (inside or (column == 2 and text[n - 1 : n + 1] == "=="))
        values.append(inside)
    return each(text, values)


def braces(text: str) -> np.ndarray:
    """Between { and }; those of set notation, \\{ and \\}, do not count."""
    return depth(re.sub(r"\\[{}]", "__", text), r"\{", r"\}") > 0


def formulas(text: str) -> np.ndarray:
    """1 between single dollar signs, 2 between double ones, 0 elsewhere: (N,) int64."""
    now, before, values = 0, "", []
    empty = False  # nothing yet after the dollar sign that opened
    for c in text:
        if c == "$" and before != "\\":
            if now == 0:
                now, empty = 1, True
            elif now == 1:
                now, empty = (2 if empty else 0), False
            elif before == "$":
                now = 0
        elif c == "\n" == before:
            now = 0
        else:
            empty = False
        values.append(now)
        before = "" if before == c == "\\" else c  # of two backslashes the second escapes nothing
    return np.array(values, dtype=np.int64)


def math(text: str) -> np.ndarray:
    """In a formula."""
    return formulas(text) > 0


def display_math(text: str) -> np.ndarray:
    """In a formula set apart."""
    return formulas(text) == 2


def command(text: str) -> np.ndarray:
    """From a backslash through the letters after it."""
    inside, values = False, []
    for c in text:
        inside = c == "\\" or (inside and c.isalpha())
        values.append(inside)
    return each(text, values)


def label(text: str) -> np.ndarray:
    """In the braces of a label, a reference or a citation."""
    tokens = rf"(\\label\{{|\\ref\{{|\\cite\{{)|\}}|{PARAGRAPH}"
    changes = ((m.end() - 1, m[1] is not None) for m in re.finditer(tokens, text))
    return held(len(text), changes) > 0


def proof(text: str) -> np.ndarray:
    """Between the beginning and the end of a proof, however many paragraphs it has."""
    return depth(text, r"\\begin\{proof\}", r"\\end\{proof\}", r"\\section\{") > 0


def environment_depth(text: str) -> np.ndarray:
    """Environments begun and not ended."""
    return depth(text, r"\\begin\{", r"\\end\{", r"\\end\{document\}")
