"""Measure networks of 68 points on held-out photos and on painted portraits set by eye.

    python -m training.landmark_figures SHARED weights/landmarks_light-*.safetensors

Errors are mean distances in percent of that of the eyes' outer corners. Faces are placed by YuNet.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from pipeline.nets.landmarks_light import LightLandmarks
from pipeline.ops.tensor import to_float
from pipeline.stages.landmarks import find_landmarks
from pipeline.types import Points
from training.face_finder import FaceFinder
from training.landmark_faces import LEAST, LOOK_PX, Seen, found_at, measured
from training.landmark_net import callable_of, error
from training.loop import single
from training.pfld import Pfld
from training.samples import read_pixels

# Points of 40 painted portraits that no training sees: corners of the eyes, base of the nose,
# corners and middle of the lips, outer ends of the brows, chin; none where hair hides it.
BY_EYE = Path(__file__).with_name("landmarks_by_eye.csv")


def read_by_eye(file: Path = BY_EYE) -> dict[str, Points]:
    """Return the 68 points of portraits, (68, 2) px, by their files; NaN where none was set."""
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    return {row["file"]: _points(row) for row in rows}


def _points(row: dict[str, str]) -> Points:
    points = np.full((68, 2), np.nan, np.float32)
    for key, value in row.items():
        if key != "file" and value:
            points[int(key[1:]), "xy".index(key[0])] = float(value)
    return points


def portraits(shared: Path) -> list[Seen]:
    """Read the painted portraits whose points were set by eye."""
    find = FaceFinder(shared, LOOK_PX, LEAST)
    out = []
    for name, points in read_by_eye().items():
        photo = read_pixels(shared / "data/portrait_styles" / name)
        out.append(Seen(photo, found_at(find(photo), points), points))
    return out


def main() -> None:
    """Print the errors of one checkpoint, and of PFLD."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("shared", type=Path)
    cli.add_argument("files", type=Path, nargs="+", help="a checkpoint's shards")
    args = cli.parse_args()
    network = LightLandmarks().eval()
    network.load_state_dict(single(*args.files))
    run, pfld = callable_of(network), Pfld(args.shared)
    for name, faces in (
        ("held-out photos", list(measured(args.shared))),
        ("painted portraits", portraits(args.shared)),
    ):
        found = {
            "ours": [find_landmarks(to_float(s.photo), s.face.points, run)[0] for s in faces],
            "pfld": [pfld(s.photo, s.face) for s in faces],
        }
        for who, points in found.items():
            off = 100 * np.array(
                [error(each, s.points) for each, s in zip(points, faces, strict=True)]
            )
            print(
                f"{name}, {who}: {len(off)} faces, mean {off.mean():.2f} %, "
                f"median {np.median(off):.2f} %, above 8 %: {(off > 8).mean():.1%}"
            )


if __name__ == "__main__":
    main()
