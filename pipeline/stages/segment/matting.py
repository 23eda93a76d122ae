"""Soften a mask along hair: how much of each pixel is a strand's, and how much the scene's."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.resample import resized
from pipeline.types import Image, Mask

Float = NDArray[np.float32]

# In heights of the face: how far from an outline strands reach, and how far around a pixel the
# colors of hair and of the scene are gathered.
REACH, AROUND = 0.07, 0.12
SURE = 0.05  # of the face's height, from the outline, from which on a pixel is all hair or none
STEEP = 1.6  # a strand's own shade varies: nearly all hair is all hair
SPREAD = 3.0  # how much more than by chance the two colors must differ
NOISE = 1e-3  # variance of a color that is the same everywhere
GATHERED_PX = 8.0  # pictures are shrunk until colors are gathered over this


def with_strands(photo: Image, mask: Mask, hair: Float, face_height: float) -> Mask:
    """Return a mask, (H, W), whose edge along hair is as soft as the photo shows it.

    `hair`: how likely each pixel is hair. Near the outline a pixel's color lies between that of
    the hair and that of the scene beside it, and how far is its part of the mask. Where the two
    are alike, the mask stays as it is.

    Source: Wang and Cohen 2007, "Image and Video Matting: A Survey", section 2 (color sampling).
    """
    inside, outside = _distances(mask)
    near = np.clip(1.5 - np.maximum(inside, outside) / (REACH * face_height), 0, 1)
    near *= np.clip(2 * blurred(hair, REACH * face_height), 0, 1)
    if near.max() <= 0:
        return mask
    sure = max(1.0, SURE * face_height)
    sigma = AROUND * face_height
    k = min(1.0, GATHERED_PX / sigma)
    size = max(1, round(mask.shape[0] * k)), max(1, round(mask.shape[1] * k))
    small = resized(photo, size)
    own, scene = (
        _colors(small, resized(where.astype(np.float32), size), sigma * k, mask.shape)
        for where in ((inside > sure) & (hair > 0.5), outside > sure)
    )
    apart = own[..., :3] - scene[..., :3]
    squared = (apart**2).sum(2)
    part = ((photo - scene[..., :3]) * apart).sum(2) / np.maximum(squared, NOISE)
    part = np.clip((part - 0.5) * STEEP + 0.5, 0, 1)
    certain = squared / (squared + SPREAD * (own[..., 3] + scene[..., 3] + NOISE))
    return np.asarray(mask + near * certain * (part - mask), np.float32)


def _colors(photo: Image, where: Float, sigma_px: float, size: tuple[int, ...]) -> Float:
    """Return the mean color around each pixel of a place, and its variance: `size` and (…, 4)."""
    both = np.dstack([photo, (photo**2).sum(2)])
    mean = local_mean(both, where, sigma_px)
    mean[..., 3] = np.maximum(mean[..., 3] - (mean[..., :3] ** 2).sum(2), 0)
    # Where nothing of the place is near, its color is not known.
    mean[..., 3] += np.clip(1 - blurred(where, sigma_px) / np.float32(0.02), 0, 1)
    return cv2.resize(mean, size[1::-1], interpolation=cv2.INTER_LINEAR)


def _distances(mask: Mask) -> tuple[Float, Float]:
    """Return how deep each pixel lies inside of a mask's outline, and outside of it, px."""
    region = (mask > 0.5).astype(np.uint8)
    inside, outside = (cv2.distanceTransform(v, cv2.DIST_L2, 3) for v in (region, 1 - region))
    return inside, outside
