"""People as they stand before a camera: the shared sets with labels that say where a face ends.

    python -m training.streets ../shared runs/labels

resolves every label once and keeps it; a training reads what is kept.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from pipeline.io.atomic import write_whole
from pipeline.ops.resample import resized
from pipeline.runtime.models import Models
from pipeline.stages.parse import Parser, parse_photo
from pipeline.types import Labels, Network, Pixels
from pipeline.weights.catalog import SEEING
from training.bare_bodies import bodies_told
from training.checks import Pair, photos_in
from training.face_finder import FaceFinder, Found
from training.faces import pairs_of, person_labels
from training.guesses import guess_of, keep_guess, kept_guess
from training.labels import PEOPLE_PARTS, UNKNOWN
from training.resolve import labels_size, resolved, with_bystanders, with_edges_unknown
from training.samples import read_mask, read_pixels

HELD_OUT_SET = "people_parts_held_out"
SETS = ("people_parts", HELD_OUT_SET, "people", "portraits_in_the_wild", "portrait_styles")
# Of portrait_styles, what is painted as people look.
PAINTED = ("classical_portrait", "impressionist", "postimpressionist", "rembrandt", "vangogh")
HELD_OUT = 14  # every fourteenth photo of people_parts is for choosing settings, never trained on
LOOK_PX = 384
PORTRAIT_PX = 512  # long side at which a portrait's faces are looked for
FACES = "faces"  # a folder beside the kept labels: where faces are, (N, 4, 2) px


@dataclass(frozen=True)
class Teachers:
    """What settles labels: a detector of faces, `larger` ones faster, and the embedded networks."""

    faces: FaceFinder
    larger: FaceFinder
    parser: Parser
    colorizer: Network


def teachers(shared: Path) -> Teachers:
    """Return YuNet and the embedded networks."""
    models = Models()
    parser = Parser(*(models.load(role, "embedded").run for role in SEEING))
    colorizer = models.load("colorizer", "embedded").run
    return Teachers(FaceFinder(shared), FaceFinder(shared, PORTRAIT_PX), parser, colorizer)


def set_pairs(data: Path, kind: str) -> list[tuple[Path, Path | None]]:
    """Return a set's photos with their masks; paintings have none. Held-out photos are left out."""
    if kind == "portrait_styles":
        folders = [data / kind / style for style in PAINTED]
        return [(file, None) for folder in folders for file in photos_in(folder)]
    if kind == HELD_OUT_SET:
        return list(held_out(data))
    pairs = pairs_of(data, kind)
    if kind == "people_parts":
        return [pair for i, pair in enumerate(pairs) if i % HELD_OUT]
    return list(pairs)


def held_out(data: Path) -> list[Pair]:
    """Return the photos and masks of people_parts that no training sees."""
    return pairs_of(data, "people_parts")[::HELD_OUT]


def street_labels(photo: Pixels, mask: Labels, seen: Teachers) -> tuple[Labels, list[Found]]:
    """Return labels of a street photo by people_parts' mask, and the photo's faces."""
    faces = seen.faces(photo)
    parts = parse_photo(photo.astype(np.float32) / 255, seen.parser.whole, long_px=LOOK_PX)
    person = 1 - resized(np.ascontiguousarray(parts[..., 0]), labels_size(photo))
    labels = with_bystanders(PEOPLE_PARTS[mask], faces, person)
    return with_edges_unknown(resolved(photo, labels, faces, seen.parser.close), mask), faces


def labelled(
    kind: str, photo: Pixels, mask: Path | None, seen: Teachers
) -> tuple[Labels, list[Found]]:
    """Return the labels of one of a set's photos, and its faces."""
    if kind in ("people_parts", HELD_OUT_SET) and mask is not None:
        return street_labels(photo, read_mask(mask), seen)
    labels = person_labels(mask) if mask else np.full(labels_size(photo), UNKNOWN, np.uint8)
    faces = (seen.faces if kind == "people" else seen.larger)(photo)
    labels = resolved(photo, labels, faces, seen.parser.close)
    return (bodies_told(photo, labels, seen.parser) if mask else labels), faces


def keep(file: Path, labels: Labels, faces: list[Found]) -> None:
    """Write labels, and beside them where the faces are."""
    points = np.array([[*face.points.ravel(), face.height] for face in faces], np.float32)
    beside = file.parent / FACES / f"{file.stem}.npy"
    write_whole(beside, lambda out: np.save(out, points.reshape(-1, 9)), overwrite=True)
    write_whole(file, lambda out: Image.fromarray(labels).save(out, "PNG"))


def kept(file: Path) -> tuple[Labels, list[Found]]:
    """Return labels and faces that `keep` wrote."""
    rows = np.load(file.parent / FACES / f"{file.stem}.npy")
    return read_mask(file), [Found(row[:8].reshape(4, 2), float(row[8])) for row in rows]


def prepare(shared: Path, memory: Path, sets: tuple[str, ...] = SETS) -> None:
    """Label every photo that `memory` does not keep yet, and guess its colors as if it had none."""
    seen: Teachers | None = None
    for kind, photo, mask in listed(shared / "data", sets):
        file = memory / kind / f"{photo.stem}.png"
        if not file.exists():
            seen = seen or teachers(shared)
            keep(file, *labelled(kind, read_pixels(photo), mask, seen))
        if mask and kept_guess(file) is None:
            seen = seen or teachers(shared)
            keep_guess(file, guess_of(read_pixels(photo), seen.parser, seen.colorizer))


def listed(data: Path, sets: tuple[str, ...] = SETS) -> Iterator[tuple[str, Path, Path | None]]:
    """Yield set, photo and mask of everything that is labelled."""
    for kind in sets:
        for photo, mask in set_pairs(data, kind):
            yield kind, photo, mask


def main() -> None:
    """Label the shared sets."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("shared", type=Path)
    cli.add_argument("memory", type=Path, help="the folder that keeps labels")
    cli.add_argument("sets", nargs="*", default=SETS)
    args = cli.parse_args()
    cv2.setNumThreads(1)
    prepare(args.shared, args.memory, tuple(args.sets))


if __name__ == "__main__":
    main()
