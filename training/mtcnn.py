"""MTCNN: faces with their boxes and five points, by three networks of growing size.

P-Net looks at a pyramid of the photo and proposes boxes, R-Net refuses most of them, O-Net refuses
more and finds the points. Weights: `SHARED/weights/mtcnn` (MIT).

Convention: boxes are left, top, right and bottom edges, px; the edges of a photo are 0 and its
width or height. Points lie at pixel centers, which are integers.

Source: Zhang et al. 2016, "Joint Face Detection and Alignment Using Multitask Cascaded
Convolutional Networks".
"""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.ops import nms, roi_align

from pipeline.types import Pixels, Points

FOLDER = Path("weights/mtcnn")
SHA256 = {
    "pnet": "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f",
    "rnet": "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86",
    "onet": "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d",
}
LEAST_PX = 20.0  # of a face's box
CELL_PX, STEP_PX = 12, 2  # what one output of P-Net sees, and how far apart two of them are
FINER = 0.709  # a picture's side to the next one's in the pyramid: half of the area
# How sure P-, R- and O-Net have to be.
SURE = (0.6, 0.7, 0.7)
# Overlap from which on two boxes are one face's: in one picture of the pyramid, later.
SAME_IN_ONE, SAME = 0.5, 0.7


class PNet(nn.Module):
    """Propose faces: pictures, (B, 3, H, W) in [-1, 1], to scores and corrections of each cell.

    The scores, (B, h, w), are in [0, 1]; the corrections, (B, 4, h, w), say how far a cell's four
    edges are off, in parts of its side.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(3, 10, 3), nn.PReLU(10)
        self.conv2, self.prelu2 = nn.Conv2d(10, 16, 3), nn.PReLU(16)
        self.conv3, self.prelu3 = nn.Conv2d(16, 32, 3), nn.PReLU(32)
        self.conv4_1, self.conv4_2 = nn.Conv2d(32, 2, 1), nn.Conv2d(32, 4, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = F.max_pool2d(self.prelu1(self.conv1(x)), 2, ceil_mode=True)
        x = self.prelu3(self.conv3(self.prelu2(self.conv2(x))))
        return self.conv4_1(x).softmax(1)[:, 1], self.conv4_2(x)


class RNet(nn.Module):
    """Judge crops, (B, 3, 24, 24) in [-1, 1]: scores, (B,), and corrections, (B, 4)."""

    side = 24

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(3, 28, 3), nn.PReLU(28)
        self.conv2, self.prelu2 = nn.Conv2d(28, 48, 3), nn.PReLU(48)
        self.conv3, self.prelu3 = nn.Conv2d(48, 64, 2), nn.PReLU(64)
        self.dense4, self.prelu4 = nn.Linear(576, 128), nn.PReLU(128)
        self.dense5_1, self.dense5_2 = nn.Linear(128, 2), nn.Linear(128, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = F.max_pool2d(self.prelu1(self.conv1(x)), 3, 2, ceil_mode=True)
        x = F.max_pool2d(self.prelu2(self.conv2(x)), 3, 2, ceil_mode=True)
        x = self.prelu4(self.dense4(flat(self.prelu3(self.conv3(x)))))
        return self.dense5_1(x).softmax(1)[:, 1], self.dense5_2(x)


class ONet(nn.Module):
    """Judge crops, (B, 3, 48, 48) in [-1, 1]: scores, (B,), corrections, (B, 4), and points.

    The points, (B, 2, 5), x before y, are in parts of the crop.
    """

    side = 48

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(3, 32, 3), nn.PReLU(32)
        self.conv2, self.prelu2 = nn.Conv2d(32, 64, 3), nn.PReLU(64)
        self.conv3, self.prelu3 = nn.Conv2d(64, 64, 3), nn.PReLU(64)
        self.conv4, self.prelu4 = nn.Conv2d(64, 128, 2), nn.PReLU(128)
        self.dense5, self.prelu5 = nn.Linear(1152, 256), nn.PReLU(256)
        self.dense6_1, self.dense6_2 = nn.Linear(256, 2), nn.Linear(256, 4)
        self.dense6_3 = nn.Linear(256, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = F.max_pool2d(self.prelu1(self.conv1(x)), 3, 2, ceil_mode=True)
        x = F.max_pool2d(self.prelu2(self.conv2(x)), 3, 2, ceil_mode=True)
        x = F.max_pool2d(self.prelu3(self.conv3(x)), 2, ceil_mode=True)
        x = self.prelu5(self.dense5(flat(self.prelu4(self.conv4(x)))))
        points = self.dense6_3(x).unflatten(1, (2, 5))
        return self.dense6_1(x).softmax(1)[:, 1], self.dense6_2(x), points


def flat(maps: Tensor) -> Tensor:
    """Flatten maps column by column, channels innermost: the published weights' order."""
    return maps.permute(0, 3, 2, 1).flatten(1)


@dataclass(frozen=True)
class Face:
    """A face in a photo.

    `box`: its edges, within the photo, (4,) px. `points`: eyes, tip of the nose, mouth corners,
    the picture's left one first, (5, 2) px. `score`: how sure O-Net is.
    """

    box: NDArray[np.float32]
    points: Points
    score: float


