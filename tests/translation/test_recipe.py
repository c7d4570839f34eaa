"""The training of the translators in small, and how they are judged."""

from dataclasses import replace

import pytest
import torch
from sacrebleu.metrics import BLEU, CHRF
from translation.tiny import CAPTIONS, EVERYDAY, write

from lstm_core import checkpoint
from lstm_core.checkpoint import CheckpointError
from lstm_core.data import DataError
from lstm_core.recipe import recipes
from lstm_core.training import TrainingConfig
from lstm_core.translation import bench, recipe, sampler, scoring
from lstm_core.translation.dataset import Pair
from lstm_core.translation.model import TranslationDropout
from lstm_core.translation.moses import tokenised
from lstm_core.translation.request import TranslationRequest
from lstm_core.translation.results import Candidate
from lstm_core.translation.sampler import TranslationSampler

CPU = torch.device("cpu")
SIZES = {
    "en_fr": {"embedding_size": 32, "encoder_size": 24, "decoder_size": 48, "encoder_layers": 1},
    "en_fr_vector": {"embedding_size": 16, "hidden_size": 20},
}


def small(name, steps, **more):
    training = TrainingConfig(steps, 1e-2, warmup=2, evaluate_every=steps, average=0.5)
    settings = {"sizes": SIZES[name], "vocabulary_size": 380, "min_count": 1, "tokens": 200, **more}
    return replace(recipes()[name], training=training, **settings)


