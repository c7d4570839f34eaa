"""Timing: what is reported, and of what."""

import pytest

from lstm_core import timing
from lstm_core.handwriting import bench


def test_measure(sampler, monkeypatch):
    monkeypatch.setattr(timing, "ROUNDS", 1)
    monkeypatch.setattr(bench, "TEXT", "a box")
    found = bench.measure(sampler)
    rates = {name[: -len("_points_per_second")]: value for name, value in found.items()}
    assert all(rate > 0 for rate in rates.values())
    assert found["batch_1_to_naive"] == pytest.approx(rates["batch_1"] / rates["naive"])
    assert found["batch_1_to_floor"] == pytest.approx(rates["batch_1"] / rates["floor"])
    assert found["batch_4_to_batch_1"] == pytest.approx(rates["batch_4"] / rates["batch_1"])
    expected = bench.POINTS_OF_A_LINE / rates["batch_1"]
    assert found["seconds_for_30_characters"] == pytest.approx(expected)


def test_the_text_that_is_timed():
    assert len(bench.TEXT) == 30
