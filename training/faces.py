"""Labelled faces and people as one kind of sample, and how they are varied for training."""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

MEAN, STD = (torch.tensor(v)[:, None, None] for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
PERSON = 254  # a person's pixel whose part is unknown
UNKNOWN = 255  # outside every picture: no loss
CELEBA = np.array([0, 2, 2, 11, 5, 6, 3, 4, 1, 1, 8, 7, 7, 9, 10, 1, 1, 1, 1], np.uint8)
NINE = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 1], np.uint8)
FLIPPED = np.arange(256, dtype=np.uint8)
FLIPPED[[3, 4, 5, 6]] = [4, 3, 6, 5]


@dataclass(frozen=True)
class Sample:
    """One photo with labels (twelve classes, PERSON or UNKNOWN), held in memory.

    `face`: center x, y and height of its face in px, or None. `weight`: how often it is drawn, relative to others. `whole`: the
    share of draws that show the whole photo instead of the face.
    """

    photo: np.ndarray
    labels: np.ndarray
    face: tuple[float, float, float] | None
    weight: float
    whole: float


def nine_truth(mask: np.ndarray) -> np.ndarray:
    """Return CelebAMask-HQ's nineteen indices as EasyPortrait's nine."""
    return NINE[CELEBA[mask]]


def load_samples(data: Path, teacher: nn.Module) -> list[Sample]:
    """Load every labelled picture under `data`; the teacher (our own parser) marks the parts of faces in the wild."""
    samples = []
    for file in sorted((data / "face_parsing/images").iterdir()):
        labels = CELEBA[cv2.imread(str(data / "face_parsing/masks" / f"{file.stem}.png"), cv2.IMREAD_GRAYSCALE)]
        samples.append(Sample(_read(file), labels, (256, 290, 330), 1.0, 0.1))
    landmarks = json.loads((data / "portraits_in_the_wild/landmarks49.json").read_text())
    for file in sorted((data / "portraits_in_the_wild/images").iterdir()):
        photo = _read(file)
        mask = cv2.imread(str(data / "portraits_in_the_wild/masks" / f"{file.stem}.png"), cv2.IMREAD_GRAYSCALE)
        points = np.array(landmarks.get(file.name, landmarks.get(file.stem, [])), np.float32).reshape(-1, 2)
        labels = np.where(mask > 127, PERSON, 0).astype(np.uint8)
        face = None
        if len(points) == 49:
            face, labels = _teach(teacher, photo, labels, points)
        samples.append(Sample(photo, labels, face, 1.2, 0.55))
    for file in sorted((data / "people/images").iterdir()):
        mask = cv2.imread(str(data / "people/masks" / f"{file.stem}.png"), cv2.IMREAD_GRAYSCALE)
        samples.append(Sample(_read(file), np.where(mask > 127, PERSON, 0).astype(np.uint8), None, 0.4, 1.0))
    return samples


def _read(file: Path) -> np.ndarray:
    return np.ascontiguousarray(cv2.imread(str(file))[:, :, ::-1])


