"""Bend pictures by thin-plate splines, so that points of one come to lie on points of another.

Convention: points are (x, y) px, pixel centers at whole numbers. A spline leads from a result's
points to those of the picture it is read from: `warp(maps, fit(source, target))` has at `source`
what `maps` have at `target`. Everything is differentiable, and batches are computed at once.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

LEAST_POINTS = 3
SAME = 1e-3  # of the points' spread: source points nearer to each other count as one
FLAT = 1e-8  # smallest variance of points, relative to the largest, that do not lie on one line
RIDGE = 1e-6  # stiffness of doubled points, whose equations would not be independent


@dataclass(frozen=True)
class Spline:
    """A thin-plate spline, a function from points to points.

    `controls`: the points it was fitted from, (B, N, 2) px. `weights`: how far points are moved,
    px: N of the kernels around the controls, then a shift and the two rows of a linear map,
    (B, N + 3, 2). Kernels and linear map take points relative to the controls' mean, in units of
    their spread. All weights zero is the identity.

    Source: Bookstein 1989, "Principal Warps: Thin-Plate Splines and the Decomposition of
    Deformations".
    """

    controls: Tensor
    weights: Tensor

    def __call__(self, points: Tensor) -> Tensor:
        """Map points, (B, M, 2) px, to (B, M, 2)."""
        with torch.autocast(points.device.type, enabled=False):
            middle, spread = _frame(self.controls)
            at, around = ((each - middle) / spread for each in (points, self.controls))
            return points + _terms(at, around) @ self.weights


def fit(source: Tensor, target: Tensor, stiffness: float = 0.0) -> Spline:
    """Fit the spline of least bending that maps `source` to `target`, both (B, N, 2) px.

    `stiffness`: 0 maps every source point onto its target; the more, the nearer the spline is to
    the affine map of least squares. It means the same at all sizes: 0.1 is much for 68 points.
    Source points that coincide, or nearly (0.001 of the spread), are mapped onto the mean of
    their targets. The equations are solved in float64; the spline has the points' own type.

    Raises: ValueError: shapes differ, or points are not finite, fewer than three, or on one line.
    Source: Bookstein 1989; Wahba 1990, "Spline Models for Observational Data", section 2.4.
    """
    if source.shape != target.shape or source.ndim != 3 or source.shape[2] != 2:
        raise ValueError(
            "Source and target points of one shape (B, N, 2) were wanted; "
            f"{tuple(source.shape)} and {tuple(target.shape)} were given."
        )
    if source.shape[1] < LEAST_POINTS:
        raise ValueError(
            f"A spline needs at least {LEAST_POINTS} points; {source.shape[1]} were given."
        )
    with torch.autocast(source.device.type, enabled=False):
        weights = _solved(source.double(), target.double(), stiffness)
    return Spline(source, weights.to(source.dtype))


def scaled(spline: Spline, scale: float) -> Spline:
    """Return the same bending for pictures `scale` times as large, 0.25 for maps at a quarter."""
    return Spline((spline.controls + 0.5) * scale - 0.5, spline.weights * scale)


def warp(
    maps: Tensor, spline: Spline, size: tuple[int, int] | None = None, *, every: int = 8
) -> Tensor:
    """Read maps, (B, C, H, W), where a spline leads: result[p] = maps[spline(p)], bilinear.

    Beyond the maps their edges repeat. Maps or spline may be a single one for a whole batch.
    `size`: (height, width) of the result; the maps' own where it is None.
    `every`: px between the points at which the spline is evaluated; 1 is exact. Between them it is
    interpolated by cubics: at 8 px less than 0.05 px off in a face of 150 px and more whose
    neighboring parts move together by up to 4 px, but more where close controls are pulled apart;
    4 is five times as near.
    """
    h, w = maps.shape[2:]
    with torch.autocast(maps.device.type, enabled=False):
        places = _places(spline, size or (h, w), every)
        grid = (2 * places + 1) / places.new_tensor([w, h]) - 1
        count = max(len(maps), len(grid))
        seen = F.grid_sample(
            maps.to(grid.dtype).expand(count, -1, -1, -1), grid.expand(count, -1, -1, -1),
            mode="bilinear", padding_mode="border", align_corners=False,
        )  # fmt: skip
    return seen.to(maps.dtype)


def _solved(source: Tensor, target: Tensor, stiffness: float) -> Tensor:
    """Return a spline's weights, (B, N + 3, 2)."""
    middle, spread = _frame(source)
    at = (source - middle) / spread
    low, high = torch.linalg.eigvalsh(at.mT @ at).unbind(1)
    if not bool((low > FLAT * high).all()):
        raise ValueError(
            "A spline needs finite points that do not all lie on one line or in one place; "
            "leave this face out."
        )
    same = (_squared(at, at) < SAME**2).to(at)
    group = same.sum(2, keepdim=True)
    moved = same @ (target - source) / group
    count = at.shape[1]
    bent = _terms(at, at)
    stiff = (stiffness + RIDGE * (group > 1)).to(at) * torch.eye(count).to(at)
    linear = bent[..., count:]
    above = torch.cat([bent[..., :count] + stiff, linear], 2)
    below = torch.cat([linear.mT, linear.new_zeros(len(at), 3, 3)], 2)
    return torch.linalg.solve(torch.cat([above, below], 1), F.pad(moved, (0, 0, 0, 3)))


