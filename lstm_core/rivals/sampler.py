"""Reading and writing with a rival of the LSTM.

    sampler = RivalSampler.from_checkpoint("shakespeare_gru")
    for character in sampler.stream(TextRequest(prime="ROMEO:", temperature=0.7, seed=1)):
        print(character, end="", flush=True)

Set side by side with the LSTM of the same text they are measured rather than sampled:

    networks = {name: Network.of(rival.model) for name, rival in rivals("shakespeare").items()}
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch

from lstm_core import checkpoint
from lstm_core.checkpoint import Card, CheckpointError
from lstm_core.rivals.model import KINDS, RivalConfig, RivalModel
from lstm_core.text.sampler import Draw, TextRequest, load
from lstm_core.text.vocabulary import Reading, Vocabulary

TITLES = {"gru": "GRU", "rnn": "Plain RNN"}


class RivalSampler:
    """Reads and writes with one rival. Holds nothing between requests but the weights."""

    def __init__(
        self,
        model: RivalModel,
        vocabulary: Vocabulary,
        card: Card | None = None,
        history: dict | None = None,
    ) -> None:
        self.model, self.vocabulary = model.eval().requires_grad_(False), vocabulary
        self.card, self.history = card, history or {}

    @classmethod
    def from_checkpoint(cls, name: str | Path) -> RivalSampler:
        """A sampler from a shipped checkpoint or a .safetensors file.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        return cls(*load(name, "rivals", RivalConfig, RivalModel))

    def read(self, text: str) -> Reading:
        """A visitor's text as this network can read it; a line break if nothing is left of it."""
        return self.vocabulary.read_something(text)

    @torch.inference_mode()
    def stream(self, request: TextRequest) -> Iterator[str]:
        """Write one text: `request.length` characters, each as soon as it is known."""
        draw = Draw([request], [0], len(self.vocabulary), self.vocabulary.escape)
        ids = self.vocabulary.encode(self.read(request.prime).text)
        logits, state = self.model(torch.from_numpy(ids)[None])  # (1, T, V)
        for n in range(request.length):
            drawn = draw(logits[:, -1].numpy(), n)  # (1,)
            yield self.vocabulary.characters[drawn[0]]
            logits, state = self.model(torch.from_numpy(drawn)[None], state)  # (1, 1, V)

    def write(self, request: TextRequest) -> str:
        """The whole text at once."""
        return "".join(self.stream(request))


def rivals(model: str) -> dict[str, RivalSampler]:
    """The rivals of a text model that are shipped, by their titles; they number characters alike.

    Args:
        model: name of the shipped text model.

    Raises:
        CheckpointError: a sentence, if a checkpoint cannot be used, or reads other characters.
    """
    found = {}
    for cell in KINDS:
        name = f"{model}_{cell}"
        if name not in checkpoint.names():
            continue
        sampler = RivalSampler.from_checkpoint(name)
        if sampler.vocabulary.characters != checkpoint.read_card(model)[0].vocabulary:
            raise CheckpointError(f"{name} reads other characters than {model} does.")
        found[TITLES[cell]] = sampler
    return found
