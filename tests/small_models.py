"""Checkpoints of networks that have learned nothing, small enough for any test of the page.

Their random weights are large enough that what is read makes a difference.
"""

import sys
from contextlib import contextmanager
from dataclasses import asdict

import pytest
import torch

from lstm_core import checkpoint
from lstm_core.handwriting.model import WritingConfig, WritingModel
from lstm_core.ink.composition import ASCII
from lstm_core.recognition.model import ReaderConfig, ReaderModel

READ = [" ", *"abcdefghijklm"]
"""The characters that the readers read."""

TABS_OF_OTHERS = (
    "demos.handwriting", "demos.recognition", "demos.music", "demos.translation",
    "demos.captioning",
)  # fmt: skip
"""Parts of the page whose own tests have networks of their own."""

HANDS = ("10012", "10023", "10030")
"""The hands of the writer."""


def save_readers(folder):
    """Readers of both kinds."""
    for name, bidirectional in (("reading", True), ("reading_causal", False)):
        config = ReaderConfig(len(READ), bidirectional, lower_size=6, hidden_size=8, num_layers=3)
        model, generator = ReaderModel(config), torch.Generator().manual_seed(1)
        weights = {
            key: torch.randn(value.shape, generator=generator)
            for key, value in model.state_dict().items()
        }
        save(folder, name, "recognition", config, weights, READ)


def save_writer(folder):
    """A writer that takes about five points for a letter."""
    config = WritingConfig(
        len(ASCII), HANDS, (8.0, 0.5), (40.0, 30.0),
        hidden_size=10, num_layers=3, style_size=4, curves=3, gaussians=5,
    )  # fmt: skip
    model, generator = WritingModel(config), torch.Generator().manual_seed(2)
    weights = {
        # A window with such weights would jump.
        key: value if key.startswith("first.window")
        else 0.4 * torch.randn(value.shape, generator=generator)
        for key, value in model.state_dict().items()
    }  # fmt: skip
    weights["first.window.bias"][-3:] = -1.5
    save(folder, "writing", "handwriting", config, weights, ASCII)


def save(folder, name, task, config, weights, characters):
    """A checkpoint with a card that says little."""
    card = checkpoint.Card(
        name, task, name.capitalize(), "Nothing yet: random weights.", asdict(config),
        data={"name": "none"}, training={"parameters": 1}, vocabulary=list(characters),
    )  # fmt: skip
    checkpoint.save(folder / f"{name}.safetensors", card, weights)


def forget(package="demos"):
    """Whatever the modules of a part of the page remember of models."""
    for name, module in list(sys.modules.items()):
        if f"{name}.".startswith(f"{package}."):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


@contextmanager
def shipped(folder, *packages):
    """The checkpoints of a folder are those of parts of the page, which remember no others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSTM_GALLERY_CHECKPOINTS", str(folder))
        for package in packages:
            forget(package)
        yield patch
    for package in packages:
        forget(package)