def _frame(controls: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean of points, (B, 1, 2), and how far they are from it, (B, 1, 1)."""
    middle = controls.mean(1, keepdim=True)
    squared = (controls - middle).square().sum(2).mean(1)
    return middle, squared.clamp_min(1e-12).sqrt()[:, None, None]


def _terms(points: Tensor, around: Tensor) -> Tensor:
    """Return what weights are multiplied by, (B, M, N + 3): kernels r² log r², then 1, x, y."""
    squared = _squared(points, around)
    least = torch.finfo(squared.dtype).tiny  # the logarithm's gradient stays finite at controls
    kernels = squared * squared.clamp_min(least).log()
    ones = torch.ones_like(points[..., :1])
    return torch.cat([kernels, *(each.expand(len(kernels), -1, -1) for each in (ones, points))], 2)


def _squared(points: Tensor, others: Tensor) -> Tensor:
    """Return squared distances, (B, M, N), without the loss of digits of their expansion."""
    x, y = (points[:, :, None, i] - others[:, None, :, i] for i in (0, 1))
    return x * x + y * y


def _places(spline: Spline, size: tuple[int, int], every: int) -> Tensor:
    """Return where a spline leads from each pixel of a (height, width), (B, H, W, 2) px."""
    like = spline.controls
    (rows, y), (columns, x) = (_knots(length, every, like) for length in size)
    knots = torch.stack(torch.meshgrid(x, y, indexing="xy"), 2)
    at = knots.reshape(1, -1, 2).expand(len(like), -1, -1)
    coarse = spline(at).reshape(len(like), *knots.shape)
    return coarse if every == 1 else torch.einsum("yi,bijc,xj->byxc", rows, coarse, columns)


def _knots(length: int, every: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Return how pixels of one side are interpolated, (length, K), and where the K knots are, px.

    Source: Keys 1981, "Cubic Convolution Interpolation for Digital Image Processing".
    """
    pixels = torch.arange(length, dtype=like.dtype, device=like.device)
    if every == 1:
        return torch.eye(length).to(like), pixels
    knots = torch.arange(-1, (length - 1) // every + 3, dtype=like.dtype, device=like.device)
    t = (pixels[:, None] / every - knots).abs()
    near = (1.5 * t - 2.5) * t * t + 1
    far = ((-0.5 * t + 2.5) * t - 4) * t + 2
    return torch.where(t < 1, near, torch.where(t < 2, far, 0)), knots * every
