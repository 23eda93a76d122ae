"""Filter masks: guided and Gaussian blur, holes and bounds."""

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def guided(mask: Float, guide: Float, radius_px: float, eps: float = 1e-4) -> Float:
    """Move a mask's edges onto those of a gray `guide`; both (H, W) in [0, 1].

    Source: He et al. 2010, "Guided Image Filtering", with a gray guide, at half size for speed
    ("Fast Guided Filter", 2015).
    """
    h, w = mask.shape
    small = (max(1, w // 2), max(1, h // 2))
    m, g = (cv2.resize(v, small, interpolation=cv2.INTER_AREA) for v in (mask, guide))
    side = max(1, round(radius_px)) | 1
    mean_m, mean_g, mean_gm, mean_gg = (cv2.blur(v, (side, side)) for v in (m, g, g * m, g * g))
    slope = (mean_gm - mean_g * mean_m) / (mean_gg - mean_g**2 + eps)
    offset = mean_m - slope * mean_g
    slope, offset = (
        cv2.resize(cv2.blur(v, (side, side)), (w, h), interpolation=cv2.INTER_LINEAR)
        for v in (slope, offset)
    )
    return np.clip(slope * guide + offset, 0, 1)


def feathered(mask: Float, width_px: float) -> Float:
    """Blur a mask so that its edge is about `width_px` wide, in [0, 1]; at 0 it stays as it is."""
    if width_px < 0.5:
        return mask
    return np.clip(blurred(mask, width_px / 2.5), 0, 1)


def blurred(picture: Float, sigma_px: float) -> Float:
    """Blur a picture, (H, W) or (H, W, C), by a Gaussian; wide ones at reduced size, for speed."""
    k = min(1.0, 4.0 / max(sigma_px, 1e-6))
    if k > 0.5:
        return cv2.GaussianBlur(
            picture, (0, 0), max(sigma_px, 1e-3), borderType=cv2.BORDER_REPLICATE
        )
    h, w = picture.shape[:2]
    small = cv2.resize(
        picture, (max(1, round(w * k)), max(1, round(h * k))), interpolation=cv2.INTER_AREA
    )
    small = cv2.GaussianBlur(small, (0, 0), sigma_px * k, borderType=cv2.BORDER_REPLICATE)
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)


def local_mean(picture: Float, weight: Float, sigma_px: float) -> Float:
    """Average a picture, (H, W) or (H, W, C), around each pixel by `weight`, (H, W).

    It is 0 where the weight is 0 all around.
    """
    total = np.maximum(blurred(weight, sigma_px), 1e-4)
    if picture.ndim == 3:
        weight, total = weight[..., None], total[..., None]
    return np.asarray(blurred(picture * weight, sigma_px) / total, np.float32)


def without_holes(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill the holes of a region, (H, W)."""
    outside = np.pad(~region, 1, constant_values=True).astype(np.uint8)
    cv2.floodFill(outside, None, (0, 0), 2)
    return outside[1:-1, 1:-1] != 2


def holes_in(
    region: NDArray[np.bool_],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Return a region's holes: which one each pixel, (H, W), is in, numbered from 1, 0 is none.

    And, by these numbers, their areas, px², and middles, (N, 2) x, y; the first are no hole's.
    """
    holes = (without_holes(region) & ~region).astype(np.uint8)
    _, marks, stats, middles = cv2.connectedComponentsWithStats(holes)
    return marks, stats[:, cv2.CC_STAT_AREA], middles


def window_of(mask: Float | NDArray[np.bool_], margin_px: int = 0) -> tuple[slice, slice] | None:
    """Bound the rows and columns where a mask is above 0, with a margin; None where it is empty."""
    shown = mask > 0
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    if not len(rows):
        return None
    down, across = (
        slice(max(0, int(v[0]) - margin_px), int(v[-1]) + 1 + margin_px) for v in (rows, columns)
    )
    return down, across
