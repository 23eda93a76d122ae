"""dlib's face descriptor as a loss: how far a painted face is from the person's, differentiably.

Its weights are CC0 (`SHARED/weights/dlib_face`). dlib calls faces nearer than 0.6 one person.

Source: King 2017, "High Quality Face Recognition with Deep Metric Learning" (dlib's ResNet); He et
al. 2016, "Deep Residual Learning for Image Recognition".
"""

from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from pipeline.ops.align import similarity
from pipeline.types import Points

FILE = Path("weights/dlib_face/dlib_face.safetensors")
CHIP_PX, PADDING = 150, 0.25
# Of the 68 iBUG points: the left eye's corners, outer one first, the right eye's, outer one first,
# and the base of the nose; where dlib wants them, in parts of a face without its padding.
FIVE = (45, 42, 36, 39, 33)
TEMPLATE = np.array(
    [[0.8596, 0.2135], [0.6461, 0.2289], [0.1206, 0.2137], [0.3341, 0.2291], [0.4901, 0.6278]],
    np.float32,
)
AIM = (PADDING + TEMPLATE) / (2 * PADDING + 1) * CHIP_PX
# Where MTCNN's points lie in chips, in parts of a chip: means over portraits whose landmarks are
# known (`training.mtcnn_figures`).
FOUND = np.array(
    [[0.3137, 0.3023], [0.6678, 0.3004], [0.4878, 0.5131], [0.3342, 0.6754], [0.6471, 0.6728]]
)
MEAN = (122.782, 117.001, 104.298)
# Blocks of the residual network, coarser from each "down" on.
STAGES = (
    (None, ("conv32_1", "conv32_2", "conv32_3")),
    ("conv64_down", ("conv64_1", "conv64_2", "conv64_3")),
    ("conv128_down", ("conv128_1", "conv128_2")),
    ("conv256_down", ("conv256_1", "conv256_2")),
    ("conv256_down_out", ()),
)


class Descriptor(nn.Module):
    """Describe faces: chips, (B, 3, 150, 150) RGB in [0, 1], to (B, 128)."""

    def __init__(self, shared: Path) -> None:
        super().__init__()
        file = shared / FILE
        if not file.is_file():
            raise FileNotFoundError(
                f"dlib's face descriptor was wanted at {file}; it is not there. SHARED holds "
                "`data` and `weights`."
            )
        self.names = {key: key.replace(".", "_") for key in load_file(file)}
        for key, value in load_file(file).items():
            self.register_buffer(self.names[key], value.float())

    def forward(self, chips: Tensor) -> Tensor:
        x = (255 * chips - chips.new_tensor(MEAN)[:, None, None]) / 255
        x = F.max_pool2d(self._convolved(x, "conv32_down", 2, 0), 3, 2)
        for down, blocks in STAGES:
            x = x if down is None else self._halved(x, down)
            for name in blocks:
                x = F.relu(self._twice(x, name, 1, 1) + x)
        return x.mean((2, 3)) @ self._weight("fc")

    def _weight(self, key: str) -> Tensor:
        return self.get_buffer(self.names[key])

    def _convolved(
        self, x: Tensor, name: str, stride: int, pad: int, rectify: bool = True
    ) -> Tensor:
        x = F.conv2d(x, self._weight(f"{name}.weight"), self._weight(f"{name}.bias"), stride, pad)
        x = (
            x * self._weight(f"{name}.scale")[:, None, None]
            + self._weight(f"{name}.shift")[:, None, None]
        )
        return F.relu(x) if rectify else x

    def _twice(self, x: Tensor, name: str, stride: int, pad: int) -> Tensor:
        first = self._convolved(x, f"{name}.conv1", stride, pad)
        return self._convolved(first, f"{name}.conv2", 1, 1, rectify=False)

    def _halved(self, x: Tensor, name: str) -> Tensor:
        made, pooled = self._twice(x, name, 2, 0), F.avg_pool2d(x, 2, 2)
        made = F.pad(made, (0, pooled.shape[3] - made.shape[3], 0, pooled.shape[2] - made.shape[2]))
        more = made.shape[1] - pooled.shape[1]
        return F.relu(made + F.pad(pooled, (0, 0, 0, 0, 0, more)))


def to_chip(five: Points) -> NDArray[np.float32]:
    """Fit the similarity that moves five points, (5, 2) px, onto dlib's template, (2, 3)."""
    matrix, _ = cv2.estimateAffinePartial2D(np.asarray(five, np.float32), AIM, method=cv2.LMEDS)
    return matrix.astype(np.float32)


def five_of(points: Points) -> Points:
    """Tell where the points of `FIVE` are, (5, 2) px, by those that MTCNN finds, (5, 2) px.

    They are dlib's template, moved, turned and scaled as MTCNN's points say: `to_chip` of them is
    the similarity that moves MTCNN's points onto `FOUND`.
    """
    back = cv2.invertAffineTransform(similarity(points, FOUND * CHIP_PX))
    return (AIM @ back[:, :2].T + back[:, 2]).astype(np.float32)


def chips(pictures: Tensor, matrices: Tensor) -> Tensor:
    """Cut a face of each picture, (B, 3, H, W), by similarities of `to_chip`, (B, 2, 3).

    It is differentiable by the pictures. What lies outside of them is their border's color.
    Convention: pixel centers at integers.
    """
    h, w = pictures.shape[2:]
    square = torch.cat(
        [matrices, matrices.new_tensor([[[0.0, 0.0, 1.0]]]).expand(len(matrices), 1, 3)], 1
    )
    back = torch.linalg.inv(square)[:, :2]
    steps = torch.arange(CHIP_PX, dtype=matrices.dtype, device=matrices.device)
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    places = torch.stack([x, y, torch.ones_like(x)]).flatten(1)
    found = (back @ places).mT.reshape(len(matrices), CHIP_PX, CHIP_PX, 2)
    size = found.new_tensor([w, h])
    grid = (2 * found + 1) / size - 1
    return F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
