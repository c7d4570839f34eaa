"""Features of C source code."""

from __future__ import annotations

import numpy as np

from lstm_core.memory.features.scanning import each

CODE, LINE_COMMENT, BLOCK_COMMENT, STRING, CHARACTER = range(5)
TAB = 8  # columns


def regions(text: str) -> np.ndarray:
    """What each character leaves the reader in, by the rules of C (ISO 9899, 6.4): (N,) int64.

    A string or character that is not closed ends with its line.
    """
    now, before, values = CODE, "", []
    for c in text:
        pair = before + c
        before = c
        if now == CODE:
            if pair == "/*":
                now, before = BLOCK_COMMENT, ""  # the star of /*/ does not close
            elif pair == "//":
                now = LINE_COMMENT
            elif c == '"':
                now = STRING
            elif c == "'":
                now = CHARACTER
        elif now == BLOCK_COMMENT:
            if pair == "*/":
                now, before = CODE, ""
        elif c == "\n":
            now = CODE
        elif now != LINE_COMMENT:
            if pair[0] == "\\" and len(pair) == 2:
                before = ""  # c is escaped, and escapes nothing itself
            elif c == ('"' if now == STRING else "'"):
                now = CODE
        values.append(now)
    return np.array(values, dtype=np.int64)


def comment(text: str) -> np.ndarray:
    """In a comment of either kind."""
    kinds = regions(text)
    return (kinds == LINE_COMMENT) | (kinds == BLOCK_COMMENT)


def string(text: str) -> np.ndarray:
    """In a string."""
    return regions(text) == STRING


def preprocessor(text: str) -> np.ndarray:
    """From a # that is the first in its line, through all lines that a backslash continues."""
    inside, blank, before, values = False, True, "", []
    for c, kind in zip(text, regions(text), strict=True):
        if c == "\n":
            inside, blank = inside and before == "\\", True
        elif not c.isspace():
            inside = inside or (blank and c == "#" and kind == CODE)
            blank = False
        values.append(inside)
        before = c
    return each(text, values)


def indentation(text: str) -> np.ndarray:
    """Columns of white space at the start of the line, as far as it is read: (N,) float32."""
    columns, leading, values = 0, True, []
    for c in text:
        if c == "\n":
            columns, leading = 0, True
        elif leading and c == " ":
            columns += 1
        elif leading and c == "\t":
            columns += TAB - columns % TAB
        else:
            leading = False
        values.append(columns)
    return np.array(values, dtype=np.float32)


def brace_depth(text: str) -> np.ndarray:
    """Open braces of the code: (N,) float32.

    A brace in the first column begins or ends something at the top, whatever the count has come to
    where the preprocessor chooses between two halves of a statement.
    """
    depth, before, values = 0, "\n", []
    for c, kind in zip(text, regions(text), strict=True):
        if kind == CODE and c == "{":
            depth = 1 if before == "\n" else depth + 1
        elif kind == CODE and c == "}":
            depth = 0 if before == "\n" else max(0, depth - 1)
        values.append(depth)
        before = c
    return np.array(values, dtype=np.float32)
