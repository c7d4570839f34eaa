"""The beam search, beside a search through everything."""

import itertools
import math

import numpy as np
import pytest
import torch
from translation.tiny import attentive, squeezed

from lstm_core.translation.search import beam_search

V, BEGIN, END = 7, 2, 1
SOURCE = torch.tensor([[3, 5, 6, 4]])


@torch.inference_mode()
def search(model, **more):
    settings = {"beam": 1_000_000, "longest": 4, **more}
    source = model.encode(SOURCE, torch.tensor([4]))
    return list(beam_search(model, source, BEGIN, END, **settings))[-1]


@torch.inference_mode()
def everything(model, alpha, beta, longest, banned=(), forced=()):
    """All translations with their scores, each scored by the whole sequence at once."""
    found = {}
    others = [n for n in range(V) if n != END and n not in banned]
    for n in range(longest):
        for pieces in itertools.product(others, repeat=n):
            if pieces[: len(forced)] != tuple(forced):
                continue
            look = model.look(SOURCE, torch.tensor([[BEGIN, *pieces]]))
            log_p = look.logits.double().log_softmax(-1)
            total = sum(float(log_p[t, k]) for t, k in enumerate([*pieces, END]))
            covered = look.weights.double().sum(0).clamp(max=1)
            found[pieces] = total / ((5 + n + 1) / 6) ** alpha + beta * float(covered.log().sum())
    return found


@pytest.mark.parametrize(
    ("made", "alpha", "beta"), [(attentive, 0, 0), (attentive, 1.2, 0.4), (squeezed, 0.7, 0)]
)
def test_a_beam_wide_enough_finds_what_there_is(made, alpha, beta):
    model = made(V)
    found = search(model, banned=[0, 3], length_penalty=alpha, coverage_penalty=beta)
    wanted = everything(model, alpha, beta, 4, banned=[0, 3])
    assert len(found.ended) == len(wanted) == 1 + 4 + 16 + 64
    for node in found.ended:
        assert node.score == pytest.approx(wanted[tuple(node.pieces()[:-1])], abs=1e-5)
    best = max(wanted, key=wanted.get)
    assert tuple(found.best.pieces()) == (*best, END)


def test_only_what_may_follow_is_written():
    """A watch that lets no piece stand twice in a row, and none before the forced ones' end."""
    model = attentive(V)

    def watch(written):
        return np.arange(V) != (written[-1] if written else -1)

    found = search(model, banned=[0, 3], forced=[2, 2], longest=5, watches=[watch])
    wanted = {
        pieces: score
        for pieces, score in everything(model, 0, 0, 5, banned=[0, 3], forced=(2, 2)).items()
        if all(a != b for a, b in itertools.pairwise(pieces[1:]))
    }
    assert {tuple(node.pieces()[:-1]) for node in found.ended} == set(wanted)
    assert tuple(found.best.pieces()[:-1]) == max(wanted, key=wanted.get)


def test_a_beam_of_one_takes_the_likeliest_piece():
    model = attentive(V)
    with torch.inference_mode():
        source = model.encode(SOURCE, torch.tensor([4]))
        state, pieces = source.state, [BEGIN]
        while pieces[-1] != END and len(pieces) < 12:
            logits, _, state = model.step(torch.tensor(pieces[-1:]), state, source)
            logits[0, 0] = -math.inf
            pieces.append(int(logits.argmax()) if len(pieces) < 11 else END)
    assert search(model, beam=1, longest=11, banned=[0]).best.pieces() == pieces[1:]


def test_a_wider_beam_is_no_worse_and_hypotheses_are_a_tree():
    model = attentive(V)
    found = [search(model, beam=beam, longest=8) for beam in (1, 4, 64)]
    best = [each.ranked()[0].log_probability for each in found]
    assert best[0] <= best[2] + 1e-9
    for beam, each in zip((1, 4, 64), found, strict=True):
        assert len(each.ended) == beam
        assert [node.number for node in each.nodes] == list(range(len(each.nodes)))
        for node in each.nodes[1:]:
            assert node.parent is each.nodes[node.parent.number]
            assert node.depth == node.parent.depth + 1 == len(node.pieces())
            assert node.log_probability < node.parent.log_probability
            np.testing.assert_allclose(node.covered, node.parent.covered + node.weights)
            assert node.weights.sum() == pytest.approx(1, abs=1e-5)
            assert (node.score is None) == (node.piece != END)
        paths = [tuple(node.pieces()) for node in each.nodes]
        assert len(set(paths)) == len(paths)


def test_forced_pieces_come_first_and_the_rest_follows():
    model = attentive(V)
    found = search(model, forced=[6, 3], length_penalty=0.6)
    wanted = everything(model, 0.6, 0, 4, forced=[6, 3])
    assert {tuple(node.pieces()[:-1]) for node in found.ended} == set(wanted)
    assert found.ranked()[0].score == pytest.approx(max(wanted.values()), abs=1e-5)
    assert search(model, beam=2, longest=3, forced=[6, 3]).best.pieces() == [6, 3, END]
    with pytest.raises(ValueError, match="do not fit"):
        search(model, longest=3, forced=[6, 3, 4])


def test_what_is_decided_never_changes():
    model = attentive(V)
    with torch.inference_mode():
        source = model.encode(SOURCE, torch.tensor([4]))
        before, beams = [], 0
        for beam in beam_search(model, source, BEGIN, END, beam=3, longest=9):
            decided = beam.decided()
            assert decided[: len(before)] == before
            before, beams = decided, beams + 1
            every = [node.pieces() for node in beam.alive + beam.ended]
            assert all(path[: len(decided)] == decided for path in every)
    assert beams <= 9
