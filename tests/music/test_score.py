"""Scores: read back by the rules of notation they are the music that was written."""

import io
import random
import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from lstm_core.music import picture
from lstm_core.music.midi import KEYS, Note
from lstm_core.music.score import engraving, glyphs, stave
from lstm_core.music.score.notation import BAR, NOTES, RESTS, Score, Sung, lengths, sung, write
from lstm_core.music.score.spelling import signature, spelled
from lstm_core.music.score.svg import svg

C4, CLEF_LINES = 28, {"treble": ("E", 4), "bass": ("G", 2)}
SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
LETTERS = "CDEFGAB"


def chorale(seed, bars=3):
    """Four voices that move by anything, rest at times, and cross; by start."""
    draw = random.Random(seed)
    notes = []
    for voice, centre in enumerate((71, 65, 58, 49)):
        now, pitch = 0, centre
        while now < bars * BAR:
            length = min(draw.choice((1, 2, 2, 3, 4, 4, 4, 5, 6, 7, 8, 13, 40)), bars * BAR - now)
            if draw.random() < 0.9:
                pitch = max(centre - 11, min(centre + 11, pitch + draw.randint(-4, 4)))
                notes.append((now, voice, pitch, now + length))
            now += length
    return [Sung(p, a, b, v, n) for n, (a, v, p, b) in enumerate(sorted(notes))]


def pitch_of(step, alter):
    octave, letter = divmod(step, 7)
    return 12 * (octave + 1) + SEMITONES[LETTERS[letter]] + alter


def key_table():
    """Sharps and flats of all keys by the circle of fifths, as textbooks have them."""
    sharps = ["C", "G", "D", "A", "E", "B", "F#", "C#"]
    flats = ["C", "F", "Bb", "Eb", "Ab", "Db", "Gb", "Cb"]
    relative = {
        "C": "Am", "G": "Em", "D": "Bm", "A": "F#m", "E": "C#m", "B": "G#m", "F#": "D#m",
        "C#": "A#m", "F": "Dm", "Bb": "Gm", "Eb": "Cm", "Ab": "Fm", "Db": "Bbm", "Gb": "Ebm",
        "Cb": "Abm",
    }  # fmt: skip
    table = {}
    for keys, order, sign in ((sharps, "FCGDAEB", 1), (flats, "BEADGCF", -1)):
        for count, key in enumerate(keys):
            table[key] = table[relative[key]] = dict.fromkeys(order[:count], sign)
    return table


SIGNATURES = key_table()


def read_back(score):
    """The notes of a score by the rules: an accidental holds for its line or space until the bar
    ends, then the key signature does; ties join heads."""
    usual = SIGNATURES[score.key]
    found, tied = [], {}  # [pitch, start, end, voice]; by voice the note that is tied on
    for number, bar in enumerate(score.bars):
        said = {}
        for symbol in bar:
            if symbol.note is None:
                assert symbol.voice not in tied
                continue
            end = symbol.start + symbol.length
            note = tied.pop(symbol.voice, None)
            if note is not None:
                assert symbol.accidental is None
                assert note[2] == symbol.start
                assert symbol.step == note[4]
                note[2] = end
            else:
                place = symbol.voice // 2, symbol.step
                if symbol.accidental is not None:
                    said[place] = symbol.accidental
                alter = said.get(place, usual.get(LETTERS[symbol.step % 7], 0))
                pitch = pitch_of(symbol.step, alter)
                note = [pitch, symbol.start, end, symbol.voice, symbol.step]
                found.append(note)
            if symbol.tied:
                tied[symbol.voice] = note
            assert number == symbol.start // BAR == (end - 1) // BAR
    assert not tied
    return sorted(tuple(note[:4]) for note in found)


# Spelling


def test_key_signatures_are_those_of_textbooks():
    assert set(SIGNATURES) == set(KEYS)
    for key, signs in SIGNATURES.items():
        assert signature(key) == {n: signs.get(letter, 0) for n, letter in enumerate(LETTERS)}


