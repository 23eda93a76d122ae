"""Cut what a person may want of a photo out of the shared masks.

That is a face, hair, a head, somebody whole, or one part.
"""

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

# The parser's twelve classes, and what CelebAMask-HQ knows besides. A view's second person counts
# from PEOPLE on, and so on.
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
SHARES = {
    "face": 0.34,
    "hair": 0.18,
    "head": 0.16,
    "person": 0.14,
}  # how often each is wanted; the single parts share the rest
SINGLE = ("brow", "eye", "ear")  # of two, one is wanted
WEIGHTS = {
    "face_parsing": 1.0,
    "portraits_in_the_wild": 0.7,
    "people": 0.5,
}  # how often a sample is drawn, relative to others
WHOLE = {
    "face_parsing": 0.25,
    "portraits_in_the_wild": 0.6,
    "people": 1.0,
}  # the share of its draws that show the whole photo
LEAST = 24  # px of the view that a region must have


class Shared:
    """The shared sets' samples, labelled with CODES, each read when it is asked for.

    `weights`: how often each is drawn.

    `teacher`: a parser that marks the parts of faces in the wild, or None; what it said is kept in
    the folder `memory`.
    """

    def __init__(self, data: Path, teacher: nn.Module | None, memory: Path) -> None:
        self.teacher, self.memory = teacher, memory
        self.pairs = [(kind, *pair) for kind in WEIGHTS for pair in pairs_of(data, kind)]
        self.points = wild_points(data / "portraits_in_the_wild/landmarks49.json")
        weights = np.array([WEIGHTS[kind] for kind, *_ in self.pairs])
        self.weights = weights / weights.sum()

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> Sample:
        kind, photo, mask = self.pairs[index]
        pixels = read_pixels(photo)
        if kind == "face_parsing":
            x, y, height = (v * len(pixels) / 512 for v in CELEBA_FACE)
            return Sample(pixels, CODES[read_mask(mask)], (x, y, height), WHOLE[kind])
        labels, face = person_labels(mask), None
        if kind == "portraits_in_the_wild" and photo.stem in self.points:
            face, matrix = upright(self.points[photo.stem])
            labels = taught(self.teacher, pixels, labels, matrix, self.memory / f"{photo.stem}.png")
        return Sample(
            pixels,
            np.where(labels == PERSON, SOMETHING, labels).astype(np.uint8),
            face,
            WHOLE[kind],
        )


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
            # Of somebody whose parts nobody marked, only the whole is known, and the face where the
            # teacher saw it.
            if parts[list(codes)].sum() < LEAST or (
                parts[SOMETHING] and name not in ("person", "face")
            ):
                continue
            pairs.append((name, int(person)))
            weights.append(
                SHARES.get(name, (1 - sum(SHARES.values())) / (len(PARTS) - len(SHARES)))
            )
    return pairs, np.array(weights) / max(sum(weights), 1e-9)
