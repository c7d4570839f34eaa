"""Timing: what is reported, and of what."""

import numpy as np
import pytest
import torch

from lstm_core import timing
from lstm_core.ink.glyphs import DRAWINGS
from lstm_core.recognition import bench
from lstm_core.recognition.dataset import Characters
from lstm_core.recognition.model import ReaderConfig, ReaderModel
from lstm_core.recognition.sampler import ReadingSampler


class Indifferent:
    """A language in which nothing is more likely than anything else."""

    weight, bonus, asked = 1.0, 0.0, 0

    def begin(self):
        self.asked += 1
        return None, np.zeros(4)

    def extend(self, known, labels):
        return known, np.zeros((len(known), 4))


def test_the_line_that_is_timed():
    assert len(bench.TEXT) == 30
    assert set(bench.TEXT) - {" "} <= DRAWINGS.keys()
    assert len(bench.line()) >= len(bench.TEXT.replace(" ", ""))


def test_measure(monkeypatch):
    monkeypatch.setattr(timing, "ROUNDS", 3)
    torch.manual_seed(1)
    model = ReaderModel(ReaderConfig(3, True, lower_size=6, hidden_size=8, num_layers=3))
    language, characters = Indifferent(), Characters(["a", "b", "c"])
    assert bench.measure(ReadingSampler(model, characters)).keys() == {"plain_ms_a_line"}
    found = bench.measure(ReadingSampler(model, characters, language=language))
    assert language.asked == 3
    assert all(value > 0 for value in found.values())
    ratio = found["language_ms_a_line"] / found["plain_ms_a_line"]
    assert found["language_to_plain"] == pytest.approx(ratio)
