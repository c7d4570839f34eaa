"""Chorales, performances and piano rolls in small, in the formats of the large collections; and
untrained networks."""

import io
import json
import tarfile

import numpy as np
import pytest
import torch

from lstm_core.music.chorales.model import ChoraleConfig, ChoraleModel
from lstm_core.music.chorales.sampler import ChoraleSampler
from lstm_core.music.midi import Note, Track, struck_anew, write
from lstm_core.music.piano.events import EVENTS
from lstm_core.music.piano.sampler import PianoSampler
from lstm_core.text.model import TextConfig, TextModel

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


def played(rng, count, *, pitches=(21, 109)):
    """So many notes, or fewer, such as a pianist might play who plays anything."""
    start = np.cumsum(rng.exponential(0.12, count))
    length = rng.exponential(0.4, count) + 0.02
    return struck_anew(
        [
            Note(int(pitch), int(velocity), float(begun), float(begun + long))
            for pitch, velocity, begun, long in zip(
                rng.integers(*pitches, count), rng.integers(1, 128, count), start, length,
                strict=True,
            )
        ]
    )  # fmt: skip


PERFORMANCES = {
    "asap_performances_max3.tar.xz": [
        f"Composer/Pieces/{n}/{who}.mid" for n in range(1, 16) for who in ("A01", "B02")
    ],
    "piano_midi_de.tar.xz": [f"midis/Composer/piece_{n}.mid" for n in range(1, 21)],
}


@pytest.fixture(scope="session")
def piano_data(tmp_path_factory):
    """Both archives of performances, and the folder of the cache."""
    folder = tmp_path_factory.mktemp("data") / "music"
    folder.mkdir()
    rng = np.random.default_rng(4)
    for archive, names in PERFORMANCES.items():
        with tarfile.open(folder / archive, "w:xz") as tar:
            for name in ["README.md", *names]:
                notes = played(rng, 120, pitches=(48, 73))
                content = b"About." if name == "README.md" else write([Track("Piano", notes)])
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    cache = tmp_path_factory.mktemp("cache") / "piano"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lstm_core.music.piano.dataset.cache_folder", lambda: cache)
        yield folder.parent


@pytest.fixture
def piano_sampler():
    """Random weights, large enough that what is read makes a difference."""
    model = TextModel(TextConfig(EVENTS, embedding_size=8, hidden_size=16, num_layers=2)).eval()
    generator = torch.Generator().manual_seed(6)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(0.5 * torch.randn(p.shape, generator=generator))
    return PianoSampler(model)
