"""The decoder: word by word as all at once, beside the equations written out, and its loss."""

import math

import pytest
import torch
from captioning.tiny import decoder, features

from lstm_core.captioning.encoder import CHANNELS
from lstm_core.captioning.model import CaptionConfig, CaptionDropout, CaptionModel, Decoder
from lstm_core.lstm import LSTM, LSTMState

V = 9


@pytest.fixture
def speaker():
    return decoder(V)


@torch.inference_mode()
def test_word_by_word_is_all_at_once(speaker):
    """Two photos with two captions each, against each caption by itself, and the trace."""
    seen = speaker.see(features(2))
    inputs = torch.randint(0, V, (4, 6))
    said = speaker(seen, inputs)
    logits = speaker.logits(said.outputs)
    assert said.weights.shape == (4, 6, 5)
    torch.testing.assert_close(said.weights.sum(-1), torch.ones(4, 6))
    each, state = seen.repeated(2), speaker.initial_state(4)
    for t in range(6):
        found, weights, state = speaker.step(inputs[:, t], state, each)
        torch.testing.assert_close(found, logits[:, t])
        torch.testing.assert_close(weights, said.weights[:, t])
    for n in range(4):
        alone = speaker.see(features(2)[n // 2 : n // 2 + 1])
        look = speaker.look(alone, inputs[n : n + 1])
        torch.testing.assert_close(look.logits, logits[n])
        torch.testing.assert_close(look.weights, said.weights[n])
        (layer,) = look.trace.layers
        torch.testing.assert_close(layer.c[0, -1], state.c[0, n])
        torch.testing.assert_close(layer.h[0, -1], state.h[0, n])
        torch.testing.assert_close(layer.h, layer.o * layer.c.tanh())


@torch.inference_mode()
def test_the_equations_of_the_paper(speaker):
    """Lu et al. 2017, one number at a time where they have one, for the second word."""
    a = features(1)[0].flatten(1).T  # (K, 1280)
    v = (a @ speaker.cells.weight.T + speaker.cells.bias).relu()  # eq. 15
    whole = v.mean(0) @ speaker.whole.weight.T + speaker.whole.bias
    x = speaker.embedding.weight[[4, 7]] * math.sqrt(6) + whole
    lstm = LSTM(6, 7)
    lstm.layers[0].load_state_dict(speaker.lstm.state_dict())
    h, state = lstm(x[None])  # the fused kernel
    before, h, m = h[0, 0], h[0, 1], state.c[0, 0]
    gate = speaker.sentinel(torch.cat((x[1], before))).sigmoid()  # eq. 9
    s = gate * m.tanh()  # eq. 10
    q = speaker.query(h)
    fit = [float(q @ speaker.keys.weight @ cell) for cell in v]
    fit.append(float(q @ speaker.sentinel_key.weight @ s))
    share = [math.exp(z / math.sqrt(5)) for z in fit]
    alpha = [each / sum(share) for each in share]  # eq. 12
    context = sum(w * cell for w, cell in zip(alpha, [*v, s], strict=True))  # eq. 11
    out = speaker.readout(context + h)
    logits = speaker.embedding.weight @ out + speaker.bias  # eq. 13
    look = speaker.look(speaker.see(features(1)), torch.tensor([[4, 7]]))
    torch.testing.assert_close(look.weights[1], torch.tensor(alpha))
    torch.testing.assert_close(look.logits[1], logits)
    assert look.weights[1].max() < 0.999, "a softmax of one cell tells nothing"


def test_what_is_seen_and_said_makes_a_difference(speaker):
    seen, inputs = speaker.see(features(1)), torch.tensor([[4, 7, 5]])
    plain = speaker(seen, inputs).outputs
    other = speaker(speaker.see(features(1, seed=1)), inputs).outputs
    assert (plain - other).abs().max() > 0.1
    later = speaker(seen, torch.tensor([[4, 7, 6]])).outputs
    assert torch.equal(plain[:, :2], later[:, :2])
    assert (plain[:, 2] - later[:, 2]).abs().max() > 0.1


def test_everything_learns():
    """Each weight of the decoder, and through it the features, has a gradient."""
    speaker = decoder(V, dropout=CaptionDropout(0, 0, 0)).train()
    given = features(2).requires_grad_()
    outputs = speaker(speaker.see(given), torch.randint(0, V, (4, 6))).outputs
    speaker.logits(outputs).logsumexp(-1).sum().backward()
    assert all((p.grad != 0).any() for p in speaker.parameters())
    assert (given.grad != 0).any()


def test_dropout_is_for_training_alone():
    speaker = decoder(V, dropout=CaptionDropout(0.5, 0.5, 0.5))
    inputs = torch.tensor([[4, 7]])
    at_rest = [speaker(speaker.see(features(1)), inputs).outputs for _ in range(2)]
    assert torch.equal(*at_rest)
    speaker.train()
    dropped = [speaker(speaker.see(features(1)), inputs).outputs for _ in range(2)]
    assert not torch.equal(*dropped)


def test_it_fits_into_a_checkpoint():
    """With the classifier in 8 bits, and room for the card: vocabulary and history."""
    model = CaptionModel(CaptionConfig(2_539))
    halves = sum(2 * p.numel() for p in model.parameters())
    eights = sum(b.numel() * (1 if b.dtype == torch.int8 else 2) for b in model.buffers())
    assert halves + eights < 9_800_000


def test_shapes_of_the_real_size():
    config = CaptionConfig(50)
    speaker = Decoder(config).eval()
    seen = speaker.see(torch.rand(2, CHANNELS, 7, 7))
    logits, weights, state = speaker.step(torch.tensor([1, 1]), speaker.initial_state(2), seen)
    assert logits.shape == (2, 50)
    assert weights.shape == (2, 50)
    assert isinstance(state, LSTMState)
    assert state.h.shape == state.c.shape == (1, 2, config.hidden_size)
