"""Performances read from their archives; passages that a training can be taken up with."""

import csv
import hashlib
import io
import json
import tarfile
from collections import Counter

import numpy as np
import pytest
import torch

from lstm_core.data import DataError, default_folder
from lstm_core.music import midi, sources
from lstm_core.music.midi import Note, Track
from lstm_core.music.piano import dataset
from lstm_core.music.piano.dataset import (
    ARCHIVES,
    HIGHER,
    LOWER,
    PARTS,
    STRETCH,
    Passages,
    Piece,
    part_of,
    read_archive,
    read_pieces,
    stream,
)
from lstm_core.music.piano.events import (
    HIGHEST,
    LOWEST,
    START,
    VELOCITY,
    decode,
    events_of,
    on_grid,
)

from .conftest import PERFORMANCES, played


def test_parts_are_those_of_the_split():
    """The file that lists them was made by the same rule."""
    try:
        listed = default_folder() / "music" / "splits_sha256_by_piece.json"
    except DataError:
        pytest.skip("needs the folder of the data sets")
    if not listed.is_file():
        pytest.skip("needs the list of the split")
    split = json.loads(listed.read_text())
    seen = Counter()
    for collection, archive in ARCHIVES.items():
        for part, names in split[archive].items():
            assert {part_of(collection, name) for name in names} == {part}
            seen[part] += len(names)
    assert seen == {"train": 694, "valid": 104, "test": 79}


def test_a_piece_is_in_one_part():
    folder = "Beethoven/Piano_Sonatas/26-1"
    names = [f"{folder}/A.mid", f"{folder}/B.mid", f"{folder}_no_repeat/A.mid"]
    assert len({part_of("asap", name) for name in names}) == 1
    by_name = int(hashlib.sha256(b"beet.mid").hexdigest(), 16) % 10
    assert part_of("piano_midi_de", "midis/beet.mid") == {0: "test", 1: "valid"}.get(
        by_name, "train"
    )


def test_archives_are_read_and_kept(piano_data, monkeypatch):
    pieces = {part: read_pieces(part, piano_data) for part in PARTS}
    names = [piece.name for some in pieces.values() for piece in some]
    assert sorted(names) == sorted(name for some in PERFORMANCES.values() for name in some)
    assert all(pieces.values())
    for part, some in pieces.items():
        assert {part_of(piece.collection, piece.name) for piece in some} == {part}

    archive = piano_data / "music" / ARCHIVES["asap"]
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name.endswith(".mid"):
                notes = midi.read(tar.extractfile(member).read())
                np.testing.assert_array_equal(read_archive(archive)[member.name], on_grid(notes))
    monkeypatch.setattr(dataset, "parse", None)
    again = read_pieces("test", piano_data)
    for one, other in zip(pieces["test"], again, strict=True):
        assert (one.name, one.collection) == (other.name, other.collection)
        np.testing.assert_array_equal(one.grid, other.grid)


def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch):
    archive = tmp_path / "some.tar.xz"
    content = midi.write([Track("", [Note(60, 64, 0.0, 1.0)])])
    sources.pack(archive, {"a.mid": content})
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(dataset, "cache_folder", lambda: tmp_path / "file" / "cache")
    assert read_archive(archive)["a.mid"].tolist() == [[0, 100, 60, 15]]


def test_damaged_archives(tmp_path, monkeypatch):
    monkeypatch.setattr(dataset, "cache_folder", lambda: tmp_path)
    broken, foreign, empty = (tmp_path / name for name in ("a.tar.xz", "b.tar.xz", "c.tar.xz"))
    broken.write_bytes(b"no archive")
    sources.pack(foreign, {"a/b.mid": b"no music"})
    sources.pack(empty, {"README.md": b"text"})
    with pytest.raises(DataError, match="cannot be read"):
        read_archive(broken)
    with pytest.raises(DataError, match=r"a/b\.mid: This is not a MIDI file"):
        read_archive(foreign)
    with pytest.raises(DataError, match="no MIDI files"):
        read_archive(empty)
    with pytest.raises(DataError, match="download piano"):
        read_pieces("train", tmp_path)


def test_pieces_one_after_the_other():
    grids = [on_grid([Note(60, 64, 0.0, 1.0)]), on_grid([Note(62, 64, 0.0, 0.5)])]
    pieces = [Piece(str(n), "asap", grid) for n, grid in enumerate(grids)]
    one, other = map(events_of, grids)
    assert stream(pieces).tolist() == [START, *one, START, *other, START]


@pytest.fixture(scope="module")
def pieces():
    rng = np.random.default_rng(8)
    pitches = [(21, 60), (40, 80), (60, 109)]
    return [
        Piece(str(n), "asap", on_grid(played(rng, 150, pitches=p))) for n, p in enumerate(pitches)
    ]


