"""What a parse of a street photo is worth, by people_parts' labels: pixel counts, then shares.

Its labels: 0 background, 1 worn or carried, 2 skin, 3 hair, 4 headwear, 5 glasses. Their outlines
are made of superpixels: pixels near a labelled edge are left out where a figure says so.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.stages.parse import FACE_PARTS, Part
from pipeline.types import Labels
from training.face_finder import Found

Region = NDArray[np.bool_]  # (H, W)

CLOTHES, SKIN, HAIR, HEADWEAR = 1, 2, 3, 4  # people_parts' indices
EDGE_PX = 3
BODY_AND_FACE = (*range(Part.SKIN, Part.HAIR), Part.BODY_SKIN)


@dataclass(frozen=True)
class Counts:
    """Pixels of one photo: clothes called a face and all clothes; both and either of each class.

    `labelled`: the person's, skin's and hair's, (3, 2), where nobody stands whom the labels pass
    over; None where nobody marked who that is.
    """

    clothes: NDArray[np.float64]
    person: NDArray[np.float64]
    skin: NDArray[np.float64]
    hair: NDArray[np.float64]
    headwear: NDArray[np.float64]
    labelled: NDArray[np.float64] | None


def clear_of_edges(labels: Labels, px: int = EDGE_PX) -> Region:
    """Return where no border between two labels is within so many pixels."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * px + 1, 2 * px + 1))
    return cv2.dilate(labels, disc) == cv2.erode(labels, disc)


def counts(truth: Labels, parse: Labels, nine: Labels, strangers: Region | None = None) -> Counts:
    """Compare a parse with people_parts' labels, all (H, W).

    `parse`: the likeliest of the parser's classes but the background; `nine`: the nine classes of
    the product, which say what is background and what is a face. `strangers`: where people may be
    whom the labels call background.
    """
    clothes, face, background = truth == CLOTHES, nine >= Part.SKIN, nine == Part.BACKGROUND
    clear = clear_of_edges(truth)
    person = np.where(truth > 0, 1, 0).astype(np.uint8)
    clear_person = clear_of_edges(person)
    skin = np.isin(parse, BODY_AND_FACE) & ~background
    hair = (parse == Part.HAIR) & ~background

    def overlap(one: Region, other: Region, where: Region) -> NDArray[np.float64]:
        return np.array([(one & other & where).sum(), ((one | other) & where).sum()], np.float64)

    def of_parts(known: Region) -> list[NDArray[np.float64]]:
        return [
            overlap(truth > 0, ~background, clear_person & known),
            overlap(truth == SKIN, skin, clear & known),
            overlap(truth == HAIR, hair, clear & known),
        ]

    return Counts(
        np.array([(clothes & face).sum(), clothes.sum()], np.float64),
        *of_parts(np.ones(truth.shape, np.bool_)),
        overlap(truth == HEADWEAR, (parse == Part.HEADWEAR) & ~background, clear),
        None if strangers is None else np.array(of_parts(~(strangers & (truth == 0)))),
    )


def figures(all_of: list[Counts]) -> dict[str, float]:
    """Return clothes called a face, mean and worst photo's, and IoU over all photos.

    `labelled_…`: where nobody is passed over by the labels, only of photos in which somebody
    marked who is.
    """

    def ratio(pairs: list[NDArray[np.float64]]) -> float:
        part, whole = np.sum(pairs, 0)
        return float(part / max(whole, 1.0))

    marked = [c.labelled for c in all_of if c.labelled is not None]
    parts = ("person", "skin", "hair") if marked else ()
    called = [c.clothes[0] / max(c.clothes[1], 1.0) for c in all_of]
    return {
        "clothes_face": float(np.mean(called)),
        "clothes_face_worst": float(np.max(called)),
        "street_person": ratio([c.person for c in all_of]),
        "street_skin": ratio([c.skin for c in all_of]),
        "street_hair": ratio([c.hair for c in all_of]),
        "street_headwear": ratio([c.headwear for c in all_of]),
        **{f"labelled_{part}": ratio([each[i] for each in marked]) for i, part in enumerate(parts)},
    }


def shown_of_face(face: Found, parse: Labels) -> tuple[bool, float]:
    """Return whether a parse shows a mouth where a face has its own, and how far the face goes on.

    How far below the mouth, in distances between eyes and mouth.
    """
    h, w = parse.shape
    eyes, mouth = face.points[:2].mean(0), face.points[2:].mean(0)
    drop = face.drop
    x, y = np.clip(mouth, 0, (w - 1, h - 1)).astype(int)
    room = max(1, round(0.35 * drop))
    around = parse[max(0, y - room) : y + room + 1, max(0, x - room) : x + room + 1]
    has_mouth = bool(np.isin(around, (Part.LIPS, Part.TEETH)).any())
    return has_mouth, reach_below(np.isin(parse, FACE_PARTS), mouth, (mouth - eyes) / drop, drop)


def reach_below(
    region: Region, mouth: NDArray[np.float32], down: NDArray[np.float32], drop: float
) -> float:
    """Return how far a region goes on from the mouth downward, in distances `drop`."""
    h, w = region.shape
    for step in range(round(2 * drop)):
        x, y = np.round(mouth + down * step).astype(int)
        if not (0 <= x < w and 0 <= y < h and region[y, x]):
            return step / drop
    return 2.0
