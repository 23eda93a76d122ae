"""Photos of few people, varied until they teach as many."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ops import align
from tests.painted import StandIn, paint, picture
from tests.training.test_aligned_faces import face
from training import own_contents
from training.checks import DatasetError
from training.own_contents import VIEWS, bent_toward, read_people, recolored, varied
from training.portrait_faces import Portrait


def portrait(seed, side=128):
    points = (0.35 * side * face(seed) + side / 2).astype(np.float32)
    return Portrait(picture(seed, side), points, str(seed))


@given(st.floats(0, 1))
def test_a_bent_face_has_the_others_proportions_as_far_as_is_asked(amount):
    one, shape = portrait(0), portrait(1).points
    bent = bent_toward(one, shape, amount)
    there = align.map_points(align.similarity(shape, one.points), shape)
    wanted = one.points + amount * (there - one.points)
    assert np.allclose(bent.points, wanted, atol=1e-3)
    assert bent.picture.shape == one.picture.shape


def test_a_face_that_is_bent_by_nothing_stays():
    one = portrait(0)
    off = np.abs(
        np.subtract(bent_toward(one, portrait(1).points, 0.0).picture, one.picture, dtype=int)
    )
    assert off.max() <= 1


def test_what_is_drawn_on_a_face_goes_with_its_points():
    one = portrait(3)
    marked = np.zeros_like(one.picture)
    cv2.circle(marked, tuple(int(v) for v in one.points[30].round()), 3, (255, 255, 255), -1)
    bent = bent_toward(Portrait(marked, one.points), portrait(5).points, 1.0)
    rows, columns = np.nonzero(bent.picture[..., 0] > 128)
    assert np.hypot(columns.mean() - bent.points[30, 0], rows.mean() - bent.points[30, 1]) < 1.5


def test_views_are_many_the_same_for_a_seed_and_no_two_alike():
    people, styles = [portrait(i) for i in range(3)], [portrait(i) for i in range(10, 15)]
    views = varied(people, styles, 0)
    assert len(views) == VIEWS
    assert all(a is b for a, b in zip(views, people, strict=False))
    again = varied(people, styles, 0)
    assert all((a.picture == b.picture).all() for a, b in zip(views, again, strict=True))
    assert len({each.picture.tobytes() for each in views}) == VIEWS


def test_colors_change_and_stay_in_range():
    before = picture(0, 64)
    after = recolored(before, np.random.default_rng(0))
    assert after.dtype == np.uint8
    assert after.shape == before.shape
    assert (after != before).any()


def test_people_come_from_a_folder_and_the_folders_in_it(tmp_path, monkeypatch):
    monkeypatch.setattr(own_contents, "MOST", 5)
    paint(tmp_path / "a", 4)
    paint(tmp_path / "b", 3, first=4)
    (tmp_path / "b/broken.jpg").write_text("none")
    found = read_people(tmp_path, StandIn())
    assert len(found) == 5
    assert all(each.points.shape == (68, 2) for each in found)


def test_too_few_people_are_told(tmp_path):
    paint(tmp_path, 2)
    with pytest.raises(DatasetError, match="at least 3 people"):
        read_people(tmp_path, StandIn())


def test_the_projects_own_people_are_there():
    assert len(read_people(None, StandIn())) == 3
