"""Checkpoints: weights in half precision with a card that says what they are.

A checkpoint is one safetensors file: no code in it, nothing to run. Its header carries the card as
JSON, from which the model is built, and the record of how it learned.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_origin, get_type_hints

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as file_of
from torch import Tensor
from torch.overrides import TorchFunctionMode

FORMAT = 1
"""Version of the card. A file with a higher one was made by a later version of the project."""

MAX_BYTES = 10_000_000
"""Largest file that the hub takes without large-file storage."""


class CheckpointError(Exception):
    """A checkpoint that cannot be used; the message is a sentence for a visitor."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))  # names in a foreign file may hold line breaks


@dataclass(frozen=True)
class Card:
    """What a checkpoint is, where it comes from, and what was measured."""

    name: str
    task: str  # the folder of lstm_core that can build it
    title: str
    description: str
    config: dict[str, Any]  # arguments of the model
    data: dict[str, str]  # name, source, licence, citation, split
    training: dict[str, Any]  # steps, seconds, hardware, seed, ...
    vocabulary: list[str] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)  # command, split, n, metrics
    licence: str = ""  # of the weights
    date: str = ""

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return int(self.training.get("parameters", 0))


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint in memory: the card, the weights in single precision, the record."""

    card: Card
    weights: dict[str, Tensor]
    history: dict[str, Any]


def folder() -> Path:
    """Where the shipped checkpoints lie: `$LSTM_GALLERY_CHECKPOINTS`, else beside the code."""
    if given := os.environ.get("LSTM_GALLERY_CHECKPOINTS"):
        return Path(given)
    inside = Path(__file__).parent / "checkpoints"  # an installed wheel
    return inside if inside.is_dir() else Path(__file__).parent.parent / "checkpoints"


def names() -> list[str]:
    """The names of the shipped checkpoints, in alphabetical order."""
    return sorted(path.stem for path in folder().glob("*.safetensors") if path.is_file())


def find(name: str | Path) -> Path:
    """The file of a checkpoint, by its name or its path.

    Raises:
        CheckpointError: if there is none.
    """
    path = Path(name)
    if path.suffix == ".safetensors":
        try:
            if path.is_file():
                return path
        except OSError:  # such as a name too long for the file system
            pass
        raise CheckpointError(f"There is no checkpoint file {path}.")
    path = folder() / f"{name}.safetensors"
    if str(name) in names():
        return path
    shipped = ", ".join(names()) or "none"
    raise CheckpointError(f"There is no checkpoint named {str(name)!r}; there are: {shipped}.")


def save(
    path: Path, card: Card, weights: Mapping[str, Tensor], history: Mapping | None = None
) -> None:
    """Write a checkpoint, floating-point weights in half precision, all or nothing.

    Raises:
        CheckpointError: if a weight is not finite in half precision, or the file would be larger
            than `MAX_BYTES`.
    """
    halves = {
        name: (w.half() if w.is_floating_point() else w).cpu().contiguous()
        for name, w in weights.items()
    }
    for name, w in halves.items():
        if w.is_floating_point() and not torch.isfinite(w).all():
            raise CheckpointError(f"The weights {name!r} do not fit half precision.")
    metadata = {
        "lstm_gallery": str(FORMAT),
        "card": json.dumps(asdict(card), ensure_ascii=False),
        "history": json.dumps(dict(history or {}), ensure_ascii=False),
    }
    temporary = path.with_suffix(".tmp")
    try:
        temporary.write_bytes(file_of(halves, metadata))  # `save_file` would bar others from it
        size = temporary.stat().st_size
        if size > MAX_BYTES:
            raise CheckpointError(
                f"The checkpoint would have {size:,} bytes; {MAX_BYTES:,} is the limit."
            )
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_card(name: str | Path) -> tuple[Card, dict[str, Any]]:
    """The card and the record of a checkpoint, without its weights.

    Raises:
        CheckpointError: if the file is missing, damaged, not ours, or of a later version.
    """
    path = find(name)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path.name} is damaged or no safetensors file ({error}).") from None
    if "lstm_gallery" not in metadata:
        raise CheckpointError(
            f"{path.name} holds weights, but none of LSTM Gallery: it has no card."
        )
    try:
        version = int(metadata["lstm_gallery"])
        if version > FORMAT:
            raise CheckpointError(
                f"{path.name} was made by a later version of LSTM Gallery (format {version}; "
                f"this one reads up to {FORMAT}). Update the project."
            )
        given, history = json.loads(metadata["card"]), json.loads(metadata["history"])
        known = {f.name for f in fields(Card)}
        card = Card(**{k: v for k, v in given.items() if k in known})
        for key, kind in get_type_hints(Card).items():
            if not isinstance(getattr(card, key), get_origin(kind) or kind):
                raise TypeError(key)
        if not isinstance(history, dict):
            raise TypeError("history")
        return card, history
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise CheckpointError(f"{path.name} has a card that cannot be read.") from None


def load(name: str | Path, task: str) -> Checkpoint:
    """Read a checkpoint of a task.

    Args:
        name: of a shipped checkpoint, or the path of a .safetensors file.
        task: what the checkpoint must have been made for.

    Raises:
        CheckpointError: as `read_card`, or if it was made for another task.
    """
    path = find(name)
    card, history = read_card(path)
    if card.task != task:
        raise CheckpointError(f"{path.name} is a checkpoint for {card.task}, not for {task}.")
    try:
        with safe_open(path, framework="pt") as file:
            weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        weights = {k: w.float() if w.is_floating_point() else w for k, w in weights.items()}
    except (SafetensorError, OSError, RuntimeError) as error:  # the last: a type torch cannot turn
        raise CheckpointError(f"{path.name} is damaged ({error}).") from None
    return Checkpoint(card, weights, history)


def record(name: str | Path, result: dict[str, Any]) -> None:
    """Write a measured result into the card of a checkpoint, in place of one by the same command.

    Args:
        name: of a shipped checkpoint, or the path of a .safetensors file.
        result: command, split, n, metrics.

    Raises:
        CheckpointError: as `read_card`.
    """
    path = find(name)
    card, history = read_card(path)
    results = [kept for kept in card.results if kept.get("command") != result["command"]]
    loaded = load(path, card.task)
    save(path, replace(card, results=[*results, result]), loaded.weights, history)


def annotate(name: str | Path, key: str, value: Any) -> None:
    """Write something into the record of a checkpoint, in place of what is there by the same key.

    Args:
        name: of a shipped checkpoint, or the path of a .safetensors file.
        key: under which it lies in the record.
        value: anything that JSON can hold.

    Raises:
        CheckpointError: as `read_card`, or if JSON cannot hold the value.
    """
    path = find(name)
    card, history = read_card(path)
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise CheckpointError(f"JSON cannot hold what is to lie under {key!r} ({error}).") from None
    loaded = load(path, card.task)
    save(path, card, loaded.weights, {**history, key: value})


class _NoFirstValues(TorchFunctionMode):
    """Leaves out the functions of `torch.nn.init`."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if getattr(func, "__module__", "") == "torch.nn.init":
            return kwargs["tensor"] if kwargs and "tensor" in kwargs else args[0]
        return func(*args, **(kwargs or {}))


@contextmanager
def without_weights() -> Iterator[None]:
    """Modules made within have weights with a shape and nothing else, to be given their values by
    `load_state_dict(..., assign=True)`: no memory, no random numbers.

    Drawing first values even of nothing would have PyTorch import its compiler, for a second.
    """
    with torch.device("meta"), _NoFirstValues():
        yield


@contextmanager
def building(loaded: Checkpoint) -> Iterator[None]:
    """Turns what goes wrong while a model is built from a checkpoint into a sentence.

    Raises:
        CheckpointError: if card and weights do not fit each other or this version's models.
    """
    try:
        yield
    except (TypeError, ValueError, RuntimeError, KeyError, ArithmeticError) as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(
            f"The checkpoint {loaded.card.name!r} does not fit its own card ({reason})."
        ) from error
