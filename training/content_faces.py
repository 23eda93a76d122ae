"""Photos of any folder as contents: their faces are found once by MTCNN and kept beside the run.

A folder may hold folders, as COCO has them, and needs no landmarks.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training.checks import DatasetError, photos_below, unreadable
from training.face_descriptor import five_of
from training.mtcnn import LEAST_PX, Detector, Face
from training.samples import read_upright
from training.styled_contents import HELD_OUT, SETS, Content, files_of

FILE = "faces.json"
AT_ONCE = 500  # photos after which what was found is written
# Of a photo's short side: smaller boxes are of faces that are not compared, however it is scaled.
LEAST = 0.06
MOST_FACES = 3  # of a photo, the largest
# O-Net's score from which on a find is compared: of every third portrait's finds 281 of 285 right
# ones and none of 4 false ones.
SURE = 0.9

Faces = dict[str, list[Face]]  # by the photo's path


def read_contents(
    shared: Path, run: Path, folder: Path | None, device: torch.device
) -> tuple[list[Content], list[Content]]:
    """Return the photos of a folder, or the shared sets' (None): those to train on, those held out.

    They are read when they are asked for. Each face is a content, so that a photo of three is
    there three times.
    Raises: DatasetError: photos cannot be read, or less than two of them have a face.
    """
    if folder is None:
        data = shared / "data"
        files = [file for name, every in SETS for file in files_of(data, name, every)]
    else:
        data, files = folder, photos_below(folder)
    files = [file.resolve() for file in files]
    found = found_faces(files, shared, run / FILE, data, device)
    learned: list[Content] = []
    held_out: list[Content] = []
    faces = {file: [f for f in found[str(file)] if f.score >= SURE][:MOST_FACES] for file in files}
    with_faces = [file for file in files if faces[file]]
    if len(with_faces) < 2:
        raise DatasetError(
            data,
            [f"{len(files)} photos, {len(with_faces)} of them with a face: two were wanted"],
        )
    for kind in (with_faces, [file for file in files if not faces[file]]):
        for number, file in enumerate(kind):
            contents = [Content(file, five_of(face.points), face.box) for face in faces[file]]
            (learned if number % HELD_OUT else held_out).extend(contents or [Content(file)])
    return learned, held_out


def found_faces(
    files: Sequence[Path], shared: Path, kept: Path, folder: Path, device: torch.device
) -> Faces:
    """Return the faces of photos, the largest first, from a file or, where it lacks them, found.

    What is found is added to the file `kept`.
    Raises: DatasetError: photos cannot be read; each is named, those of `folder` that can are kept.
    """
    found = read_faces(kept)
    new = [file for file in files if str(file) not in found]
    if new:
        problems = unreadable(new)
        detector = Detector(shared, device=device)
        kept.parent.mkdir(parents=True, exist_ok=True)
        readable = [file for file in new if file not in problems]
        for number, file in enumerate(readable, 1):
            photo = read_upright(file)
            least = max(LEAST_PX, LEAST * min(photo.shape[:2]))
            found[str(file)] = detector(photo, least)
            if number % AT_ONCE == 0 or number == len(readable):
                write_faces(kept, found)
                print(f"faces are found in {number} of {len(readable)} photos", flush=True)
        if problems:
            raise DatasetError(folder, list(problems.values()))
    return found


def read_faces(kept: Path) -> Faces:
    """Read what `write_faces` wrote; nothing where there is no file."""
    if not kept.exists():
        return {}
    return {
        name: [
            Face(np.array(box, np.float32), np.array(points, np.float32), score)
            for box, points, score in faces
        ]
        for name, faces in json.loads(kept.read_text()).items()
    }


def write_faces(kept: Path, found: Faces) -> None:
    """Write faces as JSON: photo -> list of box, points and score."""
    rows = {
        name: [(_rounded(face.box), _rounded(face.points), round(face.score, 4)) for face in faces]
        for name, faces in found.items()
    }
    part = kept.with_suffix(".part")  # so that a file is whole, or not there
    part.write_text(json.dumps(rows))
    part.replace(kept)


def _rounded(values: NDArray[np.float32]) -> list[float]:
    return values.astype(np.float64).round(2).tolist()
