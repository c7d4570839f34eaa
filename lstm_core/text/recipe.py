"""The text models of the gallery: how each is trained, judged, used and timed."""

from __future__ import annotations

import datetime
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from lstm_core import checkpoint
from lstm_core.checkpoint import Card
from lstm_core.lstm import LSTMState
from lstm_core.text.dataset import Lanes, read_text, split
from lstm_core.text.model import TextConfig, TextDropout, TextModel
from lstm_core.text.scoring import escape_nats, total_nats
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.training import Objective, Run, TrainingConfig, train


class TextObjective(Objective):
    """Predict the next character; judged on the validation part.

    Args:
        model: to be trained.
        lanes: the training part.
        validation: (N,) the validation part as numbers.
        vocabulary: to write the samples at milestones.
        device: where the model lies.
    """

    def __init__(
        self,
        model: TextModel,
        lanes: Lanes,
        validation: Tensor,
        vocabulary: Vocabulary,
        device: torch.device,
    ) -> None:
        self.model, self.lanes, self.vocabulary, self.device = model, lanes, vocabulary, device
        self.validation = validation.to(device)
        self.state: LSTMState | None = None

    def loss(self, step: int) -> Tensor:
        if self.state is None or self.lanes.starts_round(step):
            self.state = self.model.lstm.initial_state(self.lanes.batch_size)
        x, y = (part.to(self.device) for part in self.lanes.batch(step))
        logits, state = self.model(x, self.state)
        self.state = state.detach()
        return F.cross_entropy(logits.float().flatten(0, 1), y.flatten())

    def validate(self, model: TextModel) -> float:
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            nats = total_nats(model, self.validation, lanes=64, warm_up=200, length=200)
        return nats / (len(self.validation) - 1)

    def sample(self, model: TextModel) -> str:
        generator = torch.Generator().manual_seed(1)
        state, last, out = (
            model.lstm.initial_state(1),
            torch.tensor([self.vocabulary.index["\n"]]),
            [],
        )
        for _ in range(700):
            h, state = model.lstm.step(model.embedding(last.to(self.device)), state)
            p = (model.head(h)[0].float().cpu() / 0.8).softmax(-1)
            if self.vocabulary.escape is not None:
                p[self.vocabulary.escape] = 0
            last = torch.multinomial(p, 1, generator=generator)
            out.append(int(last))
        return self.vocabulary.decode(out)

    def carried(self) -> dict[str, Tensor]:
        return {} if self.state is None else {"h": self.state.h, "c": self.state.c}

    def carry(self, carried: dict[str, Tensor]) -> None:
        self.state = LSTMState(carried["h"], carried["c"]) if carried else None
