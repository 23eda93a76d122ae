"""Point at the faces of a picture: 68 points of each that is turned to us enough."""

from pipeline.runtime.models import Loaded
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.landmarks import find_landmarks
from pipeline.steps.run import Keyed, Run
from pipeline.types import Face, Image, Network, Points

SURE = 0.7  # of points, below which there may be no face


def landmarks_in(
    run: Run, picture: Keyed[Image], seen: Keyed[Detections]
) -> Keyed[tuple[Points, ...]]:
    """Return the 68 points, (68, 2) px, of each face of a picture of which they are sure.

    Raises: WeightError: the network that points at faces is not at hand.
    """
    if not seen.value.faces:  # no network is noted that did nothing
        return Keyed((), "nobody")
    return run.made(_points, picture, seen, run.role("landmarks"))


def sure_points(picture: Image, faces: tuple[Face, ...], network: Network) -> tuple[Points, ...]:
    """Return the 68 points, (68, 2) px, of each of a picture's faces of which they are sure."""
    found = (find_landmarks(picture, face.points, network) for face in faces)
    return tuple(points for points, sure in found if sure >= SURE)


def _points(picture: Image, seen: Detections, network: Loaded) -> tuple[Points, ...]:
    return sure_points(picture, seen.faces, network.run)
