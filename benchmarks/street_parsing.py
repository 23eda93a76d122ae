"""Measure the parser on people as they stand before a camera; `benchmarks.parsing` prints it."""

import csv
from pathlib import Path

import cv2
import numpy as np

from benchmarks.straight_edges import straight_pieces
from pipeline.io.image_files import read_photo
from pipeline.ops.tensor import to_uint8
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.stages.detect.from_parsing import (
    Detections,
    detect_faces,
    limited,
    looked_closer,
)
from pipeline.stages.parse import Probabilities, likeliest, nine_classes
from pipeline.stages.segment.region import segment
from pipeline.steps.detect import see_photo
from pipeline.steps.parts import parts_in
from pipeline.steps.run import Run, at_working_size
from pipeline.types import Face, Image, Labels, Mask, Photo, Pixels
from training.checks import photos_in
from training.face_finder import FaceFinder, Found
from training.faces import pairs_of
from training.samples import read_mask
from training.street_figures import Counts, counts, figures, reach_below, shown_of_face
from training.streets import held_out as left_out

LEAST_PX = 24.0  # height of the faces that must be found
CHIN = 0.9  # how far below the mouth a kept face must reach, in distances of eyes to mouth
NEAR = 0.5  # of a face's height: how far the middles of one face's two finds may be apart
DRAWN = {"cartoon", "toys"}  # folders of stamps that are no photographs
# Passers-by whom the labels of people_parts call background: boxes, px, drawn by eye.
BYSTANDERS = Path(__file__).with_name("bystanders.csv")
# What YuNet takes for a face in people_parts and is a wall or a tree, as two who looked at crops of
# all its finds say: middles, px.
NO_FACES = Path(__file__).with_name("no_faces.csv")
STAMP_SHARE = 0.6  # of a landscape's side that an animal is high


def seen_without_limit(photo: Image, models: Models) -> Detections:
    """Return what the parser sees, a face's classes beyond found faces included."""
    run = Run(Photo(to_uint8(photo)), Settings(weights="embedded"), models)
    parser = run.parser().value
    seen = detect_faces(photo, parser, limiting=False)
    return looked_closer(photo, seen, parser, limiting=False)


