"""Point at the faces of a picture: 68 points of each that is turned to us enough."""

from itertools import compress

from pipeline.runtime.models import Loaded
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.landmarks import find_landmarks
from pipeline.steps.run import Keyed, Run
from pipeline.types import Face, Image, Network, Points

SURE = 0.7  # of points, below which there may be no face


def landmarks_in(
    run: Run, picture: Keyed[Image], seen: Keyed[Detections], which: tuple[bool, ...] | None = None
) -> Keyed[tuple[Points, ...]]:
    """Return the 68 points, (68, 2) px, of each face of a picture of which they are sure.

    `which`: of each face, whether it is asked for; None: all are.

    Raises: WeightError: the network that points at faces is not at hand.
    """
    return run.made(_points, picture, seen, which, run.role("landmarks"))


def sure_points(picture: Image, faces: tuple[Face, ...], network: Network) -> tuple[Points, ...]:
    """Return the 68 points, (68, 2) px, of each of a picture's faces of which they are sure."""
    found = (find_landmarks(picture, face.points, network) for face in faces)
    return tuple(points for points, sure in found if sure >= SURE)


def _points(
    picture: Image, seen: Detections, which: tuple[bool, ...] | None, network: Loaded
) -> tuple[Points, ...]:
    faces = seen.faces if which is None else tuple(compress(seen.faces, which))
    return sure_points(picture, faces, network.run)
