"""Surgery, against the same model run by hand with the equations."""

import numpy as np
import pytest
import torch

from lstm_core.lstm import LSTMState
from lstm_core.memory.operations import Clamp, Erase, HoldForget, operated_step
from lstm_core.memory.reading import read
from lstm_core.memory.surgery import operate
from lstm_core.text.sampler import TextRequest, TextStep

TEXT = 'abc "head" (cab), dab.\n\nhag bed'
AT = 12


def by_hand(model, ids, state, change):
    """The equations in double precision, one cell state after the other.

    Args:
        ids: what is read, from step 0 on.
        change: (n, layer, f, c_before, c_after) -> what the same three become; c_after is None
            before eq. 9, and f, c_before are ignored after it. Layers from 1.

    Returns:
        (T, V) logits, and (T, L, H) of c.
    """

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    hs, cs = (part[:, 0].double().numpy().copy() for part in state)
    logits, cells = [], []
    for n, id_ in enumerate(ids):
        x = model.embedding.weight[id_].double().numpy()
        for k, layer in enumerate(model.lstm.layers):
            W, b = layer.weight.double().numpy(), layer.bias.double().numpy()
            i, f, g, o = np.split(W @ np.concatenate((x, hs[k])) + b, 4)
            f, before, _ = change(n, k + 1, sigmoid(f), cs[k].copy(), None)
            c = f * before + sigmoid(i) * np.tanh(g)
            _, _, cs[k] = change(n, k + 1, f, before, c)
            x = hs[k] = sigmoid(o) * np.tanh(cs[k])
        W, b = model.head.weight.double().numpy(), model.head.bias.double().numpy()
        logits.append(W @ x + b)
        cells.append(cs.copy())
    return np.array(logits), np.array(cells)


def untouched(n, layer, f, before, after):
    return f, before, after


def clamped(n, layer, f, before, after):
    if after is not None and layer == 2 and 3 <= n < 8:
        after[4] = 1.5
    return f, before, after


def erased(n, layer, f, before, after):
    return f, np.zeros_like(before) if n == 4 else before, after


def erased_below(n, layer, f, before, after):
    return f, np.zeros_like(before) if (n, layer) == (0, 1) else before, after


def held_open(n, layer, f, before, after):
    if layer == 1:
        f[2] = 1.0
    return f, before, after


def held_shut(n, layer, f, before, after):
    return (np.full_like(f, 0.0) if layer == 2 and n >= 2 else f), before, after


def both(n, layer, f, before, after):
    f, before, after = held_shut(n, layer, f, before, after)
    return clamped(n, layer, f, before, after)


CASES = [
    ([], untouched),
    ([Clamp(layer=2, cell=5, value=1.5, start=3, steps=5)], clamped),
    ([Erase(start=4)], erased),
    ([Erase(layer=1)], erased_below),
    ([HoldForget(layer=1, cell=3, value=1)], held_open),
    ([HoldForget(layer=2, value=0, start=2)], held_shut),
    (
        [
            HoldForget(layer=2, value=0, start=2),
            Clamp(layer=2, cell=5, value=1.5, start=3, steps=5),
        ],
        both,
    ),
]


@pytest.mark.parametrize(("operations", "change"), CASES)
@pytest.mark.parametrize("at", [0, AT, len(TEXT) - 1])
def test_against_the_equations(sampler, operations, change, at):
    reading = read(sampler, TEXT)
    pairs = list(operate(sampler, reading, at, operations, TextRequest(length=25, seed=3)))
    assert len(pairs) == 25
    for side, by in (("operated", change), ("untouched", untouched)):
        steps = [getattr(pair, side) for pair in pairs]
        assert [step.position for step in steps] == list(range(25))
        ids = [reading.ids[at], *(step.id for step in steps)]
        logits, cells = by_hand(sampler.model, ids, reading.state(at - 1), by)
        for n, step in enumerate(steps):
            expected = torch.from_numpy(logits[n]).log_softmax(-1)
            np.testing.assert_allclose(step.log_probs, expected, atol=2e-5)
            np.testing.assert_allclose(step.next_logits, logits[n + 1], atol=2e-5)
            np.testing.assert_allclose(step.state.c[:, 0], cells[n + 1], atol=2e-5)
    texts = ["".join(getattr(pair, side).character for pair in pairs)
             for side in ("untouched", "operated")]  # fmt: skip
    assert (texts[0] == texts[1]) or operations


