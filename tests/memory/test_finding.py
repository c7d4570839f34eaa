"""Findings: a cell planted by construction is found, and what is not there is not."""

import json
from dataclasses import replace

import numpy as np
import pytest

from lstm_core.memory import finding
from lstm_core.memory.agreement import auc
from lstm_core.memory.cells import column, read_cells
from lstm_core.memory.features import Feature
from lstm_core.memory.finding import Findings, Text, find, spread

LAYER, CELL, H = 2, 4, 8
MEMORY = ("double_quotes", "parentheses")  # what the last character does not tell


def test_the_planted_cell_is_found_and_confirmed(planted, prose, feature):
    training, held_out = prose(3_000, 1), prose(2_000, 2)
    found = find(planted, training, held_out, [feature[name] for name in MEMORY])
    assert found.tested == list(MEMORY)
    assert (found.n_training, found.n_held_out) == (3_000, 2_000)
    (quotes,) = found.confirmed
    assert (quotes.feature, quotes.layer, quotes.cell) == ("double_quotes", LAYER, CELL)
    assert quotes.kind == "on/off"
    assert quotes.sign == 1
    assert quotes.training == quotes.held_out == quotes.accuracy == 1
    assert 0.5 < quotes.control < 0.8
    assert -0.76 < quotes.threshold < 0.76
    assert quotes.n_on == feature["double_quotes"](held_out).sum()
    assert quotes.character < 0.75, "the last character alone does not tell"
    assert found.metrics() == {
        "features_tested": 2, "features_confirmed": 1, "mean_auc": 1.0,
    }  # fmt: skip


def test_a_cell_that_is_low_where_the_feature_is(planted, prose, feature):
    """The same network, which now writes the opposite into the planted cell."""
    layer = planted.model.lstm.layers[1]
    row = 2 * H + CELL - 1
    layer.weight[row, H + CELL - 1], layer.bias[row] = -10, -3
    (quotes,) = find(planted, prose(3_000, 1), prose(2_000, 2), [feature[MEMORY[0]]]).confirmed
    assert (quotes.layer, quotes.cell, quotes.sign) == (LAYER, CELL, -1)
    assert quotes.held_out == quotes.accuracy == 1


def test_the_figures_are_those_of_the_cells(planted, prose, feature):
    training, held_out = prose(3_000, 1), prose(2_000, 2)
    for f in find(planted, training, held_out).confirmed:
        values = feature[f.feature](held_out)
        cells = read_cells(planted.model, planted.vocabulary.encode(held_out), lanes=1)
        cell = cells[:, column(f.layer, f.cell, 2, H)].astype(float)
        if f.kind == "on/off":
            score = auc(f.sign * cell, values)
            taken = f.sign * cell / 127 > f.sign * f.threshold
            accuracy = (taken[values].mean() + (~taken[~values]).mean()) / 2
            assert f.accuracy == pytest.approx(accuracy, abs=1e-4)
            assert f.held_out >= finding.MIN_AUC
        else:
            score = f.sign * np.corrcoef(cell, values)[0, 1]
            assert (f.threshold, f.accuracy, f.n_on) == (None, None, None)
            assert f.held_out >= finding.MIN_CORRELATION
        assert f.held_out == pytest.approx(score, abs=1e-4)
        assert f.held_out > f.control


def test_a_random_network_remembers_nothing(sampler, prose, feature):
    found = find(sampler, prose(3_000, 1), prose(2_000, 2), [feature[name] for name in MEMORY])
    assert found.tested == list(MEMORY)
    assert found.confirmed == []
    assert found.metrics() == {"features_tested": 2, "features_confirmed": 0}


def test_what_holds_in_training_alone_is_not_confirmed(planted, prose, feature):
    """A feature that is the planted cell's in the one text, and another in the other."""
    training, held_out = prose(3_000, 1), prose(2_000, 2)

    def function(text):
        return feature["double_quotes" if text == training else "parentheses"](text)

    found = find(planted, training, held_out, [replace(feature["link"], function=function)])
    assert found.tested == ["link"]
    assert found.confirmed == []


def test_chance_must_be_beaten(planted, prose, feature, monkeypatch):
    """With no threshold, a cell is still refused if others do as well out of place."""
    monkeypatch.setattr(finding, "MIN_AUC", 0.0)
    texts = prose(3_000, 1), prose(2_000, 2)

    def noise(text):
        return np.random.default_rng(len(text)).random(len(text)) < 0.5

    random = Feature("noise", "Noise", "Nothing.", "on/off", noise)
    found = find(planted, *texts, [random, feature["double_quotes"]])
    assert found.tested == ["noise", "double_quotes"]
    assert [f.feature for f in found.confirmed] == ["double_quotes"]


