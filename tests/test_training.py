"""The training loop: its schedule, its averages, and that a kill changes nothing."""

import copy
import itertools
import math
import threading
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from lstm_core import training
from lstm_core.text.dataset import Lanes
from lstm_core.text.model import TextConfig, TextDropout, TextModel
from lstm_core.text.recipe import TextObjective
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.training import (
    Objective,
    TrainingConfig,
    learning_rate,
    noisy,
    train,
    update_average,
)

CPU = torch.device("cpu")
TEXT = "the cat sat on the mat\nand the dog lay on the log\n" * 3

# Eight batches make a round, so that four rounds begin on the way.
CONFIG = TrainingConfig(
    steps=31, learning_rate=0.02, warmup=5, average=0.9, evaluate_every=7, seed=3
)


@pytest.fixture(autouse=True)
def _milestones(monkeypatch):
    monkeypatch.setattr(training, "MILESTONES", (0, 3, 12))


class Carrying(TextObjective):
    """The objective of the text models, with a shorter text made at milestones."""

    def sample(self, model):
        logits, _ = model(torch.tensor([[0, 1, 2]]))
        return str(logits[0, -1].tolist())


def objective(seed=1, kind=Carrying):
    """A tiny network with every kind of dropout; the seed is that of its first weights."""
    torch.manual_seed(seed)
    vocabulary = Vocabulary.of(TEXT)
    ids = vocabulary.encode(TEXT)
    dropout = TextDropout(inputs=0.2, layers=0.3, outputs=0.2, weights=0.1)
    model = TextModel(TextConfig(len(vocabulary), 4, 6, 2), dropout)
    lanes = Lanes(ids, batch_size=2, length=9, seed=5)
    assert lanes.per_round == 8
    return kind(model, lanes, torch.from_numpy(ids[:50]), vocabulary, CPU)


def ending(run, folder):
    """All that a run ends with, but the time it took."""
    state = torch.load(folder / "state.pt", weights_only=True)
    return {
        "best": run.best, "score": run.score, "best_step": run.best_step, "step": run.step,
        "curve": run.history.curve, "milestones": run.history.milestones,
        "model": state["model"], "average": state["average"], "optimizer": state["optimizer"],
        "carried": state["carried"], "losses": state["losses"],
    }  # fmt: skip


def same(a, b):
    """To the bit."""
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(same(*pair) for pair in zip(a, b, strict=True))
    return a == b


@pytest.fixture
def unbroken(tmp_path):
    return ending(train(objective(), CONFIG, tmp_path / "whole", device=CPU), tmp_path / "whole")


def take_up(folder, **how):
    """Start again as a new process would: nothing is left but the folder.

    Once something is saved, the weights that the new process begins with must not matter, and the
    state of the global random numbers never.
    """
    again = objective(seed=99 if (folder / "state.pt").exists() else 1)
    torch.manual_seed(torch.seed())
    return train(again, CONFIG, folder, device=CPU, **how)


KILLS = [
    [1],
    [2, 3, 4],  # around a milestone
    [6, 7, 8],  # around an evaluation and the end of the first round
    [13, 14, 15, 16, 17, 25],  # in later rounds
    [12, 29, 30],
]


def ticking(monkeypatch):
    """A clock that goes on by one second each time it is read: savings fall on known steps."""
    clock = itertools.count()
    monkeypatch.setattr(training, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))


@pytest.mark.parametrize("kills", KILLS, ids=str)
@pytest.mark.parametrize("save_every", [0, 9, math.inf])
def test_a_killed_run_ends_as_an_unbroken_one(unbroken, tmp_path, monkeypatch, kills, save_every):
    ticking(monkeypatch)
    folder = tmp_path / "killed"
    for step in kills:
        run = take_up(folder, save_every=save_every, stop_after=step)
        assert run.step == step
        if (folder / "state.pt").exists():
            saved = torch.load(folder / "state.pt", weights_only=True)["run"]["step"]
            assert saved < step, "the kill was to lose work"
        else:
            assert save_every == math.inf or step < 9
    run = take_up(folder, save_every=save_every)
    assert same(ending(run, folder), unbroken)
    assert sorted(p.name for p in folder.iterdir()) == ["state.pt"]


