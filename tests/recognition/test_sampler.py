"""What the reader answers: texts, where each character was seen, and what it owes to the ink."""

import itertools
import math

import numpy as np
import pytest
import torch

from lstm_core.ink.geometry import normalise, trajectory
from lstm_core.recognition.dataset import Characters, line_features, pad
from lstm_core.recognition.decoding import align, beam_search, best_path
from lstm_core.recognition.model import ReaderConfig, ReaderModel
from lstm_core.recognition.request import ReadingRequest
from lstm_core.recognition.sampler import ReadingSampler, outputs, read_features
from lstm_core.trace import QUANTITIES

WAVE = [[[3.0 * n, 20 * math.sin(n / 2)] for n in range(80)], [[100, -40], [101, -40]]]
BELOW = [[[240 - 3.0 * n, 160 + 20 * math.sin(n / 3)] for n in range(70)]]
TWO = [*WAVE, *BELOW]


def sampler(bidirectional=True, language=None):
    """An untrained network that is nevertheless sure of what it sees."""
    torch.manual_seed(1)
    model = ReaderModel(ReaderConfig(3, bidirectional, lower_size=6, hidden_size=8, num_layers=3))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2.5)
        model.head.weight.mul_(4)
    return ReadingSampler(model, Characters(["a", "b", "c"]), language=language)


@pytest.fixture(scope="module")
def both():
    return sampler()


@pytest.fixture(scope="module")
def causal():
    return sampler(bidirectional=False)


def seen(reader, strokes):
    """What the network makes of one line, by its parts: log probabilities (T, V + 1)."""
    points = normalise(trajectory([np.array(stroke, dtype=float) for stroke in strokes]))
    with torch.inference_mode():
        return reader.model(*pad([line_features(points)]))[0][0].log_softmax(-1).numpy()


def test_what_is_read(both):
    (read,) = both.read(ReadingRequest(WAVE))
    values = seen(both, WAVE)
    T = len(values)
    assert read.probabilities == pytest.approx(np.exp(values), abs=1e-6)
    assert (read.probabilities.shape, read.probabilities.dtype) == ((T, 4), np.float32)
    found = beam_search(values)
    assert len(found) > 1
    assert read.candidates == [
        (both.characters.decode(each.labels), pytest.approx(each.log_probability, abs=1e-4))
        for each in found
    ]
    assert read.text == read.candidates[0].text
    frames = align(values, found[0].labels)
    assert len(frames) > 2
    assert [each.frame for each in read.characters] == frames
    assert "".join(each.character for each in read.characters) == read.text
    for each in read.characters:
        label = "abc".index(each.character) + 1
        assert each.probability == read.probabilities[each.frame, label]
        assert each.point == read.frame_points[each.frame]
    assert (np.diff(read.frame_points) >= 0).all()
    assert len(read.frame_points) == T
    assert read.frame_points[-1] == 81  # the last of all points
    assert read.ink.tolist() == list(range(82))


def test_lines_are_read_one_by_one(both):
    first, second = both.read(ReadingRequest(TWO))
    for read, strokes, begin in ((first, WAVE, 0), (second, BELOW, 82)):
        (alone,) = both.read(ReadingRequest(strokes))
        assert read.text == alone.text
        assert np.array_equal(read.probabilities, alone.probabilities)
        assert read.ink.tolist() == [n + begin for n in alone.ink]
        assert read.frame_points.tolist() == [n + begin for n in alone.frame_points]
    assert first.text != second.text


def test_size_place_and_speed_do_not_matter(both):
    (read,) = both.read(ReadingRequest(WAVE))
    other = [[[1_000 + 7 * x, 7 * y] for x, y in stroke for _ in range(2)] for stroke in WAVE]
    (again,) = both.read(ReadingRequest(other))
    assert again.probabilities == pytest.approx(read.probabilities, abs=1e-3)


