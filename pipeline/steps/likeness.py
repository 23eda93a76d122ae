"""Say of each face how much the painting's is like the photo's."""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.likeness import described, likeness, points_of
from pipeline.runtime.models import Loaded
from pipeline.stages.detect.from_parsing import Detections
from pipeline.steps.run import Keyed, Run
from pipeline.types import Image
from pipeline.weights.resolve import WeightError

MOST = 12  # faces, the largest, so that a crowd does not keep a person waiting

Described = tuple[NDArray[np.float32] | None, ...]


def likenesses(
    run: Run, seen: Keyed[Detections], result: Image, there: Detections | None = None
) -> tuple[float | None, ...]:
    """Return how much each face of a result is like the photo's, in [0, 1].

    `there`: the same faces where they are in the result, if that is elsewhere.
    None of a face that is too small or in profile; nothing where there is no network for it.
    """
    faces = seen.value.faces[:MOST]
    if not any(points_of(face) is not None for face in faces):
        return (None,) * len(seen.value.faces)
    try:  # it makes nothing of the painting, so it is not noted among what did
        network = run.models.load("descriptor", run.settings.weights)
    except WeightError:
        return ()
    photos = run.made(_described, run.original, seen, network).value
    results = _described(result, there or seen.value, network)
    found = [
        None if one is None or other is None else likeness(one, other)
        for one, other in zip(photos, results, strict=True)
    ]
    return (*found, *(None for _ in seen.value.faces[MOST:]))


def _described(picture: Image, seen: Detections, network: Loaded) -> Described:
    points = (points_of(face) for face in seen.faces[:MOST])
    return tuple(None if each is None else described(picture, each, network.run) for each in points)
