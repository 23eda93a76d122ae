"""How many faces MTCNN finds, how near its points are, and where they lie in dlib's chips.

`python -m training.mtcnn_figures SHARED` measures on portraits whose landmarks are known and on
group photos, of which YuNet says where faces are.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from pipeline.types import Pixels, Points
from training.checks import photos_in
from training.content_faces import LEAST, SURE
from training.face_descriptor import CHIP_PX, Descriptor, chips, five_of, to_chip
from training.face_finder import FaceFinder
from training.mtcnn import LEAST_PX, Detector, Face
from training.samples import read_pixels
from training.styled_contents import known_points

PORTRAITS = "portraits_in_the_wild"
EVERY, MEASURED = 14, 60  # each so-many-th portrait is measured, and so many in all
CORNERS = [0, 1, 3, 4]  # of the five points those that YuNet's finds have, eyes and mouth
SAME = 0.5  # of the distance of the eyes: points that are nearer on average are one face's
# Of 49 landmarks: the eyes, the tip of the nose and the corners of the mouth.
EYES, NOSE, MOUTH = (slice(19, 25), slice(25, 31)), 13, (31, 37)


def five_in(landmarks: Points) -> Points:
    """Return what MTCNN's five points shall be, (5, 2) px, of 49 landmarks, (49, 2) px."""
    eyes = [landmarks[eye].mean(0) for eye in EYES]
    return np.stack([*eyes, landmarks[NOSE], *landmarks[list(MOUTH)]]).astype(np.float32)


def off(found: Points, wanted: Points) -> float:
    """Average how far points, (N, 2), are off, in parts of the wanted eyes' distance."""
    eyes = np.hypot(*(wanted[0] - wanted[1]))
    return float(np.hypot(*(found - wanted).T).mean() / eyes)


def portraits(data: Path) -> Iterator[tuple[str, Pixels, Points]]:
    """Yield portraits' names, photos and 49 landmarks."""
    rows = json.loads((data / PORTRAITS / "landmarks49.json").read_text())
    for file in photos_in(data / PORTRAITS / "images"):
        if rows.get(file.stem):
            yield file.stem, read_pixels(file), np.array(rows[file.stem], np.float32)


def counted(found: list[Face], wanted: list[Points]) -> tuple[int, int]:
    """Count the wanted faces that are found, and the finds that are none of the wanted.

    `wanted`: of each face the eyes and the corners of the mouth, (4, 2) px.
    """
    same = np.array([[off(f.points[CORNERS], w) < SAME for w in wanted] for f in found])
    same = same.reshape(len(found), len(wanted))
    return int(same.any(0).sum()), int((~same.any(1)).sum())


def measure_portraits(shared: Path, detector: Detector, doubted: FaceFinder) -> None:
    """Print how portraits' faces are found, and where their points lie in chips.

    `doubted`: finds that it confirms are bystanders, not false.
    """
    points = known_points(shared / "data" / PORTRAITS / "landmarks49.json")
    places, errors, fives, totals, seconds, count = [], [], [], np.zeros(2, int), 0.0, 0
    for number, (name, photo, landmarks) in enumerate(portraits(shared / "data")):
        begun = time.process_time()
        found, wanted = detector(photo), five_in(landmarks)
        took = time.process_time() - begun
        face = min(found, key=lambda f: off(f.points, wanted), default=None)
        there = face is not None and off(face.points, wanted) < SAME
        if there:
            matrix = to_chip(points[name])
            places.append(face.points @ matrix[:, :2].T + matrix[:, 2])
        if number % EVERY == 0 and count < MEASURED:
            bystanders = [f.points for f in doubted(photo)]
            totals += there, counted(found, [wanted[CORNERS], *bystanders])[1]
            seconds, count = seconds + took, count + 1
            if there:
                errors.append(off(face.points, wanted))
                fives.append((photo, points[name], five_of(face.points)))
    print(
        f"portraits: {totals[0]} of {count} found, {totals[1]} false, points {np.mean(errors):.3f} "
        f"of the eyes' distance off (median {np.median(errors):.3f}), "
        f"{seconds / count:.2f} s of a core"
    )
    print(f"in chips, of {len(places)}:", (np.mean(places, 0) / CHIP_PX).round(4).tolist())
    print("chips by landmarks and by MTCNN:", distances(shared, fives))


def measure_groups(shared: Path, detector: Detector, sure: FaceFinder, doubted: FaceFinder) -> None:
    """Print how many of the faces of group photos that YuNet is sure of are found."""
    for file in photos_in(shared / "data/portraits"):
        if file.stem.startswith("group"):
            photo = read_pixels(file)
            wanted = [f.points for f in sure(photo) if f.height >= detector.least_px]
            begun = time.process_time()
            found = detector(photo)
            took = time.process_time() - begun
            there, _ = counted(found, wanted)
            _, more = counted(found, [f.points for f in doubted(photo)])
            print(f"{file.stem}: {there} of {len(wanted)}, {more} others, {took:.2f} s of a core")


def measure_sure(shared: Path, detector: Detector, doubted: FaceFinder) -> None:
    """Print how many of the right and of the false finds in portraits are learned from."""
    right, false = [], []
    for number, (_, photo, landmarks) in enumerate(portraits(shared / "data")):
        if number % 3:
            continue
        wanted = five_in(landmarks)[CORNERS]
        known = [wanted, *(f.points for f in doubted(photo))]
        for face in detector(photo, max(LEAST_PX, LEAST * min(photo.shape[:2]))):
            if counted([face], [wanted])[0]:
                right.append(face.score >= SURE)
            elif not counted([face], known)[0]:
                false.append(face.score >= SURE)
    print(f"learned from: {sum(right)} of {len(right)} right, {sum(false)} of {len(false)} false")


@torch.inference_mode()
def distances(shared: Path, pairs: list[tuple[Pixels, Points, Points]]) -> str:
    """Say how far two chips of one face, and chips of others, are apart for dlib's descriptor.

    `pairs`: photos with two sets of the points of `face_descriptor.FIVE`.
    """
    descriptor, described = Descriptor(shared), []
    for photo, *fives in pairs:
        batch = torch.from_numpy(photo.copy()).permute(2, 0, 1)[None].expand(2, -1, -1, -1) / 255
        cut = chips(batch, torch.from_numpy(np.stack([to_chip(five) for five in fives])))
        described.append(descriptor(cut))
    one, other = torch.stack(described).unbind(1)
    same, others = (one - other).norm(dim=1), torch.cdist(one, other)
    others = others[~torch.eye(len(one), dtype=torch.bool)]
    return f"{same.mean():.3f} apart (most {same.max():.3f}), others' {others.mean():.3f}"


if __name__ == "__main__":
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("shared", type=Path)
    shared: Path = cli.parse_args().shared
    mtcnn, sure, doubted = Detector(shared), FaceFinder(shared), FaceFinder(shared, least=0.3)
    measure_groups(shared, mtcnn, sure, doubted)
    measure_sure(shared, mtcnn, doubted)
    measure_portraits(shared, mtcnn, doubted)
