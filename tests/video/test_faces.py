"""What is kept of people is looked for now and then, and carried along between."""

from itertools import pairwise

import numpy as np

from pipeline.settings import Settings
from pipeline.video.faces import LOOK_SECONDS, Keeper
from pipeline.video.steady import Moved, Watch
from tests.test_paint import photo_of
from tests.video.models import FilmModels


def keeper(models, rate=10.0):
    looks = []
    made = Keeper(Settings(), models, rate)
    real = made._look
    made._look = lambda pixels: looks.append(1) or real(pixels)
    return made, looks


def moved_by(size, x, y=0.0, *, cut=False):
    back = np.broadcast_to(np.float32([-x, -y]), (*size, 2)).copy()
    return Moved(back, np.ones(size, np.float32), cut, size, (None, None))


def test_a_face_is_kept_and_its_mask_moves_with_it():
    made, looks = keeper(FilmModels())
    picture = photo_of().pixels
    before = made(picture, None)
    after = made(picture, moved_by(picture.shape[:2], 10))
    columns = [np.average(np.arange(180), weights=kept.mask.sum(0)) for kept in (before, after)]
    assert abs(columns[1] - columns[0] - 10) < 1
    assert len(before.faces) == 1
    assert 0 < after.faces[0].eyes[0, 0] - before.faces[0].eyes[0, 0] <= 10.1
    assert len(looks) == 1


def test_where_an_outline_lies_before_the_scene_moves_with_it():
    made, _ = keeper(FilmModels())
    picture = photo_of().pixels
    before = made(picture, None)
    after = made(picture, moved_by(picture.shape[:2], 10))
    assert 0 <= before.outer.min() < before.outer.max() <= 1
    assert (before.outer[:, :20] > 0.9).all(), "nobody is there"
    np.testing.assert_allclose(after.outer[:, 20:], before.outer[:, 10:-10], atol=1e-5)
    half = after.to(tuple(n // 2 for n in after.size))
    assert half.outer.shape == half.mask.shape


def test_it_is_looked_for_again_after_a_while_and_after_a_cut():
    made, looks = keeper(FilmModels())
    picture = photo_of().pixels
    still = moved_by(picture.shape[:2], 0)
    made(picture, None)
    for _ in range(round(LOOK_SECONDS * 10)):
        made(picture, still)
    assert len(looks) == 2
    made(picture, moved_by(picture.shape[:2], 0, cut=True))
    assert len(looks) == 3


def test_after_a_cut_a_face_is_at_once_where_it_is_seen():
    made, _ = keeper(FilmModels())
    picture = photo_of().pixels
    seen = made(picture, None).faces[0]
    for _ in range(5):
        made(picture, moved_by(picture.shape[:2], 4))
    after = made(picture, moved_by(picture.shape[:2], 0, cut=True)).faces[0]
    np.testing.assert_array_equal(after.eyes, seen.eyes)


def test_a_new_outline_comes_little_by_little():
    made, _ = keeper(FilmModels())
    picture = photo_of().pixels
    made(picture, None)
    drift = moved_by(picture.shape[:2], 2)
    masks = [made(picture, drift).mask for _ in range(16)]
    steps = [np.abs(b - a).mean() for a, b in pairwise(masks)]
    assert max(steps) < 0.05


def test_nothing_is_kept_where_nobody_is():
    made, _ = keeper(FilmModels(face=False))
    picture = photo_of().pixels
    watch = Watch()
    assert [made(picture, watch(picture)) for _ in range(3)] == [None] * 3
