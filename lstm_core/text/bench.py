"""How fast a text model writes on this machine, beside two controls measured in the same run."""

from __future__ import annotations

import torch
from torch import nn

from lstm_core.hardware import one_thread
from lstm_core.lstm import LSTM, LSTMLayer
from lstm_core.text.model import TextModel
from lstm_core.text.sampler import TextRequest, TextSampler
from lstm_core.timing import best_rates, products


def measure(sampler: TextSampler) -> dict[str, float]:
    """Characters a second of the sampler and its controls, on one thread, and their ratios.

    The controls and the sampler take turns, and the best of several rounds counts, so that other
    work on the machine disturbs all of them alike.

    - `naive`: the same weights in `torch.nn.LSTM`, called once a character;
    - `floor`: the matrix-vector products alone, with the same weights, by NumPy, whose are the
      fastest: nothing that computes them one character at a time can be faster.
    """
    lstm = as_torch_lstm(sampler.model.lstm)
    with one_thread():
        rates = best_rates(
            {
                "naive": (lambda: naive(sampler.model, lstm, 30), 30),
                "floor": (lambda: floor(sampler, 300), 300),
                "batch_1": (lambda: write(sampler, 1, 600), 600),
                "batch_8": (lambda: write(sampler, 8, 100), 800),
                "batch_32": (lambda: write(sampler, 32, 60), 1_920),
            }
        )
    return {
        **{f"{name}_chars_per_second": rate for name, rate in rates.items()},
        "batch_1_to_naive": rates["batch_1"] / rates["naive"],
        "batch_1_to_floor": rates["batch_1"] / rates["floor"],
        "batch_8_to_batch_1": rates["batch_8"] / rates["batch_1"],
        "batch_32_to_batch_1": rates["batch_32"] / rates["batch_1"],
    }


def write(sampler: TextSampler, batch_size: int, length: int) -> None:
    """Write texts side by side, with everything the sampler does for a character."""
    requests = [TextRequest(length=length, seed=seed) for seed in range(batch_size)]
    for _ in sampler.stream_many(requests):
        pass


@torch.no_grad()
def as_torch_lstm(ours: LSTM) -> nn.LSTM:
    """A `torch.nn.LSTM` with the weights of an LSTM; it reads (B, T, I)."""
    lstm = nn.LSTM(ours.input_size, ours.hidden_size, ours.num_layers, batch_first=True)
    for n, layer in enumerate(ours.layers):
        assert isinstance(layer, LSTMLayer)
        getattr(lstm, f"weight_ih_l{n}").copy_(layer.weight[:, : layer.input_size])
        getattr(lstm, f"weight_hh_l{n}").copy_(layer.weight[:, layer.input_size :])
        getattr(lstm, f"bias_ih_l{n}").copy_(layer.bias)
        getattr(lstm, f"bias_hh_l{n}").zero_()
    return lstm


@torch.inference_mode()
def naive(model: TextModel, lstm: nn.LSTM, length: int) -> None:
    """The loop that one writes first: `torch.nn.LSTM`, one character a call."""
    ids, state = torch.zeros(1, 1, dtype=torch.long), None
    for _ in range(length):
        out, state = lstm(model.embedding(ids), state)
        p = model.head(out[:, -1]).softmax(dim=-1)
        ids = torch.multinomial(p, 1)


def floor(sampler: TextSampler, length: int) -> None:
    """The matrix-vector products of `length` characters, and nothing else."""
    model = sampler.model
    products((p for part in (model.lstm, model.head) for p in part.parameters()), length)
