"""Parse the photo and find its faces, in one of several ways."""

import numpy as np

from pipeline.ops.resample import by_planes, resized, rows_enlarged, size_of_long
from pipeline.ops.tiles import strips_of
from pipeline.runtime.models import Loaded, Models
from pipeline.settings import Settings
from pipeline.stages.detect.from_parsing import Detections, detect_faces, looked_closer
from pipeline.stages.detect.retinaface import find
from pipeline.stages.parse import Parser, Probabilities, labels_of, merged_nine, nine_probabilities
from pipeline.stages.segment.color_models import background_of, refine_background
from pipeline.steps.parts import parts_in
from pipeline.steps.run import Keyed, Run
from pipeline.types import Face, Image, Labels, Photo
from pipeline.variants import DETECTORS

LYING_PX = 400  # long side at which a photo is looked at again, turned
UPRIGHT = 60.0  # degrees: a face that is turned by less stands
SURE = 0.9  # score from which on a face of a turned photo is believed


def by_parser(photo: Image, parser: Parser, finder: Loaded | None) -> Detections:
    """Return what the parser sees, whose eyes and mouths are the faces."""
    del finder
    return looked_closer(photo, detect_faces(photo, parser), parser)


def by_finder(photo: Image, parser: Parser, finder: Loaded | None) -> Detections:
    """Return what the parser sees where a detector network finds faces."""
    if finder is None:
        raise ValueError("A network that finds faces is needed.")
    return looked_closer(photo, find(photo, finder.run, parser), parser)


def detect(run: Run) -> Keyed[Detections]:
    """Parse the photo and find its faces.

    Raises: WeightError: a network is not at hand.
    """
    detector = DETECTORS[run.settings.detect.detector]
    parser = run.parser()
    finder = run.network(detector.network) if detector.network else None
    return run.stage("parse", detector.load(), run.original, parser, finder)


def lying(run: Run, faces: tuple[Face, ...]) -> int:
    """Return by how many degrees a photo has to be turned for an upright face.

    0 where it surely has one already, or none either way. `faces`: those that were found in it.
    """
    if any(tilt_of(face) < UPRIGHT and face.score >= SURE for face in faces):
        return 0
    return run.made(_lying, run.original, run.parser()).value


def _lying(photo: Image, parser: Parser) -> int:
    small = resized(photo, size_of_long(photo.shape[:2], LYING_PX))
    found = {0: SURE}
    for quarters in (1, 2, 3):
        turned = np.ascontiguousarray(np.rot90(small, -quarters))
        faces = detect_faces(turned, parser).faces
        found[90 * quarters] = max((f.score for f in faces if tilt_of(f) < UPRIGHT / 2), default=0)
    return max(found, key=lambda turn: found[turn])


def tilt_of(face: Face) -> float:
    """Return by how many degrees a face is turned from upright, 0 to 180."""
    across, down = face.mouth.mean(0) - face.eyes.mean(0)
    return float(abs(np.degrees(np.arctan2(across, down))))


def parse(photo: Photo, *, models: Models, settings: Settings | None = None) -> Labels:
    """Return EasyPortrait's nine classes for every pixel of the photo, (H, W) uint8.

    Raises: WeightError: the parser's weights are not at hand.
    """
    original, seen = see_photo(photo, models=models, settings=settings)
    if seen.figures:
        return labels_at(nine_probabilities(parts_in(original, seen)), photo.size)
    nine = merged_nine(seen.whole, seen.views, original.shape[:2])
    # Labels ask only whether the background is likelier than all else.
    nine[..., 0] = refine_background(original, background_of(seen.whole, nine))
    return labels_at(nine, photo.size)


def see_photo(
    photo: Photo, *, models: Models, settings: Settings | None = None
) -> tuple[Image, Detections]:
    """Return the photo at working size, and what the parser sees in it.

    Raises: WeightError: the parser's weights are not at hand.
    """
    run = Run(photo, settings or Settings(), models)
    return run.original.value, detect(run).value


def labels_at(nine: Probabilities, size: tuple[int, int]) -> Labels:
    """Return the classes of nine probabilities, (H, W, 9), at a (height, width), strip by strip."""
    if nine.shape[:2] == size:
        return labels_of(nine)

    def strip(rows: slice) -> Labels:
        return labels_of(by_planes(lambda plane: rows_enlarged(plane, size, rows), nine))

    return np.vstack([strip(rows) for rows in strips_of(size[0])])
