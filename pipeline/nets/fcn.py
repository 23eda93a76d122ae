"""Define torchvision's fully convolutional network, reduced to its class of persons."""

from typing import Literal

import torch
from torch import Tensor
from torchvision.models.segmentation import fcn_resnet50, fcn_resnet101
from torchvision.models.segmentation.fcn import FCN

from pipeline.nets.imagenet_norm import Normalized

CLASSES, PERSON = 21, 15  # PASCAL VOC's number of classes, and its index of persons


class PersonFcn(FCN):
    """Segment persons: (B, 3, H, W) RGB in [0, 1] to their probability, (B, 1, H, W).

    Strictly loads a published checkpoint, with the auxiliary classifier that only training used.

    Source: Long et al. 2015, "Fully Convolutional Networks for Semantic Segmentation"; Xing et al.
    2018 use one for portraits.
    """

    def __init__(self, layers: Literal[50, 101] = 50) -> None:
        build = {50: fcn_resnet50, 101: fcn_resnet101}[layers]
        # weights_backbone=None: the default would download ImageNet's weights.
        made = build(weights=None, weights_backbone=None, num_classes=CLASSES, aux_loss=True)
        super().__init__(made.backbone, made.classifier, made.aux_classifier)
        self.normalized = Normalized()

    # One tensor in, one out.
    def forward(self, x: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Compute the probability of a person for each pixel."""
        logits = self.classifier(self.backbone(self.normalized(x))["out"])
        logits = torch.nn.functional.interpolate(
            logits, size=x.shape[-2:], mode="bilinear", align_corners=False
        )
        return logits.softmax(1)[:, PERSON : PERSON + 1]
