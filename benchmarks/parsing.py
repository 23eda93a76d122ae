"""Measure the parser and the faces it finds.

`python -m benchmarks.parsing ../shared [SET...] [--stamps FOLDER] [--held-out]`

SET is faces, people, points, side, robust, groups, photos, streets or edges. Test sets only, or
with `--held-out` what trainings in the street leave out of their own sets, to choose settings by.
Every mIoU is of one confusion matrix summed over all pictures at full size.
"""

import argparse
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.given_parsers import add_arguments, models_of
from benchmarks.identifying import measures
from benchmarks.skin_points import seen_as_skin
from benchmarks.street_parsing import animals, edges, streets
from pipeline.io.image_files import read_photo
from pipeline.metrics.iou import Overlap, class_iou, confusion, mean_iou
from pipeline.runtime.models import Models
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import Part, likeliest, nine_probabilities
from pipeline.steps.detect import labels_at, see_photo
from pipeline.steps.parts import parts_in
from pipeline.steps.run import at_working_size
from pipeline.types import Labels, Photo, Pixels
from training.faces import pairs_of, wild_points
from training.labels import CELEBA, NINE
from training.samples import read_mask
from training.street_data import chosen

NAMES = (
    "background",
    "person",
    "skin",
    "left brow",
    "right brow",
    "left eye",
    "right eye",
    "lips",
    "teeth",
)
HAIR = 13  # CelebAMask-HQ's index
LEAST_PX = 24  # faces below this height may be missed
Change = Callable[[Pixels], Pixels]


def looked_at(photo: Photo, models: Models) -> tuple[Detections, NDArray[np.uint8], Labels]:
    """Return what the parser sees, its twelve classes at working size, its nine at full size."""
    original, seen = see_photo(photo, models=models)
    parts = parts_in(original, seen, guessed=photo.guessed)
    return seen, likeliest(parts), labels_at(nine_probabilities(parts), photo.size)


def pairs(data: Path, kind: str, held_out: bool) -> Iterator[tuple[str, Pixels, Labels]]:
    """Yield name, photo and mask of each picture of a test set, or of what is held out of a set."""
    for photo, mask in chosen(data, kind) if held_out else pairs_of(data, f"{kind}_test"):
        yield photo.name, read_photo(photo).pixels, read_mask(mask)


def faces(data: Path, models: Models, held_out: bool) -> None:
    """Print IoU of the nine classes and of hair, and how many faces are found."""
    counts, hair, found, count = np.zeros((9, 9), np.int64), Overlap(), 0, 0
    for _, pixels, mask in pairs(data, "face_parsing", held_out):
        count += 1
        seen, twelve, nine = looked_at(Photo(pixels), models)
        counts += confusion(NINE[CELEBA[mask]], nine, 9)
        hair.add(
            cv2.resize(twelve, mask.shape[::-1], interpolation=cv2.INTER_NEAREST) == Part.HAIR,
            mask == HAIR,
        )
        found += bool(seen.faces)
    print(
        f"faces: mIoU {mean_iou(counts):.4f},",
        ", ".join(f"{n} {v:.3f}" for n, v in zip(NAMES, class_iou(counts), strict=True)),
    )
    print(f"faces: hair {hair.iou:.3f}, a face found in {found} of {count}")


def people(data: Path, models: Models, held_out: bool) -> None:
    """Print person IoU in the wild, how often a face is found, how far off eyes and mouth are."""
    kind = "portraits_in_the_wild"
    landmarks = wild_points(data / (kind if held_out else f"{kind}_test") / "landmarks49.json")
    overlap, offs, found, count = Overlap(), [], 0, 0
    for name, pixels, mask in pairs(data, kind, held_out):
        seen, _twelve, nine = looked_at(Photo(pixels), models)
        overlap.add(nine > 0, mask > 127)
        points = landmarks.get(Path(name).stem)
        if points is None:
            continue
        count += 1
        eyes, mouth = points[19:31].reshape(2, 6, 2).mean(1), points[31:].mean(0)
        near = [
            f for f in seen.faces if np.abs(f.eyes.mean(0) - eyes.mean(0)).max() < 0.5 * f.height
        ]
        found += bool(near)
        if near:
            mine = np.vstack([near[0].eyes, near[0].mouth.mean(0)])
            truth = np.vstack([eyes[np.argsort(eyes[:, 0])], mouth])
            offs.append(np.hypot(*(mine - truth).T) / np.hypot(*(eyes[1] - eyes[0])))
    eye_l, eye_r, lips = np.mean(offs, 0)
    print(f"people: person IoU {overlap.iou:.4f}; a face found in {found} of {count}; "
          "off by, of the eye distance: "
          f"eyes {eye_l:.3f} {eye_r:.3f}, mouth {lips:.3f}, mean {np.mean(offs):.3f}")  # fmt: skip


def side(data: Path, models: Models, _held_out: bool) -> None:
    """Print how heads are covered, frontal to profile, and how many faces are found.

    Measured are the share of eyes, nose and mouth that is covered, and the share of what is covered
    that is head.
    """
    sums: dict[str, NDArray[np.float64]] = {}
    for photo, file in pairs_of(data, "face_parsing_coarse"):
        name, pixels, mask = photo.name, read_photo(photo).pixels, read_mask(file)
        yaw = re.search(r"yaw([+-]?\d+)", name)
        turn = abs(int(yaw[1])) if yaw else 0
        seen, _twelve, nine = looked_at(Photo(pixels), models)
        inner, mine = mask >= 3, nine >= 2
        row = np.array(
            [
                (inner & mine).sum(),
                inner.sum(),
                (mine & (mask >= 1)).sum(),
                mine.sum(),
                bool(seen.faces),
                1,
            ],
            np.float64,
        )
        for key in ("to 45" if turn <= 45 else "60 to 90", f"yaw {turn}", "all"):
            sums[key] = sums.get(key, np.zeros(6)) + row
    for key, row in sorted(sums.items()):
        print(
            f"side: {key}: covered {row[0] / row[1]:.3f}, on the head {row[2] / row[3]:.3f}, "
            f"found {row[4]:.0f} of {row[5]:.0f}"
        )


