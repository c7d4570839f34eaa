"""The owners' archives, in small, made into the data set's own format and read back."""

import io
import tarfile

import numpy as np
import pytest

from lstm_core.data import DataError, download
from lstm_core.ink.archives import TASK, plain
from lstm_core.ink.iam import read_lines
from lstm_core.ink.sources import ENVIRONMENT

XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<WhiteboardCaptureSession>
  <WhiteboardDescription><SensorLocation corner="top_left"/></WhiteboardDescription>
  <StrokeSet>
    <Stroke colour="black" start_time="7.10" end_time="7.13">
      <Point x="1073" y="1058" time="7.10"/><Point x="1072" y="1085" time="7.11"/>
      <Point x="1072" y="1085" time="7.13"/>
    </Stroke>
    <Stroke colour="black" start_time="500" end_time="500">
      <Point x="1300" y="900" time="500.00"/>
    </Stroke>
    <Stroke colour="black"/>
  </StrokeSet>
</WhiteboardCaptureSession>"""
TEXT = """OCR:

What a machine saw

CSR:

Mr . Gaitskell ' s
" No , " he said

"""


def archive(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content.encode())
            tar.addfile(member, io.BytesIO(content.encode()))


@pytest.fixture
def source(tmp_path, monkeypatch):
    """Three forms: one of the training part, one of the test part, one in no list."""
    folder = tmp_path / "given"
    folder.mkdir()
    lines = ["a01-000u-01", "a01-000u-02", "a01-000u-03", "b02-111z-01", "c03-222w-01"]
    archive(
        folder / "lineStrokes-all.tar.gz",
        {f"lineStrokes/{n[:3]}/{n[:7]}/{n}.xml": XML for n in reversed(lines)},
    )
    forms = ["a01-000u", "b02-111z", "c03-222w"]
    archive(folder / "ascii-all.tar.gz", {f"ascii/{n[:3]}/{n[:7]}/{n}.txt": TEXT for n in forms})
    for split, name in TASK.items():
        (folder / name).write_text({"train": "a01-000u\n", "test": "b02-111z\n"}.get(split, ""))
    monkeypatch.setenv(ENVIRONMENT, str(folder))
    return folder


def test_archives_become_the_data_set(source, tmp_path):
    writer = '<Form id="a01-000u" writerID="10086" timestamp="x"/>'
    archive(source / "original-xml-all.tar.gz", {"original/a01/a01-000/strokesu.xml": writer})
    said = []
    download("handwriting", tmp_path / "data", say=said.append)
    assert any("differs from the file" in sentence for sentence in said)
    first, second = read_lines("train", tmp_path / "data")  # the third has no text
    assert (first.id, first.form, first.writer) == ("a01-000u-01", "a01-000u", 10086)
    assert (first.text, second.text) == ("Mr. Gaitskell's", '"No," he said')
    assert first.points.tolist() == [[0, 0, 0], [-1, 27, 0], [-1, 27, 1], [227, -158, 1]]
    assert first.times == pytest.approx([0, 0.01, 0.03, 0.03 + 327.67])  # a pause cut short
    (other,) = read_lines("test", tmp_path / "data")
    assert (other.id, other.writer) == ("b02-111z-01", -1)
    with np.load(tmp_path / "data" / "handwriting" / "strokes.npz") as arrays:
        assert arrays["origin"].tolist() == [[1073, 1058]] * 4
        assert arrays["split"].tolist() == [0, 0, 3, 4]
        assert arrays["writer"].tolist() == [10086, 10086, -1, -1]
        assert arrays["offsets"].tolist() == [0, 4, 8, 12, 16]
    characters = (tmp_path / "data" / "handwriting" / "charset.txt").read_text()
    assert characters == "".join(sorted(set('Mr. Gaitskell\'s"No," he said'))) + "\n"


def test_nothing_there_is_explained(source, tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "empty"))
    with pytest.raises(DataError, match=r"register, at https://fki.*Bunke.*lineStrokes-all") as e:
        download("handwriting", tmp_path / "data", say=str)
    assert str(tmp_path / "empty") in str(e.value)
    monkeypatch.delenv(ENVIRONMENT)
    monkeypatch.setenv("LSTM_GALLERY_DATA", str(tmp_path / "home"))
    with pytest.raises(DataError, match="home/handwriting/source"):
        download("handwriting", tmp_path / "data", say=str)


def test_what_is_missing_or_damaged(source, tmp_path):
    (source / "testset_v.txt").unlink()
    with pytest.raises(DataError, match=r"lacks testset_v\.txt"):
        download("handwriting", tmp_path / "data", say=str)
    (source / "testset_v.txt").touch()
    archive(source / "ascii-all.tar.gz", {"ascii/readme.txt": "no text"})
    with pytest.raises(DataError, match="No line"):
        download("handwriting", tmp_path / "data", say=str)
    for content in (b"no archive", b""):
        (source / "ascii-all.tar.gz").write_bytes(content)
        with pytest.raises(DataError, match="cannot be read"):
            download("handwriting", tmp_path / "data", say=str)
    assert not (tmp_path / "data" / "handwriting").exists()


@pytest.mark.parametrize(("raw", "text"), [
    ("Mr . Gaitskell ' s ( own ) words , he 'd say", "Mr. Gaitskell's (own) words, he'd say"),
    ('a " contemporary " work', 'a "contemporary" work'),
    ('gave me some " fags "', 'gave me some "fags"'),
    ('" Yes, " he said. " It', '"Yes," he said. "It'),
    ('mind" are the " clues', 'mind" are the "clues'),
    ('aint. " " What do', 'aint." "What do'),
    ('join us. "" I am', 'join us."" I am'),
    ("the boys ' room is 'his' too", "the boys ' room is 'his' too"),
    ("of  he", "of he"),
])  # fmt: skip
def test_blanks_that_the_ink_has_not(raw, text):
    assert plain(raw) == text
