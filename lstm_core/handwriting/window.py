"""The first layer of the writing network: memory cells that move a window along the text.

Graves (2013), "Generating Sequences With Recurrent Neural Networks", arXiv:1308.0850, section 5.1.
At every step t the window shows the network a soft mixture w_t of the characters c_1 ... c_U, by K
bell curves that can only move to the right::

    alpha, beta, kappa' = exp(W h_t + b)                                  (eq. 48-50)
    kappa_t = kappa_{t-1} + kappa'                                        (eq. 51)
    phi(t, u) = sum_k alpha_k exp(-beta_k (kappa_k - u)^2)                (eq. 46)
    w_t = sum_u phi(t, u) c_u                                             (eq. 47)

and w_t is among the inputs of the next step. So the layer has to be followed one step after the
other; everything above it can read the whole sequence at once.

Shapes: B lines, T points, I inputs, H cells, K curves, U characters in a text, V in the vocabulary.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lstm_core.lstm import LSTMLayer

CURVES = 10  # K

MOST = 8.0
"""Bound of what is exponentiated: larger curves or steps say nothing more, and could overflow."""

FIRST_STEP = -3.0
"""An untrained window moves a twentieth of a character a point, as pens do (22 points each)."""


class WindowState(NamedTuple):
    """What the layer carries from one step to the next."""

    h: Tensor  # (B, H) hidden state
    c: Tensor  # (B, H) cell state
    kappa: Tensor  # (B, K) where the curves stand
    w: Tensor  # (B, V) what the window shows


class WindowLayer(nn.Module):
    """A layer of H memory cells and the window that they move.

    Args:
        input_size: I, the length of an input vector without the window.
        vocabulary_size: V.
        hidden_size: H.
        curves: K.
    """

    def __init__(
        self, input_size: int, vocabulary_size: int, hidden_size: int, curves: int = CURVES
    ) -> None:
        super().__init__()
        self.input_size, self.vocabulary_size, self.curves = input_size, vocabulary_size, curves
        self.lstm = LSTMLayer(input_size + vocabulary_size, hidden_size)
        self.window = nn.Linear(hidden_size, 3 * curves)
        with torch.no_grad():
            alpha, beta, kappa = self.window.bias.chunk(3)
            alpha.fill_(1 / curves).log_()  # the curves together reach 1
            beta.zero_()
            kappa.fill_(FIRST_STEP)

    def initial_state(self, batch_size: int) -> WindowState:
        """Zeros: the window has not yet reached the first character."""
        new = self.window.weight.new_zeros
        hidden = new(batch_size, self.lstm.hidden_size)
        return WindowState(
            hidden, hidden, new(batch_size, self.curves), new(batch_size, self.vocabulary_size)
        )

    def forward(
        self, x: Tensor, characters: Tensor, state: WindowState
    ) -> tuple[Tensor, Tensor, WindowState]:
        """Follow a sequence, one step after the other.

        Args:
            x: (B, T, I) inputs.
            characters: (B, U, V) one-hot rows; zeros after the end of a text.
            state: before the first step.

        Returns:
            (B, T, H) outputs, (B, T, V) what the window showed after each of them, and the state
            after the last step.
        """
        dtype = product_type(x)
        w_x, w_wh = self.lstm.weight.split(
            [self.input_size, self.lstm.weight.shape[1] - self.input_size], dim=1
        )
        read: list[Tensor] = []  # [w, h] of all steps
        with torch.autocast(x.device.type, enabled=False):
            inputs = F.linear(x.float(), w_x, self.lstm.bias).transpose(0, 1)  # (T, B, 4H)
            sums = GradientAtOnce.apply(inputs.contiguous(), w_wh, read)
            weight = w_wh.detach().to(dtype).t().contiguous()  # (V + H, 4H)
            u = positions(characters.shape[1], x.device)
            h, c, kappa, w = state
            hs, ws = [], []
            for z in sums.unbind(0):
                wh = torch.cat((w, h), -1).to(dtype)
                read.append(wh.detach())
                i, f, g, o = (z + wh @ weight).chunk(4, -1)  # each (B, H)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
                alpha, beta, kappa = curves(self.window(h), kappa)
                w = torch.bmm(phi(alpha, beta, kappa, u).unsqueeze(1), characters).squeeze(1)
                hs.append(h)
                ws.append(w)
        return torch.stack(hs, 1), torch.stack(ws, 1), WindowState(h, c, kappa, w)


def positions(count: int, device: torch.device) -> Tensor:
    """(count,) the places 1, 2 ... of characters in a text."""
    return torch.arange(1, count + 1, device=device, dtype=torch.float32)


def curves(sums: Tensor, kappa: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The curves of one step (eq. 49-51).

    Args:
        sums: (..., 3K) W h + b. kappa: (..., K) of the step before.

    Returns:
        alpha, beta and the new kappa, each (..., K).
    """
    alpha, beta, step = sums.clamp(max=MOST).exp().chunk(3, -1)
    return alpha, beta, kappa + step


def phi(alpha: Tensor, beta: Tensor, kappa: Tensor, u: Tensor) -> Tensor:
    """(..., U) weights of the characters at the places u (eq. 46), from (..., K) curves."""
    distance = kappa.unsqueeze(-1) - u  # (..., K, U)
    bells = torch.exp(-beta.unsqueeze(-1) * distance.square())
    return torch.matmul(alpha.unsqueeze(-2), bells).squeeze(-2)


def product_type(x: Tensor) -> torch.dtype:
    """The type of large products: that of the autocast around, if there is one."""
    device = x.device.type
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else x.dtype


class GradientAtOnce(torch.autograd.Function):
    """Gives a recurrent weight its gradient in one product after the last step.

    With z_t = inputs_t + W read_t, the gradient of W is the sum of dz_t read_t^T over all steps.
    Followed step by step, that is T small products and T additions to a matrix of W's size, in half
    precision where the products are; here it is one long product. To be used with `W.detach()` in
    the steps.
    """

    @staticmethod
    def forward(ctx, inputs: Tensor, weight: Tensor, read: list[Tensor]) -> Tensor:
        """(T, B, O) inputs, as they are.

        Args:
            inputs: (T, B, O) what is added to the product of each step.
            weight: (O, R) the weight that the steps use.
            read: holds, by the time of the backward pass, the (B, R) that each step multiplied.
        """
        ctx.read = read
        return inputs.view_as(inputs)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, Tensor | None, None]:
        if not ctx.needs_input_grad[1]:
            return gradient, None, None
        read = torch.cat(ctx.read)  # (T * B, R)
        sums = gradient.flatten(0, 1).to(read.dtype)  # (T * B, O)
        return gradient, (sums.t() @ read).float(), None
