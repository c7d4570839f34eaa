"""A small data set beside MobileNetV2 with random weights."""

import pytest
from captioning.tiny import write, write_weights


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A folder of data sets."""
    folder = tmp_path_factory.mktemp("data")
    write(folder / "captions", train=6, val=3)
    write_weights(folder / "cnn")
    return folder
