"""What cells are worth: measured, written down, read again."""

import json

import numpy as np
import pytest

from lstm_core.memory import worth
from lstm_core.memory.ablation import ablate, nats, passages
from lstm_core.memory.finding import Finding, Findings
from lstm_core.memory.worth import Worth, measure

from .conftest import CELL, LAYER


def findings(*confirmed):
    return Findings(100, 100, 0.9, 0.5, 20, ["double_quotes"], list(confirmed))


def quote_cell(kind="on/off", feature="double_quotes"):
    return Finding(feature, kind, LAYER, CELL, 1, 1.0, 1.0, 0.6, 0.6, 0.0, 1.0, 50)


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(worth, "TEXT", 1_500)


def test_what_is_measured_is_what_ablation_says(planted, prose, feature):
    text = prose(1_200, seed=3)
    found = measure(planted, text, findings(quote_cell()))
    ids = planted.vocabulary.encode(text)
    where = feature["double_quotes"](text)
    losses = nats(planted.model, passages(ids))
    on = passages(where)[:, :-1].numpy()
    (of_quotes,) = found.features
    assert (found.n, of_quotes.n) == (losses.size, on.sum())
    assert found.nats == pytest.approx(losses.mean())
    assert of_quotes.nats == pytest.approx(losses[on].mean())
    assert of_quotes.own == ablate(planted.model, ids, [(LAYER, CELL)], where)[0]
    rises = [a.rise for a in found.worst]
    assert rises == sorted(rises, reverse=True)
    there = [a.rise_where for a in of_quotes.worst]
    assert there == sorted(there, reverse=True)
    assert there[0] >= of_quotes.own.rise_where


def test_the_planted_cell_is_worth_more_where_its_feature_is_used(planted, prose):
    """The head reads the planted cell alone, to tell a closing mark from an opening one."""
    weight = planted.model.head.weight
    weight.zero_()
    weight[planted.vocabulary.characters.index(","), CELL - 1] = -3.0
    (of_quotes,) = measure(planted, prose(1_500, seed=4), findings(quote_cell())).features
    assert of_quotes.own.rise_where > of_quotes.own.rise_elsewhere
    assert (of_quotes.worst[0].layer, of_quotes.worst[0].cell) in {(LAYER, CELL), (1, 1)}


def test_numbers_and_what_never_occurs_are_left_out(planted, prose):
    number = quote_cell("number", "line_position")
    never = quote_cell(feature="digit")
    assert measure(planted, prose(600, seed=5), findings(number, never)).features == []


def test_as_json_and_back(planted, prose):
    found = measure(planted, prose(600, seed=6), findings(quote_cell()))
    written = json.loads(json.dumps({worth.KEY: found.to_json()}))
    assert Worth.of(written) == found
    assert Worth.of({}) is None
    with pytest.raises(ValueError, match="cannot be read"):
        Worth.of({worth.KEY: {"n": 3}})
    assert np.isfinite(found.nats)
