"""Writing: against the same network read teacher-forced; and how a line begins, ends, goes on."""

import itertools
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import torch

from lstm_core import checkpoint
from lstm_core.checkpoint import Card, CheckpointError
from lstm_core.handwriting.dataset import offsets
from lstm_core.handwriting.drawing import svg
from lstm_core.handwriting.mixture import mixture
from lstm_core.handwriting.request import Ink, WritingRequest
from lstm_core.handwriting.sampler import WritingSampler, has_passed
from lstm_core.handwriting.stepper import WritingStepper
from lstm_core.handwriting.steps import AT_LEAST, SLOWEST
from lstm_core.trace import QUANTITIES

TEXT = "quick box"
LONG = "The brown fox and a quick cow " * 3
INK = Ink("a cow", [[0, 0, 0], [20, -30, 0], [25, 3, 1], [60, 0, 0], [81, -22, 0], [83, 1, 1]])


def points_of(sampler, steps, begin=(0, 0, 0)):
    """(1, N, 3) what the network read when it chose each of some steps: those before it."""
    moves = [begin, *((s.dx, s.dy, s.pen_up) for s in steps[:-1])]
    return torch.from_numpy(sampler.scale.normalise(np.array(moves, dtype=float)))[None]


def forced(sampler, points, text, style, state=None):
    """Outputs, weights of the characters, trace and last state of the network."""
    ids = torch.from_numpy(sampler.alphabet.encode(text))[None]
    given = points, ids, torch.as_tensor(style)[None]
    with torch.no_grad():
        outputs, last = sampler.model(*given, state)
        phi, trace = sampler.model.look(*given, state)
    return outputs[0], phi[0], trace, last


def check(steps, outputs, phi, prefix, sampler, bias):
    """Steps were chosen as the network says."""
    deviation = np.array(sampler.scale.deviation)
    for n, step in enumerate(steps):
        U = len(step.text)
        np.testing.assert_allclose(step.attention, phi[n, prefix : prefix + U].numpy(), atol=1e-4)
        m, seen = mixture(outputs[n], bias), step.expectation
        np.testing.assert_allclose(seen.pi, m.log_pi.exp().numpy(), atol=1e-4)
        mean = m.mean.numpy() * deviation + sampler.scale.mean
        np.testing.assert_allclose(seen.mean, mean, rtol=1e-3, atol=1e-2)
        np.testing.assert_allclose(seen.deviation, m.log_sigma.exp().numpy() * deviation, rtol=1e-3)
        np.testing.assert_allclose(seen.rho, m.rho.numpy(), atol=1e-3)
        assert seen.pen_up == pytest.approx(m.end.sigmoid().item(), abs=1e-4)


@pytest.mark.parametrize(
    "request_",
    [
        WritingRequest(TEXT, bias=0, seed=1),
        WritingRequest(TEXT, bias=1.5, seed=2, hand="12"),
        WritingRequest(TEXT, seed=3, hand="7", other="12", blend=0.3),
    ],
)
def test_a_stream_is_the_network_read_teacher_forced(sampler, request_):
    steps = list(sampler.stream(request_, trace=True))
    style = sampler.style(request_)
    outputs, phi, trace, _ = forced(sampler, points_of(sampler, steps), TEXT, style)
    assert [step.position for step in steps] == list(range(len(steps)))
    check(steps, outputs, phi, 0, sampler, request_.bias)
    for n, layer in enumerate(trace.layers):
        for q in QUANTITIES:
            cells = torch.cat([getattr(step.cells.layers[n], q)[0] for step in steps])
            torch.testing.assert_close(cells, getattr(layer, q)[0], rtol=1e-3, atol=1e-4)


def test_a_point_is_one_of_those_expected(sampler):
    """With a high bias: the mean of a Gaussian of some weight."""
    for step in sampler.stream(WritingRequest(TEXT, bias=10, seed=1)):
        distance = np.abs(step.expectation.mean - (step.dx, step.dy)).max(axis=1)
        nearest = distance.argmin()
        assert distance[nearest] < 5 * 0.007 * 40 + 0.1
        assert step.expectation.pi[nearest] > 1e-6


def test_ink_is_gone_on_from(sampler):
    request = WritingRequest(TEXT, seed=4)
    steps = list(sampler.stream(request, INK))
    style = sampler.style(request)
    moves = torch.from_numpy(sampler.scale.normalise(offsets(INK.points)))[None]
    drawn = points_of(sampler, steps)[:, 1:]
    read = torch.cat((moves, drawn), 1)
    outputs, phi, _, _ = forced(sampler, read, f"{INK.text} {TEXT}", style)
    before = len(INK.points) - 1
    check(steps, outputs[before:], phi[before:], len(INK.text) + 1, sampler, 1)
    other = list(sampler.stream(request))
    assert steps[0].dx != pytest.approx(other[0].dx)