def test_rare_savings_lose_some_work_but_not_all(tmp_path, monkeypatch):
    """Guards the test above: its middle case resumes from neither the start nor the last step."""
    ticking(monkeypatch)
    take_up(tmp_path, save_every=9, stop_after=17)
    saved = torch.load(tmp_path / "state.pt", weights_only=True)["run"]["step"]
    assert 1 < saved < 16


@pytest.mark.parametrize("where", ["loss", "validate", "sample", "save"])
def test_a_kill_in_the_middle_of_something(unbroken, tmp_path, monkeypatch, where):
    folder = tmp_path / "killed"
    write = torch.save

    def half_a_file(state, path):
        if state["run"]["step"] == 12:
            path.write_bytes(b"half a fi")
            raise KeyboardInterrupt
        write(state, path)

    class Killed(Carrying):
        at = 0

        def loss(self, step):
            self.at = step + 1
            loss = super().loss(step)
            if where == "loss" and self.at == 12:
                raise KeyboardInterrupt
            return loss

        def validate(self, model):
            if where == "validate" and self.at == 12:
                raise KeyboardInterrupt
            return super().validate(model)

        def sample(self, model):
            if where == "sample" and self.at == 12:
                raise KeyboardInterrupt
            return super().sample(model)

    if where == "save":
        monkeypatch.setattr(torch, "save", half_a_file)
    with pytest.raises(KeyboardInterrupt):
        train(objective(kind=Killed), CONFIG, folder, device=CPU, save_every=0)
    monkeypatch.setattr(torch, "save", write)
    assert (folder / "state.tmp").exists() == (where == "save")
    assert same(ending(take_up(folder), folder), unbroken)


def test_a_half_written_state_is_ignored(unbroken, tmp_path):
    folder = tmp_path / "killed"
    folder.mkdir()
    (folder / "state.tmp").write_bytes(b"half a fi")
    assert same(ending(take_up(folder), folder), unbroken)


def test_a_finished_run_is_not_trained_on(tmp_path):
    first = train(objective(), CONFIG, tmp_path, device=CPU)
    again = take_up(tmp_path)
    assert again.step == CONFIG.steps
    assert again.seconds == first.seconds
    assert same(again.best, first.best)
    assert again.history == first.history


@pytest.mark.parametrize(
    "change",
    [
        {"steps": 32},
        {"learning_rate": 0.01},
        {"warmup": 6},
        {"average": 0.8},
        {"seed": 4},
        {"weight_noise": 0.1},
    ],
    ids=str,
)
def test_another_schedule_is_refused(tmp_path, change):
    train(objective(), CONFIG, tmp_path, device=CPU, save_every=0, stop_after=3)
    before = (tmp_path / "state.pt").read_bytes()
    other = TrainingConfig(**{**vars(CONFIG), **change})
    with pytest.raises(ValueError, match="holds a run with another schedule"):
        train(objective(), other, tmp_path, device=CPU)
    assert (tmp_path / "state.pt").read_bytes() == before


def test_another_seed_is_another_run(unbroken, tmp_path):
    """Guards the tests of equality: the random numbers do decide where a run ends."""
    other = TrainingConfig(**{**vars(CONFIG), "seed": 4})
    run = train(objective(), other, tmp_path / "other", device=CPU)
    assert not same(ending(run, tmp_path / "other")["model"], unbroken["model"])


# The record


def test_the_record_of_a_run(tmp_path):
    bests = []
    task = objective()
    run = train(
        task, CONFIG, tmp_path, device=CPU, on_best=lambda r: bests.append((r.best_step, r.score))
    )
    assert [row["step"] for row in run.history.curve] == [0, 3, 7, 12, 14, 21, 28, 31]
    assert [row["step"] for row in run.history.milestones] == [0, 3, 12, 31]
    assert ["train" in row for row in run.history.curve] == [False] + 7 * [True]
    assert all(row["sample"] for row in run.history.milestones)
    lowest, expected = math.inf, []
    for row in run.history.curve:
        if row["validation"] < lowest:
            lowest = row["validation"]
            expected.append((row["step"], lowest))
    assert bests == expected
    assert (run.best_step, run.score) == expected[-1]

    # The best weights are those of the score, and the model goes on with its own.
    saved = torch.load(tmp_path / "state.pt", weights_only=True)
    assert same(dict(task.model.state_dict()), dict(saved["model"]))
    task.model.load_state_dict(run.best)
    assert task.validate(task.model.eval()) == run.score


