"""What the eye minds in painted portraits, and features do not: contours, tinted grain, odd eyes.

Each was seen in styles that were trained without it: rings around dark and plain places, violet
specks on yellow skin, green irises of people who have brown ones.
"""

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from training.fast_losses import finest

# Colors are compared from one cell to the next, px: islands with soft shores need the larger ones.
CELLS_PX = (8, 24)
GAIN, STEP = 1.5, 0.03  # what a painting may make of a photo's steps, and what it may add
PLAIN = 0.08  # a photo's step between cells, in [-1, 1]: plain is what has less
TINT_PX = 5  # finer tints are grain
EYES = (range(36, 42), range(42, 48))
EYE_WIDTH, EYE_HEIGHT = 0.5, 0.3  # half axes of an eye's ellipse, in its widths


def contours(out: Tensor, photos: Tensor) -> Tensor:
    """Measure steps of color in painted pictures, (B, 3, H, W), where their photos are plain.

    A network makes a step of what is a slow change: a wall gets rings, a dark coat islands.
    """
    total = out.new_zeros(())
    for px in CELLS_PX:
        cells, wanted = (F.avg_pool2d(each, px) for each in (out, photos))
        for axis in (2, 3):
            found, known = (_steps(each, axis) for each in (cells, wanted))
            plain = torch.exp(-((known / PLAIN) ** 2))
            total = total + (plain * F.relu(found - GAIN * known - STEP).square()).mean()
    return total


def _steps(cells: Tensor, axis: int) -> Tensor:
    return cells.diff(dim=axis).square().sum(1).add(1e-8).sqrt()


def tinted_grain(out: Tensor) -> Tensor:
    """Measure how much hue and saturation change within some 5 px of painted pictures."""
    return finest(tints(out), TINT_PX).square().mean()


def eye_colors(out: Tensor, photos: Tensor, points: Tensor) -> Tensor:
    """Compare the tints of painted eyes with those of the photos', whose points are (B, 68, 2)."""
    eyes = eye_masks(points, (out.shape[2], out.shape[3]))
    apart = (tints(out) - tints(photos)).square().sum(1, keepdim=True)
    return (eyes * apart).sum() / eyes.sum().clamp(min=1.0)


def eye_masks(points: Tensor, size: tuple[int, int]) -> Tensor:
    """Draw both eyes, lids included, as soft ellipses, (B, 1, H, W) in [0, 1]."""
    h, w = size
    y = torch.arange(h, device=points.device)[:, None]
    x = torch.arange(w, device=points.device)
    found = points.new_zeros((len(points), h, w))
    for eye in EYES:
        at = points[:, list(eye)]
        middle = at.mean(1)[:, :, None, None]
        across = at[:, 3] - at[:, 0]
        width = across.norm(dim=1).clamp(min=1.0)[:, None, None]
        c, s = (across[:, i, None, None] / width for i in (0, 1))
        dx, dy = x - middle[:, 0], y - middle[:, 1]
        u = (c * dx + s * dy) / (EYE_WIDTH * width)
        v = (c * dy - s * dx) / (EYE_HEIGHT * width)
        found = torch.maximum(found, torch.sigmoid(6 * (1.1 - (u * u + v * v).sqrt())))
    return found[:, None]


def tints(pictures: Tensor) -> Tensor:
    """Return two opponent colors of pictures, (B, 3, H, W): red - green, yellow - blue."""
    r, g, b = pictures.split(1, 1)
    return torch.cat([r - g, (r + g) / 2 - b], 1)
