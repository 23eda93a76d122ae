"""Score whether the person is still themselves: the cosine of two face descriptors.

Convention: a descriptor network takes one upright face as ArcFace does, (1, 3, 112, 112) RGB in
[-1, 1] with eyes and mouth corners on `ARCFACE`, and returns a descriptor, (1, D).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.ops.resample import resized
from pipeline.ops.tensor import to_batch
from pipeline.types import Face, Image

Descriptor = Callable[[NDArray[np.float32]], NDArray[np.float32]]

SIDE = 112
# Eye centers and mouth corners in the aligned face, px, the picture's left one first.
# Source: InsightFace's five-point template, without the nose, which the parser does not locate.
ARCFACE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [41.5493, 92.3655], [70.7299, 92.2041]])


def aligned(picture: Image, face: Face) -> Image:
    """Crop a face, given in the picture's px, as descriptors expect it: (112, 112, 3) in [0, 1]."""
    return np.clip(align.crop(picture, align.similarity(face.points, ARCFACE), SIDE), 0, 1)


def described(picture: Image, face: Face, network: Descriptor) -> NDArray[np.float32]:
    """Describe a face by a unit vector, (D,), the same for its mirror image.

    Raises: ValueError: the network returns zeros or numbers that are not finite.
    """
    batch = to_batch(aligned(picture, face)) * np.float32(2) - np.float32(1)
    both = (network(np.ascontiguousarray(view)).ravel() for view in (batch, batch[..., ::-1]))
    total = np.sum(list(both), axis=0)
    length = float(np.linalg.norm(total))
    if not np.isfinite(length) or not length:
        raise ValueError("A face descriptor with a direction was wanted; the network gives none.")
    return np.asarray(total / length, np.float32)


def identity(photo: Image, picture: Image, face: Face, network: Descriptor) -> float:
    """Compare the person in a photo and in a picture made of it by a cosine in [-1, 1].

    1 for the same face. `face`: the face in the photo, px. The picture, resized to the photo's
    size, has the face at the same place, so no detector has to find it in a painting.

    Source: Deng et al. 2019, "ArcFace: Additive Angular Margin Loss for Deep Face Recognition".
    """
    there = resized(picture, photo.shape[:2])
    return float(described(photo, face, network) @ described(there, face, network))