def at_size(labels: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Return labels at another picture's size."""
    size = like.shape[1::-1]
    return cv2.resize(labels.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)


def classes_at(parts: Probabilities, truth: Labels) -> tuple[Labels, Labels]:
    """Return what `counts` compares with labels: the likeliest class but the background, and nine.

    Both have the labels' size.
    """
    return at_size(likeliest(parts[..., 1:]) + 1, truth), at_size(nine_classes(parts), truth)


def nearest(face: Found, faces: tuple[Face, ...]) -> Face | None:
    """Return the face whose middle between eyes and mouth lies where another detector's does."""

    def off(other: Face) -> float:
        middle = (other.eyes.mean(0) + other.mouth.mean(0)) / 2
        return float(np.hypot(*(middle - face.middle)))

    near = [other for other in faces if off(other) < NEAR * face.height]
    return min(near, key=off, default=None)


def face_figures(
    found: list[Found], faces: tuple[Face, ...], parse: Labels, kept: Mask | None
) -> np.ndarray:
    """Return how many faces there are, were found, show a mouth, and are kept down to the chin.

    All in the px of `parse` and `kept`, (H, W).
    """
    row = np.zeros(4)
    for face in found:
        if face.height < LEAST_PX:
            continue
        mine = nearest(face, faces)
        has_mouth, _ = shown_of_face(face, parse)
        eyes, mouth = face.points[:2].mean(0), face.points[2:].mean(0)
        down = (mouth - eyes) / face.drop
        reach = 0.0 if kept is None else reach_below(kept > 0.5, mouth, down, face.drop)
        is_found = mine is not None
        row += 1, is_found, is_found and has_mouth, is_found and has_mouth and reach >= CHIN
    return row


def bystanders() -> dict[str, list[tuple[int, ...]]]:
    """Return the boxes (x0, y0, x1, y1) of unlabelled people by a photo's name in people_parts."""
    boxes: dict[str, list[tuple[int, ...]]] = {}
    with BYSTANDERS.open(newline="") as file:
        for row in csv.DictReader(file):
            box = tuple(int(row[side]) for side in ("x0", "y0", "x1", "y1"))
            boxes.setdefault(row["photo"], []).append(box)
    return boxes


def real(found: list[Found], photo: str) -> list[Found]:
    """Return what is a face of what YuNet finds in a photo of people_parts_test."""
    with NO_FACES.open(newline="") as file:
        no = [row for row in csv.DictReader(file) if row["photo"] == photo]
    places = np.array([[float(row["x"]), float(row["y"])] for row in no]).reshape(-1, 2)

    def mistaken(face: Found) -> bool:
        off = np.hypot(*(places - face.middle).T)
        return bool((off < NEAR * face.height).any())

    return [face for face in found if not mistaken(face)]


def within(boxes: list[tuple[int, ...]], size: tuple[int, ...]) -> np.ndarray:
    """Return where a picture of `size`, (height, width), is in any of the boxes."""
    where = np.zeros(size, np.bool_)
    for x0, y0, x1, y1 in boxes:
        where[y0:y1, x0:x1] = True
    return where


def streets(shared: Path, models: Models, held_out: bool) -> None:
    """Print the figures of full figures in the street, with the rule and without it."""
    data = shared / "data"
    finder, rows, real_rows = FaceFinder(shared), np.zeros(4), np.zeros(4)
    passed_over = bystanders()
    by_rule: dict[str, list[Counts]] = {"rule on": [], "rule off": []}
    for file, mask in left_out(data) if held_out else pairs_of(data, "people_parts_test"):
        truth = read_mask(mask)
        pixels = read_photo(file).pixels
        original = at_working_size(Photo(pixels))
        strangers = within(passed_over.get(file.stem, []), truth.shape)
        free = seen_without_limit(original, models)
        for name, seen in (("rule off", free), ("rule on", limited(free, original.shape[:2]))):
            parts = parts_in(original, seen)
            parse, nine = classes_at(parts, truth)
            by_rule[name].append(counts(truth, parse, nine, strangers))
        kept = segment(original, parts, seen.faces, kept="face") if seen.faces else None
        found = finder(pixels)
        rows += face_figures(found, seen.faces, parse, kept)
        faces = found if held_out else real(found, file.stem)
        real_rows += face_figures(faces, seen.faces, parse, kept)
    for name, all_of in by_rule.items():
        text = ", ".join(f"{key} {value:.4f}" for key, value in figures(all_of).items())
        print(f"streets: {name}: {text}")
    for what, (count, *shares) in (("finds of YuNet", rows), ("of them faces", real_rows)):
        found, mouths, chins = (share / count for share in shares)
        print(f"streets: {count:.0f} {what} of {LEAST_PX:.0f} px and more: found {found:.3f}, "
              f"with a mouth {mouths:.3f}, and a chin {chins:.3f}")  # fmt: skip


def edges(shared: Path, models: Models) -> None:
    """Print the straight pieces in the outline of what is kept of all portraits and groups."""
    for kept in ("face", "hair"):
        total, named = 0, {}
        for file in photos_in(shared / "data/portraits"):
            photo = read_photo(file)
            original, seen = see_photo(photo, models=models)
            if not seen.faces:
                continue
            mask = segment(original, parts_in(original, seen), seen.faces, kept=kept)
            pixels = to_uint8(original)
            pieces = straight_pieces(mask, pixels, [spot(face) for face in seen.faces])
            total += len(pieces)
            if pieces:
                named[file.name] = [round(piece.length) for piece in pieces]
        print(f"edges: kept {kept}: {total} straight pieces: {named}")


def spot(face: Face) -> tuple[float, float, float]:
    """Return a face's center x, y and height, px."""
    x0, y0, x1, y1 = face.box
    return (x0 + x1) / 2, (y0 + y1) / 2, face.height


def stamped(landscape: Pixels, stamp: np.ndarray) -> Pixels:
    """Return a landscape with an animal, (h, w, 4) RGBA, in its middle."""
    side = min(landscape.shape[:2])
    scale = STAMP_SHARE * side / max(stamp.shape[:2])
    size = max(1, round(stamp.shape[1] * scale)), max(1, round(stamp.shape[0] * scale))
    small = cv2.resize(stamp, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    y, x = (landscape.shape[0] - size[1]) // 2, (landscape.shape[1] - size[0]) // 2
    out, alpha = landscape.copy(), small[..., 3:] / 255
    window = np.s_[y : y + size[1], x : x + size[0]]
    out[window] = (
        (small[..., :3] * alpha + landscape[window] * (1 - alpha)).round().astype(np.uint8)
    )
    return out


def animals(shared: Path, models: Models, stamps: Path, most: int = 30) -> None:
    """Print the animals in which faces are found; `stamps`: PNG cut-outs, each on a landscape."""
    files = [f for f in sorted(stamps.rglob("*.png")) if not DRAWN & set(f.parts)]
    scenes, hits = photos_in(shared / "data/photos"), []
    chosen = files[:: max(1, len(files) // most)][:most]
    for file, scene in zip(chosen, scenes, strict=False):
        stamp = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        if stamp is None or stamp.ndim != 3 or stamp.shape[2] != 4:
            continue
        landscape = cv2.resize(read_photo(scene).pixels, (768, 768), interpolation=cv2.INTER_CUBIC)
        picture = stamped(landscape, stamp[..., [2, 1, 0, 3]])
        if see_photo(Photo(picture), models=models)[1].faces:
            hits.append(file.name)
    print(f"animals: faces in {len(hits)} of {len(chosen)}: {hits}")
