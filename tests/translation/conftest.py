"""A small data set, and a vocabulary learned from it."""

import pytest
from translation.tiny import CAPTIONS, EVERYDAY, write

from lstm_core.translation import sampler
from lstm_core.translation.subwords import Subwords

LONGEST = sampler.LONGEST


@pytest.fixture(autouse=True)
def longest(monkeypatch):
    """Translations may be as long as they may in use; for tests of the page they are cut short."""
    monkeypatch.setattr(sampler, "LONGEST", LONGEST)


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A folder of data sets in which training and validation are alike."""
    folder = tmp_path_factory.mktemp("data")
    parts = ("train", "val", "test_2016_flickr")
    write(
        folder / "translation",
        dict.fromkeys(("train", "val"), EVERYDAY),
        dict.fromkeys(parts, CAPTIONS),
    )
    return folder


@pytest.fixture(scope="session")
def subwords():
    return Subwords.learn([text for pair in EVERYDAY + CAPTIONS for text in pair], 340, min_count=1)