@pytest.mark.parametrize("key", KEYS)
def test_spelled_pitches_sound_right_and_scales_need_no_accidentals(key):
    for pitch in range(128):
        step, alter = spelled(pitch, key)
        assert pitch_of(step, alter) == pitch
        assert abs(alter) <= 2
    altered = signature(key)
    scale = {pitch_of(7 * 5 + n, altered[n]) % 12 for n in range(7)}
    assert all(
        spelled(pitch, key)[1] == altered[spelled(pitch, key)[0] % 7]
        for pitch in range(60, 72)
        if pitch % 12 in scale
    )
    names = [spelled(pitch, key) for pitch in range(60, 72)]
    assert len(set(names)) == 12


@pytest.mark.parametrize(("key", "names"), [
    ("C", "C C♯ D E♭ E F F♯ G G♯ A B♭ B"), ("Am", "C C♯ D D♯ E F F♯ G G♯ A B♭ B"),
    ("E", "B♯ C♯ D D♯ E F♮♯ F♯ G G♯ A A♯ B"), ("Cm", "C D♭ D E♭ E F F♯ G A♭ A B♭ B"),
])  # fmt: skip
def test_leading_notes_and_lowered_steps(key, names):
    """In A minor G sharp and D sharp lead; in C minor A flat and B natural belong; E major needs B
    sharp and E sharp."""
    signs = {-1: "♭", 0: "", 1: "♯", 2: "𝄪"}
    found = [LETTERS[step % 7] + signs[alter] for step, alter in
             (spelled(pitch, key) for pitch in range(60, 72))]  # fmt: skip
    assert found == names.replace("F♮♯", "E♯").split()


def test_other_keys_are_refused():
    with pytest.raises(ValueError, match="key must be one of Cb"):
        write([Sung(60, 0, 4, 0, 0)], "H")


# Values


@pytest.mark.parametrize("rest", [False, True])
def test_any_length_from_any_place(rest):
    table = RESTS if rest else NOTES
    for place in range(BAR):
        for length in range(1, BAR - place + 1):
            parts = lengths(place, length, rest)
            assert sum(parts) == length
            at = place
            for part in parts:
                assert at in table[part]
                at += part
            if not rest:
                assert len(parts) <= 3


@pytest.mark.parametrize(("place", "length", "parts"), [
    (0, 16, (16,)), (0, 12, (12,)), (4, 8, (8,)), (4, 6, (6,)), (2, 4, (4,)), (6, 4, (2, 2)),
    (0, 5, (4, 1)), (0, 10, (8, 2)), (4, 10, (4, 6)), (2, 14, (6, 8)), (12, 4, (4,)),
    (1, 2, (2,)), (3, 2, (1, 1)), (0, 14, (8, 6)), (15, 1, (1,)),
])  # fmt: skip
def test_values_as_choirs_read_them(place, length, parts):
    assert lengths(place, length) == parts


# Whole scores


@pytest.mark.parametrize("key", KEYS)
def test_reading_a_score_gives_the_music(key):
    for seed in range(6):
        notes = chorale(f"{key} {seed}")
        score = write(notes, key)
        expected = sorted((n.pitch, n.start, n.end, n.voice) for n in notes)
        assert read_back(score) == expected
        for number, bar in enumerate(score.bars):
            for voice in range(4):
                own = [s for s in bar if s.voice == voice]
                assert sum(s.length for s in own) == BAR
                assert own[0].start == number * BAR
                assert all(a.start + a.length == b.start for a, b in pairwise(own))
                assert all(s.length in (RESTS if s.note is None else NOTES) for s in own)
        written = dict.fromkeys(range(len(notes)), 0)
        for symbol in (s for bar in score.bars for s in bar if s.note is not None):
            written[symbol.note] += symbol.length
        assert written == {n.number: n.end - n.start for n in notes}


def heads(notes, key):
    return [(s.step - C4, s.accidental) for bar in write(notes, key).bars for s in bar
            if s.note is not None]  # fmt: skip


