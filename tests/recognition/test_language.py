"""The language model of the readers: its numbers, its texts, and its training in small."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from lstm_core import checkpoint, stepper
from lstm_core.checkpoint import CheckpointError
from lstm_core.ink.composition import ASCII
from lstm_core.recipe import recipes
from lstm_core.recognition.corpus import encyclopedia, lines_of, shuffled, speeches
from lstm_core.recognition.dataset import Characters
from lstm_core.recognition.decoding import beam_search
from lstm_core.recognition.language import END, LanguageModel
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.training import TrainingConfig

LETTERS = Characters([" ", "a", "b"])
SPEECHES = (
    "A PRESIDENT\n1977-01-20 - A Title\n\na bab abba\n\nab\n\n\nB\n2020-01-01 - T\n\nbaab a\n"
)
PAGE = "ab abba bab " * 20
WIKI = f"""<mediawiki><text>{{{{Infobox|{{{{a}}}}|b}}}}
'''Abba''' [[bab|abba]] is a [[band]].&lt;ref name="x"&gt;Notes {{{{cite}}}}&lt;/ref&gt; {PAGE}
== Heading ==
* list {PAGE}
{{| class="x"
{PAGE}
|}}
Baab&lt;ref name="y" /&gt; &amp; &quot;ab&quot; {PAGE}
{PAGE} http://example.org
</text></mediawiki>"""


@pytest.fixture
def language(monkeypatch):
    """A model with a letter that the reader has not, in single precision."""
    monkeypatch.setattr(stepper, "has_fast_bfloat16", lambda device: False)
    torch.manual_seed(1)
    model = TextModel(TextConfig(5, 4, 8, 2))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    return LanguageModel(model, Vocabulary(["b", "z", END, "a", " "]), LETTERS, 0.7, 0.3)


def by_reading(language, text):
    """(V + 1,) log probabilities of what follows a text, read in one piece."""
    vocabulary = Vocabulary(["b", "z", END, "a", " "])
    ids = torch.from_numpy(vocabulary.encode(END + text))[None]
    with torch.no_grad():
        logits = language.model(ids)[0][0, -1]
    return logits.log_softmax(-1).numpy()[vocabulary.encode(f"{END} ab")]


def test_texts_side_by_side_are_read_as_each_alone(language):
    root, following = language.begin()
    assert following == pytest.approx(by_reading(language, ""), abs=1e-5)
    known, rows = language.extend([root] * 3, [1, 2, 3])
    for text, row in zip(" ab", rows, strict=True):
        assert row == pytest.approx(by_reading(language, text), abs=1e-5)
    _, rows = language.extend([known[2], known[0]], [2, 3])
    for text, row in zip(["ba", " b"], rows, strict=True):
        assert row == pytest.approx(by_reading(language, text), abs=1e-5)
    assert following.shape == (4,)
    assert np.exp(following).sum() < 1  # the rest is the letter that the reader has not


def test_the_search_scores_whole_lines(language):
    random = np.random.default_rng(1)
    logits = 2 * random.normal(size=(6, 4))
    values = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    for found in beam_search(values, language, beam=8):
        text = LETTERS.decode(found.labels)
        score = found.log_probability + 0.3 * len(text)
        for n, label in enumerate([*found.labels, 0]):
            score += 0.7 * by_reading(language, text[:n])[label]
        assert found.score == pytest.approx(score, abs=1e-4)


def test_half_precision_is_near_enough(language, monkeypatch):
    monkeypatch.undo()
    fast = LanguageModel(language.model, Vocabulary(["b", "z", END, "a", " "]), LETTERS)
    ((root, first), (other, second)) = (each.begin() for each in (language, fast))
    assert first == pytest.approx(second, abs=0.05)
    rows = [each.extend([known] * 3, [1, 2, 3])[1]
            for each, known in ((language, root), (fast, other))]  # fmt: skip
    assert rows[0] == pytest.approx(rows[1], abs=0.1)


def test_it_has_to_know_what_the_reader_reads(language):
    with pytest.raises(ValueError, match="does not know “c”"):
        LanguageModel(language.model, Vocabulary(["b", "z", END, "a", " "]), Characters(["c"]))


def test_prose_of_speeches_and_of_an_encyclopedia():
    assert speeches(SPEECHES) == "a bab abba\n\nab baab a\n"
    assert encyclopedia(WIKI) == f'Abba abba is a band. {PAGE} Baab & "ab" {PAGE}'


def test_running_text_in_lines():
    words = ["abba", "b", "ab", "baab"] * 200
    lines = lines_of("\n".join(words), list(" ab"), np.array([8, 12]), seed=1)
    assert " ".join(lines).split() == words
    assert {len(line) for line in lines[:-1]} <= set(range(4, 13))
    assert 6 < np.mean([len(line) for line in lines]) < 12
    assert lines_of("ä bé - b", list(" ab"), np.array([9]), seed=1) == ["a b b"]
    assert lines_of("a abbaabba b", list(" ab"), np.array([3]), seed=1) == ["a", "abbaabba", "b"]


def test_lines_in_random_order():
    text = shuffled(map(str, range(50)), seed=1)
    assert text != shuffled(map(str, range(50)), seed=2)
    assert (text[0], text[-1]) == ("\n", "\n")
    assert sorted(map(int, text.split())) == list(range(50))


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("all")
    shutil.copytree(data / "handwriting", folder / "handwriting")
    (folder / "us_presidential_speeches_1977_2020.txt").write_text(SPEECHES)
    (folder / "wikipedia_markup.xml.txt").write_text(WIKI)
    recipe = replace(
        recipes()["reading_language"], training=TrainingConfig(4, evaluate_every=2, average=0.5),
        embedding_size=4, hidden_size=8, batch_size=4, length=16,
    )  # fmt: skip
    path = recipe.train(tmp_path_factory.mktemp("run"), folder, torch.device("cpu"))
    return recipe, folder, path


def test_it_learns_from_the_readers_own_lines_and_from_prose(trained):
    recipe, folder, _ = trained
    parts = recipe.parts(folder)
    lines = parts["train"].strip("\n").split("\n")
    assert lines.count("bab a") >= 3 * 2  # two of the six lines of the training part
    assert lines.count("ab") > 3
    texts = sorted(["abba", "bab a", "a b", "baab", "abba", "bab a"])
    assert sorted(parts["val"].split("\n")) == ["", "", *texts]


def test_the_card_names_all_it_has_read(trained):
    recipe, folder, path = trained
    card, history = checkpoint.read_card(path)
    assert (card.name, card.task) == ("reading_language", "recognition")
    assert set(card.vocabulary) <= {END, *ASCII}
    assert "non-commercial" in card.licence.lower()
    assert "Creative Commons" in card.data["others"]
    assert "United States Government" in card.data["others"]
    assert [row["step"] for row in history["curve"]] == [0, 2, 4]
    assert recipe.evaluate("val", folder, path).metrics["nats_per_char"] == pytest.approx(
        card.training["validation_nats_per_char"], rel=0.05
    )
    request = recipe.request(length=9)
    assert len("".join(recipe.sample(path, request))) == 9


def test_a_language_model_from_a_checkpoint(trained):
    _, _, path = trained
    language = LanguageModel.from_checkpoint(path, LETTERS)
    assert language.begin()[1].shape == (4,)
    with pytest.raises(CheckpointError, match=r"does not fit the reader: .* does not know “é”"):
        LanguageModel.from_checkpoint(path, Characters(["a", "é"]))


def test_it_fits_into_a_checkpoint():
    recipe = recipes()["reading_language"]
    weights = sum(p.numel() for p in recipe.untrained(80).parameters())
    assert 2 * weights < 9_500_000
