"""Faces bent toward a style's proportions: how far, and what stays."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ops.bend import LEAST_AREA, moved
from pipeline.settings import Settings, options
from pipeline.stages import proportions
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.landmarks import MIRRORED, mirrored
from pipeline.stages.parse import FaceParse
from pipeline.stages.proportions import aim_of, bending_of, bent_detections
from tests.faces import face_in

STYLES = next(o.choices for o in options() if o.flag == "proportions_of")
TABLE = proportions._table()
STYLE, AMOUNT = st.sampled_from(STYLES), st.floats(0.1, 1.5)
SIZE = (400, 500)


@st.composite
def faces(draw, apart=(20, 90)):
    """Return 68 points of a face, tilted, narrowed, moved, and each a little wrong."""
    turn, px = draw(st.floats(-0.6, 0.6)), draw(st.floats(*apart))
    x, y = draw(st.floats(60, 440)), draw(st.floats(60, 340))
    wide = draw(st.floats(0.8, 1.1))
    noise = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).normal(0, 0.02, (68, 2))
    c, s = np.cos(turn), np.sin(turn)
    points = (TABLE["mean"] + noise) * (wide, 1) @ np.array([[c, s], [-s, c]]) * px + (x, y)
    return points.astype(np.float32)


def areas(bending):
    """Return how much of the photo each cell of the bent one is read from."""
    shifts = bending.shifts
    by_y, by_x = np.gradient(shifts, SIZE[0] / len(shifts), SIZE[1] / len(shifts[0]), axis=(0, 1))
    return (1 + by_x[..., 0]) * (1 + by_y[..., 1]) - by_x[..., 1] * by_y[..., 0]


def test_the_table_has_every_style_and_its_faces_are_their_own_mirror_images():
    assert set(TABLE) == {"mean", *STYLES}
    for shape in TABLE.values():
        assert np.abs(shape[MIRRORED] * (-1, 1) - shape).max() < 0.02


@given(faces(), STYLE)
def test_an_amount_of_zero_is_no_bending(points, style):
    assert bending_of((points,), SIZE, style, 0.0) is None


@settings(max_examples=30)
@given(st.lists(faces(), min_size=1, max_size=3), STYLE, AMOUNT)
def test_the_border_stays_and_nothing_folds(points, style, amount):
    bending = bending_of(tuple(points), SIZE, style, amount)
    assert bending is not None
    at_border = bending.at_size(SIZE)
    for edge in (at_border[0], at_border[-1], at_border[:, 0], at_border[:, -1]):
        assert not edge.any()
    assert areas(bending).min() >= LEAST_AREA - 1e-3


@settings(max_examples=30)
@given(st.lists(faces(), min_size=1, max_size=2), STYLE, AMOUNT)
def test_a_mirrored_photo_is_bent_to_the_mirror_image(points, style, amount):
    plain = bending_of(tuple(points), SIZE, style, amount)
    other = bending_of(tuple(mirrored(each, SIZE[1]) for each in points), SIZE, style, amount)
    assert np.allclose(other.shifts, plain.shifts[:, ::-1] * (-1, 1), atol=0.05)


@settings(max_examples=20)
@given(STYLE, st.floats(0.1, 1.0), st.floats(-0.5, 0.5))
def test_points_come_to_lie_where_they_are_aimed_at(style, amount, turn):
    c, s = np.cos(turn), np.sin(turn)
    points = TABLE["mean"] @ np.array([[c, s], [-s, c]]) * 70 + (250, 180)
    bending = bending_of((points.astype(np.float32),), SIZE, style, amount)
    off = moved(points, bending) - aim_of(points, style, amount)
    assert np.hypot(*off.T).max() < 1.0


@pytest.mark.parametrize("style", STYLES)
def test_an_iris_stays_round(style):
    points = TABLE["mean"] * 70 + (250, 180)
    bending = bending_of((points.astype(np.float32),), SIZE, style, 1.0)
    around = np.arange(32) * (2 * np.pi / 32)
    iris = points[36:42].mean(0) + 5 * np.stack([np.cos(around), np.sin(around)], 1)
    there = moved(iris, bending)
    (_, axes, _) = cv2.fitEllipse(there)
    assert min(axes) / max(axes) > 0.95


def test_a_profile_and_a_tiny_face_stay():
    profile = TABLE["mean"].copy()
    profile[27:36, 0] += 1.5
    for points in (profile * 60 + 200, TABLE["mean"] * 8 + 200):
        assert bending_of((points.astype(np.float32),), SIZE, STYLES[0], 1.0) is None


def test_far_from_the_head_nothing_moves():
    points = (TABLE["mean"] * 40 + (120, 150)).astype(np.float32)
    shifts = bending_of((points,), SIZE, STYLES[0], 1.0).at_size(SIZE)
    assert np.abs(shifts[:, 260:]).max() == 0
    assert np.hypot(*shifts[100:200, 80:160].T).max() > 2


def test_faces_and_parse_go_with_the_picture():
    points = (TABLE["mean"] * 60 + (250, 170)).astype(np.float32)
    bending = bending_of((points,), SIZE, STYLES[0], 1.0)
    face = face_in((250.0, 190.0), 180.0)
    parts = np.random.default_rng(0).dirichlet(np.ones(12), (50, 40)).astype(np.float32)
    view = FaceParse(parts[:40], np.array([[0.2, 0, -30], [0, 0.2, -18]]))
    seen = bent_detections(Detections(parts, (face,), (view,)), bending)
    assert np.allclose(seen.whole.sum(2), 1, atol=1e-4)
    assert np.allclose(seen.views[0].parts.sum(2), 1, atol=1e-4)
    assert np.allclose(seen.faces[0].eyes, moved(face.eyes, bending), atol=1e-3)
    assert seen.faces[0].box != face.box
    assert seen.faces[0].score == face.score


def test_proportions_are_the_persons_own_unless_they_are_asked_for():
    assert Settings().proportions.amount == 0
