"""Features, on short texts where one can see what is right."""

import random

import numpy as np
import pytest

from lstm_core.memory.features import FEATURES, for_model

# A line of marks under the text: # where the feature is on, . where it is off.
ON_OFF = [
    ("double_quotes", 'a "bc" d', "..###..."),
    ("double_quotes", '""a"', "#..#"),
    ("double_quotes", "“a” b", "##..."),
    ("double_quotes", '"a“b”', "####."),
    ("double_quotes", "&quot;a&quot;b", ".....#######.."),
    ("double_quotes", '"a\n\nb"c', "###..##"),
    ("double_quotes", '"a', "##"),
    ("double_quotes", '"a\nb\n*c', "#####.."),
    ("single_quotes", "a 'b c' d", "..####+.."),
    ("single_quotes", "don't 'do.' it", "......####...."),
    ("single_quotes", "'tis so", "####..."),
    ("single_quotes", "'he don't go,' I", "#############..."),
    ("single_quotes", "('a') b", ".##+..."),
    ("single_quotes", "boys' a 'b\n\nc", "........###.."),
    ("parentheses", "a(b(c)d)e", ".######.."),
    ("parentheses", "a)b()c", "...#.."),
    ("parentheses", "(a\n\nb)", "###..."),
    ("brackets", "a[b]c[", ".##..#"),
    ("capital", "aBÉ1", ".##."),
    ("digit", "a1½2", ".#.#"),
    ("vowel", "aBEy", "#.#."),
    ("white_space", "a b\nc\t", ".#.#.#"),
    ("word_start", "ab c'd1e", "#..#.#.#"),
    ("sentence_end", 'Ah. B? "C!" d', "..##.###.###."),
    ("sentence_end", "3.14.", ".#..#"),
    ("line_start", "abc\nde\n\nf", "##.######"),
    ("paragraph_start", "abcd\nef\n\nghi", "##......###."),
    ("heading", "First:\nno.\n\nROMEO:\nAy:\n", "#####.......#####......"),
    ("heading_capitals", "First:\nno.\n\nROMEO:\nAy:\n", "#...........#####......"),
    ("heading_capitals", "KING A:\n\n\nB\nC", "######....#.."),
    ("verse_long", "a" * 30 + "\nb", "." * 29 + "#.."),
    ("link", "a[[b]]c", "..###.."),
    ("link", "[[a[[b]]c]]d[e]", ".#########....."),
    ("link", "[[a\n\nb", ".###.."),
    ("template", "{{a\n\n{{b}}}}{c}", ".##########...."),
    ("template", "{{a</text>b", ".########.."),
    ("tag", "<a b>c < d\ne>", "####...###..."),
    ("reference", "a&lt;ref&gt;b&lt;/ref&gt;c", "........" + "#" * 16 + ".."),
    ("reference", "&lt;ref name=x /&gt;b", "......." + "#" * 12 + ".."),
    ("reference", "&lt;ref&gt;a&lt;br /&gt;b&lt;/ref&gt;c", "......." + "#" * 29 + ".."),
    ("reference", "&lt;references/&gt;", "." * 19),
    ("entity", "a&lt;b& c", ".###..#.."),
    ("address", "http://a.b c", "......####.."),
    ("address", "[ftp://a]b:/", "......##...."),
    ("wiki_heading", "== A ==\n=b\na==", ".######......."),
    ("comment", "a/*b*/c//d\ne", "..###...##.."),
    ("comment", "/*/a*/b", ".####.."),
    ("comment", '"/*"/*"*/', ".....###."),
    ("comment", "a//b/*\nc", "..####.."),
    ("string", 'a"b"c', ".##.."),
    ("string", r'"a\"b\\"c', "#######.."),
    ("string", "'\"'a\"b\nc", "....##.."),
    ("string", '/*"*/""', ".....#."),
    ("preprocessor", "#a\nb#c\n  #d\\\ne\nf", "##.......#####.."),
    ("preprocessor", "/*\n#a*/", "......."),
    ("braces", r"a{b{c}}\{d{", ".#####....#"),
    ("math", "a$b$c$$d$$e", ".##..####.."),
    ("math", r"\$a$b\$c$d", "...#####.."),
    ("math", r"\\$a$", "..##."),
    ("math", "$a\n\nb$", "###..#"),
    ("display_math", "$a$$$b$$", "....###."),
    ("display_math", "a$$b$$c", "..###.."),
    ("command", r"a\bc d\\e", r".###..###"),
    ("label", r"\label{a}\ref{b", "......##.....##"),
    ("label", "\\cite{a\n\nb", ".....###.."),
    ("proof", r"\begin{proof}a{b}\end{proof}c", "." * 12 + "#" * 15 + ".."),
]

