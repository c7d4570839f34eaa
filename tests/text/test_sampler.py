"""Writing: against the same network run teacher-forced, and draws against known distributions."""

import copy
import json
import math
import random
import struct
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from lstm_core import checkpoint
from lstm_core import stepper as module
from lstm_core.checkpoint import Card, CheckpointError
from lstm_core.text import sampler as sampler_module
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.sampler import (
    FUSED_FROM,
    HALF_PRECISION_FROM,
    MAX_LENGTH,
    MAX_PRIME,
    MAX_SEED,
    Draw,
    TextRequest,
    TextSampler,
    limit,
)
from lstm_core.text.vocabulary import ESCAPE, Vocabulary

CHARACTERS = "\n abcdefghijklmno"
V = len(CHARACTERS)
SHORT, LONG = "a bad cafe", "a bad decade in a mine\nand one bean feed on a lid of ice\n"
assert len(SHORT) < FUSED_FROM < len(LONG)


def strong(config):
    """A network whose predictions depend a lot on what it has read."""
    model = TextModel(config)
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(0.8 * torch.randn(p.shape, generator=generator))
    return model


@pytest.fixture
def sampler():
    return TextSampler(strong(TextConfig(V, 5, 12, 2)), Vocabulary(CHARACTERS))


@pytest.fixture
def escaping():
    """A sampler whose vocabulary has an escape, which its network takes for likely."""
    model = strong(TextConfig(V + 1, 5, 12, 2))
    with torch.no_grad():
        model.head.bias[V] = 4.0
    return TextSampler(model, Vocabulary([*CHARACTERS, ESCAPE]))


def text(steps):
    return "".join(step.character for step in steps)


def forced(sampler, prime, steps):
    """The network reads prime and text by `forward`: log-probabilities and the state after each.

    Returns:
        (N + 1, V) log-probabilities and logits of what follows the prime and each character, and
        the states after each character.
    """
    ids = torch.from_numpy(sampler.vocabulary.encode(prime + text(steps)))
    with torch.no_grad():
        logits = sampler.model(ids[None])[0][0, len(prime) - 1 :]
        read = range(len(prime) + 1, len(ids) + 1)
        states = [sampler.model(ids[None, :n])[1] for n in read]
    return logits.log_softmax(-1), logits, states


def check_forced(sampler, prime, steps, atol=1e-5):
    log_probs, logits, states = forced(sampler, prime, steps)
    for n, step in enumerate(steps):
        torch.testing.assert_close(step.log_probs, log_probs[n], rtol=1e-5, atol=atol)
        torch.testing.assert_close(step.next_logits, logits[n + 1], rtol=1e-5, atol=atol)
        for mine, its in zip(step.state, states[n], strict=True):
            torch.testing.assert_close(mine, its, rtol=1e-5, atol=atol)


# The stream against the network read teacher-forced


@pytest.mark.parametrize("prime", ["b", SHORT, LONG[:FUSED_FROM], LONG[: FUSED_FROM + 1], LONG])
@pytest.mark.parametrize("temperature", [0, 0.7, 2])
def test_a_stream_is_the_network_read_teacher_forced(sampler, prime, temperature):
    request = TextRequest(prime, length=60, temperature=temperature, seed=3)
    steps = list(sampler.stream(request))
    assert [step.position for step in steps] == list(range(60))
    check_forced(sampler, prime, steps)
    for step in steps:
        assert CHARACTERS[step.id] == step.character
        assert step.log_probs.shape == step.next_logits.shape == (V,)
        assert step.state.h.shape == step.state.c.shape == (2, 1, 12)
        assert step.surprise == pytest.approx(-step.log_probs[step.id].item())


def test_the_prime_decides_what_is_expected(sampler):
    """Guards the test above: a sampler that forgot its prime would show."""
    primes = [SHORT, SHORT[-4:], LONG, LONG[-4:]]
    firsts = [next(sampler.stream(TextRequest(prime))).log_probs for prime in primes]
    for a, b in ((0, 1), (0, 2), (2, 3)):
        assert not torch.allclose(firsts[a], firsts[b], atol=1e-3)


