"""What all tests share: one thread, so that sums come out alike, and known random numbers."""

import pytest
import torch


@pytest.fixture(autouse=True)
def _repeatable():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)
