"""Count how much of what is bare on people near by is told from what they wear.

The street's labels know figures from afar. Of portraits nobody has labels of bare arms, shoulders
and hands; points spread over people, beyond their faces, were looked at one by one instead, by
readers who saw no parse (`skin_points.csv`; what they were not sure of is left out).
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.io.image_files import read_photo
from pipeline.runtime.models import Models
from pipeline.stages.parse import FACE_PARTS, Part, likeliest
from pipeline.stages.segment.color_models import refined_parts
from pipeline.steps.detect import see_photo

POINTS = Path(__file__).with_suffix(".csv")
BARE = {*FACE_PARTS, Part.BODY_SKIN} - {Part.GLASSES}
TEST = "_test"


class Point(NamedTuple):
    """A place in a photo, in shares of its width and height, and what is there."""

    x: float
    y: float
    what: str


def marked(held_out: bool) -> Iterator[tuple[str, str, list[Point]]]:
    """Yield set, photo and its points: of test sets, or of those that settings are chosen by."""
    photos: dict[tuple[str, str], list[Point]] = defaultdict(list)
    with POINTS.open() as file:
        for row in csv.DictReader(file):
            if row["set"].endswith(TEST) != held_out:
                point = Point(float(row["x"]), float(row["y"]), row["what"])
                photos[row["set"], row["photo"]].append(point)
    for (kind, photo), points in photos.items():
        yield kind, photo, points


def _file_of(folder: Path, photo: str) -> Path:
    for file in (folder / f"{photo}.jpg", folder / "images" / f"{photo}.jpg"):
        if file.exists():
            return file
    raise FileNotFoundError(f"{photo}.jpg was wanted in {folder}, or in images there.")


def points(data: Path, models: Models, held_out: bool) -> None:
    """Print how many points of bare skin are seen, how many of clothes and hair are called skin.

    Points on the background do not count.
    """
    seen: dict[str, list[bool]] = defaultdict(list)
    for kind, photo, told in marked(held_out):
        original, found = see_photo(read_photo(_file_of(data / kind, photo)), models=models)
        labels = likeliest(refined_parts(original, found.whole, found.views))
        h, w = labels.shape
        for point in told:
            seen[point.what].append(labels[int(point.y * h), int(point.x * w)] in BARE)
    bare, worn = seen["skin"], seen["worn"] + seen["hair"]
    print(f"points: bare skin seen {sum(bare)} of {len(bare)}, "
          f"clothes and hair called skin {sum(worn)} of {len(worn)}, "
          f"IoU {sum(bare) / (len(bare) + sum(worn)):.3f}")  # fmt: skip