def test_lines_in_any_hand_go_on_from_the_first(sampler, monkeypatch):
    """The network reads what it is to read, seen from within."""
    request, read = WritingRequest(LONG, seed=5), []
    step = WritingStepper.__call__

    def spy(stepper, points, *given):
        read.append(points[0])
        return step(stepper, points, *given)

    monkeypatch.setattr(WritingStepper, "__call__", spy)
    steps = list(sampler.stream(request))
    lines = [list(group) for _, group in itertools.groupby(steps, key=lambda step: step.line)]
    texts = [line[0].text for line in lines]
    assert " ".join(texts) == LONG.strip()
    assert len(lines) > 1
    points = torch.from_numpy(np.stack(read))[None]
    # One more is read than written: the last of a line, to see whether the window has left it.
    first = len(lines[0]) + 1
    style = sampler.style(request)
    outputs, phi, _, state = forced(sampler, points[:, : first - 1], texts[0], style)
    check(lines[0], outputs, phi, 0, sampler, 1)
    for n, line in enumerate(lines[1:], start=1):
        text = f"{texts[0]} {texts[n]}"
        own = points[:, first : first + len(line)]
        np.testing.assert_array_equal(own[0, 0, :2], points[0, len(lines[0]), :2])
        assert own[0, 0, 2] == 1
        outputs, phi, _, _ = forced(sampler, own, text, style, state)
        check(line, outputs, phi, len(texts[0]) + 1, sampler, 1)
        first += len(line) + 1
        assert (line[0].dx, line[0].dy) == (0, 0)
    assert first == len(read)


def test_lines_in_a_named_hand_begin_afresh(sampler):
    request = WritingRequest(LONG, seed=5, hand="7")
    steps = list(sampler.stream(request))
    style = sampler.style(request)
    for _, group in itertools.groupby(steps, key=lambda step: step.line):
        line = list(group)
        outputs, phi, _, _ = forced(sampler, points_of(sampler, line), line[0].text, style)
        check(line, outputs, phi, 0, sampler, 1)


def test_texts_side_by_side_are_those_written_alone(sampler):
    requests = [
        WritingRequest(LONG, seed=1),
        WritingRequest("a", seed=2, hand="12"),
        WritingRequest(TEXT, seed=3, bias=2),
        WritingRequest(TEXT, seed=4),
        WritingRequest(LONG, seed=6, hand="7"),
    ]
    primes = [None, None, None, INK, None]
    together = [[] for _ in requests]
    for steps in sampler.stream_many(requests, primes):
        for row, step in zip(together, steps, strict=True):
            if step is not None:
                row.append(step)
    for request, prime, row in zip(requests, primes, together, strict=True):
        alone = list(sampler.stream(request, prime))
        assert [(s.line, s.position, s.last) for s in alone] == [
            (s.line, s.position, s.last) for s in row
        ]
        for one, other in zip(alone, row, strict=True):
            assert (one.dx, one.dy) == pytest.approx((other.dx, other.dy), rel=1e-2, abs=1e-2)
            np.testing.assert_allclose(one.attention, other.attention, atol=1e-3)


