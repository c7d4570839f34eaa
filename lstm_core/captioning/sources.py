"""What captions are learned from: Flickr8k, and a network that has seen ImageNet.

Flickr8k's owners hand it out on request, so nothing of it can be fetched here: archives that a
person has got from them are made into what is read.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from lstm_core.captioning.archives import NEEDED, make
from lstm_core.data import DataError, DataSet, Fetch, default_folder

HOMEPAGE = "https://hockenmaier.cs.illinois.edu/8k-pictures.html"

ENVIRONMENT = "LSTM_GALLERY_FLICKR8K"
"""The environment variable that names the folder of the archives."""

NEVER_SEEN = 64 * "0"
"""In place of the SHA-256 of the test photos, which were kept apart from those who trained."""

IMAGES = {
    "train-00": "5b1956c6d86285ca6e047e5d7cfe6a3fa895d578f6c4d0e8a8d5f3d2861ce022",
    "train-01": "5ece7bcbb20a496ad45a4e4d306e831d4f4de66e93d5989ce4c4ced639ca6a80",
    "train-02": "95b0666d275bf01774e2e73059e7a465b6f37db59303ba8fe03513e4342dc7c3",
    "val-00": "6ed557f137c971bd618207d485791aaf72b31e9eb1807478b946035c22d14f27",
    "test-00": NEVER_SEEN,
}

MOBILENET, WEIGHTS = "mobilenet", "mobilenet_v2.safetensors"
QUANTISED = "https://download.pytorch.org/models/quantized/mobilenet_v2_qnnpack_37f702c5.pth"


def prepare(fetch: Fetch, folder: Path) -> None:
    """Makes the files from the archives of the owners, if a person has put them where they are
    looked for.

    Raises:
        DataError: if they are not there; says how to get them.
    """
    named = os.environ.get(ENVIRONMENT)
    source = Path(named).expanduser() if named else default_folder() / "captions" / "source"
    if not any((source / name).is_file() for name in NEEDED):
        raise DataError(
            "Flickr8k cannot be fetched by a program: its owners hand it out on request, for "
            f"non-commercial research and education, at {HOMEPAGE}; publications must cite "
            f"Hodosh, Young & Hockenmaier (2013). Put the files {' and '.join(NEEDED)} into "
            f"{source}, or name their folder in ${ENVIRONMENT}, and call this again."
        )
    make(source, folder)


def prepare_weights(fetch: Fetch, folder: Path) -> None:
    """Torchvision's MobileNetV2 in 8 bits, its numbers written out in single precision.

    Raises:
        ValueError: if the file holds something else.
    """
    try:
        quantised = torch.load(fetch(QUANTISED), map_location="cpu", weights_only=True)
        save_file(dequantised(quantised), folder / WEIGHTS)
    except (pickle.UnpicklingError, LookupError, RuntimeError, AttributeError, TypeError) as error:
        raise ValueError(f"no network of torchvision's in 8 bits ({error})") from None


def dequantised(quantised: Mapping[str, Any]) -> dict[str, Tensor]:
    """Weights and biases in single precision; normalisations are folded into them already.

    Args:
        quantised: as torchvision saves a network whose convolutions and linear layers are in 8
            bits: a linear layer keeps its weight and bias together, as packed parameters.
    """
    found: dict[str, Tensor] = {}
    for name, value in quantised.items():
        layer, _, last = name.rpartition(".")
        if last == "_packed_params":
            layer = layer.removesuffix("._packed_params")
            weight, bias = value
            found[f"{layer}.weight"], found[f"{layer}.bias"] = weight.dequantize(), bias.detach()
        elif last == "weight":
            found[name] = value.dequantize()
        elif last == "bias":
            found[name] = value.detach()
    return {name: value.contiguous() for name, value in found.items()}


DATA_SETS = [
    DataSet(
        name="captions",
        folder="captions",
        files={
            "captions.tsv": "c96a5264dde552f6a868e61dd2a36abb14548abdfa13c4cfb4c2301ced81c66b",
            "splits.json": "6ae9687ac54a9fd4e9e2acee697dccc418141788884861e27917b81eab72182b",
            **{f"images/{name}.tar": digest for name, digest in IMAGES.items()},
        },
        description="Flickr8k: 8,000 photos, mostly of people and dogs outdoors, each described by "
        "five people.",
        licence="Non-commercial research and education only; handed out on request. The photos "
        "belong to those who took them.",
        citation="M. Hodosh, P. Young, J. Hockenmaier (2013). Framing Image Description as a "
        "Ranking Task: Data, Models and Evaluation Metrics. JAIR 47, pp. 853-899.",
        homepage=HOMEPAGE,
        prepare=prepare,
        exact=False,  # how its first provider squeezed the photos is not known
    ),
    DataSet(
        name=MOBILENET,
        folder="cnn",
        files={WEIGHTS: "72a6047affd4bad6ec3dbdb456d9032c5e163b14b8a083a6f2a34b0a098b112e"},
        description="MobileNetV2, trained by torchvision on ImageNet with weights of 8 bits.",
        licence="BSD-3-Clause (torchvision).",
        citation="M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen (2018). MobileNetV2: "
        "Inverted Residuals and Linear Bottlenecks. CVPR 2018, arXiv:1801.04381.",
        homepage="https://docs.pytorch.org/vision/stable/models/quantization.html",
        prepare=prepare_weights,
        exact=False,  # the same numbers can be laid out in more than one way
    ),
]