def test_clamping_nothing_changes_nothing(sampler):
    """Nothing is done to the one, nothing that matters to the other, and the sampler agrees."""
    reading, request = read(sampler, TEXT), TextRequest(length=60, seed=5, temperature=1)
    state = reading.state(AT)
    logits = sampler.model.head(state.h[-1])
    after = TextStep(-1, TEXT[AT], int(reading.ids[AT]), logits, state, logits, 0)
    expected = list(sampler.stream(request, after=after))
    beyond = [Clamp(layer=1, cell=1, value=50, start=61), Erase(start=1_000)]
    for operations in ([], beyond):
        pairs = list(operate(sampler, reading, AT, operations, request))
        for pair, step in zip(pairs, expected, strict=True):
            assert pair.untouched.character == pair.operated.character == step.character
            assert torch.equal(pair.untouched.state.c, pair.operated.state.c)
            assert torch.equal(pair.untouched.next_logits, pair.operated.next_logits)
            for side in (pair.untouched, pair.operated):
                torch.testing.assert_close(side.state.h, step.state.h, atol=1e-5, rtol=1e-5)
                torch.testing.assert_close(side.state.c, step.state.c, atol=1e-5, rtol=1e-5)


def test_clamping_a_cell_to_what_it_is_changes_nothing(sampler):
    reading, request = read(sampler, TEXT), TextRequest(length=1, seed=5)
    value = float(reading.cell(2, 3)["c"][AT])
    (pair,) = operate(sampler, reading, AT, [Clamp(layer=2, cell=3, value=value, steps=1)], request)
    torch.testing.assert_close(pair.operated.log_probs, pair.untouched.log_probs)
    (pair,) = operate(sampler, reading, AT, [Clamp(layer=2, cell=3, value=-5, steps=1)], request)
    assert not torch.allclose(pair.operated.log_probs, pair.untouched.log_probs, atol=1e-3)


def test_erasing_is_starting_from_cells_at_zero(sampler):
    reading, request = read(sampler, TEXT), TextRequest(length=20, seed=2)
    found = [pair.operated for pair in operate(sampler, reading, AT, [Erase()], request)]
    h, c = reading.state(AT - 1)
    x = sampler.model.embedding.weight[reading.ids[AT]][None]
    out, state = sampler.model.lstm.step(x, LSTMState(h, torch.zeros_like(c)))
    logits = sampler.model.head(out)
    start = TextStep(-1, TEXT[AT], int(reading.ids[AT]), logits, state, logits, 0)
    for a, b in zip(found, sampler.stream(request, after=start), strict=True):
        assert a.character == b.character
        torch.testing.assert_close(a.state.c, b.state.c, atol=1e-5, rtol=1e-5)


def test_the_quotation_goes_on_while_its_cell_is_held(planted):
    """A cell held high is high at every step, and the same luck is drawn with on both sides."""
    reading, request = read(planted, "abc hag. "), TextRequest(length=50, seed=1, temperature=0)
    pairs = list(operate(planted, reading, 8, [Clamp(layer=2, cell=4, value=2)], request))
    assert {pair.operated.state.c[1, 0, 3].item() for pair in pairs} == {2.0}
    again = list(operate(planted, reading, 8, [Clamp(layer=2, cell=4, value=2)], request))
    assert [p.operated.id for p in pairs] == [p.operated.id for p in again]


def test_a_step_changes_no_state_it_was_given(sampler):
    state = read(sampler, TEXT).state(AT)
    kept = state.c.clone()
    x = sampler.model.embedding.weight[:1]
    operated_step(sampler.model.lstm, x, state, [Erase(), HoldForget(layer=1, value=0)], 0)
    assert torch.equal(state.c, kept)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Clamp(layer=0, cell=1, value=0),
         "The layer must be a whole number from 1 to 100."),
        (lambda: Clamp(layer=1, cell=1.5, value=0),
         "The cell must be a whole number from 1 to 100,000."),
        (lambda: Clamp(layer=1, cell=1, value=float("nan")),
         "The value must be a number from -100 to 100."),
        (lambda: Clamp(layer=1, cell=1, value=0, start=-1),
         "The start must be a whole number from 0 to 5,000."),
        (lambda: Clamp(layer=1, cell=1, value=0, steps=0),
         "The steps must be a whole number from 1 to 5,001."),
        (lambda: Erase(layer="all"), "The layer must be a whole number from 1 to 100."),
        (lambda: HoldForget(layer=1, value=1.1), "The value must be a number from 0 to 1."),
        (lambda: HoldForget(layer=1, cell=0, value=1),
         "The cell must be a whole number from 1 to 100,000."),
    ],
)  # fmt: skip
def test_operations_that_are_none(make, sentence):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        make()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (Clamp(layer=3, cell=1, value=0), "The layer must be a whole number from 1 to 2."),
        (Clamp(layer=1, cell=8, value=0), "The cell must be a whole number from 1 to 7."),
        (Erase(layer=3), "The layer must be a whole number from 1 to 2."),
        (HoldForget(layer=2, cell=8, value=1), "The cell must be a whole number from 1 to 7."),
    ],
)
def test_operations_on_cells_that_are_not_there(sampler, operation, sentence):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        next(operate(sampler, read(sampler, TEXT), 0, [operation], TextRequest()))
    assert str(caught.value) == sentence


def test_a_character_that_is_not_there(sampler):
    with pytest.raises(ValueError, match=r"^The character must be a whole number from 0 to 30\.$"):
        next(operate(sampler, read(sampler, TEXT), 31, [], TextRequest()))
