"""Draw what the parser sees of many photos: photo | parse | kept face and hair.

`python -m benchmarks.parse_sheets ../shared runs/sheets [SET...] [--parser FILES] [--close FILES]`

SET is portraits, public, low_quality, streets or people. The sheets show people who are not ours
to publish: they stay where they are.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from benchmarks.given_parsers import add_arguments, models_of
from pipeline.io.image_files import read_photo
from pipeline.ops.tensor import to_uint8
from pipeline.runtime.models import Models
from pipeline.stages.parse import Part, labels_of
from pipeline.stages.segment.region import segment
from pipeline.steps.detect import see_photo
from pipeline.steps.parts import parts_in
from pipeline.types import Pixels
from training.checks import photos_in
from training.figures import sheet

SETS = {
    "portraits": "portraits",
    "public": "public_portraits",
    "low_quality": "low_quality",
    "streets": "people_parts_test/images",
    "people": "people/images",
}
MOST = 24  # photos of a large set
PAGE, LONG_PX = 8, 300  # panels on a page; a picture's long side, px
COLORS = np.zeros((len(Part), 3), np.uint8)
COLORS[:] = (
    (0, 0, 0),
    (70, 110, 190),
    (240, 190, 160),
    (120, 70, 30),
    (150, 90, 40),
    (30, 200, 90),
    (30, 220, 160),
    (220, 50, 70),
    (255, 255, 255),
    (150, 60, 180),
    (250, 200, 40),
    (60, 230, 240),
    (190, 120, 100),
)
EMPTY = (235, 60, 200)  # where nothing is kept


def seen(file: Path, models: Models) -> Pixels:
    """Return photo | parse | kept region of a photo, with frames around the faces found."""
    original, found = see_photo(read_photo(file), models=models)
    k = LONG_PX / max(original.shape[:2])
    parts = parts_in(original, found)
    mask = np.zeros(original.shape[:2], np.float32)
    if found.faces:
        mask = segment(original, parts, found.faces, kept="hair")
    kept = original * mask[..., None] + np.float32(EMPTY) / 255 * (1 - mask[..., None])
    pictures = [to_uint8(original), COLORS[labels_of(parts)],
                to_uint8(kept)]  # fmt: skip
    small = [cv2.resize(p, None, fx=k, fy=k, interpolation=cv2.INTER_AREA) for p in pictures]
    for face in found.faces:
        x0, y0, x1, y1 = (round(v * k) for v in face.box)
        cv2.rectangle(small[0], (x0, y0), (x1, y1), (0, 255, 0), 1)
    panel = np.hstack(small)
    cv2.putText(panel, file.stem[:24], (4, 12), cv2.FONT_HERSHEY_PLAIN, 0.9, (255, 0, 0))
    return panel


def main() -> None:
    """Draw the sets that are named, or all."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("shared", type=Path)
    cli.add_argument("out", type=Path)
    cli.add_argument("sets", nargs="*", default=list(SETS), help=f"of {', '.join(SETS)}")
    add_arguments(cli)
    args = cli.parse_args()
    models = models_of(args)
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.sets:
        files = photos_in(args.shared / "data" / SETS[name])
        files = files[:: max(1, len(files) // MOST)][:MOST] if len(files) > 2 * MOST else files
        for page in range(0, len(files), PAGE):
            panels = [seen(file, models) for file in files[page : page + PAGE]]
            columns = 1 if max(p.shape[1] for p in panels) > 3 * LONG_PX * 0.9 else 2
            target = args.out / f"{name}-{page // PAGE}.png"
            cv2.imwrite(str(target), sheet(panels, columns)[:, :, ::-1])
            print(target, flush=True)


if __name__ == "__main__":
    main()
