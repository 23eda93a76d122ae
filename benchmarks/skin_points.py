"""Points on people near by, beyond their faces, and what is there: bare skin, or what they wear.

The street's labels know figures from afar. Of portraits nobody has labels of bare arms, shoulders
and hands; points spread over people were looked at one by one instead, by readers who saw no parse
(`skin_points.csv`; what they were not sure of is left out).
"""

import csv
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pipeline.types import Labels
from training.street_figures import BODY_AND_FACE

POINTS = Path(__file__).with_suffix(".csv")
TEST = "_test/"


class Point(NamedTuple):
    """A place in a photo, in shares of its width and height, and what is there."""

    x: float
    y: float
    what: str


def marked(held_out: bool) -> dict[str, list[Point]]:
    """Return each photo's points, by its place among the shared data.

    Of test sets, or `held_out`, of photos that settings are chosen by.
    """
    photos: dict[str, list[Point]] = defaultdict(list)
    with POINTS.open() as file:
        for row in csv.DictReader(file):
            if (TEST in row["photo"]) != held_out:
                point = Point(float(row["x"]), float(row["y"]), row["what"])
                photos[row["photo"]].append(point)
    return photos


def seen_as_skin(
    data: Path, labels_of: Callable[[Path], Labels], held_out: bool
) -> tuple[list[bool], list[bool]]:
    """Return whether each point of bare skin, and of what is worn and hair, is seen as skin.

    `labels_of`: the parts, (H, W), that are seen in a photo's file. Points on the background do not
    count.
    """
    seen: dict[str, list[bool]] = defaultdict(list)
    for photo, told in marked(held_out).items():
        labels = labels_of(data / photo)
        h, w = labels.shape
        for point in told:
            seen[point.what].append(labels[int(point.y * h), int(point.x * w)] in BODY_AND_FACE)
    return seen["skin"], seen["worn"] + seen["hair"]
