"""Faces whose parts are known set on figures of street photos, where they fit."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.stages.parse import Part
from pipeline.types import Labels, Pixels, Points
from training.face_finder import Found
from training.labels import BARE_FACE, FACE, UNKNOWN
from training.samples import Sample

MISFIT = 0.1  # how far, of eyes to mouth, a face's points may be from the figure's
EDGE = 0.05  # of eyes to mouth: how softly a face is set in
LIKE = 0.8  # how far its colors become the figure's
SHOWN = (*BARE_FACE, Part.GLASSES)


def face_points(labels: Labels) -> Points | None:
    """Return eyes and mouth corners, (4, 2) px, the picture's left first; None: one is missing."""
    eyes = [np.argwhere(labels == part)[:, ::-1] for part in (Part.RIGHT_EYE, Part.LEFT_EYE)]
    mouth = np.argwhere((labels == Part.LIPS) | (labels == Part.TEETH))[:, ::-1]
    if min(len(eyes[0]), len(eyes[1]), len(mouth)) < 8:
        return None
    left, right = mouth[mouth[:, 0].argmin()], mouth[mouth[:, 0].argmax()]
    pair = sorted((eye.mean(0) for eye in eyes), key=lambda point: point[0])
    return np.array([*pair, left, right], np.float32)


def fitting(points: Points, face: Found) -> NDArray[np.float64] | None:
    """Return the transform that sets a face onto a figure's; None where it does not fit."""
    matrix = align.similarity(points, face.points.astype(np.float64))
    off = np.hypot(*(align.map_points(matrix, points) - face.points).T).max()
    return matrix if off < MISFIT * face.drop else None


def with_face(figure: Sample, face: Found, donor: Sample, matrix: NDArray[np.float64]) -> Sample:
    """Return a figure with the donor's face; what of its own is left to see stays a face."""
    h, w = figure.labels.shape
    k = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    # A warp takes single pixels: average them first.
    blurred = cv2.GaussianBlur(donor.photo, (0, 0), max(0.3, 0.35 / k))
    theirs = cv2.warpAffine(blurred, matrix, (w, h), borderMode=cv2.BORDER_REFLECT)
    parts = cv2.warpAffine(
        donor.labels, matrix, (w, h), flags=cv2.INTER_NEAREST, borderValue=UNKNOWN
    )
    own = np.isin(figure.labels, (*SHOWN, FACE))
    covered = np.isin(parts, SHOWN) & (own | (figure.labels == UNKNOWN))
    both = own & covered & (parts == Part.SKIN)
    if both.sum() < 64:
        return figure
    theirs = _colored(theirs, figure.photo, both)
    alpha = cv2.GaussianBlur(covered.astype(np.float32), (0, 0), max(0.6, EDGE * face.drop))
    alpha = np.ascontiguousarray(np.minimum(1, 1.2 * alpha))
    photo = cv2.blendLinear(theirs, figure.photo, alpha, 1 - alpha)
    labels = np.where(covered, parts, figure.labels)
    left = np.isin(figure.labels, BARE_FACE) & ~covered
    return replace(figure, photo=photo, labels=np.where(left, FACE, labels).astype(np.uint8))


def _colored(photo: Pixels, like: Pixels, where: NDArray[np.bool_]) -> Pixels:
    """Return a photo with the mean and spread of colors that `like` has at a place."""
    one, other = photo[where].astype(np.float32), like[where].astype(np.float32)
    spread = np.clip(other.std(0) / (one.std(0) + 1), 0.6, 1.5)
    shifted = (photo - one.mean(0)) * spread + other.mean(0)
    return (photo + LIKE * (shifted - photo)).clip(0, 255).astype(np.uint8)