def line(*pitches, length=4, voice=0):
    return [Sung(p, length * n, length * (n + 1), voice, n) for n, p in enumerate(pitches)]


def test_an_accidental_is_written_once_a_bar():
    assert heads(line(66, 66, 65, 66, 66, 65), "C") == [
        (3, 1), (3, None), (3, 0), (3, 1), (3, 1), (3, 0),
    ]  # fmt: skip
    assert heads(line(66, 78), "C") == [(3, 1), (10, 1)]  # another octave is another line
    assert heads(line(66, 65, 66), "G") == [(3, None), (3, 0), (3, 1)]


def test_a_tie_carries_an_accidental_into_the_next_bar_but_no_further():
    notes = [Sung(66, 8, 20, 0, 0), Sung(66, 20, 24, 0, 1)]
    assert heads(notes, "C") == [(3, 1), (3, None), (3, 1)]


def test_two_voices_that_alter_one_step_differently():
    notes = [
        Sung(66, 0, 4, 0, 0),
        Sung(65, 0, 4, 1, 1),
        Sung(65, 4, 8, 1, 2),
        Sung(65, 8, 12, 0, 3),
    ]
    assert heads(notes, "C") == [(3, 1), (3, 0), (3, 0), (3, None)]
    below = [Sung(66, 0, 4, 0, 0), Sung(66, 0, 4, 1, 1), Sung(54, 0, 4, 2, 2)]
    assert heads(below, "C") == [(3, 1), (3, None), (-4, 1)]


def test_notes_come_to_the_grid():
    tick = 60 / 76 / 4
    notes = [Note(60, 80, 0, 4 * tick + 1e-4), Note(62, 80, 4 * tick - 1e-4, 4.3 * tick),
             Note(64, 80, 5 * tick, 9 * tick), Note(48, 80, 0, 9 * tick)]  # fmt: skip
    found = sung(notes, [0, 0, 0, 3], 76)
    assert found == [
        Sung(60, 0, 4, 0, 0), Sung(62, 4, 5, 0, 1), Sung(64, 5, 9, 0, 2), Sung(48, 0, 9, 3, 3),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="one note at a time"):
        sung(notes, [0, 0, 0, 0], 76)
    with pytest.raises(ValueError, match="tempo must"):
        sung(notes, [0, 0, 0, 3], 0)


# Engraving


def test_where_steps_stand():
    """Lines of a stave are whole numbers, 4 the lowest; C4 is a ledger line off both."""
    for number, (clef, (letter, octave)) in enumerate(CLEF_LINES.items()):
        lowest = 7 * octave + LETTERS.index(letter)
        assert stave.height(lowest, number) == 4, clef
        assert stave.height(lowest + 8, number) == 0
        assert stave.height(lowest + 1, number) == 3.5
    assert stave.height(C4, 0) == 5
    assert stave.height(C4, 1) == -1
    named = {"treble": "G4", "bass": "F3"}
    for number, (clef, at) in enumerate(engraving.CLEFS):
        letter, octave = named[clef]
        assert stave.height(7 * int(octave) + LETTERS.index(letter), number) == at


@pytest.mark.parametrize("key", ["C", "C#", "Cb", "Dm"])
def test_signs_of_the_key_stand_on_their_steps(key):
    for number in (0, 1):
        signs = [m for m in engraving.opening(key, number, True, 100)
                 if m.glyph in ("sharp", "flat")]  # fmt: skip
        found = {}
        for mark in signs:
            assert -0.5 <= mark.y <= 4.5
            step = round(stave.LOWEST_LINES[number] + 2 * (4 - mark.y))
            found[LETTERS[step % 7]] = 1 if mark.glyph == "sharp" else -1
        assert found == SIGNATURES[key]
        assert [m.x for m in signs] == sorted(m.x for m in signs)


