"""Three recurrent networks of the same number of cells: a plain RNN, a GRU and the LSTM."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lstm_core.lags.tasks import INPUTS, LAGS, OUTPUTS, TASKS
from lstm_core.lstm import LSTM, LSTMLayer

KINDS = ("rnn", "gru", "lstm")
"""Elman (1990); Cho et al. (2014), arXiv:1406.1078; Hochreiter & Schmidhuber (1997)."""


@dataclass(frozen=True)
class LagConfig:
    """The architecture of a `LagModel`.

    Raises:
        ValueError: if there is no such task or kind of network.
    """

    task: str  # of TASKS
    kind: str  # of KINDS
    hidden_size: int = 32  # cells
    horizon: int = max(LAGS)  # steps over which fresh gates may hold on

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise ValueError(f"The tasks are {', '.join(TASKS)}; not {self.task!r}.")
        if self.kind not in KINDS:
            raise ValueError(f"The kinds of network are {', '.join(KINDS)}; not {self.kind!r}.")


class LagModel(nn.Module):
    """One recurrent layer, and an answer after the last step.

    Gates begin as is best for long lags: the memory of a cell fades over a time drawn between one
    step and the horizon (chrono initialisation: Tallec & Ollivier 2018, "Can recurrent neural
    networks warp time?", arXiv:1804.11188, eq. 16). A plain RNN has no gate to set; its recurrent
    weights begin as a rotation, by which nothing is lost or blown up at first (Saxe, McClelland &
    Ganguli 2014, arXiv:1312.6120; Le, Jaitly & Hinton 2015, arXiv:1504.00941).
    """

    def __init__(self, config: LagConfig) -> None:
        super().__init__()
        self.config = config
        I, H = INPUTS[config.task], config.hidden_size  # noqa: E741
        fading = torch.empty(H).uniform_(1, max(2, config.horizon - 1)).log()
        self.recurrent: LSTM | nn.GRU | nn.RNN
        with torch.no_grad():
            if config.kind == "lstm":
                self.recurrent = LSTM(I, H)
                layer = self.recurrent.layers[0]
                assert isinstance(layer, LSTMLayer)
                layer.bias[:H] = -fading  # input gate
                layer.bias[H : 2 * H] = fading  # forget gate
            elif config.kind == "gru":
                self.recurrent = nn.GRU(I, H, batch_first=True)
                biases = dict(self.recurrent.named_parameters())
                biases["bias_hh_l0"].zero_()
                biases["bias_ih_l0"][H : 2 * H] = fading  # update gate: in PyTorch, 1 keeps
            else:
                self.recurrent = nn.RNN(I, H, batch_first=True)
                nn.init.orthogonal_(dict(self.recurrent.named_parameters())["weight_hh_l0"])
        self.head = nn.Linear(H, OUTPUTS[config.task])

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, I) sequences -> (B, 4) logits of the symbols, or (B, 1) sums."""
        out, _ = self.recurrent(x)  # (B, T, H)
        return self.head(out[:, -1])