NUMBERS = [
    ("word_position", "ab c1de", [1, 2, 0, 1, 0, 1, 2]),
    ("line_position", "ab\nc\n\nd", [1, 2, 0, 1, 0, 0, 1]),
    ("paragraph_position", "a\nb\n\nc\n\n\nd", [1, 2, 3, 4, 0, 1, 2, 0, 0, 1]),
    ("indentation", "a\n  b c\n\td\n \te", [0, 0, 1, 2, 2, 2, 2, 0, 8, 8, 0, 1, 8, 8]),
    ("brace_depth", 'a{b{"{"}}}c', [0, 1, 1, 2, 2, 2, 2, 1, 0, 0, 0]),
    ("brace_depth", "{{\n}\n{ '{' }", [1, 2, 2, 0, 0, 1, 1, 1, 1, 1, 1, 0]),
    ("environment_depth", r"\begin{a}\end{a}\end{b}", [0] * 6 + [1] * 7 + [0] * 10),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "marks"), ON_OFF)
def test_on_off(feature, name, text, marks):
    """A + stands for an apostrophe that only the next character shows to have closed: on."""
    values = feature[name](text)
    assert values.dtype == bool
    assert "".join(".#"[int(v)] for v in values) == marks.replace("+", "#")


@pytest.mark.parametrize(("name", "text", "expected"), NUMBERS)
def test_numbers(feature, name, text, expected):
    values = feature[name](text)
    assert values.dtype == np.float32
    assert values.tolist() == expected


def test_every_feature_has_an_example():
    assert {case[0] for case in ON_OFF + NUMBERS} == {feature.name for feature in FEATURES}


PIECES = [
    *"ab AB1\n\n\n  \t.:!?-=,;|#&$\"'“”()[]{}<>\\/*", "\n\n", "[[", "]]", "{{", "}}", "/*", "*/",
    "//", "&quot;", "&lt;ref", "&lt;ref&gt;", "/&gt;", "&lt;/ref&gt;", "</text>", "://", "$$", "==",
    "\\begin{proof}", "\\end{proof}", "\\end{document}", "\\label{", "\\section{", "'tis ", "don't",
]  # fmt: skip


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
@pytest.mark.parametrize("seed", range(3))
def test_nothing_depends_on_what_comes_later(feature, seed):
    text = "".join(random.Random(seed).choices(PIECES, k=60))
    values = feature(text)
    assert len(values) == len(text)
    for n in range(len(text)):
        np.testing.assert_array_equal(feature(text[:n]), values[:n])


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_described(feature):
    assert feature("").shape == (0,)
    assert (
        feature("").dtype
        == feature("a").dtype
        == (bool if feature.kind == "on/off" else np.float32)
    )
    assert feature.title
    assert feature.description.endswith(".")


def test_names_are_unique():
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)


def test_each_model_has_its_own(feature):
    of = {name: {f.name for f in for_model(name)} for name in ("c_source", "latex", "unknown")}
    assert {"comment", "capital"} <= of["c_source"]
    assert not of["c_source"] & {"double_quotes", "math", "link", "heading"}
    assert {"math", "double_quotes"} <= of["latex"]
    assert of["unknown"] < of["latex"]
