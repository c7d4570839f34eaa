"""The owners' archives, in small, made into the data set's own format and read back."""

import json
import zipfile

import numpy as np
import pytest
import torch
from captioning.tiny import COLOURS, jpeg, picture
from safetensors.torch import load_file

from lstm_core.captioning.archives import PHOTOS, SPLITS, TEXT
from lstm_core.captioning.dataset import read_captions, read_photos
from lstm_core.captioning.sources import DATA_SETS, ENVIRONMENT, prepare_weights
from lstm_core.data import DataError, download

NAMES = {"train": ["11_a.jpg", "10_b.jpg"], "val": ["20_c.jpg"], "test": ["30_d.jpg"]}


def pack(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def texts(**more):
    said = "".join(
        f"{name}#{k}\tA dog {k} runs  in {name[0]} .\n"
        for names in NAMES.values()
        for name in [*names, "99_x.jpg"]
        for k in range(5)
    )
    lists = {file: "\n".join(NAMES[part]) + "\n" for part, file in SPLITS.items()}
    extra = {"readme.txt": "x", "__MACOSX/._Flickr8k.token.txt": "x"}
    return {"Flickr8k.token.txt": "bad line\n" + said, **lists, **extra, **more}


@pytest.fixture
def source(tmp_path, monkeypatch):
    folder = tmp_path / "given"
    folder.mkdir()
    photos = {
        f"Flicker8k_Dataset/{name}": jpeg(picture(list(COLOURS.values())[n % 3], n, (300, 200)))
        for n, name in enumerate(name for names in NAMES.values() for name in names)
    }
    pack(folder / PHOTOS, photos | {"__MACOSX/Flicker8k_Dataset/._11_a.jpg": b"x"})
    pack(folder / TEXT, texts())
    monkeypatch.setenv(ENVIRONMENT, str(folder))
    return folder


def test_archives_become_the_data_set(source, tmp_path, monkeypatch):
    monkeypatch.setattr("lstm_core.captioning.archives.PER_ARCHIVE", 1)
    monkeypatch.delitem(DATA_SETS[0].files, "images/train-02.tar")  # there are so few photos
    said = []
    download("captions", tmp_path / "data", say=said.append)
    assert any("differs from the file" in sentence for sentence in said)
    folder = tmp_path / "data"
    assert json.loads((folder / "captions" / "splits.json").read_text()) == {
        part: sorted(names) for part, names in NAMES.items()
    }
    (photo,) = read_captions("val", folder)
    assert photo.captions == [["a", "dog", str(k), "runs", "in", "2"] for k in range(5)]
    for part, names in NAMES.items():
        pictures = dict(read_photos(part, folder))
        assert list(pictures) == sorted(names)
        assert {p.size for p in pictures.values()} == {(224, 224)}
    middle = np.asarray(dict(read_photos("train", folder))["10_b.jpg"]).mean((0, 1))
    assert np.abs(middle - COLOURS["green"]).max() < 20
    assert "99_x" not in (folder / "captions" / "captions.tsv").read_text()


def test_nothing_there_is_explained(source, tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "empty"))
    with pytest.raises(DataError, match=r"on request.*Hodosh.*Flickr8k_Dataset\.zip") as refused:
        download("captions", tmp_path / "data", say=str)
    assert str(tmp_path / "empty") in str(refused.value)
    monkeypatch.delenv(ENVIRONMENT)
    monkeypatch.setenv("LSTM_GALLERY_DATA", str(tmp_path / "home"))
    with pytest.raises(DataError, match="home/captions/source"):
        download("captions", tmp_path / "data", say=str)


def test_what_is_missing_or_damaged(source, tmp_path):
    lists = {SPLITS["val"]: "20_c.jpg\nnowhere.jpg\n"}
    for made, sentence in (
        (lists, "nowhere.jpg"),
        ({"Flickr8k.token.txt": "11_a.jpg#0\tA dog .\n"}, "no caption for 3 photos"),
    ):
        pack(source / TEXT, texts(**made))
        with pytest.raises(DataError, match=sentence):
            download("captions", tmp_path / "data", say=str)
    pack(source / TEXT, {"readme.txt": "x"})
    with pytest.raises(DataError, match="cannot be read"):
        download("captions", tmp_path / "data", say=str)
    (source / PHOTOS).write_bytes(b"no archive")
    with pytest.raises(DataError, match="cannot be read"):
        download("captions", tmp_path / "data", say=str)
    (source / PHOTOS).unlink()
    with pytest.raises(DataError, match=r"lacks Flickr8k_Dataset\.zip"):
        download("captions", tmp_path / "data", say=str)
    assert not (tmp_path / "data" / "captions").exists()


@pytest.mark.filterwarnings("ignore::UserWarning")  # PyTorch is about to give up such numbers
def test_weights_of_8_bits_are_written_out(tmp_path):
    """In the layout in which torchvision saves them."""
    whole = torch.randint(-120, 120, (4, 3, 1, 1)).float()
    eight = torch.quantize_per_tensor(0.02 * whole, 0.02, 0, torch.qint8)
    linear = torch.quantize_per_tensor(0.5 * torch.ones(2, 4), 0.5, 0, torch.qint8)
    saved = {
        "features.0.0.weight": eight, "features.0.0.bias": torch.ones(4),
        "features.0.0.scale": torch.tensor(0.1), "features.0.0.zero_point": torch.tensor(0),
        "classifier.1.scale": torch.tensor(0.1),
        "classifier.1._packed_params.dtype": torch.qint8,
        "classifier.1._packed_params._packed_params": (linear, torch.zeros(2)),
    }  # fmt: skip
    torch.save(saved, tmp_path / "a.pth")
    (tmp_path / "made").mkdir()
    prepare_weights(lambda url: tmp_path / "a.pth", tmp_path / "made")
    found = load_file(tmp_path / "made" / "mobilenet_v2.safetensors")
    assert set(found) == {
        "features.0.0.weight", "features.0.0.bias", "classifier.1.weight", "classifier.1.bias",
    }  # fmt: skip
    torch.testing.assert_close(found["features.0.0.weight"], 0.02 * whole)
    assert found["classifier.1.weight"].equal(0.5 * torch.ones(2, 4))
    (tmp_path / "a.pth").write_bytes(b"something else")
    with pytest.raises(ValueError, match="no network"):
        prepare_weights(lambda url: tmp_path / "a.pth", tmp_path / "made")
