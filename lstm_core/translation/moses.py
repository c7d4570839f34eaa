"""Text as the Moses scripts cut it into words, for figures that can be set beside published ones.

Multi30k's authors made lower case of all captions, then ran normalize-punctuation.perl and
tokenizer.perl of the Moses decoder (Koehn et al. 2007), and results are reported on that. These
are the rules of both scripts that lower-case English and French captions come to.
"""

from __future__ import annotations

import re

KEPT_STOPS = {
    "en": {"e.g", "i.e", "rev", "v", "vs"},
    "fr": {*"bcdefghijklmnopqrstuvwxyz", "art", "av", "ch", "etc", "ex", "fig", "sec", "vol"},
}
"""After these a full stop belongs to the word, at the end of a caption too."""

ESCAPES = {"&": "&amp;", "|": "&#124;", "<": "&lt;", ">": "&gt;", "'": "&apos;", '"': "&quot;",
           "[": "&#91;", "]": "&#93;"}  # fmt: skip

LETTER, ALPHANUMERIC = r"[^\W\d_]", r"[^\W_]"


def normalised(text: str, language: str) -> str:
    """What normalize-punctuation.perl makes of a line."""
    text = re.sub(r" +", " ", text.replace("(", " (").replace(")", ") "))
    text = re.sub(r"\) ([.!:?;,])", r")\1", text).replace("( ", "(").replace(" )", ")")
    text = re.sub(r"(\d) %", r"\1%", text).replace(" :", ":").replace(" ;", ";")
    text = re.sub("(?<=[a-z])[‘’](?=[a-z])|[`´]", "'", text)
    text = re.sub("[„“”‘’‚]|''", '"', text)
    text = text.replace("–", "-").replace("—", " - ").replace("…", "...")
    text = re.sub("\N{NO-BREAK SPACE}?»", '"', re.sub("«\N{NO-BREAK SPACE}?", '"', text))
    text = re.sub("\N{NO-BREAK SPACE}([%:?!;])", r"\1", text)
    if language == "en":
        return re.sub(r'"([,.]+)', r'\1"', text)
    return re.sub(r'(\.+)"(?!\s*<)', r'"\1', text.replace(',"', '",'))


def tokenised(text: str, language: str) -> str:
    """A line in lower case as words with spaces between them.

    Args:
        text: as it is written. language: "en" or "fr".
    """
    text = " " + " ".join(normalised(text.lower(), language).split()) + " "
    text = re.sub(r"([^\w\s.'`,\-]|_)", r" \1 ", text)
    text = re.sub(r"\.(\.+)", lambda dots: f" DOTS{len(dots[1])} ", text)
    text = re.sub(r",(\D)", r" , \1", re.sub(r"(\D),", r"\1 , ", text))
    for before, after in ((rf"(?!{LETTER}).", rf"(?!{LETTER})."), (rf"(?!{ALPHANUMERIC}).", LETTER),
                          (LETTER, rf"(?!{LETTER}).")):  # fmt: skip
        text = re.sub(rf"({before})'({after})", r"\1 ' \2", text)
    joint = r"\1 '\2" if language == "en" else r"\1' \2"
    text = re.sub(rf"({LETTER})'({LETTER})", joint, text)
    if language == "en":
        text = re.sub(r"(\d)'s", r"\1 's", text)
    words = text.split()
    for n, word in enumerate(words):
        following = words[n + 1] if n + 1 < len(words) else ""
        if len(word) > 1 and word.endswith("."):
            words[n] = stopped(word[:-1], following, KEPT_STOPS[language])
    text = re.sub(r"\.' ?$", " . ' ", " ".join(words))
    text = re.sub(r"DOTS(\d+)", lambda dots: "." * (int(dots[1]) + 1), text)
    return " ".join("".join(ESCAPES.get(c, c) for c in text).split())


def stopped(word: str, following: str, kept: set[str]) -> str:
    """A word and the full stop after it: apart, unless the stop belongs to the word."""
    dotted = "." in word and any(c.isalpha() for c in word)
    return f"{word}." if dotted or word in kept or following[:1].islower() else f"{word} ."
