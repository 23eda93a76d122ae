"""Say where people are in a photo, by a network that knows persons as a whole."""

import cv2
import numpy as np

from pipeline.ops.resample import resized
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.types import Image, Mask, Network

LONG_PX = 520  # what torchvision's FCNs were trained at
MULTIPLE = 8  # the networks keep an eighth of their input


def person(photo: Image, network: Network) -> Mask:
    """Return the probability of a person, (H, W) in [0, 1], at the photo's size; the network sees a long side of 520 px."""
    h, w = photo.shape[:2]
    k = LONG_PX / max(h, w)
    size = max(1, round(h * k)), max(1, round(w * k))
    small = np.clip(resized(photo, size), 0, 1)
    padded = cv2.copyMakeBorder(small, 0, -size[0] % MULTIPLE, 0, -size[1] % MULTIPLE, cv2.BORDER_REPLICATE)
    seen = to_picture(network(to_batch(padded)))[: size[0], : size[1], 0]
    return np.clip(resized(np.ascontiguousarray(seen), (h, w)), 0, 1)
