"""Score how much of a photo's content is left in its painting: the cosine of deep features."""

from typing import TYPE_CHECKING

import numpy as np

from pipeline.ops.resample import resized
from pipeline.ops.tensor import to_batch
from pipeline.types import Image

if TYPE_CHECKING:
    from pipeline.stages.style_transfer.losses import Features

LAYER = "conv4_1"


def content_likeness(photo: Image, picture: Image, features: "Features") -> float:
    """Compare two pictures' feature maps, each channel normalized, by their cosine in [-1, 1].

    1 where they are equal. The picture is resized to the photo's size. Normalized maps hardly
    depend on brightness, contrast and color.

    Source: Huang and Belongie 2017, "Arbitrary Style Transfer in Real-Time with Adaptive Instance
    Normalization", for the normalization.
    """
    import torch
    import torch.nn.functional as F  # noqa: N812 - the field's name for it

    pictures = (photo, np.clip(resized(picture, photo.shape[:2]), 0, 1))
    with torch.no_grad():
        maps = (features(torch.from_numpy(to_batch(p)), (LAYER,))[LAYER].float() for p in pictures)
        one, other = (F.instance_norm(each).flatten() for each in maps)
        return F.cosine_similarity(one, other, dim=0).item()
