"""How fast the network composes on this machine, beside two controls measured in the same run."""

from __future__ import annotations

import torch
from torch import nn

from lstm_core.hardware import one_thread
from lstm_core.music.chorales.dataset import QUARTER, VOICES
from lstm_core.music.chorales.model import ChoraleModel
from lstm_core.music.chorales.sampler import ChoraleRequest, ChoraleSampler
from lstm_core.stepper import layers
from lstm_core.text.bench import as_torch_lstm
from lstm_core.timing import best_rates, products

FRAMES = 64
TEMPO = 76
"""Quarter notes a minute, as the page plays them."""


def measure(sampler: ChoraleSampler) -> dict[str, float]:
    """Frames a second, four voices each, of the sampler and its controls, on one thread, as in
    `text.bench`; and how many times faster than it is heard the music is made.

    - `naive`: the same weights in `torch.nn.LSTM`, called once a voice;
    - `minding_rules`: the sampler as the page has it, which writes some quarters more than once;
    - `floor`: the products of weights and vectors alone, but for those of the inputs, which are
      known beforehand: nothing that computes them one voice at a time can be faster.
    """
    model = sampler.model
    lstm = as_torch_lstm(model.writer)
    first, *others = layers(model.writer)
    weights = [first.weight[:, first.input_size :], *(layer.weight for layer in others)]
    request = ChoraleRequest(length=FRAMES, attempts=1)
    minding = ChoraleRequest(length=FRAMES)
    with one_thread():
        rates = best_rates(
            {
                "naive": (lambda: naive(model, lstm, 8), 8),
                "floor": (lambda: products([*weights, model.head.weight], VOICES * FRAMES), FRAMES),
                "chorales": (lambda: sampler.compose(request), FRAMES),
                "minding_rules": (lambda: sampler.compose(minding), FRAMES),
            }
        )
    return {
        **{f"{name}_frames_per_second": rate for name, rate in rates.items()},
        "chorales_to_naive": rates["chorales"] / rates["naive"],
        "chorales_to_floor": rates["chorales"] / rates["floor"],
        "times_real_time": rates["minding_rules"] / (QUARTER * TEMPO / 60),
    }


@torch.inference_mode()
def naive(model: ChoraleModel, lstm: nn.LSTM, frames: int) -> None:
    """The loop that one writes first: `torch.nn.LSTM`, one voice a call."""
    last, state = torch.zeros(1, dtype=torch.long), None
    own = last.repeat(VOICES)
    for frame in range(frames):
        beat, grid = torch.tensor([frame % QUARTER]), torch.tensor([0])
        for voice in range(VOICES):
            x = model.inputs(
                last, own[[voice]], torch.tensor([voice]), beat, grid, model.nothing[None]
            )
            out, state = lstm(x[None], state)
            last = torch.multinomial(model.head(out[0]).softmax(-1), 1)[0]
            own[voice] = last
