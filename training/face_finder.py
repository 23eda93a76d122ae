"""Find faces with YuNet (MIT, `SHARED/weights/yunet`), in training sets and to measure by."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.ops import align
from pipeline.types import Pixels, Points

LEAST_SCORE = 0.6
FINDER = Path("weights/yunet/yunet_n_dynamic.onnx")


@dataclass(frozen=True)
class Found:
    """A face: eyes and mouth corners, the picture's left one first, (4, 2) px; its height, px.

    `score`: how sure YuNet is.
    """

    points: Points
    height: float
    score: float = 1.0

    @property
    def middle(self) -> tuple[float, float]:
        """The point between eyes and mouth, (x, y) px."""
        x, y = (self.points[:2].mean(0) + self.points[2:].mean(0)) / 2
        return float(x), float(y)

    @property
    def drop(self) -> float:
        """How far the mouth lies from the eyes, px."""
        return align.eyes_to_mouth(self.points)


class FaceFinder:
    """YuNet on a photo whose long side is enlarged or reduced to `long_px`."""

    def __init__(self, shared: Path, long_px: int = 1280, least: float = LEAST_SCORE) -> None:
        file = shared / FINDER
        if not file.is_file():
            raise FileNotFoundError(
                f"YuNet was wanted at {file}; it is not there. SHARED holds `data` and `weights`."
            )
        self.network = cv2.FaceDetectorYN.create(str(file), "", (320, 320), least)
        self.long_px = long_px

    def __call__(self, photo: Pixels) -> list[Found]:
        """Return a photo's faces, the largest first; at most twice its size is looked at."""
        h, w = photo.shape[:2]
        scale = min(self.long_px / max(h, w), 2.0)
        how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        seen = cv2.resize(photo, (round(w * scale), round(h * scale)), interpolation=how)
        self.network.setInputSize(seen.shape[1::-1])
        rows = self.network.detect(np.ascontiguousarray(seen[:, :, ::-1]))[1]
        found = [] if rows is None else [_found(row, scale) for row in rows]
        return sorted(found, key=lambda face: -face.height)


def _found(row: np.ndarray, scale: float) -> Found:
    points = (row[4:14].reshape(5, 2) + 0.5) / scale - 0.5
    # YuNet's own order: two eyes, the nose, two mouth corners.
    pairs = (points[:2], points[3:])
    ordered = np.vstack([pair[np.argsort(pair[:, 0])] for pair in pairs]).astype(np.float32)
    return Found(ordered, float(row[3] / scale), float(row[14]))