def test_a_seed_writes_the_same_again(sampler):
    torch.manual_seed(0)
    state = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    one, again, other = (sampler.write(WritingRequest(LONG, seed=s)) for s in (1, 1, 2))
    for a, b in zip(one.lines, again.lines, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.allclose(one.lines[0][:5], other.lines[0][:5])
    assert torch.equal(state[0], torch.random.get_rng_state())
    assert (state[1] == np.random.get_state()[1]).all()  # noqa: NPY002


def test_the_rule_by_which_a_line_ends():
    assert has_passed(np.array([0.1, 0.2, 0.3]), 2)
    assert not has_passed(np.array([0.1, 0.4, 0.3]), 2)
    assert not has_passed(np.array([0.4, 0.1, 0.3, 9.0]), 2)  # that of a longer neighbour


def test_a_line_ends_when_the_window_has_left_it(sampler):
    request = WritingRequest(TEXT, seed=1)
    steps = list(sampler.stream(request))
    assert len(steps) < SLOWEST * len(TEXT)
    points = torch.cat((points_of(sampler, steps), torch.zeros(1, 1, 3)), 1)
    last = steps[-1]
    points[0, -1] = torch.from_numpy(
        sampler.scale.normalise(np.array([last.dx, last.dy, last.pen_up], dtype=float))
    )
    _, phi, _, _ = forced(sampler, points, TEXT, sampler.style(request))
    past = [has_passed(row, len(TEXT)) for row in phi.numpy()]
    assert past == [False] * len(steps) + [True]
    assert [step.last for step in steps] == [False] * (len(steps) - 1) + [True]
    assert last.pen_up


def test_a_window_that_stands_still_is_given_up(sampler):
    with torch.no_grad():
        sampler.model.first.window.weight.zero_()
        sampler.model.first.window.bias[-3:] = -50.0
    sampler = WritingSampler(sampler.model, sampler.alphabet)
    steps = list(sampler.stream(WritingRequest("a b", seed=1)))
    assert len(steps) == AT_LEAST + 3 * SLOWEST
    assert steps[-1].last


def test_a_hand_and_a_blend_of_two(sampler):
    seven, twelve, middle, any_ = (
        sampler.style(WritingRequest("a", **hand))
        for hand in (
            {"hand": "7"},
            {"hand": "12"},
            {"hand": "7", "other": "12", "blend": 0.5},
            {},
        )
    )
    np.testing.assert_allclose(middle, (seven + twelve) / 2, rtol=1e-6)
    assert len({tuple(s.tolist()) for s in (seven, twelve, middle, any_)}) == 4
    given = list(sampler.stream(WritingRequest(TEXT, seed=1), style=seven))
    named = list(sampler.stream(WritingRequest(TEXT, seed=1, hand="7")))
    assert [(s.dx, s.dy) for s in given] == [(s.dx, s.dy) for s in named]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text": "aλ"}, "never seen anyone write λ"),
        ({"hand": "8"}, "no hand '8'; there are 7, 12 and"),
        ({"hand": "7", "other": "x" * 99}, "no hand 'x{40}'"),
    ],
)
def test_what_cannot_be_written_is_said_at_once(sampler, wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        next(sampler.stream(WritingRequest(**({"text": TEXT} | wrong))))


def test_a_writing_is_the_sum_of_its_steps(sampler):
    request = WritingRequest(LONG, seed=1)
    steps, writing = list(sampler.stream(request)), sampler.write(request)
    assert writing.texts == list(dict.fromkeys(step.text for step in steps))
    for n, line in enumerate(writing.lines):
        own = [step for step in steps if step.line == n]
        moves = np.diff(line, axis=0)
        np.testing.assert_allclose(moves[:, :2], [(s.dx, s.dy) for s in own], atol=1e-6)
        assert line[0].tolist() == [0, 0, 0]
        assert line[1:, 2].tolist() == [s.pen_up for s in own]
    strokes = writing.strokes()
    assert sum(map(len, strokes)) == sum(map(len, writing.lines))
    assert len(strokes) == sum(int(line[:, 2].sum()) for line in writing.lines)
    paths = ElementTree.fromstring(svg(writing))
    assert paths[0].get("d").count("M") == len(strokes)


def save(sampler, path, **changes):
    """The sampler's network as a checkpoint."""
    card = {
        "name": "writing", "task": "handwriting", "title": "T", "description": "D",
        "config": vars(sampler.model.config), "data": {}, "training": {},
        "vocabulary": sampler.alphabet.characters,
    } | changes  # fmt: skip
    checkpoint.save(path, Card(**card), sampler.model.state_dict())
    return path


def test_from_a_checkpoint(sampler, tmp_path):
    loaded = WritingSampler.from_checkpoint(save(sampler, tmp_path / "writing.safetensors"))
    assert loaded.model.config == sampler.model.config
    assert loaded.hands == ("7", "12")
    with torch.no_grad():
        for p in sampler.model.parameters():
            p.copy_(p.half().float())
    request = WritingRequest(TEXT, seed=1)
    mine, its = (
        loaded.write(request),
        WritingSampler(sampler.model, sampler.alphabet).write(request),
    )
    np.testing.assert_array_equal(mine.lines[0], its.lines[0])


@pytest.mark.parametrize(
    "changes", [{"vocabulary": [" ", "a"]}, {"vocabulary": ["ab", " "]}, {"config": {"x": 1}}]
)
def test_a_card_that_does_not_fit(sampler, tmp_path, changes):
    with pytest.raises(CheckpointError, match="does not fit its own card"):
        WritingSampler.from_checkpoint(save(sampler, tmp_path / "w.safetensors", **changes))