@pytest.mark.parametrize(
    ("prime", "read"),
    [
        ("", "\n"),
        ("Ωλ", "\n"),  # nothing is left
        ("\0", "\n"),
        ("b\0c", "bc"),
        ("b\ud800c", "bc"),  # half a surrogate pair
        ("\N{GRINNING FACE}bc", "bc"),
        ("b\r\nc", "b\nc"),
        ("bé", "be"),
    ],
)
def test_any_prime_can_be_read(sampler, prime, read):
    assert sampler.read(prime).text == read
    steps = list(sampler.stream(TextRequest(prime, length=5)))
    check_forced(sampler, read, steps)


def test_a_vocabulary_without_line_break_begins_with_its_first_character():
    sampler = TextSampler(strong(TextConfig(3, 5, 12, 2)), Vocabulary("abc"))
    assert sampler.read("").text == sampler.read("xyz").text == "a"


def test_the_longest_prime_is_read(sampler):
    prime = (LONG * 1_000)[:MAX_PRIME]
    step = next(sampler.stream(TextRequest(prime)))
    with torch.no_grad():
        expected = sampler.model(torch.from_numpy(sampler.vocabulary.encode(prime))[None])[0]
    torch.testing.assert_close(step.log_probs, expected[0, -1].log_softmax(-1), rtol=0, atol=1e-5)


# Seeds


