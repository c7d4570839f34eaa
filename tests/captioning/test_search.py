"""The beam search, beside a search through everything; words drawn by chance."""

import itertools
import math

import numpy as np
import pytest
import torch
from captioning.tiny import decoder, features

from lstm_core.captioning.search import beam_search, chance, repeating, write

V, END, BEGIN, UNKNOWN = 7, 0, 1, 2
BANNED = [BEGIN, UNKNOWN]


@pytest.fixture(scope="module")
def speaker():
    return decoder(V)


def search(speaker, **more):
    settings = {"beam": 100_000, "longest": 4, "banned": BANNED, "phrase": 0, **more}
    return list(beam_search(speaker, speaker.see(features(1)), BEGIN, END, **settings))


@torch.inference_mode()
def everything(speaker, alpha, longest, forced=()):
    """All captions with their scores, each scored by all its words at once."""
    found = {}
    seen = speaker.see(features(1))
    others = [n for n in range(V) if n not in (END, *BANNED)]
    for count in range(longest):
        for words in itertools.product(others, repeat=count):
            if words[: len(forced)] != tuple(forced) or count < len(forced):
                continue
            log_p = speaker.look(seen, torch.tensor([[BEGIN, *words]])).logits.double()
            log_p = log_p.log_softmax(-1)
            total = sum(float(log_p[t, n]) for t, n in enumerate([*words, END]))
            found[(*words, END)] = total / ((5 + count + 1) / 6) ** alpha
    return found


@pytest.mark.parametrize("alpha", [0.0, 1.2])
def test_a_beam_wide_enough_finds_what_there_is(speaker, alpha):
    found = search(speaker, alpha=alpha)[-1]
    wanted = everything(speaker, alpha, 4)
    assert len(found.ended) == len(wanted) == 1 + 4 + 16 + 64
    for each in found.ended:
        assert each.score == pytest.approx(wanted[each.words], abs=1e-5)
    assert found.best.words == max(wanted, key=wanted.get)
    scores = [each.score for each in found.ended]
    assert scores == sorted(scores, reverse=True)


def test_a_beam_of_one_takes_the_likeliest_word(speaker):
    (written,) = write(
        speaker, speaker.see(features(1)), BEGIN, END, longest=8, banned=BANNED
    ).tolist()
    found = search(speaker, beam=1, longest=9)[-1].best.words  # as many words, and the end
    assert list(found[: len(written)]) == written
    assert found[-1] == END


def test_what_was_looked_at_is_kept(speaker):
    found = search(speaker, beam=3, longest=9)[-1].best
    with torch.no_grad():
        look = speaker.look(speaker.see(features(1)), torch.tensor([[BEGIN, *found.words[:-1]]]))
    torch.testing.assert_close(torch.tensor(np.array(found.weights)).float(), look.weights)


def test_words_forced_come_first(speaker):
    found = search(speaker, forced=[6, 3], alpha=0.6)[-1]
    wanted = everything(speaker, 0.6, 4, forced=[6, 3])
    assert {each.words for each in found.ended} == set(wanted)
    assert found.best.score == pytest.approx(max(wanted.values()), abs=1e-5)
    assert search(speaker, beam=2, longest=3, forced=[6, 3])[-1].best.words == (6, 3, END)
    with pytest.raises(ValueError, match="do not fit"):
        search(speaker, longest=3, forced=[6, 3, 4])


def test_what_is_decided_never_changes(speaker):
    before, beams = (), search(speaker, beam=3, longest=9)
    for beam in beams:
        decided = beam.best.words[: beam.decided()]
        assert decided[: len(before)] == before
        assert all(each.words[: len(decided)] == decided for each in beam.alive)
        before = decided
    assert len(beams[-1].ended) == 3
    assert not beams[-1].alive
    assert beams[-1].decided() == len(beams[-1].best.words)


def test_nothing_is_said_twice(speaker):
    """With hardly an end in sight, and three words to choose from."""
    endless = decoder(V)
    with torch.no_grad():
        endless.bias[END] = -1e3
    free = search(endless, beam=1, longest=20)[-1].best.words
    assert len(set(triples(free))) < 18
    bound = search(endless, beam=1, longest=20, phrase=3)[-1].best.words
    assert len(set(triples(bound))) == len(bound) - 2 >= 6
    assert all(a != b for a, b in itertools.pairwise(bound))


def triples(words):
    return list(zip(words, words[1:], words[2:], strict=False))


@pytest.mark.parametrize(
    ("words", "phrase", "never"),
    [
        ((), 3, set()),
        ((4,), 3, {4}),
        ((4, 5), 3, {5}),
        ((4, 5, 6, 4, 5), 3, {5, 6}),
        ((4, 5, 4), 2, {4, 5}),
        ((4, 5), 1, {4, 5}),
        ((4, 4), 0, set()),
    ],
)
def test_words_that_would_repeat(words, phrase, never):
    assert set(repeating(words, phrase)) == never


def test_words_are_drawn_by_their_probabilities():
    random = np.random.default_rng(1)
    log_p = np.log([0.5, 0.3, 0.2, 1e-300])
    log_p[3] = -np.inf
    for temperature, expected in ((1.0, [0.5, 0.3, 0.2]), (0.5, [0.658, 0.237, 0.105])):
        drawn = [chance(log_p, temperature, random) for _ in range(4_000)]
        shares = np.bincount(drawn, minlength=4) / 4_000
        np.testing.assert_allclose(shares[:3], expected, atol=0.03)
        assert shares[3] == 0
    assert {chance(log_p, 0.01, random) for _ in range(50)} == {0}
    assert chance(np.array([-np.inf, -5.0]), 2.0, random) == 1


def test_many_are_drawn_as_the_network_thinks(speaker):
    """The first words of many captions of one photo, beside their probabilities."""
    N = 3_000
    seen = speaker.see(features(1))
    drawn = write(speaker, seen.repeated(N), BEGIN, END, longest=3, banned=BANNED, drawn=True)
    with torch.no_grad():
        p = speaker.look(seen, torch.tensor([[BEGIN]])).logits[0]
    p[BANNED] = -math.inf
    shares = torch.bincount(drawn[:, 0], minlength=V) / N
    torch.testing.assert_close(shares, p.softmax(-1), atol=0.03, rtol=0)
    ended = (drawn == END).long().cumsum(1) > 0
    assert (drawn[ended] == END).all()
    assert drawn.shape[1] <= 3