def test_many_lines_at_once_are_read_alike(both):
    lines = [trajectory([np.array(stroke, dtype=float) for stroke in part])
             for part in (WAVE, BELOW, WAVE[:1])]  # fmt: skip
    texts = both.read_lines(lines)
    assert texts == [
        both.characters.decode(best_path(seen(both, part)).labels)
        for part in (WAVE, BELOW, WAVE[:1])
    ]


def test_a_language_model_has_its_say(both):
    (read,) = both.read(ReadingRequest(WAVE))

    class Without:
        """Hardly believes in the first character that the reader sees."""

        weight, bonus = 100.0, 0.0

        def begin(self):
            return None, self.extend([None], [0])[1][0]

        def extend(self, known, labels):
            following = np.zeros((len(labels), 4))
            following[:, "abc".index(read.text[0]) + 1] = -1
            return known, following

    told = sampler(language=Without())
    (other,) = told.read(ReadingRequest(WAVE))
    assert read.text[0] not in other.text
    lines = [trajectory([np.array(stroke, dtype=float) for stroke in WAVE])]
    assert told.read_lines(lines) == [other.text]
    # Its candidates come with what the reader alone thinks of them.
    assert other.candidates[0].log_probability < read.candidates[0].log_probability


@pytest.mark.parametrize("bidirectional", [True, False])
def test_the_trace_is_of_the_line_and_by_its_layers(bidirectional):
    reader = sampler(bidirectional)
    trace = reader.trace(ReadingRequest(TWO), 1)
    T = len(reader.read(ReadingRequest(TWO))[1].frame_points)
    ways = ["→", "←"] if bidirectional else ["→"]
    assert reader.layer_names == [f"{n} {way}" for n in ("lower", "2", "3") for way in ways]
    assert [tuple(layer.c.shape) for layer in trace.layers] == [
        (1, T, size) for size in (6, 8, 8) for _ in ways
    ]
    # The top layer is what the outputs are made of.
    top = torch.cat([layer.h for layer in trace.layers[-len(ways) :]], -1)
    logits = reader.model.head(top)[0].log_softmax(-1)
    torch.testing.assert_close(logits, torch.from_numpy(seen(reader, BELOW)), atol=1e-5, rtol=0)
    for layer in trace.layers:  # in half the steps of the lowest layers, too
        torch.testing.assert_close(layer.h, layer.o * layer.c.tanh())
    for layer in trace.layers[len(ways) :]:  # eq. 9, forwards and backwards
        back = layer is trace.layers[-1] and bidirectional
        i, f, g, c = (getattr(layer, q)[0].flip(0) if back else getattr(layer, q)[0]
                      for q in "ifgc")  # fmt: skip
        if layer is trace.layers[-1]:
            torch.testing.assert_close(c[1:], f[1:] * c[:-1] + i[1:] * g[1:], atol=1e-5, rtol=0)
    assert set(QUANTITIES) == set("ifgoch")


def test_the_gradient_is_that_of_a_character(both):
    """Against moving the points of the ink, the size, slope and place being kept by two far dots
    that the normalisation cannot tell from where they were."""
    request = ReadingRequest(TWO)
    read = both.read(request)[1]
    made = both.gradient(request, 1, 2)
    assert made.shape == (152, 2)
    assert not made[:82].any()
    assert made[82:].any()
    # Larger writing: each unit of it counts for less. Turned by the normalisation: so are they.
    larger = ReadingRequest([[[9 * x, 9 * y] for x, y in stroke] for stroke in TWO])
    assert both.gradient(larger, 1, 2) == pytest.approx(made / 9, abs=1e-3 * np.abs(made).max())
    # Along the gradient the character becomes likelier, about as much as it says.
    small = 1e-3 / np.abs(made).max()
    moved = [np.array(stroke) for stroke in TWO[:2]] + [np.array(BELOW[0]) + small * made[82:]]
    label = "abc".index(read.characters[2].character) + 1
    frame = read.characters[2].frame
    before, after = (
        np.log(both.read(ReadingRequest(each))[1].probabilities[frame, label].astype(float))
        for each in (TWO, moved)
    )
    assert after > before


