"""Measure how much each pixel lies on a thin bright or dark line.

A line is thin and differs from both of its sides in one direction; an edge does so from one alone.
"""

from dataclasses import dataclass
from math import cos, pi, sin

import cv2
import numpy as np

from pipeline.ops.color import luminance
from pipeline.types import Image, Mask

ORIENTATIONS = 16
WIDTHS = (2.5, 5.0, 8.0)  # px, from a line's middle to what it is compared with
SHORT, LONG, LONGER = 9, 41, 101  # px along which light is smoothed, and along which lines are told
NOISE_PX = 41
LEAST = 0.04  # of difference in [0, 1] that makes a line
NOISES = 3.0  # times as much as what is fine around it differs
FRACTION = 4  # bits of OpenCV's fractions of a pixel


@dataclass(frozen=True)
class Ridges:
    """The lines of a photo, bright and dark ones, as maps of half its sides, (2, H/2, W/2).

    `here`: how clearly each pixel differs from both sides, in [0, 1]. `share`: of a line through
    it, the share that does, along its best direction. `longer`: the same of a longer line.
    `others`: the mean over all directions. `contrast`: by how much it differs. `uneven`: by how
    much the two sides differ from each other. `narrow`: the share of its contrast at the least
    width. `noise`, (H/2, W/2): what is fine around it.
    """

    here: Mask
    share: Mask
    longer: Mask
    others: Mask
    contrast: Mask
    uneven: Mask
    narrow: Mask
    direction: Mask
    noise: Mask


def ridges_of(photo: Image) -> Ridges:
    """Measure the thin lines of a photo, (H, W, 3) in [0, 1]."""
    light = luminance(photo)
    noise = np.minimum(np.abs(light - cv2.GaussianBlur(light, (0, 0), 3)), 0.15)
    noise = cv2.blur(noise, (NOISE_PX, NOISE_PX))
    wanted = np.maximum(LEAST, NOISES * noise)
    half = -(-light.shape[0] // 2), -(-light.shape[1] // 2)
    found = {name: np.zeros((2, *half), np.float32) for name in Ridges.__annotations__}
    found["noise"] = halved(noise)
    for number in range(ORIENTATIONS):
        angle = pi * number / ORIENTATIONS
        line, longer = _line(LONG / 2, angle), _line(LONGER / 2, angle)
        differs, narrow, sides = _across(light, angle)
        sides = _along(halved(sides), line)
        for sign in (0, 1):
            here = halved(np.minimum(differs[sign] / wanted, 1))
            share = _along(here, line)
            found["others"][sign] += share / ORIENTATIONS
            contrast = _along(halved(differs[sign]), line)
            thin = _along(halved(narrow[sign]), line) / np.maximum(contrast, 1e-3)
            new = {
                "here": here, "share": share, "longer": _along(here, longer), "contrast": contrast,
                "uneven": sides / np.maximum(contrast, 1e-3), "narrow": thin,
                "direction": np.full_like(share, number),
            }  # fmt: skip
            better = share > found["share"][sign]
            for name, values in new.items():
                np.copyto(found[name][sign], values, where=better)
    return Ridges(**found)


def _across(light: Mask, angle: float) -> tuple[list[Mask], list[Mask], Mask]:
    """Compare each pixel with both sides of a line through it.

    Returned are by how much it is brighter, and darker, than the nearer of both in light, at the
    best of the widths and at the least one, and by how much the sides differ.
    """
    across = np.array([-sin(angle), cos(angle)])
    along = _along(light, _line(SHORT, angle))
    most = [np.zeros_like(light), np.zeros_like(light)]
    least, sides = most, np.zeros_like(light)
    for width in WIDTHS:
        smooth = cv2.GaussianBlur(along, (0, 0), width / 4) if width > WIDTHS[0] else along
        one, other = (_moved(smooth, width * side * across) for side in (1, -1))
        lower, upper = np.minimum(one, other), np.maximum(one, other)
        most = [np.maximum(most[0], smooth - upper), np.maximum(most[1], lower - smooth)]
        if width == WIDTHS[0]:
            least = most
        if width == WIDTHS[1]:
            sides = upper - lower
    return most, least, sides


def _moved(plane: Mask, by: np.ndarray) -> Mask:
    matrix = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float32)
    size = plane.shape[1], plane.shape[0]
    return np.asarray(cv2.warpAffine(plane, matrix, size, borderMode=cv2.BORDER_REPLICATE))


def _line(length: float, angle: float) -> Mask:
    """Return a filter that averages along a line of a length in px, at an angle."""
    radius = int(length // 2) + 1
    kernel = np.zeros((2 * radius + 1, 2 * radius + 1), np.float32)
    reach = length / 2 * np.array([cos(angle), sin(angle)])
    ends = np.round((radius + np.array([-reach, reach])) * 2**FRACTION).astype(np.int32)
    cv2.polylines(kernel, [ends], False, 1.0, 1, cv2.LINE_AA, FRACTION)
    return kernel / kernel.sum()


def _along(plane: Mask, line: Mask) -> Mask:
    return np.asarray(cv2.filter2D(plane, -1, line, borderType=cv2.BORDER_REPLICATE))


def halved(plane: Mask) -> Mask:
    """Return a map at half its sides, averaged."""
    size = -(-plane.shape[1] // 2), -(-plane.shape[0] // 2)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA))
