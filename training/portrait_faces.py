"""Faces with 68 points, cut out of photos and painted portraits, in one small folder.

A folder of them has `portraits.json` (`{set: [{"file": …, "points": [[x, y], …]}]}`) and the
pictures that it names. `training.pack_portraits` writes it.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from pipeline.types import Pixels, Points
from training.face_finder import FaceFinder, Found
from training.samples import read_pixels

INDEX = "portraits.json"
POINTS = 68
NETWORK = Path("weights/pfld/pfld.onnx")
LOOK_PX = 112  # a side of what the network of points looks at
LOOKS = (1.0, 1.1, 1.25)  # sides of its looks, in heights of YuNet's box; their points are averaged
DOUBT = 0.07  # of a face's height: where the looks' points are farther apart, no points are known
# Sides of a cut, in heights of the face, brow to chin: the most, with shoulders and what is beside
# them, and the least, where the picture ends soon; of a cut's side this much may be mirrored there.
CUT, NARROW, MIRRORED_PART = 2.5, 1.4, 0.08
GRAIN = (4.0, 10.0)  # how strong it is of luminance, and of colors
LEAST_PX = 40  # height of a face; smaller ones have nothing to learn from


@dataclass(frozen=True)
class Portrait:
    """A cut around a face, (S, S, 3); its points in iBUG's order, (68, 2) px; its file's name."""

    picture: Pixels
    points: Points
    name: str = ""

    @property
    def extent(self) -> float:
        """The cut's side in heights of the face."""
        return len(self.picture) / height(self.points)


class PointFinder:
    """PFLD, the teacher of 68 points, in faces that YuNet finds.

    Source: Guo et al. 2019, "PFLD: A Practical Facial Landmark Detector".
    """

    def __init__(self, shared: Path) -> None:
        file = shared / NETWORK
        if not file.is_file():
            raise FileNotFoundError(f"PFLD was wanted at {file}; it is not there.")
        self.network = cv2.dnn.readNetFromONNX(str(file))
        self.faces = FaceFinder(shared, 640)

    def __call__(self, picture: Pixels) -> Points | None:
        """Return the points of a picture's largest face, (68, 2) px; None without a clear one."""
        for face in self.faces(picture)[:1]:
            looks = np.stack([self._look(picture, face, size) for size in LOOKS])
            points = looks.mean(0)
            apart = np.linalg.norm(looks - points, axis=2).mean()
            if height(points) >= LEAST_PX and apart < DOUBT * height(points):
                return points.astype(np.float32)
        return None

    def _look(self, picture: Pixels, face: Found, size: float) -> Points:
        (x, y), k = face.middle, LOOK_PX / (size * face.height)
        matrix = np.array([[k, 0, LOOK_PX / 2 - k * x], [0, k, LOOK_PX / 2 - k * y]])
        seen = cv2.warpAffine(picture, matrix, (LOOK_PX, LOOK_PX), flags=cv2.INTER_AREA)
        self.network.setInput(seen.transpose(2, 0, 1)[None].astype(np.float32) / 255)
        found = self.network.forward().reshape(POINTS, 2) * LOOK_PX
        return (found - matrix[:, 2]) / k


def without_grain(portrait: Portrait) -> Portrait:
    """Take the grain of a scan, and of canvas and paper, away, and leave strokes and lines.

    It is learned as eagerly as strokes are, and looks like a bad print.
    Source: Buades et al. 2011, "Non-Local Means Denoising".
    """
    bgr = np.ascontiguousarray(portrait.picture[:, :, ::-1])
    clean = cv2.fastNlMeansDenoisingColored(bgr, None, *GRAIN, 5, 15)[:, :, ::-1]
    return replace(portrait, picture=np.ascontiguousarray(clean))


def height(points: Points) -> float:
    """Return how high and wide a face's points are, the larger of both, px."""
    return float(np.ptp(points, axis=0).max())


def middle(points: Points) -> Points:
    """Return the middle of a face's points, (2,) px."""
    return (points.min(0) + points.max(0)) / 2


def cut_out(picture: Pixels, points: Points, side: int) -> Portrait:
    """Cut a face with what is around it, at most `side` px and never enlarged.

    Where the picture ends near the face, less is around it; beyond the end a little is mirrored.
    """
    (x, y), (h, w) = middle(points), picture.shape[:2]
    room = min(x, y, w - x, h - y) / (0.5 - MIRRORED_PART)
    extent = float(np.clip(room, NARROW * height(points), CUT * height(points)))
    size = min(side, round(extent))
    low = np.floor([x - extent / 2, y - extent / 2]).astype(int)
    high = low + int(np.ceil(extent))
    before, after = np.maximum(-low, 0), np.maximum(high - [w, h], 0)
    wide = cv2.copyMakeBorder(
        picture, before[1], after[1], before[0], after[0], cv2.BORDER_REFLECT_101
    )
    (left, top), (right, bottom) = low + before, high + before
    small = cv2.resize(wide[top:bottom, left:right], (size, size), interpolation=cv2.INTER_AREA)
    k = size / (bottom - top)
    return Portrait(small, ((points - low + 0.5) * k - 0.5).astype(np.float32))


def read_portraits(folder: Path, kind: str) -> list[Portrait]:
    """Read the portraits of one set of a folder.

    Raises: FileNotFoundError: there is no such folder or file. KeyError: it has no such set.
    """
    index = json.loads((folder / INDEX).read_text())
    if kind not in index:
        raise KeyError(f"{folder} has the sets {', '.join(index)}; {kind} was wanted.")
    return [
        Portrait(
            read_pixels(folder / row["file"]), np.array(row["points"], np.float32), row["file"]
        )
        for row in index[kind]
    ]