def test_the_seed_decides(sampler):
    texts = [
        sampler.write(TextRequest(SHORT, length=80, seed=seed)) for seed in (0, 1, 2, MAX_SEED)
    ]
    again = [
        sampler.write(TextRequest(SHORT, length=80, seed=seed)) for seed in (0, 1, 2, MAX_SEED)
    ]
    assert texts == again
    assert len(set(texts)) == 4
    first, second = (list(sampler.stream(TextRequest(SHORT, length=80))) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert torch.equal(a.log_probs, b.log_probs)
        assert torch.equal(a.state.c, b.state.c)


def test_requests_do_not_disturb_each_other(sampler):
    requests = [TextRequest(SHORT, 40, seed=1), TextRequest(LONG, 40, 1.5, top_k=4, seed=2)]
    alone = [sampler.write(request) for request in requests]
    interleaved = list(zip(*map(sampler.stream, requests), strict=True))
    assert [text(steps) for steps in zip(*interleaved, strict=True)] == alone
    abandoned = sampler.stream(requests[1])
    next(abandoned)
    assert sampler.write(requests[0]) == alone[0]


def test_the_global_random_numbers_are_left_alone(sampler, tmp_path):
    save(sampler, tmp_path)

    def state():
        return repr(np.random.get_state()), random.getstate(), torch.get_rng_state().tolist()  # noqa: NPY002

    before = state()
    request = TextRequest(LONG, length=50, top_k=5)
    expected = sampler.write(request)
    list(sampler.stream_many([request] * HALF_PRECISION_FROM))
    TextSampler.from_checkpoint(tmp_path / "tiny.safetensors")
    assert state() == before
    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    torch.manual_seed(1)
    assert sampler.write(request) == expected


def test_the_same_luck_at_every_temperature():
    """A network that expects the same whatever it read: each text is known from the luck alone."""
    model = TextModel(TextConfig(V, 5, 12, 2))
    logits = torch.linspace(-2, 2, V, dtype=torch.float64)
    with torch.no_grad():
        model.head.weight.zero_()
        model.head.bias.copy_(logits)
    sampler = TextSampler(model, Vocabulary(CHARACTERS))
    luck = np.random.Generator(np.random.PCG64(11)).random(300)
    for temperature in (0.2, 0.8, 1, 2):
        cumulative = torch.softmax(logits.float().double() / temperature, 0).cumsum(0).numpy()
        expected = "".join(CHARACTERS[n] for n in np.searchsorted(cumulative, luck, side="right"))
        for prime in (SHORT, LONG):
            request = TextRequest(prime, length=300, temperature=temperature, seed=11)
            assert sampler.write(request) == expected


# Greedy and limited


@pytest.mark.parametrize(
    "how", [{"temperature": 0}, {"top_k": 1}, {"top_p": 1e-9}, {"temperature": 1e-320}]
)
def test_the_likeliest_alone(sampler, how):
    """Each character is the argmax of what was expected, so the seed cannot matter."""
    streams = [list(sampler.stream(TextRequest(SHORT, 80, seed=s, **how))) for s in (0, 1)]
    for step in streams[0]:
        assert step.id == step.log_probs.argmax()
    assert text(streams[0]) == text(streams[1])
    assert len(set(text(streams[0]))) > 1


def brute_force(logits, temperature, top_k, top_p):
    """The limited distribution of one row, by sorting a list."""
    top = max(logits)
    weights = [math.exp((x - top) / temperature) for x in logits]
    p = [w / math.fsum(weights) for w in weights]
    ranked = sorted(range(len(p)), key=lambda i: (-p[i], i))
    kept, held = [], 0.0
    for rank, i in enumerate(ranked):
        if rank < (top_k or len(p)) and (rank == 0 or held < top_p):
            kept.append(i)
        held += p[i]
    total = math.fsum(p[i] for i in kept)
    return [p[i] / total if i in kept else 0.0 for i in range(len(p))]


@pytest.mark.parametrize("top_k", [0, 1, 2, 5, V - 1, V, 1_000])
@pytest.mark.parametrize("top_p", [1e-9, 0.1, 0.5, 0.9, 0.999, 1.0])
def test_limits_against_brute_force(top_k, top_p):
    logits = np.random.default_rng(top_k).normal(size=(20, V)) * 2
    for temperature in (0.5, 1.0, 1.7):
        p = np.exp(logits / temperature)
        k, q = np.full((20, 1), top_k or V), np.full((20, 1), top_p)
        limited = limit(p, k, q)
        expected = [brute_force(row, temperature, top_k, top_p) for row in logits.tolist()]
        np.testing.assert_allclose(limited / limited.sum(1, keepdims=True), expected, atol=1e-12)
        assert ((limited == p) | (limited == 0)).all(), "what is kept is not scaled"


def test_limits_differ_from_row_to_row():
    logits = np.random.default_rng(0).normal(size=(4, V))
    k, q = np.array([[3], [V], [V], [5]]), np.array([[1.0], [0.5], [1.0], [0.2]])
    limited = limit(np.exp(logits), k, q)
    for row in range(4):
        expected = brute_force(logits[row].tolist(), 1.0, int(k[row, 0]), float(q[row, 0]))
        np.testing.assert_allclose(limited[row] / limited[row].sum(), expected, atol=1e-12)


def test_limits_keep_the_likeliest_always():
    for p in ([1.0, 0, 0], [1e-300, 1e-301, 0], [0.5, 0.5, 0.5], [1.0, 1e-17, 1e-18]):
        for top_p in (5e-324, 1e-9, 1.0):
            limited = limit(np.array([p]), np.array([[1]]), np.array([[top_p]]))
            assert limited.tolist() == [[p[0], 0, 0]]


def test_of_characters_alike_the_first_are_kept():
    limited = limit(np.tile([[1.0, 2.0]], 100), np.array([[3]]), np.array([[1.0]]))
    assert np.flatnonzero(limited).tolist() == [1, 3, 5]


def test_no_limit_keeps_even_what_rounding_hides():
    p = np.array([[1e-18, 1.0, 1e-17, 1e-30]])
    assert limit(p, np.array([[4]]), np.array([[1.0]])).tolist() == p.tolist()
    assert limit(p, np.array([[3]]), np.array([[1.0]])).tolist() == [[1e-18, 1.0, 1e-17, 0]]


@pytest.mark.parametrize("how", [{"top_k": 3}, {"top_p": 0.4}, {"top_k": 4, "top_p": 0.6}])
def test_a_stream_stays_within_its_limits(sampler, how):
    request = TextRequest(SHORT, length=400, temperature=1.5, seed=2, **how)
    ranks = set()
    for step in sampler.stream(request):
        p = brute_force(step.log_probs.double().tolist(), 1.5, request.top_k, request.top_p)
        assert p[step.id] > 0
        ranks.add(int((step.log_probs > step.log_probs[step.id]).sum()))
    assert len(ranks) > 1, "not only the likeliest"


# Draws


def draws(logits, count, escape=None, **how):
    """The characters drawn at `count` places, all with the same logits."""
    request = TextRequest(length=count, **how)
    draw = Draw([request], [0], len(logits), escape)
    row = np.array([logits], np.float32)
    return np.array([draw(row, n)[0] for n in range(count)])


@pytest.mark.parametrize(
    "how",
    [
        {"temperature": 1.0},
        {"temperature": 0.5},
        {"temperature": 2.0},
        {"temperature": 1.0, "top_k": 4},
        {"temperature": 1.3, "top_p": 0.8},
        {"temperature": 1.0, "top_k": 6, "top_p": 0.7},
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", [0, 1])
def test_frequencies_are_the_probabilities(how, seed):
    logits = np.random.default_rng(5).normal(size=10).astype(np.float32) * 1.2
    n = MAX_LENGTH
    counts = np.bincount(draws(logits, n, seed=seed, **how), minlength=10)
    limits = {"top_k": 0, "top_p": 1.0, **how}
    p = np.array(brute_force(logits.tolist(), **limits))
    assert (counts[p == 0] == 0).all()
    kept = p > 0
    chi_square = (((counts - n * p) ** 2)[kept] / (n * p[kept])).sum()
    freedom = kept.sum() - 1
    # Within four standard deviations of its mean, seen from above.
    assert chi_square < freedom + 4 * math.sqrt(2 * freedom)
    # And the test can tell: the same counts do not fit a neighbouring temperature.
    other = np.array(
        brute_force(logits.tolist(), **{**limits, "temperature": how["temperature"] * 1.3})
    )
    both = kept & (other > 0)
    chi_square = (((counts - n * other) ** 2)[both] / (n * other[both])).sum()
    assert chi_square > freedom + 4 * math.sqrt(2 * freedom)


EXTREMES = {  # logits, of which the last is the escape's, and what can be drawn
    "likeliest is the escape": ([0.0, 0.0, 0.0, 0.0, 50.0], {0, 1, 2, 3}),
    "great": ([3e38, -3e38, 3e38, -3e38, 3.4e38], {0, 2}),
    "small": ([-3e38, -3.4e38, -3e38, -3.4e38, 0.0], {0, 2}),
    "one is sure": ([-1e4, -1e4, -1e4, 1e4, 0.0], {3}),
    "impossible ones": ([-np.inf, 1.0, -np.inf, 2.0, 3.0], {1, 3}),
}


@pytest.mark.parametrize("case", EXTREMES)
@pytest.mark.parametrize(
    "how",
    [
        {"temperature": 0},
        {"temperature": 1e-300},
        {"temperature": 0.01},
        {"temperature": 2},
        {"temperature": 2, "top_k": 5},
        {"temperature": 2, "top_k": 4, "top_p": 0.999},
        {"temperature": 1, "top_k": 1},
    ],
    ids=str,
)
def test_neither_the_escape_nor_the_impossible_is_drawn(case, how):
    logits, possible = EXTREMES[case]
    drawn = set(draws(logits, 200, escape=4, **how).tolist())
    assert drawn <= possible
    if how == {"temperature": 2}:
        assert drawn == possible


@pytest.mark.parametrize("luck", [0.0, 5e-324, 0.5, 1 - 2**-53])
@pytest.mark.parametrize("escape", [0, 2, 5])
def test_the_ends_of_the_luck_reach_no_character_of_probability_zero(luck, escape):
    """The least and the greatest random number, with impossible characters first and last."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        logits = rng.normal(size=(1, 6)).astype(np.float32) * 5
        logits[0, [0, 5]] = -np.inf
        draw = Draw([TextRequest(length=1, temperature=1)], [0], 6, escape)
        draw.luck[:] = luck
        drawn = draw(logits, 0).item()
        assert drawn not in (0, 5, escape)
        possible = [n for n in range(1, 5) if n != escape]
        if luck < 1e-300:
            assert drawn == possible[0]
        if luck > 0.9:
            assert drawn == possible[-1]


def test_an_escape_is_expected_but_never_written(escaping):
    for how in ({"temperature": 0}, {"temperature": 2}, {"top_k": 1}, {"top_p": 0.3}):
        steps = list(escaping.stream(TextRequest(SHORT, length=150, **how)))
        assert ESCAPE not in text(steps)
        assert any(step.log_probs.argmax() == V for step in steps)
    check_forced(escaping, SHORT, steps)


# Going on


@pytest.mark.parametrize("prime", [SHORT, LONG])
@pytest.mark.parametrize("how", [{}, {"top_k": 5, "temperature": 1.4}])
def test_a_text_taken_up_again_is_the_text_at_once(sampler, prime, how):
    whole = list(sampler.stream(TextRequest(prime, length=500, seed=8, **how)))
    steps = list(sampler.stream(TextRequest(prime, length=200, seed=8, **how)))
    for length in (1, 299):
        more = TextRequest("not read again", length=length, seed=8, **how)
        steps += sampler.stream(more, after=steps[-1])
    assert text(steps) == text(whole)
    for a, b in zip(steps, whole, strict=True):
        assert a.position == b.position
        assert torch.equal(a.log_probs, b.log_probs)
        assert torch.equal(a.next_logits, b.next_logits)
        assert torch.equal(a.state.h, b.state.h)
        assert torch.equal(a.state.c, b.state.c)


def test_texts_side_by_side_are_taken_up_again(sampler):
    requests = [TextRequest(SHORT, 50, seed=1), TextRequest(LONG, 50, 1.2, seed=2)]
    first = list(sampler.stream_many(requests))
    both = first + list(sampler.stream_many(requests, after=first[-1]))
    for request, steps in zip(requests, zip(*both, strict=True), strict=True):
        assert text(steps) == sampler.write(replace(request, length=100))


def test_one_text_goes_on_in_several_ways(sampler):
    *_, last = sampler.stream(TextRequest(SHORT, length=20))
    texts = [text(sampler.stream(TextRequest(length=50, seed=s), after=last)) for s in (1, 2, 1)]
    assert texts[0] == texts[2] != texts[1]


# Side by side

REQUESTS = [
    TextRequest(SHORT, 60, 0.8, seed=1),
    TextRequest(LONG, 60, 0, seed=2),
    TextRequest("", 60, 1.7, top_k=4, seed=3),
    TextRequest(SHORT, 60, 1.0, top_p=0.7, seed=4),
    TextRequest(SHORT, 60, 0.8, seed=5),
]


@pytest.mark.parametrize("batch_size", range(1, HALF_PRECISION_FROM))
def test_side_by_side_as_alone(sampler, batch_size):
    requests = REQUESTS[:batch_size]
    rows = zip(*sampler.stream_many(requests), strict=True)
    for request, steps in zip(requests, rows, strict=True):
        assert text(steps) == sampler.write(request)
        check_forced(sampler, sampler.read(request.prime).text, steps)


@pytest.mark.parametrize("fast", [False, True])
def test_many_side_by_side_with_and_without_half_precision(sampler, monkeypatch, fast):
    monkeypatch.setattr(module, "has_fast_bfloat16", lambda device: fast)
    assert len(REQUESTS) >= HALF_PRECISION_FROM
    before = copy.deepcopy(sampler.model.state_dict())
    rows = list(zip(*sampler.stream_many(REQUESTS), strict=True))
    for request, steps in zip(REQUESTS, rows, strict=True):
        check_forced(sampler, sampler.read(request.prime).text, steps, 0.25 if fast else 1e-5)
        if not fast:
            assert text(steps) == sampler.write(request)
        assert steps[-1].state.c.dtype == steps[-1].next_logits.dtype == torch.float32
    exact = forced(sampler, SHORT, rows[0])[0]
    error = max((step.log_probs - exact[n]).abs().max() for n, step in enumerate(rows[0]))
    assert (error > 1e-4) == fast, "half precision is to be used where it is fast"
    assert all(torch.equal(w, before[k]) for k, w in sampler.model.state_dict().items())
    assert [text(a) for a in rows] == [
        text(b) for b in zip(*sampler.stream_many(REQUESTS), strict=True)
    ]


def test_each_prime_is_read_once(sampler, monkeypatch):
    read = []
    start = sampler._start
    monkeypatch.setattr(sampler, "_start", lambda prime: read.append(prime) or start(prime))
    next(sampler.stream_many(REQUESTS))
    assert sorted(read) == sorted({SHORT, LONG, ""})


@pytest.mark.parametrize(
    "requests", [[], [TextRequest(length=3), TextRequest(length=4)]], ids=["none", "two lengths"]
)
def test_texts_side_by_side_have_one_length(sampler, requests):
    with pytest.raises(ValueError, match=r"^Texts written side by side must have one length\.$"):
        next(sampler.stream_many(requests))


# Streams


def counting(sampler, monkeypatch):
    """A list that grows with each step of a stream; reading the prime does not count."""
    calls, make = [], module.stepper

    def stepper(*args):
        step = make(*args)
        return lambda *args: calls.append(1) or step(*args)

    monkeypatch.setattr(sampler_module, "stepper", stepper)
    return calls


def test_each_step_is_computed_when_it_is_asked_for(sampler, monkeypatch):
    calls = counting(sampler, monkeypatch)
    stream = sampler.stream(TextRequest(SHORT, length=MAX_LENGTH))
    assert len(calls) == 0
    for n in range(1, 11):
        next(stream)
        assert len(calls) == n
        assert not torch.is_inference_mode_enabled(), "the consumer is left as it was"
    stream.close()
    assert len(calls) == 10
    assert next(stream, None) is None


@pytest.mark.parametrize("length", [1, 2, 17])
def test_a_stream_ends(sampler, monkeypatch, length):
    calls = counting(sampler, monkeypatch)
    steps = list(sampler.stream(TextRequest(LONG, length=length)))
    assert len(steps) == len(calls) == length
    assert sampler.write(TextRequest(LONG, length=length)) == text(steps)


def test_a_stream_cannot_change_the_network(sampler):
    assert not sampler.model.training
    assert not any(p.requires_grad for p in sampler.model.parameters())
    before = copy.deepcopy(sampler.model.state_dict())
    stream = sampler.stream(TextRequest(SHORT, length=30))
    for step in stream:
        for tensor in (step.log_probs, step.next_logits, *step.state):
            assert not tensor.requires_grad
        # A consumer cannot change what the stream goes on with either.
        for tensor in (step.next_logits, *step.state):
            with pytest.raises(RuntimeError, match="Inplace update to inference tensor"):
                tensor.zero_()
    assert not sampler.model.training
    assert all(torch.equal(w, before[k]) for k, w in sampler.model.state_dict().items())


def test_a_model_in_training_is_made_ready():
    """Dropout would show: two readings of one prime would differ."""
    model = strong(TextConfig(V, 5, 12, 2)).train()
    model.lstm.dropout = 0.5
    sampler = TextSampler(model, Vocabulary(CHARACTERS))
    assert sampler.write(TextRequest(LONG)) == sampler.write(TextRequest(LONG))


# Requests

RANGES = {
    "length": ("length must be a whole number from 1 to 5,000.", [1, 3.0, MAX_LENGTH], [0, 5001]),
    "temperature": (
        "temperature must be a number from 0 to 2.",
        [0, 0.5, 2, 1e-320],
        [2.01, -1e-9],
    ),
    "top_k": ("top-k must be a whole number from 0 to 1,000.", [0, 3.0, 1_000], [1_001]),
    "top_p": ("top-p must be a number from 0 to 1.", [1, 5e-324, 0.5], [1.01]),
    "seed": ("seed must be a whole number from 0 to 4,294,967,295.", [0, 3.0, MAX_SEED], [2**32]),
}
WRONG = [
    "5", "", None, True, False, [5], {}, 2j, b"5", object(), math.nan, math.inf, -math.inf,
    -1, -0.5, 1e300, 10**400, -(10**400),
]  # fmt: skip


def refusal(**values):
    with pytest.raises(ValueError, match=r"^The ") as caught:
        TextRequest(**values)
    return str(caught.value)


@pytest.mark.parametrize("name", RANGES)
def test_numbers_of_a_request(name):
    sentence, good, bad = RANGES[name]
    whole = "whole" in sentence
    for value in [*WRONG, *bad, *([1.5, 3.0000001] if whole else [])]:
        assert refusal(**{name: value}) == f"The {sentence}", value
    for value in good:
        kept = getattr(TextRequest(**{name: value}), name)
        assert kept == value
        assert type(kept) is (int if whole else float)


@pytest.mark.parametrize("value", [0, 0.0, -0.0])
def test_a_nucleus_of_nothing_is_refused(value):
    assert refusal(top_p=value) == "The top-p must be a number above 0, and at most 1."


@pytest.mark.parametrize("value", [None, 5, b"abc", ["a"], True, math.nan])
def test_a_prime_is_text(value):
    assert refusal(prime=value) == "The prime must be text."


def test_a_prime_is_not_too_long():
    assert TextRequest("x" * 20_000).prime == "x" * 20_000
    sentence = "The prime has 20,001 characters; at most 20,000 are read."
    assert refusal(prime="x" * 20_001) == sentence


def test_whole_numbers_may_come_as_floats(sampler):
    as_float = TextRequest(SHORT, length=30.0, temperature=1, top_k=5.0, top_p=1, seed=3.0)
    as_int = TextRequest(SHORT, length=30, temperature=1.0, top_k=5, top_p=1.0, seed=3)
    assert as_float == as_int
    assert sampler.write(as_float) == sampler.write(as_int)


def test_requests_stay_as_they_are():
    with pytest.raises(AttributeError):
        TextRequest().seed = 5


# Checkpoints


def save(sampler, folder, name="tiny", **changes):
    """A checkpoint of a sampler's model, with some entries of its card changed."""
    card = Card(
        name=name,
        task="text",
        title="Tiny",
        description="A test.",
        config=asdict(sampler.model.config),
        data={},
        training={},
        vocabulary=sampler.vocabulary.characters,
    )
    history = {"curve": [{"step": 0, "validation": 3.0}]}
    weights = sampler.model.state_dict()
    checkpoint.save(folder / f"{name}.safetensors", replace(card, **changes), weights, history)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTM_GALLERY_CHECKPOINTS", str(tmp_path))
    return tmp_path


def test_from_checkpoint(sampler, folder):
    sampler.model.half().float()  # what the file can hold
    save(sampler, folder)
    for name in ("tiny", folder / "tiny.safetensors"):
        back = TextSampler.from_checkpoint(name)
        request = TextRequest(LONG, length=100, seed=4)
        assert back.write(request) == sampler.write(request)
        for a, b in zip(back.stream(request), sampler.stream(request), strict=True):
            assert torch.equal(a.log_probs, b.log_probs)
        assert back.card.title == "Tiny"
        assert back.history == {"curve": [{"step": 0, "validation": 3.0}]}
        assert not back.model.training
        assert all(p.dtype == torch.float32 for p in back.model.parameters())
        assert not any(p.requires_grad for p in back.model.parameters())


CONFIG = asdict(TextConfig(V, 5, 12, 2))


@pytest.mark.parametrize(
    "changes",
    [
        *({"config": {**CONFIG, key: value}} for key in CONFIG for value in (7, 0, -1, "x", None)),
        {"config": {**CONFIG, "hidden_size": 10**7}},  # more than any memory holds
        {"config": {**CONFIG, "hidden_size": 10**30}},
        {"config": {**CONFIG, "num_layers": 1}},
        {"config": {**CONFIG, "heads": 8}},
        {"config": {}},
        {"vocabulary": list(CHARACTERS[:-1])},
        {"vocabulary": [*CHARACTERS, "x"]},
        {"vocabulary": []},
        {"vocabulary": [*CHARACTERS[:-1], "ab"]},
        {"vocabulary": [*CHARACTERS[:-1], CHARACTERS[0]]},
        {"vocabulary": [*CHARACTERS[:-1], 5]},
        {"vocabulary": [*CHARACTERS[:-1], ["a"]]},
    ],
    ids=str,
)
def test_a_checkpoint_that_does_not_fit_its_card_is_refused(sampler, folder, changes):
    save(sampler, folder, **changes)
    with pytest.raises(CheckpointError) as caught:
        TextSampler.from_checkpoint("tiny")
    sentence = str(caught.value)
    assert sentence.startswith("The checkpoint 'tiny' does not fit its own card (")
    assert sentence.endswith(").")
    assert len(sentence.splitlines()) == 1


def test_a_vocabulary_of_another_size_is_said_to_be(sampler, folder):
    save(sampler, folder, vocabulary=list(CHARACTERS[:-1]))
    with pytest.raises(CheckpointError, match=rf"\({V - 1} characters, {V} logits\)\.$"):
        TextSampler.from_checkpoint("tiny")


def test_a_network_that_can_write_nothing_is_refused(folder):
    nothing = TextSampler(TextModel(TextConfig(1, 2, 3, 1)), Vocabulary([ESCAPE]))
    save(nothing, folder)
    with pytest.raises(CheckpointError, match="no character to write"):
        TextSampler.from_checkpoint("tiny")


def test_weights_that_are_no_fractions_are_refused(sampler, folder):
    """By hand: half-precision numbers marked as whole numbers of 16 bits."""
    save(sampler, folder)
    path = folder / "tiny.safetensors"
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    header["head.bias"]["dtype"] = "I16"
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + length :])
    with pytest.raises(CheckpointError, match="does not fit its own card"):
        TextSampler.from_checkpoint("tiny")


def test_a_checkpoint_of_another_task_is_refused(sampler, folder):
    save(sampler, folder, task="music")
    with pytest.raises(CheckpointError, match=r"is a checkpoint for music, not for text\.$"):
        TextSampler.from_checkpoint("tiny")
