"""OpenFace's descriptor nn4.small2: faces of 96 px as points on the unit sphere.

Its weights are published (Apache-2.0) and not here: `openface.pth` of thnkim/OpenFacePytorch, a
conversion of the authors' `nn4.small2.v1.t7`. Layers bear the names that the keys of that file
have, which are the numbers of the authors' layers.

Source: Amos et al. 2016, "OpenFace: A general-purpose face recognition library with mobile
applications"; Schroff et al. 2015, "FaceNet" (its NN4, of which this is a smaller form).
"""

from collections import OrderedDict
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

SIDE_PX = 96
# The authors count 3,733,968 parameters, the running means and variances not among them.
PARAMETERS = 3_733_968


class MaxPool(nn.Module):
    """The largest of 3 x 3 values, each second place."""

    def forward(self, x: Tensor) -> Tensor:
        return F.max_pool2d(x, 3, 2)


class PowerPool(nn.Module):
    """The root of the sum of 3 x 3 squares, each third place.

    Where all of them are 0, torch's own has a gradient that is no number.
    """

    def forward(self, x: Tensor) -> Tensor:
        return (9 * F.avg_pool2d(x.square(), 3, 3) + 1e-12).sqrt()


class Inception(nn.Module):
    """Branches side by side, their maps centered on the largest ones', and joined.

    `wide`: of each convolution of 3 x 3, of 5 x 5, … its maps before and after. `pooled`: maps
    after the pool, None: all of them, as they are; `narrow`: of a convolution of 1 x 1, None:
    there is none.
    """

    def __init__(
        self,
        maps: int,
        wide: tuple[tuple[int, int], ...],
        pool: nn.Module,
        pooled: int | None,
        narrow: int | None,
        stride: int = 1,
    ) -> None:
        super().__init__()
        branches = [
            _steps(*_convolved(maps, before, 1), *_convolved(before, after, kernel, stride))
            for (before, after), kernel in zip(wide, (3, 5), strict=False)
        ]
        branches.append(_steps(("pool", pool), *(_convolved(maps, pooled, 1) if pooled else ())))
        if narrow:
            branches.append(_steps(*_convolved(maps, narrow, 1)))
        self.seq_list = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        made = [branch(x) for branch in self.seq_list]
        side = max(maps.shape[3] for maps in made)
        return torch.cat([_centered(maps, side) for maps in made], 1)


def _convolved(
    before: int, after: int, kernel: int, stride: int = 1
) -> tuple[tuple[str, nn.Module], ...]:
    convolution = nn.Conv2d(before, after, kernel, stride, kernel // 2)
    return ("conv", convolution), ("bn", nn.BatchNorm2d(after)), ("relu", nn.ReLU())


def _steps(*layers: tuple[str, nn.Module]) -> nn.Sequential:
    """Join layers, named by their number, from 1 on, and kind."""
    return nn.Sequential(OrderedDict((f"{n}_{kind}", x) for n, (kind, x) in enumerate(layers, 1)))


def _centered(maps: Tensor, side: int) -> Tensor:
    """Surround square maps by zeros; an odd one is right and below."""
    lack = side - maps.shape[3]
    before, after = lack // 2, lack - lack // 2
    return F.pad(maps, (before, after, before, after))


class OpenFace(nn.Module):
    """Describe faces: pictures, (B, 3, 96, 96) RGB in [0, 1], to unit vectors, (B, 128)."""

    def __init__(self) -> None:
        super().__init__()
        self.layer1, self.layer2 = nn.Conv2d(3, 64, 7, 2, 3), nn.BatchNorm2d(64)
        self.layer6, self.layer7 = nn.Conv2d(64, 64, 1), nn.BatchNorm2d(64)
        self.layer9, self.layer10 = nn.Conv2d(64, 192, 3, 1, 1), nn.BatchNorm2d(192)
        # Inception 3a, 3b, 3c, 4a, 4e, 5a, 5b.
        self.layer14 = Inception(192, ((96, 128), (16, 32)), MaxPool(), 32, 64)
        self.layer15 = Inception(256, ((96, 128), (32, 64)), PowerPool(), 64, 64)
        self.layer16 = Inception(320, ((128, 256), (32, 64)), MaxPool(), None, None, stride=2)
        self.layer17 = Inception(640, ((96, 192), (32, 64)), PowerPool(), 128, 256)
        self.layer18 = Inception(640, ((160, 256), (64, 128)), MaxPool(), None, None, stride=2)
        self.layer19 = Inception(1024, ((96, 384),), PowerPool(), 96, 256)
        self.layer21 = Inception(736, ((96, 384),), MaxPool(), 96, 256)
        self.layer25 = nn.Linear(736, 128)

    def forward(self, faces: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.layer2(self.layer1(faces))), 3, 2, 1)
        x = F.relu(self.layer7(self.layer6(_evened(x))))
        x = _evened(F.relu(self.layer10(self.layer9(x))))
        x = F.max_pool2d(x, 3, 2, 1)
        x = self.layer17(self.layer16(self.layer15(self.layer14(x))))
        x = self.layer21(self.layer19(self.layer18(x)))
        return F.normalize(self.layer25(x.mean((2, 3))))


def _evened(x: Tensor) -> Tensor:
    """Divide each map by a power of its neighbors' squares: local response normalization."""
    return F.local_response_norm(x, 5, 1e-4, 0.75, 1.0)


def load_openface(file: Path) -> OpenFace:
    """Read the published weights into a network that only describes.

    Raises: FileNotFoundError, ValueError: the file is missing, or holds other weights.
    """
    if not file.is_file():
        raise FileNotFoundError(
            f"OpenFace's weights were wanted at {file}; they are not there. They are published as "
            "`openface.pth` by thnkim/OpenFacePytorch."
        )
    network = OpenFace()
    try:
        network.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    except RuntimeError as error:
        raise ValueError(
            f"{file}: the weights of nn4.small2 were wanted (layer1.weight … layer25.bias); it "
            f"holds others: {error}"
        ) from error
    return network.eval().requires_grad_(False)
