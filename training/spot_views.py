"""What the small detector of faces learns from: pieces of photos, laid on one another."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Pixels
from training.damage import damaged
from training.found_faces import SURE, FacesOf, oftener
from training.samples import read_pixels

SIDE = 320  # px of a view
FACES_PX = (9.0, 110.0)  # heights, drawn by their logarithm
INSETS, INSET_PX = 20, (40, 161)  # photos, at most, that are laid on another; their sides
ANYWHERE = 0.3  # of what is shown of photos, the share that is not where a face is
BLURRED, BLUR = 0.35, 0.10  # share of photos out of focus; standard deviation, of a face's height

Faces = NDArray[np.float32]  # (N, 10): score, height, and x, y of four points, px


@dataclass(frozen=True)
class View:
    """A picture, (SIDE, SIDE, 3), and its faces."""

    photo: Pixels
    faces: Faces


def piece(
    source: FacesOf, size: tuple[int, int], rng: np.random.Generator, *, fills: bool = False
) -> View:
    """Cut a piece of at most `size` (height, width) from a photo, often at a face.

    The photo is enlarged or reduced; `fills`: as much as the whole size needs.
    """
    photo, faces = read_pixels(source.file), source.faces
    height = float(np.exp(rng.uniform(*np.log(FACES_PX))))
    sure = faces[faces[:, 0] >= SURE]
    often = oftener(sure)
    face = sure[rng.choice(len(sure), p=often / often.sum())] if len(sure) else None
    scale = height / face[1] if face is not None else np.exp(rng.uniform(-1, 0.7))
    least = (max(size) + 1 if fills else 32) / min(photo.shape[:2])
    scale = float(np.clip(scale, least, max(least, 4.0)))
    shown = np.minimum(np.array(size), np.array(photo.shape[:2]) * scale).astype(int)
    room = np.array(photo.shape[:2]) * scale - shown
    if face is not None and rng.random() > ANYWHERE:
        middle = face[2:].reshape(4, 2).mean(0)[::-1] * scale
        corner = middle - rng.uniform(0.1, 0.9, 2) * shown
    else:
        corner = rng.uniform(0, 1, 2) * room
    y, x = np.clip(corner, 0, np.maximum(room, 0))
    matrix = np.array([[scale, 0, scale / 2 - 0.5 - x], [0, scale, scale / 2 - 0.5 - y]])
    small = _shrunk(photo, matrix, scale, (int(shown[1]), int(shown[0])))
    mine = faces.copy()
    mine[:, 1] *= scale
    mine[:, 2:] = mine[:, 2:] * scale + np.tile(matrix[:, 2], 4).astype(np.float32)
    if rng.random() < BLURRED:
        typical = height if face is not None else 30.0
        small = cv2.GaussianBlur(small, (0, 0), max(0.3, rng.uniform(0.2, 1) * BLUR * typical))
    if rng.random() < 0.5:
        small, mine = _mirrored(small, mine)
    return View(small, mine)


def _shrunk(photo: Pixels, matrix: np.ndarray, scale: float, size: tuple[int, int]) -> Pixels:
    """Warp a photo to `size` (width, height); shrink it by area before, against aliasing."""
    if scale < 0.6:
        whole = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
        k = np.array(whole) / photo.shape[1::-1] / scale  # rounding makes it not quite `scale`
        photo = cv2.resize(photo, whole, interpolation=cv2.INTER_AREA)
        shift = matrix[:, 2] - (scale / 2 - 0.5)
        matrix = np.array([[1 / k[0], 0, shift[0]], [0, 1 / k[1], shift[1]]])
    return cv2.warpAffine(
        photo, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _mirrored(photo: Pixels, faces: Faces) -> tuple[Pixels, Faces]:
    points = faces[:, 2:].reshape(-1, 4, 2)[:, [1, 0, 3, 2]]
    points[..., 0] = photo.shape[1] - 1 - points[..., 0]
    return photo[:, ::-1], np.concatenate([faces[:, :2], points.reshape(-1, 8)], 1)


def composed(sources: list[FacesOf], weights: NDArray, rng: np.random.Generator) -> View:
    """Lay pieces of photos on another one, as faces of many sizes in one view."""

    def any_source() -> FacesOf:
        return sources[rng.choice(len(sources), p=weights)]

    ground = piece(any_source(), (SIDE, SIDE), rng, fills=True)
    canvas, kept = np.ascontiguousarray(ground.photo), ground.faces
    taken: list[tuple[int, int, int, int]] = []
    for _ in range(rng.integers(0, INSETS + 1)):
        size = rng.integers(*INSET_PX, 2)
        y, x = rng.integers(0, SIDE - size + 1)
        if any(x < b and a < x + size[1] and y < d and c < y + size[0] for a, b, c, d in taken):
            continue
        inset = piece(any_source(), (int(size[0]), int(size[1])), rng)
        ih, iw = inset.photo.shape[:2]
        taken.append((x, x + iw, y, y + ih))
        canvas[y : y + ih, x : x + iw] = inset.photo
        inside = _overlapping(kept, (x, y, x + iw, y + ih))
        moved = inset.faces.copy()
        moved[:, 2:] += np.tile(np.array([x, y], np.float32), 4)
        moved[:, 0] *= within(moved, (x, y, x + iw, y + ih))
        kept[inside, 0] = 0  # what is covered, wholly or partly, is no face to learn
        kept = np.concatenate([kept, moved])
    return View(damaged(canvas), kept)


def _overlapping(faces: Faces, box: tuple[float, ...]) -> NDArray[np.bool_]:
    """Return which faces' boxes, a third wider than they are, meet a box."""
    middle, room = faces[:, 2:].reshape(-1, 4, 2).mean(1), 0.7 * faces[:, 1]
    return (
        (middle[:, 0] + room > box[0])
        & (middle[:, 0] - room < box[2])
        & (middle[:, 1] + room > box[1])
        & (middle[:, 1] - room < box[3])
    )


def within(faces: Faces, box: tuple[float, ...]) -> NDArray[np.bool_]:
    """Return which faces have all four points in a box (x0, y0, x1, y1)."""
    points = faces[:, 2:].reshape(-1, 4, 2)
    inside = (points >= np.array(box[:2])) & (points <= np.array(box[2:]) - 1)
    return inside.all((1, 2))
