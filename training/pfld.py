"""PFLD, a published network for 68 points: a teacher where it is sure, and to compare with.

`SHARED/weights/pfld/pfld.onnx` sees a face's box as RGB in [0, 1] at 112 px.

Source: Guo et al. 2019, "PFLD: A Practical Facial Landmark Detector".
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.stages.landmarks import mirrored
from pipeline.types import Pixels, Points
from training.face_finder import Found

FILE = Path("weights/pfld/pfld.onnx")
SIDE = 112
# Its points lie so far right of and below where they are, px of 112. Rightwards it is half of how
# far what it says of photos and of their mirror images lies apart, in the mean of 150 photos that
# are trained on; downwards the same is taken.
OFFSET_PX = 1.9
BOX = 1.1  # of a face's height as YuNet has it
# Views of one face, which it should see alike: the box's size, and how far it is moved.
VIEWS = ((1.0, 0.0, 0.0), (1.1, 0.0, 0.03), (1.2, 0.0, 0.0), (1.1, 0.04, 0.0), (1.1, -0.04, 0.0))
# Of the distance of the eyes' outer corners: what it says of views may differ by so much in the
# mean of a face that it is sure of, and by so much at a point.
SURE, SURE_POINT = 0.04, 0.06


class Pfld:
    """The network, and what it says of a photo's face."""

    def __init__(self, shared: Path) -> None:
        file = shared / FILE
        if not file.is_file():
            raise FileNotFoundError(
                f"PFLD was wanted at {file}; it is not there. SHARED holds `data` and `weights`."
            )
        self.network = cv2.dnn.readNetFromONNX(str(file))

    def __call__(
        self, photo: Pixels, face: Found, size: float = BOX, x: float = 0.0, y: float = 0.0
    ) -> Points:
        """Return 68 points, (68, 2) px, as seen in a box `size` times as high as the face."""
        side = size * face.height
        corner = np.array(face.middle) - side / 2 + side * np.array([x, y])
        k = SIDE / side
        matrix = np.column_stack([np.eye(2) * k, -corner * k])
        seen = cv2.warpAffine(photo, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
        self.network.setInput(cv2.dnn.blobFromImage(seen, 1 / 255))
        found = (self.network.forward().reshape(68, 2) * SIDE - OFFSET_PX) / k + corner
        return found.astype(np.float32)

    def sure(self, photo: Pixels, face: Found) -> Points | None:
        """Return points that it says alike of several views, others NaN; None where it is unsure.

        Half of the views are mirrored, and half are blurred, as dabs of paint are.
        """
        w = photo.shape[1]
        flat = cv2.medianBlur(photo, 5)
        turned = Found(
            np.asarray((w - 1, 0) + face.points[[1, 0, 3, 2]] * (-1, 1), np.float32), face.height
        )
        said: list[NDArray[np.float32]] = []
        for view in VIEWS:
            for pixels in (photo, flat):
                said.append(self(pixels, face, *view))
                back = np.ascontiguousarray(pixels[:, ::-1])
                said.append(mirrored(self(back, turned, *view), w))
        mean = np.mean(said, 0)
        unit = max(float(np.hypot(*(mean[45] - mean[36]))), 1e-3)
        off = np.linalg.norm(np.stack(said) - mean, axis=2).mean(0) / unit
        if off.mean() > SURE:
            return None
        mean[off > SURE_POINT] = np.nan
        return mean
