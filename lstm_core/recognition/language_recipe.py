"""How the language model of the readers is trained: on texts such as people write by hand."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch

from lstm_core.checkpoint import Card
from lstm_core.data import data_set, locate
from lstm_core.ink.composition import ASCII, composed_text
from lstm_core.ink.iam import read_lines
from lstm_core.recipe import Evaluation
from lstm_core.recognition.corpus import encyclopedia, lines_of, shuffled, speeches
from lstm_core.text.dataset import read_text
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.recipe import TextRecipe
from lstm_core.text.sampler import TextRequest, TextSampler, load
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.training import Run

PROSE = {"speeches": speeches, "wikipedia": encyclopedia}
"""Data sets that are learned from besides the handwriting's own texts, and what is read of them."""

OWN = 3
"""How many times the handwriting's own texts are read for each time of the others."""

COMPOSED = 0.1
"""Share of the lines into which rare characters are put."""


@dataclass(frozen=True)
class LanguageRecipe(TextRecipe):
    """A character model of lines of English, none of them following on from another."""

    task: ClassVar[str] = "recognition"
    switches: ClassVar[dict[str, str]] = {}

    def parts(self, data: Path | None) -> dict[str, str]:
        """train: the texts of the handwriting's training part, and other prose in lines as long;
        into some of them rare characters are put, as into the ink that readers learn from. val:
        the texts of part val1."""
        own = [line.text for line in read_lines("train", data)]
        lengths = np.array([len(text) for text in own])
        seed = self.training.seed
        lines = OWN * own
        for name, prose in PROSE.items():
            lines += lines_of(prose(read_text(locate(name, data))), ASCII, lengths, seed)
        random = np.random.default_rng(seed)
        lines = [
            composed_text(line, random) if " " in line and random.random() < COMPOSED else line
            for line in lines
        ]
        held_out = [line.text for line in read_lines("val1", data)]
        return {"train": shuffled(lines, seed), "val": shuffled(held_out, seed)}

    def load(self, checkpoint: str | Path) -> TextSampler:
        return TextSampler(*load(checkpoint, self.task, TextConfig, TextModel))

    def card(self, model: Any, vocabulary: Vocabulary, run: Run, device: torch.device) -> Card:
        card = super().card(model, vocabulary, run, device)
        others = "; ".join(
            f"{other.description} ({other.licence} {other.citation})"
            for other in map(data_set, PROSE)
        )
        split = f"trained on the texts of train, {OWN} times, and on other prose; chosen on val1"
        form = (
            f"lines in random order, as long as those of train; into {COMPOSED:.0%} of them "
            "numbers and signs are put that nobody wrote"
        )
        return replace(card, data={**card.data, "split": split, "others": others, "text": form})

    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """Nats and bits a character of one part, beside those of the compressor xz; the lines in
        the random order of the training."""
        return super().evaluate(split, data, checkpoint, switches)

    def sample(self, checkpoint: str | Path, request: TextRequest) -> Iterator[str]:
        for step in self.load(checkpoint).stream(request):
            yield step.character

    def bench(self, checkpoint: str | Path) -> dict[str, float]:
        return {}  # it is part of a reader, and timed as such
