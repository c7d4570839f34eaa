"""The numbers network: what goes in, what comes out, what is read off it."""

from itertools import product

import numpy as np
import pytest
import torch

from lstm_core.sequences.numbers import (
    Guess,
    NumbersConfig,
    NumbersModel,
    check,
    digits,
    one_hot,
    parse,
)
from lstm_core.sequences.sampler import NumbersReader, NumbersRequest


@pytest.fixture
def model():
    return NumbersModel(NumbersConfig(hidden_size=16, head_size=12, feedforward_size=14)).eval()


def test_digits_are_those_of_the_number_written_out():
    numbers = torch.tensor([[0, 7, 10], [99_999, 12_345, 40_506]])
    written = [[list(map(int, f"{n:05}")) for n in row] for row in numbers.tolist()]
    assert digits(numbers).tolist() == written
    encoded = one_hot(numbers)
    assert encoded.shape == (2, 3, 50)
    assert encoded.unflatten(-1, (5, 10)).argmax(-1).tolist() == written
    assert (encoded.sum(dim=-1) == 5).all()


def test_a_guess_is_the_softmax_of_the_logits():
    logits = torch.randn(5, 10)
    guess = Guess.of(logits)
    e = np.exp(logits.double().numpy())
    p = e / e.sum(axis=1, keepdims=True)
    assert guess.digits == pytest.approx(p, abs=1e-12)
    assert guess.number == int("".join(map(str, logits.argmax(dim=1).tolist())))
    assert guess.probability == pytest.approx(p.max(axis=1).prod(), abs=1e-12)


@pytest.mark.parametrize("sharpness", [0.3, 2, 8])
def test_the_likeliest_numbers_are_those_of_all_100_000(sharpness):
    guess = Guess.of(sharpness * torch.randn(5, 10))
    every = [
        (float(np.prod(guess.digits[range(5), choice])), int("".join(map(str, choice))))
        for choice in product(range(10), repeat=5)
    ]
    best = sorted(every, key=lambda pair: (-pair[0], pair[1]))[:4]
    found = guess.likeliest(4)
    assert [number for number, _ in found] == [number for _, number in best]
    assert [p for _, p in found] == pytest.approx([p for p, _ in best])


def test_the_lstm_reads_all_and_the_feedforward_network_the_last(model):
    reader = NumbersReader(model)
    one, other = reader.read([6, 7, 8]), reader.read([2, 4, 8])
    assert one.feedforward.digits == pytest.approx(other.feedforward.digits)
    assert np.abs(one.lstm.digits - other.lstm.digits).max() > 1e-4
    assert len(one.trace) == 3
    # Step by step, with the equations written out.
    state = model.lstm.initial_state(1)
    for number in (6, 7, 8):
        h, state = model.lstm.step(one_hot(torch.tensor([number])), state)
    logits = model.head(h)[0].unflatten(-1, (5, 10))
    assert one.lstm.digits == pytest.approx(Guess.of(logits).digits, abs=1e-5)
    assert one.trace.layers[0].c[0, -1].numpy() == pytest.approx(state.c[0, 0].numpy(), abs=1e-5)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("6, 7, 8", [6, 7, 8]),
        ("6 7 8", [6, 7, 8]),
        ("  6,7;8\n", [6, 7, 8]),
        ("0, 0, 99999", [0, 0, 99_999]),
        (" ".join(["1"] * 20), [1] * 20),
    ],
)
def test_parse(text, numbers):
    assert parse(text) == numbers
    NumbersRequest(text)


HOSTILE = [
    None, 7, True, 3.5, [6, 7, 8], {}, "", " ", "6, 7", "6", "a, b, c", "1, 2, x", "-1, 0, 1",
    "1.5, 2, 3", "1e3, 2, 3", "6, 7, 100000", "1" * 399, "1, " * 21, "1 " * 10_000, "٦ ٧ ٨",
    "²,3,4", "6, 7, \0", "\ud800, 7, 8", "NaN, NaN, NaN", "1,000, 2,000", "00, 01, 02", "６,７,８",
    "<b>1</b>, 2, 3", float("nan"), float("inf"),
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_what_cannot_be_read_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"^[A-Z][^<\n]{9,150}\.$"):
        NumbersRequest(text)


@pytest.mark.parametrize("numbers", [[1, 2], [1] * 21, [1, 2, -3], [1, 2, 100_000], [1, 2, True],
                                     [1, 2, 3.0], [1, 2, "3"]])  # fmt: skip
def test_numbers_out_of_reach(numbers):
    with pytest.raises(ValueError, match=r"^(Give|The) .*\.$"):
        check(numbers)
