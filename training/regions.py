"""What a person may want of a photo: a face, hair, a head, somebody whole, one part. Cut out of the shared masks."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import nn

from pipeline.types import Labels
from training.faces import CELEBA_FACE, pairs_of, person_labels, wild_points
from training.labels import CELEBA, PERSON
from training.samples import Sample, read_mask, read_pixels
from training.taught import taught, upright

Region = NDArray[np.bool_]  # (H, W)

# The parser's twelve classes, and what CelebAMask-HQ knows besides. A view's second person counts from PEOPLE on, and so on.
EAR, NECK, CLOTH, SOMETHING, PEOPLE = 12, 13, 14, 15, 32
CODES = CELEBA.copy()
CODES[[8, 9, 15]], CODES[[16, 17]], CODES[18] = EAR, NECK, CLOTH

PARTS: dict[str, tuple[int, ...]] = {
    "face": (2, 3, 4, 5, 6, 7, 8, 11),
    "hair": (9,),
    "head": (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, EAR),
    "person": tuple(range(1, SOMETHING + 1)),
    "brow": (3, 4),
    "eye": (5, 6),
    "mouth": (7, 8),
    "hat": (10,),
    "glasses": (11,),
    "ear": (EAR,),
    "neck": (NECK,),
    "cloth": (CLOTH,),
}
SHARES = {"face": 0.3, "hair": 0.12, "head": 0.15, "person": 0.28}  # how often each is wanted; the single parts share the rest
SINGLE = ("brow", "eye", "ear")  # of two, one is wanted
LEAST = 24  # px of the view that a region must have


def load(data: Path, teacher: nn.Module | None, memory: Path) -> tuple[list[Sample], NDArray[np.float64]]:
    """Return the training samples, labelled with CODES, and how often each is drawn relative to the others."""
    samples, weights = [], []
    for photo, mask in pairs_of(data, "face_parsing"):
        samples.append(Sample(read_pixels(photo), CODES[read_mask(mask)], CELEBA_FACE, 0.25))
        weights.append(1.0)
    points = wild_points(data / "portraits_in_the_wild/landmarks49.json")
    for photo, mask in pairs_of(data, "portraits_in_the_wild"):
        pixels, labels, face = read_pixels(photo), person_labels(mask), None
        if photo.stem in points:
            face, matrix = upright(points[photo.stem])
            labels = taught(teacher, pixels, labels, matrix, memory / f"{photo.stem}.png")
        samples.append(Sample(pixels, _coded(labels), face, 0.6))
        weights.append(1.0)
    for photo, mask in pairs_of(data, "people"):
        samples.append(Sample(read_pixels(photo), _coded(person_labels(mask)), None, 1.0))
        weights.append(0.7)
    return samples, np.array(weights)


def _coded(labels: Labels) -> Labels:
    return np.where(labels == PERSON, SOMETHING, labels).astype(np.uint8)


def numbered(sample: Sample, person: int) -> Sample:
    """Return the sample as a view's person 0, 1, …; a view's people stay apart."""
    labels = np.where(sample.labels > 0, sample.labels + PEOPLE * person, 0).astype(np.uint8)
    return Sample(sample.photo, labels, sample.face, sample.whole, sample.solid)


def found(labels: Labels, name: str, person: int) -> Region:
    """Return a person's region in a view's labels; of two eyes, brows or ears the larger one."""
    region = (labels // PEOPLE == person) & np.isin(labels % PEOPLE, PARTS[name])
    return largest(region) if name in SINGLE else region


def known(labels: Labels, name: str, person: int) -> Region:
    """Return where the labels say whether a pixel belongs to a person's region."""
    if name == "person":
        return np.ones(labels.shape, bool)
    return labels != SOMETHING + PEOPLE * person


def largest(region: Region) -> Region:
    """Return the largest connected piece."""
    count, pieces, figures, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8))
    return region if count < 2 else pieces == 1 + figures[1:, cv2.CC_STAT_AREA].argmax()


def choices(labels: Labels) -> tuple[list[tuple[str, int]], NDArray[np.float64]]:
    """Return the (name, person) of every region in a view, and how often each is wanted."""
    pairs, weights = [], []
    for person in np.unique(labels[labels > 0] // PEOPLE):
        parts = np.bincount(labels[labels // PEOPLE == person] % PEOPLE, minlength=PEOPLE)
        if person == 0:
            parts[0] = 0  # the background
        for name, codes in PARTS.items():
            # Of somebody whose parts nobody marked, only the whole is known, and the face where the teacher saw it.
            if parts[list(codes)].sum() < LEAST or (parts[SOMETHING] and name not in ("person", "face")):
                continue
            pairs.append((name, int(person)))
            weights.append(SHARES.get(name, (1 - sum(SHARES.values())) / (len(PARTS) - len(SHARES))))
    return pairs, np.array(weights) / max(sum(weights), 1e-9)
