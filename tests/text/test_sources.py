import bz2
import io
import tarfile

import pytest

from lstm_core.data import DataSet
from lstm_core.text import sources


def archive(path, files):
    """A repository as its host serves it: a tar.gz with one folder above all."""
    with tarfile.open(path, "w:gz") as tar:
        folder = tarfile.TarInfo("repository-55bbbe0")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for name, content in files.items():
            member = tarfile.TarInfo(f"repository-55bbbe0/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def serve(tmp_path):
    """A fetch that answers with the given contents by the end of the address, and what it got."""

    def fetcher(contents):
        asked = []

        def fetch(url):
            asked.append(url)
            path = tmp_path / f"fetched-{len(asked)}"
            (content,) = (c for end, c in contents.items() if url.endswith(end))
            path.write_bytes(content)
            return path

        fetch.asked = asked
        return fetch

    return fetcher


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    return folder


def only_file(folder):
    (path,) = folder.iterdir()
    return path


def test_shakespeare_is_copied(serve, made):
    fetch = serve({"data/tinyshakespeare/input.txt": b"First Citizen:\nBefore we proceed\n"})
    sources.prepare_shakespeare(fetch, made)
    assert only_file(made).read_bytes() == b"First Citizen:\nBefore we proceed\n"
    assert fetch.asked == [
        "https://raw.githubusercontent.com/karpathy/char-rnn/"
        "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt"
    ]


def test_wikipedia_is_decompressed(serve, made):
    xml = "<page>é\r\n</page>\n".encode()  # line ends stay as they are, too
    sources.prepare_wikipedia(serve({"-shortened.bz2": bz2.compress(xml)}), made)
    assert only_file(made).read_bytes() == xml


def test_a_damaged_wikipedia(serve, made):
    whole = bz2.compress(b"<page>" * 1000)
    with pytest.raises(EOFError):
        sources.prepare_wikipedia(serve({"-shortened.bz2": whole[:-5]}), made)


def test_latex_chapters_are_joined_in_order(serve, made):
    chapters = sources.STACKS_CHAPTERS.split()
    fetch = serve({f"/{name}.tex": f"\\title{{{name}}}\n".encode() for name in chapters})
    sources.prepare_latex(fetch, made)
    assert only_file(made).read_text() == "\n".join(f"\\title{{{name}}}\n" for name in chapters)


def test_c_files_are_joined_in_order(serve, made, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "VALKEY_FILES", "multi\n unit/test_util bio")
    tar = archive(
        tmp_path / "valkey.tar.gz",
        {
            "README.md": b"no",
            "src/bio.c": b"int bio;\r\n",
            "src/multi.c": b"int multi;\n",
            "src/multi.h": b"no",
            "src/sort.c": b"no",
            "src/unit/test_util.c": b"int util;\n",
            "deps/src/multi.c": b"no",
        },
    )
    fetch = serve({f"codeload.github.com/{'/tar.gz/'.join(sources.VALKEY)}": tar.read_bytes()})
    sources.prepare_c_source(fetch, made)
    assert only_file(made).read_bytes() == b"int multi;\n\nint util;\n\nint bio;\n"


def test_a_c_file_that_is_missing(serve, made, tmp_path):
    tar = archive(tmp_path / "valkey.tar.gz", {"src/multi.c": b""})
    with pytest.raises(LookupError, match=r"src/unit/test_util\.c"):
        sources.prepare_c_source(serve({sources.VALKEY[1]: tar.read_bytes()}), made)


def test_speeches_are_chosen_ordered_and_headed(serve, made, tmp_path):
    tar = archive(
        tmp_path / "speeches.tar.gz",
        {
            "LICENSE.md": b"no",
            "data/2005-01-20-second-inaugural-address.txt": b"President: George W. Bush\n\nB.\n",
            "data/2005-01-20-second-inaugural-address-0.txt": b"President: George W. Bush\n\nA.\n",
            "data/2005-01-20-press-conference.txt": b"President: George W. Bush\n\nno\n",
            "data/2005-01-21-some-day.txt": b"President: George W. Bush\n\nno\n",
            "data/1984-06-06-40th-anniversary-d-day.txt": b"President: Ronald Reagan\n\nD\xff.\n",
            "data/1963-06-26-berlin.txt": b"President: John F. Kennedy\n\nno\n",
            "code/2005-01-20-script.txt.py": b"no",
        },
    )
    sources.prepare_speeches(serve({sources.SPEECHES[1]: tar.read_bytes()}), made)
    assert only_file(made).read_text() == (
        "RONALD REAGAN\n1984-06-06 - 40Th Anniversary D Day\n\nD.\n\n\n"
        "GEORGE W. BUSH\n2005-01-20 - Second Inaugural Address 0\n\nA.\n\n\n"
        "GEORGE W. BUSH\n2005-01-20 - Second Inaugural Address\n\nB.\n"
    )


def test_speech_days():
    days = sources.speech_days()
    assert len(days) == 226  # one day has two files
    assert min(days) == "1977-01-20"
    assert max(days) == "2020-07-04"
    assert all(len(day) == 10 for day in days)


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("one\ntwo  three\n", "one two three"),
        ("one.\n\ntwo.\n", "one.\n\ntwo."),
        ("one.  \n  \n two.\n", "one.\n\ntwo."),
        ("one.\n\n\n\n   two.\n \n", "one.\n\ntwo."),
        ("say:\n\n  * one;\n  * two.\n", "say:\n\n* one; * two."),
        ("‘It’s’ “so” …", "'It's' \"so\" ..."),
        ("a — b—c, 1–2, d -– e", "a -- b--c, 1-2, d -- e"),
        ("no\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}break\N{ZERO WIDTH SPACE}", "no break"),
        ("Nicolás, naïve", "Nicolás, naïve"),
    ],
)
def test_text_of_a_speech(raw, plain):
    made = sources.speech("2020-01-08-statement-iran.txt", "President: Donald Trump\n\n" + raw)
    assert made == "DONALD TRUMP\n2020-01-08 - Statement Iran\n\n" + plain


def test_tar_members_are_files_only(tmp_path):
    tar = archive(tmp_path / "a.tar.gz", {"a/b.c": b"b", "c.c": b"c"})
    assert sources.members(tar, lambda path: True) == {"a/b.c": b"b", "c.c": b"c"}


def test_a_truncated_archive(tmp_path):
    tar = archive(tmp_path / "a.tar.gz", {"a.c": bytes(range(256)) * 40})
    tar.write_bytes(tar.read_bytes()[:100])
    with pytest.raises((EOFError, tarfile.TarError)):
        sources.members(tar, lambda path: True)


def test_data_sets_are_distinct():
    assert all(isinstance(each, DataSet) for each in sources.DATA_SETS)
    names = [name for each in sources.DATA_SETS for name in (each.name, *each.files)]
    assert len(set(names)) == len(names) == 10