def test_it_learns(tmp_path):
    """A text of a period of three, which a network that remembers can predict all but surely."""
    vocabulary = Vocabulary.of("\nab")
    ids = vocabulary.encode("ab\n" * 80)
    model = TextModel(TextConfig(3, 4, 8, 1))
    task = Carrying(model, Lanes(ids, 4, 10), torch.from_numpy(ids[:100]), vocabulary, CPU)
    config = TrainingConfig(120, learning_rate=0.05, warmup=10, average=0.9, evaluate_every=60)
    run = train(task, config, tmp_path, device=CPU)
    curve = run.history.curve
    assert curve[0]["validation"] == pytest.approx(math.log(3), abs=0.3)
    assert run.score < 0.05
    assert curve[-1]["train"] < 0.1


class Slope(Objective):
    """One weight on a slope: the gradient is always 1, so each step shows its learning rate."""

    def __init__(self, bad=None, value=math.nan):
        self.model, self.bad, self.value = nn.Linear(1, 1, bias=False), bad, value
        self.model.weight.data.fill_(5.0)
        self.seen = []

    def loss(self, step):
        self.seen.append((step, self.model.weight.item(), self.model.training))
        return self.model.weight.sum() * (self.value if step == self.bad else 1.0)

    def validate(self, model):
        assert not model.training
        return model.weight.item()


def test_each_step_takes_the_rate_of_the_schedule(tmp_path):
    """Adam's step on a constant gradient is the learning rate itself."""
    config = TrainingConfig(20, learning_rate=0.1, warmup=4, weight_decay=0.0, evaluate_every=6)
    task = Slope()
    train(task, config, tmp_path, device=CPU)
    assert [step for step, _, _ in task.seen] == list(range(20))
    assert all(training for _, _, training in task.seen)
    weights = [w for _, w, _ in task.seen] + [task.model.weight.item()]
    for step, (before, after) in enumerate(itertools.pairwise(weights)):
        assert before - after == pytest.approx(learning_rate(config, step), abs=1e-5)


def test_at_the_end_the_trained_weights_count_if_they_are_better_than_the_average(tmp_path):
    """The weight slides down, and its average lags behind; lower is better."""
    config = TrainingConfig(
        20, learning_rate=0.1, warmup=4, weight_decay=0.0, average=0.9, evaluate_every=6
    )
    task = Slope()
    run = train(task, config, tmp_path, device=CPU)
    weights = {step: w for step, w, _ in task.seen} | {20: task.model.weight.item()}
    scores = {row["step"]: row["validation"] for row in run.history.curve}
    assert all(scores[step] > weights[step] for step in (3, 6, 12, 18))
    assert scores[20] == weights[20] == run.score == run.best["weight"].item()


@pytest.mark.parametrize("stop", [None, 13])
def test_the_best_is_kept_while_the_run_goes_on(tmp_path, stop):
    """The weight slides past the place where it scores best; the loss is the weight itself."""

    class Past(Slope):
        def validate(self, model):
            return abs(super().validate(model) - 4.5)

    config = TrainingConfig(
        20, learning_rate=0.1, warmup=4, weight_decay=0.0, average=0.0, evaluate_every=6
    )
    task = Past()
    if stop:  # the best is found before the kill
        train(task, config, tmp_path, device=CPU, save_every=0, stop_after=stop)
    run = train(task, config, tmp_path, device=CPU, save_every=0)
    weights = {step: w for step, w, _ in task.seen} | {20: task.model.weight.item()}
    steps = [0, 3, 6, 12, 18, 20]
    assert [row["step"] for row in run.history.curve] == steps
    assert run.best_step == min(steps, key=lambda s: abs(weights[s] - 4.5)) == 6
    assert run.best["weight"].item() == weights[6]
    for (before, after), row in zip(itertools.pairwise(steps), run.history.curve[1:], strict=True):
        mean = sum(weights[s] for s in range(before, after)) / (after - before)
        assert row["train"] == pytest.approx(mean)
        assert row["validation"] == pytest.approx(abs(weights[after] - 4.5))


class Cliff(Slope):
    """At the bad step the loss is a 5, and its gradient infinite."""

    def loss(self, step):
        loss = super().loss(step)
        weight = self.model.weight.sum()
        return (weight - weight.detach()).sqrt() + 5.0 if step == self.bad else loss


