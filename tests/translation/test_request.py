"""What can be asked: a sentence for everything that cannot."""

import pytest

from lstm_core.translation.request import MAX_TEXT, TranslationRequest

TEXT = "Hello."


def test_what_is_accepted():
    request = TranslationRequest("é\n\t" + "😀" * (MAX_TEXT - 3), "fr_en", 10.0, 0, 1)
    assert (request.beam, type(request.beam)) == (10, int)
    assert type(request.length_penalty) is float


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": None}, "must be text"),
        ({"text": 5}, "must be text"),
        ({"text": ""}, "empty"),
        ({"text": " \n\u2028"}, "empty"),
        ({"text": "x" * (MAX_TEXT + 1)}, "2,001 characters; at most 2,000"),
        ({"text": "x" * 100_000}, "100,000 characters"),
        ({"text": "a\0b"}, r"U\+0000"),
        ({"text": "a\x1bb"}, r"U\+001B"),
        ({"text": "a\udc00"}, r"U\+DC00"),
        ({"text": "你好, 3!"}, "no letter of the Latin alphabet"),
        ({"text": TEXT, "direction": "en_de"}, "en_fr, fr_en"),
        ({"text": TEXT, "direction": None}, "en_fr, fr_en"),
        ({"text": TEXT, "direction": ["en_fr"]}, "en_fr, fr_en"),
        ({"text": TEXT, "beam": 0}, "from 1 to 10"),
        ({"text": TEXT, "beam": 2.5}, "whole number"),
        ({"text": TEXT, "beam": True}, "whole number"),
        ({"text": TEXT, "length_penalty": float("nan")}, "length-penalty must be a number"),
        ({"text": TEXT, "coverage_penalty": "1"}, "coverage-penalty must be a number"),
        ({"text": TEXT, "back_weight": 1.1}, "back-weight must be a number"),
        ({"text": TEXT, "keep_numbers": 1}, "true or false"),
    ],
)
def test_what_is_refused(values, said):
    with pytest.raises(ValueError, match=said):
        TranslationRequest(**values)
