"""A character model of the language, as the search for a text asks it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lstm_core.checkpoint import CheckpointError
from lstm_core.lstm import LSTMState
from lstm_core.recognition.dataset import Characters
from lstm_core.stepper import HALF_PRECISION_FROM, stepper
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.sampler import load
from lstm_core.text.vocabulary import Vocabulary, listed, visible

CHECKPOINT = "reading_language"
"""The shipped language model."""

WEIGHT, BONUS = 0.9, 1.4
"""What the model's log probabilities are multiplied by, and nats for each character: the best pair
of `lstm-gallery evaluate reading --split val1 --tune`."""

END = "\n"
"""Parts the lines that the model was trained on: read first, it begins a line."""

Known = tuple[Tensor, Tensor]
"""h and c of one text, each (L, H)."""


class LanguageModel:
    """A text model that says how likely each output of a reader is to come next.

    All texts of the beam that have grown are read by one step, side by side.

    Args:
        model: the network.
        vocabulary: that it reads; with `END` and all of the reader's characters.
        characters: that the reader's outputs stand for.
        weight: of its log probabilities in the score of a text.
        bonus: nats that a text gains with each character.

    Raises:
        ValueError: if it does not know a character that the reader reads.
    """

    def __init__(
        self,
        model: TextModel,
        vocabulary: Vocabulary,
        characters: Characters,
        weight: float = WEIGHT,
        bonus: float = BONUS,
    ) -> None:
        outputs = [END, *characters.characters]
        if missing := [visible(c) for c in outputs if c not in vocabulary]:
            raise ValueError(f"the language model does not know {listed(missing)}")
        self.model, self.weight, self.bonus = model.eval().requires_grad_(False), weight, bonus
        self.numbers = vocabulary.encode("".join(outputs))  # (V + 1,) of the reader's outputs
        self._step = stepper(model.lstm, model.embedding.weight, HALF_PRECISION_FROM)

    @classmethod
    def from_checkpoint(
        cls, name: str | Path, characters: Characters, weight: float = WEIGHT, bonus: float = BONUS
    ) -> LanguageModel:
        """A language model from a shipped checkpoint or a .safetensors file.

        Raises:
            CheckpointError: a sentence, if the checkpoint cannot be used.
        """
        model, vocabulary, card, _ = load(name, "recognition", TextConfig, TextModel)
        try:
            return cls(model, vocabulary, characters, weight, bonus)
        except ValueError as error:
            raise CheckpointError(f"{card.name} does not fit the reader: {error}.") from None

    def begin(self) -> tuple[Known, np.ndarray]:
        """What it knows at the beginning of a line, and (V + 1,) log probabilities of what comes:
        0 is the end of the line, others are the outputs of the reader."""
        state = self.model.lstm.initial_state(1)
        known, following = self._read([(state.h[:, 0], state.c[:, 0])], self.numbers[:1])
        return known[0], following[0]

    def extend(self, known: list[Known], labels: list[int]) -> tuple[list[Known], np.ndarray]:
        """The same after B texts have each been made longer by a character; (B, V + 1)."""
        return self._read(known, self.numbers[labels])

    @torch.inference_mode()
    def _read(self, known: list[Known], ids: np.ndarray) -> tuple[list[Known], np.ndarray]:
        h, c = (torch.stack(parts, dim=1) for parts in zip(*known, strict=True))  # (L, B, H)
        out, after = self._step(ids, LSTMState(h, c))
        logits = F.linear(out.float(), self.model.head.weight, self.model.head.bias)
        log_probabilities = logits.log_softmax(-1).numpy()[:, self.numbers]  # (B, V + 1)
        rows = list(zip(after.h.unbind(1), after.c.unbind(1), strict=True))
        return rows, log_probabilities
