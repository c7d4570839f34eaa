"""What is timed: several things in turns."""

from lstm_core import timing


def test_the_best_of_several_rounds_in_turns(monkeypatch):
    """A clock that says what each call is to take."""
    monkeypatch.setattr(timing, "ROUNDS", 3)
    takes, order, now = {"a": [4.0, 2.0, 5.0], "b": [1.0, 8.0, 0.5]}, [], [0.0]

    def run(name):
        order.append(name)
        now[0] += takes[name].pop(0)

    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])
    rates = timing.best_rates({"a": (lambda: run("a"), 10), "b": (lambda: run("b"), 3)})
    assert rates == {"a": 5.0, "b": 6.0}
    assert order == ["a", "b"] * 3
