"""The network, and the loss that it is trained by."""

import itertools

import pytest
import torch

from lstm_core.recognition.features import FEATURES
from lstm_core.recognition.model import (
    POINTS_PER_FRAME,
    ReaderConfig,
    ReaderDropout,
    ReaderModel,
    ctc_loss,
    stack,
    told_loss,
)

LENGTHS = torch.tensor([13, 5, 20])


def model(bidirectional=True):
    config = ReaderConfig(4, bidirectional, lower_size=6, hidden_size=8, num_layers=3)
    return ReaderModel(config).eval()


@pytest.mark.parametrize("bidirectional", [True, False])
def test_a_line_reads_the_same_alone_and_beside_others(bidirectional):
    reader = model(bidirectional)
    x = torch.randn(3, 20, len(FEATURES))
    logits, frames = reader(x, LENGTHS)
    assert logits.shape == (3, 5, 5)
    assert frames.tolist() == [4, 2, 5]
    for n, length in enumerate(LENGTHS.tolist()):
        alone, (own,) = reader(x[n : n + 1, :length], LENGTHS[n : n + 1])
        torch.testing.assert_close(logits[n, :own], alone[0], atol=1e-6, rtol=0)


def test_one_direction_does_not_see_what_is_written_later():
    x, other = torch.randn(1, 20, len(FEATURES)), torch.randn(1, 20, len(FEATURES))
    for frames in range(1, 5):
        points = frames * POINTS_PER_FRAME
        mixed = torch.cat((x[:, :points], other[:, points:]), 1)
        for bidirectional in (True, False):
            reader = model(bidirectional)
            a, b = (reader(each, torch.tensor([20]))[0][:, :frames] for each in (x, mixed))
            assert torch.equal(a, b) is not bidirectional


def test_two_steps_become_one():
    x = torch.arange(1.0, 11).reshape(2, 5, 1)
    stacked, lengths = stack(x, torch.tensor([5, 2]))
    assert stacked.tolist() == [[[1, 2], [3, 4], [5, 0]], [[6, 7], [0, 0], [0, 0]]]
    assert lengths.tolist() == [3, 1]


def test_dropout_only_while_training():
    reader = ReaderModel(model().config, ReaderDropout(0.3, 0.3, 0.3))
    x = torch.randn(3, 20, len(FEATURES))
    assert not torch.equal(reader(x, LENGTHS)[0], reader(x, LENGTHS)[0])
    reader.eval()
    assert torch.equal(reader(x, LENGTHS)[0], reader(x, LENGTHS)[0])


def test_the_loss_sums_over_all_paths():
    """Against the sum over every path of three outputs in four frames."""
    logits, lengths = torch.randn(2, 4, 3), torch.tensor([4, 3])
    targets = [torch.tensor([1, 2]), torch.tensor([2, 2])]
    nats = 0.0
    for row, length, target in zip(logits, lengths.tolist(), targets, strict=True):
        p = row.softmax(-1)
        total = 0.0
        for path in itertools.product(range(3), repeat=length):
            merged = [label for label, _ in itertools.groupby(path) if label != 0]
            if merged == target.tolist():
                total += torch.stack([p[t, label] for t, label in enumerate(path)]).prod().item()
        nats -= torch.tensor(total).log().item()
    assert ctc_loss(logits, lengths, targets).item() == pytest.approx(nats / 4, abs=1e-5)


def test_a_line_too_short_for_its_text_is_left_out():
    logits = torch.randn(1, 2, 3, requires_grad=True)
    loss = ctc_loss(logits, torch.tensor([2]), [torch.tensor([1, 1])])
    loss.backward()
    assert loss.item() == 0
    assert (logits.grad == 0).all()


def test_what_is_told_is_to_be_said_later():
    """Frame after frame, of each line only as far as it goes."""
    torch.manual_seed(0)
    logits, told = torch.randn(2, 2, 7, 4)
    lengths = torch.tensor([7, 5])
    expected = 0.0
    for b, frames in enumerate(lengths):
        for t in range(frames - 2):
            p, q = told[b, t].softmax(-1), logits[b, t + 2].softmax(-1)
            expected -= (p * q.log()).sum().item()
    assert told_loss(logits, lengths, told, delay=2).item() == pytest.approx(expected, rel=1e-5)
