"""Measure how far a picture's style is from one painting's: the distance of Gram matrices."""

from typing import TYPE_CHECKING

import numpy as np

from pipeline.ops.tensor import to_batch
from pipeline.types import Image, Mask

if TYPE_CHECKING:
    from pipeline.stages.style_transfer.losses import Features

LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")


def gram_distance(
    picture: Image, painting: Image, features: "Features", *, shown: Mask | None = None
) -> float:
    """Measure the distance of a picture's Gram matrices to a painting's, relative to the latter.

    The result is the mean over layers, 0 where they are equal; the two may differ in size.
    `shown`: the weight of each of the picture's pixels, (H, W) in [0, 1]; None: 1 everywhere.

    Raises: ValueError: nothing of the picture is shown.
    Source: Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural Networks".
    """
    import torch

    from pipeline.stages.style_transfer.gram import gram_matrix
    from pipeline.stages.style_transfer.losses import gram

    if shown is not None and not shown.max() > 0:
        raise ValueError("A mask that shows some of the picture was wanted; this one is empty.")
    whole = np.ones(picture.shape[:2], np.float32) if shown is None else shown
    mask = torch.from_numpy(np.ascontiguousarray(whole, np.float32))[None, None]
    with torch.no_grad():
        found = features(torch.from_numpy(to_batch(picture)), LAYERS, mask)
        wanted = features(torch.from_numpy(to_batch(painting)), LAYERS)
        distances = []
        for layer in LAYERS:
            projection = features.lift(layer)
            mine = gram(gram_matrix(found[layer]) / mask.mean(), projection)
            theirs = gram(gram_matrix(wanted[layer]), projection)
            distances.append(((mine - theirs).norm() / theirs.norm()).item())
    return float(np.mean(distances))
