"""A reading, against the same model run by hand."""

import numpy as np
import pytest
import torch

from lstm_core.lstm import LSTMState
from lstm_core.memory.reading import MAX_TEXT, read
from lstm_core.trace import QUANTITIES

TEXT = 'abc "head" (cab), dab.\n\nhag '


def test_surprise_and_guesses(sampler):
    reading = read(sampler, TEXT)
    ids = sampler.vocabulary.encode(TEXT)
    assert reading.text == TEXT
    assert reading.note == ""
    assert len(reading) == len(TEXT)
    np.testing.assert_array_equal(reading.ids, ids)

    state = sampler.model.lstm.initial_state(1)
    assert np.isnan(reading.surprise[0])
    assert set(reading.top[0]) == {-1}
    assert not reading.top_probabilities[0].any()
    for t in range(1, len(TEXT)):
        x = sampler.model.embedding.weight[ids[t - 1]][None]
        h, state = sampler.model.lstm.step(x, state)
        log_p = sampler.model.head(h)[0].log_softmax(-1).numpy()
        assert reading.surprise[t] == pytest.approx(-log_p[ids[t]], abs=1e-5)
        best = np.argsort(-log_p)[:5]
        np.testing.assert_array_equal(reading.top[t], best)
        np.testing.assert_allclose(reading.top_probabilities[t], np.exp(log_p[best]), atol=1e-6)


def test_cells_steps_and_states(sampler):
    reading = read(sampler, TEXT)
    assert (reading.layers, reading.hidden_size) == (2, 7)
    state = sampler.model.lstm.initial_state(1)
    assert all(torch.equal(a, b) for a, b in zip(reading.state(-1), state, strict=True))
    for t, id_ in enumerate(reading.ids):
        x = sampler.model.embedding.weight[id_][None]
        _, state, trace = sampler.model.lstm.step(x, state, trace=True)
        after = reading.state(t)
        torch.testing.assert_close(after.h, state.h, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(after.c, state.c, atol=1e-5, rtol=1e-5)
        if t % 7:
            continue
        step = reading.step(t)
        for n, layer in enumerate(trace.layers):
            for q in QUANTITIES:
                expected = getattr(layer, q)[0, 0].numpy()
                np.testing.assert_allclose(step[q][n], expected, atol=1e-5)
                of_cell = reading.cell(n + 1, 3)[q]
                assert of_cell.shape == (len(TEXT),)
                assert of_cell[t] == step[q][n, 2]
        expected = 127 * np.tanh(state.c[:, 0].numpy().ravel())
        np.testing.assert_allclose(reading.cells[t], expected, atol=0.51)
    assert reading.cells.shape == (len(TEXT), 14)
    assert reading.cells.dtype == np.int8
    assert reading.cells is reading.cells


def test_states_can_be_gone_on_from_with_gradients(sampler):
    state = read(sampler, TEXT).state(5)
    assert isinstance(state, LSTMState)
    assert not state.c.is_inference()


def test_what_is_not_in_the_vocabulary_is_noted(sampler):
    reading = read(sampler, "a“b”Ω—c")
    assert reading.text == 'a"b"c'
    assert '“ as “"”' in reading.note.replace("““”", "“")
    assert "left out" in reading.note


@pytest.mark.parametrize("text", ["", "Ω"])
def test_of_nothing_a_line_break_is_read(sampler, text):
    reading = read(sampler, text)
    assert reading.text == "\n"
    assert np.isnan(reading.surprise).tolist() == [True]
    assert reading.cells.shape == (1, 14)


def test_the_longest_text(sampler):
    assert len(read(sampler, "a" * MAX_TEXT)) == 5_000


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a" * 5_001, "The text has 5,001 characters; at most 5,000 are read."),
        (
            "\N{HORIZONTAL ELLIPSIS}" * 5_000,
            "As this network reads it, the text has 15,000 characters; at most 5,000 are read.",
        ),
        (None, "What is to be read must be text."),
    ],
    ids=["long", "long as read", "none"],
)
def test_what_is_not_read(sampler, text, sentence):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        read(sampler, text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("t", [-1, 4, 10])
def test_a_character_that_is_not_there(sampler, t):
    with pytest.raises(ValueError, match=r"^The character must be a whole number from 0 to 3\.$"):
        read(sampler, "abcd").step(t)


def test_a_cell_that_is_not_there(sampler):
    with pytest.raises(ValueError, match=r"^The cell must be a whole number from 1 to 7\.$"):
        read(sampler, "abcd").cell(1, 8)
