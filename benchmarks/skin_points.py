"""Points on people near by, beyond their faces, and what is there: bare skin, or what they wear.

The street's labels know figures from afar. Of portraits nobody has labels of bare arms, shoulders
and hands; points spread over people were looked at one by one instead, by readers who saw no parse
(`skin_points.csv`; what they were not sure of is left out).
"""

import csv
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

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
