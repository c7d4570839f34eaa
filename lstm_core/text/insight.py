"""What a network thought while it wrote: surprise, guesses and memory cells of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from lstm_core.text.sampler import TextStep


@dataclass(frozen=True)
class Insight:
    """N consecutive characters of a run, as arrays that are small enough to keep and to send."""

    text: str  # N characters
    surprise: np.ndarray  # (N,) float32: -log p of each, in nats
    top: np.ndarray  # (N, k) int64: numbers of the k likeliest characters at each place
    top_probabilities: np.ndarray  # (N, k) float32
    cells: np.ndarray  # (N, L, H) int8: 127 tanh(c) after reading the character

    @staticmethod
    def of(steps: Sequence[TextStep], k: int = 5) -> Insight:
        """The insight into steps of one run, at least one."""
        log_probs = torch.stack([step.log_probs for step in steps])  # (N, V)
        ids = torch.tensor([step.id for step in steps])
        top = log_probs.topk(min(k, log_probs.shape[1]), dim=1)
        cells = torch.stack([step.state.c[:, 0] for step in steps])  # (N, L, H)
        return Insight(
            text="".join(step.character for step in steps),
            surprise=-log_probs.gather(1, ids[:, None])[:, 0].numpy(),
            top=top.indices.numpy(),
            top_probabilities=top.values.exp().numpy(),
            cells=(cells.tanh() * 127).round().to(torch.int8).numpy(),
        )

    @staticmethod
    def join(parts: Sequence[Insight]) -> Insight:
        """Stretches that follow on from one another, as one; at least one."""
        return Insight(
            text="".join(part.text for part in parts),
            surprise=np.concatenate([part.surprise for part in parts]),
            top=np.concatenate([part.top for part in parts]),
            top_probabilities=np.concatenate([part.top_probabilities for part in parts]),
            cells=np.concatenate([part.cells for part in parts]),
        )
