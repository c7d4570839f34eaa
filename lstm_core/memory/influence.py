"""How far back a prediction reaches: the influence of each earlier character on it.

Madsen (2019), "Visualizing memorization in RNNs", Distill, doi:10.23915/distill.00016: the
influence of the character read at s on the prediction of the character at t is the length of the
gradient

    || d logit_t[k] / d x_s ||

where x_s is the embedded character and k the character whose logit is looked at: the one that came,
or the likeliest. It says how much the logit would change if the input changed a little, with all
that was read before held as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from lstm_core.memory.network import Network

CONTEXT = 400  # characters


@dataclass(frozen=True)
class Influence:
    """The influence of the characters [start, t) on the prediction of character t."""

    t: int
    start: int
    values: np.ndarray  # (t - start,) float32 or float64, as the network; logits per unit of x
    target: int  # number of the character k
    log_prob: float  # of k, in nats


def influence(
    network: Network,
    ids: np.ndarray,
    t: int,
    *,
    of: Literal["came", "likeliest"] = "came",
    context: int = CONTEXT,
    state: Any = None,
) -> Influence:
    """The influence of up to `context` characters before t on the prediction of the one at t.

    What came before them is read too, and its state carried on, but it is not looked into.

    Args:
        network: that predicts.
        ids: (N,) the text as numbers.
        t: place of the character that is predicted, from 1 on: nothing is read before the first.
        of: k is the character that came, or the likeliest.
        context: characters looked into, at least 1.
        state: that of the network before character max(0, t - context), if it is known already.

    Raises:
        ValueError: a sentence, if there is no such character or no context.
    """
    if not 1 <= t < len(ids):
        raise ValueError(f"The character must be a whole number from 1 to {len(ids) - 1:,}.")
    if context < 1:
        raise ValueError("The context must have at least one character.")
    start = max(0, t - context)
    read = torch.from_numpy(ids[None, :t])  # (1, t)
    with torch.inference_mode(False):
        with torch.no_grad():
            if state is None and start > 0:
                _, state = network.read(network.embed(read[:, :start]), None)
            x = network.embed(read[:, start:])  # (1, t - start, E)
        with torch.enable_grad():
            x = x.clone().requires_grad_()
            logits = network.read(x, state)[0][0, -1]  # (V,)
            target = int(ids[t]) if of == "came" else int(logits.argmax())
            (gradient,) = torch.autograd.grad(logits[target], x)
    values = gradient[0].norm(dim=1).numpy()
    return Influence(t, start, values, target, logits.log_softmax(dim=0)[target].item())
