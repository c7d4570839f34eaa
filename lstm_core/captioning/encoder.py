"""What sees: MobileNetV2, a convolutional network small enough to travel with the decoder.

Sandler, Howard, Zhu, Zhmoginov & Chen (2018), "MobileNetV2: Inverted Residuals and Linear
Bottlenecks", arXiv:1801.04381. The modules have the names of torchvision's `mobilenet_v2`, so that
its weights fit, with two differences: the batch normalisation is folded into the convolutions
(its statistics are frozen while captions are learned, and a frozen one is a part of the convolution
before it), and ReLU takes the place of ReLU6, as in the weights that training starts from.

What the decoder looks at are the 7 x 7 cells of the last layer, each with 1,280 features. The lower
part of the network, up to cells of 14 x 14, stays as ImageNet has made it: it tells edges and
textures apart, which six thousand photos have nothing to add to, and what it makes of the training
photos has to be computed only once (`features.py`). The upper part, three quarters of the weights,
is fine-tuned.

Shapes: B photos, R rows and columns of the grid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIDE = 224
"""Rows and columns of pixels that are seen."""

GRID = 7
"""Rows and columns of cells that the decoder looks at: R."""

CHANNELS = 1_280
"""Features of a cell."""

BLOCKS = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
)  # fmt: skip
"""Expansion, channels, repetitions and stride of the inverted residuals (table 2)."""

CUT = 14
"""The first of `features` that is fine-tuned; those before it make cells of `LOWER`."""

LOWER = (96, 14, 14)
"""Channels, rows and columns of what the lower part makes of a photo."""

CLASSES = 1_000


class InvertedResidual(nn.Module):
    """Features are made many, each filtered by itself, and made few again (section 3.3).

    Args:
        channels: features of a cell before. out: after.
        expansion: how many times as many there are in between.
        stride: cells from one to the next.
    """

    def __init__(self, channels: int, out: int, expansion: int, stride: int) -> None:
        super().__init__()
        many = channels * expansion
        layers: list[nn.Module] = [convolution(channels, many, 1)] if expansion != 1 else []
        layers += [convolution(many, many, 3, stride, groups=many), nn.Conv2d(many, out, 1)]
        self.conv = nn.Sequential(*layers)
        self.shortcut = stride == 1 and channels == out

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.shortcut else self.conv(x)


def convolution(channels: int, out: int, size: int, stride: int = 1, groups: int = 1) -> nn.Module:
    """A convolution that keeps the number of cells but for its stride, and a ReLU."""
    conv = nn.Conv2d(channels, out, size, stride, padding=size // 2, groups=groups)
    return nn.Sequential(conv, nn.ReLU(inplace=True))


class Encoder(nn.Module):
    """MobileNetV2 without its classifier."""

    def __init__(self) -> None:
        super().__init__()
        layers, channels = [convolution(3, 32, 3, 2)], 32
        for expansion, out, repetitions, stride in BLOCKS:
            for n in range(repetitions):
                layers.append(InvertedResidual(channels, out, expansion, stride if n == 0 else 1))
                channels = out
        layers.append(convolution(channels, CHANNELS, 1))
        self.features = nn.Sequential(*layers)

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 1280, R, R) features of (B, 3, 224, 224) photos (`photos.pixels`)."""
        return self.upper(self.lower(pixels))

    def lower(self, pixels: Tensor) -> Tensor:
        """(B, 96, 14, 14) what the part that is never trained makes of (B, 3, 224, 224) photos."""
        # With the channels of a cell side by side in memory: a quarter faster on processors.
        return self.features[:CUT](pixels.contiguous(memory_format=torch.channels_last))

    def upper(self, cells: Tensor) -> Tensor:
        """(B, 1280, R, R) features, from what `lower` made."""
        return self.features[CUT:](cells.contiguous(memory_format=torch.channels_last))

    def tune(self, upper: bool) -> None:
        """Let the upper part learn, or nothing; the lower part never does."""
        self.requires_grad_(False)
        self.features[CUT:].requires_grad_(upper)


class Classifier(nn.Module):
    """Which of the thousand kinds of things of ImageNet a photo may show.

    It was learned before, and is never trained here. Its weights are kept in 8 bits, a scale for
    each class: they were in 8 bits when they came, and half precision would need twice the room.
    """

    weight: Tensor
    scale: Tensor
    bias: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(CLASSES, CHANNELS, dtype=torch.int8))
        self.register_buffer("scale", torch.ones(CLASSES))
        self.register_buffer("bias", torch.zeros(CLASSES))

    def keep(self, weight: Tensor, bias: Tensor) -> None:
        """Take over (1000, 1280) weights and (1000,) biases in single precision."""
        self.scale.copy_(weight.abs().amax(1).clamp(min=1e-12) / 127)
        self.weight.copy_((weight / self.scale[:, None]).round())
        self.bias.copy_(bias)

    def forward(self, features: Tensor) -> Tensor:
        """(B, 1000) logits, from (B, 1280, R, R) features."""
        x = features.mean((2, 3))
        return F.linear(x, self.weight.to(x.dtype)) * self.scale + self.bias


@cache
def class_names() -> tuple[str, ...]:
    """The names of the classes, as torchvision has them (BSD-3-Clause)."""
    return tuple(Path(__file__).with_name("imagenet.txt").read_text("utf-8").splitlines())


def folded(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights of torchvision's MobileNetV2 without its batch normalisation.

    With gamma, beta, mean and variance of a normalisation, the convolution before it becomes
    W gamma / sqrt(variance + 1e-5), with beta - mean gamma / sqrt(variance + 1e-5) as its bias.

    Args:
        weights: by torchvision's names. A convolution that has a bias is taken as it is.

    Returns:
        weights and biases of all convolutions, and ``classifier.1.weight`` and ``.bias``.

    Raises:
        KeyError: if a convolution has neither.
    """
    found = {name: w for name, w in weights.items() if name.startswith("classifier.1.")}
    for name, weight in weights.items():
        if weight.dim() != 4:
            continue
        layer = name.removesuffix(".weight")
        if f"{layer}.bias" in weights:
            found[name], found[f"{layer}.bias"] = weight, weights[f"{layer}.bias"]
            continue
        # The normalisation comes next in the same `nn.Sequential`.
        norm = re.sub(r"\d+$", lambda place: str(int(place[0]) + 1), layer)
        gamma, beta, mean, variance = (
            weights[f"{norm}.{key}"] for key in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gamma / (variance + 1e-5).sqrt()
        found[name] = weight * factor[:, None, None, None]
        found[f"{layer}.bias"] = beta - mean * factor
    return found


def begun(encoder: Encoder, classifier: Classifier, weights: Mapping[str, Tensor]) -> None:
    """Give both parts their ImageNet weights.

    Args:
        weights: by torchvision's names.

    Raises:
        KeyError, RuntimeError: if they do not fit.
    """
    kept = folded(weights)
    with torch.no_grad():
        classifier.keep(kept.pop("classifier.1.weight"), kept.pop("classifier.1.bias"))
    encoder.load_state_dict(kept)
