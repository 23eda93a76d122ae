"""What a network of 68 points teaches the next one: only what it is sure of."""

import numpy as np

from pipeline.ops import align
from pipeline.ops.tensor import to_float
from pipeline.stages.landmarks import SIDE, eyes_and_mouth, mirrored
from pipeline.types import Network, Points
from tests.training_sets import points68
from training.face_finder import Found
from training.landmark_faces import Seen
from training.landmark_taught import completed, sure_of

# Red says how far right a pixel of the photo is, green how far down: so a network sees where it is.
WIDE = 250
POINTS = points68(120) + 60
PHOTO = np.dstack([*np.meshgrid(np.arange(WIDE), np.arange(WIDE)), np.zeros((WIDE, WIDE))]).astype(
    np.uint8
)
FACE = Found(eyes_and_mouth(POINTS), 120.0)
PLACES = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), 2).reshape(-1, 2)


def seeing(points: Points, astray: float = 0.0, which: slice = slice(0, 68)) -> Network:
    """Return a network that sees points of the photo, some of them astray by chance, crop px."""
    rng = np.random.default_rng(0)

    def found(crop: np.ndarray) -> Points:
        seen = 255 * crop[:2].reshape(2, -1).T
        ones = np.column_stack([PLACES, np.ones(len(PLACES))])
        way = np.linalg.lstsq(ones, seen, rcond=None)[0]
        said = (points - way[2]) @ np.linalg.inv(way[:2])
        said = said if way[0, 0] > 0 else said[_mirror()]
        said[which] += rng.normal(0, astray, said[which].shape)
        return np.column_stack([said, np.ones(68)])

    return lambda batch: np.stack([found(crop) for crop in batch]).astype(np.float32)


def _mirror() -> np.ndarray:
    """Return each point's counterpart."""
    names = np.column_stack([np.arange(68), np.zeros(68)])
    return np.rint(SIDE - 1 - mirrored(names, SIDE)[:, 0]).astype(int)


def test_what_all_looks_see_alike_is_said_where_it_is():
    said = sure_of(to_float(PHOTO), FACE.points, seeing(POINTS))
    assert said is not None
    np.testing.assert_allclose(said, POINTS, atol=0.5)


def test_a_point_that_looks_see_apart_is_not_said():
    said = sure_of(to_float(PHOTO), FACE.points, seeing(POINTS, 6.0, slice(0, 5)))
    assert said is not None
    unsure = [*range(5), *range(12, 17)]  # the mirror image's first five are the other side's
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(said[:, 0])), unsure)


def test_nothing_is_said_of_a_face_that_looks_see_apart():
    assert sure_of(to_float(PHOTO), FACE.points, seeing(POINTS, 6.0)) is None


def test_an_unknown_jaw_is_completed_and_known_points_stay():
    known = POINTS + 1.0
    known[:17] = np.nan
    out = completed(Seen(PHOTO, FACE, known), seeing(POINTS)).points
    np.testing.assert_array_equal(out[17:], known[17:])
    np.testing.assert_allclose(out[:17], POINTS[:17], atol=0.5)


def test_a_jaw_stays_unknown_where_known_points_are_elsewhere():
    known = align.map_points(np.float32([[1, 0, 12], [0, 1, 0]]), POINTS)
    known[:17] = np.nan
    assert np.isnan(completed(Seen(PHOTO, FACE, known), seeing(POINTS)).points[:17]).all()
