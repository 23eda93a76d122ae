"""Labels from 68 points: what lies well inside a drawn part is that part; the rest stays unknown.

Points: iBUG 68, (68, 2) x, y in px. 0-16 jaw, 17-26 brows, 27-35 nose, 36-41 and 42-47 eyes,
48-59 lips, 60-67 inner mouth.
"""

import csv
from pathlib import Path

import cv2
import numpy as np

from pipeline.stages.parse import Part
from pipeline.types import Labels, Points
from training.labels import UNKNOWN

JAW, BROWS = slice(0, 17), (slice(17, 22), slice(22, 27))
# The first eye in the picture is the person's right one.
EYES = {Part.RIGHT_EYE: slice(36, 42), Part.LEFT_EYE: slice(42, 48)}
LIPS, MOUTH = slice(48, 60), slice(60, 68)

SHIFT = 4  # cv2 draws to sixteenths of a pixel
INSIDE = 0.8  # how much of an outline surely holds what it is drawn around
OPEN = 0.12  # an inner mouth higher than this share of its width shows what is in it
TURNED = 0.45  # an eye narrower than this share of the other is turned away: its points are guesses


def read_points(file: Path) -> dict[str, Points]:
    """Read `landmarks68.csv` by the photos' names without endings.

    Its columns are a photo's file, then x0, y0 … x67, y67.
    """
    with file.open(newline="") as text:
        rows = list(csv.reader(text))[1:]
    return {Path(name).stem: np.array(values, np.float32).reshape(68, 2) for name, *values in rows}


def drawn(points: Points, size: tuple[int, int]) -> Labels:
    """Return labels of a photo of `size` (height, width).

    They are skin, eyes, lips and open mouth; UNKNOWN elsewhere.
    """
    eye_px = max(np.ptp(points[part], axis=0).max() for part in EYES.values())
    doubt = max(1, round(0.12 * eye_px))
    labels = np.full(size, UNKNOWN, np.uint8)
    labels[_filled(_shrunk(_outline(points)), size)] = Part.SKIN
    for brow in BROWS:
        labels[_band(points[brow], size, round(0.7 * eye_px))] = UNKNOWN
    for part, where in EYES.items():
        # Around an eye there are lids, lashes and perhaps glasses: nothing is said of them.
        labels[_grown(_filled(points[where], size), round(0.35 * eye_px))] = UNKNOWN
        if np.ptp(points[where], axis=0).max() > TURNED * eye_px:
            # Where an eye's border lies is left to masks drawn by hand: a polygon of six points
            # cuts it short or reaches beyond.
            labels[_filled(_shrunk(points[where]), size)] = part
    lips = _filled(points[LIPS], size)
    labels[_grown(lips, doubt)] = UNKNOWN
    labels[lips] = Part.LIPS
    mouth = points[MOUTH]
    inner = _filled(mouth, size)
    if _height(mouth) > OPEN * np.ptp(mouth[:, 0]):
        labels[_grown(inner, doubt)] = UNKNOWN
        labels[inner] = Part.TEETH
    else:
        labels[inner] = UNKNOWN
    return labels


def spot(points: Points) -> tuple[float, float, float]:
    """Return center x, y and height of the face, brows to chin and a little more."""
    low, high = points.min(0), points.max(0)
    x, y = (low + high) / 2
    return float(x), float(y), float(1.1 * (high - low).max())


def _outline(points: Points) -> Points:
    return np.vstack([points[JAW], points[17:27][::-1]])


def _shrunk(outline: Points) -> Points:
    middle = outline.mean(0)
    return middle + INSIDE * (outline - middle)


def _height(mouth: Points) -> float:
    """Return how far an inner mouth is open: between the middles of its lips, points 62 and 66."""
    return float(np.linalg.norm(mouth[2] - mouth[6]))


def _filled(points: Points, size: tuple[int, int]) -> np.ndarray:
    canvas = np.zeros(size, np.uint8)
    cv2.fillPoly(canvas, [np.round(points * (1 << SHIFT)).astype(np.int32)], 1, shift=SHIFT)
    return canvas.astype(bool)


def _band(points: Points, size: tuple[int, int], width: int) -> np.ndarray:
    canvas = np.zeros(size, np.uint8)
    cv2.polylines(
        canvas,
        [np.round(points * (1 << SHIFT)).astype(np.int32)],
        isClosed=False,
        color=1,
        thickness=max(1, width),
        shift=SHIFT,
    )
    return canvas.astype(bool)


def _grown(mask: np.ndarray, px: int) -> np.ndarray:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * px + 1, 2 * px + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)
