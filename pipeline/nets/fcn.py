"""torchvision's fully convolutional network, asked for people only."""

from typing import Literal

import torch
from torch import Tensor
from torchvision.models.segmentation import fcn_resnet50, fcn_resnet101
from torchvision.models.segmentation.fcn import FCN

from pipeline.nets.imagenet_norm import Normalized

CLASSES, PERSON = 21, 15  # PASCAL VOC's


class PersonFcn(FCN):
    """Say where people are: (B, 3, H, W) RGB in [0, 1] to the probability of a person, (B, 1, H, W).

    Strictly loads a published checkpoint, with the auxiliary classifier that only its training used.

    Source: Long et al. 2015, "Fully Convolutional Networks for Semantic Segmentation"; Xing et al. 2018 use one for portraits.
    """

    def __init__(self, layers: Literal[50, 101] = 50) -> None:
        build = {50: fcn_resnet50, 101: fcn_resnet101}[layers]
        # None twice: by default the second would download ImageNet's.
        made = build(weights=None, weights_backbone=None, num_classes=CLASSES, aux_loss=True)
        super().__init__(made.backbone, made.classifier, made.aux_classifier)
        self.normalized = Normalized()

    def forward(self, x: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride] - one tensor in, one out
        """Return the probability of a person."""
        logits = self.classifier(self.backbone(self.normalized(x))["out"])
        logits = torch.nn.functional.interpolate(
            logits, size=x.shape[-2:], mode="bilinear", align_corners=False
        )
        return logits.softmax(1)[:, PERSON : PERSON + 1]
