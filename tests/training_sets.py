"""Tiny data sets that look like the real ones."""

import json
from pathlib import Path

import cv2
import numpy as np

from pipeline.types import Labels, Pixels

RNG = np.random.default_rng(0)


def write_pair(
    images: Path, masks: Path, name: str, mask: Labels, photo: Pixels | None = None
) -> None:
    images.mkdir(parents=True, exist_ok=True)
    masks.mkdir(parents=True, exist_ok=True)
    photo = RNG.integers(0, 256, (*mask.shape, 3), np.uint8) if photo is None else photo
    cv2.imwrite(str(images / f"{name}.jpg"), photo[:, :, ::-1])
    cv2.imwrite(str(masks / f"{name}.png"), mask)


def face_mask(side: int) -> Labels:
    """Return nine classes: a square face with every part, a person around it."""
    mask = np.zeros((side, side), np.uint8)
    k = side // 16
    mask[2 * k :, 3 * k : 13 * k] = 1
    mask[4 * k : 14 * k, 4 * k : 12 * k] = 2
    for part, (y, x, w) in enumerate(
        ((5, 9, 2), (5, 5, 2), (7, 9, 2), (7, 5, 2), (11, 6, 4), (12, 7, 2)), 3
    ):
        mask[y * k : (y + 1) * k, x * k : (x + w) * k] = part
    return mask


def easyportrait(folder: Path, counts: dict[str, int], side: int = 64) -> Path:
    for split, count in counts.items():
        for i in range(count):
            write_pair(
                folder / "images" / split,
                folder / "annotations" / split,
                f"{split}{i}",
                face_mask(side),
            )
    return folder


def points68(side: int) -> np.ndarray:
    """Return iBUG's 68 points of a plain frontal face in a picture of this side."""
    jaw = [(8 + 6 * np.cos(a), 7 + 7 * np.sin(a)) for a in np.linspace(np.pi, 0, 17)]
    brows = [(x, 5.0) for x in (*np.linspace(3, 7, 5), *np.linspace(9, 13, 5))]
    nose = [(8.0, y) for y in np.linspace(6, 9, 4)] + [(x, 9.5) for x in np.linspace(7, 9, 5)]
    eyes = [
        (cx + dx, 6.5 + dy)
        for cx in (5, 11)
        for dx, dy in ((-1, 0), (-0.4, -0.4), (0.4, -0.4), (1, 0), (0.4, 0.4), (-0.4, 0.4))
    ]
    lips = [
        (8 + 2 * np.cos(a), 11.5 + 1.2 * np.sin(a)) for a in np.linspace(np.pi, 3 * np.pi, 13)[:12]
    ]
    mouth = [
        (8 + 1.2 * np.cos(a), 11.5 + 0.6 * np.sin(a)) for a in np.linspace(np.pi, 3 * np.pi, 9)[:8]
    ]
    return np.array(jaw + brows + nose + eyes + lips + mouth, np.float32) * side / 16


def shared(folder: Path, count: int = 2) -> Path:
    """Write every shared set that a training needs."""
    celeba = np.array([0, 17, 1, 6, 7, 4, 5, 12, 10], np.uint8)[face_mask(64)]
    person = np.where(face_mask(64) > 0, 255, 0).astype(np.uint8)
    points, lines = {}, ["image," + ",".join(f"x{i},y{i}" for i in range(68))]
    for i in range(count):
        for kind in ("face_parsing", "face_parsing_test"):
            write_pair(folder / kind / "images", folder / kind / "masks", f"f{i}", celeba)
        for kind in ("portraits_in_the_wild", "portraits_in_the_wild_test", "people"):
            write_pair(folder / kind / "images", folder / kind / "masks", f"w{i}", person)
        points[f"w{i}.jpg"] = np.delete(points68(64)[17:], (43, 47), axis=0).tolist()
        lines.append(f"l{i}.jpg," + ",".join(str(v) for v in points68(64).ravel()))
        for kind in ("landmarks/images", "photos"):
            (folder / kind).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(
                str(folder / kind / f"l{i}.jpg"), RNG.integers(0, 256, (64, 64, 3), np.uint8)
            )
    (folder / "portraits_in_the_wild/landmarks49.json").write_text(json.dumps(points))
    (folder / "landmarks/landmarks68.csv").write_text("\n".join(lines) + "\n")
    return folder
