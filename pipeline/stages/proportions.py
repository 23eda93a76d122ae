"""Bend faces toward the proportions of a style, each in its own frame.

A face keeps its own features, its turn and its expression: it is moved by what the style's mean
face differs in from that of photos, and not onto it.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.ops import align, tps
from pipeline.ops.bend import Bending, bent_crop, bent_maps, lattice, moved, unfolded
from pipeline.ops.smooth import smoothstep
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import FaceParse
from pipeline.types import Face, Points

TABLE = Path(__file__).parent / "proportions.npz"  # made by `python -m training.proportions`
EYES, MOUTH = (slice(36, 42), slice(42, 48)), slice(48, 68)
# In distances between the eyes of the mean face: a head's middle and half its width and height; in
# parts of these, where it begins to stay as it is, does so, and where points hold it.
MIDDLE, HALF = (0.0, 0.1), (1.3, 1.85)
FADES, STILL, HELD = 1.0, 1.7, 1.5
HOLDS = 24  # points around a head
EDGE = 0.8  # in distances between the eyes: within it, faces fade toward the picture's border
SMALL = 12.0  # px between the eyes, below which nothing would be seen
CELLS, FINEST, COARSEST = 16.0, 4.0, 32.0  # to a distance between the eyes; of them, px
# How far the tip of the nose lies from the middle of the jaw, in jaw widths: from there on a face
# that turns away is bent less, and from there on not at all.
TURNS, AWAY = 0.28, 0.46

Shape = NDArray[np.float64]  # (68, 2)


def bending_of(
    faces: tuple[Points, ...], size: tuple[int, int], style: str, amount: float
) -> Bending | None:
    """Say how a picture is bent so that its faces come nearer to a style's proportions.

    None where no face is large enough, or turned to us enough.

    `faces`: 68 points of each, (68, 2) px. `size`: the picture's (height, width). `style`: a name
    in the table. `amount`: 1 moves a face by as much as the style's mean face differs from that of
    photos. It is less where the picture would fold.
    """
    known = [points.astype(np.float64) for points in faces if _is_large(points)]
    if not known or not amount:
        return None
    at = lattice(size, float(np.clip(min(map(_apart, known)) / CELLS, FINEST, COARSEST)))
    total, weights = np.zeros_like(at), np.zeros(at.shape[:2], np.float32)
    for points in known:
        strength = amount * _shown(points)
        shifts, near = _shifts(points, at, size, style, strength)
        total += near[..., None] * unfolded(shifts, at)
        weights += near
    # Where two heads meet, each counts by how near it is.
    total /= np.maximum(weights, np.float32(1e-6))[..., None]
    shifts = unfolded(np.asarray(total, np.float32), at)
    return Bending(shifts, size) if shifts.any() else None


def bent_detections(seen: Detections, bending: Bending) -> Detections:
    """Return faces and parse of a picture where they are in the bent one."""
    return replace(  # closer looks at people far away are of the photo as it was
        seen,
        figures=(),
        whole=bent_maps(seen.whole, bending),
        faces=tuple(bent_face(face, bending) for face in seen.faces),
        views=tuple(_bent_view(view, bending) for view in seen.views),
    )


def bent_face(face: Face, bending: Bending) -> Face:
    """Return a face where it is in the bent picture."""
    x0, y0, x1, y1 = face.box
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    sides = np.array([[x0, y], [x, y0], [x1, y], [x, y1]], np.float32)
    (x0, _), (_, y0), (x1, _), (_, y1) = moved(sides, bending).tolist()
    eyes, mouth = moved(face.eyes, bending), moved(face.mouth, bending)
    return replace(face, box=(x0, y0, x1, y1), eyes=eyes, mouth=mouth)


def aim_of(points: Shape, style: str, amount: float) -> Shape:
    """Return where a face's points are moved, (68, 2) px.

    Eyes and mouth move as wholes, turned and scaled alike in all directions, so that irises stay
    round and a smile stays one.
    """
    frame = _frame(points)
    aim = points + amount * _table()[style] @ frame[:, :2].T
    for part in (*EYES, MOUTH):
        aim[part] = mapped(_similarity(points[part], aim[part]), points[part])
    return aim


def _shifts(
    points: Shape, at: Points, size: tuple[int, int], style: str, amount: float
) -> tuple[Points, NDArray[np.float32]]:
    """Return how one face bends the picture, (h, w, 2) px, and how near each place is to it."""
    frame = _frame(points)
    aim = aim_of(points, style, amount)
    own, new = [points], [aim]
    for eye in EYES:  # what is in an eye goes with it
        way = _similarity(points[eye], aim[eye])
        inner = np.vstack([(points[eye] + points[eye].mean(0)) / 2, points[eye].mean(0)[None]])
        own.append(inner)
        new.append(mapped(way, inner))
    turns = np.arange(HOLDS) * (2 * np.pi / HOLDS) + np.pi / HOLDS
    ring = np.stack([np.cos(turns), np.sin(turns)], 1) * HALF * np.array(HELD) + MIDDLE
    held = mapped(frame, ring)
    source, target = np.vstack([*new, held]), np.vstack([*own, held])
    from_head = mapped(align.inverse(frame), at.reshape(-1, 2).astype(np.float64)) - MIDDLE
    near = 1 - smoothstep(np.hypot(*(from_head / HALF).T), FADES, STILL)
    near *= _from_border(at.reshape(-1, 2), at, size, EDGE * _apart(points))
    there = near > 0
    shifts = np.zeros((len(near), 2), np.float32)
    if amount:  # a profile stays, and only keeps what is near it from being bent
        spline = tps.fit(torch.from_numpy(source)[None], torch.from_numpy(target)[None])
        # In full precision: in single, a face and its mirror image differ by hundredths of a px.
        places = at.reshape(-1, 2)[there].astype(np.float64)
        shifts[there] = spline(torch.from_numpy(places)[None])[0].numpy() - places
    shifts *= near[:, None]
    return shifts.reshape(at.shape), np.asarray(near.reshape(at.shape[:2]), np.float32)


def _from_border(
    places: Points, at: Points, size: tuple[int, int], width: float
) -> NDArray[np.float32]:
    """Return 0 at the picture's border and 1 from `width` px on, (N,).

    The outer cells are 0, too, so that cubics between cells are on the border.
    """
    cell = 2 * float(max(at[0, 0]) + 0.5)
    far = np.minimum(places, np.array(size[::-1], np.float32) - 1 - places).min(1)
    return smoothstep(far, 2 * cell, 2 * cell + width)


def _bent_view(view: FaceParse, bending: Bending) -> FaceParse:
    inner = view.inner and _bent_view(view.inner, bending)
    return FaceParse(bent_crop(view.parts, view.matrix, bending), view.matrix, inner)


def _frame(points: Shape) -> align.Matrix:
    """Return the way from the mean face to this one, (2, 3): affine, so that it turns with it."""
    mean = np.column_stack([_table()["mean"], np.ones(68)])
    return np.asarray(np.linalg.lstsq(mean, points, rcond=None)[0].T, np.float64)


def _apart(points: Shape) -> float:
    return float(np.hypot(*(points[EYES[1]].mean(0) - points[EYES[0]].mean(0))))


def _is_large(points: Points) -> bool:
    return bool(np.isfinite(points).all()) and _apart(np.asarray(points, np.float64)) >= SMALL


def _shown(points: Shape) -> float:
    """Return 1 of a face that looks at us, 0 of a profile."""
    upright = mapped(_similarity(points, _table()["mean"]), points)
    left, right = upright[0, 0], upright[16, 0]
    turned = abs(upright[30, 0] - (left + right) / 2) / max(right - left, 1e-6)
    return float(1 - smoothstep(np.array(turned, np.float32), TURNS, AWAY))


def _similarity(points: Shape, target: Shape) -> align.Matrix:
    return align.similarity(points.astype(np.float32), target)


def mapped(matrix: align.Matrix, points: Shape) -> Shape:
    """Map points, (N, 2), by a transform, (2, 3), in full precision."""
    return points @ matrix[:, :2].T + matrix[:, 2]


@cache
def _table() -> dict[str, Shape]:
    """Return the mean face of photos, eyes at (-0.5, 0) and (0.5, 0), and differences from it."""
    with np.load(TABLE) as kept:
        return {name: kept[name].astype(np.float64) for name in kept.files}
