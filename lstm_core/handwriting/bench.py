"""How fast the network writes on this machine, beside two controls measured in the same run."""

from __future__ import annotations

import itertools

import torch

from lstm_core.handwriting.request import WritingRequest
from lstm_core.handwriting.sampler import WritingSampler
from lstm_core.hardware import one_thread
from lstm_core.timing import best_rates, products

TEXT = "a line of thirty characters ok"
POINTS_OF_A_LINE = 21 * len(TEXT)
"""Points that writers need for `TEXT`, on average."""


def measure(sampler: WritingSampler) -> dict[str, float]:
    """Points a second of the sampler and its controls, on one thread, as in `text.bench`.

    - `naive`: the network as it is trained, in PyTorch, called once a point;
    - `floor`: the products of weights and vectors alone: nothing that computes them one point at a
      time can be faster.
    """
    model = sampler.model
    parts = [*model.layers, model.first.window, model.head]
    weights = [p for part in parts for p in part.parameters()]
    with one_thread():
        rates = best_rates(
            {
                "naive": (lambda: naive(sampler, 15), 15),
                "floor": (lambda: products(weights, 100), 100),
                "batch_1": (lambda: write(sampler, 1, 100), 100),
                "batch_4": (lambda: write(sampler, 4, 50), 200),
            }
        )
    return {
        **{f"{name}_points_per_second": rate for name, rate in rates.items()},
        "batch_1_to_naive": rates["batch_1"] / rates["naive"],
        "batch_1_to_floor": rates["batch_1"] / rates["floor"],
        "batch_4_to_batch_1": rates["batch_4"] / rates["batch_1"],
        "seconds_for_30_characters": POINTS_OF_A_LINE / rates["batch_1"],
    }


def write(sampler: WritingSampler, batch_size: int, points: int) -> None:
    """The first points of texts side by side, with everything the sampler does for them."""
    requests = [WritingRequest(TEXT, seed=seed) for seed in range(batch_size)]
    for _ in itertools.islice(sampler.stream_many(requests), points):
        pass


@torch.inference_mode()
def naive(sampler: WritingSampler, points: int) -> None:
    """The loop that one writes first: the network itself, one point a call."""
    model = sampler.model
    ids = torch.from_numpy(sampler.alphabet.encode(TEXT))[None]
    point, style, state = torch.zeros(1, 1, 3), model.styles.weight[:1], None
    for _ in range(points):
        _, state = model(point, ids, style, state)
