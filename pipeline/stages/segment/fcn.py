"""Outline people by a network that segments persons as a whole."""

import numpy as np

from pipeline.ops.resample import resized, seen_at
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.types import Image, Mask, Network

LONG_PX = 520  # what torchvision's FCNs were trained at
MULTIPLE = 8  # the networks keep an eighth of their input


def person(photo: Image, network: Network) -> Mask:
    """Compute the probability of a person, (H, W) in [0, 1], at the photo's size.

    The network's input has a long side of 520 px.
    """
    padded, size = seen_at(photo, LONG_PX, MULTIPLE)
    found = to_picture(network(to_batch(padded)))[: size[0], : size[1], 0]
    return np.clip(resized(np.ascontiguousarray(found), (photo.shape[0], photo.shape[1])), 0, 1)
