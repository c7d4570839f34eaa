"""How the data set is made from its sources, and how Tatoeba is cut into parts."""

import gzip
import hashlib
import zipfile

from translation.tiny import CAPTIONS

from lstm_core.translation.sources import CAPTIONS as FILES
from lstm_core.translation.sources import DATA_SETS, prepare
from lstm_core.translation.tatoeba import LARGEST, connected, key, part, split


def test_files_are_made_from_both_sources(tmp_path):
    rows = "Go.\tVa !\nGo.\tVa\u202f!\nHi.\tSalut !\tCC BY 2.0\n"

    def fetch(url):
        path = tmp_path / url.rpartition("/")[2]
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "w") as file:
                file.writestr("fra.txt", rows)
                file.writestr("_about.txt", "")
        else:
            n = ("en", "fr").index(path.suffixes[-2][1:])
            path.write_bytes(gzip.compress("".join(f"{c[n]}\n" for c in CAPTIONS).encode()))
        return path

    folder = tmp_path / "made"
    folder.mkdir()
    prepare(fetch, folder)
    made = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert made == DATA_SETS[0].files.keys()
    assert len(FILES) == 12
    assert (folder / "multi30k/raw/val.fr").read_text().splitlines()[2] == CAPTIONS[2][1]
    parts = [
        (folder / f"tatoeba_en_fr/{name}.tsv").read_text() for name in ("train", "val", "test")
    ]
    assert sorted("".join(parts).splitlines()) == ["Go.\tVa !", "Hi.\tSalut !"]


def test_no_sentence_is_in_two_parts():
    rows = [f"A{n % 300}!\tB{n // 3}" for n in range(3_000)]
    rows += [f"a {n % 300}.\tC{n}" for n in range(3_000)]
    rows += [f"x{n}\ty{n}" for n in range(3_000)]
    parts = split(rows)
    assert sum(map(len, parts.values())) == len(set(rows))
    for side in (0, 1):
        keys = [{key(pair[side]) for pair in pairs} for pairs in parts.values()]
        assert not keys[0] & keys[1] | keys[0] & keys[2] | keys[1] & keys[2]
    assert 30 < len(parts["val"]) < 90  # of 3,000 groups of one, 2 %
    assert 45 < len(parts["test"]) < 120


def test_where_a_group_belongs():
    chance = int(hashlib.sha256(b"e:goon").hexdigest(), 16) % 1000
    assert 25 <= chance < 45  # as in the files that the models were trained on
    assert part("e:goon", 3) == "val"
    assert part("e:goon", LARGEST + 1) == "train"
    assert key("Go on, « É »!") == "gooné"


def test_what_hangs_together():
    edges = [("b", "x"), ("a", "y"), ("c", "z"), ("b", "y")]
    assert connected(edges) == ["a", "a", "c", "a"]
