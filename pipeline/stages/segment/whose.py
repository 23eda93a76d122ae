"""Whose face stays: all, the largest, and as a person says of single ones."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.settings import KeptFaces
from pipeline.stages.restore.select_faces import face_at, largest_of
from pipeline.types import Click, Face, Mask

SOFT = 0.025  # of a face's height: how soft the border between two people is
BODY = 0.35  # below a face things are nearer to it than beside it: its body is there


def who_stays(
    faces: tuple[Face, ...], which: KeptFaces, overrides: tuple[Click, ...]
) -> tuple[bool, ...]:
    """Tell of each face whether it stays itself; the others are painted like the rest.

    `which` says it of all; `overrides`, (x, y, stays) in the faces' px, of those they point at.
    """
    largest = largest_of(faces)
    said = {face_at(faces, x, y): stays for x, y, stays in overrides}
    return tuple(
        said.get(number, which == "all" or number == largest) for number in range(len(faces))
    )


def without_others(mask: Mask, faces: tuple[Face, ...], stays: tuple[bool, ...]) -> Mask:
    """Take from a kept region, (H, W), what is nearer to faces that do not stay."""
    if all(stays):
        return mask
    own, others = (
        [face for face, stay in zip(faces, stays, strict=True) if stay == wanted]
        for wanted in (True, False)
    )
    if not own:
        return np.zeros_like(mask)
    off = (_distance(others, mask.shape) - _distance(own, mask.shape)) / (2 * SOFT)
    cut = np.asarray(mask * (0.5 + off).clip(0, 1), np.float32)
    return cut * _around(cut > 0, own)


def _around(region: NDArray[np.bool_], faces: list[Face]) -> NDArray[np.bool_]:
    """Find those connected pieces of a region that reach into a face; others are left over."""
    _, marks = cv2.connectedComponents(region.astype(np.uint8))
    reached = [
        marks[max(0, int(y0)) : int(y1) + 1, max(0, int(x0)) : int(x1) + 1]
        for x0, y0, x1, y1 in (face.box for face in faces)
    ]
    return np.isin(marks, np.unique(np.concatenate([piece.ravel() for piece in reached]))) & region


def _distance(faces: list[Face], size: tuple[int, ...]) -> NDArray[np.float32]:
    """Return how far each pixel is from the nearest of faces, in its heights, (H, W)."""
    ys, xs = np.mgrid[: size[0], : size[1]].astype(np.float32)
    nearest = np.full(size[:2], np.inf, np.float32)
    for face in faces:
        x0, y0, x1, y1 = face.box
        across, down = (xs - (x0 + x1) / 2) / face.height, (ys - (y0 + y1) / 2) / face.height
        down = np.where(down > 0, BODY * down, down)
        nearest = np.minimum(nearest, np.hypot(across, down))
    return nearest