BREAKS = {
    "nan and a gradient of norm nan": lambda: Slope(bad=5, value=math.nan),
    "inf and a gradient of norm inf": lambda: Slope(bad=5, value=math.inf),
    "5.0 and a gradient of norm inf": lambda: Cliff(bad=5),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_loss_or_gradient_that_is_no_number_ends_the_run(tmp_path, what):
    """Before it touches the weights; and what was saved goes on as if nothing had happened."""
    config, task = TrainingConfig(10, evaluate_every=2), BREAKS[what]()
    with pytest.raises(FloatingPointError, match=f"^step 5 has a loss of {what}$"):
        train(task, config, tmp_path, device=CPU, save_every=0)
    assert task.model.weight.item() == task.seen[-1][1], "the weights were not touched"

    saved = torch.load(tmp_path / "state.pt", weights_only=True)
    assert saved["run"]["step"] == 5, "what was saved is from before"
    moments = [v for slots in saved["optimizer"]["state"].values() for v in slots.values()]
    parts = [saved["model"], saved["average"], saved["run"]["best"]]
    for tensor in [*(t for part in parts for t in part.values()), *moments]:
        assert torch.isfinite(tensor).all()

    again = train(Slope(), config, tmp_path, device=CPU, save_every=0)
    unbroken = train(Slope(), config, tmp_path / "unbroken", device=CPU)
    assert same(ending(again, tmp_path), ending(unbroken, tmp_path / "unbroken"))


@pytest.mark.parametrize(
    "config",
    [
        TextConfig(16, 4, 6, 2),
        TextConfig(15, 5, 6, 2),
        TextConfig(15, 4, 7, 2),
        TextConfig(15, 4, 6, 1),
    ],
    ids=str,
)
def test_another_architecture_is_refused(tmp_path, config):
    train(objective(), CONFIG, tmp_path, device=CPU, save_every=0, stop_after=3)
    before = (tmp_path / "state.pt").read_bytes()
    other = objective()
    assert other.model.config == TextConfig(15, 4, 6, 2)
    other.model = TextModel(config)
    weights = copy.deepcopy(other.model.state_dict())
    with pytest.raises(ValueError, match="holds a run with another schedule or another model; re"):
        train(other, CONFIG, tmp_path, device=CPU)
    assert (tmp_path / "state.pt").read_bytes() == before
    assert same(dict(other.model.state_dict()), dict(weights)), "nothing was loaded into it"


class InParts(Objective):
    """Sixty numbers to be told from their sums: the squares of ten at a time, or of two fives."""

    def __init__(self, parts):
        torch.manual_seed(4)
        self.model, self.count = nn.Linear(6, 1), parts
        self.x = torch.randn(60, 6)

    def loss(self, step):
        return sum(part() for part in self.parts(step))

    def parts(self, step):
        rows = self.x[step % 6 * 10 :][:10].chunk(self.count)
        return [partial(self.part, x) for x in rows]

    def part(self, x):
        self.threads = torch.get_num_threads(), threading.current_thread()
        return (self.model(x)[:, 0] - x.sum(1)).square().sum() / 10

    def validate(self, model):
        return (model(self.x)[:, 0] - self.x.sum(1)).square().mean().item()


def test_parts_of_a_loss_are_learned_as_the_whole(tmp_path):
    config = TrainingConfig(steps=40, learning_rate=0.1, warmup=2, evaluate_every=10)
    whole, halves = InParts(1), InParts(2)
    runs = [
        train(given, config, tmp_path / str(n), device=CPU)
        for n, given in enumerate((whole, halves))
    ]
    assert runs[0].score < 0.02 * runs[0].history.curve[0]["validation"]
    for row, other in zip(*(run.history.curve for run in runs), strict=True):
        assert row == pytest.approx(other, rel=0.01)  # in half precision
    assert whole.threads[1] is threading.main_thread()
    assert halves.threads[1] is not threading.main_thread()
    assert halves.threads[0] == 1


# Schedule and average


def test_schedule():
    config = TrainingConfig(steps=1000, learning_rate=2.0, warmup=100)
    rates = [learning_rate(config, step) for step in range(1000)]
    assert rates[0] == pytest.approx(0.02)
    assert rates[49] == pytest.approx(1.0)
    assert rates[99] == rates[100] == pytest.approx(2.0)
    assert rates[325] == pytest.approx(1 + math.sqrt(0.5))
    assert rates[550] == pytest.approx(1.0)
    assert rates[775] == pytest.approx(1 - math.sqrt(0.5))
    assert 0 < rates[999] < 1e-4
    assert all(a < b for a, b in itertools.pairwise(rates[:100]))
    assert all(a > b for a, b in itertools.pairwise(rates[100:]))
    assert learning_rate(config, 1000) == learning_rate(config, 2000) == 0


def test_a_schedule_that_falls_late():
    config = TrainingConfig(steps=1000, learning_rate=2.0, warmup=100, fall=0.4)
    rates = [learning_rate(config, step) for step in range(1001)]
    assert rates[:100] == [learning_rate(replace(config, fall=1.0), step) for step in range(100)]
    assert set(rates[100:641]) == {2.0}
    assert rates[820] == pytest.approx(1.0)
    assert all(a > b for a, b in itertools.pairwise(rates[640:]))
    assert rates[1000] == 0


@pytest.mark.parametrize(("steps", "warmup"), [(1, 0), (5, 0), (5, 5), (5, 50)])
def test_schedules_of_few_steps(steps, warmup):
    config = TrainingConfig(steps=steps, learning_rate=1.0, warmup=warmup)
    rates = [learning_rate(config, step) for step in range(steps)]
    assert all(0 < rate <= 1 for rate in rates)
    assert rates[0] == (1 if warmup == 0 else pytest.approx(1 / warmup))


class Moving(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(3, dtype=torch.float64))
        self.register_buffer("count", torch.tensor(0))


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9, 0.999])
def test_average_is_the_weighted_mean_of_all_weights_so_far(decay):
    """The weight of step k in the average after n steps, written out as a product."""
    model, n = Moving(), 40
    average = {k: v.clone() for k, v in model.state_dict().items()}
    values = torch.randn(n, 3, dtype=torch.float64)
    for step, value in enumerate(values, start=1):
        model.w.data.copy_(value)
        model.count.fill_(step)
        update_average(average, model, decay, step)
    # Up to the step where they meet, (1 + s) / (10 + s) is the lower of the two.
    decays = [min(decay, (1 + s) / (10 + s)) for s in range(1, n + 1)]
    shares = [(1 - decays[k]) * math.prod(decays[k + 1 :]) for k in range(n)]
    assert sum(shares) + math.prod(decays) == pytest.approx(1)
    expected = (torch.tensor(shares, dtype=torch.float64)[:, None] * values).sum(0)
    torch.testing.assert_close(average["w"], expected)
    assert average["count"] == n
    assert not average["w"].requires_grad


