"""Torchvision, beside whichever build of PyTorch there is.

Torchvision's compiled part cannot be loaded beside another build of PyTorch than its own, such as
one for processors alone. Its models need nothing of that part; but on being imported, torchvision
describes two of its operators, which have to be known by then.
"""

import torch

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)

try:
    from torchvision.models import mobilenet_v2
except RuntimeError:  # "operator torchvision::nms does not exist"
    library = torch.library.Library("torchvision", "FRAGMENT")  # for as long as it is kept
    for schema in SCHEMAS:
        library.define(schema)
    from torchvision.models import mobilenet_v2

__all__ = ["mobilenet_v2"]
