"""A visitor's hand: ink brought to the whiteboard's size, and the vector that fits it best."""

import numpy as np
import pytest
import torch

from lstm_core.handwriting import hands
from lstm_core.handwriting.hands import LETTER, SWEEP, fit, likeness, whiteboard_ink
from lstm_core.handwriting.mixture import mixture, nats
from lstm_core.handwriting.request import MAX_POINTS, WritingRequest
from lstm_core.ink.geometry import sweep

STROKES = [(0, 0, 0), (2, 8, 0), (4, 1, 0), (6, 8, 1), (9, 0, 0), (9, 8, 1), (9, -4, 1)]


def written(sampler, hand, seed=1):
    """A line of the network's own, as ink."""
    writing = sampler.write(WritingRequest("a box", seed=seed, hand=hand, bias=0.5))
    return hands.Ink("a box", writing.lines[0])


@pytest.mark.parametrize("unit", [1, 0.05, 30])
def test_ink_of_any_pad_is_brought_to_the_size_and_pace_of_the_whiteboard(unit):
    points = np.array(STROKES, dtype=float)
    points[:, :2] = points[:, :2] * unit + 5
    ink = whiteboard_ink("win", points)
    assert sweep(ink.points) == pytest.approx(SWEEP, rel=0.1)
    assert len(ink.points) == pytest.approx(LETTER * 3, abs=2)
    ends = np.flatnonzero(ink.points[:, 2])
    factor = ink.points[ends[0], 0] / (6 * unit)
    np.testing.assert_allclose(
        ink.points[ends, :2] / factor / unit, [(6, 8), (9, 8), (9, -4)], atol=1e-3
    )
    other = whiteboard_ink("win", np.array(STROKES, dtype=float))
    np.testing.assert_allclose(ink.points, other.points, atol=1e-2)


def test_ink_of_a_long_text_stays_within_bounds():
    points = [(n % 50, 10 * (n % 2), int(n % 50 == 49)) for n in range(MAX_POINTS)]
    assert len(whiteboard_ink("a" * 400, points).points) <= MAX_POINTS


def test_a_dot_is_no_ink():
    with pytest.raises(ValueError, match="single dot"):
        whiteboard_ink("i", [[3, 3, 0], [3, 3, 1]])


def nats_of(sampler, ink, style):
    """By hand: the loss of a line."""
    line = hands.batch(sampler, ink)
    with torch.no_grad():
        outputs, _ = sampler.model(line.points, line.ids, torch.as_tensor(style)[None])
    return nats(mixture(outputs), line.targets).sum().item()


def test_likeness_is_the_loss_in_each_hand(sampler):
    ink = written(sampler, "12")
    found = likeness(sampler, ink)
    for hand, value in found.items():
        style = sampler.style(WritingRequest("a", hand=hand))
        assert value == pytest.approx(nats_of(sampler, ink, style), rel=1e-4)
    assert list(found) == sorted(found, key=found.get)
    assert set(found) == set(sampler.hands)


@pytest.mark.parametrize("hand", ["7", "12"])
def test_a_hand_is_known_by_its_ink(sampler, hand):
    assert next(iter(likeness(sampler, written(sampler, hand)))) == hand


def test_a_fit_makes_the_ink_likelier(sampler):
    ink = written(sampler, "")
    weights = {name: p.clone() for name, p in sampler.model.named_parameters()}
    found = list(fit(sampler, ink, steps=5))
    assert [f.step for f in found] == list(range(6))
    assert found[0].nats == pytest.approx(next(iter(likeness(sampler, ink).values())), rel=1e-4)
    assert found[-1].nats < found[0].nats - 0.5
    assert found[-1].nats == pytest.approx(nats_of(sampler, ink, found[-1].style), rel=1e-4)
    for name, p in sampler.model.named_parameters():
        assert torch.equal(p, weights[name])
        assert p.grad is None
    next(sampler.stream(WritingRequest("a"), style=found[-1].style))


def test_ink_with_other_characters_is_refused(sampler):
    with pytest.raises(ValueError, match="never seen anyone write λ"):
        likeness(sampler, hands.Ink("λ", STROKES))
