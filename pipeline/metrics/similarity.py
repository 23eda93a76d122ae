"""Measure the similarity of two pictures: PSNR, and by piq SSIM, FSIMc and GMSD."""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import cv2
import numpy as np

from pipeline.ops.tensor import to_batch
from pipeline.types import Image, Mask, Pixels

EQUAL_DB = 100.0  # the PSNR of equal pictures
ERODED_PX = 8  # by so much a person's mask is eroded
GRAY = 0.5  # the value around the person
NO_PIQ = "SSIM, FSIMc and GMSD want piq, which is not installed: pip install piq==0.8.0"


@dataclass(frozen=True)
class Similarity:
    """The structural similarity of two pictures.

    `ssim`, `fsimc`: 1 where the two are equal, less where they differ. `gmsd`: 0 where they are
    equal, more where they differ.

    Source: Wang et al. 2004, "Image Quality Assessment: From Error Visibility to Structural
    Similarity"; Zhang et al. 2011, "FSIM: A Feature Similarity Index for Image Quality
    Assessment"; Xue et al. 2014, "Gradient Magnitude Similarity Deviation".
    """

    ssim: float
    fsimc: float
    gmsd: float


def load_piq() -> ModuleType:
    """Import piq, which only these measures need.

    Raises: ImportError: it is not installed; the message says how to install it.
    """
    try:
        return import_module("piq")
    except ImportError as error:
        raise ImportError(NO_PIQ) from error


def psnr(found: Pixels, wanted: Pixels) -> float:
    """Measure the peak signal-to-noise ratio, dB; at most `EQUAL_DB`."""
    error = np.mean((found.astype(np.float32) - wanted) ** 2) / 255**2
    return float(-10 * np.log10(max(error, 10 ** (-EQUAL_DB / 10))))


def similarity(one: Image, other: Image) -> Similarity:
    """Compare two pictures of one size.

    Raises: ImportError: piq is not installed. ValueError: the sizes differ.
    """
    piq = load_piq()
    import torch

    if one.shape != other.shape:
        raise ValueError(f"Pictures of one size were wanted, not {one.shape} and {other.shape}.")
    x, y = (torch.from_numpy(to_batch(picture)) for picture in (one, other))
    return Similarity(piq.ssim(x, y).item(), piq.fsim(x, y).item(), piq.gmsd(x, y).item())


def person_similarity(photo: Image, result: Image, person: Mask) -> Similarity:
    """Compare the person in a photo and in a picture made of it.

    Both are laid over one gray outside the mask, eroded by `ERODED_PX`, and cut to the mask's box,
    so that neither background nor outline counts.

    Raises: ImportError: piq is not installed. ValueError: nothing is left of the mask.
    """
    kernel = np.ones((2 * ERODED_PX + 1,) * 2, np.uint8)
    inside = cv2.erode((person > 0.5).astype(np.uint8), kernel) > 0
    if not inside.any():
        raise ValueError(f"A mask more than {2 * ERODED_PX} px wide was wanted; this one is not.")
    ys, xs = np.nonzero(inside)
    box = slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1)
    around = ~inside[box][..., None]
    one, other = (np.where(around, np.float32(GRAY), p[box]) for p in (photo, result))
    return similarity(one, other)