class Detector:
    """Find the faces of photos, from boxes of `least_px` on.

    Raises: FileNotFoundError, ValueError: a network's file is missing, or another one.
    """

    def __init__(
        self, shared: Path, least_px: float = LEAST_PX, device: str | torch.device = "cpu"
    ) -> None:
        self.pnet, self.rnet, self.onet = PNet(), RNet(), ONet()
        for name in SHA256:
            net: nn.Module = getattr(self, name)
            net.load_state_dict(_read(shared / FOLDER / f"{name}.pt", SHA256[name]))
            net.eval().requires_grad_(False).to(device)
        self.least_px, self.device = least_px, torch.device(device)

    @torch.inference_mode()
    def __call__(self, photo: Pixels, least_px: float | None = None) -> list[Face]:
        """Return the faces of a photo, (H, W, 3), the largest first."""
        picture = torch.from_numpy(np.ascontiguousarray(photo)).to(self.device)
        picture = (picture.permute(2, 0, 1)[None].float() - 127.5) / 128
        boxes, scores = self._proposed(picture, least_px or self.least_px)
        for net, sure in ((self.rnet, SURE[1]), (self.onet, SURE[2])):
            if not len(boxes):
                return []
            crops = squares(boxes)
            judged = net(roi_align(picture, [crops], net.side, aligned=True))
            kept = judged[0] > sure
            scores, corrections, *points = (values[kept] for values in judged)
            boxes, crops = corrected(crops[kept], corrections), crops[kept]
            if net is self.rnet:
                once = nms(boxes, scores, SAME)
                boxes, scores = boxes[once], scores[once]
        return _faces(boxes, scores, crops, points[0], picture.shape[2:])

    def _proposed(self, picture: Tensor, least_px: float) -> tuple[Tensor, Tensor]:
        """Return the boxes that P-Net proposes, (N, 4), and its scores, (N,)."""
        found = []
        for size in pyramid((picture.shape[2], picture.shape[3]), least_px):
            scores, corrections = self.pnet(F.interpolate(picture, size, mode="area"))
            rows, columns = (scores[0] > SURE[0]).nonzero(as_tuple=True)
            corners = STEP_PX * torch.stack([columns, rows], 1).float()
            scale = corners.new_tensor([picture.shape[3] / size[1], picture.shape[2] / size[0]])
            cells = torch.cat([corners * scale, (corners + CELL_PX) * scale], 1)
            sure = scores[0, rows, columns]
            once = nms(cells, sure, SAME_IN_ONE)
            boxes = corrected(cells, corrections[0, :, rows, columns].T)
            found.append((boxes[once], sure[once]))
        if not found:
            return picture.new_zeros(0, 4), picture.new_zeros(0)
        boxes, scores = (torch.cat(parts) for parts in zip(*found, strict=True))
        once = nms(boxes, scores, SAME)
        return boxes[once], scores[once]


def _read(file: Path, sha256: str) -> dict[str, Tensor]:
    if not file.is_file():
        raise FileNotFoundError(
            f"MTCNN was wanted at {file}; it is not there. SHARED holds `data` and `weights`."
        )
    stored = file.read_bytes()
    found = hashlib.sha256(stored).hexdigest()
    if found != sha256:
        raise ValueError(f"{file}: sha256 {sha256} was wanted, {found} found: replace it.")
    return torch.load(io.BytesIO(stored), weights_only=True)


def pyramid(size: tuple[int, int], least_px: float) -> list[tuple[int, int]]:
    """Return the sizes, height and width, at which P-Net sees faces from `least_px` px on."""
    sizes, scale = [], CELL_PX / least_px
    while scale * min(size) >= CELL_PX:
        sizes.append((max(CELL_PX, round(size[0] * scale)), max(CELL_PX, round(size[1] * scale))))
        scale *= FINER
    return sizes


def corrected(boxes: Tensor, corrections: Tensor) -> Tensor:
    """Move the edges of boxes, (N, 4), by so many parts of their sizes, (N, 4)."""
    return boxes + corrections * (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2)


def squares(boxes: Tensor) -> Tensor:
    """Enlarge boxes, (N, 4), around their middles to squares."""
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).amax(1, keepdim=True) / 2
    return torch.cat([middles - half, middles + half], 1)


def each_once(boxes: Tensor, scores: Tensor, most: float) -> list[int]:
    """Return the numbers of the boxes of different faces, the surest first.

    Unlike in `nms`, the overlap is in parts of the smaller box: one in another is the same face.
    """
    kept: list[int] = []
    for number in scores.argsort(descending=True).tolist():
        box, others = boxes[number], boxes[kept]
        low, high = torch.maximum(box[:2], others[:, :2]), torch.minimum(box[2:], others[:, 2:])
        both = (high - low).clamp(min=0).prod(1)
        areas = torch.minimum((box[2:] - box[:2]).prod(), (others[:, 2:] - others[:, :2]).prod(1))
        if (both <= most * areas).all():
            kept.append(number)
    return kept


def _faces(
    boxes: Tensor, scores: Tensor, crops: Tensor, points: Tensor, size: torch.Size
) -> list[Face]:
    places = crops[:, None, :2] + points.mT * (crops[:, None, 2:] - crops[:, None, :2]) - 0.5
    most = boxes.new_tensor([size[1], size[0], size[1], size[0]])
    within = boxes.clamp(min=0).minimum(most)
    faces = [
        Face(within[n].cpu().numpy(), places[n].cpu().numpy(), float(scores[n]))
        for n in each_once(boxes, scores, SAME)
        if (within[n, 2:] - within[n, :2] >= 1).all()
    ]
    return sorted(faces, key=lambda face: -float(np.prod(face.box[2:] - face.box[:2])))
