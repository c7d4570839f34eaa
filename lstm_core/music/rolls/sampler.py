"""Piano rolls, drawn frame by frame, as a stream.

    sampler = RollSampler.from_checkpoint("roll_nottingham")
    for keys in sampler.stream(RollRequest(frames=64, seed=1)):
        print(keys)

Each key is drawn by itself, and knows nothing of the others in its frame: the chords show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.checks import number
from lstm_core.music.rolls.dataset import KEYS
from lstm_core.music.rolls.model import RollConfig, RollModel

MAX_FRAMES = 2_000
MAX_SEED = 2**32 - 1


@dataclass(frozen=True)
class RollRequest:
    """What to draw.

    Args:
        frames: 1 to 2,000.
        seed: of the random numbers, 0 to 4,294,967,295.

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """

    frames: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low, high in (("frames", 1, MAX_FRAMES), ("seed", 0, MAX_SEED)):
            object.__setattr__(self, name, number(name, getattr(self, name), low, high, int))


class RollSampler:
    """Draws with one network. Holds nothing between requests but the weights."""

    def __init__(
        self, model: RollModel, card: Card | None = None, history: dict | None = None
    ) -> None:
        self.model = model.eval().requires_grad_(False)
        self.card, self.history = card, history or {}

    @classmethod
    def from_checkpoint(cls, name: str | Path) -> RollSampler:
        """A sampler from a shipped checkpoint or a .safetensors file.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        loaded = checkpoint.load(name, task="music")
        with checkpoint.building(loaded):
            model = RollModel(RollConfig(**loaded.card.config))
            model.load_state_dict(loaded.weights)
        return cls(model, loaded.card, loaded.history)

    @torch.inference_mode()
    def stream(self, request: RollRequest) -> Iterator[np.ndarray]:
        """The keys of each frame, ascending from 0, the lowest of 88."""
        luck = np.random.Generator(np.random.PCG64(request.seed))
        frame, state = torch.zeros(1, KEYS), self.model.lstm.initial_state(1)
        for _ in range(request.frames):
            h, state = self.model.lstm.step(self.model.embedding(frame), state)
            p = self.model.head(h)[0].sigmoid().numpy()
            sounding = luck.random(KEYS) < p
            yield np.flatnonzero(sounding)
            frame = torch.from_numpy(sounding[None].astype(np.float32))