def test_noise_on_the_weights_is_there_for_a_while():
    model, noises = Moving(), []
    model.w.data.fill_(5.0)
    for _ in range(2_000):
        with noisy(model, 0.1):
            noises.append(model.w.detach() - 5.0)
        assert model.w.tolist() == [5.0] * 3
    noise = torch.stack(noises)
    assert noise.mean().item() == pytest.approx(0, abs=0.01)
    assert noise.std(dim=0).tolist() == pytest.approx([0.1] * 3, rel=0.1)
    with pytest.raises(KeyError), noisy(model, 0.1):
        raise KeyError
    assert model.w.tolist() == [5.0] * 3
    with noisy(model, 0.0):
        assert model.w.tolist() == [5.0] * 3


def test_gradients_are_those_of_noisy_weights(tmp_path):
    """With noise, another network is learned; the same once more if it is trained once more."""
    endings = []
    for n, deviation in enumerate((0.0, 0.05, 0.05)):
        config = TrainingConfig(**{**vars(CONFIG), "steps": 6, "weight_noise": deviation})
        run = train(objective(), config, tmp_path / str(n), device=CPU)
        endings.append(ending(run, tmp_path / str(n))["model"])
    assert not same(endings[0], endings[1])
    assert same(endings[1], endings[2])


def test_average_forgets_the_random_start():
    model = Moving()
    average = {"w": torch.full((3,), 100.0, dtype=torch.float64), "count": torch.tensor(0)}
    for step in range(1, 51):
        update_average(average, model, 0.999, step)
    assert average["w"].abs().max() < 1e-3
