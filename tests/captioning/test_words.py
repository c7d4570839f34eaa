"""How captions are cut into words, and the vocabulary."""

import pytest

from lstm_core.captioning.words import SPECIAL, Vocabulary, joined, mirrored, words


@pytest.mark.parametrize(
    ("text", "cut", "put_together"),
    [
        ("A child in a pink dress is climbing .", "a child in a pink dress is climbing", None),
        ("A man's tri-colored dog, isn't it?", "a man 's tri-colored dog is n't it", "a man's "
         "tri-colored dog isn't it"),
        ("The dog 's ball", "the dog 's ball", "the dog's ball"),
        ('Two " big " dogs; 3 cats', "two big dogs 3 cats", None),
        ("They’re 12 o'clock T-shirts", "they 're 12 o'clock t-shirts", "they're 12 o'clock "
         "t-shirts"),
        ("'s-eye-view 'slide tikes'", "'s eye-view slide tikes", None),
        ("Ein Café", "ein café", None),
        (" . , -- '' ", "", None),
    ],
)  # fmt: skip
def test_words(text, cut, put_together):
    assert words(text) == cut.split()
    if put_together:
        assert joined(words(text)) == put_together
        assert words(put_together) == words(text)


def test_left_is_right_in_a_mirror():
    assert mirrored(["left", "of", "the", "right"]) == ["right", "of", "the", "left"]


def test_the_vocabulary_has_what_is_common():
    captions = [words(text) for text in ("a dog runs", "a dog sits", "a cat", "a dog 's cat")]
    learned = Vocabulary.learn(captions, 2)
    assert learned.words == [*SPECIAL, "a", "dog", "cat"]
    ids = learned.encode(["a", "cat", "runs"])
    assert ids == [3, 5, learned.unknown]
    assert learned.decode([learned.begin, *ids, learned.end, 3]) == ["a", "cat"]
    assert Vocabulary(learned.words).index == learned.index
    with pytest.raises(ValueError, match="twice"):
        Vocabulary([*SPECIAL, "a", "a"])
    with pytest.raises(ValueError, match="special"):
        Vocabulary(["a", *SPECIAL])