def _turned(pixels: Pixels, degrees: float, how: int, fill: int | None) -> Pixels:
    h, w = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), degrees, 1.0)
    border = (
        {"borderMode": cv2.BORDER_REPLICATE}
        if fill is None
        else {"borderMode": cv2.BORDER_CONSTANT, "borderValue": fill}
    )
    return cv2.warpAffine(pixels, matrix, (w, h), flags=how, **border)


def _gamma(value: float) -> Change:
    return lambda p: ((p / 255.0) ** value * 255 + 0.5).astype(np.uint8)


def _jpeg(pixels: Pixels) -> Pixels:
    _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 20])
    return cv2.imdecode(packed, cv2.IMREAD_COLOR)


def _scaled(k: float) -> Change:
    return lambda p: cv2.resize(
        p, None, fx=k, fy=k, interpolation=cv2.INTER_AREA if k < 1 else cv2.INTER_CUBIC
    )


CHANGES: dict[str, Change] = {
    "as it is": lambda p: p, **{f"scale {k}": _scaled(k) for k in (0.25, 0.5, 2.0)},
    **{f"gamma {g}": _gamma(g) for g in (0.4, 2.5)}, "JPEG 20": _jpeg,
}  # fmt: skip


def robust(data: Path, models: Models, held_out: bool) -> None:
    """Print mIoU of the test faces after each change."""
    sums = {name: np.zeros((9, 9), np.int64) for name in (*CHANGES, "rotated -30", "rotated +30")}
    for _, pixels, mask in pairs(data, "face_parsing", held_out):
        truth = NINE[CELEBA[mask]]
        for name, change in CHANGES.items():
            nine = looked_at(Photo(change(pixels)), models)[2]
            sums[name] += confusion(
                truth, cv2.resize(nine, truth.shape[::-1], interpolation=cv2.INTER_NEAREST), 9
            )
        for degrees in (-30, 30):
            seen = _turned(pixels, degrees, cv2.INTER_LINEAR, None)
            nine = looked_at(Photo(seen), models)[2]
            turned = _turned(truth.astype(np.uint8), degrees, cv2.INTER_NEAREST, 255)
            sums[f"rotated {degrees:+d}"] += confusion(turned[turned < 9], nine[turned < 9], 9)
    plain = mean_iou(sums["as it is"])
    for name, counts in sums.items():
        print(f"robust: {name:12} mIoU {mean_iou(counts):.3f}, {mean_iou(counts) - plain:+.3f}")


def groups(data: Path, models: Models, _held_out: bool) -> None:
    """Print how many faces are found in the group pictures beside an independent detector's."""
    net = measures(data.parent / "metrics/measure.py").FaceNet()
    for file in sorted((data / "portraits").glob("group_*")):
        pixels = read_photo(file).pixels
        mine = see_photo(Photo(pixels), models=models)[1].faces
        k = pixels.shape[0] / at_working_size(Photo(pixels)).shape[0]
        tall = [f.height * k for f in mine]
        other = [f for f in net.faces(pixels) if f[3] >= LEAST_PX]
        tall = sum(t >= LEAST_PX for t in tall)
        print(f"groups: {file.name}: found {tall} of {LEAST_PX} px and more, YuNet {len(other)}")


def photos(data: Path, models: Models, _held_out: bool) -> None:
    """Print the landscape photos in which faces are found, with their scores."""
    hits = {}
    for file in sorted((data / "photos").iterdir()):
        if seen := see_photo(read_photo(file), models=models)[1].faces:
            hits[file.name] = [(round(f.score, 2), round(f.height)) for f in seen]
    print(f"photos: faces in {len(hits)} of 800: {hits}")


def points(data: Path, models: Models, held_out: bool) -> None:
    """Print how many points of bare skin are seen, how many of clothes and hair are called skin."""
    bare, worn = seen_as_skin(data, lambda photo: looked_at(read_photo(photo), models)[1], held_out)
    print(f"points: bare skin seen {sum(bare)} of {len(bare)}, "
          f"clothes and hair called skin {sum(worn)} of {len(worn)}, "
          f"IoU {sum(bare) / (len(bare) + sum(worn)):.3f}")  # fmt: skip


SETS = {
    "faces": faces, "people": people, "side": side, "robust": robust, "groups": groups,
    "photos": photos, "points": points,
    "streets": lambda data, models, held_out: streets(data.parent, models, held_out),
    "edges": lambda data, models, _: edges(data.parent, models),
}  # fmt: skip


def main() -> None:
    """Print the figures of the sets that are named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument(
        "sets", nargs="*", default=list(SETS), metavar="SET", help=f"of {', '.join(SETS)}"
    )
    parser.add_argument(
        "--stamps", type=Path, help="a folder of animals cut out as PNG files, to look for faces in"
    )
    parser.add_argument(
        "--held-out",
        action="store_true",
        help="measure on what trainings leave out, on no test set",
    )
    add_arguments(parser)
    args = parser.parse_args()
    models = models_of(args)
    for name in args.sets:
        SETS[name](args.shared / "data", models, args.held_out)
    if args.stamps:
        animals(args.shared, models, args.stamps)


if __name__ == "__main__":
    main()