@torch.inference_mode()
def _teach(teacher: nn.Module, photo: np.ndarray, labels: np.ndarray, points: np.ndarray) -> tuple[tuple[float, float, float], np.ndarray]:
    """Return the face's place and labels in which what the teacher is sure of (a look at the aligned face) is filled in."""
    device = next(teacher.parameters()).device
    eyes = points[19:31].reshape(2, 6, 2).mean(1)
    eyes = eyes[np.argsort(eyes[:, 0])]
    mouth = points[31:].mean(0)
    down, across = mouth - eyes.mean(0), eyes[1] - eyes[0]
    height = max(np.linalg.norm(down) * 2.6, np.linalg.norm(across) * 2.4)
    angle = np.arctan2(across[1], across[0])
    center = eyes.mean(0) + 0.35 * down
    k = 165 / height  # an aligned face is 330 of 512 px high
    c, s = np.cos(-angle) * k, np.sin(-angle) * k
    matrix = np.array([[c, -s, 128 - c * center[0] + s * center[1]], [s, c, 140 - s * center[0] - c * center[1]]], np.float32)
    crop = cv2.warpAffine(photo, matrix, (256, 256), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    x = torch.from_numpy(crop).permute(2, 0, 1)[None].float().to(device) / 255
    x = (x - MEAN.to(device)) / STD.to(device)
    p, q = teacher(torch.cat([x, x.flip(3)])).softmax(1)
    p = (p + q.flip(2)[[0, 1, 2, 4, 3, 6, 5, 7, 8, 9, 10, 11]]) / 2
    person = p[[1, 9, 10, 11]].sum(0, keepdim=True)
    sure, part = torch.cat([p[:1], person, p[2:9]]).max(0)
    part = part.to(torch.uint8).cpu().numpy()
    part[(sure < 0.6).cpu().numpy()] = PERSON
    part[part == 1] = PERSON  # hair, headwear, clothes: the teacher does not tell them apart
    back = cv2.invertAffineTransform(matrix)
    size = photo.shape[1::-1]
    placed = cv2.warpAffine(part, back, size, flags=cv2.INTER_NEAREST, borderValue=PERSON)
    filled = np.where((labels == PERSON) & (placed > 1), placed, labels)
    return (float(center[0]), float(center[1]), float(height)), filled.astype(np.uint8)


def augmented(sample: Sample, backgrounds: list[Path], side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a varied (side, side, 3) uint8 photo and its (side, side) labels: scale, place, tilt, flip, light, damage."""
    photo, labels = sample.photo, sample.labels
    h, w = labels.shape
    if sample.face and rng.random() > sample.whole:
        x, y, size = sample.face
        close = rng.random() < 0.6
        share = rng.uniform(0.45, 0.95) if close else np.exp(rng.uniform(np.log(0.1), np.log(0.5)))
        k = share * side / size
        # The face may stand anywhere it still fits; a close one stays near the middle.
        room = side * (0.12 if close else max(0.05, 0.45 - share / 2))
        target = side / 2 + rng.uniform(-room, room, 2)
    else:
        k = side / max(h, w) * np.exp(rng.uniform(np.log(0.85), np.log(1.9)))
        # Of a photo larger than the view any part may be seen; a smaller one stands near the middle.
        x, y = (v / 2 + rng.uniform(-0.5, 0.5) * max(0.1 * v, v - side / k) for v in (w, h))
        target = np.full(2, side / 2)
    angle = np.deg2rad(rng.normal(0, 14))
    c, s = np.cos(angle) * k, np.sin(angle) * k
    matrix = np.array([[c, -s, target[0] - c * x + s * y], [s, c, target[1] - s * x - c * y]], np.float32)
    if k < 0.6:
        photo = cv2.GaussianBlur(photo, (0, 0), 0.35 / k)
    out = cv2.warpAffine(photo, matrix, (side, side), flags=cv2.INTER_LINEAR)
    marks = cv2.warpAffine(labels, matrix, (side, side), flags=cv2.INTER_NEAREST, borderValue=UNKNOWN)
    out, marks = _composited(out, marks, backgrounds, rng)
    if rng.random() < 0.5:
        out, marks = out[:, ::-1], FLIPPED[marks[:, ::-1]]
    return _damaged(_lit(out, rng), rng), np.ascontiguousarray(marks)


def _composited(photo: np.ndarray, marks: np.ndarray, backgrounds: list[Path], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Put a landscape where nothing is known, and now and then behind the whole person."""
    outside = marks == UNKNOWN
    swap = rng.random() < 0.25
    if not (swap or outside.any()):
        return photo, marks
    side = len(marks)
    scene = cv2.imread(str(backgrounds[rng.integers(len(backgrounds))]))[:, :, ::-1]
    if rng.random() < 0.5:
        cut = rng.integers(96, 256)
        y, x = rng.integers(0, 256 - cut + 1, 2)
        scene = scene[y : y + cut, x : x + cut]
    scene = cv2.resize(scene, (side, side), interpolation=cv2.INTER_LINEAR)
    hidden = outside | (marks == 0) if swap else outside
    alpha = cv2.GaussianBlur(hidden.astype(np.float32), (0, 0), 1.0)[..., None] if swap else hidden[..., None].astype(np.float32)
    return (photo * (1 - alpha) + scene * alpha).astype(np.uint8), np.where(outside, 0, marks).astype(np.uint8)


def _lit(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Vary gamma, contrast, color cast and saturation."""
    x = photo.astype(np.float32) / 255
    x = x ** np.exp(rng.normal(0, 0.3))
    x = (x - 0.5) * np.exp(rng.normal(0, 0.2)) + 0.5 + rng.normal(0, 0.06)
    x = x * np.exp(rng.normal(0, 0.08, 3)).astype(np.float32)
    gray = x.mean(2, keepdims=True)
    saturation = 0.0 if rng.random() < 0.12 else np.exp(rng.normal(0, 0.3))
    return (np.clip(gray + (x - gray) * saturation, 0, 1) * 255).astype(np.uint8)


def _damaged(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blur, add noise, shrink or JPEG-compress some of the pictures."""
    side = len(photo)
    if rng.random() < 0.25:
        photo = cv2.GaussianBlur(photo, (0, 0), rng.uniform(0.4, 2.2))
    if rng.random() < 0.15:
        k = rng.uniform(0.25, 0.7)
        photo = cv2.resize(cv2.resize(photo, None, fx=k, fy=k, interpolation=cv2.INTER_AREA), (side, side))
    if rng.random() < 0.25:
        photo = np.clip(photo + rng.normal(0, rng.uniform(2, 16), photo.shape), 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        _, packed = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(15, 90))])
        photo = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return np.ascontiguousarray(photo)