def test_a_number_is_found(planted, prose, feature):
    """How much of a quotation is open: 3 within, 1 outside."""
    level = Feature(
        "level", "Level", "Nothing else.", "number",
        lambda text: 1 + 2 * feature["double_quotes"](text).astype(np.float32),
    )  # fmt: skip
    (found,) = find(planted, prose(3_000, 1), prose(2_000, 2), [level]).confirmed
    assert (found.layer, found.cell, found.sign, found.kind) == (LAYER, CELL, 1, "number")
    assert found.held_out > 0.99
    assert 0 < found.control < 0.7


def test_what_is_rare_is_not_tested(planted, prose, feature):
    training, held_out = prose(3_000, 1).replace('"', ""), prose(2_000, 2)
    quotes = [feature["double_quotes"]]
    assert find(planted, training, held_out, quotes).tested == []
    assert find(planted, held_out, training, quotes).tested == []
    assert find(planted, held_out, training, quotes).metrics()["features_confirmed"] == 0


def test_only_so_much_is_read(planted, prose, feature, monkeypatch):
    monkeypatch.setattr(finding, "TRAINING", 2_500)
    monkeypatch.setattr(finding, "HELD_OUT", 1_500)
    training, held_out, quotes = prose(3_000, 1), prose(2_000, 2), [feature["double_quotes"]]
    found = find(planted, training, held_out, quotes)
    assert found.n_training == sum(map(len, spread(training, 2_500))) <= 2_500
    assert found.n_held_out == sum(map(len, spread(held_out, 1_500))) <= 1_500


def test_each_passage_begins_with_nothing_open(planted, feature):
    """What the first leaves open ends with it; the cells know nothing of that."""
    passages, quotes = ['abc "dab', "hag (bed"], [feature["double_quotes"], feature["parentheses"]]
    text = Text(planted, passages, quotes)
    values = text.features["double_quotes"]
    assert values.tolist() == [False] * 4 + [True] * 4 + [False] * 8
    expected = read_cells(planted.model, planted.vocabulary.encode("".join(passages)), lanes=1)
    np.testing.assert_array_equal(text.cells, expected)


@pytest.mark.parametrize("n", [80, 400, 999])
def test_passages_are_spread_over_a_text(prose, n):
    text = prose(1_000, 1)
    passages, place = spread(text, n), 0
    assert len(passages) == 8
    assert text.startswith(passages[0])
    for k, passage in enumerate(passages):
        assert 0 < len(passage) <= n // 8
        place = text.index(passage, max(place, k * (1_000 - n // 8) // 7))
        assert place <= k * (1_000 - n // 8) // 7 + n // 16
    assert spread(text, 1_000) == spread(text, 2_000) == [text]


def test_passages_begin_and_end_at_empty_lines_that_are_near():
    text = "".join(f"{k:03}\n\n{k:015}" for k in range(500))  # 20 characters each
    starts = [k * 9_900 // 7 for k in range(8)]
    passages = spread(text, 800)
    assert passages[0] == text[:83]
    for start, passage in zip(starts[1:], passages[1:], strict=True):
        begin = text.index("\n\n", start)
        assert passage == text[begin : text.rindex("\n\n", begin, start + 100)]
    far = text.replace("\n\n", "--")
    assert spread(far, 800) == [far[start : start + 100] for start in starts]


@pytest.mark.parametrize("texts", [("", "abc"), ("abc", "")])
def test_without_a_text_there_is_nothing_to_find(planted, texts):
    with pytest.raises(ValueError, match=r"^To find cells takes some training text and some held"):
        find(planted, *texts)


def test_there_and_back_through_json(planted, prose):
    found = find(planted, prose(3_000, 1), prose(2_000, 2))
    assert found.confirmed
    text = json.dumps({"curve": [], finding.KEY: found.to_json()}, allow_nan=False)
    assert Findings.of(json.loads(text)) == found
    assert Findings.of({"curve": []}) is None


@pytest.mark.parametrize("damaged", [None, 7, [], {}, {"confirmed": [{}]}, {"confirmed": 3}])
def test_findings_that_cannot_be_read(damaged):
    with pytest.raises(ValueError, match=r"^The findings of this model cannot be read\.$"):
        Findings.of({finding.KEY: damaged})
