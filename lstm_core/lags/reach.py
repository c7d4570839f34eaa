"""How far back a gradient reaches: what the loss at the end says about the state n steps before.

The loss L after the last step T reaches step T - n through the states in between, that is through
the product of n Jacobians (Bengio, Simard & Frasconi 1994, "Learning long-term dependencies with
gradient descent is difficult"; Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, eq. 4 and 5)::

    dL/ds_(T-n) = dL/ds_T  J_T  J_(T-1) ... J_(T-n+1)        J_t = ds_t/ds_(t-1)

Here s is all that a network carries from one step to the next: h of a plain RNN or a GRU, h and c
of an LSTM. What is given is log10 of |dL/ds_(T-n)| / |dL/ds_T|. It is computed in double precision
and with the length of the gradient kept apart from its direction, as a logarithm: so it neither
vanishes below the smallest number nor overflows, however far back it is followed.

Shapes: B sequences in a batch, T time steps, I inputs, S numbers in a state.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lstm_core.lags.model import LagConfig, LagModel
from lstm_core.lags.tasks import LAGS, loss, sequences
from lstm_core.lstm import LSTM, LSTMState

Step = Callable[[Tensor, Tensor], Tensor]
"""(B, I) input and (B, S) state -> (B, S) the state after it."""

CLIP_NORM = 1.0


def scaled(model: LagModel, factor: float) -> LagModel:
    """A copy of a plain RNN in double precision, its recurrent weights multiplied.

    Raises:
        ValueError: if the model is no plain RNN.
    """
    if not isinstance(model.recurrent, nn.RNN):
        raise ValueError("Only the recurrent weights of a plain RNN are scaled.")
    copy = double(model)
    with torch.no_grad():
        dict(copy.recurrent.named_parameters())["weight_hh_l0"].mul_(factor)
    return copy


def double(model: LagModel) -> LagModel:
    """A copy in double precision, whose weights can be learned."""
    copy = LagModel(LagConfig(**vars(model.config)))
    copy.load_state_dict(model.state_dict())
    return copy.double()


def stepper(model: LagModel) -> tuple[Step, int]:
    """A network as a function of one step, and S, the size of its state."""
    recurrent, H = model.recurrent, model.config.hidden_size
    if isinstance(recurrent, LSTM):

        def lstm_step(x: Tensor, s: Tensor) -> Tensor:
            h, c = s.unsqueeze(0).split(H, dim=-1)
            _, after = recurrent.step(x, LSTMState(h, c))
            return torch.cat((after.h[0], after.c[0]), dim=-1)

        return lstm_step, 2 * H
    w_ih, w_hh, b_ih, b_hh = recurrent.parameters()
    cell = torch.gru_cell if isinstance(recurrent, nn.GRU) else torch.rnn_tanh_cell
    return lambda x, s: cell(x, s, w_ih, w_hh, b_ih, b_hh), H


def reach(model: LagModel, x: Tensor, y: Tensor) -> Tensor:
    """How far back the gradient of the loss reaches, for each of some sequences.

    Args:
        model: in double precision.
        x: (B, T, I) sequences. y: (B,) what is right.

    Returns:
        (B, T + 1) log10 of |dL/ds_(T-n)| / |dL/ds_T| for n = 0 ... T; minus infinity where the
        gradient is exactly zero.
    """
    model = model.requires_grad_(False)
    x = x.to(next(model.parameters()).dtype)
    step, size = stepper(model)
    states = [x.new_zeros(x.shape[0], size)]
    for t in range(x.shape[1]):
        states.append(step(x[:, t], states[-1]))
    last = states[-1].requires_grad_()
    answer = model.head(last[:, : model.config.hidden_size])
    (gradient,) = torch.autograd.grad(loss(model.config.task, answer, y), last)
    length = x.new_zeros(x.shape[0])  # log10 of the gradient that is lost from `gradient`
    lengths = []
    for t in range(x.shape[1], -1, -1):
        norm = gradient.norm(dim=-1)  # (B,)
        length = length + norm.log10() if t < x.shape[1] else length
        lengths.append(length)
        gradient = gradient / norm.clamp(min=torch.finfo(norm.dtype).tiny).unsqueeze(-1)
        if t > 0:
            before = states[t - 1].detach().requires_grad_()
            after = step(x[:, t - 1], before)
            (gradient,) = torch.autograd.grad(after, before, gradient)
    return torch.stack(lengths, dim=1)


@dataclass(frozen=True)
class Profile:
    """How far back the gradient reaches over some sequences: log10, as `reach` gives it.

    Attributes:
        n: steps back. middle: the median.
        low, high: a quarter of the sequences are below, and a quarter above.
    """

    n: list[int]
    middle: list[float]
    low: list[float]
    high: list[float]


def profile(model: LagModel, size: int = 9, every: int = 5) -> Profile:
    """The reach of a network over 1,000 steps, on sequences of its task.

    Args:
        size: B sequences. every: steps between two values.
    """
    x, y = sequences(model.config.task, LAGS[-1], size, "trial")
    back = list(range(0, LAGS[-1] + 1, every))
    values = reach(double(model), x, y)[:, back].sort(dim=0).values  # (B, N)
    low, middle, high = (values[rank].tolist() for rank in (size // 4, size // 2, -1 - size // 4))
    return Profile(back, middle, low, high)


@dataclass(frozen=True)
class Clipping:
    """A training gradient before and after clipping: all weights together.

    Attributes:
        norm: before. clipped: after.
        cosine: of the angle between the two: 1 if the direction is kept.
        single: the norm in single precision, in which networks are trained; infinite or not a
            number where it overflows.
    """

    norm: float
    clipped: float
    cosine: float
    single: float


def clipping(model: LagModel, x: Tensor, y: Tensor, clip_norm: float = CLIP_NORM) -> Clipping:
    """Clip the gradient of a batch (Pascanu, Mikolov & Bengio 2013, algorithm 1).

    Args:
        model: in double precision.
        x: (B, T, I) sequences. y: (B,) what is right.
        clip_norm: the longest gradient that is let through.
    """
    before = gradient(model, x, y)
    norm = length(before)
    after = before * min(1.0, clip_norm / norm) if norm > 0 else before
    clipped = length(after)
    both = norm > 0 and clipped > 0
    cosine = float((before / norm) @ (after / clipped)) if both else math.nan
    return Clipping(norm, clipped, cosine, single_norm(model, x, y))


def clippings(model: LagModel, lag: int, batches: int = 8, size: int = 4) -> list[Clipping]:
    """The gradients of some batches of a lag, clipped; the model as in `clipping`."""
    task = model.config.task
    return [clipping(model, *sequences(task, lag, size, "trial", n)) for n in range(batches)]


def gradient(model: LagModel, x: Tensor, y: Tensor) -> Tensor:
    """The gradient of the loss with respect to all weights, one after another."""
    model = model.requires_grad_(True)
    x = x.to(next(model.parameters()).dtype)
    grads = torch.autograd.grad(loss(model.config.task, model(x), y), list(model.parameters()))
    return torch.cat([g.flatten() for g in grads])


def single_norm(model: LagModel, x: Tensor, y: Tensor) -> float:
    """The norm of the same gradient, computed in single precision as in training."""
    copy = LagModel(LagConfig(**vars(model.config)))
    copy.load_state_dict(model.state_dict())
    return gradient(copy, x, y).norm().item()


def length(vector: Tensor) -> float:
    """The norm of a vector whose squares might overflow."""
    largest = vector.abs().max()
    return (
        (largest * (vector / largest).norm()).item() if 0 < largest < math.inf else largest.item()
    )
