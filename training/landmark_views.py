"""Views of faces with their points: turned, bent, painted, lit, blurred, partly hidden."""

import cv2
import numpy as np
import torch
from torch import Tensor

from pipeline.ops import tps
from pipeline.ops.color import luminance
from pipeline.stages.landmarks import SIDE, mirrored
from pipeline.types import Pixels
from training.landmark_faces import KEPT, KINDS, Faces
from training.likeness_views import damaged

# How often faces of a kind are drawn, and how often the painted one is laid over a face, by how
# much: paintings have paint already.
SHARES = {"landmarks": 0.6, "wild": 0.15, "portraits": 0.11, "taught": 0.14}
PAINTED, PAINT = 0.3, (0.4, 1.0)
TURNED, MOVED, GROWN, SHAPED = 0.1, 0.03, 0.07, 0.05  # radians, sides, logarithm, linear map
BENT, BENDS = 2.2, 5  # px, deviation of a smooth change of shape; how many bends across
STEPS = 4  # of the search for where points go
FLAT, DABS, GRAY, HIDDEN, CLEAN = 0.12, 0.12, 0.12, 0.12, 0.5  # shares of the views
COUNT = (60, 260)  # dabs


def batch_of(faces: Faces, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Draw views, (B, 3, 128, 128) RGB in [0, 1], and their points, (B, 68, 2) px."""
    chosen = drawn(faces, size, rng)
    cut = np.stack([_painted(faces, i, rng) for i in chosen])
    maps = torch.from_numpy(cut).permute(0, 3, 1, 2).float()
    points = torch.from_numpy(faces.points[chosen])
    spline = bending(size, rng)
    seen = tps.warp(maps, spline, (SIDE, SIDE)).round().clamp(0, 255)
    pixels = seen.byte().permute(0, 2, 3, 1).numpy()
    at = led_back(spline, points).numpy()
    views = []
    for i in range(size):
        view = np.ascontiguousarray(pixels[i])
        if rng.random() < 0.5:
            view, at[i] = np.ascontiguousarray(view[:, ::-1]), mirrored(at[i], SIDE)
        views.append(seen_as(view, rng))
    batch = torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2).float().div(255)
    return batch.contiguous(memory_format=torch.channels_last), torch.from_numpy(at)


def drawn(faces: Faces, size: int, rng: np.random.Generator) -> list[int]:
    """Draw faces by the shares of their kinds."""
    there = [kind for kind in range(len(KINDS)) if (faces.kind == kind).any()]
    shares = np.array([SHARES[KINDS[kind]] for kind in there])
    kinds = rng.choice(there, size, p=shares / shares.sum())
    return [int(rng.choice(np.flatnonzero(faces.kind == kind))) for kind in kinds]


def bending(size: int, rng: np.random.Generator) -> tps.Spline:
    """Draw ways from views, 128 px, to crops, 192 px: around their middle, then bent."""
    middle = (SIDE - 1) / 2
    ends = np.linspace(-0.1 * SIDE, 1.1 * SIDE, BENDS)
    grid = np.stack(np.meshgrid(ends, ends), 2).reshape(-1, 2)
    target = np.empty((size, len(grid), 2))
    for i in range(size):
        turn, grow = rng.normal(0, TURNED), np.exp(rng.normal(0, GROWN))
        c, s = np.cos(turn), np.sin(turn)
        linear = grow * np.array([[c, -s], [s, c]]) @ (np.eye(2) + rng.normal(0, SHAPED, (2, 2)))
        moved = (KEPT - 1) / 2 + rng.normal(0, MOVED * SIDE, 2)
        target[i] = (grid - middle) @ linear + moved + rng.normal(0, BENT, grid.shape)
    source = torch.from_numpy(grid).float().expand(size, -1, -1)
    return tps.fit(source, torch.from_numpy(target).float())


def led_back(spline: tps.Spline, points: Tensor) -> Tensor:
    """Find where a spline leads to points, (B, N, 2) px, from: where they are in what it warps.

    NaN stays NaN. Newton's method, with the affine part for a derivative.
    """
    size = len(points)
    origin = torch.zeros(size, 3, 2)
    origin[:, 1, 0] = origin[:, 2, 1] = SIDE
    zero, x, y = (spline(origin)[:, i : i + 1] for i in range(3))
    back = torch.linalg.inv(torch.cat([x - zero, y - zero], 1) / SIDE)
    at = (points - zero) @ back
    for _ in range(STEPS):
        at = at - (spline(at) - points) @ back
    return at


def seen_as(view: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a view, (S, S, 3), as painters, lamps, lenses and files change it."""
    draw = rng.random(5)
    if draw[0] < FLAT:
        view = cv2.bilateralFilter(view, 7, float(rng.uniform(20, 90)), float(rng.uniform(2, 5)))
    if draw[1] < DABS:
        view = dabbed(view, int(rng.integers(*COUNT)), rng)
    view = view if draw[4] < CLEAN else damaged(view, rng)
    if draw[2] < GRAY:
        view = np.repeat(luminance(view)[..., None], 3, 2)
    return hidden(view, rng) if draw[3] < HIDDEN else view


def dabbed(view: Pixels, count: int, rng: np.random.Generator) -> Pixels:
    """Lay strokes of the picture's own colors over it, along its edges, each (S, S, 3)."""
    side = view.shape[0]
    smooth = cv2.GaussianBlur(view, (0, 0), 1.5)
    light = cv2.GaussianBlur(luminance(smooth), (0, 0), 2).astype(np.float32)
    dx, dy = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    out = view.copy()
    long, wide = rng.uniform(2, 6), int(rng.integers(1, 4))
    for x, y in rng.integers(0, side, (count, 2)).tolist():
        along = np.arctan2(dx[y, x], -dy[y, x]) + rng.normal(0, 0.2)
        step = np.array([np.cos(along), np.sin(along)]) * long
        ends = np.round([np.array([x, y]) - step, np.array([x, y]) + step]).astype(int).tolist()
        color = (smooth[y, x].astype(float) + rng.normal(0, 6)).clip(0, 255).tolist()
        cv2.line(out, ends[0], ends[1], color, wide, cv2.LINE_AA)
    return out


def hidden(view: Pixels, rng: np.random.Generator) -> Pixels:
    """Cover a part with one color, as hats, hands and frames do."""
    side = view.shape[0]
    w, h = rng.uniform(0.1, 0.4, 2) * side
    x, y = rng.uniform(-0.1, 1, 2) * side
    corners = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])
    corners = corners + rng.normal(0, 0.05 * side, (4, 2))
    color = view[tuple(rng.integers(0, side, 2))].tolist()
    out = view.copy()
    cv2.fillConvexPoly(out, np.round(corners).astype(np.int32), color)
    return out


def _painted(faces: Faces, i: int, rng: np.random.Generator) -> Pixels:
    if KINDS[faces.kind[i]] == "portraits" or rng.random() >= PAINTED:
        return faces.pixels[i]
    share = rng.uniform(*PAINT)
    return np.asarray(
        cv2.addWeighted(faces.pixels[i], 1 - share, faces.painted[i], share, 0), np.uint8
    )