@pytest.mark.parametrize("width", [40, 73, 110, 400])
def test_a_page_holds_everything_in_order(width):
    notes = chorale("page", bars=9)
    score = write(notes, "Eb")
    page = engraving.engrave(score, width)
    assert [s.start for s in page.systems] == sorted({s.start for s in page.systems})
    written = [s for bar in score.bars for s in bar]
    marks = [mark for system in page.systems for mark in system.marks]
    signs = [m for m in marks if m.glyph in glyphs.ACCIDENTALS.values() and m.note is not None]
    assert len(signs) == sum(s.accidental is not None for s in written)
    halos = [m for m in marks if m.glyph == "halo"]
    assert len(halos) == sum(s.note is not None for s in written)
    for mark in marks:
        xs = [x for x, _ in mark.outline] or [0]
        assert mark.x + min(xs) >= 0
        assert mark.x + max(xs) <= width
        assert 0 <= mark.y <= page.height
    by_note = {n.number: n for n in notes}
    for system in page.systems:
        for voice in range(4):
            own = [m for m in system.marks if m.glyph == "halo" and by_note[m.note].voice == voice]
            assert [m.x for m in own] == sorted({m.x for m in own})
            order = [by_note[m.note].start for m in own]
            assert order == sorted(order)


def test_columns_stand_in_line():
    """What begins together stands together, unless two heads have no room."""
    notes = [Sung(p, 4 * n, 4 * n + 4, v, 4 * n + v) for n in range(4)
             for v, p in enumerate((72, 64, 55, 48))]  # fmt: skip
    (system,) = engraving.engrave(write(notes, "C"), 110).systems
    places = {(m.note // 4, m.x) for m in system.marks if m.glyph == "halo"}
    assert len(places) == 4


def head(pitch, length, voice, start=0):
    return write([Sung(pitch, start, start + length, voice, voice)], "C").bars[0]


@pytest.mark.parametrize(("upper", "lower", "moved", "shared"), [
    ((72, 4), (69, 4), False, False),  # a third
    ((72, 4), (71, 4), True, False),  # a second
    ((72, 4), (72, 4), False, True),  # one head for both
    ((72, 4), (72, 8), True, False),  # heads of two kinds
    ((72, 4), (72, 6), True, False),  # one of them with a dot
    ((72, 16), (72, 16), True, False),  # heads without stems
    ((69, 4), (72, 4), True, False),  # voices that cross
])  # fmt: skip
def test_two_heads_in_a_column(upper, lower, moved, shared):
    score = write([Sung(upper[0], 0, upper[1], 0, 0), Sung(lower[0], 0, lower[1], 1, 1)], "C")
    chord = [s for s in score.bars[0] if s.start == 0 and s.note is not None]
    one, other = stave.place(chord, 10.0, 0)
    assert (other.x > one.x, other.shared) == (moved, shared)
    assert one.up
    assert not other.up
    if moved and one.y == other.y:
        assert other.x - one.x > 1.8 * glyphs.HEAD


def test_ledger_lines():
    def lines(y):
        symbol = head(60, 4, 0)[0]
        marks = stave.head_marks(stave.Head(symbol, 0, y, True, False), 0.0)
        wide = [m for m in marks if m.outline and max(x for x, _ in m.outline) > 1]
        return sorted(m.y + 0.07 for m in wide)

    assert lines(0) == lines(-0.5) == lines(4.5) == lines(2) == []
    assert lines(-1) == lines(-1.5) == pytest.approx([-1])
    assert lines(-2) == pytest.approx([-2, -1])
    assert lines(6.5) == pytest.approx([5, 6])


def test_beams_join_what_is_shorter_than_a_beat():
    """Eighths of one beat, a stub for a lone sixteenth, none across beats or rests."""
    lengths_of = (2, 2, 2, 1, 1, 3, 1, 4)
    starts = np.cumsum((0, *lengths_of[:-1])).tolist()
    notes = [Sung(72 + n % 3, a, a + d, 0, n)
             for n, (a, d) in enumerate(zip(starts, lengths_of, strict=True))]  # fmt: skip
    symbols = [s for s in write(notes, "C").bars[0] if s.note is not None]
    placed = [stave.Head(s, 3.0 * n, stave.height(s.step, 0), True, False)
              for n, s in enumerate(symbols)]  # fmt: skip
    ends, marks = stave.beams(placed)
    assert set(ends) == {s.start for s in symbols if s.length < 4}
    assert len(marks) == 3 + 2  # three groups, and the second level of two of them
    for one in placed:
        if one.symbol.start in ends:
            assert one.y - ends[one.symbol.start] >= stave.SHORTEST_STEM - 1e-9
    apart = [placed[0], placed[1]._replace(symbol=placed[1].symbol._replace(start=3, length=1))]
    assert stave.beams(apart) == ({}, [])


def test_flags_are_those_of_the_value():
    for voice, down in ((0, ""), (1, "_down")):
        for length, flag in ((1, "flags"), (2, "flag"), (3, "flag"), (4, None), (16, None)):
            symbol = head(67, length, voice)[0 if voice == 0 else 1]
            assert symbol.note == voice
            marks = stave.head_marks(stave.Head(symbol, 0, 2, voice == 0, False), None)
            names = [m.glyph for m in marks if m.glyph]
            expected = ["whole" if length == 16 else "black"]
            expected += ["dot"] * (length == 3) + [f"{flag}{down}"] * (flag is not None)
            assert names == expected


def test_outlines_go_round_one_way_but_for_holes():
    """Where two outlines of a sign overlap, both are filled."""

    def area(outline):
        points = [*outline, outline[0]]
        return sum(a * d - b * c for (a, b), (c, d) in pairwise(points)) / 2

    for name, outlines in glyphs.GLYPHS.items():
        signs = {
            area(outline) > 0 for outline in outlines[: 1 if name in ("half", "whole") else None]
        }
        assert len(signs) == 1, name
    for name in ("half", "whole"):
        whole, hole = map(area, glyphs.GLYPHS[name])
        assert whole > 0 > hole > -whole
    assert area(glyphs.ellipse(2, 1)) == pytest.approx(2 * np.pi, rel=0.02)


def test_svg():
    notes = chorale("svg", bars=5)
    page = engraving.engrave(write(notes, "A"), 73)
    colours = [f"#{n:06X}" for n in range(len(notes))]
    text = svg(page, title="A <title> & more", colours=colours)
    root = ElementTree.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert {int(g.get("data-note")) for g in root.iter(f"{space}g") if g.get("data-note")} == {
        n.number for n in notes
    }
    starts = [int(g.get("data-from")) for g in root.iter(f"{space}g") if g.get("data-from")]
    assert starts == [system.start for system in page.systems]
    known = {p.get("id") for p in root.iter(f"{space}path") if p.get("id")}
    used = {u.get("{http://www.w3.org/1999/xlink}href")[1:] for u in root.iter(f"{space}use")}
    assert used == known
    assert root.find(f"{space}text").text == "A <title> & more"
    halos = {u.get("fill") for u in root.iter(f"{space}use") if u.get("class") == "halo"}
    assert halos == set(colours)
    assert not re.search("nan|inf", text.lower().replace("&lt;title&gt;", ""))
    plain = ElementTree.fromstring(svg(page))
    assert float(plain.get("viewBox").split()[3]) == pytest.approx(page.height, abs=0.01)
    assert plain.find(f"{space}text") is None


def test_long_scores_are_printed_smaller(monkeypatch):
    page = engraving.engrave(write(chorale("print"), "D"), 73)
    high, wide = Image.open(io.BytesIO(picture.printed(page, title="$x_1$ & y"))).size[::-1]
    assert (wide, high) == pytest.approx((73 * 18, (page.height + 4) * 18), abs=1)
    monkeypatch.setattr(picture, "TALLEST", 200)
    smaller = Image.open(io.BytesIO(picture.printed(page))).size
    assert smaller == pytest.approx((200 * 73 / page.height, 200), abs=1)


def test_a_score_of_nothing():
    assert write([], None) == Score("C", [])
    assert engraving.engrave(Score("C", []), 110).systems == []
