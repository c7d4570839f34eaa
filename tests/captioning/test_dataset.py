"""The photos and captions, what is kept of the photos, and the batches of a training."""

import json

import numpy as np
import pytest
import torch
from captioning.tiny import COLOURS, alive, picture, write
from PIL import ImageOps

from lstm_core.captioning.dataset import (
    LONGEST,
    NO_TARGET,
    Batches,
    Described,
    read_captions,
    read_photos,
)
from lstm_core.captioning.encoder import CLASSES, LOWER, Classifier, Encoder
from lstm_core.captioning.features import FLIPPED, Features, features, variant
from lstm_core.captioning.photos import pixels
from lstm_core.captioning.words import SPECIAL, Vocabulary
from lstm_core.data import DataError

CPU = torch.device("cpu")
VOCABULARY = Vocabulary([*SPECIAL, *[f"w{n}" for n in range(40)], "left", "right"])


def test_a_part_is_read_from_either_place(data, tmp_path):
    photos = read_captions("train", data)
    assert [photo.name for photo in photos] == [f"train_{n}.jpg" for n in range(6)]
    assert photos[1].captions == [["a", "green", "thing"], ["the", "thing", "is", "green"]]
    pictures = dict(read_photos("val", data))
    assert list(pictures) == ["val_0.jpg", "val_1.jpg", "val_2.jpg"]
    middle = np.asarray(pictures["val_2.jpg"]).mean((0, 1))
    assert np.abs(middle - COLOURS["blue"]).max() < 15
    write(tmp_path / "test", test=2)
    assert len(read_captions("test", tmp_path / "test")) == 2
    assert len(list(read_photos("test", tmp_path / "test"))) == 2


def test_what_cannot_be_read_is_said(data, tmp_path):
    with pytest.raises(DataError, match=r"needs captions\.tsv"):
        read_captions("val", tmp_path)
    with pytest.raises(DataError, match="no photos of the part 'test'"):
        read_captions("test", data)
    with pytest.raises(DataError, match=r"no test-\*\.tar"):
        next(read_photos("test", data))
    write(tmp_path / "a", val=2)
    (tmp_path / "a" / "splits.json").write_text(json.dumps({"val": ["val_0.jpg", "x.jpg"]}))
    with pytest.raises(DataError, match=r"no caption for 1 photos, such as x\.jpg"):
        read_captions("val", tmp_path / "a")
    (tmp_path / "a" / "splits.json").write_text("[")
    with pytest.raises(DataError, match="cannot be read as captions"):
        read_captions("val", tmp_path / "a")
    (tmp_path / "a" / "images" / "val-00.tar").write_bytes(b"no archive")
    with pytest.raises(DataError, match="cannot be read"):
        next(read_photos("val", tmp_path / "a"))


def made(count, variants=2):
    """Features by which photo and variant can be told."""
    cells = np.zeros((variants, count, *LOWER), dtype=np.float16)
    cells += np.arange(count, dtype=np.float16)[None, :, None, None, None]
    cells += 100 * np.arange(variants, dtype=np.float16)[:, None, None, None, None]
    return Features(cells, np.zeros((variants, count, CLASSES), dtype=np.float16))


def batches(count=7, **more):
    photos = [
        Described(f"{n}", [[f"w{5 * n + k}", "left"] for k in range(5)]) for n in range(count)
    ]
    settings = {"size": 3, "captions": 5, "seed": 1, **more}
    return Batches(photos, made(count), VOCABULARY, **settings)


def test_batches_put_captions_beside_their_photos():
    given = batches()
    assert len(given) == 2
    words = VOCABULARY.words
    seen = set()
    for epoch in range(4):
        numbers = []
        for place in range(2):
            batch = given.batch(2 * epoch + place)
            assert batch.cells.shape == (3, *LOWER)
            for n, photo in enumerate(batch.photos):
                value = float(batch.cells[n, 0, 0, 0])
                assert value % 100 == photo
                flipped = value >= 100
                seen.add(flipped)
                rows = batch.inputs[5 * n : 5 * n + 5]
                said = sorted(words[row[1]] for row in rows.tolist())
                assert said == sorted(f"w{5 * photo + k}" for k in range(5))
                assert {words[row[2]] for row in rows.tolist()} == {"right" if flipped else "left"}
            assert batch.inputs[:, 0].eq(VOCABULARY.begin).all()
            assert batch.targets[:, :-1].equal(batch.inputs[:, 1:])
            assert batch.targets[:, -1].eq(VOCABULARY.end).all()
            numbers += batch.photos.tolist()
        assert len(set(numbers)) == 6
    assert seen == {True, False}
    assert FLIPPED[:2] == (False, True)


