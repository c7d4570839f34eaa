import hashlib
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lstm_core import data
from lstm_core.data import DataError, DataSet

CONTENT = b"To be, or not to be\n"


@pytest.fixture
def server(monkeypatch):
    """A server on this machine: what it serves, and the paths it was asked for."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    served, asked = {"/source.txt": CONTENT}, []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = served.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        http.served, http.asked = served, asked
        http.url = f"http://127.0.0.1:{http.server_port}/source.txt"
        yield http
        http.shutdown()
        thread.join()


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def make_set(monkeypatch, prepare, files=None, exact=True):
    made = DataSet(
        name="play",
        folder="text",
        files=files or {"play.txt": sha256(CONTENT)},
        description="A play.",
        licence="Public domain.",
        citation="W. S.",
        homepage="https://example.org",
        prepare=prepare,
        exact=exact,
    )
    monkeypatch.setattr(data, "data_sets", lambda: {"play": made})
    return made


@pytest.fixture
def play(monkeypatch, server):
    def prepare(fetch, folder):
        (folder / "play.txt").write_bytes(fetch(server.url).read_bytes())

    return make_set(monkeypatch, prepare)


def files_in(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def scratch_in(folder):
    return list(folder.glob(".download-*"))


def test_default_folder_is_named_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv(data.ENVIRONMENT, str(tmp_path))
    assert data.default_folder() == tmp_path


def test_default_folder_is_else_in_the_cache(monkeypatch):
    import platformdirs

    monkeypatch.setenv(data.ENVIRONMENT, "")
    expected = Path(platformdirs.user_cache_dir("lstm-gallery", appauthor=False)) / "data"
    assert data.default_folder() == expected


def test_default_folder_without_the_training_extra(monkeypatch):
    monkeypatch.delenv(data.ENVIRONMENT, raising=False)
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    with pytest.raises(DataError, match=r'pip install -e "\.\[train\]"'):
        data.default_folder()


def test_locate_in_the_folder_of_all_data_sets_and_beside(play, tmp_path):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "play.txt").write_bytes(CONTENT)
    assert data.locate("play", tmp_path) == tmp_path / "text" / "play.txt"
    assert data.locate(play, tmp_path / "text") == tmp_path / "text" / "play.txt"


def test_locate_in_the_default_folder(monkeypatch, play, tmp_path):
    monkeypatch.setenv(data.ENVIRONMENT, str(tmp_path))
    (tmp_path / "play.txt").write_bytes(CONTENT)
    assert data.locate("play") == tmp_path / "play.txt"


def test_locate_another_file_beside(play, tmp_path):
    (tmp_path / "held_out.txt").write_bytes(CONTENT)
    assert data.locate("play", tmp_path, "held_out.txt") == tmp_path / "held_out.txt"


def test_locate_says_what_is_missing_where_and_how_to_get_it(play, tmp_path):
    with pytest.raises(DataError) as caught:
        data.locate("play", tmp_path)
    said = str(caught.value)
    for part in ("play.txt", f"{tmp_path / 'text'} ", f"{tmp_path};", "lstm-gallery download play"):
        assert part in said


def test_locate_asks_which_file(monkeypatch, tmp_path):
    make_set(monkeypatch, lambda fetch, folder: None, files={"a.txt": "", "b.txt": ""})
    with pytest.raises(DataError, match=r"Which file of play\? There are a\.txt, b\.txt"):
        data.locate("play", tmp_path)


def test_an_unknown_data_set(play, tmp_path):
    with pytest.raises(DataError, match="no data set 'ham'; there are play"):
        data.locate("ham", tmp_path)


def test_download(play, server, tmp_path):
    said = []
    folder = tmp_path / "new" / "data"
    paths = data.download("play", folder, progress=False, say=said.append)
    assert paths == [folder / "text" / "play.txt"]
    assert paths[0].read_bytes() == CONTENT
    assert files_in(folder) == ["text/play.txt"]
    assert not scratch_in(folder)
    assert said[0] == f"Fetching {server.url}"
    assert "Public domain." in said[-1]


def test_download_draws_a_progress_bar(play, tmp_path, capsys):
    data.download("play", tmp_path)
    assert "100%" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["text/play.txt", "play.txt"])
def test_download_skips_what_is_there(play, server, tmp_path, place):
    (tmp_path / "text").mkdir()
    (tmp_path / place).write_bytes(CONTENT)
    said = []
    assert data.download("play", tmp_path, say=said.append) == [tmp_path / place]
    assert server.asked == []
    assert said == [f"play is already in {tmp_path}."]


def test_download_replaces_a_damaged_file(play, tmp_path):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "play.txt").write_bytes(CONTENT[:5])
    said = []
    (path,) = data.download("play", tmp_path, progress=False, say=said.append)
    assert path.read_bytes() == CONTENT
    assert "is not the file it should be" in said[0]


def test_download_leaves_a_damaged_file_where_the_new_one_fails_too(play, server, tmp_path):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "play.txt").write_bytes(b"old")
    server.served["/source.txt"] = b"new"
    with pytest.raises(DataError):
        data.download("play", tmp_path, progress=False, say=lambda _: None)
    assert (tmp_path / "text" / "play.txt").read_bytes() == b"old"


def test_download_takes_up_what_was_left_undone(monkeypatch, server, tmp_path):
    def prepare(fetch, folder):
        content = fetch(server.url).read_bytes()
        (folder / "a.txt").write_bytes(content)
        (folder / "part").mkdir()
        (folder / "part" / "b.txt").write_bytes(content)

    files = {"a.txt": sha256(CONTENT), "part/b.txt": sha256(CONTENT)}
    make_set(monkeypatch, prepare, files)
    (tmp_path / "a.txt").write_bytes(CONTENT)
    paths = data.download("play", tmp_path, progress=False, say=lambda _: None)
    assert paths == [tmp_path / "a.txt", tmp_path / "text" / "part" / "b.txt"]
    assert files_in(tmp_path) == ["a.txt", "text/part/b.txt"]


def test_a_wrong_checksum_is_an_error_that_leaves_nothing(play, server, tmp_path):
    server.served["/source.txt"] = b"something else"
    with pytest.raises(DataError) as caught:
        data.download("play", tmp_path, progress=False, say=lambda _: None)
    assert sha256(CONTENT) in str(caught.value)
    assert sha256(b"something else") in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_inexact_data_set_is_kept_and_pointed_out(monkeypatch, server, tmp_path):
    def prepare(fetch, folder):
        (folder / "play.txt").write_bytes(fetch(server.url).read_bytes())

    make_set(monkeypatch, prepare, exact=False)
    server.served["/source.txt"] = b"something else"
    for _ in range(2):  # the second time it is there, and stays
        said = []
        (path,) = data.download("play", tmp_path, progress=False, say=said.append)
        assert path.read_bytes() == b"something else"
        assert any("differs from the file" in line and sha256(CONTENT) in line for line in said)
    assert len(server.asked) == 1


def test_a_file_that_the_source_no_longer_has(play, server, tmp_path):
    del server.served["/source.txt"]
    with pytest.raises(DataError, match=r"could not be fetched: the server says 404"):
        data.download("play", tmp_path, progress=False, say=lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_no_network(monkeypatch, server, tmp_path):
    url = server.url
    server.shutdown()
    server.server_close()
    make_set(monkeypatch, lambda fetch, folder: fetch(url))
    with pytest.raises(DataError, match="is this machine connected to the internet"):
        data.download("play", tmp_path, progress=False, say=lambda _: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "failure",
    [KeyError("a.c"), EOFError("ended early"), UnicodeDecodeError("utf-8", b"", 0, 1, "")],
)
def test_a_source_that_cannot_be_prepared(monkeypatch, tmp_path, failure):
    def prepare(fetch, folder):
        (folder / "play.txt").write_bytes(CONTENT)
        raise failure

    make_set(monkeypatch, prepare)
    with pytest.raises(DataError, match="may have changed or arrived damaged"):
        data.download("play", tmp_path, say=lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_download_leaves_nothing(monkeypatch, tmp_path):
    def prepare(fetch, folder):
        (folder / "play.txt").write_bytes(CONTENT)
        raise KeyboardInterrupt

    make_set(monkeypatch, prepare)
    with pytest.raises(KeyboardInterrupt):
        data.download("play", tmp_path, say=lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_a_preparation_that_forgets_a_file(monkeypatch, tmp_path):
    make_set(monkeypatch, lambda fetch, folder: None)
    with pytest.raises(DataError, match=r"play could not be written.*play\.txt"):
        data.download("play", tmp_path, say=lambda _: None)


def test_a_folder_that_cannot_be_made(play, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="play could not be written to"):
        data.download("play", tmp_path / "file", progress=False, say=lambda _: None)


def test_download_without_the_training_extra(monkeypatch, play, tmp_path):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(DataError, match=r'pip install -e "\.\[train\]"'):
        data.download("play", tmp_path, say=lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_every_data_set_is_described_and_found():
    found = data.data_sets()
    assert {"shakespeare", "wikipedia", "speeches", "c_source", "latex"} <= set(found)
    for name, each in found.items():
        assert each.name == name
        assert each.files
        assert all(len(bytes.fromhex(digest)) == 32 for digest in each.files.values())
        assert all((each.folder, each.description, each.licence, each.citation, each.homepage))
