"""Faces brought to one another's landmarks while a style is learned: whole ones, and their parts.

A style's portrait is bent until its 68 points lie on the photo's, or a photo until its lie on the
portrait's; eyes, nose and mouth are cut out of both as patches whose own points agree.

Our own choices, where the paper's text is not at hand: a view's border stays where it is (corners
and middles of its sides are points, too), so that hair and background follow smoothly; splines are
a little stiff, since found points jitter; parts are squares of half a face's height.

Source: arXiv 2211.15549, "Realtime Data-Efficient Portrait Stylization Based On Geometric
Alignment" (global and local modules of thin-plate splines, in pixel and in feature space).
"""

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from pipeline.ops.tps import Spline, fit, scaled, warp
from training.face_descriptor import AIM, FIVE

# Of the splines by which is learned: nearer to an affine map than what hits every point, they
# stretch little, and parts come out nearer to the style.
STIFFNESS = 0.2
PARTS = (
    (*range(17, 22), *range(36, 42)),  # the eye on the left of the picture, with its brow
    (*range(22, 27), *range(42, 48)),
    (*range(27, 36),),
    (*range(48, 68),),
)
# Portraits come so many times as large as they are compared: what is bent is read between pixels,
# would be softer than what is not, and a painter would learn to be soft.
FINER = 2
PART = 0.5  # side of a part's square, in heights of the face


def whole(source: Tensor, target: Tensor, side: int, stiffness: float = STIFFNESS) -> Spline:
    """Fit the spline by which `warp` brings points at `target` to `source`, both (B, 68, 2) px.

    The border of views of `side` px stays where it is.
    """
    ends = source.new_tensor([-0.5, (side - 1) / 2, side - 0.5])
    around = torch.cartesian_prod(ends, ends)
    around = around[[0, 1, 2, 3, 5, 6, 7, 8]].expand(len(source), -1, -1)
    both = (torch.cat([points, around], 1) for points in (source, target))
    return fit(*both, stiffness=stiffness)


def plain(fine: Tensor) -> Tensor:
    """Return portraits, (B, C, k S, k S), at the size at which they are compared, k is `FINER`."""
    return F.avg_pool2d(fine, FINER)


def bent_plain(fine: Tensor, spline: Spline) -> Tensor:
    """Bend portraits, (B, C, k S, k S), by a spline of S px: (B, C, S, S), sharp as unbent ones."""
    return plain(warp(fine, scaled(spline, FINER), every=8 * FINER))


def part_patches(pictures: Tensor, points: Tensor, px: int) -> Tensor:
    """Cut the squares of all parts out of pictures by their points, (B * 4, C, px, px)."""
    corner, size = squares(points)
    return _cut(pictures, fit(_corners(points, px), _placed(corner, size)), px)


def bent_patches(
    pictures: Tensor, points: Tensor, wanted: Tensor, px: int, stiffness: float = STIFFNESS
) -> Tensor:
    """Cut parts out, bent so that their points lie as those of `wanted`, (B, 68, 2), do.

    These are (B * 4, C, px, px), as `part_patches` of a picture with the points `wanted`.
    """
    corner, size = squares(wanted)
    aim = (parts_of(wanted) - corner) / size * px - 0.5
    source = torch.cat([aim, _corners(wanted, px)], 1)
    target = torch.cat([parts_of(points), _placed(*squares(points))], 1)
    return _cut(pictures, fit(source, target, stiffness=stiffness), px)


def parts_of(points: Tensor) -> Tensor:
    """Return the points of each part, (B * 4, 20, 2); the shorter ones repeat their last."""
    longest = max(map(len, PARTS))
    places = [[*part, *[part[-1]] * (longest - len(part))] for part in PARTS]
    return points[:, places].flatten(0, 1)


def squares(points: Tensor) -> tuple[Tensor, Tensor]:
    """Return where the parts' squares begin, (B * 4, 1, 2) px, and their sides, (B * 4, 1, 1)."""
    face = (points.amax(1) - points.amin(1)).amax(1)
    size = (PART * face).repeat_interleave(len(PARTS))[:, None, None]
    found = parts_of(points)
    middle = (found.amax(1, keepdim=True) + found.amin(1, keepdim=True)) / 2
    return middle - size / 2, size


def chip_matrices(points: Tensor) -> Tensor:
    """Fit the similarities that move faces onto dlib's chips, (B, 2, 3), by least squares.

    Source: Umeyama 1991, in the plane, where a similarity is one complex number.
    """
    five, aim = points[:, list(FIVE)], torch.as_tensor(AIM).to(points)
    middle, goal = five.mean(1), aim.mean(0)
    at, to = five - middle[:, None], aim - goal
    size = at.square().sum((1, 2))
    a = (at * to).sum((1, 2)) / size
    b = (at[..., 0] * to[:, 1] - at[..., 1] * to[:, 0]).sum(1) / size
    turn = torch.stack([torch.stack([a, -b], 1), torch.stack([b, a], 1)], 1)
    return torch.cat([turn, (goal - (turn @ middle[..., None])[..., 0])[..., None]], 2)


def _corners(points: Tensor, px: int) -> Tensor:
    """Return a patch's corners, (B * 4, 4, 2) px of it."""
    ends = points.new_tensor([-0.5, px - 0.5])
    return torch.cartesian_prod(ends, ends).expand(len(points) * len(PARTS), -1, -1)


def _placed(corner: Tensor, size: Tensor) -> Tensor:
    """Return the corners of squares in a picture, (B * 4, 4, 2) px."""
    ends = corner.new_tensor([0.0, 1.0])
    return corner + size * torch.cartesian_prod(ends, ends)


def _cut(pictures: Tensor, spline: Spline, px: int) -> Tensor:
    return warp(pictures.repeat_interleave(len(PARTS), 0), spline, (px, px))
