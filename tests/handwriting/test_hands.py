"""A visitor's hand: how like the known ones it is, and the vector that fits it best."""

import pytest
import torch

from lstm_core.handwriting import hands
from lstm_core.handwriting.hands import fit, in_any_hand, likeness
from lstm_core.handwriting.mixture import mixture, nats
from lstm_core.handwriting.request import WritingRequest


def written(sampler, hand, seed=1):
    """A line of the network's own, as ink."""
    writing = sampler.write(WritingRequest("a box", seed=seed, hand=hand, bias=0.5))
    return hands.Ink("a box", writing.lines[0])


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
    style = sampler.style(WritingRequest("a"))
    assert in_any_hand(sampler, ink) == pytest.approx(nats_of(sampler, ink, style), rel=1e-4)


@pytest.mark.parametrize("hand", ["7", "12"])
def test_a_hand_is_known_by_its_ink(sampler, hand):
    assert next(iter(likeness(sampler, written(sampler, hand)))) == hand


def test_a_fit_makes_the_ink_likelier(sampler):
    ink = written(sampler, "")
    weights = {name: p.clone() for name, p in sampler.model.named_parameters()}
    found = list(fit(sampler, ink, steps=8))
    assert [f.step for f in found] == list(range(9))
    assert found[0].nats == pytest.approx(next(iter(likeness(sampler, ink).values())), rel=1e-4)
    assert found[-1].nats < found[1].nats - 0.1
    for f in found:
        assert f.shares.sum() == pytest.approx(1, abs=1e-5)
        assert f.shares.min() >= 0
        expected = torch.as_tensor(f.shares) @ hands.known(sampler)
        torch.testing.assert_close(torch.as_tensor(f.style), expected)
    assert found[-1].nats == pytest.approx(nats_of(sampler, ink, found[-1].style), rel=1e-4)
    for name, p in sampler.model.named_parameters():
        assert torch.equal(p, weights[name])
        assert p.grad is None
    next(sampler.stream(WritingRequest("a"), style=found[-1].style))


def test_a_fit_begins_with_the_hand_that_is_named(sampler):
    ink = written(sampler, "12")
    for name in sampler.hands:
        first = next(fit(sampler, ink, nearest=name))
        style = sampler.style(WritingRequest("a", hand=name))
        assert first.style == pytest.approx(style, abs=1e-5)
        assert first.nats == pytest.approx(likeness(sampler, ink)[name], rel=1e-4)


def test_ink_with_other_characters_is_refused(sampler):
    with pytest.raises(ValueError, match="never seen anyone write λ"):
        likeness(sampler, hands.Ink("λ", [[0, 0, 0], [2, 8, 0], [4, 1, 1]]))
