"""Features of text that a cell might stand for, each with a name.

The value of a feature at character t is what is known once t has been read, and depends on nothing
that comes later: so it can be set beside what a cell holds after reading t. What is left open, such
as a quotation mark without its other half, is taken to end with the paragraph.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lstm_core.memory.features import code, markup, prose

Kind = Literal["on/off", "number"]


@dataclass(frozen=True)
class Feature:
    """One property that every character of a text has or has not, or has so much of."""

    name: str
    title: str
    description: str  # one sentence
    kind: Kind
    function: Callable[[str], np.ndarray]  # (N,) bool if on/off, (N,) float32 if a number
    models: tuple[str, ...] = ()  # for which it makes sense; none named: for any
    but: tuple[str, ...] = ()  # for which it does not

    def __call__(self, text: str) -> np.ndarray:
        """The value at each character of a text: (N,) bool or float32."""
        return self.function(text)

    def suits(self, model: str) -> bool:
        """Whether it makes sense for a model, by the model's name."""
        return model not in self.but and (not self.models or model in self.models)


def for_model(name: str) -> list[Feature]:
    """The features that make sense for a model; for an unknown one, those of any text."""
    return [feature for feature in FEATURES if feature.suits(name)]


PLAY, SPEECH, WIKI, C, LATEX = "shakespeare", "speeches", "wikipedia", "c_source", "latex"

FEATURES = [
    Feature(
        "double_quotes", "In quotation marks",
        "Between double quotation marks, from the first to the last character within them.",
        "on/off", prose.double_quotes, but=(C,),
    ),
    Feature(
        "single_quotes", "In single quotation marks",
        "Between single quotation marks that quote; apostrophes do not count.",
        "on/off", prose.single_quotes, models=(PLAY, SPEECH),
    ),
    Feature(
        "parentheses", "In parentheses", "Between ( and ), however deep.",
        "on/off", prose.parentheses,
    ),
    Feature(
        "brackets", "In brackets", "Between [ and ], however deep.",
        "on/off", prose.brackets,
    ),
    Feature(
        "capital", "Capital letter", "The character is a capital letter.",
        "on/off", prose.capital,
    ),
    Feature(
        "digit", "Digit", "The character is a digit.",
        "on/off", prose.digit,
    ),
    Feature(
        "vowel", "Vowel", "The character is one of a, e, i, o, u, small or capital.",
        "on/off", prose.vowel,
    ),
    Feature(
        "white_space", "White space", "The character is a space, a tab or a line break.",
        "on/off", prose.white_space,
    ),
    Feature(
        "word_start", "Start of a word", "The character is a letter and the one before is not.",
        "on/off", prose.word_start,
    ),
    Feature(
        "word_position", "Position in the word", "Letters of the word so far; 0 between words.",
        "number", prose.word_position,
    ),
    Feature(
        "sentence_end", "End of a sentence",
        "From a full stop, question mark or exclamation mark to the start of what follows.",
        "on/off", prose.sentence_end,
    ),
    Feature(
        "line_start", "Start of a line",
        "A line break, or one of the first two characters after it.",
        "on/off", prose.line_start,
    ),
    Feature(
        "line_position", "Position in the line", "Characters of the line so far.",
        "number", prose.line_position,
    ),
    Feature(
        "paragraph_start", "Start of a paragraph",
        "An empty line just ended, or the line after it has at most two characters so far.",
        "on/off", prose.paragraph_start,
    ),
    Feature(
        "paragraph_position", "Position in the paragraph",
        "Characters since the last empty line.",
        "number", prose.paragraph_position,
    ),
    Feature(
        "heading", "Speaker's name",
        "In the first line after an empty one, up to its colon, as in “First Citizen:”.",
        "on/off", prose.heading, models=(PLAY,),
    ),
    Feature(
        "heading_capitals", "Speaker's name in capitals",
        "In a speaker's name that so far has only capitals, as in “ROMEO:”.",
        "on/off", prose.heading_capitals, models=(PLAY,),
    ),
    Feature(
        "verse_long", "Line as long as a verse", "The line has 30 characters or more so far.",
        "on/off", prose.verse_long, models=(PLAY,),
    ),
    Feature(
        "link", "In a wiki link", "Between [[ and ]].",
        "on/off", markup.link, models=(WIKI,),
    ),
    Feature(
        "template", "In a template", "Between {{ and }}, however deep.",
        "on/off", markup.template, models=(WIKI,),
    ),
    Feature(
        "tag", "In an XML tag", "Between < and >.",
        "on/off", markup.tag, models=(WIKI,),
    ),
    Feature(
        "reference", "In a footnote", "Between &lt;ref and &lt;/ref&gt;.",
        "on/off", markup.reference, models=(WIKI,),
    ),
    Feature(
        "entity", "In an escaped character", "From & to ;, as in &quot;.",
        "on/off", markup.entity, models=(WIKI,),
    ),
    Feature(
        "address", "In a web address", "From :// to the end of the address.",
        "on/off", markup.address, models=(WIKI,),
    ),
    Feature(
        "wiki_heading", "In a section's heading", "In a line that begins with two equals signs.",
        "on/off", markup.heading, models=(WIKI,),
    ),
    Feature(
        "comment", "In a comment", "From /* to */, or from // to the end of the line.",
        "on/off", code.comment, models=(C,),
    ),
    Feature(
        "string", "In a string", "Between the quotation marks of a string.",
        "on/off", code.string, models=(C,),
    ),
    Feature(
        "preprocessor", "In a preprocessor line",
        "From a # that begins a line to the end of the line; a backslash continues it.",
        "on/off", code.preprocessor, models=(C,),
    ),
    Feature(
        "indentation", "Indentation of the line",
        "Columns of white space that the line begins with.",
        "number", code.indentation, models=(C,),
    ),
    Feature(
        "brace_depth", "Depth in braces", "How many braces are open, outside comments and strings.",
        "number", code.brace_depth, models=(C,),
    ),
    Feature(
        "braces", "In braces", "Between { and }, however deep.",
        "on/off", markup.braces, models=(LATEX,),
    ),
    Feature(
        "math", "In a formula", "Between dollar signs, in the line or set apart.",
        "on/off", markup.math, models=(LATEX,),
    ),
    Feature(
        "display_math", "In a formula set apart", "Between double dollar signs.",
        "on/off", markup.display_math, models=(LATEX,),
    ),
    Feature(
        "command", "In a command's name", "From a backslash through the letters that follow it.",
        "on/off", markup.command, models=(LATEX,),
    ),
    Feature(
        "label", "In a label", "In the braces of \\label, \\ref or \\cite.",
        "on/off", markup.label, models=(LATEX,),
    ),
    Feature(
        "proof", "In a proof", "From \\begin{proof} to \\end{proof}.",
        "on/off", markup.proof, models=(LATEX,),
    ),
    Feature(
        "environment_depth", "Depth in environments", "How many \\begin wait for their \\end.",
        "number", markup.environment_depth, models=(LATEX,),
    ),
]  # fmt: skip
