"""How fast the network plays on this machine, beside two controls measured in the same run."""

from __future__ import annotations

from lstm_core.hardware import one_thread
from lstm_core.music.piano.request import PianoRequest
from lstm_core.music.piano.sampler import PianoSampler
from lstm_core.text.bench import as_torch_lstm, naive
from lstm_core.timing import best_rates, products

SECONDS = 10.0


def measure(sampler: PianoSampler) -> dict[str, float]:
    """Events a second of the sampler and its controls, on one thread, as in `text.bench`; and how
    many times faster than it is heard the music is made.

    - `naive`: the same weights in `torch.nn.LSTM`, called once an event;
    - `floor`: the products of weights and vectors alone: nothing that computes them one event at a
      time can be faster.
    """
    lstm = as_torch_lstm(sampler.model.lstm)
    weights = [p for part in (sampler.model.lstm, sampler.model.head) for p in part.parameters()]
    request = PianoRequest(seconds=SECONDS)
    with one_thread():
        events = sum(1 for _ in sampler.stream(request))
        rates = best_rates(
            {
                "naive": (lambda: naive(sampler.model, lstm, 30), 30),
                "floor": (lambda: products(weights, 300), 300),
                "piano": (lambda: play(sampler, request), events),
            }
        )
    return {
        **{f"{name}_events_per_second": rate for name, rate in rates.items()},
        "piano_to_naive": rates["piano"] / rates["naive"],
        "piano_to_floor": rates["piano"] / rates["floor"],
        "times_real_time": rates["piano"] * SECONDS / events,
    }


def play(sampler: PianoSampler, request: PianoRequest) -> None:
    """Play a piece, with everything the sampler does for an event."""
    for _ in sampler.stream(request):
        pass
