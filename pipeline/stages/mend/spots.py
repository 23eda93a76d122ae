"""Find grains of dust, fibers and holes: small, sharp, nearly white or black, on calm ground."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.types import Image, Mask

WIDEST_PX = 15  # of a spot
AROUND_PX = 25  # of the square whose calm counts
LEAST, LARGEST = 4, 250  # px that a spot covers
STANDS_OUT = {"bright": 0.16, "dark": 0.3}  # by how much in [0, 1]; moles and buttons do by less
EXTREME = {"bright": 0.6, "dark": 0.8}  # its light, or darkness, at least
CALM = 0.22  # of what it stands out by, that its ground may vary
GRAY = 0.22  # most color of a spot
SHARP = 0.3  # share of what it stands out by, that is reached within a px at its edge
CROWD = 4  # spots within a square of `CROWD_PX`, from which on they are a pattern
CROWD_PX = 61


def find_spots(photo: Image) -> NDArray[np.bool_]:
    """Find the spots of a photo, (H, W, 3) in [0, 1]; return where they are, (H, W)."""
    light, color = luminance(photo), photo.max(2) - photo.min(2)
    found = np.zeros(light.shape, np.uint8)
    for kind, own in (("bright", light), ("dark", 1 - light)):
        found |= _spots(own, color, STANDS_OUT[kind], EXTREME[kind])
    return _alone(found)


def _spots(own: Mask, color: Mask, least: float, extreme: float) -> NDArray[np.uint8]:
    """Find small places that are lighter by `least` than what is around, (H, W) of 0 and 1."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (WIDEST_PX, WIDEST_PX))
    above = own - cv2.morphologyEx(own, cv2.MORPH_OPEN, disc)
    inside = (above > least / 2).astype(np.uint8)
    ground = 1 - cv2.dilate(inside, np.ones((3, 3), np.uint8)).astype(np.float32)
    size = (AROUND_PX, AROUND_PX)
    weight = np.maximum(cv2.blur(ground, size), 1e-3)
    mean = cv2.blur(own * ground, size) / weight
    varies = np.sqrt(np.maximum(cv2.blur(own * own * ground, size) / weight - mean**2, 0))
    steep = cv2.morphologyEx(own, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) / 2
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    areas = boxes[:, cv2.CC_STAT_AREA]
    flat = labels.ravel()

    def most(values: Mask) -> NDArray[np.float32]:
        out = np.zeros(count, np.float32)
        np.maximum.at(out, flat[there], values.ravel()[there])
        return out

    there = np.flatnonzero(flat)
    stands = most(own - mean)
    fine = (areas >= LEAST) & (areas <= LARGEST) & (stands > least) & (most(own) > extreme)
    fine &= (most(varies) < CALM * stands) & (most(steep) > SHARP * stands)
    fine &= np.bincount(flat[there], color.ravel()[there], count) / areas < GRAY
    fine[0] = False
    return fine[labels].astype(np.uint8)


def _alone(spots: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Leave out spots that crowd together: a pattern, lights, text."""
    _, labels, _, centers = cv2.connectedComponentsWithStats(spots, connectivity=8)
    middles = np.zeros(spots.shape, np.float32)
    at = np.round(centers[1:]).astype(int)
    middles[at[:, 1], at[:, 0]] = 1
    near = cv2.blur(middles, (CROWD_PX, CROWD_PX), borderType=cv2.BORDER_CONSTANT) * CROWD_PX**2
    alone = np.zeros(len(centers), bool)
    alone[1:] = near[at[:, 1], at[:, 0]] < CROWD - 0.5
    return alone[labels]
