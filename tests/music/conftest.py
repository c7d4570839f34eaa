"""Chorales in small, in the formats of the large collections; and an untrained network."""

import json

import numpy as np
import pytest
import torch

from lstm_core.music.chorales.model import ChoraleConfig, ChoraleModel
from lstm_core.music.chorales.sampler import ChoraleSampler

SMALL = ChoraleConfig(
    embedding_size=8, context_size=12, context_layers=1, hidden_size=16, num_layers=2
)


def sung(frames, rng):
    """(T, 4) pitches that mostly stay, and the tenor silent at times."""
    pitches = np.array([72, 65, 58, 48]) + np.zeros((frames, 1), dtype=int)
    pitches += (rng.integers(-2, 3, (frames, 4)) * (rng.random((frames, 4)) < 0.3)).cumsum(0) % 9
    pitches[rng.random(frames) < 0.1, 2] = -1
    return pitches


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Four chorales of each part, in both collections."""
    folder = tmp_path_factory.mktemp("data") / "music"
    folder.mkdir()
    rng = np.random.default_rng(1)
    sixteenths = {
        part: [sung(40 + 8 * n, rng).tolist() for n in range(4)]
        for part in ("train", "valid", "test")
    }
    quarters = {
        part: [[sorted({p + 12 for p in frame if p > 0}) for frame in piece[::4]] for piece in some]
        for part, some in sixteenths.items()
    }
    for name, content in (("Jsb16thSeparated", sixteenths), ("jsb-chorales-quarter", quarters)):
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder.parent


@pytest.fixture
def model():
    """Random weights, large enough that what is read makes a difference."""
    model = ChoraleModel(SMALL).eval()
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(0.4 * torch.randn(p.shape, generator=generator))
    return model


@pytest.fixture
def sampler(model):
    return ChoraleSampler(model)
