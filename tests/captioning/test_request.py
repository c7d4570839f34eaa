"""What can be asked, and what cannot."""

import pytest
from captioning.tiny import jpeg, picture

from lstm_core.captioning.photos import Photo
from lstm_core.captioning.request import CaptionRequest
from lstm_core.cli import build_parser

PHOTO = Photo(jpeg(picture((200, 30, 30))))


def test_what_is_asked_is_kept():
    request = CaptionRequest(jpeg(picture((1, 2, 3))), 5.0, 1, 7, " Two dogs", [0.9, 0.1, 0.2, 0.8])
    assert request.photo.size == (224, 224)
    assert (request.beam, request.temperature, request.seed) == (5, 1.0, 7)
    assert isinstance(request.beam, int)
    assert request.box == (0.2, 0.1, 0.9, 0.8)
    assert CaptionRequest(PHOTO).photo is PHOTO


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"photo": b""}, "empty"),
        ({"photo": None}, "no photo"),
        ({"beam": 0}, "beam must be a whole number from 1 to 10"),
        ({"beam": 11}, "beam"),
        ({"beam": 2.5}, "beam"),
        ({"beam": True}, "beam"),
        ({"beam": None}, "beam"),
        ({"temperature": float("nan")}, "temperature must be a number from 0 to 2"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": -1}, "temperature"),
        ({"temperature": 1e-9}, "0.01"),
        ({"temperature": "1"}, "temperature"),
        ({"seed": -1}, "seed"),
        ({"seed": 10**30}, "seed"),
        ({"beginning": 3}, "must be text"),
        ({"beginning": None}, "must be text"),
        ({"beginning": "a" * 201}, "too long"),
        ({"beginning": "a " * 16}, "too long"),
        ({"beginning": "a\0b"}, r"U\+0000"),
        ({"beginning": "\ud800"}, r"U\+D800"),
        ({"beginning": " ?!"}, "no word"),
        ({"box": None}, "four numbers"),
        ({"box": [0, 0, 1, float("inf")]}, "bottom must be"),
        ({"box": [0.4, 0.4, 0.4, 0.4]}, "too small"),
    ],
)
def test_what_cannot_be_asked_is_said(more, sentence):
    with pytest.raises(ValueError, match=sentence) as refused:
        CaptionRequest(**{"photo": PHOTO, **more})
    assert str(refused.value).endswith(".")


def test_a_photo_on_the_command_line(tmp_path, capsys):
    (tmp_path / "a.jpg").write_bytes(jpeg(picture((1, 2, 3))))
    words = ["sample", "captions", "--photo"]
    assert build_parser().parse_args([*words, str(tmp_path / "a.jpg")]).photo.size == (224, 224)
    with pytest.raises(SystemExit):
        build_parser().parse_args([*words, str(tmp_path / "b.jpg")])
    assert "The photo cannot be opened: there is no such file." in capsys.readouterr().err