def test_what_is_known_so_far(causal):
    request = ReadingRequest(WAVE)
    found = causal.so_far(request)
    texts = [text for _, text in found]
    values = seen(causal, WAVE)
    assert texts[-1] == causal.characters.decode(best_path(values).labels)
    assert all(len(b) == len(a) + 1 and b.startswith(a) for a, b in itertools.pairwise(texts))
    (read,) = causal.read(request)
    for point, text in found:
        frames = np.flatnonzero(read.frame_points <= point)
        known = causal.characters.decode(best_path(values[: frames[-1] + 1]).labels)
        assert known.startswith(text)
    assert [point for point, _ in found] == sorted(point for point, _ in found)


def test_what_is_known_of_several_lines(causal):
    found = causal.so_far(ReadingRequest(TWO))
    parts = [causal.so_far(ReadingRequest(part)) for part in (WAVE, BELOW)]
    assert len(found) == len(parts[0]) + len(parts[1])
    assert found[len(parts[0]) - 1] == parts[0][-1]
    assert found[-1] == (82 + parts[1][-1][0], f"{parts[0][-1][1]}\n{parts[1][-1][1]}")


def test_only_one_direction_knows_while_it_is_written(both):
    with pytest.raises(ValueError, match="reads both ways"):
        both.so_far(ReadingRequest(WAVE))


@pytest.mark.parametrize("number", [-1, 2, 1.0, None, "0", True, math.nan])
def test_lines_and_characters_that_are_not_there(both, number):
    request = ReadingRequest(TWO)
    with pytest.raises(ValueError, match=r"There is no line .*; there are numbers from 0 to 1"):
        both.trace(request, number)
    with pytest.raises(ValueError, match="There is no line"):
        both.gradient(request, number, 0)
    with pytest.raises(ValueError, match="There is no character"):
        both.gradient(request, 0, 999 if number == 2 else number)


def test_too_much_ink(both):
    scribble = np.random.default_rng(1).uniform(0, 100, (20_000, 2))
    flat = [[100 * (n % 2), 0] for n in range(2_000)]
    endless = [[n / 30, 2 * (n % 2)] for n in range(3_000)]
    for strokes in ([scribble], [flat], [endless]):
        with pytest.raises(ValueError, match="too much ink"):
            both.read(ReadingRequest(strokes))


@pytest.mark.parametrize("strokes", [
    [[[0, 0], [100, 0]]], [[[0, 0], [0, 100]]], [[[5, 5]], [[9, 5]]], [[[0, 0], [1e6, 1e6]]],
    [[[-1e6, 0], [1e6, 0]], [[0, 1e-9]]], [[[1e-9, 0], [0, 1e-9]]],
])  # fmt: skip
def test_odd_ink_is_read_all_the_same(both, strokes):
    request = ReadingRequest(strokes)
    for n, read in enumerate(both.read(request)):
        assert np.isfinite(read.probabilities).all()
        assert torch.isfinite(both.trace(request, n).layers[0].h).all()
        for k in {0, len(read.characters) - 1} & set(range(len(read.characters))):
            assert np.isfinite(both.gradient(request, n, k)).all()


def test_reading_in_batches_keeps_the_order():
    """A network that knows each line by its length alone."""

    def by_length(x, lengths):
        logits = torch.zeros(*x.shape[:2], 30)
        for row, length in zip(logits, lengths, strict=True):
            row[:length, length] = 9
        return logits, lengths

    given = [np.zeros((n, 8), dtype=np.float32) for n in (5, 3, 9, 4, 7)]
    found = read_features(by_length, given, torch.device("cpu"), batch_size=2)
    assert [reading.labels for reading in found] == [[5], [3], [9], [4], [7]]
    assert [len(each) for each in outputs(by_length, given, torch.device("cpu"))] == [5, 3, 9, 4, 7]