@pytest.fixture(scope="module", autouse=True)
def brief():
    """Networks that have learned nothing would go on for long, and nobody reads it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampler, "LONGEST", 30)
        patch.setattr(recipe, "SHOWN", 2)
        yield


@pytest.fixture(scope="module", params=["en_fr", "en_fr_vector"])
def made(request, data, tmp_path_factory):
    """A recipe and the checkpoint of a short training."""
    chosen = small(request.param, 4)
    return chosen, chosen.train(tmp_path_factory.mktemp("run"), data, CPU)


def test_both_translators_are_known_and_fit_into_a_checkpoint():
    assert [each.name for each in recipe.RECIPES] == ["en_fr", "en_fr_vector"]
    for each in recipe.RECIPES:
        assert recipes()[each.name] is each
        assert each.splits[0] == "tatoeba_val"
        model = each.untrained(each.vocabulary_size)
        assert 2 * sum(p.numel() for p in model.parameters()) < 9_700_000


def test_it_learns_to_translate(data, tmp_path):
    """What it was shown again and again, both ways."""
    plain = {"dropout": TranslationDropout(0, 0, 0), "smoothing": 0.0, "copied": 0.0, "hasty": 0.0}
    chosen = small("en_fr", 250, tokens=2_000, **plain)
    path = chosen.train(tmp_path, data, CPU)
    translator = TranslationSampler.from_checkpoint(path)
    for en, fr in [EVERYDAY[2], EVERYDAY[4], CAPTIONS[1]]:
        assert translator.best(en, TranslationRequest(en)) == fr
        assert translator.best(fr, TranslationRequest(fr, "fr_en")) == en
    assert chosen.evaluate("multi30k_2016", data, path).metrics["bleu"] == pytest.approx(100)


def test_the_card(made):
    chosen, path = made
    card, history = checkpoint.read_card(path)
    assert (card.name, card.task) == (chosen.name, "translation")
    assert card.config["vocabulary_size"] == len(card.vocabulary) <= 380
    assert card.config["attention"] == chosen.attention
    assert card.training["directions"] == list(chosen.directions)
    assert [row["step"] for row in history["curve"]] == [0, 4]
    shown = history["milestones"][-1]["sample"].splitlines()[::2]
    assert EVERYDAY[2][0] in shown
    assert (EVERYDAY[2][1] in shown) == ("fr_en" in chosen.directions)


def test_the_same_training_gives_the_same_weights(made, data, tmp_path):
    chosen, path = made
    again = checkpoint.load(chosen.train(tmp_path, data, CPU), "translation").weights
    first = checkpoint.load(path, "translation").weights
    assert all(torch.equal(first[name], again[name]) for name in first)


def answering(monkeypatch, answer):
    """Let every sampler write what `answer` makes of a sentence and a request."""

    def candidates(_, source, request):
        return [Candidate(answer(source, request), [], 0.0, 0.0, 0.0, None)]

    monkeypatch.setattr(TranslationSampler, "candidates", candidates)


def test_everyday_sentences_are_judged_against_all_translations(made, data):
    chosen, path = made
    result = chosen.evaluate("tatoeba_val", data, path)
    sources = list(dict.fromkeys(en for en, _ in EVERYDAY))
    assert result.n == len(sources) == 5
    translator = TranslationSampler.from_checkpoint(path)
    translations = [translator.best(each, TranslationRequest("...")) for each in sources]
    first = [next(fr for en, fr in EVERYDAY if en == source) for source in sources]
    columns = [first, ["Tom est âgé.", None, None, None, None]]
    bleu = BLEU()
    assert result.metrics["bleu"] == bleu.corpus_score(translations, columns).score
    assert result.metrics["chrf"] == CHRF().corpus_score(translations, columns).score
    assert result.notes["signature"] == str(bleu.get_signature())
    assert "tok:13a" in result.notes["signature"]
    assert "nrefs:var" in result.notes["signature"]


def test_captions_are_judged_in_lower_case_words(made, data, monkeypatch):
    chosen, path = made
    answers = dict(CAPTIONS) | {CAPTIONS[0][0]: "UN CHIEN rouge, devant une maison"}
    answering(monkeypatch, lambda source, _: answers[source])
    result = chosen.evaluate("multi30k_2016", data, path)
    assert "tok:none" in result.notes["signature"]
    made_of = [tokenised(answers[en], "fr") for en, _ in CAPTIONS]
    wanted = [[tokenised(fr, "fr") for _, fr in CAPTIONS]]
    expected = BLEU(tokenize="none", force=True).corpus_score(made_of, wanted).score
    assert 0 < result.metrics["bleu"] == expected < 100


def test_the_other_direction(made, data, monkeypatch):
    chosen, path = made
    if "fr_en" not in chosen.directions:
        with pytest.raises(ValueError, match="not fr_en"):
            chosen.evaluate("tatoeba_val", data, path, {"reverse"})
        return
    asked = []

    def answer(source, request):
        asked.append(request.direction)
        return {fr: en for en, fr in EVERYDAY}[source]

    answering(monkeypatch, answer)
    result = chosen.evaluate("tatoeba_val", data, path, {"reverse"})
    assert result.metrics == {"bleu": pytest.approx(100), "chrf": pytest.approx(100)}
    assert set(asked) == {"fr_en"}
    assert result.n == 6


def test_a_folder_with_nothing_but_the_part(made, tmp_path):
    chosen, path = made
    write(tmp_path, {"test": EVERYDAY}, {"test_2017_mscoco": CAPTIONS})
    assert chosen.evaluate("tatoeba_test", tmp_path, path).n == 5
    assert chosen.evaluate("multi30k_2017_mscoco", tmp_path, path).n == 3
    with pytest.raises(DataError, match="test_2018"):
        chosen.evaluate("multi30k_2018", tmp_path, path)
    with pytest.raises(CheckpointError, match="no checkpoint"):
        chosen.evaluate("tatoeba_test", tmp_path, "nowhere")


def test_scores_by_length(made, data, monkeypatch):
    chosen, path = made
    monkeypatch.setattr(scoring, "FEWEST", 2)
    answering(monkeypatch, lambda source, _: "Tom est vieux.")
    result = chosen.evaluate("tatoeba_val", data, path, {"lengths"})
    (row,) = result.found["bleu_by_length_tatoeba_val"]
    assert row == {"from": 1, "to": 5, "n": 5, "bleu": result.metrics["bleu"]}


def test_what_would_be_first_without_translating_back(made, data, monkeypatch):
    """The right one comes first by the way there and back, another by the way there alone."""
    chosen, path = made
    answers = dict(EVERYDAY)

    def candidates(_, source, request):
        right = Candidate(answers[source], [], -5.0, -4.0, -3.0, -1.0)
        wrong = Candidate("Tom", [], -3.0, -4.5, -2.5, -9.0)
        return [right, wrong]

    monkeypatch.setattr(scoring, "FEWEST", 2)
    monkeypatch.setattr(TranslationSampler, "candidates", candidates)
    result = chosen.evaluate("tatoeba_val", data, path, {"lengths"})
    assert result.metrics["bleu"] == pytest.approx(100)
    assert result.metrics["bleu_one_way"] < 50
    assert result.metrics["chrf_one_way"] < result.metrics["chrf"]
    (row,) = result.found["bleu_by_length_tatoeba_val"]
    assert row["bleu"] == result.metrics["bleu_one_way"]


def test_a_sentence_comes_once_with_all_its_translations():
    pairs = [Pair("a", "x"), Pair("b", "y"), Pair("a", "z"), Pair("a", "x")]
    assert scoring.judged(pairs, "en_fr") == [("a", ["x", "z"]), ("b", ["y"])]
    assert scoring.judged(pairs, "fr_en") == [("x", ["a"]), ("y", ["b"]), ("z", ["a"])]


def test_sampling_in_the_terminal(made):
    chosen, path = made
    request = TranslationRequest("Tom is old.\nThe dog.")
    text = TranslationSampler.from_checkpoint(path).translate(request)[0]
    assert "".join(chosen.sample(path, request)) == text


def test_bench(made, monkeypatch):
    chosen, path = made
    monkeypatch.setattr("lstm_core.timing.ROUNDS", 1)
    monkeypatch.setattr(bench, "SENTENCE", "Tom is old.")
    figures = chosen.bench(path)
    assert all(value > 0 for value in figures.values())
    rates = {figures[f"{name}_sentences_per_second"] for name in ("naive", "beam_1", "beam_5")}
    assert len(rates) == 3


def test_the_control_of_the_bench_writes_the_same(made):
    """Anew for every piece, or carrying the state: the likeliest pieces are the same."""
    translator = TranslationSampler.from_checkpoint(made[1])
    request = TranslationRequest(bench.SENTENCE, beam=1)
    *_, beam = translator.search(bench.SENTENCE, request)
    pieces = beam.best.pieces()[:20]
    assert bench.naive(translator, len(pieces)) == pieces