def test_a_batch_depends_on_its_number_alone():
    one, other = batches(captions=2), batches(captions=2)
    first = [one.batch(step) for step in range(6)]
    again = {step: other.batch(step) for step in reversed(range(6))}
    for step in range(6):
        a, b = first[step], again[step]
        assert a.cells.equal(b.cells)
        assert a.inputs.equal(b.inputs)
        assert a.photos.tolist() == b.photos.tolist()
    assert one.order(0).tolist() != one.order(1).tolist()
    with pytest.raises(ValueError, match="do not fill"):
        batches(count=2)


def test_captions_side_by_side():
    end, begin, unknown = VOCABULARY.end, VOCABULARY.begin, VOCABULARY.unknown
    long = list(range(3, 3 + LONGEST + 5))
    inputs, targets = batches().side_by_side([[5], [6, unknown, 7], long])
    T = LONGEST + 1
    assert inputs.shape == targets.shape == (3, T)
    assert inputs[0].tolist() == [begin, 5] + [end] * (T - 2)
    assert targets[0].tolist() == [5, end] + [NO_TARGET] * (T - 2)
    assert inputs[1, :4].tolist() == [begin, 6, unknown, 7]
    assert targets[1, :5].tolist() == [6, NO_TARGET, 7, end, NO_TARGET]
    assert inputs[2, :LONGEST].tolist() == [begin, *long[: LONGEST - 1]]
    assert targets[2].tolist() == [*long[:LONGEST], NO_TARGET]  # cut, so no end to foresee


def test_photos_with_fewer_captions_say_them_again():
    photos = [Described(str(n), [["w1"], ["w2"]]) for n in range(3)]
    given = Batches(photos, made(3), VOCABULARY, size=3, captions=5, seed=1)
    for row in given.batch(0).inputs.view(3, 5, -1)[..., 1]:
        counts = sorted(torch.bincount(row - VOCABULARY.index["w1"]).tolist())
        assert counts == [2, 3]


def test_features_are_those_of_the_encoder_and_kept(tmp_path):
    encoder, classifier = alive(Encoder()), Classifier()
    classifier.keep(torch.randn(1000, 1280), torch.zeros(1000))
    pictures = [(f"{n}.jpg", picture(c, n)) for n, c in enumerate(COLOURS.values())]
    names = ["2.jpg", "0.jpg"]
    settings = {"variants": 4, "seed": 1, "device": CPU}

    def run(pairs, path=tmp_path / "f.npy"):
        return features(path, names, iter(pairs), encoder, classifier, **settings)

    found = run(pictures)
    assert len(found) == 2
    cells, classes = found.rows(np.array([0, 0, 1]), np.array([0, 1, 0]))
    two, nought = pictures[2][1], pictures[0][1]
    with torch.inference_mode():
        lower = encoder.lower(pixels([two, ImageOps.mirror(two), nought]))
        said = classifier(encoder.upper(lower)).log_softmax(-1)
    scale = float(lower.abs().max())
    assert (cells - lower).abs().max() < 0.05 * scale  # bfloat16 where the processor has it
    assert (cells - lower).abs().mean() < 0.01 * scale
    assert classes.argmax(1).equal(said.argmax(1))
    again = run([])  # from the file: no photo is asked for
    assert np.array_equal(again.cells, found.cells)
    assert [len(part) for part in again.batches(1)] == [1, 1]
    other = run(reversed(pictures), tmp_path / "g.npy")  # in another order
    torch.testing.assert_close(
        torch.tensor(np.array(other.cells)), torch.tensor(np.array(found.cells)),
        atol=0.05 * scale, rtol=0,
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"1 photos are missing, such as 2\.jpg"):
        run(pictures[:1], tmp_path / "h.npy")


def test_variants():
    photo = picture((200, 30, 30), 1)
    assert variant(photo, 0, np.random.default_rng(1)).tobytes() == photo.tobytes()
    mirrored = ImageOps.mirror(photo).tobytes()
    assert variant(photo, 1, np.random.default_rng(1)).tobytes() == mirrored
    cut = variant(photo, 2, np.random.default_rng(1))
    assert cut.size == (224, 224)
    difference = np.abs(np.asarray(cut, float) - np.asarray(photo, float)).mean()
    assert 1 < difference < 60
    flipped = variant(photo, 3, np.random.default_rng(1))
    assert ImageOps.mirror(flipped).tobytes() == cut.tobytes()