def test_a_batch_depends_on_its_number_alone(pieces):
    one, other = (Passages(pieces, 4, 50, seed=2) for _ in range(2))
    other.batch(3)
    x, y = one.batch(5)
    assert x.shape == y.shape == (4, 50)
    assert torch.equal(x[:, 1:], y[:, :-1])
    assert torch.equal(torch.stack((x, y)), torch.stack(other.batch(5)))
    assert not torch.equal(x, one.batch(6)[0])


def test_passages_are_cut_from_the_pieces(pieces):
    """As the piece goes on, event by event; only a velocity may be named once more."""
    passages = Passages(pieces, 1, 60, vary=False)
    rng = np.random.default_rng(1)
    texts = ["".join(map(chr, e[e < VELOCITY])) for e in (events_of(p.grid) for p in pieces)]
    beginnings = ends = 0
    for _ in range(150):
        passage = passages.passage(rng)
        assert len(passage) == 61
        first, *rest = "".join(map(chr, passage[passage < VELOCITY])).split(chr(START))
        beginnings += not first
        ends += bool(first and rest)
        if not rest:
            assert any(first in text for text in texts)
        elif first:
            assert any(text.endswith(first) for text in texts)
        for part in rest:
            assert any(text.startswith(part) for text in texts)
    assert beginnings > 2
    assert ends > 2


def test_variation(pieces):
    """Higher or lower by one interval, and faster or slower, as one; on the keyboard."""
    passages = Passages(pieces, 1, 2_000)
    rng = np.random.default_rng(3)
    intervals, factors = set(), set()
    for _ in range(40):
        for piece in pieces:
            events = passages.events(piece.grid, 0, rng)
            assert events[0] == START
            notes = decode(events[1:])
            found, whole = on_grid(notes), piece.grid
            factor = found[:, 0].max() / whole[:, 0].max()
            assert abs(factor - 1) <= STRETCH + 0.001
            if len(found) == len(whole):  # no two strikes of a key fell together
                assert len(set(found[:, 2] - whole[:, 2])) == 1 or abs(factor - 1) > 0.001
                assert np.abs(found[:, 0] - factor * whole[:, 0]).max() <= 1.5
            intervals.add(found[0, 2] - whole[0, 2])
            factors.add(round(factor, 2))
            assert found[:, 2].min() >= LOWEST
            assert found[:, 2].max() <= HIGHEST
    assert intervals <= set(range(-LOWER, HIGHER + 1))
    assert len(intervals) >= 10
    assert len(factors) >= 9


def test_nothing_to_learn_from():
    with pytest.raises(ValueError, match="no note"):
        Passages([], 1, 10)


# From their sources


def repository(path, content):
    """The archive of a repository at a commit."""
    with tarfile.open(path, "w:gz") as tar:
        for name, data in content.items():
            member = tarfile.TarInfo(f"repository-1a2b/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def test_the_archives_are_made_from_the_repositories(tmp_path):
    performances = [f"Bach/Fugue/{n}/{who}.mid" for n in (1, 2) for who in "ABCDE"]
    table = io.StringIO()
    writer = csv.DictWriter(table, ["folder", "midi_performance"])
    writer.writeheader()
    writer.writerows({"folder": "", "midi_performance": name} for name in performances)
    asap = dict.fromkeys([*performances, "Bach/Fugue/1/midi_score.mid", "a.xml"], b"MThd")
    about = {"metadata.csv": table.getvalue().encode(), "LICENSE.md": b"CC", "README.md": b"!"}
    others = {"midis/Bach/b.mid": b"MThd b", "metadata.csv": b"x", "scripts/x.py": b"pass"}
    served = {
        "asap": repository(tmp_path / "1", asap | about),
        "Classical": repository(tmp_path / "2", others),
    }

    def fetch(url):
        return next(path for name, path in served.items() if name in url)

    sources.prepare_piano(fetch, tmp_path)
    made = {}
    for archive in sources.PIANO:
        with tarfile.open(tmp_path / archive, "r:xz") as tar:
            made[archive] = {m.name: tar.extractfile(m).read() for m in tar}
    kept = [
        name
        for n in (1, 2)
        for name in sorted(
            (f"Bach/Fugue/{n}/{who}.mid" for who in "ABCDE"),
            key=lambda name: hashlib.sha1(name.encode()).hexdigest(),
        )[:3]
    ]
    assert made[ARCHIVES["asap"]].keys() == {*kept, *about}
    assert made[ARCHIVES["piano_midi_de"]] == {
        "midis/Bach/b.mid": b"MThd b", "metadata.csv": b"x",
    }  # fmt: skip
