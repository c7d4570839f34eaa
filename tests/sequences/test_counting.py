"""The counter: its strings, its cells, and letter by letter as all at once."""

import numpy as np
import pytest
import torch

from lstm_core.sequences.counting import (
    CHARACTERS,
    LONGEST_TRAINED,
    MOST_READ,
    MOST_WRITTEN,
    balance,
    changes,
    rest,
    string,
)
from lstm_core.sequences.sampler import NO_LETTER, Counter, CountRequest, strings
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.vocabulary import Vocabulary


def counter(seed=0, scale=1.0):
    """An untrained counter."""
    torch.manual_seed(seed)
    model = TextModel(TextConfig(4, 4, 10, 1))
    for weight in model.parameters():
        weight.data *= scale
    return Counter(model)


def perfect():
    """A counter made by hand: cell 1 goes up by 0.02 with each a and down as much with each b, and
    the line break comes when it is empty. Cell 2 remembers the x."""
    model = TextModel(TextConfig(4, 4, 2, 1))
    model.embedding.weight.data = torch.eye(4)
    layer = model.lstm.layers[0]
    layer.weight.data.zero_()
    # Gates i, f, g, o one below the other, two cells each; letters are "\n", a, b, x.
    layer.bias.data = torch.tensor([20.0, 20, 20, 20, 0, 0, 20, 20])
    small = float(np.arctanh(0.02))
    layer.weight.data[4, 1], layer.weight.data[4, 2] = small, -small
    layer.weight.data[5, 3] = 20.0
    a, b, x = (CHARACTERS.index(letter) for letter in "abx")
    model.head.weight.data.zero_()
    model.head.bias.data = torch.tensor([0.0, -10, 0, -10])
    model.head.weight.data[b, 0] = 1000.0
    model.head.bias.data[b] = -10.0  # b from half a count on
    assert a != x
    return Counter(model)


def test_strings():
    assert string(3) == "aaaxbbb\n"
    assert string(0) == "x\n"
    assert balance("aaxbbb").tolist() == [1, 2, 2, 1, 0, -1]


def test_a_batch_is_its_strings_and_what_follows_the_x():
    vocabulary = Vocabulary(CHARACTERS)
    counts = [0, 3, 1]
    ids, target = strings(vocabulary, counts)
    assert ids.shape == target.shape == (3, 8)
    for row, n in enumerate(counts):
        text = string(n)
        assert vocabulary.decode(ids[row, : len(text)].tolist()) == text
        said = target[row].tolist()
        assert said[:n] == [NO_LETTER] * n
        assert vocabulary.decode(said[n : 2 * n + 1]) == "b" * n + "\n"
        assert said[2 * n + 1 :] == [NO_LETTER] * (7 - 2 * n)


def test_a_counter_made_by_hand_counts():
    made = perfect()
    assert made.go_on(CountRequest("aaaax")).written == "bbbb\n"
    assert made.right(range(61)).all()
    assert made.counting_cell == 0
    assert made.correlations[0] == pytest.approx(1)
    copy = made.go_on(CountRequest("aaaax"))
    assert copy.right is True
    assert copy.cells[:, 0] == pytest.approx(0.02 * balance("aaaaxbbbb\n"), abs=1e-5)
    moved = changes("aaaaxbbbb\n", copy.cells)
    assert moved["a"][0] == pytest.approx(0.02, abs=1e-5)
    assert moved["b"][0] == pytest.approx(-0.02, abs=1e-5)


def test_a_mistake_is_seen():
    made = perfect()
    made.model.head.weight.data[2, 0] = 400.0  # now the last b is left out
    assert made.go_on(CountRequest("aaaax")).written == "bbb\n"
    assert made.go_on(CountRequest("aaaax")).right is False
    assert made.right([0, 1, 4]).tolist() == [True, False, False]


@pytest.mark.parametrize("seed", range(4))
def test_letter_by_letter_is_as_all_at_once(seed):
    """The stream against the same model, reading the whole string."""
    tried = counter(seed, scale=3.0)
    request = CountRequest("aabxa")
    steps = list(tried.stream(request))
    text = "".join(step.letter for step in steps)
    assert text.startswith("aabxa")
    assert [step.written for step in steps] == [n >= 5 for n in range(len(text))]
    ids = torch.from_numpy(tried.vocabulary.encode(text))
    with torch.no_grad():
        out, _, trace = tried.model.lstm(tried.model.embedding(ids)[None], trace=True)
        p = tried.model.head(out[0]).softmax(dim=-1)
    for n, step in enumerate(steps[1:], start=1):
        assert step.probability == pytest.approx(p[n - 1, ids[n]].item(), abs=1e-5)
        if step.written:
            assert p[n - 1].argmax() == ids[n]
    cells = torch.cat([step.trace.layers[0].c[0] for step in steps])
    assert cells.numpy() == pytest.approx(trace.layers[0].c[0].numpy(), abs=1e-4)
    assert tried.go_on(request).cells == pytest.approx(cells.numpy())


def test_right_is_what_the_stream_writes():
    made = perfect()
    made.model.head.bias.data[2] = -25.0  # one b too few, from two on none at all is right
    for n in (0, 1, 2, 5):
        assert made.right([n])[0] == (
            made.go_on(CountRequest("a" * n + "x")).written == rest("a" * n + "x")
        )


def test_without_an_x_nothing_is_written():
    steps = list(counter().stream(CountRequest("aab")))
    assert "".join(step.letter for step in steps) == "aab"
    assert not any(step.written for step in steps)


def test_what_never_ends_is_ended():
    endless = counter()
    endless.model.head.bias.data = torch.tensor([-100.0, 0, 100, 0])
    copy = endless.go_on(CountRequest("ax"))
    assert copy.written == "b" * MOST_WRITTEN
    assert copy.right is False


def test_correlations_are_those_of_numpy():
    tried = counter(3)
    texts = [string(n)[:-1] for n in range(LONGEST_TRAINED + 1)]
    parts = [list(tried.stream(CountRequest(text)))[: len(text)] for text in texts]
    cells = [torch.cat([step.trace.layers[0].c[0] for step in steps]) for steps in parts]
    c = np.concatenate([part.numpy() for part in cells]).astype(float)
    count = np.concatenate([balance(text) for text in texts])
    for cell in range(10):
        x, y = c[:, cell] - c[:, cell].mean(), count - count.mean()
        by_hand = (x * y).sum() / np.sqrt((x**2).sum() * (y**2).sum())
        assert tried.correlations[cell] == pytest.approx(by_hand, abs=1e-4)
    assert abs(tried.correlations[tried.counting_cell]) == np.abs(tried.correlations).max()


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("aaax", "bbb\n"), ("x", "\n"), ("aaxb", "b\n"), ("aaxbb", "\n"), ("aaxbbb", None),
        ("aaa", None), ("abax", None), ("aaxbx", None), ("aaxab", None), ("b", None),
    ],
)  # fmt: skip
def test_what_has_to_follow(text, due):
    assert rest(text) == due


HOSTILE = [None, 5, True, "", " ", "abc", "AAX", "aa x", "aaa\n", "\0", "\ud800", "a" * 201,
           ["a"], {}, float("nan"), "a" * 10_000_000, "<b>"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_what_cannot_be_read_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"^Give [^<\n]{9,150}\.$"):
        CountRequest(text)


def test_the_longest_string_is_read():
    copy = counter().go_on(CountRequest("a" * (MOST_READ - 1) + "x"))
    assert len(copy.cells) == MOST_READ + len(copy.written)
