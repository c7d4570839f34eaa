"""The networks: all ways through them give the same numbers."""

import pytest
import torch
from translation.tiny import attentive, squeezed

from lstm_core.lstm import LSTMState
from lstm_core.translation.model import (
    TranslationDropout,
    translation_loss,
    weights,
    with_copies,
)

V = 13
SOURCE = torch.tensor([[2, 7, 9, 4, 1]])
INPUTS = torch.tensor([[3, 6, 6, 11, 12, 5]])


@pytest.mark.parametrize("made", [attentive, squeezed])
def test_step_by_step_is_the_whole_at_once(made):
    model = made(V)
    source = model.encode(SOURCE, torch.tensor([5]))
    whole = model(source, INPUTS)[0]
    state, looks = source.state, []
    for t, piece in enumerate(INPUTS[0]):
        logits, looked, state = model.step(piece[None], state, source)
        torch.testing.assert_close(logits[0], whole[t], atol=1e-5, rtol=0)
        looks.append(looked[0])
    look = model.look(SOURCE, INPUTS)
    torch.testing.assert_close(look.logits, whole, atol=1e-5, rtol=0)
    torch.testing.assert_close(look.weights, torch.stack(looks), atol=1e-5, rtol=0)
    assert len(look.encoder) == 5
    assert len(look.encoder.layers) == len(model.encoder_layers)
    after = torch.stack([layer.c[:, -1] for layer in look.decoder.layers])
    torch.testing.assert_close(after, state.c, atol=1e-5, rtol=0)


@pytest.mark.parametrize("made", [attentive, squeezed])
def test_hypotheses_side_by_side_are_as_alone(made):
    model = made(V)
    source = model.encode(SOURCE, torch.tensor([5]))
    ids = torch.tensor([3, 8, 11])
    state = LSTMState(torch.randn(2, 3, 7), torch.randn(2, 3, 7))
    logits, looked, after = model.step(ids, state, source.repeated(3))
    for n in range(3):
        alone = model.step(ids[n : n + 1], LSTMState(*(s[:, n : n + 1] for s in state)), source)
        torch.testing.assert_close(logits[n], alone[0][0], atol=1e-5, rtol=0)
        torch.testing.assert_close(looked[n], alone[1][0], atol=1e-5, rtol=0)
        torch.testing.assert_close(after.c[:, n], alone[2].c[:, 0], atol=1e-5, rtol=0)


def test_a_sentence_is_read_alike_alone_and_beside_a_longer_one():
    model = attentive(V)
    both = torch.tensor([[2, 7, 1, 0, 0], [2, 7, 9, 4, 1]])
    together = model(model.encode(both, torch.tensor([3, 5])), INPUTS.expand(2, -1))
    alone = model(model.encode(both[:1, :3], torch.tensor([3])), INPUTS)
    torch.testing.assert_close(together[0], alone[0], atol=1e-5, rtol=0)


def test_attention_is_that_of_the_equations():
    model = attentive(V)
    source = model.encode(SOURCE, torch.tensor([5]))
    h, onward = torch.randn(1, 4, 7), torch.randn(1, 3, 1)
    scores = [torch.stack([x @ model.keys.weight @ s for s in source.outputs[0]]) for x in h[0]]
    for t in range(3):
        before = torch.cat((torch.zeros(1), scores[t].softmax(0)[:-1]))
        wanted = (scores[t + 1] + onward[0, t] * before).softmax(0)
        torch.testing.assert_close(weights(h, onward, source)[0, t], wanted)


def test_a_piece_is_written_or_copied():
    """The mixture and its gradient, beside the sum of two probabilities."""
    ids = torch.tensor([[1, 2, 2, 6, 1], [0, 3, 3, 3, 5]])  # some pieces in several places
    logits, gate, scores = (torch.randn(2, 3, n, requires_grad=True) for n in (7, 1, ids.shape[1]))
    looked, g = scores.softmax(-1), gate.sigmoid()
    copies = torch.zeros(2, 3, 7).scatter_add(-1, ids.unsqueeze(1).expand_as(looked), looked)
    wanted = ((1 - g) * logits.softmax(-1) + g * copies).log()
    found = with_copies(logits, gate, looked, ids).log_softmax(-1)
    torch.testing.assert_close(found, wanted)
    weight = torch.randn(wanted.shape)
    for a, b in zip(
        *(torch.autograd.grad((p * weight).sum(), [logits, gate, scores], retain_graph=True)
          for p in (found, wanted)),
        strict=True,
    ):  # fmt: skip
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)


def test_the_gate_decides():
    model = attentive(V)
    source = model.encode(SOURCE, torch.tensor([5]))
    with torch.no_grad():
        model.gate.weight.zero_()
        model.gate.bias.fill_(-40.0)
    written = model(source, INPUTS).softmax(-1)
    with torch.no_grad():
        model.gate.bias.fill_(40.0)
    copied = model(source, INPUTS).softmax(-1)
    others = [n for n in range(V) if n not in SOURCE[0]]
    assert written[..., others].min() > 1e-4
    assert copied[..., others].max() < 1e-12
    looked = model.look(SOURCE, INPUTS).weights
    torch.testing.assert_close(copied[0][:, SOURCE[0]], looked)


def test_without_attention_the_decoder_knows_but_the_state():
    model = squeezed(V)
    one, other = (
        model.encode(torch.tensor([ids]), torch.tensor([3])) for ids in ([4, 5, 2], [5, 4, 2])
    )
    assert not torch.allclose(model(one, INPUTS), model(other, INPUTS))
    torch.testing.assert_close(model(other._replace(state=one.state), INPUTS), model(one, INPUTS))
    torch.testing.assert_close(
        model.vectors(torch.tensor([[4, 5, 2]])),
        torch.cat([*one.state.h, *one.state.c], -1),
    )


def test_without_attention_lengths_must_be_one():
    with pytest.raises(ValueError, match="lengths of 3"):
        squeezed(V).encode(torch.tensor([[4, 5, 2], [4, 2, 0]]), torch.tensor([3, 2]))


def test_the_loss():
    logits = torch.randn(2, 3, V)
    targets = torch.tensor([[4, 1, -100], [5, 6, 1]])
    p = logits.log_softmax(-1)
    known = [p[b, t, targets[b, t]] for b, t in ((0, 0), (0, 1), (1, 0), (1, 1), (1, 2))]
    torch.testing.assert_close(translation_loss(logits, targets), -torch.stack(known).mean())
    spread = p[targets >= 0].mean()
    torch.testing.assert_close(
        translation_loss(logits, targets, 0.1), -(0.9 * torch.stack(known).mean() + 0.1 * spread)
    )


@pytest.mark.parametrize("made", [attentive, squeezed])
def test_all_weights_learn_and_dropout_is_for_training_alone(made):
    model = made(V, dropout=TranslationDropout(0.2, 0.2, 0.2))

    def loss():
        source = model.encode(SOURCE, torch.tensor([5]))
        return translation_loss(model(source, INPUTS), INPUTS)

    assert loss() == loss()
    model.train()
    assert loss() != loss()
    loss().backward()
    assert all(weight.grad.abs().sum() > 0 for weight in model.parameters())
