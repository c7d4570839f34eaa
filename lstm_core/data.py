"""Data sets: where they come from, how they are checked, where they lie.

A task that learns from data has a module `sources` in its folder, with `DATA_SETS`, a list of
`DataSet`. Nothing has to be registered anywhere else.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import pkgutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import lstm_core

ENVIRONMENT = "LSTM_GALLERY_DATA"
"""The environment variable that names the folder of the data sets."""

NEEDS_EXTRA = 'Data sets need the training extra: pip install -e ".[train]"'

Fetch = Callable[[str], Path]
"""Fetches the file behind an address and says where it lies until the download has ended."""


class DataError(Exception):
    """A data set is not there, or could not be got; says what to do about it."""


@dataclass(frozen=True)
class DataSet:
    """A data set and how it is made from its public source."""

    name: str
    folder: str  # below the data folder, shared by the data sets of a task
    files: dict[str, str]  # path below `folder` -> SHA-256, in hexadecimal
    description: str
    licence: str
    citation: str
    homepage: str
    prepare: Callable[[Fetch, Path], None] = field(repr=False, compare=False)
    """Fetches the sources and writes `files` into the folder it is given."""
    exact: bool = True
    """Whether a file other than the one of `files` is an error.

    Without it such a file is kept and pointed out: figures measured on it will differ a little.
    """


def data_sets() -> dict[str, DataSet]:
    """All data sets of all tasks, by name."""
    found: dict[str, DataSet] = {}
    for module in pkgutil.iter_modules(lstm_core.__path__):
        name = f"lstm_core.{module.name}.sources"
        if module.ispkg and importlib.util.find_spec(name):
            found.update({d.name: d for d in importlib.import_module(name).DATA_SETS})
    return found


def data_set(name: str) -> DataSet:
    """The data set of that name.

    Raises:
        DataError: if there is none; names those there are.
    """
    known = data_sets()
    if name not in known:
        raise DataError(f"There is no data set {name!r}; there are {', '.join(sorted(known))}.")
    return known[name]


def default_folder() -> Path:
    """Where data sets lie: `$LSTM_GALLERY_DATA`, else a folder in the user's cache.

    Raises:
        DataError: if neither the variable nor the training extra is there to tell.
    """
    if named := os.environ.get(ENVIRONMENT):
        return Path(named).expanduser()
    try:
        import platformdirs
    except ModuleNotFoundError:
        raise DataError(f"{NEEDS_EXTRA}, or name their folder in ${ENVIRONMENT}.") from None
    return Path(platformdirs.user_cache_dir("lstm-gallery", appauthor=False)) / "data"


def locate(data: str | DataSet, folder: Path | None = None, file: str | None = None) -> Path:
    """A file of a data set.

    Args:
        data: the data set or its name.
        folder: of all data sets, or of nothing but this file; `default_folder()` when None.
        file: as in `DataSet.files`, or another that lies beside them (a part kept apart for the
            last measurement); may be left out where the data set has one file only.

    Raises:
        DataError: if the file is not there.
    """
    chosen = data if isinstance(data, DataSet) else data_set(data)
    folder = default_folder() if folder is None else Path(folder)
    if file is None:
        if len(chosen.files) != 1:
            raise DataError(f"Which file of {chosen.name}? There are {', '.join(chosen.files)}.")
        (file,) = chosen.files
    path = _find(chosen, folder, file)
    if path is None:
        raise DataError(
            f"The data set {chosen.name} needs {file}, which is neither in "
            f"{folder / chosen.folder} nor in {folder}; get it with "
            f"`lstm-gallery download {chosen.name}`."
        )
    return path


def download(
    name: str,
    folder: Path | None = None,
    *,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Get a data set from its public source, unless it is there already.

    Nothing appears in the folder before all of it has been fetched, prepared and checked.

    Args:
        name: of the data set.
        folder: of all data sets; `default_folder()` when None.
        progress: whether to draw a progress bar on standard error.
        say: is told, in sentences, what happens.

    Returns:
        The paths of its files, in the order of `DataSet.files`.

    Raises:
        DataError: if the source cannot be reached, serves something else than it should, or the
            folder cannot be written.
    """
    chosen = data_set(name)
    folder = default_folder() if folder is None else Path(folder)
    kept = {}
    for file in chosen.files:
        path = _find(chosen, folder, file)
        if path and _can_stay(chosen, file, path, say):
            kept[file] = path
    if len(kept) == len(chosen.files):
        say(f"{name} is already in {folder}.")
        return list(kept.values())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # On the same file system as its target, so that a finished file moves in one step.
        with tempfile.TemporaryDirectory(prefix=".download-", dir=folder) as scratch:
            made = Path(scratch) / "made"
            made.mkdir()
            _prepare(chosen, made, _Fetcher(Path(scratch), progress, say))
            missing = [file for file in chosen.files if file not in kept]
            for file in missing:
                _check(chosen, file, made / file, say)
            for file in missing:
                target = folder / chosen.folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                kept[file] = (made / file).replace(target)
    except OSError as error:
        raise DataError(f"{name} could not be written to {folder}: {error}.") from error
    say(f"{name} is in {folder / chosen.folder}. Licence: {chosen.licence}")
    return [kept[file] for file in chosen.files]


class _Fetcher:
    """`Fetch` into a scratch folder."""

    def __init__(self, scratch: Path, progress: bool, say: Callable[[str], None]) -> None:
        try:
            import pooch
        except ModuleNotFoundError:
            raise DataError(f"{NEEDS_EXTRA}.") from None
        self.scratch, self.say, self.count = scratch, say, 0
        self.get = pooch.HTTPDownloader(progressbar=progress, timeout=60)

    def __call__(self, url: str) -> Path:
        import requests  # what pooch itself fetches with

        path = self.scratch / f"source-{self.count}"
        self.count += 1
        self.say(f"Fetching {url}")
        try:
            self.get(url, str(path), None)
        except requests.HTTPError as error:
            raise DataError(f"{url} could not be fetched: the server says {error}.") from error
        except requests.RequestException as error:
            raise DataError(
                f"{url} could not be fetched; is this machine connected to the internet? ({error})"
            ) from error
        return path


def _find(chosen: DataSet, folder: Path, file: str) -> Path | None:
    places = (folder / chosen.folder / file, folder / file)
    return next((place for place in places if place.exists()), None)


def _prepare(chosen: DataSet, made: Path, fetch: Fetch) -> None:
    try:
        chosen.prepare(fetch, made)
    except (EOFError, LookupError, OSError, ValueError, tarfile.TarError, zlib.error) as error:
        raise DataError(
            f"{chosen.name} could not be made from its source, which may have changed or arrived "
            f"damaged: {error}."
        ) from error


def _can_stay(chosen: DataSet, file: str, path: Path, say: Callable[[str], None]) -> bool:
    """Whether a file that is there already can stay."""
    try:
        _check(chosen, file, path, say)
    except DataError:
        say(f"{path} is not the file it should be; fetching it anew.")
        return False
    return True


def _check(chosen: DataSet, file: str, path: Path, say: Callable[[str], None]) -> None:
    """Compare a file with its checksum: an error if the two differ, or a remark if inexact."""
    expected, got = chosen.files[file], sha256(path)
    if got == expected:
        return
    if chosen.exact:
        raise DataError(
            f"{file} of {chosen.name} is not what it should be, and is not kept: expected SHA-256 "
            f"{expected}, got {got}."
        )
    say(
        f"Note: {file} of {chosen.name} differs from the file that the gallery's models were "
        f"trained on (SHA-256 {expected}, here {got}); figures measured on it will differ a little."
    )


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
